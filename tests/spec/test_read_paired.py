"""Labels with their values beside them: forms of one record each are read as records, their labels never as names."""

from typing import Any

import pytest

from keiyu.read.inspect import inspect
from reading import SCHEMAS, Rows, all_areas, contracts, csv_bytes, reading, rules, xlsx_bytes

TITLE = ["船橋市 保育施設 令和8年6月1日現在"]
RECORDS = [
    {"name": "ひかり保育園", "facility_type": "保育所", "phone": "047-431-1001", "address": "船橋市本町1-1"},
    {"name": "みどり保育園", "facility_type": "保育所", "phone": "047-431-1002", "address": "船橋市本町2-2"},
    {"name": "さくら保育園", "facility_type": "保育所", "phone": "047-431-1003", "address": "船橋市本町3-3"},
]
LABELS = {"name": "名称", "facility_type": "種別", "phone": "電話", "address": "住所"}


def pairs(record: dict[str, str], *fields: str) -> list[Any]:
    return [cell for field in fields for cell in (LABELS[field], record[field])]


def told(rows: Rows) -> dict[str, Any]:
    return inspect(csv_bytes(rows), "list.csv", contracts(), all_areas(), schemas=SCHEMAS)


def in_rows(record: dict[str, str]) -> Rows:
    return [pairs(record, "name", "facility_type", "phone", "address")]


def in_forms(record: dict[str, str]) -> Rows:
    return [pairs(record, "name", "facility_type"), pairs(record, "phone"), [*pairs(record, "address"), "敷地", 9], []]


def down(record: dict[str, str]) -> Rows:
    return [*(pairs(record, field) for field in LABELS), ["備考", ""]]


@pytest.mark.parametrize(("form", "height"), [(in_rows, 1), (in_forms, 4), (down, 5)])
def test_the_values_of_each_form_are_a_record(form: Any, height: int) -> None:
    found = told([TITLE, *(row for record in RECORDS for row in form(record))])
    assert [{n: v for n, v in row["values"].items() if n in LABELS} for row in found["rows"]] == RECORDS
    assert [row["row"] for row in found["rows"]] == [2, 2 + height, 2 + 2 * height]
    assert (found["as_of"], found["header_rows"]) == ("2026-06-01", [])


def test_a_form_alone_is_a_record() -> None:
    found = told(in_forms(RECORDS[0]))
    assert [row["values"]["name"] for row in found["rows"]] == ["ひかり保育園"]


def test_cells_of_the_pipeline_are_those_of_the_sheet() -> None:
    rows = [TITLE, *(row for record in RECORDS for row in in_forms(record))]
    found = reading(xlsx_bytes({"一覧": rows}), "list.xlsx")
    [table] = found.tables
    assert [table.placement.cell("phone", row) for row in table.rows] == ["B3", "B7", "B11"]
    assert "read.table.paired" in rules(found)


def test_forms_beside_each_other_are_not_read() -> None:
    one, two, _ = RECORDS
    found = told([[*pairs(one, field), "", *pairs(two, field)] for field in LABELS])
    assert found["expect"] == "reject" and not found["rows"]


def test_a_header_whose_first_record_is_blank_is_none_of_them() -> None:
    found = told([list(LABELS.values()), *([*record.values()] for record in RECORDS)])
    assert (found["header_rows"], found["data_rows"]) == ([1], 3)


@pytest.mark.parametrize(
    "header", [["種別", "名称"], ["種別", "名称", "公私", "備考２"], ["名称", "住所", "種別", "様子"]]
)
def test_lists_whose_words_are_labels_too_are_lists(header: list[str]) -> None:
    said = {
        "種別": ["保育所", "認定こども園", "小規模保育"],
        "名称": ["ひかり保育園", "みどりこども園", "さくら園"],
        "公私": ["公立", "私立", "私立"],
        "住所": ["船橋市本町1-1", "船橋市本町2-2", "船橋市本町3-3"],
    }
    found = told([header, *([said.get(label, ["-"] * 3)[n] for label in header] for n in range(3))])
    assert (found["header_rows"], found["data_rows"]) == ([1], 3)
