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
    (b"\x89PNG\r\n", "画像 image (PNG)"),
    (b"\xff\xd8\xff", "画像 image (JPEG)"),
    (b"GIF8", "画像 image (GIF)"),
    (b"II*\x00", "画像 image (TIFF)"),
    (b"MM\x00*", "画像 image (TIFF)"),
    (b"BM", "画像 image (BMP)"),
    (b"{\\rtf", "文書 document (RTF)"),
    (b"Rar!", "圧縮ファイル archive (RAR)"),
    (b"7z\xbc\xaf\x27\x1c", "圧縮ファイル archive (7-Zip)"),
    (b"\x1f\x8b", "圧縮ファイル archive (gzip)"),
    (b"MZ", "プログラム program (EXE)"),
    (b"SQLite format 3\x00", "データベース database (SQLite)"),
    (b"PAR1", "Parquet"),
    (b"ARROW1", "Arrow"),
    (b"\x7fELF", "プログラム program (EXE)"),
    (b"BZh", "圧縮ファイル archive (bzip2)"),
    (b"\xfd7zXZ\x00", "圧縮ファイル archive (xz)"),
    (b"\x28\xb5\x2f\xfd", "圧縮ファイル archive (Zstandard)"),
    (b"RIFF", "画像・音声 image or sound (RIFF)"),
    (b"8BPS", "画像 image (Photoshop)"),
    (b"%!PS", "文書 document (PostScript)"),
    (b"\x00\x00\x01\x00", "画像 image (ICO)"),
    (b"MSCF\x00\x00\x00\x00", "圧縮ファイル archive (CAB)"),
    (b"\x09\x00\x04\x00", "Excel 2 (BIFF2)"),
    (b"\x09\x02\x06\x00", "Excel 3 (BIFF3)"),
    (b"\x09\x04\x06\x00", "Excel 4 (BIFF4)"),
    (b"\x09\x08\x08\x00\x00\x05", "Excel 5 (BIFF5)"),
    (b"\x09\x08\x10\x00\x00\x06", "Excel 97 (BIFF8, OLE なし without OLE)"),
    (b"\x00\x01\x00\x00Standard ", "データベース database (Microsoft Access)"),
    (b"\x00\x00\x27\x0a", "地図 map (Shapefile)"),
    (b"L\x00\x00\x00\x01\x14\x02\x00", "ショートカット shortcut"),
)
_WITHIN: Final = (
    (2, re.compile(rb"-l[hz][0-9a-z]-"), "圧縮ファイル archive (LZH)"),
    (4, re.compile(b"ftyp[a-z0-9]{3}"), "写真・動画 photo or video (HEIC, MP4)"),
    (257, re.compile(b"ustar[\x00 ]"), "圧縮ファイル archive (tar)"),
)
"""Signatures that stand behind the beginning. Sources: LHA header (method at byte 2); ISO 14496-12 (ftyp at byte 4);
POSIX pax (magic at byte 257)."""
_BINARY_ONLY: Final = frozenset({b"BM", b"MZ", b"PAR1", b"RIFF", b"BZh", b"ARROW1"})
"""Signatures that a text may begin with, too."""

_MARKUP: Final = re.compile(r"\s*(?:<!--.*?-->\s*)?<(?:!doctype\b|\?|[a-z][a-z0-9:]*[\s/>])", re.I | re.S)
_SCRIPT: Final = re.compile(
    r"\s*(?:(?:var|let|const|function|import|export|window|document)\b[^,\n]{0,80}[={(.]|/\*|//"
    r"|[\"']use strict|[$\w.]+\s*=\s*[\[{(]|[$\w.]+\(\s*[\[{]|[!(]function\b)"
)
_MAIL: Final = re.compile(r"(?:MIME-Version|Content-Type|Return-Path|Received|From):\s[^,]*\n", re.I)
PAGE: Final = "ウェブページなど web page or the like (HTML/XML)"
_TEXTS: Final = ((_MARKUP, PAGE), (_SCRIPT, "JavaScript"), (_MAIL, "電子メール e-mail"))


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
        if data.startswith(magic) and (magic not in _BINARY_ONLY or b"\x00" in data[:512]):
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
