"""What a file is, by its content: the name's extension is never believed."""

import re
from dataclasses import dataclass
from typing import ClassVar, Final, Literal

from keiyu.errors import UserError

Container = Literal["zip", "ole", "text"]

_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_SMALL: Final = 65_536
_NOTHING: Final = b"\x00 \t\r\n,;\xef\xbb\xbf\xff\xfe"

_SIGNATURES: Final = (
    (b"%PDF-", "PDF"),
    (b"\x89PNG\r\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"BM", "BMP"),
    (b"{\\rtf", "RTF"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"\x1f\x8b", "gzip"),
    (b"MZ", "EXE"),
    (b"SQLite format 3\x00", "SQLite"),
    (b"PAR1", "Parquet"),
    (b"ARROW1", "Arrow"),
    (b"\x7fELF", "EXE"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "Zstandard"),
    (b"RIFF", "RIFF"),
    (b"8BPS", "Photoshop"),
    (b"%!PS", "PostScript"),
    (b"\x00\x00\x01\x00", "ICO"),
    (b"MSCF\x00\x00\x00\x00", "CAB"),
    (b"\x09\x00\x04\x00", "Excel 2 (BIFF2)"),
    (b"\x09\x02\x06\x00", "Excel 3 (BIFF3)"),
    (b"\x09\x04\x06\x00", "Excel 4 (BIFF4)"),
    (b"\x09\x08\x08\x00\x00\x05", "Excel 5 (BIFF5)"),
    (b"\x09\x08\x10\x00\x00\x06", "Excel 97 (BIFF8, OLE なし without OLE)"),
    (b"\x00\x01\x00\x00Standard ", "Microsoft Access"),
    (b"\x00\x00\x27\x0a", "Shapefile"),
    (b"L\x00\x00\x00\x01\x14\x02\x00", "ショートカット shortcut"),
)
_WITHIN: Final = ((2, re.compile(rb"-l[hz][0-9a-z]-"), "LZH"), (257, re.compile(b"ustar[\x00 ]"), "tar"))
"""Signatures that stand behind the beginning. Sources: LHA header (method at byte 2); POSIX pax (magic at byte 257)."""
_BINARY_ONLY: Final = frozenset({"BMP", "EXE", "Parquet", "RTF", "RIFF", "bzip2", "Arrow"})

_MARKUP: Final = re.compile(r"\s*(?:<!--.*?-->\s*)?<(?:!doctype\b|\?|[a-z][a-z0-9:]*[\s/>])", re.I | re.S)
_SCRIPT: Final = re.compile(
    r"\s*(?:(?:var|let|const|function|import|export|window|document)\b[^,\n]{0,80}[={(.]|/\*|//"
    r"|[\"']use strict|[$\w.]+\s*=\s*[\[{(]|[$\w.]+\(\s*[\[{]|[!(]function\b)"
)
_MAIL: Final = re.compile(r"(?:MIME-Version|Content-Type|Return-Path|Received|From):\s[^,]*\n", re.I)
_TEXTS: Final = ((_MARKUP, "HTML/XML"), (_SCRIPT, "JavaScript"), (_MAIL, "MIME"))


@dataclass(eq=False)
class RefusedError(UserError):
    """The bytes are not a table that can be read; carries the rule that says why.

    Attributes:
        rule_id: rule of ``schemas/findings.yaml``.
        value: what stands there, e.g. the kind of file.
        expected: what would be right, where known.
        sheet: the sheet, where it is one.
    """

    rule_id: str
    value: str | None = None
    expected: str | None = None
    sheet: str | None = None

    code: ClassVar[str] = "KEIYU-131"
    ja: ClassVar[str] = "表として読めないファイルです（{rule_id}、{value}）。"
    en: ClassVar[str] = "The file cannot be read as a table ({rule_id}, {value})."


def container(data: bytes) -> Container:
    """Tell how the bytes are wrapped.

    Args:
        data: the whole file.

    Returns:
        ``zip``, ``ole`` or ``text``.

    Raises:
        RefusedError: it is empty, or by its signature something that is not a table.
    """
    if len(data) < _SMALL and not data.strip(_NOTHING):
        raise RefusedError("read.decode.empty")
    if data.startswith(_ZIP):
        return "zip"
    if data.startswith(_OLE):
        return "ole"
    for magic, name in _SIGNATURES:
        if data.startswith(magic) and (name not in _BINARY_ONLY or b"\x00" in data[:512] or name == "RTF"):
            raise RefusedError("read.decode.not_table", value=name)
    for place, signature, name in _WITHIN:
        if signature.match(data, place):
            raise RefusedError("read.decode.not_table", value=name)
    return "text"


def refuse_other_text(text: str) -> None:
    """Refuse text that is a web page, a program or a mail, whatever its name says.

    Raises:
        RefusedError: names which of them it is.
    """
    head = text[:4096].lstrip("\ufeff")
    for pattern, name in _TEXTS:
        if pattern.match(head):
            raise RefusedError("read.decode.not_table", value=name)
