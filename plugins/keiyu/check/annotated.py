"""The sender's own file given back (指摘入りの控え): every finding as a note at its cell, and a sheet that lists them.

A workbook stays as it was sent, so that the clerk mends it where the colour is and sends it again; other files
become a workbook of the same cells. The list is left aside when such a workbook is read.
"""

import io
import re
import warnings
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from openpyxl import Workbook as Book
from openpyxl import load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, TYPE_FORMULA, TYPE_STRING, Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook.child import INVALID_TITLE_REGEX
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from keiyu.findings import Finding, Severity, spot
from keiyu.read.decode import decode
from keiyu.read.grid import FINDINGS_SHEET, Workbook
from keiyu.read.sniff import RefusedError

MOST_CELLS: Final = 300_000
"""Larger files get the list alone: a workbook of a million cells helps nobody to find one of them."""

_COLOURS: Final = {Severity.ERROR: "FFC7CE", Severity.QUERY: "FFEB9C", Severity.INFO: "DDEBF7"}
_WEIGHTS: Final = {
    Severity.ERROR: "誤り / error",
    Severity.QUERY: "疑義照会 / query",
    Severity.INFO: "参考 / note",
}
_HEADER: Final = (
    ("番号 / no.", 8),
    ("重さ / severity", 16),
    ("場所 / place", 22),
    ("書かれている値 / value", 20),
    ("正しい値 / expected", 20),
    ("指摘 / finding", 60),
    ("直し方 / remedy", 60),
    ("規則 / rule", 18),
)
_HEADER_ROW: Final = 3
_CELL: Final = re.compile(r"[A-Z]{1,3}[1-9]\d*")
_AUTHOR: Final = "Keiyu"
_NOTE_SIZE: Final = (220, 360)
_MOST_LETTERS: Final = 32_767
_MOST_TITLE: Final = 28
_TEXT: Final = "一覧"


def annotated(data: bytes, filename: str, findings: Sequence[Finding]) -> bytes:
    """Return a copy of a file with what was found in it.

    Args:
        data: the file as sent.
        filename: its name.
        findings: what reading and checking had to say of it.

    Returns:
        An xlsx workbook. A file that cannot be opened at all yields the list alone.
    """
    book, sheets = _opened(data)
    by_cell: defaultdict[tuple[str | None, str], list[int]] = defaultdict(list)
    for number, told in enumerate(findings, 1):
        place = _place(told, sheets)
        if place is not None:
            by_cell[place].append(number)
    for (sheet, cell), numbers in by_cell.items():
        _note(sheets[sheet], cell, [(n, findings[n - 1]) for n in numbers])
    links = {number: (sheets[place[0]].title, place[1]) for place, numbers in by_cell.items() for number in numbers}
    _listed(book, filename, findings, links)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _opened(data: bytes) -> tuple[Book, Mapping[str | None, Worksheet]]:
    """Return the file as a workbook that can be written on, and its sheets; an empty one where it cannot be opened."""
    try:
        decoded = decode(data)
    except RefusedError:
        return _empty(), {}
    if sum(len(row) for grid in decoded.grids for row in grid.rows) > MOST_CELLS:
        return _empty(), {}
    return (_as_sent(data) if decoded.kind == "xlsx" else None) or _copied(decoded)


def _as_sent(data: bytes) -> tuple[Book, Mapping[str | None, Worksheet]] | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(data), rich_text=True, keep_links=False)
    except (InvalidFileException, KeyError, ValueError, TypeError, AttributeError):
        return None
    if FINDINGS_SHEET in book.sheetnames:
        del book[FINDINGS_SHEET]
        for sheet in book.worksheets:
            _clear(sheet)
    return book, {sheet.title: sheet for sheet in book.worksheets}


def _clear(sheet: Worksheet) -> None:
    """Take away the notes and colours of an earlier copy; what has been mended shall not look wrong."""
    for row in sheet.iter_rows():
        for cell in row:
            if cell.comment is not None and cell.comment.author == _AUTHOR:
                cell.comment = None
                cell.fill = PatternFill()


def _empty() -> Book:
    book = Book()
    del book[book.sheetnames[0]]
    return book


