"""The attack (秘匿の監査): between which values everything shown narrows a hidden figure down.

The attacker adds and subtracts everything that was ever shown — tables, scopes, releases — and knows that
no figure is negative, that counts are whole, and of each unknown that it is no more than twice what it is and
ten times the protection. The bounds are two linear programmes (whole-numbered ones where all is counted);
a programme that does not end in time counts for the attacker.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse.csgraph import connected_components

from keiyu.publish.disclosure.system import Atoms, Flags, Floats, Ints, fingerprints, row

TOLERANCE: Final = 1e-6
"""Differences below it are the solver's."""

_SECONDS: Final = 5.0
_NEARBY: Final = (40, 200)
_REMEMBERED: Final = 64
_REACH: Final = 10.0
_SEED: Final = 0x6B656979


def ceiling(values: Floats, protection: float) -> Floats:
    """Return what the attacker is granted to know as the most that figures can be."""
    return np.asarray(2 * values + np.ceil(_REACH * protection), np.float64)


@dataclass(frozen=True, slots=True)
class Interval:
    """Between what a figure lies, by all that is shown."""

    least: float
    most: float

    @property
    def width(self) -> float:
        """How far apart the bounds are: 0 where the figure can be worked out."""
        return self.most - self.least


class Witnesses:
    """Other tables that agree with everything shown, as differences from the true one: each proves many figures.

    They stay true when more is hidden, not when anything is shown again.
    """

    def __init__(self, size: int) -> None:
        """Remember nothing yet of tables of so many atoms."""
        self._moves = np.zeros((_REMEMBERED, size))
        self._seen = 0

    def add(self, movable: Ints, moves: Floats) -> None:
        """Remember a table; the oldest is forgotten."""
        slot = self._moves[self._seen % _REMEMBERED]
        slot[:] = 0
        slot[movable] = moves
        self._seen += 1

    def width(self, target: tuple[Ints, Floats]) -> float:
        """Return how far apart the remembered tables, and the true one, are in a figure."""
        moves = self._moves[:, target[0]] @ target[1]
        return float(moves.max() - moves.min() if self._seen < _REMEMBERED else np.ptp(np.append(moves, 0)))


