"""The attack (秘匿の監査): between which values everything shown narrows a hidden figure down.

The attacker adds and subtracts everything that was ever shown — tables, scopes, releases — and knows that
no figure is negative, that counts are whole, and of each unknown that it is no more than twice what it is and
ten times the protection. The bounds are two linear programmes (whole-numbered ones where all is counted);
a programme that does not end in time counts for the attacker.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse.csgraph import connected_components

from keiyu.publish.disclosure.system import Atoms, Flags, Floats, Ints, fingerprints

TOLERANCE: Final = 1e-6
"""Differences below it are the solver's."""

_SECONDS: Final = 5.0
_REACH: Final = 10.0


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


class Attack:
    """What can be worked out from the cells that are shown."""

    def __init__(self, atoms: Atoms, shown: Flags, protection: float) -> None:
        """Take the cells shown; atoms that stand alone in one, or are left over in one, are known."""
        self._atoms = atoms
        self._protection = protection
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
        return Interval(self._bound(target, 1), self._bound(target, -1))

    def is_safe(self, target: tuple[Ints, Floats]) -> bool:
        """Return whether a figure cannot be narrowed down to less than the protection."""
        columns, coefficients = target
        figure = float(coefficients @ self._atoms.values[columns])
        above = self._bound(target, -1) - figure
        wanted = self._protection - TOLERANCE
        return above >= wanted or above + figure - self._bound(target, 1) >= wanted

    def _bound(self, target: tuple[Ints, Floats], sign: int) -> float:
        """Return the least (1) or the most (-1) that a figure can be."""
        columns, coefficients = target
        places = self._place[columns]
        loose = places >= 0
        bound = float(coefficients[~loose] @ self._atoms.values[columns[~loose]])
        aim = np.zeros(len(self.unknown))
        aim[places[loose]] = coefficients[loose]
        for mine in np.unique(self._component[places[loose]]) if loose.any() else ():
            within = np.flatnonzero(self._component == mine)
            bound += self._extreme(within, aim[within], sign)
        return bound

    def _extreme(self, within: Ints, aim: Floats, sign: int) -> float:
        """Return the least (1) or the most (-1) that a sum over one component can be."""
        values = self._atoms.values[self.unknown[within]]
        rows = self._rows[:, within]
        rows = rows[np.diff(rows.indptr) > 0]
        known = rows @ values
        found = milp(
            sign * aim,
            integrality=np.full(len(within), int(self._atoms.integral)),
            bounds=Bounds(np.zeros(len(within)), ceiling(values, self._protection)),
            constraints=LinearConstraint(rows, known, known) if len(known) else None,
            options={"time_limit": _SECONDS},
        )
        return float(sign * found.fun) if found.x is not None else float(aim @ values)


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
