"""A file given back with its findings: the sender's own cells, coloured and noted, and a list that is nobody's data."""

import io
from collections.abc import Sequence
from typing import Any

import pytest
from openpyxl import load_workbook

from keiyu.check.annotated import annotated
from keiyu.findings import Finding, Place, Severity
from keiyu.read.decode import decode
from keiyu.read.grid import FINDINGS_SHEET
from reading import csv_bytes, reading, xlsx_bytes

HEADER = ["全国地方公共団体コード", "都道府県名", "市区町村名", "施設番号", "名称", "定員", "電話番号"]
SAKURA = ["131016", "東京都", "千代田区", "0001", "さくら保育園", 90, "03-1111-2222"]
UMI = ["131016", "東京都", "千代田区", "0002", "うみ保育園", 120, "03-3333-4444"]
ROWS = [HEADER, SAKURA, UMI]


def told(
    cell: str | None, severity: Severity = Severity.ERROR, sheet: str | None = "一覧", value: str = "90"
) -> Finding:
    return Finding(
        "T-1", severity, "定員が違います。", "The capacity is wrong.", "直してください。", "Mend it.",
        Place("list.xlsx", sheet, cell), "90", "91",
    )  # fmt: skip


def opened(data: bytes, findings: Sequence[Finding], name: str = "list.xlsx") -> Any:
    return load_workbook(io.BytesIO(annotated(data, name, findings)))


def test_a_finding_stands_at_its_cell_in_colour_with_its_remedy_in_both_languages() -> None:
    book = opened(xlsx_bytes({"一覧": ROWS}), [told("F2"), told("F3", Severity.QUERY)])
    wrong, asked = book["一覧"]["F2"], book["一覧"]["F3"]
    assert wrong.value == 90
    for words in ("【1】", "定員が違います。", "直してください。", "The capacity is wrong.", "Mend it."):
        assert words in wrong.comment.text
    assert wrong.fill.fgColor.rgb != asked.fill.fgColor.rgb
    assert book["一覧"]["F1"].comment is None


def test_the_list_opens_first_and_leads_to_each_cell() -> None:
    book = opened(xlsx_bytes({"一覧": ROWS}), [told("F2"), told(None)])
    listed = book[FINDINGS_SHEET]
    assert book.active is listed
    assert [[c.value for c in row][:5] for row in listed.iter_rows(min_row=4)] == [
        [1, "誤り / error", "一覧!F2", "90", "91"],
        [2, "誤り / error", "一覧", "90", "91"],
    ]
    assert listed["C4"].hyperlink.location == "'一覧'!F2"
    assert listed["C5"].hyperlink is None


def test_two_findings_of_one_cell_share_its_note_in_the_colour_of_the_heavier() -> None:
    book = opened(xlsx_bytes({"一覧": ROWS}), [told("F2", Severity.INFO), told("F2"), told("F3")])
    cell = book["一覧"]["F2"]
    assert "【1】" in cell.comment.text
    assert "【2】" in cell.comment.text
    assert cell.fill.fgColor.rgb == book["一覧"]["F3"].fill.fgColor.rgb


def test_a_note_within_merged_cells_stands_at_their_corner() -> None:
    book = load_workbook(io.BytesIO(xlsx_bytes({"一覧": ROWS})))
    book["一覧"].merge_cells("F2:G3")
    data = io.BytesIO()
    book.save(data)
    assert opened(data.getvalue(), [told("G3")])["一覧"]["F2"].comment is not None


@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
def test_a_text_file_becomes_a_workbook_of_the_same_cells(encoding: str) -> None:
    book = opened(csv_bytes(ROWS, encoding), [told("F2", sheet=None)], "list.csv")
    sheet = book.worksheets[0]
    assert [c.value for c in sheet[2]] == list(map(str, SAKURA))
    assert sheet["F2"].comment is not None


def test_what_was_given_back_reads_as_what_was_sent() -> None:
    sent = xlsx_bytes({"一覧": ROWS})
    again = annotated(sent, "list.xlsx", [told("F2"), told("G3", Severity.INFO)])
    assert [grid.name for grid in decode(again).grids] == ["一覧"]
    first, second = reading(sent, line="nursery_facility"), reading(again, line="nursery_facility")
    assert dict(first.tables[0].columns) == dict(second.tables[0].columns)
    assert [f.rule_id for f in first.findings] == [f.rule_id for f in second.findings]


def test_given_back_twice_it_carries_one_list_and_no_note_of_what_was_mended() -> None:
    once = annotated(xlsx_bytes({"一覧": ROWS}), "list.xlsx", [told("F2")])
    book = opened(once, [told("F3")])
    assert book.sheetnames == ["一覧", FINDINGS_SHEET]
    assert book["一覧"]["F2"].comment is None
    assert book["一覧"]["F2"].fill.fill_type is None
    assert book["一覧"]["F3"].comment.text.count("【") == 1


def test_a_file_that_cannot_be_opened_gets_the_list_alone() -> None:
    book = opened(b"%PDF-1.7 nothing", [told(None, sheet=None)], "list.pdf")
    assert book.sheetnames == [FINDINGS_SHEET]


def test_a_formula_in_a_text_file_stays_a_text() -> None:
    book = opened(csv_bytes([HEADER, [*SAKURA[:4], "=1+1", 90, ""]]), [told("E2", sheet=None)], "list.csv")
    assert book.worksheets[0]["E2"].data_type != "f"
