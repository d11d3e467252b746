"""Lists of no known form: small files in, where the table stands and what its columns hold out."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import xlsxwriter

from keiyu import contract
from keiyu.codes import areas
from keiyu.read import read
from keiyu.read.inspect import inspect

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
CONTRACTS = [contract.load(line, SCHEMAS) for line in contract.lines(SCHEMAS)]
AREAS = areas.load(SCHEMAS)
FORM = jsonschema.Draft202012Validator(json.loads((SCHEMAS / "schema" / "inspect.json").read_text(encoding="utf-8")))

Rows = list[list[Any]]

NAMES = ["ひまわり保育園", "さくら保育園", "みどりこども園", "あおぞら保育園"]
ADDRESSES = ["元本郷町3-24-1", "大横町11-35", "南大沢2-27", "東浅川町551-1"]
PHONES = ["042-622-3343", "042-625-0280", "042-675-0011", "042-661-1231"]


def table(header: list[str], *columns: list[Any]) -> Rows:
    return [header, *map(list, zip(*columns, strict=True))]


def text(rows: Rows) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def told(data: bytes, name: str = "list.csv", line: str | None = None) -> dict[str, Any]:
    answer = inspect(data, name, CONTRACTS, AREAS, schemas=SCHEMAS, line=line)
    FORM.validate(answer)
    return answer


def fields(answer: dict[str, Any]) -> list[str | None]:
    return [column["field"] for column in answer["columns"]]


@pytest.mark.parametrize(
    ("header", "values", "field"),
    [
        ("施設の名称", NAMES, "name"),
        ("施設等の所在地（住居表示）", ADDRESSES, "address"),
        ("TEL", PHONES, "phone"),
        ("電話番号（代表）", PHONES, "phone"),
        ("https://schema.org/telephone", PHONES, "phone"),
        ("定員（人）※", ["60", "90", "120", "30"], "capacity"),
        ("①定員", ["60", "90", "120", "30"], "capacity"),
        ("定員（３歳児）", ["10", "12", "8", "9"], "capacity_age3"),
        ("緯度_bodik", ["35.66", "35.67", "35.65", "35.61"], "latitude"),
        ("郵便番号（〒）", ["192-0051", "1920062", "192-0364", "193-0834"], "postal_code"),
    ],
)
def test_a_header_is_understood_with_what_stands_beside_the_label(header: str, values: list[str], field: str) -> None:
    rows = table(["園名" if field != "name" else "種別", header], NAMES if field != "name" else ["保育所"] * 4, values)
    assert fields(told(text(rows), line="nursery_facility"))[1] == field


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("開園時間（土曜日）", ["7:30", "8:00", "7:30", "7:00"]),
        ("収容人数（一時）", ["500", "20", "80", "100"]),
        ("園長名の英字表記", ["Sato", "Suzuki", "Ito", "Abe"]),
        ("名称_英字", ["Himawari", "Sakura", "Midori", "Aozora"]),
        ("標高", ["12", "9", "8", "30"]),
    ],
)
def test_a_column_that_is_like_a_label_and_means_something_else_has_no_field(header: str, values: list[str]) -> None:
    rows = table(["園名", "所在地", header], NAMES, ADDRESSES, values)
    assert fields(told(text(rows), line="nursery_facility")) == ["name", "address", None]


def test_values_that_contradict_their_header_are_for_a_person_to_see() -> None:
    rows = table(["園名", "緯度"], NAMES, ["139.31", "139.32", "139.33", "139.34"])
    column = told(text(rows), line="nursery_facility")["columns"][1]
    assert (column["field"], column["needs_review"], column["candidates"][0]["field"]) == (None, True, "latitude")
    assert column["evidence"]["ja"]
    assert column["evidence"]["en"]


def test_two_columns_of_one_field_that_disagree_are_both_for_a_person_to_see() -> None:
    rows = table(["園名", "定員", "定員"], NAMES, ["60", "90", "120", "30"], ["50", "80", "100", "20"])
    review = [c["needs_review"] for c in told(text(rows), line="nursery_facility")["columns"]]
    assert review == [False, True, True]


def test_a_column_that_repeats_another_is_not_used_twice() -> None:
    rows = table(["園名", "電話番号", "TEL"], NAMES, PHONES, PHONES)
    answer = told(text(rows), line="nursery_facility")
    assert sorted(filter(None, fields(answer))) == ["name", "phone"]
    assert not any(c["needs_review"] for c in answer["columns"])


def test_a_header_that_leaves_it_open_is_decided_by_the_values() -> None:
    rows = table(["名称", "Add1", "Add2"], NAMES, ["八王子市"] * 4, ADDRESSES)
    assert fields(told(text(rows), line="nursery_facility")) == ["name", "municipality", "address"]
    rows = table(
        ["名称", "Add1", "Add2"], NAMES, [f"八王子市{a}" for a in ADDRESSES], ["八王子ビル2階", "", "", "駅前ビル1F"]
    )
    assert fields(told(text(rows), line="nursery_facility")) == ["name", "address", "building"]


def test_a_number_cut_at_its_hyphens_is_one_field() -> None:
    parts = [phone.split("-") for phone in PHONES]
    cut = [[p[i] for p in parts] for i in range(3)]
    rows = table(
        ["園名", "電話番号", "", "", "", "", "定員"], NAMES, cut[0], ["-"] * 4, cut[1], ["-"] * 4, cut[2], ["60"] * 4
    )
    answer = told(text(rows), line="nursery_facility")
    assert fields(answer) == ["name", *["phone"] * 5, "capacity"]
    assert [row["values"]["phone"] for row in answer["rows"]] == PHONES


@pytest.mark.parametrize(
    ("title", "item"), [("空き状況", "vacancy"), ("入所待ち人数", "waiting"), ("入所児童数", "enrolled")]
)
def test_the_title_says_what_a_bare_age_counts(title: str, item: str) -> None:
    ages = [f"{age}歳児" for age in range(6)]
    rows = table(["施設名", *ages], NAMES, *[["1", "0", "2", "-"]] * 6)
    answer = told(text([[f"【令和８年８月１日時点】{title}"], *rows]))
    assert fields(answer) == ["name", *(f"{item}_age{age}" for age in range(6))]
    assert (answer["header_rows"], answer["as_of"]) == ([2], "2026-08-01")


def test_rows_that_are_no_records_are_left_out() -> None:
    header = ["No.", "施設名", "所在地", "電話番号", "定員"]
    records = [[str(i + 1), NAMES[i], ADDRESSES[i], PHONES[i], "60"] for i in range(4)]
    rows = [
        ["保育所一覧"],
        [],
        header,
        ["【北区】"],
        *records[:2],
        ["", "北区計", "", "", "120"],
        header,
        *records[2:],
        ["", "合計", "", "", "240"],
        ["※ 定員は４月１日現在"],
    ]
    answer = told(text(rows), "list_2025-04-01.csv")
    assert [answer[k] for k in ("header_rows", "first_data_row", "last_data_row", "data_rows")] == [[3], 5, 10, 4]
    assert answer["as_of"] == "2025-04-01"


@pytest.mark.parametrize(
    ("title", "name", "as_of"),
    [
        (["令和4年11月", "受入れ可能性一覧", "作成日 令和4年9月16日"], "a_2022-09-30.csv", "2022-11-01"),
        (["令和8年9月1日付入所"], "a.csv", "2026-09-01"),
        (["空き状況", "", "令和", "8", "年", "9", "月"], "a.csv", "2026-09-01"),
        (["令和8・9年度の空き状況"], "a.csv", None),
        (["避難所開設状況（令和6年9月21日　15時00分現在）"], "a.csv", "2024-09-21"),
        (["一覧"], "tokyo_2017-10.csv", "2017-10-01"),
        (["一覧"], "nara_2015.csv", None),
    ],
)
def test_the_date_is_what_the_table_is_about(title: list[str], name: str, as_of: str | None) -> None:
    rows = table(["施設名", "所在地", "電話番号"], NAMES, ADDRESSES, PHONES)
    assert told(text([title, *rows]), name)["as_of"] == as_of


def workbook(fill: Any) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    fill(book, book.add_worksheet("一覧"))
    book.close()
    return out.getvalue()


def test_levels_of_a_header_are_read_together() -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.merge_range(0, 0, 1, 0, "施設名")
        for group, text_over in enumerate(("利用定員", "待機児童数")):
            sheet.merge_range(0, 1 + 2 * group, 0, 2 + 2 * group, text_over)
            sheet.write_row(1, 1 + 2 * group, ["０歳", "計"])
        for row, name in enumerate(NAMES, 2):
            sheet.write_row(row, 0, [name, 6, 60, 1, 4])

    answer = told(workbook(fill), "list.xlsx")
    assert fields(answer) == ["name", "capacity_age0", "capacity", "waiting_age0", "waiting"]
    assert (answer["header_rows"], answer["columns"][1]["header"]) == ([1, 2], "利用定員 / ０歳")


def test_cells_over_several_ages_and_crossed_out_cells_say_what_they_mean() -> None:
    def fill(book: Any, sheet: Any) -> None:
        crossed = book.add_format({"diag_type": 1, "diag_border": 1})
        sheet.write_row(0, 0, ["保育所等の受入れ可能性一覧"])
        sheet.write_row(1, 0, ["施設名", "0歳", "1歳", "2歳", "3歳"])
        for row, name in enumerate(NAMES, 2):
            sheet.write_row(row, 0, [name, 1, 0, 3, 2])
        sheet.merge_range(2, 2, 2, 3, 4)
        sheet.write_blank(3, 4, None, crossed)

    rows = told(workbook(fill), "list.xlsx")["rows"]
    assert rows[0]["status"] == {"vacancy_age1": "unknown", "vacancy_age2": "unknown"}
    assert rows[1]["status"] == {"vacancy_age3": "not_applicable"}


def test_a_legend_goes_before_the_signs_of_the_line() -> None:
    rows = table(["施設名", *[f"{a}歳" for a in range(3)]], NAMES, *[["1", "□", "2", "0"]] * 3)
    answer = told(text([["空き状況　「□」…該当クラスがない"], *rows]))
    assert answer["rows"][1]["status"] == {f"vacancy_age{age}": "not_applicable" for age in range(3)}


def test_signs_explained_side_by_side_mean_each_its_own() -> None:
    rows = table(["施設名", *[f"{a}歳" for a in range(4)]], NAMES, ["○"] * 4, ["×"] * 4, ["△"] * 4, ["－"] * 4)
    legend = "○：空きあり　△：クラスなし　×：空きがありません　－：入所しにくい"
    answer = told(text([["空き状況"], [legend], *rows]))
    assert list(answer["rows"][0]["status"].values()) == ["unknown", "none", "not_applicable", "unknown"]


def test_what_is_no_table_is_refused_with_its_reason() -> None:
    answer = told("これは表ではありません\n".encode())
    assert (answer["expect"], answer["reason"]["rule_id"]) == ("reject", "read.table.none")


def test_the_pipeline_uses_what_is_sure_and_tells_the_rest() -> None:
    rows = table(
        ["市区町村コード", "園名", "住所", "電話", "定員", "定員"],
        ["132012"] * 4,
        NAMES,
        ADDRESSES,
        ["42-622-3343", *PHONES[1:]],
        ["60", "90", "120", "30"],
        ["50", "80", "100", "20"],
    )
    reading = read(text(rows), "list_2025-04-01.csv", CONTRACTS, AREAS, schemas=SCHEMAS, line="nursery_facility")
    [facility] = reading.tables
    assert facility.columns["name"] == NAMES
    assert facility.columns["area_code"] == ["132012"] * 4
    assert "capacity" not in facility.columns
    assert [f.rule_id for f in reading.findings].count("read.column.review") == 2


def test_inspect_tells_what_could_not_be_decoded_for_certain() -> None:
    answer = told(
        '施設名称,種別,定員\n"さくら保育園,認可保育所,90\nもも保育園,認可保育所,60\n'.encode(), "保育所一覧.csv"
    )
    assert [said["rule_id"] for said in answer["findings"]] == ["read.decode.quotes"]


def test_a_header_without_a_record_is_rejected_as_the_pipeline_says_it() -> None:
    header = ["施設名", "所在地", "電話番号", "定員"]
    answer = told(text([["八王子市 保育施設一覧"], header]))
    assert (answer["expect"], answer["reason"]["rule_id"]) == ("reject", "read.table.empty")
    assert [column["header"] for column in answer["columns"]] == header
    found = read(text([["八王子市 保育施設一覧"], header]), "list.csv", CONTRACTS, AREAS, schemas=SCHEMAS)
    assert "read.table.empty" in [f.rule_id for f in found.findings] and not found.tables


def test_a_look_alike_of_the_capacity_is_asked_and_other_labels_that_decide_nothing_are_not() -> None:
    header = ["施設名", "所在地", "定員", "受入可能数", "区"]
    found = told(text(table(header, NAMES, ADDRESSES, [60, 90, 100, 20], [1, 0, 3, 2], ["中央"] * 4)))
    alike, district = found["columns"][3:]
    assert (alike["field"], alike["needs_review"], [c["field"] for c in alike["candidates"]]) == (
        None,
        True,
        ["capacity"],
    )
    assert not district["needs_review"]
    again = told(text(table(header[:4], NAMES, ADDRESSES, [60, 90, 100, 20], [60, 90, 100, 20])))
    assert not again["columns"][3]["needs_review"]
