"""Small table systems, and an attacker and an optimum that share no code with what they judge."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from keiyu.contract.disclosure import Disclosure
from keiyu.publish.disclosure.system import System

POLICY = Disclosure(minimum=3, protection=3, secondary=True, tables=("t",), audiences={"public": "suppressed"})


@dataclass
class Tables:
    """Releases of sums over named parts, in the order in which they are published."""

    parts: dict[str, float] = field(default_factory=dict)
    cells: list[tuple[int, str, frozenset[str], bool]] = field(default_factory=list)

    def publish(self, parts: dict[str, float], cells: dict[str, Iterable[str]], hidden: Sequence[str] = ()) -> "Tables":
        """Add a release: part → figure, cell → its parts; the last release is the one about to be cut."""
        self.parts |= parts
        release = 1 + max((cell[0] for cell in self.cells), default=-1)
        self.cells += [(release, key, frozenset(made), key in hidden) for key, made in cells.items()]
        return self

    @property
    def system(self) -> System:
        names = list(self.parts)
        places = {place: number for number, place in enumerate(dict.fromkeys(name.split(".")[0] for name in names))}
        last = self.cells[-1][0]
        keys = {key: number for number, key in enumerate(dict.fromkeys(cell[1] for cell in self.cells))}
        made_of = np.array([[name in made for name in names] for _, _, made, _ in self.cells], float)
        block = np.array([places[name.split(".")[0]] for name in names])
        return System(
            members=sparse.csr_matrix(made_of),
            values=np.array([self.parts[name] for name in names], float),
            fresh=np.array([cell[0] == last for cell in self.cells]),
            hidden=np.array([cell[3] for cell in self.cells]),
            sensitive=np.ones(len(names), bool),
            reporter=block,
            block=block,
            key=np.array([keys[cell[1]] for cell in self.cells]),
        )

    def named(self, flags: np.ndarray) -> set[str]:
        """The cells of the last release that are flagged."""
        return {cell[1] for cell, flag in zip(self.cells, flags, strict=True) if flag}


def grid(figures: np.ndarray) -> Tables:
    """A table of any number of dimensions with all its margins; the first dimension is the place."""
    ranges = [range(size) for size in figures.shape]
    name = "p{}".format
    parts = {name(".".join(map(str, at))): float(figures[at]) for at in itertools.product(*ranges)}
    cells = {}
    for margin in itertools.product(*([*one, None] for one in ranges)):
        made = itertools.product(*([[at] if at is not None else one for at, one in zip(margin, ranges, strict=True)]))
        cells[str(margin)] = [name(".".join(map(str, at))) for at in made]
    return Tables().publish(parts, cells)


def widths(system: System, hidden: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """How far apart the bounds of some cells are, by plain linear programmes over the raw parts."""
    dense = system.members.toarray()
    shown = ~hidden & ~system.hidden
    found = []
    for cell in np.flatnonzero(wanted):
        ends = [
            linprog(sign * dense[cell], A_eq=dense[shown], b_eq=dense[shown] @ system.values, bounds=(0, None))
            for sign in (1, -1)
        ]
        found.append(np.inf if ends[1].status == 3 else -ends[1].fun - ends[0].fun)
    return np.array(found)


def fewest(system: System, primary: np.ndarray, protection: float) -> int:
    """The least number of further cells that protects all, by trying every set; only for tiny tables."""
    free = np.flatnonzero(~primary & system.fresh)
    for count in range(len(free) + 1):
        for more in itertools.combinations(free, count):
            hidden = primary.copy()
            hidden[list(more)] = True
            if (widths(system, hidden, hidden) >= protection - 1e-6).all():
                return count
    raise ValueError("nothing protects")
