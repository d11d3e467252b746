"""The shared texts of an old workbook: how long each is, for a text stored once may be named by a million cells.

Source: [MS-XLS] 2.4.265 (SST), 2.5.293 (XLUnicodeRichExtendedString).
"""

import struct
from typing import Final

_TABLE: Final = 0x00FC
_MORE: Final = 0x003C
_END: Final = 0x000A
_NAMED: Final = 0x00FD
_RECORD: Final = struct.Struct("<HH")
_CELL: Final = 14
_UNKNOWN: Final = 65_535


def swells(stream: bytes, most: int) -> bool:
    """Return whether the texts of all cells together are longer than a limit.

    Args:
        stream: the stream ``Workbook``.
        most: the limit, in characters.
    """
    pieces = _pieces(stream)
    cells = len(stream) // _CELL
    if cells * sum(map(len, pieces)) <= most:
        return False
    sizes = _sizes(pieces)
    if cells * max(sizes, default=0) <= most:
        return False
    return _named(stream, sizes) > most


def _pieces(stream: bytes) -> list[bytes]:
    """Return the bodies of the table of texts and of the records that go on with it."""
    found: list[bytes] = []
    at = 0
    while at + 4 <= len(stream):
        kind, length = _RECORD.unpack_from(stream, at)
        if (kind == _TABLE and not found) or (kind == _MORE and found):
            found.append(stream[at + 4 : at + 4 + length])
        elif found or kind == _END:
            break
        at += 4 + length
    return found


def _sizes(pieces: list[bytes]) -> list[int]:
    """Return the length of each text; a table that breaks off ends in one of the greatest length."""
    sizes: list[int] = []
    piece, at = 0, 8
    try:
        while piece < len(pieces):
            at = _plain(pieces[piece], at, sizes)
            if at >= len(pieces[piece]):
                piece, at = piece + 1, at - len(pieces[piece])
                continue
            length, flags = struct.unpack_from("<HB", pieces[piece], at)
            at += 3
            extra = 0
            if flags & 8:
                extra += 4 * struct.unpack_from("<H", pieces[piece], at)[0]
                at += 2
            if flags & 4:
                extra += struct.unpack_from("<I", pieces[piece], at)[0]
                at += 4
            sizes.append(length)
            piece, at = _skip(pieces, piece, at, length, flags & 1)
            at += extra
    except (struct.error, IndexError):
        sizes.append(_UNKNOWN)
    return sizes


def _plain(piece: bytes, at: int, sizes: list[int]) -> int:
    """Pass the texts that have nothing but letters and end in the same record."""
    most = len(piece)
    while at + 3 <= most:
        length, flags = piece[at] | piece[at + 1] << 8, piece[at + 2]
        end = at + 3 + (length << (flags & 1))
        if flags & 12 or end > most:
            break
        sizes.append(length)
        at = end
    return at


def _skip(pieces: list[bytes], piece: int, at: int, letters: int, wide: int) -> tuple[int, int]:
    """Pass letters; each further record says anew how wide its letters are."""
    while letters > (room := max(len(pieces[piece]) - at, 0) >> wide):
        letters -= room
        piece += 1
        wide = pieces[piece][0] & 1
        at = 1
    return piece, at + (letters << wide)


def _named(stream: bytes, sizes: list[int]) -> int:
    """Return how long the texts of all cells are together."""
    whole = at = 0
    while at + 4 <= len(stream):
        kind, length = _RECORD.unpack_from(stream, at)
        if kind == _NAMED and length >= 10:
            number = int.from_bytes(stream[at + 10 : at + 14], "little")
            whole += sizes[number] if number < len(sizes) else _UNKNOWN
        at += 4 + length
    return whole
