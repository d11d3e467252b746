"""Files for tests: workbooks with merges; kinds no library here writes: OpenDocument, binary workbooks, archives."""

import datetime as dt
import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter
import xlwt

Cell = str | int | float | dt.date
Span = tuple[int, int, int, int]
"""First row, first column, last row, last column of a merged block, 0-based."""

_SPACES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
    for short, long in (
        ("office", "office"),
        ("table", "table"),
        ("text", "text"),
        ("style", "style"),
        ("fo", "xsl-fo-compatible"),
    )
)
_SPREADSHEET = "application/vnd.oasis.opendocument.spreadsheet"


def zip_bytes(members: Mapping[str, bytes | str]) -> bytes:
    """An archive of members."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in members.items():
            bundle.writestr(name, content)
    return target.getvalue()


def ods_text(text: str, attributes: str = "") -> str:
    """A cell of text."""
    return f'<table:table-cell office:value-type="string"{attributes}><text:p>{text}</text:p></table:table-cell>'


def ods_bytes(sheets: Mapping[str, str], styles: str = "", before: str = "") -> bytes:
    """An OpenDocument spreadsheet of sheets whose rows are given as XML."""
    tables = "".join(f'<table:table table:name="{name}">{rows}</table:table>' for name, rows in sheets.items())
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<office:document-content {_SPACES}>'
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_SPREADSHEET}"/></manifest:manifest>'
    )
    return zip_bytes({"mimetype": _SPREADSHEET, "META-INF/manifest.xml": manifest, "content.xml": content})


def ods_rows(rows: Sequence[Sequence[str]]) -> bytes:
    """An OpenDocument spreadsheet of one sheet of texts."""
    lines = ("".join(ods_text(escape(cell)) if cell else "<table:table-cell/>" for cell in row) for row in rows)
    return ods_bytes({"Sheet1": "".join(f"<table:table-row>{line}</table:table-row>" for line in lines)})


def page_bytes(rows: Sequence[Sequence[str]]) -> bytes:
    """A page with a table, as systems save it under the name of a workbook."""
    lines = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<html><head><meta charset=utf-8></head><body><table>{body}</table></body></html>".encode()


def sheet_bytes(
    sheets: Mapping[str, Sequence[Sequence[Cell]]], merges: Sequence[Span] = (), hidden: Sequence[int] = ()
) -> bytes:
    """A workbook; merges and hidden columns are those of its first sheet."""
    target = io.BytesIO()
    settled = {
        "in_memory": True,
        "strings_to_urls": False,
        "strings_to_formulas": False,
        "default_date_format": "yyyy/m/d",
    }
    with xlsxwriter.Workbook(target, settled) as book:
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
        first = book.worksheets()[0]
        for top, left, bottom, right in merges:
            if (top, left) != (bottom, right):
                first.merge_range(top, left, bottom, right, next(iter(sheets.values()))[top][left])
        for at in hidden:
            first.set_column(at, at, None, None, {"hidden": True})
    return target.getvalue()


def _record(kind: int, body: bytes = b"") -> bytes:
    lead = bytes((kind,)) if kind < 0x80 else bytes((kind & 0x7F | 0x80, kind >> 7))
    length, tail = len(body), b""
    while True:
        tail += bytes((length & 0x7F | (0x80 if length > 0x7F else 0),))
        length >>= 7
        if not length:
            return lead + tail + body


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def xlsb_bytes(rows: Sequence[Sequence[Any]], name: str = "表", at: tuple[int, int] = (0, 0)) -> bytes:
    """A binary workbook of one sheet; ``#N/A`` becomes an error value."""
    cells = b""
    for number, row in enumerate(rows, at[0]):
        cells += _record(0, struct.pack("<IIHHB", number, 0, 300, 0, 0) + struct.pack("<I", 0))
        for column, value in enumerate(row, at[1]):
            head = struct.pack("<II", column, 0)
            if value == "#N/A":
                cells += _record(3, head + bytes((42,)))
            elif isinstance(value, str):
                cells += _record(6, head + _wide(value))
            else:
                cells += _record(5, head + struct.pack("<d", value))
    whole = struct.pack("<IIII", 0, 9, 0, 9)
    sheet = _record(129) + _record(148, whole) + _record(145) + cells + _record(146) + _record(130)
    book = _record(131) + _record(143) + _record(156, struct.pack("<II", 0, 1) + _wide("rId1") + _wide(name))
    relation = '<Relationship Id="rId1" Type="http://x/worksheet" Target="worksheets/sheet1.bin"/>'
    return zip_bytes(
        {
            "[Content_Types].xml": "<Types/>",
            "xl/workbook.bin": book + _record(144) + _record(132),
            "xl/_rels/workbook.bin.rels": f"<Relationships>{relation}</Relationships>",
            "xl/worksheets/sheet1.bin": sheet,
        }
    )


def xls_bytes(cells: dict[tuple[int, int], Any], sheets: int = 1) -> bytes:
    """An old workbook, the same cells in each of its sheets."""
    book = xlwt.Workbook()
    for number in range(sheets):
        page = book.add_sheet(f"表{number}")
        for (row, column), value in cells.items():
            page.write(row, column, value)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()
