"""ISO-2022-JP as EUC-JP: the bytes behind an escape sequence with their highest bit set, the sequences left out.

A file may hold an escape sequence for each letter, so nothing is made for a sequence: a piece of the file is looked
at as an array, whatever stands in it. Source of the sequences and sets: RFC 1468 and RFC 2237 (JIS X 0212).
"""

from typing import Any, Final

import numpy as np

_PIECE: Final = 4 * 1024 * 1024
"""Bytes that are looked at together: some arrays of this length are all that is held beside the text."""
_ESCAPE: Final = b"\x1b"
_LONGEST: Final = 4
_ASCII: Final = 0
_DOUBLE: Final = 1
_KANA: Final = 2
_MORE: Final = 3
"""Sets of characters: ASCII or JIS X 0201 Latin, JIS X 0208, JIS X 0201 Kana, JIS X 0212."""
_SEQUENCES: Final = (
    (b"\x1b(B", _ASCII),
    (b"\x1b(J", _ASCII),
    (b"\x1b$@", _DOUBLE),
    (b"\x1b$B", _DOUBLE),
    (b"\x1b(I", _KANA),
    (b"\x1b$(D", _MORE),
)
_SHIFTS: Final = (0x8E, 0x8F)
"""What EUC-JP puts before a character of JIS X 0201 Kana, and before one of JIS X 0212."""

Bytes = np.ndarray[Any, Any]


def raised(data: bytes) -> bytes:
    """Return text in ISO-2022-JP as EUC-JP.

    Args:
        data: the text, each byte below 0x80.
    """
    pieces, at, charset = [], 0, _ASCII
    while at < len(data):
        end = data.find(_ESCAPE, at + _PIECE)
        end = len(data) if end < 0 else end
        piece, charset = _raised(np.frombuffer(data, "u1", end - at, at), charset)
        pieces.append(piece)
        at = end
    return b"".join(pieces)


def _raised(piece: Bytes, charset: int) -> tuple[bytes, int]:
    """Return a piece, which ends before an escape sequence or at the end, and the set that holds behind it."""
    starts, lengths, sets = _sequences(piece)
    ends = np.append(starts, len(piece))
    which = np.repeat(np.arange(len(ends), dtype="u4"), np.diff(ends, prepend=0))
    kept = np.ones(len(piece), bool)
    for beyond in range(_LONGEST):
        kept[starts[lengths > beyond] + beyond] = False
    text, which = piece[kept], which[kept]
    of = np.concatenate([[charset], sets]).astype("u1")[which]
    high = (of != _ASCII) & (text >= 0x21) & (text <= 0x7E)
    text = np.where(high, text | 0x80, text)
    before = [_kana(text, of == _KANA), _pairs(text, of == _MORE, which)]
    places = np.concatenate(before)
    shifts = np.repeat(np.array(_SHIFTS, "u1"), [len(found) for found in before])
    return np.insert(text, places, shifts).tobytes(), int(sets[-1]) if len(sets) else charset


def _sequences(piece: Bytes) -> tuple[Bytes, Bytes, Bytes]:
    """Return where the escape sequences of a piece begin, how long they are, and which set follows each."""
    places = np.flatnonzero(piece == _ESCAPE[0])
    padded = np.append(piece, np.zeros(_LONGEST, "u1"))
    lengths, sets = np.zeros(len(places), "i8"), np.zeros(len(places), "u1")
    for sequence, name in _SEQUENCES:
        same = np.logical_and.reduce([padded[places + n] == byte for n, byte in enumerate(sequence)])
        lengths[same], sets[same] = len(sequence), name
    known = lengths > 0
    return places[known], lengths[known], sets[known]


def _kana(text: Bytes, of: Bytes) -> Bytes:
    """Return where a character of JIS X 0201 Kana begins."""
    return np.flatnonzero(of & (text >= 0xA1) & (text <= 0xDF))


def _pairs(text: Bytes, of: Bytes, which: Bytes) -> Bytes:
    """Return where a character of two bytes begins: at every second byte of a run, unless it is the run's last."""
    high = of & (text >= 0xA1) & (text <= 0xFE)
    going = np.append(False, high[1:] & high[:-1] & (which[1:] == which[:-1]))[: len(high)]
    numbers = np.arange(len(text))
    since = numbers - np.maximum.accumulate(np.where(going, 0, numbers))
    return np.flatnonzero(np.append(going[1:], False)[: len(high)] & (since % 2 == 0))
