"""Months across columns (４月 ５月 ６月 over the ages or under them): a table for each month, with what they share.

Where it is certain: the same columns stand there for each month, the months follow each other, and header, title or
file say the year. Else nobody can say which figure is of which collection, and nothing is taken apart.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from keiyu.codes.eras import parse_date
from keiyu.read import fold
from keiyu.read.general.dated import find_as_of
from keiyu.read.general.headers import Header, Level
from keiyu.read.general.months import month_of, years_in
from keiyu.read.general.spread import LONGEST
from keiyu.read.grid import Cell

if TYPE_CHECKING:
    from keiyu.read.general.table import Found, LineWords

_FEWEST: Final = 2
_YEAR: Final = 12
_BEFORE: Final = 2
"""So many months before the first month a title may have been written."""
MONTH: Final = re.compile(
    r"[(【\[]?(?:((?:令和|平成|[RH]|20)(?:\d{1,2}|元))年)?(?<!\d)(1[0-2]|[1-9])月(?:1日)?"
    r"(?:(?:入所|入園|利用)?(?:分|時点|現在|付)|(?:入所|入園)(?=$|[)】\]]))?[)】\]]?"
)


class Month(NamedTuple):
    """The month of a table that shares its rows, or its columns, with those of other months.

    Attributes:
        first: its first day.
        own: its columns; none where each row says its month.
        others: columns of the other months; the column that says the month of each row.
        header: the header of all months, as it stands.
    """

    first: dt.date
    own: frozenset[int]
    others: frozenset[int]
    header: Header


class _Said(NamedTuple):
    """What a header says of a month."""

    year: str
    month: int


@dataclass(frozen=True)
class _Column:
    """A column of a month: which, and what is left of its header without it."""

    said: _Said
    levels: tuple[Level, ...]

    @property
    def rest(self) -> tuple[str, ...]:
        return tuple(fold.joined(level.text) for level in self.levels)


def by_month(found: "Found", lines: Sequence["LineWords"]) -> "list[Found]":
    """Return the table of each month; none where the columns are not certainly of several months.

    Args:
        found: a table.
        lines: the lines that it may belong to.
    """
    columns = {at: told for at, levels in enumerate(found.header.levels) if (told := _column(levels))}
    of: dict[_Said, dict[int, _Column]] = {}
    for at, column in columns.items():
        of.setdefault(column.said, {})[at] = column
    if len(of) < _FEWEST or len(found.grid.rows) > LONGEST or found.grid.features:
        return []
    months = _dates(list(of), found, lines)
    alike = {tuple(sorted(column.rest for column in own.values())) for own in of.values()}
    if not months or len(alike) > 1 or _merged(found, [set(own) for own in of.values()]):
        return []
    return [
        _table(found, Month(day, frozenset(own), frozenset(columns.keys() - own.keys()), found.header), own)
        for day, own in zip(months, of.values(), strict=True)
    ]


def _column(levels: Sequence[Level]) -> _Column | None:
    """Return the month that the texts over a column say; none where they say none, or several."""
    told = [(level, fold.placed("".join(level.text.split()))) for level in levels]
    said = {_Said(*_two(match)) for _, text in told for match in MONTH.finditer(text)}
    if len(said) != 1:
        return None
    rest = ((level, MONTH.sub("", text)) for level, text in told)
    return _Column(said.pop(), tuple(replace(level, text=text) for level, text in rest if text))


def _two(match: re.Match[str]) -> tuple[str, int]:
    return match[1] or "", int(match[2])


def _dates(months: Sequence[_Said], found: "Found", lines: Sequence["LineWords"]) -> list[dt.date]:
    """Return the first days of months; none where they do not follow each other or no year is said."""
    if all(said.year for said in months):
        days = [parse_date(f"{said.year}年{said.month}月1日") for said in months]
    elif any(said.year for said in months[1:]):
        return []
    else:
        first = _first(months[0], len(months), found, lines)
        days = [_later(first, number) for number in range(len(months))] if first else []
    known = [day for day in days if day is not None]
    follow = all(_later(one, 1) == two for one, two in pairwise(known))
    same = [day.month for day in known] == [said.month for said in months]
    return known if follow and same and len(known) <= _YEAR else []


def _first(said: _Said, count: int, found: "Found", lines: Sequence["LineWords"]) -> dt.date | None:
    """Return the first of the months: by its own year, the fiscal year that is named, or the date of the table."""
    if said.year:
        return parse_date(f"{said.year}年{said.month}月1日")
    years = set(years_in(found.title))
    if years:
        return month_of(years.pop(), said.month) if len(years) == 1 else None
    day = find_as_of(found.grid, found.header.top, (), found.file, lines[0].lexis.cues)
    if day is None:
        return None
    firsts = (dt.date(day.year + more, said.month, 1) for more in (-1, 0, 1))
    near = [first for first in firsts if _later(first, -_BEFORE) <= day < _later(first, count)]
    return near[0] if len(near) == 1 else None


def _later(day: dt.date, months: int) -> dt.date:
    year, month = divmod(day.year * _YEAR + day.month - 1 + months, _YEAR)
    return dt.date(year, month + 1, 1)


def _merged(found: "Found", groups: Sequence[set[int]]) -> bool:
    """Return whether a figure stands in a merged cell for several months together."""
    below = (m for m in found.grid.looks.merges if m.bottom > found.header.bottom)
    return any(sum(any(m.left <= at <= m.right for at in group) for group in groups) > 1 for m in below)


def _table(found: "Found", month: Month, own: Mapping[int, _Column]) -> "Found":
    return replace(
        found,
        grid=replace(found.grid, rows=list(_rows(found, month.others)), look=lambda: found.grid.looks),
        header=_header(found.header, month.others, own),
        month=month,
    )


def _rows(found: "Found", others: frozenset[int]) -> Iterator[list[Cell]]:
    for number, row in enumerate(found.grid.rows):
        below = number > found.header.bottom
        yield ["" if at in others else cell for at, cell in enumerate(row)] if below else list(row)


def _header(header: Header, others: frozenset[int], own: Mapping[int, _Column]) -> Header:
    """Return the header of one month; a text that stood over its columns alone is over several only if they are."""
    levels = [own[at].levels if at in own else () if at in others else old for at, old in enumerate(header.levels)]
    over: dict[tuple[str, int], int] = {}
    for one in (level for column in levels for level in column):
        over[one.text, one.row] = over.get((one.text, one.row), 0) + 1
    told = [tuple(replace(one, shared=one.shared and over[one.text, one.row] > 1) for one in told) for told in levels]
    return replace(header, levels=tuple(told))
