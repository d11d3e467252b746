"""Guards over old workbooks (BIFF, [MS-XLS]), before the decoder sees them.

As with newer workbooks, two cells far apart or a declared size make a decoder fill everything between.
The records are walked once: declared dimensions are erased, addresses are bounded, and errors that the
decoder would show as blanks are noted.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from keiyu.read import strings
from keiyu.read.lost import Lost
from keiyu.read.sniff import RefusedError

MOST_TEXT: Final = 512 * 1024 * 1024
_END: Final = 0x000A
_BEGIN: Final = 0x0809
_SHEET: Final = 0x0085
_DIMENSIONS: Final = 0x0200
_PASSWORD: Final = 0x002F
_FORMULA: Final = 0x0006
_ERROR: Final = 0x0205
_SPAN: Final = 0x00BD
_CELLS: Final = frozenset({_FORMULA, 0x0203, 0x0204, 0x00D6, _ERROR, 0x027E, 0x00FD, _SPAN})
_SPECIAL: Final = frozenset({_FORMULA, _ERROR, _SPAN})
_ERRORS: Final = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_OF_RUNS: Final = frozenset({0x00FD, 0x027E})
_RECORD: Final = struct.Struct("<HH")
_CELL: Final = struct.Struct("<HHHH")
RUN: Final = re.compile(rb"(?:(?:\xfd\x00|\x7e\x02)\x0a\x00.{10}){16,}", re.DOTALL)
"""Many cells behind each other that are texts (LabelSst) or short figures (RK), as nearly all of a list are."""


@dataclass(slots=True)
class Sheet:
    """What a walk over one sheet's records learned.

    Attributes:
        rows: number of rows up to the last cell.
        columns: number of columns up to the last cell.
        lost: error values, which the decoder shows as blanks.
    """

    rows: int = 0
    columns: int = 0
    lost: Lost = field(default_factory=dict)


def guard(stream: bytes, most_sheets: int, most_cells: int) -> tuple[bytes, list[Sheet]]:
    """Walk a workbook's records.

    Args:
        stream: the stream ``Workbook``.
        most_sheets: more sheets are refused.
        most_cells: more cells between the corners of all sheets are refused.

    Returns:
        The stream without declared dimensions, and each sheet in the workbook's order.

    Raises:
        RefusedError: it has a password, is cut off, or is larger than the limits.
    """
    clean = bytearray(stream)
    starts = list(_sheets(stream))
    if len(starts) > most_sheets:
        raise RefusedError("read.decode.too_large", value=f"{len(starts)} sheets")
    sheets, cells = [], 0
    if strings.swells(stream, MOST_TEXT):
        raise RefusedError("read.decode.too_large", value=f"> {MOST_TEXT:,} 文字 characters")
    for start in starts:
        sheet = _walk(clean, start)
        cells += sheet.rows * sheet.columns
        if cells > most_cells:
            raise RefusedError("read.decode.too_large", value=f"{sheet.rows} × {sheet.columns}")
        sheets.append(sheet)
    return bytes(clean), sheets


def _records(stream: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield (type, where its body begins, length) of the workbook's own records."""
    at, most = 0, len(stream)
    while at + 4 <= most:
        kind, length = _RECORD.unpack_from(stream, at)
        if at + 4 + length > most:
            raise RefusedError("read.decode.damaged", value="BIFF record")
        yield kind, at + 4, length
        at += 4 + length


def _sheets(stream: bytes) -> Iterator[int]:
    for kind, body, length in _records(stream):
        if kind == _END:
            return
        if kind == _PASSWORD and any(stream[body : body + length]):
            raise RefusedError("read.decode.encrypted")
        if kind == _SHEET and length >= 4:
            yield int.from_bytes(stream[body : body + 4], "little")


def _walk(stream: bytearray, start: int) -> Sheet:
    """Walk one sheet's records; written as one loop, for a sheet has hundreds of thousands."""
    sheet, depth, rows, columns = Sheet(), 0, 0, 0
    unpack, at, most = _CELL.unpack_from, start, len(stream) - _CELL.size
    while at <= most:
        kind, length, row, column = unpack(stream, at)
        run = RUN.match(stream, at) if kind in _OF_RUNS else None
        if run is not None:
            row, column = np.frombuffer(run[0], "<u2").reshape(-1, 7)[:, 2:4].max(axis=0).tolist()
            length = len(run[0]) - _RECORD.size
        if kind in _CELLS:
            rows, columns = max(rows, row + 1), max(columns, column + 1)
            if kind in _SPECIAL:
                columns = max(columns, _note(sheet, stream, kind, at + 4, length))
        elif kind == _DIMENSIONS:
            stream[at + 4 : at + 4 + length] = bytes(length)
        elif kind == _BEGIN:
            depth += 1
        elif kind == _END:
            depth -= 1
            if depth <= 0:
                break
        at += 4 + length
    sheet.rows, sheet.columns = rows, columns
    return sheet


def _note(sheet: Sheet, stream: bytearray, kind: int, body: int, length: int) -> int:
    """Note an error value; return how many columns the record reaches."""
    row, column = (int.from_bytes(stream[at : at + 2], "little") for at in (body, body + 2))
    if kind == _SPAN:
        return int.from_bytes(stream[body + length - 2 : body + length], "little") + 1
    code = None
    if kind == _ERROR and length >= 8 and stream[body + 7] == 1:
        code = stream[body + 6]
    elif kind == _FORMULA and length >= 14 and stream[body + 12 : body + 14] == b"\xff\xff" and stream[body + 6] == 2:
        code = stream[body + 8]
    if code is not None:
        sheet.lost[row, column] = _ERRORS.get(code, "#ERROR")
    return column + 1
