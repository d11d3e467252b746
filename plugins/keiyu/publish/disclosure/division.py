"""Dividing a large table system: prefectures are protected one by one, with the sums over all of them held fixed.

Hardly anything binds prefectures together but the nation's figures. A pattern in which each prefecture's part of every
such figure stays as it is protects the nation as well, so that programmes stay as small as a prefecture however many
there are. What cannot be protected within its own group is left to the undivided system, as is the proof.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from keiyu.publish.disclosure.secondary import Problem, Target
from keiyu.publish.disclosure.system import Atoms, Flags, Ints

_WORTH_DIVIDING: Final = 1_000
"""Cells below which a system is solved in one."""


@dataclass(frozen=True)
class Group:
    """A part of a system that only wide sums bind to the rest.

    Attributes:
        problem: its own cells and atoms; wide sums are held fixed.
        cells: its cells in the whole system.
        atoms: its atoms in the whole system.
        targets: what must be protected within it.
    """

    problem: Problem
    cells: Ints
    atoms: Ints
    targets: list[Target]


def groups(problem: Problem, targets: list[Target], hidden: Flags) -> Iterator[Group]:
    """Yield the groups of a system; none where it is small, or hangs together too closely.

    Args:
        problem: the whole system.
        targets: what must be protected.
        hidden: cells hidden so far.
    """
    atoms = problem.atoms
    if atoms.members.shape[0] < _WORTH_DIVIDING:
        return
    wide, label = _divided(atoms)
    count = int(label.max(initial=-1)) + 1
    mine: list[list[Target]] = [[] for _ in range(count)]
    for columns, coefficients in targets:
        found = np.unique(label[columns])
        if len(found) == 1:
            mine[int(found[0])].append((columns, coefficients))
    for number in range(count if count > 1 else 0):
        if mine[number]:
            yield _group(problem, np.flatnonzero(label == number), mine[number], wide, hidden)


def _divided(atoms: Atoms) -> tuple[Flags, Ints]:
    """Return which cells are wide, and the group of each atom: the first division that taking wide cells away makes."""
    places = _places(atoms)
    for width in np.unique(places)[::-1]:
        wide = places >= width
        narrow = atoms.members[~wide]
        count = narrow.shape[0]
        graph = sparse.bmat([[None, narrow], [narrow.T, None]], format="csr")
        label = connected_components(graph, directed=False)[1][count:]
        _, label = np.unique(label, return_inverse=True)
        if label.max(initial=0) > 0 and np.bincount(label).max() <= len(label) // 2 + 1:
            return wide, np.asarray(label.ravel(), np.int64)
    return np.zeros(len(places), np.bool_), np.zeros(len(atoms.values), np.int64)


def _places(atoms: Atoms) -> Ints:
    """Return how many places each cell covers."""
    members = atoms.members
    owner = np.repeat(np.arange(members.shape[0]), np.diff(members.indptr))
    pairs = np.unique(np.stack([owner, atoms.block[members.indices]]), axis=1)
    return np.bincount(pairs[0], minlength=members.shape[0]).astype(np.int64)


def _group(problem: Problem, chosen: Ints, targets: list[Target], wide: Flags, hidden: Flags) -> Group:
    whole = problem.atoms
    columns = whole.columns[:, chosen].tocsr()
    cells = np.flatnonzero(np.diff(columns.indptr))
    members = columns[cells]
    place = np.full(len(whole.values), -1)
    place[chosen] = np.arange(len(chosen))
    atoms = Atoms(
        members, members.tocsc(), whole.values[chosen], whole.block[chosen], np.arange(len(chosen)), whole.integral
    )
    fresh = problem.fresh[cells] & ~(wide[cells] & ~hidden[cells])
    inside = [(place[columns], coefficients) for columns, coefficients in targets]
    return Group(Problem(atoms, fresh, problem.protection), cells, chosen, inside)
