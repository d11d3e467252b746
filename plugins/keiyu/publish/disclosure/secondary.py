"""Secondary suppression (二次秘匿): which further cells to hide so that none can be worked out.

The cell suppression problem is solved as Kelly, Golden and Assad (1992) and the network and linear programmes of
national offices do: for each figure that is not safe, the cheapest pair of other tables that agree with everything
shown and lie at least the protection apart is found by a linear programme; the cells in which the pair differs are
hidden. What an earlier figure needed is free for the next. Afterwards every hidden cell that is not needed
any more is shown again, the dearest first.

The programme for one figure looks at the places around it, and farther only where they do not suffice; the audit
(``attack``) always looks at everything.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from keiyu.publish.disclosure.attack import TOLERANCE, Attack, ceiling
from keiyu.publish.disclosure.system import Atoms, Flags, Floats, Ints, row

_NEAR: Final = (4, 16, 64)
_SECONDS: Final = 20.0
_ZERO_COST: Final = 40.0
_WORTH_TRYING: Final = 300

Target = tuple[Ints, Floats]


@dataclass(frozen=True)
class Solution:
    """How one figure is protected.

    Attributes:
        cells: the shown cells to hide; none where it is protected already.
        movable: the atoms that were looked at.
        moves: two tables that agree with what is then shown, as differences from the true one in those atoms.
    """

    cells: Ints
    movable: Ints
    moves: tuple[Floats, Floats]


@dataclass(frozen=True)
class Problem:
    """What is to be hidden, and what may be.

    Attributes:
        atoms: the table system.
        fresh: cells that may be hidden; the others were shown or hidden before.
        protection: least width of the interval of a hidden figure.
        loose: atoms that may differ between the two tables; every one by default.
    """

    atoms: Atoms
    fresh: Flags
    protection: float
    loose: Flags | None = None

    @property
    def costs(self) -> Floats:
        """What hiding each cell costs: more the more it says; nothing is hidden less gladly than a 0."""
        figures = np.abs(self.atoms.figures)
        return np.where(figures > 0, 1 + np.log2(1 + figures), _ZERO_COST)


def cheapest(problem: Problem, target: Target, hidden: Flags, unknown: Ints, *, whole: bool) -> Solution | None:
    """Return what to hide so that one figure is protected; none where nothing can.

    Args:
        problem: the table system.
        target: the figure.
        hidden: cells hidden so far.
        unknown: atoms that cannot be worked out so far: they are tried first.
        whole: whether the other tables must be of whole numbers; slower, and seldom needed.
    """
    places = len(np.unique(problem.atoms.block))
    for near in [*(near for near in _NEAR if near < places), places]:
        movable = _around(problem.atoms, target[0], unknown, near)
        if problem.loose is not None:
            movable = movable[problem.loose[movable]]
        found = _programme(problem, target, hidden, movable, whole=whole) if len(movable) else None
        if found is not None:
            return found
    return None


def _around(atoms: Atoms, targets: Ints, unknown: Ints, near: int) -> Ints:
    """Return the atoms of a target's places and of the nearest others: those it is added up with first."""
    loose = np.zeros(len(atoms.values), np.bool_)
    loose[unknown] = True
    chosen: dict[int, None] = {}
    for block in _neighbours(atoms, targets, loose):
        chosen.setdefault(block)
        if len(chosen) == near:
            break
    return np.flatnonzero(np.isin(atoms.block, list(chosen)))


def _neighbours(atoms: Atoms, targets: Ints, loose: Flags) -> Iterator[int]:
    """Yield places by nearness: the target's, then those in the smallest sums with it, hidden ones first."""
    own = targets[np.argsort(atoms.values[targets] == 0, kind="stable")]
    yield from atoms.block[own].tolist()
    rows = np.unique(atoms.columns[:, own[:1]].indices)
    for at in rows[np.argsort(np.diff(atoms.members.indptr)[rows], kind="stable")]:
        others, _ = row(atoms.members, int(at))
        order = np.lexsort((atoms.values[others], atoms.values[others] < 1, ~loose[others]))
        yield from atoms.block[others[order]].tolist()


