"""From the ledger to arrays: a collection and its forerunners as samples of units, measure by measure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from keiyu.contract.model import Contract
from keiyu.publish.estimation.model import Flags, Floats, Integers, Sample
from keiyu.publish.snapshot import Snapshot
from keiyu.publish.waves import MOST, Told, Unit, Wave, arrivals, earlier, units, weights
from keiyu.receive.workspace import Workspace


@dataclass(frozen=True)
class Pair:
    """A collection with the one before it.

    Attributes:
        before: the earlier; none where there is none.
        after: the later.
        units: the units of both.
        weight: what each weighs.
        places: prefectures → number.
    """

    before: Wave | None
    after: Wave
    units: tuple[Unit, ...]
    weight: Floats
    places: Mapping[str, int]

    @cached_property
    def inside(self) -> Flags:
        """Whether all bodies of a unit are in."""
        return np.array([all(map(self.after.has, unit.after)) for unit in self.units], np.bool_)

    @cached_property
    def place(self) -> Integers:
        """Number of each unit's prefecture."""
        return np.array([self.places[unit.place] for unit in self.units], np.int64)

    @cached_property
    def _order(self) -> Floats:
        arrived = self.after.told.arrived
        return np.array([max(arrived.get(one, 0) for one in unit.after) for unit in self.units], np.float64)

    def sample(self, fields: Sequence[str]) -> Sample:
        """Return the units' values of one measure.

        Args:
            fields: figures that the measure sums.
        """
        then = self.before.values(fields) if self.before else {}
        now = self.after.values(fields)
        last = [
            sum(then[old] for old in unit.before) if unit.before and all(old in then for old in unit.before) else np.nan
            for unit in self.units
        ]
        counted = [sum(now.get(one, 0.0) for one in unit.after) for unit in self.units]
        return Sample(np.array(last, np.float64), np.array(counted), self.inside, self.place, self._order, self.weight)

    def weighed(self, place: int | None = None) -> tuple[float, float]:
        """Return the weight that is in, and the weight of all.

        Args:
            place: number of a prefecture; the nation by default.
        """
        mine = np.ones(len(self.units), np.bool_) if place is None else self.place == place
        return float(self.weight[mine & self.inside].sum()), float(self.weight[mine].sum())


@dataclass(frozen=True)
class Frame:
    """A collection, the one before, and earlier pairs of collections, the latest first."""

    now: Pair
    past: tuple[Pair, ...]

    @property
    def basis(self) -> tuple[str, ...]:
        """Reference dates of the earlier collections that were looked at, the latest first."""
        return tuple(one.before.as_of.isoformat() for one in (self.now, *self.past) if one.before)


def frame(workspace: Workspace, taken: Snapshot, most: int = MOST) -> Frame:
    """Return a collection and its forerunners, as the ledger knew them at the snapshot's sequence.

    Args:
        workspace: the installation.
        taken: the collection.
        most: earlier collections to look back to.
    """
    contract = taken.contract
    waves = [_wave(workspace, taken), *earlier(workspace, contract, taken.collection.as_of, taken.seq, most)]
    pairs = [_pair(workspace, contract, before, after) for after, before in pairwise(waves)]
    return Frame(pairs[0] if pairs else _pair(workspace, contract, None, waves[0]), tuple(pairs[1:]))


def _wave(workspace: Workspace, taken: Snapshot) -> Wave:
    due = {reporter: place for reporter, place in taken.universe.due.items() if reporter not in taken.exempt}
    with workspace.ledger.read() as connection:
        came = arrivals(connection, taken.collection.line, taken.collection.as_of, taken.seq)
    totals = {reporter: entry.control_totals for reporter, entry in taken.live.items()}
    return Wave(taken.collection.as_of, due, Told.of(totals, came))


def _pair(workspace: Workspace, contract: Contract, before: Wave | None, after: Wave) -> Pair:
    found = units(workspace, contract, before, after.as_of, after.due)
    places = {place: number for number, place in enumerate(sorted(set(after.due.values())))}
    return Pair(before, after, found, np.array(weights(contract, found, before), np.float64), places)
