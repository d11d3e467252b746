"""The calendar of a collection, hop by hop, and what is wrong with it as a calendar.

Three dates, not one deadline: the *deadline* by which a level shall have sent; the *end of entry*, after
which no first submission is taken; the *end of corrections*. The contract gives them for the door of the
ministry. A lower level's are chained back by the working days that lie between its deadline and the last.
"""

import datetime as dt
import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from keiyu.codes.business_days import add_business_days, business_days_between
from keiyu.contract.dates import closing, deadlines
from keiyu.contract.model import Contract
from keiyu.findings import Finding, finding


@dataclass(frozen=True, slots=True)
class Hop:
    """The dates of one level of the relay.

    Attributes:
        level: ``facility``, ``municipality`` or ``prefecture``.
        deadline: day by which it shall have sent.
        entry_closes: last day on which a first submission is taken from it.
        corrections_close: last day on which it may correct.
        given: working days it has: from the former level's deadline (or the reference date) to its own.
        lead: working days that the levels after it have until the last deadline.
    """

    level: str
    deadline: dt.date
    entry_closes: dt.date
    corrections_close: dt.date
    given: int
    lead: int


def hops(contract: Contract, as_of: dt.date) -> tuple[Hop, ...]:
    """Return the calendar of a collection, the lowest level first; every date is a business day.

    Args:
        contract: the line.
        as_of: reference date.
    """
    due = deadlines(contract, as_of)
    last = max(due.values())
    entry, corrections = closing(contract, as_of, "entry_closes"), closing(contract, as_of, "corrections_close")
    found, former = [], as_of
    for level, day in due.items():
        lead = max(business_days_between(day, last), 0)
        given = business_days_between(former, day)
        found.append(Hop(level, day, back(entry, lead), back(corrections, lead), given, lead))
        former = day
    return tuple(found)


_LEVELS: Final = {"facility": "施設", "municipality": "市区町村", "prefecture": "都道府県・直接報告市"}


def back(date: dt.date, days: int) -> dt.date:
    """Return the business day so many before a date; a date on a holiday first moves to the next that is none."""
    return add_business_days(add_business_days(date, 0), -days)


def burden(contract: Contract, as_of: dt.date, schemas: Path) -> list[Finding]:
    """Return what is wrong with the ministry's own calendar.

    A level that has fewer working days than the contract grants it does the work of two weeks in one; a
    chain whose dates run backwards cannot be kept by anybody.

    Args:
        contract: the line.
        as_of: reference date.
        schemas: the ``schemas/`` folder, for the sentences.
    """
    chain, least = hops(contract, as_of), contract.dates["minimumBusinessDays"]
    found = [
        finding(
            schemas,
            "calendar.burden",
            value=str(hop.given),
            expected=str(least),
            level_ja=_LEVELS[hop.level],
            level=hop.level,
            day=hop.deadline,
        )
        for hop in chain
        if hop.given < least
    ]
    return found + [
        finding(schemas, "calendar.order", value=str(day), expected=str(earlier), earlier=first, later=name)
        for hop in chain
        for (first, earlier), (name, day) in itertools.pairwise(_named(hop))
        if day < earlier
    ]


def _named(hop: Hop) -> list[tuple[str, dt.date]]:
    return [(f"{hop.level}.{name}", getattr(hop, name)) for name in ("deadline", "entry_closes", "corrections_close")]