class Attack:
    """What can be worked out from the cells that are shown."""

    def __init__(self, atoms: Atoms, shown: Flags, protection: float, witnesses: Witnesses | None = None) -> None:
        """Take the cells shown; atoms that stand alone in one, or are left over in one, are known.

        Args:
            atoms: the table system.
            shown: which cells are shown.
            protection: least width of an interval.
            witnesses: tables that agree with more than what is shown here.
        """
        self._atoms = atoms
        self._protection = protection
        self._witnesses = witnesses or Witnesses(len(atoms.values))
        self._shown = shown
        self.unknown = _unknown(atoms, shown)
        self._place = np.full(len(atoms.values), -1)
        self._place[self.unknown] = np.arange(len(self.unknown))
        self._rows = _rows(atoms, shown, self.unknown)

    @cached_property
    def _component(self) -> Ints:
        """Which unknown atoms are bound together by what is shown."""
        count = self._rows.shape[0]
        graph = sparse.bmat([[None, self._rows], [self._rows.T, None]], format="csr")
        return np.asarray(connected_components(graph, directed=False)[1][count:], np.int64)

    def component(self, target: tuple[Ints, Floats]) -> Ints:
        """Return the unknown atoms that bear upon a figure."""
        places = self._place[target[0]]
        mine = np.unique(self._component[places[places >= 0]])
        return self.unknown[np.isin(self._component, mine)]

    def interval(self, target: tuple[Ints, Floats]) -> Interval:
        """Return the bounds of a figure.

        Args:
            target: its atoms and their coefficients.
        """
        return self._among(target, self.component(target))

    def width(self, target: tuple[Ints, Floats]) -> float:
        """Return how far apart the bounds of a figure are, or less where that is as far as the protection.

        Whatever tables differ in a few places only is a proof; all places are looked at where that is none.
        """
        proved = self._witnesses.width(target)
        if proved >= self._protection - TOLERANCE:
            return proved
        whole = self.component(target)
        for near in _NEARBY:
            if len(whole) > near:
                width = self._among(target, self._nearest(target, whole, near)).width
                if width >= self._protection - TOLERANCE:
                    return width
        return self._among(target, whole).width

    def survey(self, targets: Sequence[tuple[Ints, Floats]], rounds: int = 12) -> None:
        """Look for tables in which many figures differ at once: each saves two programmes for every figure it proves.

        Args:
            targets: the figures.
            rounds: how many tables to look for; the directions are drawn with a fixed seed.
        """
        chance = np.random.default_rng(_SEED)
        for _ in range(rounds if len(targets) > rounds and len(self.unknown) else 0):
            aim = np.zeros(len(self._atoms.values))
            for (columns, coefficients), sign in zip(targets, chance.choice((-1.0, 1.0), len(targets)), strict=True):
                aim[columns] += sign * coefficients
            values = self._atoms.values[self.unknown]
            table = self._table(self._rows, values, aim[self.unknown], whole=False)
            if table is not None:
                self._witnesses.add(self.unknown, table - values)

    def is_proved(self, target: tuple[Ints, Floats]) -> bool:
        """Return whether a table found so far proves that a figure is safe."""
        return self._witnesses.width(target) >= self._protection - TOLERANCE

    def learn(self, movable: Ints, moves: Sequence[Floats]) -> None:
        """Remember tables found elsewhere, where they agree with everything shown.

        Args:
            movable: the atoms in which they differ from the true one.
            moves: how far.
        """
        rows = self._atoms.columns[:, movable].tocsr()[self._shown]
        for told in moves:
            move = np.rint(told) if self._atoms.integral else told
            values = self._atoms.values[movable] + move
            inside = (values > -TOLERANCE).all() and (
                values < ceiling(self._atoms.values[movable], self._protection) + TOLERANCE
            ).all()
            if inside and np.abs(rows @ move).max(initial=0) < TOLERANCE:
                self._witnesses.add(movable, move)

    def is_safe(self, target: tuple[Ints, Floats], *, far: bool = True) -> bool:
        """Return whether a figure cannot be narrowed down to less than the protection.

        Args:
            target: the figure.
            far: look at everything that bears upon it; else a figure that only far cells protect counts as unsafe.
        """
        if far:
            return self.width(target) >= self._protection - TOLERANCE
        return self.is_proved(target)

    def _nearest(self, target: tuple[Ints, Floats], whole: Ints, near: int) -> Ints:
        """Return the unknown atoms in the smallest sums with a figure, and in the smallest sums with those."""
        places = self._place[target[0]]
        chosen = dict.fromkeys(places[places >= 0].tolist()[:near])
        size = np.diff(self._rows.indptr)
        columns = self._columns
        for _ in range(2):
            rows = np.unique(columns[:, list(chosen)].indices)
            for at in rows[np.argsort(size[rows], kind="stable")]:
                chosen |= dict.fromkeys(row(self._rows, int(at))[0].tolist())
                if len(chosen) > near:
                    break
        return np.intersect1d(self.unknown[list(chosen)], whole)

    @cached_property
    def _columns(self) -> sparse.csc_matrix:
        return self._rows.tocsc()

    def _among(self, target: tuple[Ints, Floats], movable: Ints) -> Interval:
        """Return the bounds of a figure if only some of the unknown atoms are other than they are."""
        columns, coefficients = target
        aim = np.zeros(len(self._atoms.values))
        aim[columns] = coefficients
        figure = float(coefficients @ self._atoms.values[columns])
        if not aim[movable].any():
            return Interval(figure, figure)
        rest = figure - float(aim[movable] @ self._atoms.values[movable])
        return Interval(*(rest + self._extreme(movable, aim[movable], sign) for sign in (1, -1)))

    def _extreme(self, movable: Ints, aim: Floats, sign: int) -> float:
        """Return the least (1) or the most (-1) that a sum over some unknown atoms can be."""
        values = self._atoms.values[movable]
        rows = self._rows[:, self._place[movable]]
        rows = rows[np.diff(rows.indptr) > 0]
        table = self._table(rows, values, sign * aim)
        if table is None:
            return float(aim @ values)
        self._witnesses.add(movable, table - values)
        return float(aim @ table)

    def _table(self, rows: sparse.csr_matrix, values: Floats, aim: Floats, *, whole: bool = True) -> Floats | None:
        """Return the table that agrees with what is shown and has the least sum; none where none is found in time.

        Most linear programmes of tables have whole solutions; the whole-numbered one is solved for the others, if at
        all (``whole``).
        """
        known = rows @ values
        for kind in (0, 1) if whole and self._atoms.integral else (0,):
            found = milp(
                aim,
                integrality=np.full(len(values), kind),
                bounds=Bounds(np.zeros(len(values)), ceiling(values, self._protection)),
                constraints=LinearConstraint(rows, known, known) if len(known) else None,
                options={"time_limit": _SECONDS},
            )
            table = found.x
            if table is not None and self._atoms.integral:
                table = np.rint(table)
            if table is not None and np.abs(rows @ table - known).max(initial=0) < TOLERANCE:
                return np.asarray(table, np.float64)
        return None


def _unknown(atoms: Atoms, shown: Flags) -> Ints:
    """Return the atoms that no shown cell gives away by itself or with the atoms already known."""
    known = np.zeros(len(atoms.values), np.bool_)
    cells, alone = atoms.alone
    known[alone[shown[cells]]] = True
    unknown = np.flatnonzero(~known)
    rows = atoms.columns[:, unknown].tocsr()
    rows = rows[shown & (np.diff(rows.indptr) > 0)]
    columns = rows.tocsc()
    left, found = np.diff(rows.indptr), np.zeros(len(unknown), np.bool_)
    while (left == 1).any():
        part = rows[left == 1]
        fresh = np.unique(part.indices[~found[part.indices]])
        found[fresh] = True
        left = left - np.bincount(columns[:, fresh].indices, minlength=len(left))
    return unknown[~found]


def _rows(atoms: Atoms, shown: Flags, unknown: Ints) -> sparse.csr_matrix:
    """Return what the shown cells say of the unknown atoms, each statement once."""
    rows = atoms.columns[:, unknown].tocsr()[shown]
    rows = rows[np.diff(rows.indptr) > 0]
    _, first = np.unique(fingerprints(rows.T.tocsc()), axis=0, return_index=True)
    return rows[np.sort(first)]
