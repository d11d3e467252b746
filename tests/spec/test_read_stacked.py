"""Records of two rows under a header of two: both rows are one record, and what stands between is no record."""

from typing import Any

import pytest

from keiyu.read.inspect import inspect
from reading import SCHEMAS, Rows, all_areas, contracts, csv_bytes, reading, rules, xlsx_bytes

HEAD: list[list[Any]] = [["施設名", "所在地", "種別"], ["電話番号", "定員", "設置主体"]]
RECORDS: list[list[list[Any]]] = [
    [["ひかり保育園", "船橋市本町1-1", "認可保育所"], ["047-431-1001", 60, "市"]],
    [["みどり保育園", "船橋市本町2-2", "認可保育所"], ["047-431-1002", 70, "市"]],
    [["あさひ保育園", "船橋市本町4-4", "認可保育所"], ["047-431-1004", 80, "市"]],
    [["さくら保育園", "船橋市本町3-3", "小規模保育事業"], ["047-431-1003", 19, "株式会社"]],
]
TITLE = ["船橋市 保育施設一覧"]


def rows_of(*between: list[Any]) -> list[list[Any]]:
    """The list, with rows after the second record."""
    one, two, *others = RECORDS
    return [TITLE, *HEAD, *one, *two, *between, *(row for record in others for row in record)]


def told(rows: Rows) -> dict[str, Any]:
    return inspect(csv_bytes(rows), "list.csv", contracts(), all_areas(), schemas=SCHEMAS)


def test_the_rows_of_a_record_are_read_as_one() -> None:
    found = told(rows_of())
    assert [(row["row"], row["values"]) for row in found["rows"]][3] == (
        10,
        {
            "name": "さくら保育園",
            "address": "船橋市本町3-3",
            "facility_type": "小規模保育事業",
            "phone": "047-431-1003",
            "capacity": 19,
            "ownership": "private",
        },
    )
    assert (found["header_rows"], found["data_rows"]) == ([2, 3], 4)
    assert [column["header"] for column in found["columns"]] == [
        "施設名 / 電話番号",
        "所在地 / 定員",
        "種別 / 設置主体",
    ]


def test_every_value_is_placed_in_its_own_row() -> None:
    [table] = reading(csv_bytes(rows_of()), "list.csv").tables
    places = [[table.placement.cell(name, row) for name in ("name", "capacity")] for row in table.rows]
    assert places == [["A4", "B5"], ["A6", "B7"], ["A8", "B9"], ["A10", "B11"]]
    assert "read.table.stacked" in rules(reading(xlsx_bytes({"一覧": rows_of()}), "list.xlsx"))


def test_a_column_of_one_label_is_of_the_whole_record() -> None:
    rows = [[n // 2 if n % 2 == 0 else "", *row] for n, row in enumerate(rows_of()[3:], 2)]
    found = told([["No.", *HEAD[0]], ["", *HEAD[1]], *rows])
    assert [(row["values"]["facility_id"], row["values"]["capacity"]) for row in found["rows"]] == [
        ("1", 60),
        ("2", 70),
        ("3", 80),
        ("4", 19),
    ]


@pytest.mark.parametrize(
    ("between", "section", "left"),
    [
        ([["私立の施設"]], "私立の施設", None),
        ([["【北部】"], ["私立の施設"]], "私立の施設", None),
        ([[], *HEAD], None, None),
        ([["あおば保育園", "船橋市本町9-9", "認可保育所"]], None, "あおば保育園"),
        ([["計", "1施設", ""], []], None, None),
    ],
    ids=["a title", "two titles", "a header again", "half a record", "a sum"],
)
def test_what_stands_between_records_is_none_and_is_told(
    between: list[list[Any]], section: str | None, left: str | None
) -> None:
    found = told(rows_of(*between))
    names = [(row["values"]["name"], row["values"]["capacity"], row["section"]) for row in found["rows"]]
    assert names == [
        ("ひかり保育園", 60, None),
        ("みどり保育園", 70, None),
        ("あさひ保育園", 80, section),
        ("さくら保育園", 19, section),
    ]
    said = {f.rule_id: f.value for f in reading(csv_bytes(rows_of(*between)), "list.csv").findings}
    assert said.get("read.table.spread_left") == left


def test_a_header_of_two_levels_over_records_of_one_row_is_not_taken_apart() -> None:
    rows = [[record[0][0], n, n + 1] for n, record in enumerate(RECORDS)]
    found = told([["令和6年4月 空き状況"], ["施設名", "0歳", "1歳"], ["名称", "空き", "空き"], *rows])
    assert found["data_rows"] == 4
