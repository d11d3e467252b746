"""Guards over binary workbooks (XLSB, [MS-XLSB]), before the decoder sees them."""

from typing import Final

from keiyu.read.lost import Lost
from keiyu.read.sniff import RefusedError

_ROW: Final = 0
_BUNDLE: Final = 156
_ERRORS: Final = frozenset({3, 11})
_CELLS: Final = range(1, 12)
_NAMES: Final = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}


def guard(sheet: bytes, most_cells: int) -> tuple[int, Lost]:
    """Walk one sheet's records.

    Args:
        sheet: the part, e.g. ``xl/worksheets/sheet1.bin``.
        most_cells: more cells between its corners are refused.

    Returns:
        The number of cells between its corners, and the error values that a decoder shows as blanks.

    Raises:
        RefusedError: it is cut off, or larger than the limit.
    """
    lost: Lost = {}
    at, row, rows, columns = 0, 0, 0, 0
    most = len(sheet)
    while at < most:
        kind, at = _number(sheet, at, 2)
        length, at = _number(sheet, at, 4)
        if at + length > most:
            raise RefusedError("read.decode.damaged", value="XLSB record")
        if kind == _ROW and length >= 4:
            row = int.from_bytes(sheet[at : at + 4], "little")
        elif kind in _CELLS and length >= 4:
            column = int.from_bytes(sheet[at : at + 4], "little")
            rows, columns = max(rows, row + 1), max(columns, column + 1)
            if rows * columns > most_cells:
                raise RefusedError("read.decode.too_large", value=f"{rows} × {columns}")
            if kind in _ERRORS and length >= 9:
                lost[row, column] = _NAMES.get(sheet[at + 8], "#ERROR")
        at += length
    return rows * columns, lost


def sheet_parts(book: bytes, relations: dict[str, str]) -> dict[str, str]:
    """Return the part that each sheet lies in, by the sheet's name.

    Args:
        book: the part ``xl/workbook.bin``.
        relations: relation id → part.
    """
    named, at = {}, 0
    while at < len(book):
        kind, at = _number(book, at, 2)
        length, at = _number(book, at, 4)
        if kind == _BUNDLE and length >= 16:
            relation, end = _text(book, at + 8)
            named[_text(book, end)[0]] = relations.get(relation, "")
        at += length
    return named


def _text(data: bytes, at: int) -> tuple[str, int]:
    """Return a text with its length before it, and where the next thing begins."""
    length = int.from_bytes(data[at : at + 4], "little")
    end = min(at + 4 + 2 * length, len(data))
    return data[at + 4 : end].decode("utf-16-le", "replace"), end


def _number(data: bytes, at: int, most: int) -> tuple[int, int]:
    """Return a number of up to so many bytes of seven bits, and where the next thing begins."""
    number = 0
    for place in range(most):
        if at >= len(data):
            raise RefusedError("read.decode.damaged", value="XLSB record")
        byte = data[at]
        number |= (byte & 0x7F) << (7 * place)
        at += 1
        if byte < 0x80:
            break
    return number, at
