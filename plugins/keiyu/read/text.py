"""Text files: which delimiter, which records; sniffed, never assumed. What they are written in: ``encodings``."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from typing import Final, cast

from keiyu.collector import uncollected
from keiyu.read import features, markup
from keiyu.read.columnar import column_rows
from keiyu.read.encodings import LOST, to_text
from keiyu.read.grid import Cell, Grid, Remark, Workbook, address
from keiyu.read.quotes import mended, swallowed
from keiyu.read.sniff import RefusedError, refuse_other_text

MOST_COLUMNS: Final = 16_384
MOST_TEXT: Final = 1024 * 1024 * 1024
MOST_ROWS: Final = 1_048_576
"""Records of a text, as many as a sheet has rows: no spreadsheet opens more, and by so many the parts of a list are
numbered apart (``model.PART``)."""

MOST_CELLS: Final = 10_000_000
"""Cells of a text that cannot be kept in columns; each is an object then, about 100 bytes of it, and a row is as large
as some: about 1 GiB together."""
_ROW: Final = 4

_LARGE: Final = 4 * 1024 * 1024
_SAMPLE: Final = 65_536
_LINES: Final = 30
_BAR: Final = "|"
_RULE: Final = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)+\|?\s*")
"""The line under the header of a table in Markdown. Source: GitHub Flavored Markdown, delimiter row."""
_DELIMITERS: Final = (",", "\t", ";", "|")
_RARE: Final = ("，", "、", "；", "｜", "^")
"""Delimiters that also stand inside cells: taken only where none of the others stands anywhere, between three cells."""

_NAMED: Final = re.compile(r'"?sep=(.)"?\r?\n', re.I)
_QUOTED: Final = re.compile(r'"[^"]*"')
_BARE: Final = re.compile(r"(?<!\r)\n")
_BREAK: Final = "\x0b"


def decode(data: bytes) -> Workbook:
    """Decode a text file into one grid of records, or the records of a JSON file.

    Args:
        data: the whole file.

    Returns:
        A workbook of one nameless grid.

    Raises:
        RefusedError: the encoding cannot be told, it is not a table, or a record cannot be split.
    """
    if len(data) > MOST_TEXT:
        raise RefusedError("read.decode.too_large", value=f"> {MOST_TEXT // 1024**2} MiB")
    remarks: list[Remark] = []
    text, encoding = to_text(data, remarks)
    if markup.is_page(text):
        return Workbook("html", [markup.decode(text)], encoding, remarks=remarks)
    refuse_other_text(text)
    if features.is_json(text):
        grids = features.decode(text, remarks)
        return Workbook("json", grids, encoding=encoding, remarks=_placed(remarks, grids[0]))
    delimiter = find_delimiter(text)
    rows: Sequence[list[Cell]] | None = column_rows(text, delimiter) if len(text) > _LARGE else None
    if rows is None:
        rows = records(text, delimiter, remarks)
    if not len(rows):
        raise RefusedError("read.decode.empty")
    if len(rows) > MOST_ROWS:
        raise RefusedError("read.decode.too_large", value=f"{len(rows):,} 行 rows > {MOST_ROWS:,}")
    if _split_otherwise(rows):
        raise RefusedError("read.decode.delimiters", value=str(rows[1][0])[:80], expected=delimiter)
    if delimiter == _BAR and isinstance(rows, list):
        rows = [[] if _RULE.fullmatch(_BAR.join(map(str, row))) else row for row in rows]
    grid = Grid(None, rows)
    return Workbook("csv", [grid], encoding, delimiter, _placed(remarks, grid))


def find_delimiter(text: str) -> str:
    """Return the delimiter that splits the first lines the most, and the most evenly; a line ``sep=;`` names it.

    The line under the header of a table in Markdown names it too, whatever stands in the text around the table.
    """
    named = _NAMED.match(text)
    if named:
        return named[1]
    if not any(d in text for d in _DELIMITERS[1:]):
        return "," if "," in text or len(text) > _LARGE else _rare_delimiter(text)
    head = text[:_SAMPLE]
    if any(map(_RULE.fullmatch, head.splitlines())):
        return _BAR
    whole = _QUOTED.sub("", head).splitlines()[:_LINES]
    single = [_QUOTED.sub("", line) for line in head.splitlines()[:_LINES]]

    def spread(delimiter: str) -> tuple[int, int]:
        return max(_spread(whole, delimiter), _spread(single, delimiter))

    return max(_DELIMITERS, key=spread)


def _rare_delimiter(text: str) -> str:
    """Return the delimiter that stands equally often, twice at least, in most lines; a comma where there is none."""
    lines = [line for line in text[:_SAMPLE].splitlines() if line.strip()][:_LINES]
    for delimiter in _RARE:
        alike, times = _spread(lines, delimiter)
        if alike > 1 and 2 * alike > len(lines) and times % alike == 0 and times > alike:
            return delimiter
    return ","


def _spread(lines: Sequence[str], delimiter: str) -> tuple[int, int]:
    """Return how many lines a delimiter splits alike, and how often it stands in all of them."""
    counts = [n for line in lines if (n := line.count(delimiter))]
    return (max(map(counts.count, counts), default=0), sum(counts))


def records(text: str, delimiter: str, remarks: list[Remark] | None = None) -> list[list[Cell]]:
    """Split text into records of cells; any mixture of CR and LF ends a record.

    Args:
        text: the text.
        delimiter: what stands between its cells.
        remarks: where it is told what had to be mended.

    Raises:
        RefusedError: a cell is longer than a spreadsheet allows, or there are too many columns.
    """
    lines = max(text.count("\n"), text.count("\r")) if len(text) > _LARGE else 0
    if lines and text.count(delimiter) + _ROW * lines > MOST_CELLS:
        raise RefusedError("read.decode.too_large", value=f"> {MOST_CELLS:,} cells")
    stream = io.StringIO(text, newline="")
    source = _narrow(stream, delimiter) if len(text) > MOST_COLUMNS else stream
    reader = csv.reader(source, delimiter=delimiter, strict='"' in text)
    try:
        with uncollected() if lines else nullcontext():
            rows = list(reader)
    except csv.Error:
        rows = _mended(text, delimiter, remarks)
    else:
        if reader.line_num > len(rows) and swallowed(rows, delimiter):
            rows = _mended(text, delimiter, remarks)
    rows = _whole(text, rows, delimiter, remarks)
    if max(map(len, rows), default=0) > MOST_COLUMNS:
        raise _too_wide()
    last = len(rows)
    while last and not any(rows[last - 1]):
        last -= 1
    return cast(list[list[Cell]], rows[:last])


def _mended(text: str, delimiter: str, remarks: list[Remark] | None) -> list[list[str]]:
    """Split text whose quotation marks are broken, and tell the first record that is."""
    try:
        rows, broken = mended(text, delimiter)
    except csv.Error as error:
        if max(map(len, text.splitlines()), default=0) > csv.field_size_limit():
            raise RefusedError(
                "read.decode.too_large", value=f"> {csv.field_size_limit():,} 文字 characters"
            ) from error
        raise RefusedError("read.decode.record", value=str(error)) from error
    if broken and remarks is not None:
        remarks.append(Remark("read.decode.quotes", cell=address(broken[0], 0), value=str(len(broken))))
    return rows


def _narrow(stream: io.StringIO, delimiter: str) -> Iterator[str]:
    """Yield lines, none of which has more cells than a sheet has columns."""
    for line in stream:
        if len(line) > MOST_COLUMNS and line.count(delimiter) > MOST_COLUMNS:
            raise _too_wide()
        yield line


def _too_wide() -> RefusedError:
    return RefusedError("read.decode.too_large", value=f"> {MOST_COLUMNS} 列 columns")


def _whole(text: str, rows: list[list[str]], delimiter: str, remarks: list[Remark] | None) -> list[list[str]]:
    """Keep bare line feeds inside cells where records end with CR LF and are even only then."""
    ends = text.count("\r\n")
    if not ends or len(text) > _LARGE or text.count("\n") == ends or not _uneven(rows):
        return rows
    lines = (line + "\n" for line in _BARE.sub(_BREAK, text).split("\r\n"))
    try:
        joined = [[c.replace(_BREAK, "\n") for c in row] for row in csv.reader(lines, delimiter=delimiter)]
    except csv.Error:
        return rows
    if joined and not joined[-1]:
        joined.pop()
    if _uneven(joined) >= _uneven(rows) or max(map(len, joined)) > max(map(len, rows)):
        return rows
    if remarks is not None:
        remarks.append(Remark("read.decode.breaks", value=str(len(rows) - len(joined))))
    return joined


def _uneven(rows: Sequence[Sequence[str]]) -> int:
    """Return how many records are of another length than most."""
    widths = Counter(len(row) for row in rows if any(row))
    return widths.total() - widths.most_common(1)[0][1] if widths else 0


def _split_otherwise(rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether a header alone is split by the delimiter: each record below is one cell that spaces split as widely."""
    header, body = len(rows[0]), [row for row in rows[1 : 1 + _LINES] if any(row)]
    return (
        header > _ROW
        and len(body) > 1
        and all(len(row) == 1 and 2 * len(str(row[0]).split()) >= header for row in body)
    )


def _placed(remarks: list[Remark], grid: Grid) -> list[Remark]:
    """Give the remark on lost letters the place of the first."""
    for at, remark in enumerate(remarks):
        if remark.rule_id == "read.decode.replaced":
            remarks[at] = replace(remark, cell=next(_lost_in(grid), None))
    return remarks


def _lost_in(grid: Grid) -> Iterator[str]:
    for number, row in enumerate(grid.rows):
        for column, cell in enumerate(row):
            if isinstance(cell, str) and LOST in cell:
                yield address(grid.number(number) - 1, column)
