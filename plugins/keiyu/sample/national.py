"""The national form, as ministries publish it: a sheet per cube, two merged header rows, a 和暦 title.

Laid out after the published workbook 「定員・申込者の状況」 (令和７年４月１日): title in row 3, note in row 5,
headers in rows 7 to 9, data from row 10, then the total row; column A repeats prefecture and municipality
without a heading, B counts, C and D name them, and no column holds a code.
"""

import datetime as dt
import io
from collections.abc import Mapping
from itertools import groupby
from typing import Any, Final

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from keiyu.contract.fill import Cell, Form
from keiyu.contract.model import Contract, Field, Table

TITLE_ROW: Final = 2
NOTE_ROW: Final = 4
HEADER_ROW: Final = 6
DATA_ROW: Final = 9
FIRST_COLUMN: Final = 4
_FIXED_DAY: Final = dt.datetime(2000, 1, 1)
_FONT: Final = "ＭＳ Ｐゴシック"


class NationalForm:
    """A line's national form, drawn once and filled for each municipality."""

    def __init__(self, contract: Contract, words: Mapping[str, str]) -> None:
        """Draw the form.

        Args:
            contract: the line; its cubes become sheets.
            words: ``title`` (with ``{table}`` and ``{date}``), ``note``, ``total``, ``prefecture``,
                ``municipality``: what stands on it.
        """
        self._words = words
        self._tables = [t for t in contract.tables if t.is_cube]
        self._form = Form(self._draw())

    def fill(self, values: Mapping[str, Cell], prefecture: str, municipality: str, date: str) -> bytes:
        """Return the form filled in for one municipality.

        Args:
            values: measure → figure or text.
            prefecture: name of the prefecture.
            municipality: name of the municipality.
            date: reference date as written.
        """
        cells: dict[int, dict[str, Cell]] = {}
        for number, table in enumerate(self._tables, start=1):
            sheet: dict[str, Cell] = {
                _at(TITLE_ROW, 1): self._words["title"].format(table=table.label_ja, date=date),
                _at(DATA_ROW, 0): prefecture + municipality,
                _at(DATA_ROW, 1): 1,
                _at(DATA_ROW, 2): prefecture,
                _at(DATA_ROW, 3): municipality,
            }
            for i, measure in enumerate(table.measures, start=FIRST_COLUMN):
                sheet[_at(DATA_ROW, i)] = sheet[_at(DATA_ROW + 1, i)] = values[measure.name]
            cells[number] = sheet
        return self._form.fill(cells, {})

    def _draw(self) -> bytes:
        target = io.BytesIO()
        with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
            book.set_properties({"created": _FIXED_DAY})
            style = {
                "title": book.add_format({"bold": True, "font_size": 14, "font_name": _FONT}),
                "head": book.add_format({"border": 1, "align": "center", "valign": "vcenter", "text_wrap": True}),
                "text": book.add_format({"border": 1, "font_name": _FONT}),
                "figure": book.add_format({"border": 1, "num_format": "#,##0"}),
            }
            for table in self._tables:
                self._sheet(book.add_worksheet(table.label_ja), table, style)
        return target.getvalue()

    def _sheet(self, sheet: Any, table: Table, style: Mapping[str, Any]) -> None:
        sheet.write_blank(TITLE_ROW, 1, None, style["title"])
        sheet.write_string(NOTE_ROW, 1, self._words["note"])
        self._headers(sheet, table, style["head"])
        for column in range(FIRST_COLUMN):
            sheet.write_blank(DATA_ROW, column, None, style["text"])
        for column in (0, 2):
            sheet.write_string(DATA_ROW + 1, column, self._words["total"], style["text"])
        for column, _ in enumerate(table.measures, start=FIRST_COLUMN):
            for row in (DATA_ROW, DATA_ROW + 1):
                sheet.write_blank(row, column, None, style["figure"])
        sheet.set_column(2, 3, 14)
        sheet.freeze_panes(DATA_ROW, FIRST_COLUMN)

    def _headers(self, sheet: Any, table: Table, style: Any) -> None:
        outer, inner = table.dimensions
        labels = {d.name: {c.code: c.label_ja for c in d.codes} for d in table.dimensions}
        for column, word in enumerate(("", self._words["prefecture"], self._words["municipality"]), start=1):
            sheet.merge_range(HEADER_ROW + 1, column, HEADER_ROW + 2, column, word, style)

        def above(measure: Field) -> str:
            return labels[outer.name][measure.dimensions[outer.name]]

        column = FIRST_COLUMN
        for label, group in groupby(table.measures, key=above):
            measures = list(group)
            sheet.merge_range(HEADER_ROW, column, HEADER_ROW, column + len(measures) - 1, label, style)
            for measure in measures:
                below = labels[inner.name][measure.dimensions[inner.name]]
                sheet.merge_range(HEADER_ROW + 1, column, HEADER_ROW + 2, column, below, style)
                column += 1


def _at(row: int, column: int) -> str:
    address: str = xl_rowcol_to_cell(row, column)
    return address
