"""Columns of counts whose header says a day, or whose cells hold signs instead of numbers."""

from typing import Any

import pytest

from keiyu.read.inspect import inspect
from reading import SCHEMAS, all_areas, contracts, csv_bytes, reading

NAMES = ["ひかり保育園", "みどり保育園", "さくら保育園"]
AGES = ["0歳", "1歳"]


def told(rows: list[list[Any]], line: str | None = None) -> dict[str, Any]:
    return inspect(csv_bytes(rows), "list.csv", contracts(), all_areas(), schemas=SCHEMAS, line=line)


@pytest.mark.parametrize(
    ("cells", "signs"), [(["○", "×"], "○、×"), ([1, "△"], "△"), ([1, "-"], None), (["◎", 3], "◎"), ([0, 2], None)]
)
def test_signs_are_no_numbers_and_told(cells: list[Any], signs: str | None) -> None:
    found = reading(csv_bytes([["令和6年4月 空き状況"], ["施設名", *AGES], *([n, *cells] for n in NAMES)]), "list.csv")
    said = [f for f in found.findings if f.rule_id == "read.column.signs"]
    assert [f.value for f in said] == ([signs] if signs else [])
    assert not signs or said[0].place.cell in ("B2", "C2")
    figures = [next(iter(found.tables[0].columns[f"vacancy_age{age}"])) for age in (0, 1)]
    assert figures == [cell if isinstance(cell, int) else None for cell in cells]


@pytest.mark.parametrize(
    "header", ["4月1日待機児童数", "待機児童数（4月1日）", "４月１日現在の待機児童数", "令和6年4月1日待機児童数"]
)
@pytest.mark.parametrize("title", [[], [["令和6年4月 保育施設の状況"]]])
def test_a_day_in_a_header_takes_nothing_from_its_label(header: str, title: list[list[Any]]) -> None:
    rows = [*title, ["施設名", "定員", header], *([n, 60, k] for k, n in enumerate(NAMES))]
    assert [c["field"] for c in told(rows, "nursery_vacancy")["columns"]] == ["name", "capacity", "waiting"]


def test_a_count_of_another_day_than_the_tables_is_for_a_person_to_see() -> None:
    rows = [["令和6年10月1日現在"], ["施設名", "定員", "4月1日待機児童数"], *([n, 60, 1] for n in NAMES)]
    columns = told(rows, "nursery_vacancy")["columns"]
    assert [(c["field"], c["needs_review"]) for c in columns] == [("name", False), ("capacity", False), (None, True)]
    assert "違う日" in columns[2]["evidence"]["ja"] and "another day" in columns[2]["evidence"]["en"]


def test_a_header_that_comes_again_on_each_page_is_no_value_of_its_columns() -> None:
    header = ["施設名", "種別", "定員"]
    page = [[n, "保育所", 60] for n in NAMES]
    answer = told([header, *page, header, *([f"{n}分園", k, c] for n, k, c in page), header, ["あおば園", "保育所", 9]])
    assert [(c["field"], c["confidence"]) for c in answer["columns"]] == [
        (c["field"], c["confidence"]) for c in told([header, *page])["columns"]
    ]
    assert all("値の100%" in c["evidence"]["ja"] for c in answer["columns"])
    assert [row["row"] for row in answer["rows"]] == [2, 3, 4, 6, 7, 8, 10]
