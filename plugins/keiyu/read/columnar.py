"""Large texts, kept in columns: a million records without an object for each cell.

Arrow's reader splits plain text as Python's does. Records of another length are taken by themselves and put back in
their places. Text in which anything is doubtful is left to the slower way.
"""

import csv
import io
from collections import Counter
from itertools import islice
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from keiyu.read.grid import ColumnRows
from keiyu.read.quotes import swallowed_cell

_SAMPLE: Final = 200
_MOST_ODD: Final = 1_000
_BLOCK: Final = 4 * 1024 * 1024
_LETTER: Final = 4
"""Most bytes of a letter."""
_MOST_COLUMNS: Final = 16_384


class _Encoded(io.RawIOBase):
    """A text as a file of bytes, encoded piece by piece."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        start, self._at = self._at, self._at + size // _LETTER
        return self._text[start : self._at].encode()


class _Odd:
    """Takes note of records that are longer or shorter than the others."""

    def __init__(self, delimiter: str) -> None:
        self.records: list[tuple[int, list[str]]] = []
        self._delimiter = delimiter

    def __call__(self, row: Any) -> str:
        if len(self.records) >= _MOST_ODD or "\n" in row.text or "\r" in row.text or len(row.text) > _BLOCK:
            return "error"
        try:
            cells = next(csv.reader([row.text], delimiter=self._delimiter, strict=True), [])
        except csv.Error:
            return "error"
        self.records.append((row.number - 1, cells))
        return "skip"


def column_rows(text: str, delimiter: str) -> ColumnRows | None:
    """Split a large text into columns of text.

    Args:
        text: the text.
        delimiter: what stands between cells.

    Returns:
        Its records; none where they must be split with more care.
    """
    width = _usual(text, delimiter)
    if not 1 < width <= _MOST_COLUMNS:
        return None
    odd = _Odd(delimiter)
    quoted = '"' in text
    names = [f"c{i}" for i in range(width)]
    try:
        table = arrow_csv.read_csv(
            _Encoded(text),
            arrow_csv.ReadOptions(column_names=names, use_threads=False, block_size=_BLOCK),
            arrow_csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=quoted, ignore_empty_lines=False, invalid_row_handler=odd
            ),
            arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
        )
    except (pa.ArrowException, UnicodeEncodeError):
        return None
    table = _with_odd(table, odd.records)
    if table is None or _too_long(table) or (quoted and _swallows(table, delimiter)):
        return None
    last = _last(table.columns)
    return ColumnRows([column.slice(0, last) for column in table.columns])


def _usual(text: str, delimiter: str) -> int:
    stream = io.StringIO(text[: 1024 * 1024], newline="")
    try:
        widths = Counter(map(len, islice(csv.reader(stream, delimiter=delimiter), _SAMPLE)))
    except csv.Error:
        return 0
    return widths.most_common(1)[0][0]


def _with_odd(table: pa.Table, odd: list[tuple[int, list[str]]]) -> pa.Table | None:
    """Put the records of another length back in their places, blanks filling what is short."""
    if not odd:
        return table
    width = max(table.num_columns, *(len(cells) for _, cells in odd))
    if width > _MOST_COLUMNS:
        return None
    blank = pa.array([""] * table.num_rows, pa.string()) if width > table.num_columns else None
    for extra in range(table.num_columns, width):
        table = table.append_column(f"c{extra}", blank)
    pieces, done = [], 0
    for before, (number, cells) in enumerate(odd):
        start = number - before
        pieces.append(table.slice(done, start - done))
        row = cells + [""] * (width - len(cells))
        pieces.append(pa.table([pa.array([c], pa.string()) for c in row], names=table.column_names))
        done = start
    pieces.append(table.slice(done))
    return pa.concat_tables(pieces)


def _too_long(table: pa.Table) -> bool:
    """Return whether a cell is longer than the slower way allows, which says so."""
    longest = (pc.max(pc.binary_length(column)).as_py() or 0 for column in table.columns)
    return max(longest, default=0) > csv.field_size_limit()


def _swallows(table: pa.Table, delimiter: str) -> bool:
    """Return whether a cell holds a whole record, because a quotation mark was not closed."""
    width = table.num_columns
    for column in table.columns:
        broken = column.filter(pc.match_substring_regex(column, r"[\r\n]"))
        if any(swallowed_cell([cell], delimiter, width) for cell in broken.to_pylist()):
            return True
    return False


def _last(columns: list[pa.ChunkedArray]) -> int:
    """Return the number of records up to the last that is not blank."""
    rows = len(columns[0])
    if not rows or any(column[rows - 1].as_py() for column in columns):
        return rows
    filled = (pc.indices_nonzero(pc.not_equal(column, "")) for column in columns)
    return max((at[len(at) - 1].as_py() + 1 for at in filled if len(at)), default=0)
