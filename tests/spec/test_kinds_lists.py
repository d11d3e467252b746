"""避難所・空き状況の一覧 — lists of shelters and vacancies as cities write them: small files in, what is read out."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from keiyu import contract
from keiyu.codes import areas
from keiyu.read import read
from keiyu.read.inspect import inspect

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
CONTRACTS = [contract.load(line, SCHEMAS) for line in contract.lines(SCHEMAS)]
AREAS = areas.load(SCHEMAS)

NAMES = ["東小学校", "中央公民館", "北部運動公園", "南中学校体育館"]
ADDRESSES = ["東町1-2", "中央2-3-4", "北町10番地", "南町5-6"]


def told(*columns: list[Any], name: str = "list.csv") -> dict[str, Any]:
    out = io.StringIO()
    csv.writer(out).writerows(zip(*columns, strict=True))
    return inspect(out.getvalue().encode(), name, CONTRACTS, AREAS, schemas=SCHEMAS)


def shelters(*columns: list[Any]) -> dict[str, Any]:
    return told(["避難所名", *NAMES], ["所在地", *ADDRESSES], *columns)


def column(answer: dict[str, Any], index: int) -> dict[str, Any]:
    found: dict[str, Any] = answer["columns"][index]
    return found


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("指定緊急避難場所_災害種別ごとの指定内容_洪水", "flood"),
        ("異常な現象：崖崩れ、土石流及び地滑り", "landslide"),
        ("避難所種別（地震）", "earthquake"),
        ("ev_rain_overflow", "inland_flood"),
        ("stormSurge", "storm_surge"),
        ("P20_008", "tsunami"),
    ],
)
def test_a_hazard_is_known_by_the_names_that_lists_give_it(header: str, field: str) -> None:
    assert column(shelters([header, "○", "×", "○", "○"]), 2)["field"] == field


def test_a_hazard_that_is_foreseen_nowhere_is_a_column_all_the_same() -> None:
    answer = shelters(["洪水", "○", "×", "○", "○"], ["高潮", "－", "－", "－", "－"])
    assert column(answer, 3)["field"] == "storm_surge"
    assert answer["rows"][0]["status"]["storm_surge"] == "none"


@pytest.mark.parametrize(
    ("values", "field"), [(["○", "○", "", "○"], "designated"), (["一小", "二小", "三小", "四小"], "name")]
)
def test_the_values_tell_a_designation_from_the_name_of_what_is_designated(values: list[str], field: str) -> None:
    answer = told(["所在地", *ADDRESSES], ["指定緊急避難場所", *values], ["洪水", "○", "×", "○", "○"])
    assert column(answer, 1)["field"] == field


@pytest.mark.parametrize("minus", ["-1", -1])
def test_the_mark_for_unknown_of_the_national_data_is_no_capacity(minus: object) -> None:
    answer = shelters(["収容人数", minus, 300, "約120人", "80人（体育館）"])
    assert [row["values"]["shelter_capacity"] for row in answer["rows"]] == [None, 300, 120, 80]
    assert answer["rows"][0]["status"]["shelter_capacity"] == "unknown"


def test_indoor_places_are_the_capacity_unless_a_total_stands_beside_them() -> None:
    indoors = ["収容可能人員（屋内）", 100, 200, 50, 70]
    assert column(shelters(indoors), 2)["field"] == "shelter_capacity"
    both = shelters(indoors, ["収容人数", 300, 400, 50, 90])
    assert [column(both, 2)["field"], column(both, 3)["field"]] == [None, "shelter_capacity"]


@pytest.mark.parametrize(
    "numbers", [["28500", "28600", "28800", "28900"], ["4120634.209", "4122299.865", "1.5", "2.5"]]
)
def test_numbers_without_a_header_that_says_so_are_no_postal_codes(numbers: list[str]) -> None:
    assert column(shelters(["FIXEDID", *numbers]), 2)["field"] is None


def test_signs_under_a_header_of_free_text_are_no_remarks() -> None:
    assert column(shelters(["その他", "△", "", "○", "△"]), 2)["field"] is None
    assert column(shelters(["その他", "2階のみ", "", "要予約", "工事中"]), 2)["field"] == "remarks"


def test_headers_that_are_not_asked_for_show_which_line_is_nearest() -> None:
    answer = told(["名称", *NAMES], ["所在地", *ADDRESSES], ["備蓄倉庫", *"1010"], ["耐震性貯水槽", *"0010"])
    assert answer["tables"][0]["line"] == "evacuation_shelter"


def test_an_area_code_without_its_check_digit_is_restored_where_no_date_is_told() -> None:
    answer = shelters(["行政区域コード", "33101", "33101", "33202", "33202"])
    assert [row["values"]["area_code"] for row in answer["rows"]] == ["331015", "331015", "332020", "332020"]


def test_area_codes_that_are_mistyped_are_told_and_their_column_is_known() -> None:
    answer = shelters(["市区町村コード", *["221390"] * 4])
    assert column(answer, 2)["field"] == "area_code"
    assert answer["rows"][0]["status"]["area_code"] == "unknown"


@pytest.mark.parametrize("ages", [[0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0]])
def test_bare_ages_under_a_text_that_says_so_are_ages(ages: list[int]) -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    sheet.write(0, 0, "保育園等受入状況一覧（令和8年8月3日時点）")
    sheet.merge_range(1, 0, 2, 0, "園名")
    sheet.merge_range(1, 1, 1, 6, "受入可能数（歳児）")
    sheet.write_row(2, 1, ages)
    for row, name in enumerate(["ひまわり保育園", "さくら保育園", "みどりこども園"], 3):
        sheet.write_row(row, 0, [name, *(10 * row + age for age in ages)])
    book.close()
    answer = inspect(out.getvalue(), "list.xlsx", CONTRACTS, AREAS, schemas=SCHEMAS)
    assert answer["header_rows"] == [2, 3]
    assert answer["data_rows"] == 3
    assert {f"vacancy_age{age}": 30 + age for age in range(6)}.items() <= answer["rows"][0]["values"].items()


@pytest.mark.parametrize(
    ("header", "name", "rules"),
    [
        ("名称", "touhyoujo.csv", ["read.line.untold"]),
        ("避難所名", "list.csv", []),
        ("名称", "指定避難所一覧.csv", []),
    ],
)
def test_names_and_addresses_alone_make_a_list_of_no_line(header: str, name: str, rules: list[str]) -> None:
    out = io.StringIO()
    rows = zip(
        [header, *NAMES],
        ["所在地", *ADDRESSES],
        ["緯度", "35.61", "35.62", "35.63", "35.64"],
        ["経度", "139.61", "139.62", "139.63", "139.64"],
        strict=True,
    )
    csv.writer(out).writerows(rows)
    said = read(out.getvalue().encode(), name, CONTRACTS, AREAS, schemas=SCHEMAS)
    assert [f.rule_id for f in said.findings if f.rule_id == "read.line.untold"] == rules
    assert (said.line is None) == bool(rules)
    named = read(out.getvalue().encode(), name, CONTRACTS, AREAS, schemas=SCHEMAS, line="evacuation_shelter")
    assert named.line == "evacuation_shelter"
    assert named.tables


def test_two_columns_of_yes_that_differ_in_their_blanks_are_two_answers() -> None:
    twice = shelters(["指定避難所", "○", "○", "", "○"], ["指定緊急避難場所", "○", "", "○", "○"])
    assert [column(twice, at)["needs_review"] for at in (2, 3)] == [True, True]
    again = shelters(["指定避難所", "○", "○", "", "○"], ["指定緊急避難場所", "○", "○", "", "○"])
    assert [column(again, at)["field"] for at in (2, 3)] == ["designated", None]


def test_the_body_that_made_a_list_is_not_the_place_unless_no_column_says_it() -> None:
    body, town = ["地方公共団体名", *["愛媛県今治市"] * 4], ["所在地_市区町村", *["今治市"] * 4]
    both = shelters(["洪水", "1", "", "1", "1"], body, town)
    assert [column(both, at)["field"] for at in (3, 4)] == [None, "municipality"]
    assert not column(both, 3)["needs_review"]
    blank = shelters(["洪水", "1", "", "1", "1"], body, ["所在地_市区町村", "", "", "", ""])
    assert [column(blank, at)["field"] for at in (3, 4)] == [None, "municipality"]
    alone = shelters(["洪水", "1", "", "1", "1"], body)
    assert column(alone, 3)["field"] == "municipality"


def test_the_row_number_of_a_data_portal_is_not_the_number_of_the_list() -> None:
    answer = told(["_id", 1, 2, 3, 4], ["NO", 11, 12, 13, 14], ["避難所名", *NAMES], ["所在地", *ADDRESSES])
    assert [each["field"] for each in answer["columns"]] == [None, "shelter_id", "name", "address"]


def by_rows(kinds: list[str]) -> Any:
    """Three nurseries with a row for each kind of figure, an age in each column."""
    return told(
        ["園番号", *(n for n in (101, 102, 103) for _ in kinds)],
        ["園名", *(n for n in ("ひまわり保育園", "さくら保育園", "みどり保育園") for _ in kinds)],
        ["区分", *kinds * 3],
        *([f"{age}歳", *[9, 8, 1] * 3] for age in range(6)),
        name="空き状況.csv",
    )


def test_ages_that_count_something_else_in_every_row_are_asked_about_unless_words_tell_them_apart() -> None:
    asked = by_rows(["Ａ", "Ｂ", "Ｃ"])
    assert (asked["expect"], asked["data_rows"]) == ("accept", 9)
    assert [(c["field"], c["needs_review"]) for c in asked["columns"][3:]] == [(None, True)] * 6
    clear = by_rows(["定員", "現況", "空き"])
    assert (clear["expect"], clear["data_rows"], clear["tables"][0]["rows"]) == ("accept", 9, 3)
    figures = [{n: v for n, v in row["values"].items() if n.endswith("_age0")} for row in clear["rows"][:3]]
    assert figures == [{"capacity_age0": 9}, {"enrolled_age0": 8}, {"vacancy_age0": 1}]
