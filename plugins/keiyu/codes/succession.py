"""What became of a body: mergers, splits and renames as a dated graph.

Each row of ``schemas/codes/successions.csv`` leads from a code that stood until that day to a code
that stands from that day; chains within one day are already joined. A body that absorbs another
has no row of its own: what no row names goes on.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast

from keiyu.codes.tables import lines

COLUMNS = ("date", "event", "from_code", "to_code", "type")

EventType = Literal[
    "merger",
    "absorption",
    "rename",
    "city_status",
    "town_status",
    "designated_city_status",
    "district_change",
    "separation",
    "division",
    "redistricting",
    "ward_creation",
    "reversion",
]


@dataclass(frozen=True, slots=True)
class Succession:
    """One step from a body to what it became.

    Attributes:
        date: day it took effect (施行日).
        event: what happened, in Japanese.
        from_code: 5-digit code until that day; none for a body made from nothing (区の新設, 沖縄の復帰).
        to_code: 5-digit code from that day.
        type: kind of event; ``schemas/codes/README.md`` gives the Japanese term of each.
        split: whether ``from_code`` went to more than one body that day, so that its figures
            cannot simply be carried over.
    """

    date: dt.date
    event: str
    from_code: str | None
    to_code: str
    type: EventType
    split: bool


@dataclass(frozen=True, slots=True)
class Trail:
    """A way from one body to another through time.

    Attributes:
        code: 5-digit code of the body at the far end.
        split: whether any step was a split: only part of the one went to the other.
        steps: the steps, earliest first; empty where nothing happened.
    """

    code: str
    split: bool = False
    steps: tuple[Succession, ...] = ()


@dataclass(frozen=True)
class Successions:
    """Every step, by the code it leaves and by the code it reaches.

    Attributes:
        leaving: ``from_code`` → steps, earliest first.
        reaching: ``to_code`` → steps, earliest first.
    """

    leaving: dict[str, list[Succession]] = field(default_factory=lambda: defaultdict(list))
    reaching: dict[str, list[Succession]] = field(default_factory=lambda: defaultdict(list))

    def forward(self, code: str, since: dt.date, until: dt.date) -> tuple[Trail, ...]:
        """Follow a body that stood at ``since`` to what it is at ``until``, in code order."""

        def onward(trail: Trail, after: dt.date) -> Iterable[Trail]:
            ahead = [s for s in self.leaving.get(trail.code, ()) if after < s.date <= until]
            if not ahead:
                return (trail,)
            day = [s for s in ahead if s.date == ahead[0].date]
            return (t for s in day for t in onward(_step(trail, s.to_code, (*trail.steps, s), s), s.date))

        return _joined(onward(Trail(code), since))

    def last(self, until: dt.date) -> dt.date | None:
        """Return the day of the last step up to a date; none where there is none."""
        return max((s.date for steps in self.reaching.values() for s in steps if s.date <= until), default=None)

    def backward(
        self, code: str, since: dt.date, until: dt.date, stood: Callable[[str, dt.date], bool]
    ) -> tuple[Trail, ...]:
        """Follow a body that stands at ``until`` back to what it was made of at ``since``, in code order.

        Args:
            code: 5-digit code at ``until``.
            since: the earlier date.
            until: the later date.
            stood: whether a code existed on a date; a body that absorbed others came from itself too.
        """

        def origins(trail: Trail, before: dt.date) -> Iterable[Trail]:
            behind = [s for s in self.reaching.get(trail.code, ()) if since < s.date <= before]
            if not behind:
                return (trail,) if stood(trail.code, since) else ()
            day = behind[-1].date
            eve = day - dt.timedelta(days=1)
            steps = [s for s in behind if s.date == day]
            found = [
                t for s in steps if s.from_code for t in origins(_step(trail, s.from_code, (s, *trail.steps), s), eve)
            ]
            left = any(s.date == day for s in self.leaving.get(trail.code, ()))
            if not left and stood(trail.code, eve):
                found.extend(origins(trail, eve))
            return found

        return _joined(origins(Trail(code), until))


def read_successions(path: Path) -> Successions:
    """Read the succession table.

    Args:
        path: ``schemas/codes/successions.csv``.

    Returns:
        The graph.

    Raises:
        CodeTableError: a row cannot be used.
    """
    rows = sorted(((line.date(0), line.cells) for line in lines(path, COLUMNS)), key=lambda row: row[0])
    targets: dict[tuple[dt.date, str], set[str]] = defaultdict(set)
    for date, cells in rows:
        targets[date, cells[2]].add(cells[3])
    graph = Successions()
    for date, (_, event, from_code, to_code, kind) in rows:
        split = bool(from_code) and len(targets[date, from_code]) > 1
        step = Succession(date, event, from_code or None, to_code, cast("EventType", kind), split)
        graph.reaching[to_code].append(step)
        if from_code:
            graph.leaving[from_code].append(step)
    return graph


def _step(trail: Trail, code: str, steps: Sequence[Succession], step: Succession) -> Trail:
    return Trail(code, trail.split or step.split, tuple(steps))


def _joined(trails: Iterable[Trail]) -> tuple[Trail, ...]:
    """Join trails with the same end: two ways to one body are one answer with the steps of both."""
    ends: dict[str, Trail] = {}
    for trail in trails:
        other = ends.get(trail.code)
        if other is None:
            ends[trail.code] = trail
            continue
        steps = dict.fromkeys((*other.steps, *trail.steps))
        ends[trail.code] = Trail(
            trail.code, trail.split or other.split, tuple(sorted(steps, key=lambda s: (s.date, s.to_code)))
        )
    return tuple(ends[code] for code in sorted(ends))
