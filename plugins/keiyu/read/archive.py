"""Guards over workbooks that are ZIP archives, before any decoder sees them.

A decoder trusts the archive: a few kilobytes may unpack to gigabytes, and two cells at opposite corners
of a sheet make it fill everything between. So the parts are unpacked here first, under a limit, and
the sheets' own addresses are looked at; what a header or a ``dimension`` element declares is not believed.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Final
from xml.sax.saxutils import unescape

from keiyu.read.grid import column_of
from keiyu.read.lost import Lost, lost_cells
from keiyu.read.sniff import RefusedError

MOST_PARTS: Final = 4_000
MOST_UNPACKED: Final = 512 * 1024 * 1024
MOST_CELLS: Final = 10_000_000
_SMALL: Final = 32_768
_LETTERS: Final = 5
_DIGITS: Final = 12
"""Longer addresses are far enough at that length."""

_LOCAL_HEADER: Final = struct.Struct("<26xHH")
_NAMING: Final = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
_FAR: Final = re.compile(rb'r\s*=\s*["\'](?:[A-Za-z]{3,}\d|\d{5}|[A-Za-z]{1,2}\d{5})')
_EMPTY: Final = re.compile(rb'<c r="[A-Z]{1,3}\d{1,7}"(?: s="\d{1,5}")?/>')
_ADDRESS: Final = re.compile(rb'\br\s*=\s*["\']([A-Za-z]*)(\d+)')
_BARE: Final = re.compile(rb'<(?:\w+:)?c\b(?! r=")')
"""A cell whose address does not come first, or that has none and stands in the row that its row element names."""
_SHEET: Final = re.compile(rb"<sheet\b[^<>]*>")
_RELATION: Final = re.compile(rb"<Relationship\b[^<>]*>")
_ATTRIBUTE: Final = re.compile(rb'([\w:]+)\s*=\s*"([^"]*)"')

_OTHERS: Final = (
    ("word/document.xml", "Word"),
    ("ppt/presentation.xml", "PowerPoint"),
    ("xl/workbook.bin", "XLSB"),
    ("content.xml", "OpenDocument"),
)


def inspect(data: bytes) -> dict[str, Lost]:
    """Unpack a workbook's parts under a limit and look at its sheets' addresses.

    Args:
        data: the whole file.

    Returns:
        Sheet name → what stands in cells that a decoder would show as empty.

    Raises:
        RefusedError: not a workbook, encrypted, damaged, or larger than the limits.
    """
    entries = _entries(data)
    _refuse_others({e.filename for e in entries}, entries)
    lost: dict[str, Lost] = {}
    whole = 0
    for entry in entries:
        packed = _packed(data, entry)
        judge = _judged_before if len(packed) <= _SMALL else _judged
        size, cells = judge(packed, entry.compress_type)
        whole += size
        if whole > MOST_UNPACKED:
            raise RefusedError("read.decode.too_large", value=f"> {MOST_UNPACKED // 1024**2} MiB")
        if cells:
            lost[entry.filename] = cells
    return _by_sheet(lost, {e.filename: e for e in entries}, data) if lost else {}


def _judged(packed: bytes, method: int) -> tuple[int, Lost]:
    """Return the unpacked size of a part and the cells that a decoder would lose, if it is a sheet."""
    part = _unpack(packed, method)
    if b"sheetData" not in part:
        return len(part), {}
    _refuse_far_cells(part)
    return len(part), lost_cells(part)


_judged_before = lru_cache(maxsize=256)(_judged)
"""The same, remembered: files of one form share most of their parts byte for byte."""


def _entries(data: bytes) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as bundle:
            entries = [e for e in bundle.infolist() if not e.is_dir() and not e.filename.startswith("xl/media/")]
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, struct.error) as error:
        raise RefusedError("read.decode.damaged", value=str(error)) from error
    if len(entries) > MOST_PARTS:
        raise RefusedError("read.decode.too_large", value=f"> {MOST_PARTS} parts")
    return entries


def _refuse_others(names: set[str], entries: list[zipfile.ZipInfo]) -> None:
    if any(e.flag_bits & 1 for e in entries):
        raise RefusedError("read.decode.encrypted")
    for name, kind in _OTHERS:
        if name in names:
            raise RefusedError("read.decode.not_table", value=kind)
    if not any(n.startswith("xl/") for n in names):
        raise RefusedError("read.decode.not_table", value="ZIP")


def _packed(data: bytes, entry: zipfile.ZipInfo) -> bytes:
    try:
        name, extra = _LOCAL_HEADER.unpack_from(data, entry.header_offset)
    except struct.error as error:
        raise RefusedError("read.decode.damaged", value=str(error)) from error
    start = entry.header_offset + _LOCAL_HEADER.size + name + extra
    return data[start : start + entry.compress_size]


def _unpack(packed: bytes, method: int) -> bytes:
    """Unpack one part without believing its declared size."""
    if method == zipfile.ZIP_STORED:
        part = packed
    elif method == zipfile.ZIP_DEFLATED:
        try:
            part = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, MOST_UNPACKED + 1)
        except zlib.error as error:
            raise RefusedError("read.decode.damaged", value=str(error)) from error
    else:
        raise RefusedError("read.decode.damaged", value=f"compression {method}")
    if len(part) > MOST_UNPACKED:
        raise RefusedError("read.decode.too_large", value=f"> {MOST_UNPACKED // 1024**2} MiB")
    return part


def _refuse_far_cells(sheet: bytes) -> None:
    """Refuse a sheet that a decoder would have to fill beyond the limit; cells without content do not count.

    Every text that looks like an address counts, whatever stands around it: a decoder may be more lenient
    about what an element is than any pattern here.
    """
    if _FAR.search(sheet) is None:
        return
    sheet = _EMPTY.sub(b"", sheet)
    found = _ADDRESS.findall(sheet)
    bare = _BARE.search(sheet) is not None
    rows = max((_row(row) for letters, row in found if letters or bare), default=1)
    columns = max((column_of(letters[:_LETTERS].decode()) + 1 for letters, _ in found if letters), default=1)
    if rows * max(columns, 26) > MOST_CELLS:
        raise RefusedError("read.decode.too_large", value=f"{rows} × {columns}")


def _row(digits: bytes) -> int:
    return int(digits[:_DIGITS])


def _text(raw: bytes) -> str:
    return unescape(raw.decode("utf-8", "replace"), {"&quot;": '"', "&apos;": "'"})


def _by_sheet(lost: dict[str, Lost], entries: Mapping[str, zipfile.ZipInfo], data: bytes) -> dict[str, Lost]:
    """Name the sheets whose parts lose cells."""
    book, relations = (
        _unpack(_packed(data, entries[name]), entries[name].compress_type) if name in entries else b""
        for name in _NAMING
    )
    targets = {a.get(b"Id"): a.get(b"Target", b"").decode() for a in _attributes(_RELATION, relations)}
    named = {}
    for sheet in _attributes(_SHEET, book):
        target = targets.get(sheet.get(b"r:id"), "")
        part = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
        if part in lost:
            named[_text(sheet.get(b"name", b""))] = lost[part]
    return named


def _attributes(pattern: re.Pattern[bytes], part: bytes) -> list[dict[bytes, bytes]]:
    return [dict(_ATTRIBUTE.findall(element)) for element in pattern.findall(part)]
