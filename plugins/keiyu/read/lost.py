"""Cells that a decoder shows as empty although something stands in them.

An error value (``#N/A``) and a formula that no spreadsheet has computed yet come out of the decoder as
blanks. A blank means 未記入 in most lines, so they would be lost in silence; their text is put back instead
and is then found unreadable, with its cell.
"""

import re
from html import unescape
from typing import Final

from keiyu.read.grid import Grid, column_of

Lost = dict[tuple[int, int], str]
"""(0-based row, column) → the text that stands there."""

_ERROR: Final = re.compile(rb't="e"')
_COMPUTES: Final = re.compile(rb"<f\b")
_UNCOMPUTED: Final = re.compile(rb"(?:</f>|<f\b[^<>]*/>)\s*(?:<v\s*/>|<v></v>)?\s*</c>")
_CELL: Final = re.compile(rb'<c\b([^<>]*?\br="([A-Z]{1,3})(\d{1,7})"[^<>/]*)>((?:(?!<c\b).)*?)</c>', re.S)
_FORMULA: Final = re.compile(rb"<f\b[^<>]*?(?:/>|>([^<]*)</f>)")
_VALUE: Final = re.compile(rb"<v>([^<]+)</v>")


def lost_cells(sheet: bytes) -> Lost:
    """Find such cells in a worksheet's XML.

    Args:
        sheet: the part as unpacked.

    Returns:
        Their addresses and texts; empty for nearly every sheet, at the cost of two searches.
    """
    if not _ERROR.search(sheet) and not (_COMPUTES.search(sheet) and _UNCOMPUTED.search(sheet)):
        return {}
    found: Lost = {}
    for attributes, letters, row, inside in _CELL.findall(sheet):
        text = _text(attributes, inside)
        if text is not None:
            found[int(row) - 1, column_of(letters.decode())] = text
    return found


def _text(attributes: bytes, inside: bytes) -> str | None:
    value = _VALUE.search(inside)
    if b't="e"' in attributes:
        return unescape(value[1].decode("utf-8", "replace")) if value else "#ERROR"
    formula = _FORMULA.search(inside)
    if formula is None or value is not None or b't="str"' in attributes:
        return None
    return "=" + unescape((formula[1] or b"").decode("utf-8", "replace"))


def restore(grid: Grid, lost: Lost) -> None:
    """Put the texts back into a decoded sheet, where the decoder left a blank."""
    rows = list(grid.rows)
    for (row, column), text in lost.items():
        rows.extend([] for _ in range(row + 1 - len(rows)))
        cells = rows[row]
        cells.extend([""] * (column + 1 - len(cells)))
        if cells[column] == "":
            cells[column] = text
    grid.rows = rows
