"""A row for each facility and month: a collection for each month, or, where that is not certain, none."""

import datetime as dt
from typing import Any

import pytest

from keiyu.read.inspect import inspect
from keiyu.read.model import Reading
from reading import SCHEMAS, Rows, all_areas, contracts, csv_bytes, reading, rules

TITLE = ["保育所等 受入可能数"]
ROWS: list[list[Any]] = [
    ["施設名", "年月", "0歳", "1歳"],
    ["ひかり保育園", "令和6年4月", 1, 2],
    ["ひかり保育園", "令和6年5月", 3, 4],
    ["みどり保育園", "令和6年4月", 5, 6],
    ["みどり保育園", "令和6年5月", 7, 8],
]
APRIL, MAY = dt.date(2024, 4, 1), dt.date(2024, 5, 1)
FIGURES = {APRIL: [1, 5], MAY: [3, 7]}


def read(rows: Rows, name: str = "list.csv") -> Reading:
    return reading(csv_bytes(rows), name, sender="122041")


def months(found: Reading, field: str = "vacancy_age0") -> dict[dt.date | None, list[Any]]:
    return {one.as_of: list(one.tables[0].columns[field]) for one in (found, *found.also) if one.tables}


@pytest.mark.parametrize(
    "written",
    [
        ("令和6年4月", "令和6年5月"),
        ("R6.4", "R6.5"),
        ("2024/4", "2024/5"),
        (202404, 202405),
        ("2024-04-01", "2024-05-01"),
    ],
)
def test_each_month_is_a_collection(written: tuple[Any, Any]) -> None:
    said = dict(zip(("令和6年4月", "令和6年5月"), written, strict=True))
    found = read([TITLE, *([said.get(cell, cell) for cell in row] for row in ROWS)])
    assert months(found) == FIGURES
    assert [one.tables[0].placement.cell("vacancy_age0", one.tables[0].rows[1]) for one in (found, *found.also)] == [
        "C5",
        "C6",
    ]
    assert "read.table.months" in rules(found) and "read.column.unknown" not in rules(found)


def test_a_month_without_a_year_is_of_the_fiscal_year_that_the_title_says() -> None:
    rows = [[str(cell).replace("令和6年", "") for cell in row] for row in ROWS]
    rows[2][1] = rows[4][1] = "3月"
    assert months(read([["令和6年度 受入可能数"], *rows])) == {APRIL: [1, 5], dt.date(2025, 3, 1): [3, 7]}


@pytest.mark.parametrize("blank", [0, 1])
def test_blank_cells_go_on_with_what_stands_above(blank: int) -> None:
    order = sorted(ROWS[1:], key=lambda row: row[blank])
    goes_on = [n > 0 and row[blank] == order[n - 1][blank] for n, row in enumerate(order)]
    filled = [
        ["" if on and at == 0 else row[i] for at, i in enumerate([blank, 1 - blank, 2, 3])]
        for row, on in zip(order, goes_on, strict=True)
    ]
    assert months(read([TITLE, [ROWS[0][i] for i in (blank, 1 - blank, 2, 3)], *filled])) == FIGURES


def test_ages_of_months_are_put_together_month_by_month() -> None:
    rows = [[row[0], row[1], f"{age}歳", row[2 + age]] for row in ROWS[1:] for age in (0, 1)]
    assert months(read([["施設名", "対象月", "年齢", "空き"], *rows]), "vacancy_age1") == {APRIL: [2, 6], MAY: [4, 8]}


def test_rows_are_told_as_they_stand() -> None:
    told = inspect(csv_bytes([TITLE, *ROWS]), "list.csv", contracts(), all_areas(), schemas=SCHEMAS)
    assert [(row["row"], row["values"]["as_of_date"], row["values"]["vacancy_age0"]) for row in told["rows"]] == [
        (3, "2024-04-01", 1),
        (4, "2024-05-01", 3),
        (5, "2024-04-01", 5),
        (6, "2024-05-01", 7),
    ]
    assert (told["data_rows"], told["as_of"], told["further_rows"]) == (4, None, [])


@pytest.mark.parametrize(
    "rows",
    [
        [[str(cell).replace("令和6年", "") for cell in row] for row in ROWS],
        [[cell if cell != "令和6年5月" else "未定" for cell in row] for row in ROWS],
    ],
    ids=["no year", "no month"],
)
def test_figures_of_months_that_are_not_certain_are_left_to_a_person(rows: Rows) -> None:
    assert not any("vacancy_age0" in table.columns for table in read([TITLE, *rows]).tables)


@pytest.mark.parametrize("head", ["開設年月", "年月"])
def test_a_month_of_each_facility_is_no_month_of_the_list(head: str) -> None:
    rows = [["施設名", head, "0歳", "1歳"], *([f"第{n}保育園", f"平成{n + 5}年4月", n, n] for n in range(4))]
    found = read([["令和6年4月 受入可能数"], *rows])
    assert months(found) == {APRIL: [0, 1, 2, 3]}


def test_the_day_on_which_a_facility_was_founded_is_no_month_of_a_list() -> None:
    head = ["施設名", "認可等年月日", "0歳空き", "1歳空き"]
    found = read([head, *([f"第{n % 2}保育園", f"{1990 + n}-04-01", n, n] for n in range(4))])
    assert (found.as_of, [list(table.rows) for table in found.tables]) == (None, [[2, 3, 4, 5]])
