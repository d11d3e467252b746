"""Other months of a list and sheets from elsewhere: what differs from edition to edition is told apart by method."""

import csv
import datetime as dt
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from keiyu import contract
from keiyu.codes import areas
from keiyu.codes.eras import find_date, find_month, parse_date
from keiyu.read.inspect import inspect

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
CONTRACTS = [contract.load(line, SCHEMAS) for line in contract.lines(SCHEMAS)]
AREAS = areas.load(SCHEMAS)


@pytest.mark.parametrize(
    "title", ["令和5年4月2次 受入れ可能性一覧", "R5.4月2次利用調整", "令和五年四月十二次", "令和5年4月3回目"]
)
def test_a_round_of_a_month_is_no_day_of_it(title: str) -> None:
    assert find_date(title) is None
    assert find_month(title) == dt.date(2023, 4, 1)


@pytest.mark.parametrize("time", ["正午", "午後6時", "午前6時半", " 15時30分", "　18:00"])
def test_a_moment_of_a_day_is_of_that_day(time: str) -> None:
    assert parse_date(f"令和6年5月29日{time}") == dt.date(2024, 5, 29)
    assert find_date(f"避難所の開設状況（令和6年5月29日{time}現在）") == dt.date(2024, 5, 29)
    assert find_date(f"令和6年5月29日{time}現在、6月1日公表") == dt.date(2024, 5, 29)


def test_a_day_before_a_round_is_a_day() -> None:
    assert find_date("令和5年4月2日 2次募集") == dt.date(2023, 4, 2)


NAMES = ["ひまわり保育園", "さくら保育園", "みどりこども園", "あおぞら保育園"]
STREETS = ["元町3-24-1", "大横町11-35", "南町2-27", "東町551-1"]


def told(data: bytes, name: str = "list.csv") -> dict[str, Any]:
    return inspect(data, name, CONTRACTS, AREAS, schemas=SCHEMAS)


def mapped(columns: Sequence[tuple[str, list[Any]]]) -> list[str | None]:
    """Field by column; ``?`` where a person must look."""
    out = io.StringIO()
    csv.writer(out).writerows([[h for h, _ in columns], *zip(*(c for _, c in columns), strict=True)])
    answer = told(out.getvalue().encode())
    return ["?" if c["needs_review"] else c["field"] for c in answer["columns"]]


def test_who_founded_a_facility_is_told_beside_its_kind() -> None:
    founded = ["区立保育園", "私立保育園", "私立認定こども園", "区立保育園"]
    assert mapped([("施設名", NAMES), ("所在地", STREETS), ("公私区分", founded)])[2] == "ownership"
    assert mapped([("施設名", NAMES), ("所在地", STREETS), ("種別", founded)])[2] == "facility_type"
    assert mapped([("施設名", NAMES), ("所在地", STREETS), ("区分", founded)])[2] in (None, "?")


def test_a_kind_of_place_named_is_a_name_unless_another_column_is() -> None:
    assert mapped([("公民館名", ["中央", "浜町", "宮本", "海神"]), ("所在地", STREETS)])[0] == "name"
    assert mapped([("学校名", ["第一小"] * 4), ("施設名", NAMES), ("所在地", STREETS)]) == [None, "name", "address"]


def test_of_two_columns_of_names_the_one_that_says_one_thing_names_nothing() -> None:
    device = ["自動体外式除細動器"] * 4
    assert mapped([("名称", NAMES), ("住所", STREETS), ("名称", device)]) == ["name", "address", None]
    others = ["自動体外式除細動器", "消火器"] * 2
    assert mapped([("名称", NAMES), ("住所", STREETS), ("名称", others)]) == ["?", "address", "?"]


def test_a_type_in_a_table_of_counts_is_for_a_person_to_see() -> None:
    assert mapped([("type", ["入院中", "重症", "退院", "死亡"]), ("count", [15, 0, 7972, 61])]) in (
        ["?", None],
        [None] * 2,
    )


