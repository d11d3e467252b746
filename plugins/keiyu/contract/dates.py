"""The three dates of a collection — deadline, end of entry, end of corrections — in business days."""

import calendar
import datetime as dt
from collections.abc import Mapping
from typing import Any, Final, Literal

from keiyu.codes.business_days import add_business_days, next_business_day
from keiyu.contract.model import Contract
from keiyu.errors import ContractError

LEVELS: Final = ("facility", "municipality", "prefecture")
"""Levels of the relay that send, lowest first."""

Closing = Literal["entry_closes", "corrections_close"]


def is_wave(contract: Contract, as_of: dt.date) -> bool:
    """Return whether a line has a collection on a date.

    Args:
        contract: the line.
        as_of: the date.
    """
    named = {as_of.isoformat()[5:], "daily", *(("monthly",) if as_of.day == 1 else ())}
    return not named.isdisjoint(contract.waves)


def deadlines(contract: Contract, as_of: dt.date) -> dict[str, dt.date]:
    """Return the day by which each level of the relay must have sent.

    Args:
        contract: the line.
        as_of: reference date of the collection.

    Returns:
        Level → last day, lowest level first; only the levels that the line has.

    Raises:
        ContractError: a level is chained back from one that has no deadline.
    """
    rules = contract.dates["deadline"]
    found: dict[str, dt.date] = {}
    for level in reversed([level for level in LEVELS if level in rules]):
        found[level] = _chained(contract, rules[level], as_of, found)
    return dict(reversed(found.items()))


def _chained(contract: Contract, rule: Mapping[str, Any], as_of: dt.date, later: Mapping[str, dt.date]) -> dt.date:
    """Reckon a deadline from the reference date, or back from the deadline of the level that receives."""
    if "before" not in rule:
        return reckon(rule, as_of)
    if rule["before"] not in later:
        raise ContractError(
            str(contract.folder), f"dates.deadline: {rule['before']} has no deadline to chain back from"
        )
    return add_business_days(later[rule["before"]], -rule["businessDays"])


def closing(contract: Contract, as_of: dt.date, name: Closing) -> dt.date:
    """Return the last day on which first submissions or corrections are taken.

    Args:
        contract: the line.
        as_of: reference date of the collection.
        name: which of the two.
    """
    return reckon(contract.dates[name], as_of)


def reckon(rule: Mapping[str, Any], as_of: dt.date) -> dt.date:
    """Reckon a date from a reference date.

    A rule counts business days from the reference date or from the same day some months later, or it
    names a day of that month. A date on a holiday of the administration moves to the next business day
    (行政機関の休日に関する法律第2条, 地方自治法第4条の2第4項).

    Args:
        rule: ``businessDays``, ``months`` and ``day`` as ``contract.json`` describes.
        as_of: reference date.

    Returns:
        A business day.
    """
    start = _months_later(as_of, rule.get("months", 0))
    if "day" in rule:
        last = calendar.monthrange(start.year, start.month)[1]
        return next_business_day(start.replace(day=last if rule["day"] == "end" else rule["day"]))
    return add_business_days(start, rule.get("businessDays", 0))


def _months_later(date: dt.date, months: int) -> dt.date:
    year, month = divmod(date.year * 12 + date.month - 1 + months, 12)
    return date.replace(year=year, month=month + 1, day=min(date.day, calendar.monthrange(year, month + 1)[1]))
