"""Drawing a line's empty form: what a clerk fills in, derived from the contract alone.

A cube whose key is the reporter becomes a matrix (categories down, ages across), as on paper. Any
other table becomes one header row with rows below it. Only the cells to be filled in are unlocked.
"""

import datetime as dt
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from keiyu.contract import guide, prefilled
from keiyu.contract.model import Code, Contract, Dimension, Field, Table
from keiyu.contract.prefilled import Prefilled

IDENTITY: Final = "_keiyu"
"""Hidden sheet that says which line, contract version and form digest a file was made from."""

CODES: Final = "_codes"
"""Hidden sheet with the labels of the code lists, for the drop-downs."""

TITLE: Final = "A1"
LAST_ROW: Final = 10_000
"""Rows of a record sheet that carry validation."""

_FIXED_DAY: Final = dt.datetime(2000, 1, 1)
_YES_NO: Final = ("有", "無")
_HEAD_ROW: Final = 3
"""First row of the reporter's block, counted from 1: title, note, then the block."""

_LOOKS: Final[dict[str, dict[str, Any]]] = {
    "title": {"bold": True, "font_size": 14},
    "note": {"font_color": "#595959"},
    "label": {"bg_color": "#E8EDF3", "border": 1, "text_wrap": True, "valign": "vcenter"},
    "head": {
        "bg_color": "#D5DEE9",
        "border": 1,
        "bold": True,
        "text_wrap": True,
        "align": "center",
        "valign": "vcenter",
    },
    "must": {
        "bg_color": "#F3D9C9",
        "border": 1,
        "bold": True,
        "text_wrap": True,
        "align": "center",
        "valign": "vcenter",
    },
    "unit": {"align": "right", "font_color": "#595959"},
    "number": {"bg_color": "#FFFBE6", "border": 1, "locked": False, "num_format": "#,##0"},
    "decimal": {"bg_color": "#FFFBE6", "border": 1, "locked": False, "num_format": "#,##0.0"},
    "text": {"bg_color": "#FFFBE6", "border": 1, "locked": False, "num_format": "@"},
    "date": {"bg_color": "#FFFBE6", "border": 1, "locked": False, "num_format": "yyyy-mm-dd"},
    **{
        f"prefilled_{kind}": {"bg_color": "#F8CBAD", "border": 1, "locked": False, "num_format": form, "italic": True}
        for kind, form in (("number", "#,##0"), ("decimal", "#,##0.0"), ("text", "@"), ("date", "yyyy-mm-dd"))
    },
    "notice": {"font_color": "#C00000", "bold": True, "text_wrap": True, "valign": "vcenter"},
    "wrong": {"bg_color": "#F4B6B6"},
}
_INPUT: Final = {"integer": "number", "number": "decimal", "date": "date"}


@dataclass(frozen=True)
class Sheet:
    """Where a table's fields stand in the form.

    Attributes:
        table: table of the contract.
        name: worksheet name, the table's Japanese label.
        matrix: whether each field has one cell; otherwise each has a column under a header row.
        cells: field → A1 address (matrix) or column letters (records).
        first_row: first row of input, counted from 1.
    """

    table: str
    name: str
    matrix: bool
    cells: dict[str, str]
    first_row: int


def is_matrix(table: Table, contract: Contract) -> bool:
    """Return whether a table is filled in as a matrix: a cube with one row per reporter."""
    return table.is_cube and set(table.key) <= set(contract.respondents.identity)


def sheets(contract: Contract) -> tuple[Sheet, ...]:
    """Return where every field of every table stands."""
    return tuple(_matrix(t) if is_matrix(t, contract) else _list(t) for t in contract.tables)


def _matrix(table: Table) -> Sheet:
    head = [f for f in table.fields if not f.dimensions]
    cells = {f.name: f"B{_HEAD_ROW + i}" for i, f in enumerate(head)}
    first = _HEAD_ROW + len(head) + 2
    columns, rows = _axes(table)
    for across, left in enumerate(columns.codes if columns else (None,), 1):
        for down, below in enumerate(rows.codes):
            codes = (left.code, below.code) if left else (below.code,)
            cells[table.by_codes[codes].name] = xl_rowcol_to_cell(first - 1 + down, across)
    return Sheet(table.name, table.label_ja, True, cells, first)


def _axes(table: Table) -> tuple[Dimension | None, Dimension]:
    """Return the dimension across and the one down."""
    if len(table.dimensions) == 1:
        return None, table.dimensions[0]
    across, down = table.dimensions
    return across, down


def _list(table: Table) -> Sheet:
    cells = {f.name: xl_col_to_name(i) for i, f in enumerate(table.fields)}
    return Sheet(table.name, table.label_ja, False, cells, 2)


