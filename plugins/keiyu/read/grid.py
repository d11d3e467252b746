"""A decoded file: sheets of rows of cells, before anything is known of their meaning."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from operator import itemgetter
from typing import Literal, overload

import pyarrow as pa

from keiyu.read.held import Texts
from keiyu.read.looks.model import PLAIN, Looks, apart

Cell = str | float | int | bool | dt.date | dt.datetime | dt.time | dt.timedelta
"""What a decoder yields for one cell; an empty cell is ``""``."""

Row = Sequence[Cell]

FINDINGS_SHEET = "Keiyuの指摘"
"""The sheet that a file given back with its findings carries; it is nobody's data."""

FileKind = Literal["xlsx", "xls", "xlsb", "ods", "csv", "json", "html", "zip"]


@lru_cache(maxsize=16_384)
def letters(column: int) -> str:
    """Return the letters of a 0-based column: 0 → ``A``, 27 → ``AB``."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def column_of(text: str) -> int:
    """Return the 0-based column of letters: ``A`` → 0."""
    number = 0
    for char in text.upper():
        number = number * 26 + ord(char) - ord("A") + 1
    return number - 1


def address(row: int, column: int) -> str:
    """Return the A1 address of a 0-based row and column."""
    return f"{letters(column)}{row + 1}"


@dataclass(frozen=True, slots=True)
class Remark:
    """Something a decoder has to say of a file that it could read.

    Attributes:
        rule_id: rule of ``schemas/findings.yaml``.
        sheet: the sheet, where it is one.
        cell: A1 address, where it is one.
        value: what stands there.
        expected: what would be right.
    """

    rule_id: str
    sheet: str | None = None
    cell: str | None = None
    value: str | None = None
    expected: str | None = None


class ColumnRows(Sequence[list[Cell]]):
    """Rows that are kept as columns, and are made when somebody looks at them."""

    _STEP = 8_192

    def __init__(
        self, columns: Sequence[pa.ChunkedArray], start: int = 0, stop: int | None = None, gap: range = range(0)
    ) -> None:
        """Look at columns as rows.

        Args:
            columns: one array of texts per column, all of one length.
            start: first row that is seen.
            stop: row behind the last.
            gap: rows that are seen blank, for they are of another table.
        """
        self.columns = columns
        self._gap = gap
        self._start = start
        self._stop = (len(columns[0]) if columns else 0) if stop is None else stop
        self._held: dict[tuple[int, int], Texts] = {}

    def __len__(self) -> int:
        """Return the number of rows."""
        return max(self._stop - self._start, 0)

    @overload
    def __getitem__(self, at: int) -> list[Cell]: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[list[Cell]]: ...
    def __getitem__(self, at: int | slice) -> list[Cell] | Sequence[list[Cell]]:
        """Return a row, or a part of the rows; a large part stays in columns."""
        if isinstance(at, slice):
            start, stop, step = at.indices(len(self))
            if step != 1:
                return [self[i] for i in range(start, stop, step)]
            if stop - start > self._STEP:
                return ColumnRows(self.columns, self._start + start, self._start + stop, self._gap)
            return self._made(self._start + start, self._start + stop)
        place = at + len(self) if at < 0 else at
        if not 0 <= place < len(self):
            raise IndexError(at)
        return self._made(self._start + place, self._start + place + 1)[0]

    def __iter__(self) -> Iterator[list[Cell]]:
        """Yield the rows, made some thousands at a time."""
        for start in range(self._start, self._stop, self._STEP):
            yield from self._made(start, min(start + self._STEP, self._stop))

    def column(self, at: int, start: int = 0) -> Texts:
        """Return the cells of a column from a row on."""
        place = (at, start)
        if place not in self._held:
            self._held[place] = Texts(self._seen(self.columns[at], self._start + start, self._stop))
        return self._held[place]

    def without(self, rows: range) -> "ColumnRows":
        """Return the same rows, some of them blank.

        Args:
            rows: which rows.
        """
        return ColumnRows(
            self.columns, self._start, self._stop, range(self._start + rows.start, self._start + rows.stop)
        )

    def between(self, top: int, left: int, right: int) -> "ColumnRows":
        """Return the same rows, of those from one on only some columns.

        Args:
            top: the first row of which the other columns are blank.
            left: the first of those columns.
            right: the column behind the last.
        """
        above = self._start + top
        kept = [
            column
            if left <= at < right
            else pa.chunked_array([*column.slice(0, above).chunks, pa.repeat("", len(column) - above)], pa.string())
            for at, column in enumerate(self.columns[:right])
        ]
        return ColumnRows(kept, self._start, self._stop, self._gap)

    def _seen(self, column: pa.ChunkedArray, start: int, stop: int) -> pa.ChunkedArray:
        """Return a part of a column as it is seen."""
        gap = range(max(start, self._gap.start), min(stop, self._gap.stop))
        if not gap:
            return column.slice(start, max(stop - start, 0))
        before, behind = column.slice(start, gap.start - start), column.slice(gap.stop, stop - gap.stop)
        return pa.chunked_array([*before.chunks, pa.repeat("", len(gap)), *behind.chunks])

    def _made(self, start: int, stop: int) -> list[list[Cell]]:
        gap = range(max(start, self._gap.start), min(stop, self._gap.stop))
        if gap:
            return [*self._made(start, gap.start), *([] for _ in gap), *self._made(gap.stop, stop)]
        parts = [column.slice(start, max(stop - start, 0)).to_pylist() for column in self.columns]
        return [list(row) for row in zip(*parts, strict=True)]


@dataclass(slots=True)
class Grid:
    """One sheet, or the one table of a text file.

    Attributes:
        name: worksheet name; none for a text file.
        rows: rows of cells from A1 on; a text file's rows are its records and may differ in length.
        hidden: whether the sheet is hidden.
        features: whether the first row is the names of properties that the records of a JSON file have; it is no
            row of the file then, and the second row is record 1.
        look: reads merges, borders, colours and the rest, when somebody asks.
    """

    name: str | None
    rows: Sequence[list[Cell]]
    hidden: bool = False
    features: bool = False
    look: Callable[[], Looks] | None = field(default=None, repr=False, compare=False)
    _seen: Looks | None = field(default=None, init=False, repr=False, compare=False)

    def number(self, row: int) -> int:
        """Return the 1-based number by which people know a row: of the sheet, of the record, of the feature.

        Args:
            row: 0-based position in ``rows``.
        """
        return row if self.features else row + 1

    @property
    def width(self) -> int:
        """Number of columns of the longest row."""
        if isinstance(self.rows, ColumnRows):
            return len(self.rows.columns)
        return max(map(len, self.rows), default=0)

    def column(self, at: int, start: int = 0) -> Sequence[Cell]:
        """Return the cells of a column; a row that is too short has a blank there.

        Args:
            at: 0-based column.
            start: 0-based row to begin at.
        """
        if isinstance(self.rows, ColumnRows) and at < self.width:
            return self.rows.column(at, start)
        rows = self.rows[start:] if start else self.rows
        try:
            return list(map(itemgetter(at), rows))
        except IndexError:
            return [row[at] if at < len(row) else "" for row in rows]

    @property
    def looks(self) -> Looks:
        """Merges, borders, colours, comments, hidden rows: read at the first question, plain where there are none."""
        if self._seen is None:
            seen = self.look() if self.look is not None else PLAIN
            self._seen = replace(seen, merges=apart(seen.merges, len(self.rows))) if seen.merges else seen
        return self._seen


@dataclass(slots=True)
class Workbook:
    """One file, decoded.

    Attributes:
        kind: what the content is, whatever the file's name says.
        grids: its sheets in order.
        encoding: character encoding of a text file.
        delimiter: delimiter of a text file.
        remarks: what the decoder has to say of it.
    """

    kind: FileKind
    grids: list[Grid]
    encoding: str | None = None
    delimiter: str | None = None
    remarks: list[Remark] = field(default_factory=list)
