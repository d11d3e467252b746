"""Sheets that count different things for the same facilities: one row for each, where every key matches exactly."""

import datetime as dt
from typing import Any

import pytest

from keiyu.check import check
from keiyu.read.inspect import inspect
from keiyu.read.model import TableReading
from reading import SCHEMAS, all_areas, contract, contracts, csv_bytes, reading, rules, xlsx_bytes

NAMES = ["ひかり保育園", "みどり保育園", "さくら保育園"]
AGES = ["0歳", "1歳"]

Rows = list[list[Any]]


def places(*, names: list[str] = NAMES, title: str = "令和6年4月 受入可能数") -> Rows:
    return [[title], ["施設名", *AGES], *([name, n, n + 1] for n, name in enumerate(names))]


def waits(*, names: list[str] = NAMES[::-1], title: str = "令和6年4月 入所待ち人数") -> Rows:
    return [[title], ["施設名", *AGES], *([name, 10 + len(name), "-"] for name in names)]


def told(book: dict[str, Rows]) -> dict[str, Any]:
    return inspect(xlsx_bytes(book), "list.xlsx", contracts(), all_areas(), schemas=SCHEMAS)


def said(book: dict[str, Rows], *fields: str) -> list[tuple[Any, ...]]:
    return [tuple(row["values"].get(name) for name in ("name", *fields)) for row in told(book)["rows"]]


def test_two_sheets_of_the_same_facilities_are_one_list() -> None:
    names = ["ひかり保育園", "みどりの保育園", "さくら分園保育園"]
    book = {"受入可能数": places(names=names), "入所待ち人数": waits(names=names[::-1])}
    assert said(book, "vacancy_age0", "waiting_age0") == [
        ("ひかり保育園", 0, 16),
        ("みどりの保育園", 1, 17),
        ("さくら分園保育園", 2, 18),
    ]
    found = reading(xlsx_bytes(book), "list.xlsx", sender="122041")
    [table] = found.tables
    assert list(table.columns["waiting_age0"]) == [16, 17, 18]
    assert {(m.field, m.status) for m in table.marks if m.raw == "-"} == {("waiting_age1", "none")}
    [joined] = [f for f in found.findings if f.rule_id == "read.table.joined"]
    assert (joined.place.sheet, "「受入可能数」" in joined.message_ja) == ("入所待ち人数", True)
    placed = [[where(table, name, row) for row in table.rows] for name in ("vacancy_age0", "waiting_age0")]
    assert placed == [
        [("受入可能数", "B3"), ("受入可能数", "B4"), ("受入可能数", "B5")],
        [("入所待ち人数", "B5"), ("入所待ち人数", "B4"), ("入所待ち人数", "B3")],
    ]


def where(table: TableReading, name: str, row: int) -> tuple[str | None, str | None]:
    return table.placement.sheet_of(name), table.placement.cell(name, row)


def test_what_is_said_of_a_joined_value_names_the_cell_of_the_sheet_it_came_from() -> None:
    names = [f"第{n}保育園" for n in range(8)]
    theirs = waits(names=names[::-1])
    theirs[3][1] = "10～12"
    found = reading(xlsx_bytes({"一": places(names=names), "二": theirs}), "list.xlsx", sender="122041")
    [said] = [f for f in found.findings if f.value == "10～12"]
    assert (said.place.sheet, said.place.cell, said.place.field) == ("二", "B4", "waiting_age0")


def test_a_rule_broken_by_a_joined_value_names_its_cell() -> None:
    theirs = places(names=NAMES[::-1])
    theirs[2][1] = -2
    checked = check(
        contract("nursery_vacancy"),
        [reading(xlsx_bytes({"一": waits(names=NAMES), "二": theirs}), "list.xlsx", sender="122041")],
        areas=all_areas(),
        expectations=SCHEMAS.parent / "expectations",
        senders=["122041"],
        as_of=dt.date(2024, 4, 1),
    )
    told = {f.rule_id: (f.place.sheet, f.place.cell) for _, f in checked.findings}
    assert told["NV-8"] == ("二", "B3")


def test_rows_of_a_joined_record_are_placed_where_they_stand() -> None:
    ages = [[name, f"{age}歳児", 7 + age] for k, name in enumerate(NAMES) for age in range(k, 4)]
    book = {"一": places(), "二": [["令和6年4月 入所待ち人数"], ["施設名", "年齢", "待機児童数"], *ages]}
    [table] = reading(xlsx_bytes(book), "list.xlsx", sender="122041").tables
    assert [where(table, "waiting_age0", row)[1] for row in table.rows] == ["C3", None, None]
    assert [where(table, "waiting_age3", row) for row in table.rows] == [("二", "C6"), ("二", "C9"), ("二", "C11")]


def test_three_sheets_are_one_list() -> None:
    enrolled = [["令和6年4月 利用児童数"], ["施設名", "定員", *AGES], *([name, 60, 6, 9] for name in NAMES)]
    book = {"一": places(), "二": waits(), "三": enrolled}
    answer = told(book)
    assert {"vacancy_age0", "waiting_age0", "enrolled_age0", "capacity"} <= answer["rows"][0]["values"].keys()
    assert (answer["data_rows"], answer["further_rows"]) == (3, [])
    assert sorted(t["sheet"] for t in answer["tables"] if t["listed"]) == ["一", "三", "二"]


@pytest.mark.parametrize(
    "other",
    [
        waits(names=[*NAMES[:2], "あおば保育園"]),
        waits(names=[*NAMES, "あおば保育園"]),
        waits(names=NAMES[:2]),
        waits(names=[NAMES[0], NAMES[0], NAMES[2]]),
        waits(title="令和6年5月 入所待ち人数"),
        waits(title="令和6年4月 受入可能数（速報）"),
    ],
    ids=["another facility", "one more", "one less", "one twice", "another month", "the same figures otherwise"],
)
def test_where_it_is_not_certain_nothing_is_joined(other: Rows) -> None:
    book = {"一": places(), "二": other}
    assert "read.table.joined" not in rules(reading(xlsx_bytes(book), "list.xlsx", sender="122041"))
    assert not {"vacancy_age0", "waiting_age0"} <= told(book)["rows"][0]["values"].keys()


def test_figures_of_both_that_disagree_are_not_joined() -> None:
    def with_places(rows: Rows, number: int) -> Rows:
        return [[*row, "定員" if n == 1 else number] if n else row for n, row in enumerate(rows)]

    same = {"一": with_places(places(), 60), "二": with_places(waits(), 60)}
    assert said(same, "capacity", "waiting_age0")[0] == ("ひかり保育園", 60, 16)
    differs = {"一": with_places(places(), 60), "二": with_places(waits(), 70)}
    assert "waiting_age0" not in told(differs)["rows"][0]["values"]


def test_tables_under_each_other_are_joined_too() -> None:
    rows = [*places(), [], *waits()]
    answer = inspect(csv_bytes(rows), "list.csv", contracts(), all_areas(), schemas=SCHEMAS)
    assert [(r["values"]["vacancy_age0"], r["values"].get("waiting_age0")) for r in answer["rows"]] == [
        (0, 16),
        (1, 16),
        (2, 16),
    ]
