"""OLE2 compound files ([MS-CFB]): taking one stream out under limits, and wrapping one up again.

The container of old workbooks is a small file system whose chains of sectors may loop, point past the
end or declare sizes that nothing has. So the one stream that matters is taken out here, and the decoder is
given it in a fresh container that is known to be sound.
"""

import struct
from collections.abc import Iterator
from typing import Final

from keiyu.read.sniff import RefusedError

SIGNATURE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_END: Final = 0xFFFFFFFE
_FREE: Final = 0xFFFFFFFF
_FAT: Final = 0xFFFFFFFD
_REGULAR: Final = 0xFFFFFFFA
_ENTRY: Final = 128
_MINI: Final = 64
_CUTOFF: Final = 4_096
_HEADER_FATS: Final = 109
_SECTOR: Final = 4_096


class Compound:
    """A compound file's directory and sectors."""

    def __init__(self, data: bytes) -> None:
        """Read the header, the allocation table and the directory.

        Args:
            data: the whole file.

        Raises:
            RefusedError: a chain loops or leaves the file.
        """
        shift = int.from_bytes(data[30:32], "little")
        if len(data) < 512 or shift not in (9, 12):
            raise RefusedError("read.decode.damaged", value="OLE header")
        self._data = data
        self._size = 1 << shift
        self._fat = self._table(self._fat_sectors())
        (first,) = struct.unpack_from("<I", data, 48)
        self._directory = self._chain(first)
        self.entries = dict(self._entries())

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        if number >= _REGULAR or start >= len(self._data):
            raise RefusedError("read.decode.damaged", value="OLE sector")
        return self._data[start : start + self._size]

    def _fat_sectors(self) -> list[int]:
        """Return the sectors of the allocation table: 109 in the header, more in a chain of their own."""
        numbers = list(struct.unpack_from(f"<{_HEADER_FATS}I", self._data, 76))
        (more,) = struct.unpack_from("<I", self._data, 68)
        seen: set[int] = set()
        while more < _REGULAR:
            if more in seen:
                raise RefusedError("read.decode.damaged", value="OLE loop")
            seen.add(more)
            listed = struct.unpack(f"<{self._size // 4}I", self._sector(more).ljust(self._size, b"\xff"))
            numbers.extend(listed[:-1])
            more = listed[-1]
        return [n for n in numbers if n < _REGULAR]

    def _table(self, sectors: list[int]) -> tuple[int, ...]:
        if len(set(sectors)) < len(sectors):
            raise RefusedError("read.decode.damaged", value="OLE loop")
        raw = b"".join(self._sector(n).ljust(self._size, b"\xff") for n in sectors)
        return struct.unpack(f"<{len(raw) // 4}I", raw)

    def _chain(self, first: int) -> bytes:
        """Return the sectors of one chain; a chain longer than the file is a loop."""
        pieces: list[bytes] = []
        number, most = first, len(self._data) // self._size + 1
        while number != _END:
            if number >= len(self._fat) or len(pieces) > most:
                raise RefusedError("read.decode.damaged", value="OLE chain")
            pieces.append(self._sector(number))
            number = self._fat[number]
        return b"".join(pieces)

    def _entries(self) -> Iterator[tuple[str, tuple[int, int]]]:
        for at in range(0, len(self._directory) - _ENTRY + 1, _ENTRY):
            entry = self._directory[at : at + _ENTRY]
            length = int.from_bytes(entry[64:66], "little")
            if 2 <= length <= 64:
                start, size = struct.unpack_from("<II", entry, 116)
                yield entry[: length - 2].decode("utf-16-le", "replace"), (start, size)

    def stream(self, name: str) -> bytes:
        """Return the bytes of a stream.

        Args:
            name: its name, one of ``entries``.

        Raises:
            RefusedError: its chain loops or leaves the file.
        """
        start, size = self.entries[name]
        return (self._chain(start) if size >= _CUTOFF else self._mini(start))[:size]

    def _mini(self, first: int) -> bytes:
        """Return a short stream, which lies in 64-byte pieces inside the root's stream."""
        (start,) = struct.unpack_from("<I", self._data, 60)
        links = self._chain(start) if start < _REGULAR else b""
        table = struct.unpack(f"<{len(links) // 4}I", links[: len(links) // 4 * 4])
        root = self._chain(next(iter(self.entries.values()))[0])
        pieces: list[bytes] = []
        number = first
        while number != _END:
            if number >= len(table) or len(pieces) > len(table):
                raise RefusedError("read.decode.damaged", value="OLE chain")
            pieces.append(root[number * _MINI : (number + 1) * _MINI])
            number = table[number]
        return b"".join(pieces)


def wrap(stream: bytes, name: str) -> bytes:
    """Return a compound file that holds one stream and nothing else.

    Args:
        stream: its bytes; blanks are added to make it one of the long kind.
        name: its name.

    Returns:
        A version 4 compound file: table, directory, stream.

    Raises:
        RefusedError: the stream is longer than the header's own table can hold.
    """
    body = stream.ljust(_CUTOFF, b"\0")
    sectors = -(-len(body) // _SECTOR)
    links = _SECTOR // 4
    tables = -(-(sectors + 2) // links)
    while tables * links < sectors + tables + 1:
        tables += 1
    if tables > _HEADER_FATS:
        raise RefusedError("read.decode.too_large", value=f"{len(stream) // 1024**2} MiB")
    first = tables + 1
    fat = [_FAT] * tables + [_END] + list(range(first + 1, first + sectors)) + [_END]
    fat += [_FREE] * (tables * links - len(fat))
    header = SIGNATURE + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 4, 0xFFFE, 12, 6)
    header += struct.pack("<IIIIIIIIII", 1, tables, tables, 0, _CUTOFF, 0, 0, _END, 0, 0)[:36]
    header += struct.pack(f"<{_HEADER_FATS}I", *range(tables), *[_FREE] * (_HEADER_FATS - tables))
    directory = _entry("Root Entry", 5, 0, 0, child=1) + _entry(name, 2, first, len(body))
    return b"".join(
        (
            header.ljust(_SECTOR, b"\0"),
            struct.pack(f"<{len(fat)}I", *fat),
            directory.ljust(_SECTOR, b"\0"),
            body.ljust(sectors * _SECTOR, b"\0"),
        )
    )


def _entry(name: str, kind: int, start: int, size: int, child: int = _FREE) -> bytes:
    text = name.encode("utf-16-le")
    head = text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text) + 2, kind, 1, _FREE, _FREE, child)
    return head.ljust(116, b"\0") + struct.pack("<IQ", start, size)
