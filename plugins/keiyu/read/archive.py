"""Guards over files that are ZIP archives, before any decoder sees them.

A decoder trusts the archive: a few kilobytes may unpack to gigabytes, and two cells at opposite corners
of a sheet make it fill everything between. So the parts are unpacked here first, under a limit, and
the sheets' own addresses are looked at; what a header or a ``dimension`` element declares is not believed.
"""

import io
import re
import struct
import zipfile
import zlib
from contextlib import suppress
from functools import lru_cache
from html import unescape
from typing import Final, Literal

import numpy as np

from keiyu.read.grid import column_of
from keiyu.read.lost import Lost, lost_cells
from keiyu.read.sniff import RefusedError

MOST_PARTS: Final = 4_000
MOST_UNPACKED: Final = 512 * 1024 * 1024
MOST_CELLS: Final = 10_000_000
MOST_TEXT: Final = 512 * 1024 * 1024
LONGEST_TEXT: Final = 131_072
_SMALL: Final = 32_768
_LETTERS: Final = 5
_DIGITS: Final = 12
"""Longer addresses are far enough at that length."""

_MOST_SWELLING: Final = 1_032
"""Bytes that one byte of deflated data may unpack to (RFC 1951: 258 bytes in two bits)."""

_LOCAL_HEADER: Final = struct.Struct("<26xHH")
_BOOK: Final = "xl/workbook.xml"
_RELATIONS: Final = "xl/_rels/workbook.xml.rels"
_FAR: Final = re.compile(rb'r\s*+=\s*+["\'][A-Za-z]{0,2}+(?:[A-Za-z]++\d|\d{5})')
_BLANK: Final = np.isin(np.arange(256), np.frombuffer(b" \t\n\r\f\v", np.uint8))
_PIECE: Final = 1024 * 1024
_FEW: Final = 100
_WINDOW: Final = 10
"""Bytes from an ``r`` to the fifth digit of its address behind two letters."""

_EMPTY: Final = re.compile(rb'<c r="[A-Z]{1,3}\d{1,7}"(?: s="\d{1,5}")?/>')
_ADDRESS: Final = re.compile(rb'\br\s*=\s*["\']([A-Za-z]*)(\d+)')
_BARE: Final = re.compile(rb'<(?:\w+:)?c\b(?! r=")')
"""A cell whose address does not come first, or that has none and stands in the row that its row element names."""
_SHEET: Final = re.compile(rb"<sheet\b[^<>]*>")
_RELATION: Final = re.compile(rb"<Relationship\b[^<>]*>")
_ATTRIBUTE: Final = re.compile(rb'([\w:]+)\s*=\s*"([^"]*)"')

Kind = Literal["xlsx", "xlsb", "ods", "zip"]

_WORD: Final = "word/document.xml"
_OTHERS: Final = (
    ("word/", "Word"),
    ("ppt/", "PowerPoint"),
    ("visio/", "Visio"),
    ("Documents/1/", "XPS"),
    ("Index/Document.iwa", "Numbers/Pages"),
    ("META-INF/MANIFEST.MF", "JAR"),
    ("doc.kml", "KMZ"),
    ("META-INF/container.xml", "EPUB"),
)
_SPREADSHEET: Final = b"application/vnd.oasis.opendocument.spreadsheet"
_DECLARES: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:\s+(?!\s)|<\?[^?]*(?:\?(?!>)[^?]*)*\?>|<!--[^-]*(?:-(?!->)[^-]*)*-->)*(<!(?:DOCTYPE|ENTITY))"
)
"""A document type stands before the first element, or nowhere."""
_STRINGS: Final = "xl/sharedstrings.xml"
_ITEM: Final = re.compile(rb"<(?:\w+:)?si\b")
_ODD_ITEMS: Final = (re.compile(rb"<si(?!>)"), re.compile(rb":si"))
_SHORTEST_ITEM: Final = 3
_INDEX: Final = re.compile(rb"v>\s*(\d{1,9})\s*<")
_SHORTEST_CELL: Final = 20
"""Bytes of the shortest cell that names a shared text."""

_TEXTUAL: Final = (b"<", b"\xef\xbb\xbf", b" ", b"\n", b"\r", b"\t")


class Parts:
    """The parts of an archive, unpacked under a limit when they are asked for."""

    def __init__(self, data: bytes) -> None:
        """Read the archive's list.

        Args:
            data: the whole file.

        Raises:
            RefusedError: it is damaged or has very many parts.
        """
        self._data = data
        self.entries = {e.filename: e for e in _entries(data)}

    @property
    def encrypted(self) -> bool:
        """Whether a part has a password."""
        return any(e.flag_bits & 1 for e in self.entries.values())

    def packed(self, name: str) -> tuple[bytes, int, int]:
        """Return a part as it is packed, how, and how large it is said to be.

        Raises:
            RefusedError: the archive's list points nowhere.
        """
        entry = self.entries[name]
        return _packed(self._data, entry), entry.compress_type, entry.file_size

    def get(self, name: str) -> bytes:
        """Return a part; nothing where there is none.

        Raises:
            RefusedError: it is damaged, or larger than the limit.
        """
        return _unpack(*self.packed(name)) if name in self.entries else b""


