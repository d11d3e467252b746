"""The dates of the parts of a list: a sheet called 5月 in a file of 令和６年度, a part that says nothing."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from keiyu.codes.eras import parse_date
from keiyu.read import fold
from keiyu.read.general.table import Table

_APRIL: Final = 4
"""The first month of a fiscal year (会計年度, 地方自治法208条)."""

_YEAR: Final = re.compile(r"((?:令和|平成|[RH])\s?(?:\d{1,2}|元)|(?<!\d)\d{4})\s?年度")
_DAY: Final = re.compile(r"(?<![\d年])(1[0-2]|[1-9])\s?月\s?([12]\d|3[01]|[1-9])\s?日\s?(?:現在|時点)")
_MONTH: Final = re.compile(r"(?<!\d)(1[0-2]|[1-9])\s?月(?!\s?\d|日)")


def dated(tables: Sequence[Table], name: str) -> list[Table]:
    """Give tables of one list that say no date the month that they name, else the one date that all others say.

    Args:
        tables: the tables of a list.
        name: the file's name.
    """
    years = {year for text in _texts(tables, name) for year in years_in(text)}
    if len(years) == 1:
        year = years.pop()
        tables = [t if t.as_of else replace(t, as_of=_month(t, year)) for t in tables]
    said = {table.as_of for table in tables} - {None}
    only = said.pop() if len(said) == 1 else None
    return [t if t.as_of or only is None else replace(t, as_of=only) for t in tables]


def _texts(tables: Sequence[Table], name: str) -> Iterator[str]:
    yield name
    for table in tables:
        yield table.found.title


def years_in(text: str) -> Iterator[int]:
    """Yield the fiscal years that a text names, by their first year."""
    for found in _YEAR.findall(fold.value(text)):
        first = parse_date(f"{found}年4月1日")
        if first is not None:
            yield first.year


def _month(table: Table, year: int) -> dt.date | None:
    """Return the month of a fiscal year that the name of a sheet or a title says; none where it says several.

    A day that it says (６月１日現在) is that day, where it says no month.
    """
    title = fold.value(table.found.title)
    months = {(int(month), 1) for month in _MONTH.findall(title)}
    days = months or {(int(month), int(day)) for month, day in _DAY.findall(title)}
    if len(days) != 1:
        return None
    month, day = days.pop()
    first = month_of(year, month)
    return parse_date(f"{first.year}-{month}-{day}")


def month_of(year: int, month: int) -> dt.date:
    """Return the first day of a month of a fiscal year.

    Args:
        year: the year in which it begins.
        month: the month, 1 to 12.
    """
    return dt.date(year if month >= _APRIL else year + 1, month, 1)
