"""Which line a list belongs to: what it says of itself decides; names and addresses alone are any list's."""

from typing import Any

import pytest

from keiyu.read.inspect import inspect
from reading import SCHEMAS, all_areas, contracts, csv_bytes, reading, rules

STREETS = ["元町3-24-1", "大横町11-35", "南町2-27"]
PHONES = ["042-622-3343", "042-625-0280", "042-675-0011"]
CLINICS = ["田中医院", "山本歯科クリニック", "駅前内科"]
NURSERIES = ["ひまわり保育園", "さくら保育園", "みどりこども園"]
GYMS = ["第一小学校体育館", "中央公民館", "東中学校"]


def rows_of(names: list[str], head: str = "名称") -> list[list[Any]]:
    return [[head, "所在地", "電話番号"], *map(list, zip(names, STREETS, PHONES, strict=True))]


def told(rows: list[list[Any]], name: str = "list.csv", line: str | None = None) -> dict[str, Any]:
    return inspect(csv_bytes(rows), name, contracts(), all_areas(), schemas=SCHEMAS, line=line)


@pytest.mark.parametrize(
    "names", [CLINICS, ["市立図書館", "駅前図書館", "北図書館"], ["公園便所", "駅前便所", "港便所"]]
)
def test_a_list_of_no_line_is_given_none(names: list[str]) -> None:
    answer = told(rows_of(names))
    assert (answer["expect"], answer["line"]) == ("accept", None)
    assert [c["field"] for c in answer["columns"]] == ["name", "address", "phone"]
    [said] = answer["findings"]
    assert said["rule_id"] == "read.line.nearest" and said["hint_ja"] and said["hint_en"]
    assert not reading(csv_bytes(rows_of(names)), "list.csv").tables


@pytest.mark.parametrize(
    ("rows", "name", "line"),
    [
        (rows_of(NURSERIES), "list.csv", "nursery_facility"),
        (rows_of(CLINICS, "保育所名"), "list.csv", "nursery_facility"),
        (rows_of(CLINICS), "認可外保育施設.csv", "nursery_facility"),
        (rows_of(GYMS, "避難所名"), "list.csv", "evacuation_shelter"),
        ([["名称", "０歳空き", "１歳空き"], *([name, 0, 1] for name in CLINICS)], "list.csv", "nursery_vacancy"),
    ],
    ids=["names", "header", "file", "shelters", "counts"],
)
def test_what_a_list_says_of_itself_tells_its_line(rows: list[list[Any]], name: str, line: str) -> None:
    answer = told(rows, name)
    assert (answer["line"], answer["findings"]) == (line, [])
    assert reading(csv_bytes(rows), name).line == line


def test_a_line_that_is_named_is_believed() -> None:
    answer = told(rows_of(CLINICS), line="nursery_facility")
    assert (answer["line"], answer["findings"]) == ("nursery_facility", [])
    assert "read.line.untold" in rules(reading(csv_bytes(rows_of(CLINICS)), "list.csv"))
    assert "read.line.untold" not in rules(reading(csv_bytes(rows_of(CLINICS)), "list.csv", line="nursery_facility"))


REFUGES = [
    ["USER_避難場所", "USER_施設名称", "USER_住所", "緯度", "経度", "都道府県名", "市区町村名"],
    *(
        ["3階通路" if n % 3 else "屋上", name, f"浜松市中央区坪井町{n}", 34.7 + n / 1000, 137.7, "静岡県", "浜松市"]
        for n, name in enumerate(["忠産ビル", "ST.ナイン", "ハーベスト", *(f"第{k}ビル" for k in range(20))])
    ),
]


@pytest.mark.parametrize("label", ["NO", "No.", "番号", "ID", "通し番号"])
@pytest.mark.parametrize("over", [[], ["一覧", *[""] * 7]], ids=["one row", "two rows"])
def test_a_bare_number_does_not_decide_the_line(label: str, over: list[str]) -> None:
    head, *body = REFUGES
    numbered = [over] * bool(over) + [[label, *head], *([n, *row] for n, row in enumerate(body, 1))]
    assert (told(REFUGES)["line"], told(numbered)["line"]) == ("evacuation_shelter", "evacuation_shelter")
    assert [c["field"] for c in told(numbered)["columns"]][2:] == [
        *("name", "address", "latitude", "longitude", "prefecture", "municipality")
    ]


def test_a_table_that_describes_columns_is_no_list() -> None:
    words = ["名称", "名称_カナ", "住所", "電話番号", "開始時間", "終了時間", "備考", "URL"]
    found = told([["列名", "表示名", "説明"], *([word, word, ""] for word in words)])
    assert found["expect"] == "reject" or not any(column["field"] for column in found["columns"])
    found = told([["名称", "表示名"], *([word, word] for word in words)])
    assert (found["expect"], found["reason"]["rule_id"]) == ("reject", "read.table.none")