def test_labels_taken_for_the_first_record_are_none() -> None:
    keys = ["Name", "Add1", "TEL", "Full", "Open", "Close"]
    labels = ["施設名称", "住所", "電話番号", "定員", "開園時間", "終園時間"]
    rows = [[n, f"東京都八王子市{s}", "042-622-3343", 60, "7:00", "18:00"] for n, s in zip(NAMES, STREETS, strict=True)]
    records = [dict(zip(keys, row, strict=True)) for row in (labels, *rows)]
    answer = told(json.dumps(records, ensure_ascii=False).encode(), "list.json")
    assert [row["values"]["name"] for row in answer["rows"]] == NAMES
    assert [answer[k] for k in ("header_rows", "first_data_row", "last_data_row", "data_rows")] == [[], 2, 5, 4]
    whole = told(json.dumps(records[1:], ensure_ascii=False).encode(), "list.json")
    assert [whole[k] for k in ("first_data_row", "last_data_row", "data_rows")] == [1, 4, 4]


@pytest.mark.parametrize(
    ("title", "name", "as_of"),
    [
        ("（市内分・令和2年11月11日（水）公表）", "counts_2020-11-12.csv", "2020-11-11"),
        ("令和2年11月11日作成", "counts_2020-11-12.csv", "2020-11-12"),
        ("令和2年11月11日公表", "施設一覧（令和2年11月1日時点）.csv", "2020-11-01"),
        ("令和2年11月1日現在（令和2年11月11日公表）", "counts_2020-11-12.csv", "2020-11-01"),
    ],
)
def test_a_day_of_publishing_goes_before_the_day_a_file_was_saved(title: str, name: str, as_of: str) -> None:
    out = io.StringIO()
    table = [[title], ["施設名", "所在地", "定員"], *([n, s, 60] for n, s in zip(NAMES, STREETS, strict=True))]
    csv.writer(out).writerows(table)
    assert told(out.getvalue().encode(), name)["as_of"] == as_of


def test_persons_of_something_else_are_not_told_by_the_word_for_persons() -> None:
    shelters = [("避難所名", ["第一体育館", "中央公民館", "東小学校", "西小学校"]), ("所在地", STREETS)]
    assert mapped([*shelters, ("人数", [12, 0, 40, 8])])[2] == "evacuees"
    assert mapped([*shelters, ("避難者_人数", [12, 0, 40, 8])])[2] == "evacuees"
    assert mapped([*shelters, ("検査実施_人数", ["", 0, 40, ""])])[2] in (None, "?")
    assert mapped([*shelters, ("検査実施_人数", [""] * 4)])[2] in (None, "?")


def test_labels_that_contradict_the_names_of_properties_are_believed() -> None:
    keys = ["Name", "Sub", "Add1", "TEL", "FAX", "Full", "Open", "Close"]
    labels = ["施設名称", "", "住所", "備考", "電話番号", "FAX番号", "定員", "開園時間"]
    rows = [
        [n, "", f"東京都八王子市{s}", "", "042-622-3343", "042-622-3344", 60, "7:00"]
        for n, s in zip(NAMES, STREETS, strict=True)
    ]
    records = [dict(zip(keys, row, strict=True)) for row in (labels, *rows)]
    answer = told(json.dumps(records, ensure_ascii=False).encode(), "list.json")
    fields = {c["index"]: c["field"] for c in answer["columns"] if c["field"]}
    assert fields.items() >= {4: "phone", 5: "fax", 6: "capacity", 7: "open_time"}.items()


def test_an_age_in_brackets_numbers_an_english_word() -> None:
    counts = [[1, 0, 2, 0], [0, 3, 1, 0]]
    found = mapped([("Name", NAMES), ("Add1", STREETS), ("admitte（0歳)", counts[0]), ("entry(5歳)", counts[1])])
    assert found[2:] == ["vacancy_age0", "applicants_age5"]