def draw(contract: Contract, given: Prefilled | None = None) -> bytes:
    """Draw the empty form.

    Args:
        contract: the line.
        given: figures that will be filled in; their cells are marked, and the form asks for a confirmation.

    Returns:
        An xlsx workbook: one sheet per table in order, then 記入要領, then the hidden sheets.
        Every cell to be filled stands as an empty formatted cell.
    """
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        pen = _Pen(book, contract, given or Prefilled())
        for table, sheet in zip(contract.tables, sheets(contract), strict=True):
            pen.matrix(table, sheet) if sheet.matrix else pen.records(table, sheet)
        pen.guide()
        pen.origins()
        pen.hidden()
    return target.getvalue()


class _Pen:
    """Draws one workbook."""

    def __init__(self, book: Any, contract: Contract, given: Prefilled) -> None:
        book.set_properties({"title": contract.name_ja, "subject": contract.line, "created": _FIXED_DAY})
        base = {"font_name": "Yu Gothic", "font_size": 10.5}
        self._book = book
        self._contract = contract
        self._prefilled = given
        self._look = {name: book.add_format({**base, **look}) for name, look in _LOOKS.items()}
        named = {f.codelist for t in contract.tables for f in t.fields}
        self._lists = [n for n in sorted(contract.codelists) if n in named]

    def matrix(self, table: Table, sheet: Sheet) -> None:
        """Draw a cube: title, reporter's block, categories down and ages across."""
        page = self._page(sheet.name)
        page.set_column(0, 0, 42)
        page.set_column(1, 12, 13)
        page.write_blank(TITLE, None, self._look["title"])
        self._note(page, table)
        for field in (f for f in table.fields if not f.dimensions):
            self._labelled(page, field, sheet.cells[field.name])
        columns, rows = _axes(table)
        top = sheet.first_row - 2
        width = len(columns.codes) if columns else 1
        page.write(
            top - 1, width, f"（{table.measures[0].unit}）" if table.measures[0].unit else "", self._look["unit"]
        )
        page.write(top, 0, rows.label_ja, self._look["head"])
        page.write_row(top, 1, [c.label_ja for c in columns.codes] if columns else [""], self._look["head"])
        page.write_column(top + 1, 0, [c.label_ja for c in rows.codes], self._look["label"])
        for field in table.measures:
            look = "prefilled_number" if field.name in self._prefilled.origins else _INPUT[field.type]
            page.write_blank(sheet.cells[field.name], None, self._look[look])
        page.data_validation(top + 1, 1, top + len(rows.codes), width, _validation(table.measures[0]))
        for rule in _sums(columns, rows, top + 1):
            page.conditional_format(
                *rule.area, {"type": "formula", "criteria": rule.formula, "format": self._look["wrong"]}
            )
        page.freeze_panes(top + 1, 1)

    def records(self, table: Table, sheet: Sheet) -> None:
        """Draw records: one header row, and empty rows below with drop-downs."""
        page, given = self._page(sheet.name), self._prefilled.columns(table.name)
        for at, field in enumerate(table.fields):
            kind = _INPUT.get(field.type, "text")
            look = self._look[f"prefilled_{kind}" if field.name in given else kind]
            page.set_column(at, at, max(12, min(36, 2 * len(field.label_ja) + 2)), look)
            page.write(0, at, field.label_ja, self._look["must" if field.required or field.key else "head"])
            page.write_blank(1, at, None, look)
            demand = self._demand(field)
            if demand:
                page.data_validation(1, at, LAST_ROW - 1, at, demand)
        page.freeze_panes(1, 0)

    def guide(self) -> None:
        """Draw 記入要領: how to fill the form in, and what every item means."""
        page = self._page(guide.SHEET)
        page.set_column(0, 0, 34)
        page.set_column(1, 2, 70)
        for row, line in enumerate(guide.lines(self._contract)):
            look = self._look[{"title": "title", "head": "head", "body": "label"}[line.kind]]
            page.write_row(row, 0, line.cells if line.kind != "title" else line.cells[:1], look)

    def origins(self) -> None:
        """Draw 前記入: every figure that was filled in, and where it comes from."""
        if not (self._prefilled.origins or self._prefilled.listed):
            return
        page = self._page(prefilled.SHEET)
        page.set_column(0, 4, 28)
        page.write_row(0, 0, prefilled.HEADER, self._look["head"])
        placed = [(sheet, name) for sheet in sheets(self._contract) if sheet.matrix for name in sheet.cells]
        told = [(sheet, name) for sheet, name in placed if name in self._prefilled.origins]
        for row, (sheet, name) in enumerate(told, 1):
            label, value = self._contract.fields[name].label_ja, self._prefilled.values[name]
            cells = (sheet.name, sheet.cells[name], label, value, str(self._prefilled.origins[name]))
            page.write_row(row, 0, cells, self._look["label"])
        said = [sheet for sheet in sheets(self._contract) if sheet.table in self._prefilled.listed]
        for row, sheet in enumerate(said, len(told) + 1):
            count, origin = len(self._prefilled.rows[sheet.table]), str(self._prefilled.listed[sheet.table])
            cells = (sheet.name, f"A{sheet.first_row}", "行 / rows", count, origin)
            page.write_row(row, 0, cells, self._look["label"])
        if said and not told:
            page.set_column(5, 6, 60)
            self._confirmation(page, "F2", prefilled.LIST_CELL)

    def _confirmation(self, page: Any, at: str, cell: str) -> None:
        """Ask for a confirmation of what was filled in, in a cell beside the notice."""
        page.set_row(1, 110)
        page.write(at, prefilled.notice(cell), self._look["notice"])
        page.write(cell, prefilled.UNCONFIRMED, self._look["text"])
        page.data_validation(cell, _list_of([prefilled.UNCONFIRMED, prefilled.CONFIRMED]))

    def _note(self, page: Any, table: Table) -> None:
        """Write how to fill the sheet in, and ask for a confirmation of what was filled in already."""
        if not self._prefilled.origins.keys() & table.by_name.keys():
            page.write("A2", guide.FILL_IN, self._look["note"])
            return
        self._confirmation(page, "A2", prefilled.CELL)

    def hidden(self) -> None:
        """Write what the form was made from, and the lists behind the drop-downs."""
        page = self._page(IDENTITY)
        page.very_hidden()
        about = (
            ("line", self._contract.line),
            ("version", self._contract.version),
            ("digest", self._contract.form_digest),
        )
        for row, pair in enumerate(about):
            page.write_row(row, 0, pair)
        if self._lists:
            page = self._page(CODES)
            page.very_hidden()
            for at, name in enumerate(self._lists):
                page.write_column(0, at, [name, *(c.label_ja for c in self._contract.codelists[name])])

    def _page(self, name: str) -> Any:
        page = self._book.add_worksheet(name)
        page.protect("", {"format_columns": True, "format_rows": True})
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        return page

    def _labelled(self, page: Any, field: Field, cell: str) -> None:
        page.write(f"A{cell[1:]}", field.label_ja, self._look["label"])
        page.write_blank(cell, None, self._look[_INPUT.get(field.type, "text")])

    def _demand(self, field: Field) -> dict[str, Any] | None:
        if field.codelist in self._lists:
            column = xl_col_to_name(self._lists.index(field.codelist))
            size = len(self._contract.codelists[field.codelist])
            return _list_of(f"={CODES}!${column}$2:${column}${size + 1}")
        if field.type == "boolean":
            return _list_of(list(_YES_NO))
        return _validation(field) if field.type in _INPUT else None


