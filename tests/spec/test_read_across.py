"""Months across columns: each month is a collection of its own where that is certain, else a person is asked."""

import datetime as dt
from typing import Any

import pytest

from keiyu.errors import UserError
from keiyu.read import Reading
from keiyu.read.confirm import Confirmations
from keiyu.read.inspect import inspect
from keiyu.read.remember import accept
from reading import SCHEMAS, all_areas, contract, contracts, csv_bytes, reading, rules, xlsx_bytes

NAMES = ["ひかり保育園", "みどり保育園", "さくら保育園"]
APRIL, MAY, JUNE = (dt.date(2024, month, 1) for month in (4, 5, 6))
OVER = [["施設名", "4月", "", "5月", "", "6月", ""], ["", *["0歳", "1歳"] * 3]]
UNDER = [["施設名", "0歳", "", "", "1歳", "", ""], ["", *["４月", "５月", "６月"] * 2]]
ROWS = [[name, *range(n, n + 6)] for n, name in enumerate(NAMES)]

Rows = list[list[Any]]


def read_all(rows: Rows, name: str = "list.csv", **hints: Any) -> dict[dt.date | None, Reading]:
    first = reading(csv_bytes(rows), name, sender="122041", **hints)
    return {one.as_of: one for one in (first, *first.also)}


def figures(found: Reading, *fields: str) -> list[list[Any]]:
    return [list(found.tables[0].columns[field]) for field in fields]


def test_months_over_ages_are_collections() -> None:
    found = read_all([["令和6年度 空き状況"], *OVER, *ROWS])
    assert set(found) == {APRIL, MAY, JUNE}
    for number, month in enumerate((APRIL, MAY, JUNE)):
        first = [2 * number + n for n in range(3)]
        assert figures(found[month], "vacancy_age0", "vacancy_age1") == [first, [n + 1 for n in first]]
        assert list(found[month].tables[0].columns["name"]) == NAMES
    assert "read.table.months" in rules(found[APRIL])


def test_months_under_ages_are_collections() -> None:
    found = read_all([["令和6年度 入所待ち人数"], *UNDER, *ROWS])
    assert figures(found[MAY], "waiting_age0", "waiting_age1") == [[1, 2, 3], [4, 5, 6]]


@pytest.mark.parametrize(
    ("title", "months", "first"),
    [
        ("空き状況", ["令和6年12月", "令和7年1月"], dt.date(2024, 12, 1)),
        ("令和6年度 空き状況", ["12月", "1月"], dt.date(2024, 12, 1)),
        ("空き状況（令和7年1月10日現在）", ["2月入所", "3月入所"], dt.date(2025, 2, 1)),
        ("令和7年1月10日現在 空き状況", ["12月", "1月"], dt.date(2024, 12, 1)),
        ("空き状況", ["令和6年4月1日", "5月1日"], APRIL),
    ],
)
def test_the_year_is_that_of_header_title_or_date(title: str, months: list[str], first: dt.date) -> None:
    header = ["施設名", *(f"{month}_{age}歳" for month in months for age in (0, 1))]
    found = read_all([[title], header, *([name, 0, 1, 2, 3] for name in NAMES)])
    assert min(day for day in found if day) == first and len(found) == 2


@pytest.mark.parametrize(
    ("title", "header"),
    [
        ("空き状況", ["4月_0歳", "4月_1歳", "5月_0歳", "5月_1歳"]),
        ("令和6年度 空き状況", ["4月_0歳", "4月_1歳", "5月_0歳", "5月_2歳"]),
        ("令和6年度 空き状況", ["4月_0歳", "4月_1歳", "6月_0歳", "6月_1歳"]),
        ("令和6年度 空き状況", ["5月_0歳", "5月_1歳", "4月_0歳", "4月_1歳"]),
        ("令和6年度・令和5年度 空き状況", ["4月_0歳", "4月_1歳", "5月_0歳", "5月_1歳"]),
    ],
    ids=["no year", "other ages", "a month left out", "another order", "two years"],
)
def test_months_that_are_not_certain_are_left_to_a_person(title: str, header: list[str]) -> None:
    found = read_all([[title], ["施設名", "定員", *header], *([name, 60, 0, 1, 2, 3] for name in NAMES)])
    assert len(found) == 1
    [only] = found.values()
    assert not any(name.startswith("vacancy") for table in only.tables for name in table.columns)
    assert "read.column.review" in rules(only)


def test_what_the_months_share_is_said_of_each() -> None:
    rows = [["令和6年度 空き状況"], ["施設名", "所在地", "定員", "4月_0歳", "5月_0歳"]]
    rows += [[name, "船橋市本町1-1", 60, n, n + 1] for n, name in enumerate(NAMES)]
    found = read_all(rows, line="nursery_vacancy")
    assert [figures(found[month], "capacity") for month in (APRIL, MAY)] == [[[60] * 3]] * 2


def test_inspect_shows_the_first_month_and_the_others_behind_it() -> None:
    data = csv_bytes([["令和6年度 空き状況"], *OVER, *ROWS])
    told = inspect(data, "list.csv", contracts(), all_areas(), schemas=SCHEMAS)
    assert (told["data_rows"], told["as_of"], len(told["further_rows"])) == (3, "2024-04-01", 6)
    assert [c["field"] for c in told["columns"]] == ["name", "vacancy_age0", "vacancy_age1", *[None] * 4]
    assert [c["header"] for c in told["columns"]][3:5] == ["5月 / 0歳", "5月 / 1歳"]
    assert not any(c["needs_review"] for c in told["columns"])
    assert [(t["as_of"], t["columns"]["vacancy_age0"]) for t in told["tables"]] == [
        ("2024-04-01", "B4"),
        ("2024-05-01", "D4"),
        ("2024-06-01", "F4"),
    ]


def test_months_in_a_workbook_stand_at_their_cells() -> None:
    found = reading(xlsx_bytes({"一覧": [["令和6年度 空き状況"], *OVER, *ROWS]}), "list.xlsx", sender="122041")
    may = next(one for one in found.also if one.as_of == MAY)
    [table] = may.tables
    assert table.placement.cell("vacancy_age1", table.rows[2]) == "E6"


def test_such_a_form_need_not_be_accepted() -> None:
    data = csv_bytes([["令和6年度 空き状況"], *OVER, *ROWS])
    line, paths = contract("nursery_vacancy"), {"schemas": SCHEMAS, "areas": all_areas()}
    with pytest.raises(UserError, match="KEIYU-146"):
        accept(data, "a.csv", line, Confirmations(), by="係", on=APRIL, **paths)
