"""Text whose quotation marks are broken: one that is never closed must not swallow the records behind it."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

_MOST_LINES: Final = 40
"""Lines that one record may have where quotation marks are broken."""

_PATIENCE: Final = 2_000
"""Broken records after which the text is given up."""

_NARROW: Final = 3


def swallowed(rows: Sequence[Sequence[str]], delimiter: str) -> bool:
    """Return whether a cell with line breaks holds what looks like a whole record.

    Args:
        rows: records as split.
        delimiter: what stands between cells.
    """
    widths = Counter(map(len, rows))
    usual = widths.most_common(1)[0][0] if widths else 0
    if usual < _NARROW:
        return False
    return any(_holds_record(cell, delimiter, usual) for row in rows for cell in row if "\n" in cell or "\r" in cell)


def _holds_record(cell: str, delimiter: str, width: int) -> bool:
    return any(line.count(delimiter) >= width - 1 for line in cell.splitlines()[1:])


def mended(text: str, delimiter: str) -> tuple[list[list[str]], list[int]]:
    """Split text record by record; a quotation mark that fits nowhere is a letter of its line.

    Args:
        text: the text.
        delimiter: what stands between cells.

    Returns:
        The records, and the 0-based numbers of those whose quotation marks are broken.

    Raises:
        csv.Error: a cell is longer than allowed, or very many records are broken.
    """
    lines = list(io.StringIO(text, newline=""))
    width = _usual(lines, delimiter)
    rows: list[list[str]] = []
    broken: list[int] = []
    at = 0
    while at < len(lines):
        row, used = _record(lines, at, _MOST_LINES, delimiter, width)
        if row is None:
            broken.append(len(rows))
            if len(broken) > _PATIENCE:
                raise csv.Error(f"{at + 1}: more than {_PATIENCE:,} records with broken quotation marks")
            row = _literal(lines[at], delimiter)
        rows.append(row)
        at += used
    return rows, broken


def _usual(lines: Sequence[str], delimiter: str) -> int:
    counts = Counter(line.count(delimiter) + 1 for line in lines[:1_000])
    return counts.most_common(1)[0][0] if counts else 1


def _record(lines: Sequence[str], at: int, most: int, delimiter: str, width: int) -> tuple[list[str] | None, int]:
    """Return the record that begins at a line and the number of its lines; none where no end makes it whole."""
    marks = 0
    for used in range(1, min(most, len(lines) - at) + 1):
        marks += lines[at + used - 1].count('"')
        if marks % 2 and used < most:
            continue
        try:
            found = list(csv.reader(iter(lines[at : at + used]), delimiter=delimiter, strict=True))
        except csv.Error:
            continue
        if len(found) == 1 and not (width >= _NARROW and swallowed_cell(found[0], delimiter, width)):
            return found[0], used
        if found and used == 1:
            return found[0], 1
        break
    return None, 1


def swallowed_cell(row: Sequence[str], delimiter: str, width: int) -> bool:
    """Return whether a cell of a record holds another record."""
    return any(_holds_record(cell, delimiter, width) for cell in row if "\n" in cell or "\r" in cell)


def _literal(line: str, delimiter: str) -> list[str]:
    """Split a line, quotation marks being letters, but for those around a whole cell."""
    cells = next(csv.reader([line.rstrip("\r\n")], delimiter=delimiter, quoting=csv.QUOTE_NONE), [])
    return list(map(_bare, _joined(cells, delimiter)))


def _joined(cells: Sequence[str], delimiter: str) -> Iterator[str]:
    """Join the pieces of a quoted cell that holds delimiters."""
    held: list[str] = []
    for at, cell in enumerate(cells):
        if held:
            held.append(cell)
            if cell.endswith('"'):
                yield delimiter.join(held)
                held = []
        elif cell.startswith('"') and not _closed(cell) and any(_ends(c) for c in cells[at + 1 :]):
            held = [cell]
        else:
            yield cell


def _closed(cell: str) -> bool:
    return len(cell) > 1 and cell.endswith('"')


def _ends(cell: str) -> bool:
    return cell.endswith('"') and not cell.startswith('"')


def _bare(cell: str) -> str:
    return cell[1:-1].replace('""', '"') if cell.startswith('"') and _closed(cell) else cell