def kind(parts: Parts) -> Kind:
    """Tell what an archive is, by the parts it has.

    Args:
        parts: the archive.

    Raises:
        RefusedError: it has a password, or is something that is no table.
    """
    names = parts.entries
    if parts.encrypted:
        raise RefusedError("read.decode.encrypted")
    if _BOOK in names and _WORD not in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        return "xlsb"
    found = next((name for start, name in _OTHERS if any(n.startswith(start) for n in names)), None)
    if "content.xml" in names:
        if parts.get("mimetype").strip() not in (_SPREADSHEET, _SPREADSHEET + b"-template"):
            raise RefusedError("read.decode.not_table", value="OpenDocument")
        return "ods"
    if found is not None:
        raise RefusedError("read.decode.not_table", value=found)
    return "xlsx" if any(n.startswith("xl/") for n in names) else "zip"


def inspect(parts: Parts) -> dict[str, Lost]:
    """Unpack a workbook's parts under a limit and look at its sheets' addresses.

    Args:
        parts: the workbook.

    Returns:
        Sheet name → what stands in cells that a decoder would show as empty.

    Raises:
        RefusedError: damaged, larger than the limits, or declaring entities.
    """
    lost: dict[str, Lost] = {}
    whole, texts, strings = 0, 0, ""
    for name in parts.entries:
        packed, method, said = parts.packed(name)
        judge = _judged_before if len(packed) <= _SMALL else _judged
        size, cells = judge(packed, method, said)
        whole += size
        if name.lower() == _STRINGS:
            texts, strings = size, name
        if whole > MOST_UNPACKED:
            raise RefusedError("read.decode.too_large", value=f"> {MOST_UNPACKED // 1024**2} MiB")
        if cells:
            lost[name] = cells
    if whole // _SHORTEST_CELL * texts > MOST_TEXT:
        _refuse_swelling(parts, strings, whole // _SHORTEST_CELL)
    return {sheet: lost[part] for sheet, part in sheet_parts(parts).items() if part in lost} if lost else {}


def _judged(packed: bytes, method: int, said: int) -> tuple[int, Lost]:
    """Return the unpacked size of a part and the cells that a decoder would lose, if it is a sheet."""
    part = _unpack(packed, method, said)
    if part.startswith(_TEXTUAL):
        refuse_dangerous(part)
    if b"sheetData" not in part:
        return len(part), {}
    _refuse_far_cells(part)
    return len(part), lost_cells(part)


def refuse_dangerous(part: bytes) -> None:
    """Refuse XML that declares entities, or has a text longer than any cell may be.

    Args:
        part: the XML.

    Raises:
        RefusedError: it does.
    """
    declares = _DECLARES.match(part)
    if declares:
        raise RefusedError("read.decode.entities", value=declares[1].decode())
    end = LONGEST_TEXT
    while end < len(part):
        tag = part.rfind(b"<", end - LONGEST_TEXT, end)
        if tag < 0:
            raise RefusedError("read.decode.too_large", value=f"> {LONGEST_TEXT:,} 文字 characters")
        end = tag + LONGEST_TEXT + 1


def _refuse_swelling(parts: Parts, strings: str, values: int) -> None:
    """Refuse a workbook whose cells name long texts so often that they fill the memory.

    Raises:
        RefusedError: the texts of all cells together are larger than the limit, or more than cells may be.
    """
    part = parts.get(strings)
    many = len(part) > _SHORTEST_ITEM * MOST_CELLS
    if many and part.count(b"<si") + part.count(b":si") > MOST_CELLS:
        raise RefusedError("read.decode.too_large", value=f"> {MOST_CELLS:,} cells")
    plain = not any(pattern.search(part) for pattern in _ODD_ITEMS)
    sizes = list(map(len, part.split(b"<si>") if plain else _ITEM.split(part)))[1:]
    if values * max(sizes, default=0) < MOST_TEXT:
        return
    whole = 0
    for sheet in sheet_parts(parts).values():
        numbers = map(int, _INDEX.findall(parts.get(sheet)))
        whole += sum(sizes[n] for n in numbers if n < len(sizes))
    if whole > MOST_TEXT:
        raise RefusedError("read.decode.too_large", value=f"> {MOST_TEXT // 1024**2} MiB")


_judged_before = lru_cache(maxsize=256)(_judged)
"""The same, remembered: files of one form share most of their parts byte for byte."""


def _entries(data: bytes) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as bundle:
            entries = [
                e for e in bundle.infolist() if not e.filename.endswith("/") and not e.filename.startswith("xl/media/")
            ]
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, struct.error) as error:
        raise RefusedError("read.decode.damaged", value=str(error)) from error
    if len(entries) > MOST_PARTS:
        raise RefusedError("read.decode.too_large", value=f"> {MOST_PARTS} parts")
    return entries