def _programme(problem: Problem, target: Target, hidden: Flags, movable: Ints, *, whole: bool) -> Solution | None:
    """Solve for one figure, moving some atoms only."""
    atoms = problem.atoms
    touched = np.unique(atoms.columns[:, movable].indices)
    bound = touched[~problem.fresh[touched] & ~hidden[touched]]
    priced = touched[problem.fresh[touched] & ~hidden[touched]]
    fixed, moving = atoms.members[bound][:, movable], atoms.members[priced][:, movable]
    aim = np.zeros(len(atoms.values))
    aim[target[0]] = target[1]
    values = atoms.values[movable]
    size, count = len(movable), len(priced)
    price = -sparse.identity(count, format="csr")
    apart = sparse.csr_matrix(aim[movable].reshape(1, -1))
    either, prices = sparse.vstack([moving, -moving]), sparse.vstack([price, price])
    # Unknowns: the higher table's moves, the lower one's, and how far each cell differs between the two at most.
    rows = sparse.bmat(
        [
            [fixed, None, None],
            [None, fixed, None],
            [either, None, prices],
            [None, either, prices],
            [apart, -apart, None],
        ],
        format="csr",
    )
    low = np.concatenate([np.zeros(2 * len(bound)), np.full(4 * count, -np.inf), [problem.protection]])
    high = np.concatenate([np.zeros(2 * len(bound)), np.zeros(4 * count), [np.inf]])
    down, up = -values, ceiling(values, problem.protection) - values
    none, endless = np.zeros(count), np.full(count, np.inf)
    found = milp(
        np.concatenate([np.zeros(2 * size), problem.costs[priced]]),
        integrality=np.concatenate([np.full(2 * size, int(whole)), np.zeros(count)]),
        bounds=Bounds(np.concatenate([down, down, none]), np.concatenate([up, up, endless])),
        constraints=LinearConstraint(rows, low, high),
        options={"time_limit": _SECONDS},
    )
    if found.x is None:
        return None
    cells = np.asarray(priced[found.x[2 * size :] > TOLERANCE], np.int64)
    return Solution(cells, movable, (found.x[:size], found.x[size : 2 * size]))


def spare(problem: Problem, targets: list[Target], hidden: Flags, kept: Flags) -> Flags:
    """Show again what need not be hidden, the dearest first.

    Args:
        problem: the table system.
        targets: figures to protect.
        hidden: cells hidden so far.
        kept: of these, the ones that stay hidden whatever happens.

    Returns:
        The cells that stay hidden.
    """
    doubtful = np.flatnonzero(hidden & ~kept)
    for cell in doubtful[np.argsort(-problem.costs[doubtful], kind="stable")]:
        if hidden[cell]:
            hidden = _without(problem, targets, hidden, kept, int(cell))
    return hidden


def _without(problem: Problem, targets: list[Target], hidden: Flags, kept: Flags, cell: int) -> Flags:
    """Return what stays hidden if one cell is shown: the same as before where that would give a figure away."""
    atoms = problem.atoms
    before = Attack(atoms, ~hidden, problem.protection)
    reached = set(before.component(row(atoms.members, cell)).tolist())
    near = [target for target in targets if not reached.isdisjoint(target[0].tolist())]
    if len(near) * len(reached) > _WORTH_TRYING:
        return hidden
    trial = hidden.copy()
    trial[cell] = False
    attack = Attack(atoms, ~trial, problem.protection)
    if not all(attack.is_safe(target) for target in near):
        return hidden
    for other in np.flatnonzero(trial & ~kept):
        figure = row(atoms.members, int(other))
        if reached.isdisjoint(figure[0].tolist()):
            continue
        width = attack.interval(figure).width
        if width < TOLERANCE:
            trial[other] = False
        elif width < problem.protection - TOLERANCE:
            return hidden
    return trial
