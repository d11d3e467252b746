"""Who is due, reminded, overdue — a pure function of the ledger's facts and an instant.

Nobody is late who has said that there is nothing to report (該当なし), who was excused (提出免除), whose time was
extended, or whose report came in time and waits for a decision. A day belongs to Japan's calendar and lasts to its
midnight.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from keiyu.codes.business_days import business_days_between
from keiyu.contract.calendar import Hop, back
from keiyu.publish.monitor.position import Deed, Position, Reporter

JAPAN: Final = dt.timezone(dt.timedelta(hours=9), "JST")
Status = Literal["reported", "nil", "held", "exempt", "due", "reminded", "overdue"]
STATUSES: Final[tuple[Status, ...]] = ("reported", "nil", "held", "exempt", "due", "reminded", "overdue")


@dataclass(frozen=True, slots=True)
class Standing:
    """How one reporter stands.

    Attributes:
        reporter: who.
        status: ``reported``, ``nil``, ``exempt``; or it is not in yet: ``held`` (its only report waits for a
            decision), ``due``, ``reminded`` (due, and told so once at least), ``overdue``.
        due: its last day, extensions included.
        extended: whether an extension moved that day.
        first: when the first of its submissions that was accepted or is held was received.
        on_time: whether that was no later than its last day; none where that is not decided yet or not owed.
    """

    reporter: Reporter
    status: Status
    due: dt.date
    extended: bool
    first: dt.datetime | None
    on_time: bool | None


@dataclass(frozen=True)
class Assessment:
    """How a collection stands against its calendar.

    Attributes:
        position: the facts.
        today: the day in Japan.
        standings: everyone who owes a submission, in code order.
    """

    position: Position
    today: dt.date
    standings: tuple[Standing, ...]

    @cached_property
    def counts(self) -> Mapping[Status, int]:
        """How many stand how; every status is named."""
        found = Counter(one.status for one in self.standings)
        return {status: found[status] for status in STATUSES}

    @property
    def on_time_rate(self) -> float | None:
        """Share on time of those of whom it is decided; none before anything is."""
        return rate(self.standings)

    @property
    def last_day(self) -> dt.date:
        """The last day that anybody was given."""
        return max((one.due for one in self.standings), default=self.position.hops[-1].deadline)

    def days_left(self, day: dt.date) -> int:
        """Business days from today to a day, today not counted; negative once it has passed."""
        return business_days_between(self.today, day)


def rate(standings: Iterable[Standing]) -> float | None:
    """Return the share on time of those of whom it is decided."""
    decided = [one.on_time for one in standings if one.on_time is not None]
    return sum(decided) / len(decided) if decided else None


def day_of(instant: dt.datetime) -> dt.date:
    """Return the day in Japan that an instant belongs to."""
    return instant.astimezone(JAPAN).date()


def assess(position: Position, at: dt.datetime) -> Assessment:
    """Judge everyone who owes a submission.

    Args:
        position: the facts; what was received after the instant is not seen.
        at: the instant.
    """
    today = day_of(at)
    first: dict[str, Deed] = {}
    said: dict[str, Deed] = {}
    for deed in position.deeds:
        if deed.decided_at <= at and (deed.accepted or deed.held):
            first.setdefault(deed.reporter, deed)
            if deed.accepted or deed.reporter not in said:
                said[deed.reporter] = deed
    standings = (_judge(position, one, first.get(one.code), said.get(one.code), today) for one in position.reporters)
    return Assessment(position, today, tuple(standings))


def normal_day(position: Position, area: str) -> dt.date:
    """Return the day by which an area's own level shall have sent, were nothing extended."""
    levels = {one.areas[area] if area != one.code else one.level for one in position.reporters if area in one.areas}
    return max((_hop(position, level).deadline for level in levels), default=position.hops[-1].deadline)


def due_day(position: Position, reporter: Reporter) -> tuple[dt.date, bool]:
    """Return a reporter's last day, and whether an extension moved it.

    An extension names the last day of the area's own level; below it the day is chained back, so that an
    extended prefecture keeps its working days. Of several the longest counts.
    """
    normal = _hop(position, reporter.level).deadline
    given = position.given.extensions
    days = [
        _chained(position, reporter.level, level, given[area].until or normal)
        for area, level in reporter.areas.items()
        if area in given
    ]
    day = max([normal, *days])
    return day, day > normal


def entry_day(position: Position, standing: Standing) -> dt.date:
    """Return the last day on which a reporter's first submission is taken; never before its own last day."""
    return max(_hop(position, standing.reporter.level).entry_closes, standing.due)


def _chained(position: Position, level: str, granted: str, until: dt.date) -> dt.date:
    """Chain a day granted to one level back to the level of a reporter below it."""
    return back(until, max(_hop(position, level).lead - _hop(position, granted).lead, 0))


def _hop(position: Position, level: str) -> Hop:
    """Return the hop of a level; a level that the calendar does not name keeps the last one's days."""
    return next((hop for hop in position.hops if hop.level == level), position.hops[-1])


def _judge(position: Position, reporter: Reporter, first: Deed | None, said: Deed | None, today: dt.date) -> Standing:
    day, extended = due_day(position, reporter)
    if said is not None and first is not None:
        on_time = day_of(first.received_at) <= day
        status: Status = "nil" if said.nil else "reported"
        return Standing(reporter, status if said.accepted else "held", day, extended, first.received_at, on_time)
    if any(area in position.given.exemptions for area in reporter.areas):
        return Standing(reporter, "exempt", day, extended, None, None)
    if today > day:
        return Standing(reporter, "overdue", day, extended, None, False)
    told = reporter.code in position.reminded
    return Standing(reporter, "reminded" if told else "due", day, extended, None, None)
