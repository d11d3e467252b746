"""Months down the rows (a row for each facility and month): a table for each month, with its own rows.

Where it is certain: a column says a month in every row, most facilities stand there for several months, and the
cells, title or file say the year. Else nobody can say which row is of which collection, and nothing is taken apart.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

from keiyu.codes.eras import find_month, parse_date
from keiyu.read import fold
from keiyu.read.general.across import MONTH, Month
from keiyu.read.general.months import month_of, years_in
from keiyu.read.general.spread import LONGEST
from keiyu.read.grid import Cell
from keiyu.read.values import raw

if TYPE_CHECKING:
    from keiyu.read.general.table import Found

_LOOKED_AT: Final = 3
_FEWEST: Final = 2
_MOST: Final = 60
_SHARE: Final = 0.5
_TEXT: Final = 16
_WRITTEN: Final = re.compile(r"(?:20\d\d|[RH]\d{1,2})[./-]?(?:0?[1-9]|1[0-2])", re.IGNORECASE)


def by_rows(found: "Found", names: Callable[[str], bool], dates: Callable[[str], bool]) -> "list[Found]":
    """Return the table of each month; none where the rows are not certainly of several months.

    Args:
        found: a table.
        names: tells whether a header text stands over the names of records.
        dates: tells whether a header text stands over a date of the record itself, such as when it was founded.
    """
    if found.grid.features or len(found.grid.rows) > LONGEST:
        return []
    reader = _Months(found)
    over = [[level.text for level in levels] for levels in found.header.levels]
    column = next((at for at, texts in enumerate(over) if reader.begins(at) and not any(map(dates, texts))), None)
    if column is None:
        return []
    name = next((at for at, texts in enumerate(over) if at != column and any(map(names, texts))), None)
    return list(_Rows(found, name, column, reader).tables()) if name is not None else []


@dataclass(frozen=True)
class _Months:
    """Reads the month that a cell says."""

    found: "Found"
    known: dict[str, dt.date | None] = field(default_factory=dict)

    @cached_property
    def _year(self) -> int | None:
        """The fiscal year that title, sheet or file name say, where they say one."""
        years = set(years_in(self.found.title))
        return years.pop() if len(years) == 1 else None

    def begins(self, at: int) -> bool:
        """Return whether the first cells of a column say months."""
        rows = self.found.grid.rows[self.found.first : self.found.first + _LOOKED_AT]
        cells = [cell for row in rows if (cell := _cell(row, at)) != ""]
        return bool(cells) and all(self.read(cell) is not None for cell in cells)

    def read(self, cell: Cell) -> dt.date | None:
        """Return the first day of the month that a cell says; none of a day within a month."""
        if isinstance(cell, dt.date):
            day = cell.date() if isinstance(cell, dt.datetime) else cell
            return day if day.day == 1 else None
        text = raw(cell).strip()
        if not 0 < len(text) <= _TEXT or isinstance(cell, bool):
            return None
        if text not in self.known:
            self.known[text] = self._read(fold.placed(text).removesuffix(".0"))
        return self.known[text]

    def _read(self, text: str) -> dt.date | None:
        said = MONTH.fullmatch(text)
        if said is not None and not said[1]:
            return month_of(self._year, int(said[2])) if self._year is not None else None
        if said is not None or _WRITTEN.fullmatch(text):
            return find_month(text)
        day = parse_date(text) if not text.isdecimal() else None
        return day if day is not None and day.day == 1 else None


@dataclass(frozen=True)
class _Rows:
    """The rows of a table, by month."""

    found: "Found"
    name: int
    column: int
    months: _Months

    def tables(self) -> "Iterator[Found]":
        """Yield the table of each month; none where a row is of no certain month."""
        told = list(self._told())
        of: dict[str, set[dt.date]] = {}
        for row, month, _ in told:
            name = raw(_cell(row, self.name)).strip()
            if month is not None and name:
                of.setdefault(name, set()).add(month)
        several = sum(len(months) > 1 for months in of.values())
        days = sorted(set().union(*of.values()))
        if not all(sure for _, _, sure in told) or several < max(_SHARE * len(of), _FEWEST) or len(days) > _MOST:
            return
        for day in days:
            rows: list[list[Cell]] = [row if month in (None, day) else [] for row, month, _ in told]
            yield replace(
                self.found,
                grid=replace(self.found.grid, rows=rows, look=lambda: self.found.grid.looks),
                month=Month(day, frozenset(), frozenset({self.column}), self.found.header),
            )

    def _told(self) -> Iterator[tuple[list[Cell], dt.date | None, bool]]:
        """Yield each row, its month, and whether that is certain; blank cells go on with what stands above."""
        header = {level.text for level in self.found.header.levels[self.column]}
        above: list[Cell] = []
        last: dt.date | None = None
        for number, each in enumerate(self.found.grid.rows):
            row, cell = list(each), _cell(each, self.column)
            if number < self.found.first or cell in header or not any(own != "" for own in row):
                last = None
            elif cell != "" or last is not None:
                last = self.months.read(cell) if cell != "" else last
                if cell != "" and _cell(row, self.name) == "":
                    row = [_cell(above, at) if own == "" and at < self.column else own for at, own in enumerate(row)]
                above = row if _cell(row, self.name) != "" else above
                yield row, last, last is not None and bool(above)
                continue
            yield row, None, True


def _cell(row: Sequence[Cell], at: int) -> Cell:
    return row[at] if at < len(row) else ""
