"""How the cells of an old workbook (BIFF8) look.

Source: [MS-XLS] 2.4.168 (MergeCells), 2.4.221 (Row), 2.4.53 (ColInfo), 2.4.353 (XF), 2.4.126 (Format), 2.4.122
(Font); of comments 2.4.179 (Note), 2.4.181 (Obj), 2.4.329 (TxO).
"""

import struct
from collections.abc import Iterator
from typing import Final

from keiyu.read.biff import RUN
from keiyu.read.looks.formats import BUILT_IN
from keiyu.read.looks.model import MOST_STYLED, UNKNOWN, Cells, Later, Looks, Range, Style

_RECORD: Final = struct.Struct("<HH")
_BEGIN: Final = 0x0809
_END: Final = 0x000A
_SHEET: Final = 0x0085
_XF: Final = 0x00E0
_FORMAT: Final = 0x041E
_FONT: Final = 0x0031
_MERGED: Final = 0x00E5
_ROW: Final = 0x0208
_COLUMN: Final = 0x007D
_NOTE: Final = 0x001C
_OBJECT: Final = 0x005D
_TEXT: Final = 0x01B6
_CONTINUE: Final = 0x003C
_SPANS: Final = {0x00BD: 6, 0x00BE: 2}
_SINGLE: Final = frozenset({0x0006, 0x0201, 0x0203, 0x0204, 0x00D6, 0x0205, 0x027E, 0x00FD})
_BIFF8: Final = 0x0600
_AUTOMATIC: Final = 0x7FFF


def looks(stream: bytes, number: int) -> Looks:
    """Read how the cells of one sheet look.

    Args:
        stream: the stream ``Workbook``, guarded.
        number: which of the workbook's sheets, from 0.
    """
    try:
        first = next(_records(stream, 0), None)
        if first is None or first[0] != _BEGIN or int.from_bytes(first[1][:2], "little") != _BIFF8:
            return UNKNOWN
        book = _Book(stream)
        return _page(stream, book.starts[number], tuple(book.styles()))
    except (struct.error, IndexError):
        return UNKNOWN


def _records(stream: bytes, at: int, *, runs: bool = True) -> Iterator[tuple[int, bytes]]:
    """Yield (type, body) up to the end of the part that begins there, with the long runs of plain cells or without."""
    depth = 0
    while at + 4 <= len(stream):
        run = None if runs else RUN.match(stream, at)
        if run is not None:
            at = run.end()
            continue
        kind, length = _RECORD.unpack_from(stream, at)
        yield kind, stream[at + 4 : at + 4 + length]
        depth += (kind == _BEGIN) - (kind == _END)
        if depth <= 0:
            return
        at += 4 + length


class _Book:
    """The workbook's own records: sheets, fonts, formats and styles."""

    def __init__(self, stream: bytes) -> None:
        self.starts: list[int] = []
        self._formats = dict(BUILT_IN)
        self._fonts: list[tuple[bool, int]] = []
        self._styles: list[bytes] = []
        for kind, body in _records(stream, 0):
            if kind == _SHEET:
                self.starts.append(int.from_bytes(body[:4], "little"))
            elif kind == _XF and len(body) >= 20:
                self._styles.append(body)
            elif kind == _FORMAT and len(body) >= 5:
                wide = body[4] & 1
                text = body[5:].decode("utf-16-le" if wide else "latin-1", "replace")
                self._formats[int.from_bytes(body[:2], "little")] = text
            elif kind == _FONT and len(body) >= 6:
                flags, colour = struct.unpack_from("<HH", body, 2)
                self._fonts.append((bool(flags & 8), colour))

    def styles(self) -> Iterator[Style]:
        for body in self._styles:
            font, form = struct.unpack_from("<HH", body, 0)
            sides, more, fill = struct.unpack_from("<IIH", body, 10)
            font -= font > 4  # the font numbered 4 does not exist
            struck, colour = self._fonts[font] if font < len(self._fonts) else (False, _AUTOMATIC)
            yield Style(
                format=self._formats.get(form, "General"),
                diagonal=bool(sides >> 30) and bool(more >> 21 & 0xF),
                boxed=bool(sides & 0xFFFF),
                fill=f"indexed{fill & 0x7F}" if more >> 26 else None,
                colour=None if colour == _AUTOMATIC else f"indexed{colour}",
                struck=struck,
            )


