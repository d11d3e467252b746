"""Dates and moments, as :mod:`keiyu.codes.eras` reads them; a month or a day without a year is no date."""

import datetime as dt
import re
from typing import Final

from keiyu.codes.eras import EraDate, read_date
from keiyu.read import fold
from keiyu.read.grid import Cell
from keiyu.read.kinds.model import Value, reported, unknown
from keiyu.read.kinds.terms import Terms, nothing
from keiyu.read.kinds.times import clock_of

UNCLEAR: Final = "read.date.unclear"
PAST_ERA: Final = "read.date.past_era"

PLAIN: Final = r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])"
"""ISO dates that exist in every month of every year."""

_LONGEST: Final = 200
_MOMENT: Final = re.compile(
    r"(?P<day>.*?[日\d)曜])[T ]*(?P<clock>(?:午前|午後)?\s*(?:\d{1,2}(?::|時).*|正午))", re.DOTALL
)
_SECONDS: Final = re.compile(r"(?<=\d:\d\d):\d\d(?:\.\d{1,9})?$|(?<=\d分)\d{1,2}秒$", re.ASCII)
_RUN: Final = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(?:\d\d)?", re.ASCII)
_ZONED: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:?\d\d)", re.ASCII)
_MONTH_FIRST: Final = re.compile(r"(\d{1,2})/(1[3-9]|2\d|3[01])/(\d{4})", re.ASCII)
"""A day behind which the year stands, certain where it cannot be a month."""
_JAPAN: Final = dt.timezone(dt.timedelta(hours=9))
_STAND: Final = re.compile(r"\s*(?:現在|時点)[)\]]*$")


def date(cell: Cell, terms: Terms) -> Value:
    """Read a date of any spelling as a day.

    平成31年5月1日 is read as 2019-05-01 and told: forms printed before a change of era went on being used.
    Source: :mod:`keiyu.codes.eras`; GIF DS-441 §8 (和暦 at the edge, 西暦 in data).
    """
    blank = nothing(cell, terms)
    if blank is not None:
        return blank
    found = _day(cell)
    return unknown(cell, UNCLEAR) if found is None else reported(cell, found.date, None if found.exact else PAST_ERA)


def moment(cell: Cell, terms: Terms) -> Value:
    """Read a moment (令和6年1月9日午後6時) as ``2024-01-09T18:00``; a day alone as ``2024-01-09``.

    Convention: ISO 8601, local time of Japan, to the minute.
    """
    blank = nothing(cell, terms)
    if blank is not None:
        return blank
    if isinstance(cell, dt.datetime) and (cell.hour or cell.minute):
        return reported(cell, f"{cell:%Y-%m-%dT%H:%M}")
    text = _STAND.sub("", fold.value(cell)).strip() if isinstance(cell, str) and len(cell) <= _LONGEST else ""
    zoned = _zoned(text)
    if zoned is not None:
        return reported(cell, f"{zoned:%Y-%m-%dT%H:%M}")
    match = _MOMENT.fullmatch(_SECONDS.sub("", _RUN.sub(r"\1-\2-\3 \4:\5", text) if _RUN.fullmatch(text) else text))
    clock = clock_of(match["clock"]) if match else None
    found = _day(match["day"]) if match and clock else _day(cell)
    if found is None or (match and not clock):
        return unknown(cell, UNCLEAR)
    day = found.date.isoformat()
    return reported(cell, f"{day}T{clock}" if clock else day, None if found.exact else PAST_ERA)


def _zoned(text: str) -> dt.datetime | None:
    """Return a moment of ISO 8601 with its zone as one of Japan; none where it is none or does not exist."""
    if _ZONED.fullmatch(text) is None:
        return None
    try:
        return dt.datetime.fromisoformat(text).astimezone(_JAPAN)
    except (ValueError, OverflowError):
        return None


def _day(cell: Cell) -> EraDate | None:
    if isinstance(cell, str) and len(cell) > _LONGEST:
        return None
    month_first = _MONTH_FIRST.fullmatch(fold.value(cell).strip()) if isinstance(cell, str) else None
    return read_date(f"{month_first[3]}-{month_first[1]}-{month_first[2]}" if month_first else cell)
