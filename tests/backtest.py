"""Back-testing estimates: what they would have said while a collection came in, against what came in the end.

The orders of arrival may be those of the ledger (``backtest``) or simulated (``replay``), so that what an interval
promises can be held against how often it keeps it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from keiyu.publish.estimation.frame import frame
from keiyu.publish.estimation.model import Floats, Sample, predict
from keiyu.publish.estimation.table import LEVELS
from keiyu.publish.snapshot import Snapshot
from keiyu.receive.workspace import Workspace

SHARES: Final = (0.2, 0.5, 0.8, 0.9, 0.95)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One interval against the truth.

    Attributes:
        measure: headline measure.
        share: coverage by weight at which it was made.
        level: its level.
        place: number of a prefecture; none for the nation.
        estimate: the total that was expected.
        lower: lower bound.
        upper: upper bound.
        truth: the total that came.
    """

    measure: str
    share: float
    level: float
    place: int | None
    estimate: float
    lower: float
    upper: float
    truth: float

    @property
    def holds(self) -> bool:
        """Whether the truth lies between the bounds."""
        slack = 1e-9 * max(abs(self.truth), 1.0)
        return self.lower - slack <= self.truth <= self.upper + slack


def backtest(workspace: Workspace, taken: Snapshot, shares: Sequence[float] = SHARES) -> list[Outcome]:
    """Replay a collection in the order in which it arrived.

    Args:
        workspace: the installation.
        taken: the collection, once everyone is in or nearly so; who is missing still is left out.
        shares: coverages at which to look.
    """
    known, found = frame(workspace, taken), []
    for name, told in taken.contract.headline.items():
        sample = _inside(known.now.sample(told["fields"]))
        past = [pair.sample(told["fields"]) for pair in known.past]
        found += list(replay(name, sample, past, [sample.order], len(known.now.places), shares))
    return found


def replay(
    measure: str,
    whole: Sample,
    past: Sequence[Sample],
    orders: Iterable[Floats],
    places: int,
    shares: Sequence[float] = SHARES,
) -> Iterator[Outcome]:
    """Replay a complete collection in several orders of arrival.

    Args:
        measure: name of the measure.
        whole: the collection with everyone in.
        past: earlier collections.
        orders: orders of arrival of the units; the smallest is first.
        places: how many prefectures there are.
        shares: coverages by weight at which to look.

    Yields:
        For each order, share and level the nation, then each prefecture; nothing where nothing can be estimated.
    """
    for order in orders:
        for share in shares:
            sample = replace(whole, order=order).until(share)
            found = predict(sample, past, places)
            if found is None:
                continue
            for level in LEVELS:
                for place in (None, *range(places)):
                    mine = np.ones(len(whole.now), np.bool_) if place is None else whole.place == place
                    counted = float(sample.now[mine].sum())
                    low, high = found.interval(level, place)
                    mean = float(found.mean.sum() if place is None else found.mean[place])
                    bounds = (counted + mean, counted + low, counted + high, float(whole.now[mine].sum()))
                    yield Outcome(measure, share, level, place, *bounds)


def coverage(outcomes: Iterable[Outcome]) -> dict[tuple[float, float], float]:
    """Return share and level → how often the truth lay between the bounds."""
    held: dict[tuple[float, float], list[bool]] = {}
    for one in outcomes:
        held.setdefault((one.share, one.level), []).append(one.holds)
    return {key: sum(each) / len(each) for key, each in held.items()}


def _inside(sample: Sample) -> Sample:
    """Return the units that are in."""
    at = sample.inside
    names = ("last", "now", "inside", "place", "order", "weight")
    return Sample(*(getattr(sample, name)[at] for name in names))