def _packed(data: bytes, entry: zipfile.ZipInfo) -> bytes:
    try:
        name, extra = _LOCAL_HEADER.unpack_from(data, entry.header_offset)
    except struct.error as error:
        raise RefusedError("read.decode.damaged", value=str(error)) from error
    start = entry.header_offset + _LOCAL_HEADER.size + name + extra
    return data[start : start + entry.compress_size]


def _unpack(packed: bytes, method: int, said: int) -> bytes:
    """Unpack one part without believing its declared size, which only says how much room to make at first."""
    if method == zipfile.ZIP_STORED:
        part = packed
    elif method == zipfile.ZIP_DEFLATED:
        part = _inflated(packed, said)
    else:
        raise RefusedError("read.decode.damaged", value=f"compression {method}")
    if len(part) > MOST_UNPACKED:
        raise RefusedError("read.decode.too_large", value=f"> {MOST_UNPACKED // 1024**2} MiB")
    return part


def _inflated(packed: bytes, said: int) -> bytes:
    most = _MOST_SWELLING * len(packed)
    if most <= MOST_UNPACKED:
        with suppress(zlib.error):  # what breaks off is unpacked as far as it goes, below
            return zlib.decompress(packed, -zlib.MAX_WBITS, max(1, min(said, most)))
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, MOST_UNPACKED + 1)
    except zlib.error as error:
        raise RefusedError("read.decode.damaged", value=str(error)) from error


def _refuse_far_cells(sheet: bytes) -> None:
    """Refuse a sheet that a decoder would have to fill beyond the limit; cells without content do not count.

    Every text that looks like an address counts, whatever stands around it: a decoder may be more lenient
    about what an element is than any pattern here.
    """
    if not any(_may_be_far(sheet, at) for at in range(0, len(sheet), _PIECE)) or _FAR.search(sheet) is None:
        return
    sheet = _EMPTY.sub(b"", sheet)
    found = _ADDRESS.findall(sheet)
    bare = _BARE.search(sheet) is not None
    rows = max((_row(row) for letters, row in found if letters or bare), default=1)
    columns = max((column_of(letters[:_LETTERS].decode()) + 1 for letters, _ in found if letters), default=1)
    if rows * max(columns, 26) > MOST_CELLS:
        raise RefusedError("read.decode.too_large", value=f"{rows} × {columns}")


def _may_be_far(sheet: bytes, start: int) -> bool:
    """Return whether a part of a sheet is worth a search: what stands behind every ``r`` is looked at together."""
    text = np.frombuffer(sheet[start : start + _PIECE + _WINDOW] + bytes(_WINDOW), np.uint8)
    places = np.flatnonzero(text[:-_WINDOW] == ord("r"))
    sign, quote = text[places + 1], text[places + 2]
    given = sign == ord("=")
    if ((given & _BLANK[quote]) | (_BLANK[sign] & (_BLANK[quote] | (quote == ord("="))))).any():
        return True
    places = places[given]
    after = [text[places + at] for at in range(3, _WINDOW)]
    letters = [(part | 0x20) - np.uint8(ord("a")) < 26 for part in after[:3]]
    digits = [part - np.uint8(ord("0")) < 10 for part in after]
    far = np.logical_and.reduce(letters)
    for first, fifth in zip(digits[:3], digits[4:], strict=True):
        far |= first & fifth
    doubtful = (start + places[far]).tolist()
    return len(doubtful) > _FEW or any(_FAR.match(sheet, at) for at in doubtful)


def _row(digits: bytes) -> int:
    return int(digits[:_DIGITS])


def _text(raw: bytes) -> str:
    return unescape(raw.decode("utf-8", "replace"))


def sheet_parts(parts: Parts) -> dict[str, str]:
    """Return the part that each sheet of a workbook lies in, by the sheet's name.

    Args:
        parts: the workbook.
    """
    targets = relations(parts, _RELATIONS)
    sheets = _attributes(_SHEET, parts.get(_BOOK))
    return {_text(s.get(b"name", b"")): targets.get(_text(s.get(b"r:id", b"")), "") for s in sheets}


def relations(parts: Parts, name: str) -> dict[str, str]:
    """Return the parts that the workbook names, by the number of the relation.

    Args:
        parts: the workbook.
        name: the part that holds the relations.
    """
    found = _attributes(_RELATION, parts.get(name))
    return {_text(a.get(b"Id", b"")): resolved(_text(a.get(b"Target", b"")), "xl/") for a in found}


def resolved(target: str, folder: str) -> str:
    """Return the part that a relation names, seen from a folder."""
    if target.startswith("/"):
        return target[1:]
    steps = folder.rstrip("/").split("/")
    for step in target.split("/"):
        if step == "..":
            del steps[-1:]
        elif step != ".":
            steps.append(step)
    return "/".join(steps)


def _attributes(pattern: re.Pattern[bytes], part: bytes) -> list[dict[bytes, bytes]]:
    return [dict(_ATTRIBUTE.findall(element)) for element in pattern.findall(part)]
