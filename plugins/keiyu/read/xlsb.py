"""Guards over binary workbooks (XLSB, [MS-XLSB]), before the decoder sees them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from keiyu.read.lost import Lost
from keiyu.read.sniff import RefusedError

_ROW: Final = 0
_BUNDLE: Final = 156
_SHARED: Final = 7
_ITEM: Final = 19
_ERRORS: Final = frozenset({3, 11})
_CELLS: Final = range(1, 12)
_PLACED: Final = range(12)
_PLACE: Final = 8
"""Bytes that the shortest row or cell has; where there are fewer, a decoder takes those of the record before."""
_NAMES: Final = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}


@dataclass(slots=True)
class Sheet:
    """What a walk over one sheet's records learned.

    Attributes:
        cells: number of cells between its corners.
        letters: size of all shared texts that cells name.
        lost: error values, which a decoder shows as blanks.
    """

    cells: int = 0
    letters: int = 0
    lost: Lost = field(default_factory=dict)


def guard(sheet: bytes, texts: Sequence[int], most_cells: int) -> Sheet:
    """Walk one sheet's records.

    Args:
        sheet: the part, e.g. ``xl/worksheets/sheet1.bin``.
        texts: size of each shared text.
        most_cells: more cells between its corners are refused.

    Returns:
        What was learned.

    Raises:
        RefusedError: it is cut off, or larger than the limit.
    """
    found = Sheet()
    at, row, rows, columns = 0, 0, 0, 0
    most = len(sheet)
    while at < most:
        kind, at = _number(sheet, at, 2)
        length, at = _number(sheet, at, 4)
        if at + length > most or (kind in _PLACED and length < _PLACE):
            raise RefusedError("read.decode.damaged", value="XLSB record")
        if kind == _ROW:
            row = int.from_bytes(sheet[at : at + 4], "little")
        elif kind in _CELLS:
            column = int.from_bytes(sheet[at : at + 4], "little")
            rows, columns = max(rows, row + 1), max(columns, column + 1)
            if rows * columns > most_cells:
                raise RefusedError("read.decode.too_large", value=f"{rows} × {columns}")
            if kind in _ERRORS and length >= 9:
                found.lost[row, column] = _NAMES.get(sheet[at + 8], "#ERROR")
            if kind == _SHARED and length >= 12:
                number = int.from_bytes(sheet[at + 8 : at + 12], "little")
                found.letters += texts[number] if number < len(texts) else 0
        at += length
    found.cells = rows * columns
    return found


def texts(strings: bytes) -> list[int]:
    """Return the size of each shared text.

    Args:
        strings: the part ``xl/sharedStrings.bin``.
    """
    sizes, at = [], 0
    while at < len(strings):
        kind, at = _number(strings, at, 2)
        length, at = _number(strings, at, 4)
        if kind == _ITEM:
            sizes.append(length)
        at += length
    return sizes


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