def _list_of(source: str | list[str]) -> dict[str, Any]:
    return {
        "validate": "list",
        "source": source,
        "error_title": "選択肢 / list",
        "error_message": "一覧から選んでください。\nChoose from the list.",
    }


def _validation(field: Field) -> dict[str, Any]:
    if field.type == "date":
        rule: dict[str, Any] = {"validate": "date", "criteria": ">=", "value": dt.date(1900, 1, 1)}
        return rule | {"error_title": "日付 / date", "error_message": "日付を記入してください。\nWrite a date."}
    low, high = field.minimum, field.maximum
    kind = {"validate": "integer" if field.type == "integer" else "decimal"}
    span: dict[str, Any] = {"criteria": ">=", "value": 0 if low is None else low}
    if high is not None:
        span = {"criteria": "between", "minimum": 0 if low is None else low, "maximum": high}
    elif low is None:
        span = {"criteria": ">=", "value": -(10**12)}
    text = (
        "０以上の整数を記入してください。"
        if (field.type, low) == ("integer", 0)
        else "範囲内の数値を記入してください。"
    )
    english = (
        "Write a whole number of at least 0." if (field.type, low) == ("integer", 0) else "Write a number in range."
    )
    return {**kind, **span, "error_title": "数値 / number", "error_message": f"{text}\n{english}"}


@dataclass(frozen=True)
class _Sum:
    """A highlight of figures that are not the sum of their parts: an area and its condition."""

    area: tuple[int, int, int, int]
    formula: str


def _sums(columns: Dimension | None, rows: Dimension, top: int) -> Iterator[_Sum]:
    """Yield one highlight per code that others add up to; ``top`` is the first input row, from 0."""
    width = len(columns.codes) if columns else 1
    for at, parts in _parents(columns.codes if columns else ()):
        cells = [xl_rowcol_to_cell(top, 1 + p) for p in parts]
        area = (top, 1 + at, top + len(rows.codes) - 1, 1 + at)
        yield _Sum(area, _differs(xl_rowcol_to_cell(top, 1 + at), cells))
    for at, parts in _parents(rows.codes):
        cells = [xl_rowcol_to_cell(top + p, 1) for p in parts]
        yield _Sum((top + at, 1, top + at, width), _differs(xl_rowcol_to_cell(top + at, 1), cells))


def _parents(codes: Sequence[Code]) -> Iterator[tuple[int, list[int]]]:
    for at, code in enumerate(codes):
        parts = [i for i, c in enumerate(codes) if c.parent == code.code]
        if parts:
            yield at, parts


def _differs(whole: str, parts: Sequence[str]) -> str:
    listed = ",".join(parts)
    return f"=AND(COUNT({whole},{listed})={len(parts) + 1},{whole}<>SUM({listed}))"
