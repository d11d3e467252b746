"""The national form, as ministries publish it: a sheet per cube, two merged header rows, a 和暦 title.

Laid out after the published workbook 「定員・申込者の状況」 (令和７年４月１日): title in row 3, note in row 5,
headers in rows 7 to 9, data from row 10, then the total row; column A repeats prefecture and municipality
without a heading, B counts, C and D name them, and no column holds a code.
"""

import io
from collections.abc import Mapping
from itertools import groupby
from typing import Any, Final

import xlsxwriter

from keiyu.contract.model import Contract, Field, Table

TITLE_ROW: Final = 2
NOTE_ROW: Final = 4
HEADER_ROW: Final = 6
DATA_ROW: Final = 9
FIRST_COLUMN: Final = 4
_FONT: Final = "ＭＳ Ｐゴシック"


def render(contract: Contract, words: Mapping[str, str], values: Mapping[str, int], names: Mapping[str, str]) -> bytes:
    """Render the form for one municipality.

    Args:
        contract: the line; its cubes become sheets.
        words: ``title`` (with ``{table}`` and ``{date}``), ``note``, ``total``, ``prefecture``, ``municipality``.
        values: measure → figure.
        names: ``prefecture``, ``municipality`` and ``date`` as written.

    Returns:
        The xlsx archive.
    """
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    style = {
        "title": book.add_format({"bold": True, "font_size": 14, "font_name": _FONT}),
        "head": book.add_format({"border": 1, "align": "center", "valign": "vcenter", "text_wrap": True}),
        "text": book.add_format({"border": 1, "font_name": _FONT}),
        "figure": book.add_format({"border": 1, "num_format": "#,##0"}),
    }
    for table in contract.tables:
        if table.is_cube:
            _sheet(book.add_worksheet(table.label_ja), table, style, words, values, names)
    book.close()
    return target.getvalue()


def _sheet(
    sheet: Any,
    table: Table,
    style: Mapping[str, Any],
    words: Mapping[str, str],
    values: Mapping[str, int],
    names: Mapping[str, str],
) -> None:
    sheet.write_string(TITLE_ROW, 1, words["title"].format(table=table.label_ja, date=names["date"]), style["title"])
    sheet.write_string(NOTE_ROW, 1, words["note"])
    _headers(sheet, table, style, words)
    sheet.write_string(DATA_ROW, 0, names["prefecture"] + names["municipality"], style["text"])
    sheet.write_number(DATA_ROW, 1, 1, style["text"])
    sheet.write_string(DATA_ROW, 2, names["prefecture"], style["text"])
    sheet.write_string(DATA_ROW, 3, names["municipality"], style["text"])
    sheet.write_string(DATA_ROW + 1, 0, words["total"], style["text"])
    sheet.write_string(DATA_ROW + 1, 2, words["total"], style["text"])
    for i, measure in enumerate(table.measures):
        for row in (DATA_ROW, DATA_ROW + 1):
            sheet.write_number(row, FIRST_COLUMN + i, values[measure.name], style["figure"])
    sheet.set_column(2, 3, 14)
    sheet.freeze_panes(DATA_ROW, FIRST_COLUMN)


def _headers(sheet: Any, table: Table, style: Mapping[str, Any], words: Mapping[str, str]) -> None:
    outer, inner = table.dimensions
    labels = {d.name: {c.code: c.label_ja for c in d.codes} for d in table.dimensions}
    for column, word in enumerate(("", words["prefecture"], words["municipality"]), start=1):
        sheet.merge_range(HEADER_ROW + 1, column, HEADER_ROW + 2, column, word, style["head"])

    def above(measure: Field) -> str:
        return labels[outer.name][measure.dimensions[outer.name]]

    column = FIRST_COLUMN
    for label, group in groupby(table.measures, key=above):
        measures = list(group)
        sheet.merge_range(HEADER_ROW, column, HEADER_ROW, column + len(measures) - 1, label, style["head"])
        for measure in measures:
            below = labels[inner.name][measure.dimensions[inner.name]]
            sheet.merge_range(HEADER_ROW + 1, column, HEADER_ROW + 2, column, below, style["head"])
            column += 1