def _copied(decoded: Workbook) -> tuple[Book, Mapping[str | None, Worksheet]]:
    book, sheets = _empty(), {}
    for grid in decoded.grids:
        sheet = book.create_sheet(INVALID_TITLE_REGEX.sub("_", grid.name or _TEXT)[:_MOST_TITLE])
        sheets[grid.name] = sheet
        for number, row in enumerate(grid.rows, 1):
            _write(sheet, number, row)
    return book, sheets


def _write(sheet: Worksheet, number: int, row: Sequence[Any]) -> list[Cell]:
    """Write a row; a text stays a text, even one that begins like a formula."""
    cells = []
    for column, value in enumerate(row, 1):
        cell = sheet.cell(number, column, _plain(value) if isinstance(value, str) else value)
        if cell.data_type == TYPE_FORMULA:
            cell.data_type = TYPE_STRING
        cells.append(cell)
    return cells


def _plain(text: str) -> str:
    return ILLEGAL_CHARACTERS_RE.sub("\ufffd", text)[:_MOST_LETTERS]


def _place(told: Finding, sheets: Mapping[str | None, Worksheet]) -> tuple[str | None, str] | None:
    """Return sheet and A1 address of a finding; none where it points to no single cell of the workbook."""
    name, cell = told.place.sheet, told.place.cell
    if name is None and len(sheets) == 1:
        name = next(iter(sheets))
    if name not in sheets or cell is None:
        return None
    return (name, cell) if _CELL.fullmatch(cell) else None


def _note(sheet: Worksheet, cell: str, told: Sequence[tuple[int, Finding]]) -> None:
    target = sheet[cell]
    if isinstance(target, MergedCell):
        home = next(area for area in sheet.merged_cells.ranges if cell in area)
        target = sheet.cell(home.min_row, home.min_col)
    heaviest = min((one.severity for _, one in told), key=list(_COLOURS).index)
    words = [target.comment.text] if target.comment else []
    words += [f"【{n}】{one.message_ja}\n→ {one.hint_ja}\n{one.message_en}\n→ {one.hint_en}" for n, one in told]
    target.comment = Comment("\n\n".join(words), _AUTHOR, *_NOTE_SIZE)
    target.fill = PatternFill("solid", fgColor=_COLOURS[heaviest])


def _listed(book: Book, filename: str, findings: Sequence[Finding], links: Mapping[int, tuple[str, str]]) -> None:
    """Add the sheet that lists the findings, and show it first when the workbook is opened."""
    sheet = book.create_sheet(FINDINGS_SHEET)
    sheet.append([f"{filename}：指摘 {len(findings)} 件。色の付いたセルを直し、このファイルをそのまま送ってください。"])
    sheet.append([f"{len(findings)} findings. Mend the coloured cells and send this very file again."])
    sheet.append([title for title, _ in _HEADER])
    for cell, (_, width) in zip(sheet[_HEADER_ROW], _HEADER, strict=True):
        cell.font = Font(bold=True)
        sheet.column_dimensions[cell.column_letter].width = width
    for number, told in enumerate(findings, 1):
        cells = _write(sheet, number + _HEADER_ROW, _row(number, told))
        for cell in cells:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        cells[1].fill = PatternFill("solid", fgColor=_COLOURS[told.severity])
        if number in links:
            _link(cells[2], *links[number])
    sheet.freeze_panes = sheet.cell(_HEADER_ROW + 1, 1)
    for other in book.worksheets:
        other.sheet_view.tabSelected = False
    book.active = book.index(sheet)


def _link(cell: Cell, sheet: str, address: str) -> None:
    quoted = sheet.replace("'", "''")
    cell.hyperlink = Hyperlink(cell.coordinate, location=f"'{quoted}'!{address}")
    cell.font = Font(underline="single", color="0563C1")


def _row(number: int, told: Finding) -> list[Any]:
    place = spot(told.place.sheet, told.place.cell) or told.place.field
    texts = (
        _WEIGHTS[told.severity],
        place,
        told.value,
        told.expected,
        f"{told.message_ja}\n{told.message_en}",
        f"{told.hint_ja}\n{told.hint_en}",
        told.rule_id,
    )
    return [number, *(text or "" for text in texts)]