def _page(stream: bytes, start: int, styles: tuple[Style, ...]) -> Looks:
    merges: list[Range] = []
    hidden_rows: list[int] = []
    hidden_columns: list[int] = []
    column_styles: dict[int, int] = {}
    noted = False
    for kind, body in _records(stream, start, runs=False):
        noted |= kind == _NOTE
        if kind == _MERGED:
            merges.extend(_merged(body))
        elif kind == _ROW and len(body) >= 16:
            if body[12] & 0x20:
                hidden_rows.append(int.from_bytes(body[:2], "little"))
        elif kind == _COLUMN and len(body) >= 10:
            first, last, _, style, flags = struct.unpack_from("<HHHHH", body)
            band = range(first, min(last, 255) + 1)
            column_styles.update(dict.fromkeys(band, style))
            hidden_columns.extend(band if flags & 1 else ())
    cells = Later(lambda: _cells(stream, start))
    crossed = {i for i, s in enumerate(styles) if s.diagonal}
    return Looks(
        merges=tuple(merges),
        diagonals=frozenset(place for place, style in cells.items() if style in crossed) if crossed else frozenset(),
        hidden_rows=frozenset(hidden_rows),
        hidden_columns=frozenset(hidden_columns),
        styles=styles,
        cells=cells,
        column_styles=column_styles,
        comments=dict(_comments(stream, start)) if noted else {},
    )


def _cells(stream: bytes, start: int) -> Cells:
    """Return the style of each cell."""
    cells: dict[tuple[int, int], int] = {}
    for kind, body in _records(stream, start):
        if kind in _SINGLE and len(body) >= 6:
            row, column, style = struct.unpack_from("<HHH", body)
            cells[row, column] = style
        elif kind in _SPANS and len(body) >= 6:
            cells.update(_span(body, _SPANS[kind]))
        if len(cells) > MOST_STYLED:
            break
    return cells


def _comments(stream: bytes, start: int) -> Iterator[tuple[tuple[int, int], str]]:
    """Yield what is noted beside cells: a note names an object, whose text follows it."""
    texts: dict[int, str] = {}
    last = wanted = 0
    for kind, body in _records(stream, start):
        if kind == _OBJECT and body[:2] == b"\x15\x00":
            last, wanted = int.from_bytes(body[6:8], "little"), 0
        elif kind == _TEXT:
            wanted = int.from_bytes(body[10:12], "little")
            texts[last] = ""
        elif kind == _CONTINUE and wanted > 0:
            text = body[1:].decode("utf-16-le" if body[:1] == b"\x01" else "latin-1", "replace")[:wanted]
            texts[last] += text
            wanted -= len(text)
        elif kind == _NOTE and len(body) >= 8:
            row, column, _, number = struct.unpack_from("<HHHH", body)
            if texts.get(number):
                yield (row, column), texts[number]


def _span(body: bytes, step: int) -> Iterator[tuple[tuple[int, int], int]]:
    """Yield the styles of neighbouring cells that one record holds: figures of six bytes, blanks of two."""
    row, first = struct.unpack_from("<HH", body)
    for number, at in enumerate(range(4, len(body) - 2 - step + 1, step)):
        yield (row, first + number), int.from_bytes(body[at : at + 2], "little")


def _merged(body: bytes) -> Iterator[Range]:
    for at in range(2, len(body) - 7, 8):
        top, bottom, left, right = struct.unpack_from("<HHHH", body, at)
        yield Range(top, left, bottom, right)
