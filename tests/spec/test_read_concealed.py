"""Rows and columns that a workbook hides are read, and told once for each sheet."""

import io
from typing import Any

import xlsxwriter

from keiyu.read.inspect import inspect
from reading import SCHEMAS, all_areas, contracts, reading

HEADER = ["施設名", "所在地", "電話番号", "定員"]


def workbook(*, hidden: bool) -> bytes:
    """Two sheets of a list, rows and a column of the first hidden."""
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as book:
        for name, town in (("北部", "本町"), ("南部", "湊町")):
            sheet = book.add_worksheet(name)
            rows: list[list[Any]] = [HEADER]
            rows += [[f"{town}第{n}保育園", f"船橋市{town}{n}-1", f"047-431-100{n}", 60 + n] for n in range(1, 7)]
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
            if hidden and name == "北部":
                for row in (2, 3, 5):
                    sheet.set_row(row, None, None, {"hidden": True})
                sheet.set_column(3, 3, None, None, {"hidden": True})
    return held.getvalue()


def said(data: bytes) -> list[tuple[str | None, str | None]]:
    found = reading(data, "list.xlsx", sender="122041")
    return [(f.place.sheet, f.value) for f in found.findings if f.rule_id == "read.table.hidden"]


def test_hidden_rows_and_columns_are_told_once_for_each_sheet() -> None:
    data = workbook(hidden=True)
    assert said(data) == [("北部", "3–4、6、D")]
    told = inspect(data, "list.xlsx", contracts(), all_areas(), schemas=SCHEMAS)
    assert [f["rule_id"] for f in told["findings"]] == ["read.table.hidden"]
    assert told["data_rows"] + len(told["further_rows"]) == 12


def test_nothing_is_told_of_a_workbook_that_hides_nothing() -> None:
    assert said(workbook(hidden=False)) == []
