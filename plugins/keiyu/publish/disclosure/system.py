"""The table system: every figure that is or was published, as a sum of the figures behind it.

Nothing here knows areas, ages or lines. A *part* is a figure of a core table (one value of one row). A *cell*
is a published figure: a row of coefficients over the parts. Tables that share parts are linked by that alone,
and so are releases: a part that was not corrected is the same unknown in 速報 and in 確報.

Parts that always go together are one unknown to whoever looks from outside: an *atom*.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import sparse

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_SEED = 0x6B656979


@dataclass(frozen=True)
class System:
    """What was published before and is about to be, and what it is made of.

    Attributes:
        members: cells by parts, the coefficient of each part.
        values: figure of each part; not negative.
        fresh: which cells are of the release about to be cut; the others were published before.
        hidden: which cells were suppressed when they were published.
        sensitive: which parts are figures that the policy protects.
        reporter: number of the reporter of each part.
        block: number of the place of each part: cells of one place are hidden together rather than of many.
        key: number of the figure that a cell shows; the same in every release.
    """

    members: sparse.csr_matrix
    values: Floats
    fresh: Flags
    hidden: Flags
    sensitive: Flags
    reporter: Ints
    block: Ints
    key: Ints

    @property
    def figures(self) -> Floats:
        """The figure of each cell."""
        return np.asarray(self.members @ self.values, np.float64)


@dataclass(frozen=True)
class Atoms:
    """A table system over atoms: parts that stand in the same cells, added up.

    Attributes:
        members: cells by atoms.
        columns: the same, by column.
        values: figure of each atom.
        block: place of each.
        part: atom of each part; -1 for parts that no cell shows.
        integral: whether every figure is a whole number.
    """

    members: sparse.csr_matrix
    columns: sparse.csc_matrix
    values: Floats
    block: Ints
    part: Ints
    integral: bool

    @cached_property
    def figures(self) -> Floats:
        """The figure of each cell."""
        return np.asarray(self.members @ self.values, np.float64)

    @cached_property
    def alone(self) -> tuple[Ints, Ints]:
        """The cells that are one atom, and which."""
        cells = np.flatnonzero(np.diff(self.members.indptr) == 1)
        return cells, self.members.indices[self.members.indptr[cells]].astype(np.int64)


def condense(system: System) -> Atoms:
    """Add up the parts that stand in the same cells with the same coefficients."""
    columns = system.members.tocsc()
    shown = np.flatnonzero(np.diff(columns.indptr))
    _, first, of_shown = np.unique(fingerprints(columns)[shown], axis=0, return_index=True, return_inverse=True)
    part = np.full(len(system.values), -1)
    part[shown] = of_shown.ravel()
    members = columns[:, shown[first]]
    values = np.asarray(np.bincount(part[shown], system.values[shown], len(first)), np.float64)
    whole = bool(np.all(members.data == np.rint(members.data)) and np.all(values == np.rint(values)))
    return Atoms(members.tocsr(), members.tocsc(), values, system.block[shown[first]], part, whole)


def fingerprints(columns: sparse.csc_matrix) -> Floats:
    """Return two numbers for each column, equal for equal columns and for no others in practice."""
    columns.sort_indices()
    weights = np.random.default_rng(_SEED).random((columns.shape[0], 2))
    return np.asarray(columns.T @ weights, np.float64)


def row(members: sparse.csr_matrix, at: int) -> tuple[Ints, Floats]:
    """Return the columns of a row and their coefficients."""
    span = slice(members.indptr[at], members.indptr[at + 1])
    return members.indices[span].astype(np.int64), members.data[span]
