"""Where a header begins and ends in sheets as town halls print them: cells merged down, sections right below."""

import io
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from keiyu import contract
from keiyu.codes import areas
from keiyu.read.inspect import inspect

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
CONTRACTS = [contract.load(line, SCHEMAS) for line in contract.lines(SCHEMAS)]
AREAS = areas.load(SCHEMAS)

Rows = list[list[Any]]

AGES = [f"vacancy_age{n}" for n in range(6)]


def told(rows: Rows, *merges: str) -> dict[str, Any]:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as workbook:
        page = workbook.add_worksheet()
        for merged in merges:
            page.merge_range(merged, "")
        for number, row in enumerate(rows):
            for at, cell in enumerate(row):
                if cell is not None:
                    page.write(number, at, cell)
    return inspect(out.getvalue(), "list.xlsx", CONTRACTS, AREAS, schemas=SCHEMAS)


def records(first: int, last: int) -> Rows:
    return [[f"第{n}ひかり保育園", f"042-622-{3000 + n}", 0, n % 3, 0, 2, 0, 1] for n in range(first, last + 1)]


def fields(answer: dict[str, Any]) -> list[str | None]:
    return [column["field"] for column in answer["columns"]]


def test_cells_merged_down_belong_to_one_header() -> None:
    rows = [
        ["空き状況一覧（令和８年６月１日入所）"],
        ["施設名", "電話番号", "入所可能児童数"],
        [None, None, "３歳未満児", None, None, "３歳以上児"],
        [None, None, *(f"{n}\n歳\n児" for n in "０１２３４５")],
        *records(1, 6),
    ]
    answer = told(rows, "A2:A4", "B2:B4", "C2:H2", "C3:E3", "F3:H3")
    assert (answer["header_rows"], fields(answer)) == ([2, 3, 4], ["name", "phone", *AGES])


@pytest.mark.parametrize("merges", [("A2:A3", "B2:B3", "C2:C3", "D2:I2"), ()])
def test_the_title_of_the_first_section_is_no_part_of_the_header(merges: tuple[str, ...]) -> None:
    lines = [[n, *record] for n, record in enumerate(records(1, 6), 1)]
    rows = [
        ["空き状況一覧（令和８年６月１日入所）"],
        ["番号", "園名", "電話番号", "空き人数"],
        [None, None, None, *(f"{n}歳" for n in range(6))],
        ["【小松川地区】"],
        *lines[:3],
        ["【葛西地区】"],
        *lines[3:],
    ]
    answer = told(rows, *merges)
    assert (answer["header_rows"], fields(answer)) == ([2, 3], ["facility_id", "name", "phone", *AGES])
    assert [row["section"] for row in answer["rows"]] == ["【小松川地区】"] * 3 + ["【葛西地区】"] * 3


@pytest.mark.parametrize("form", ["[{}]", "（{}）", "{}"])
def test_ages_in_brackets_are_ages(form: str) -> None:
    ages = [form.format(n) for n in range(6)]
    rows = [["施設名", "電話番号", "空き人数"], [None, None, *ages], *records(1, 6)]
    assert fields(told(rows, "A1:A2", "B1:B2", "C1:H1")) == ["name", "phone", *AGES]


def test_lists_side_by_side_are_parts_under_the_title_of_both() -> None:
    one, two = [row[:2] for row in records(1, 6)], [row[:2] for row in records(7, 11)]
    rows = [
        ["小規模保育事業・家庭的保育事業一覧"],
        ["小規模保育事業", None, None, "家庭的保育事業"],
        ["施設名", "電話番号", None, "施設名", "電話番号"],
        *([*left, None, *right] for left, right in zip(one, [*two, [None, None]], strict=True)),
    ]
    answer = told(rows, "A2:B2", "D2:E2")
    assert answer["data_rows"] == 11
    kinds = [row["values"]["facility_type"] for row in answer["rows"]]
    assert kinds == ["小規模保育事業"] * 6 + ["家庭的保育事業"] * 5


def test_opening_and_closing_under_weekdays() -> None:
    rows = [
        ["施設名", "電話番号", "開所時間", None, None, None],
        [None, None, "平日", None, "土曜", None],
        [None, None, "開", "閉", "開", "閉"],
        *([*record[:2], "7:30", "18:30", "7:30", "12:30"] for record in records(1, 6)),
    ]
    answer = told(rows, "A1:A3", "B1:B3", "C1:F1", "C2:D2", "E2:F2")
    assert fields(answer) == ["name", "phone", "open_time", "close_time", None, None]


@pytest.mark.parametrize("labels", [("度", "分", "秒"), ("緯度（度）", "緯度（分）", "緯度（秒）")])
def test_degrees_minutes_and_seconds_are_one_coordinate(labels: tuple[str, ...]) -> None:
    rows = [
        ["名称", "所在地", "緯度"],
        [None, None, *labels],
        *(["北小学校", "本町1-1", 36, 14, n] for n in (9, 18, 27)),
    ]
    answer = told(rows, "A1:A2", "B1:B2", "C1:E1")
    assert [row["values"]["latitude"] for row in answer["rows"]] == [36.23583333, 36.23833333, 36.24083333]


def test_whole_degrees_alone_are_for_a_person_to_see() -> None:
    rows = [["名称", "所在地", "北緯"], *([f"第{n}小学校", f"本町{n}-1", 36] for n in range(1, 6))]
    assert told(rows)["columns"][2]["needs_review"]
