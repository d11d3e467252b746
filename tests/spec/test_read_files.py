"""Small files of the known forms, and what is read from them or said of them."""

import datetime as dt
import io
from typing import Any

import openpyxl
import pytest

from keiyu.contract import template
from keiyu.read import Reading, ValueStatus
from reading import DAY, all_areas, contract, csv_bytes, flat_rows, measures, reading, rules, xlsx_bytes

CHIYODA = ("131016", "東京都", "千代田区")
MINATO = ("131032", "東京都", "港区")
SAPPORO = ("011002", "北海道", "札幌市")


def table(found: Reading, name: str) -> Any:
    return next(t for t in found.tables if t.table == name)


def form(values: dict[str, Any] | None = None, as_of: dt.date | None = DAY, **about: Any) -> bytes:
    figures = dict.fromkeys(measures(), 1) | (values or {}) | about
    return template.render(contract(), reporter=all_areas().get("131016", DAY), as_of=as_of, values=figures)


def national(*rows: tuple[str, str], title: str = "（参考）{}（令和７年４月１日）", total: int | None = None) -> bytes:
    """The ministry's form in small: two header rows, ages over categories, a municipality per row."""
    sheets = {}
    for of in contract().tables:
        ages, categories = (d.codes for d in of.dimensions)
        upper = [age.label_ja if number == 0 else "" for age in ages for number in range(len(categories))]
        lower = [category.label_ja for _ in ages for category in categories]
        body = [[p + m, float(i), p, m, *[float(i)] * len(lower)] for i, (p, m) in enumerate(rows, 1)]
        last = [["計", "", "計", "", *[float(total)] * len(lower)]] if total is not None else []
        sheets[of.label_ja] = [
            [],
            ["", title.format(of.label_ja)],
            ["", "＊市区町村からの報告に基づき単純に積み上げた数値である。"],
            ["", "", "", "", *upper],
            ["", "", "都道府県", "市区町村", *lower],
            [],
            *body,
            *last,
        ]
    return xlsx_bytes(sheets)


# The template


def test_the_template_comes_back_as_it_was_filled() -> None:
    given = {name: number for number, name in enumerate(measures())}
    found = reading(form(given), "なんでも.xlsx")
    assert (found.line, found.layout, found.as_of, rules(found)) == ("waiting_children", "form", DAY, [])
    assert {n: t.columns[n][0] for t in found.tables for n in t.columns if n in given} == given
    capacity = table(found, "capacity")
    assert capacity.columns["area_code"] == ("131016",)
    assert capacity.columns["municipality"] == ("千代田区",)
    assert (capacity.placement.sheet, capacity.placement.cell("capacity_daycare_total", 1)) == ("定員の状況", "B8")
    assert capacity.placement.cell("area_code", 1) == "B3"
    assert table(found, "applicants").placement.cell("waiting_age3plus", 1) == "F19"


def test_the_template_is_known_by_its_labels_when_its_hidden_sheet_is_gone() -> None:
    sheets = {}
    for of in contract().tables:
        across, down = of.dimensions
        sheets[f"Sheet{len(sheets)}"] = [
            [f"{of.label_ja}　令和７年４月１日現在"],
            ["団体コード", "131016"],
            [],
            ["", *[c.label_ja for c in across.codes]],
            *[[c.label_ja, *[5.0] * len(across.codes)] for c in down.codes],
        ]
    found = reading(xlsx_bytes(sheets), "様式.xlsx")
    assert (found.line, found.as_of, rules(found)) == ("waiting_children", DAY, [])
    assert set(table(found, "applicants").columns["waiting_total"]) == {5}


def test_a_form_without_reporter_on_one_sheet_takes_the_other_sheets() -> None:
    def sheet(name: str, code: str) -> list[list[Any]]:
        across, down = contract().table(name).dimensions
        return [
            ["団体コード", code],
            ["区分", *[c.label_ja for c in across.codes]],
            *[[c.label_ja, *[2.0] * len(across.codes)] for c in down.codes],
        ]

    found = reading(
        xlsx_bytes({"定員": sheet("capacity", "131016"), "申込": sheet("applicants", "")}), "様式_2025-04-01.xlsx"
    )
    assert rules(found) == ["read.reporter.assumed"]
    assert [t.columns["area_code"] for t in found.tables] == [("131016",), ("131016",)]
    found = reading(
        xlsx_bytes({"定員": sheet("capacity", "131016"), "申込": sheet("applicants", "131032")}), "様式_2025-04-01.xlsx"
    )
    assert rules(found) == ["read.reporter.differs"]
    assert found.refused


def test_a_form_left_blank_is_returned() -> None:
    found = reading(form(dict.fromkeys(measures())), "様式.xlsx")
    assert rules(found) == ["read.form.blank", "read.form.blank"]
    assert found.findings[0].place.reporter == "131016"
    assert not found.refused


def test_a_form_without_reporter_is_returned() -> None:
    found = reading(form(area_code=None, prefecture=None, municipality=None), "様式.xlsx")
    assert rules(found) == ["read.reporter.missing"]
    assert found.refused


def test_a_figure_that_cannot_be_read_is_told_with_its_cell_and_reporter() -> None:
    found = reading(form({"waiting_age1": "約100"}), "様式.xlsx")
    told = found.findings[0]
    assert (told.rule_id, told.place.sheet, told.place.cell) == ("read.number", "申込者の状況", "D19")
    assert (told.place.field, told.place.reporter, told.value) == ("waiting_age1", "131016", "約100")
    mark = table(found, "applicants").marks[0]
    assert (mark.field, mark.status, mark.raw) == ("waiting_age1", ValueStatus.UNKNOWN, "約100")
    assert table(found, "applicants").columns["waiting_age1"] == (None,)


# The ministry's form


def test_the_ministrys_form_has_a_municipality_per_row_and_a_total() -> None:
    found = reading(national(("東京都", "千代田区"), ("北海道", "札幌市"), total=3), "定員・申込.xlsx")
    assert (found.line, found.layout, found.as_of, rules(found)) == ("waiting_children", "national", DAY, [])
    capacity = table(found, "capacity")
    assert capacity.columns["area_code"] == ("131016", "011002")
    assert capacity.columns["capacity_daycare_total"] == (1, 2)
    assert (capacity.totals["capacity_municipal_age3plus"], capacity.totals_row) == (3, 9)
    assert list(capacity.rows) == [7, 8]
    assert capacity.placement.cell("capacity_integrated_age0", 8) == "M8"
    assert capacity.placement.cell("area_code", 8) == "D8"


def test_sheets_of_two_dates_contradict_each_other() -> None:
    sheets = national(("東京都", "千代田区"), title="{}（令和７年４月１日）　作成 令和７年５月９日")
    assert reading(sheets, "x.xlsx").as_of == DAY
    conflicting = national(("東京都", "千代田区"), title="{}（令和７年４月１日）（令和７年10月１日）")
    assert rules(reading(conflicting, "x.xlsx")) == ["read.as_of.conflict"]


# Flat tables


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16", "euc_jp", "iso2022_jp"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_flat_text_is_read_in_every_encoding(encoding: str, delimiter: str) -> None:
    found = reading(csv_bytes(flat_rows(CHIYODA, SAPPORO), encoding, delimiter))
    assert (found.line, found.layout, found.as_of, rules(found)) == ("waiting_children", "flat", DAY, [])
    assert found.encoding in {encoding, "utf-8"}
    assert table(found, "capacity").columns["area_code"] == ("131016", "011002")
    assert table(found, "applicants").columns["waiting_total"] == (1, 1)
    assert table(found, "capacity").placement.cell("area_code", 3) == "A3"
    assert table(found, "capacity").placement.sheet is None


def test_a_flat_sheet_is_read_like_a_flat_text() -> None:
    rows = [["令和７年４月１日現在"], [], *flat_rows(CHIYODA, value=3.0)]
    found = reading(xlsx_bytes({"報告": rows}), "報告.xlsx")
    assert (found.as_of, rules(found)) == (DAY, [])
    assert table(found, "applicants").columns["applicants_total"] == (3,)


@pytest.mark.parametrize("pattern", ["{t}_{c}_{a}", "{c}_{a}", "{t}（{c}）{a}", "{a}　{c}", "{t}/{a}/{c}", "{c}({a})"])
def test_columns_are_known_by_dimension_labels_in_any_order(pattern: str) -> None:
    header, row = ["団体コード", "都道府県名", "市町村名"], list(CHIYODA)
    for of in contract().tables:
        ages, categories = (d.codes for d in of.dimensions)
        for category in categories:
            for age in ages:
                synonym = next(iter(age.synonyms), age.label_ja)
                header.append(pattern.format(t=of.label_ja, c=category.label_ja, a=synonym))
                row.append(f"{len(header)}")
    found = reading(csv_bytes([header, row]))
    assert rules(found) == []
    first = [f for f in contract().table("capacity").measures if f.dimensions["facility_type"] == "daycare"]
    assert [table(found, "capacity").columns[f.name][0] for f in first] == [4, 5, 6, 7]


def test_figures_in_every_writing_keep_their_raw_text() -> None:
    rows = flat_rows(CHIYODA)
    rows[1][3:9] = ["１，２３４ 人", "-", "…", "ｘ", "", "△3"]
    found = reading(csv_bytes(rows))
    capacity = table(found, "capacity")
    names = [f.name for f in contract().table("capacity").measures[:6]]
    assert [capacity.columns[n][0] for n in names] == [1234, 0, None, None, None, -3]
    assert [(m.status.value, m.raw) for m in capacity.marks] == [
        ("reported", "１，２３４ 人"),
        ("none", "-"),
        ("unknown", "…"),
        ("suppressed", "ｘ"),
        ("not_submitted", ""),
        ("reported", "△3"),
    ]
    assert rules(found) == []


def test_zero_is_a_true_zero_and_needs_no_mark() -> None:
    assert table(reading(csv_bytes(flat_rows(CHIYODA, value=0))), "capacity").marks == []


COLUMNS: list[tuple[str, Any, list[str]]] = [
    ("a column more", lambda rows: [[*rows[0], "担当者"], [*rows[1], "山田"]], ["read.column.unknown"]),
    ("a column without header", lambda rows: [[*rows[0], ""], [*rows[1], "山田"]], ["read.column.unknown"]),
    ("a numbering column", lambda rows: [["連番", *rows[0]], ["1", *rows[1]]], []),
    ("a column less", lambda rows: [row[:-1] for row in rows], ["read.column.missing"]),
    ("a column twice", lambda rows: [[*row, row[5]] for row in rows], ["read.column.twice"]),
    ("one table only", lambda rows: [row[:31] for row in rows], ["read.table.missing"]),
    ("nobody's row", lambda rows: [row[3:] for row in rows], ["read.column.missing"] * 2),
    ("a name without prefecture", lambda rows: [row[2:] for row in rows], ["read.column.missing"] * 2),
    ("a row too long", lambda rows: [rows[0], [*rows[1], "9"], rows[1]], ["read.row.ragged"]),
    ("a row too short", lambda rows: [rows[0], rows[1][:-1]], []),
    ("the header again", lambda rows: [*rows, rows[0]], []),
    ("blank rows", lambda rows: [rows[0], [""] * 91, rows[1], [" "]], []),
    ("a remark", lambda rows: [*rows, ["※速報値を含む"]], ["read.row.remark"]),
    ("a subtotal", lambda rows: [*rows, ["", "東京都", "計", *["1"] * 88]], ["read.row.subtotal"]),
    ("no rows", lambda rows: rows[:1], ["read.table.empty"]),
    ("a reporter twice", lambda rows: [*rows, rows[1]], ["read.reporter.twice"]),
    ("something else", lambda rows: [["りんご", "みかん"], ["1", "2"]], ["read.layout.unknown"]),
]


@pytest.mark.parametrize(("name", "change", "said"), COLUMNS, ids=[c[0] for c in COLUMNS])
def test_what_is_said_of_a_table(name: str, change: Any, said: list[str]) -> None:
    assert rules(reading(csv_bytes(change(flat_rows(CHIYODA))), line="waiting_children")) == said


def test_the_files_own_total_row_is_kept_apart() -> None:
    rows = [*flat_rows(CHIYODA, MINATO), ["", "計", "", *["2"] * 87, "２，０００"]]
    capacity, applicants = reading(csv_bytes(rows)).tables
    assert (len(capacity.rows), capacity.totals_row) == (2, 4)
    assert capacity.totals["capacity_daycare_total"] == 2
    assert applicants.totals["waiting_age3plus"] == 2000


def test_a_damaged_row_returns_only_its_own_reporter() -> None:
    rows = flat_rows(CHIYODA, MINATO)
    rows[2][10] = "別紙のとおり"
    found = reading(csv_bytes(rows))
    assert [(f.rule_id, f.place.reporter, f.place.cell) for f in found.findings] == [("read.number", "131032", "K3")]
    assert not found.refused


# Whose row it is

REPORTERS: list[tuple[tuple[Any, str, str], str | None, list[str]]] = [
    (("131016", "東京都", "千代田区"), "131016", []),
    (("131016", "", ""), "131016", []),
    ((131016.0, "", ""), "131016", []),
    (("１３１０１６", "東京都", "千代田区"), "131016", []),
    (("131016", "", "千代田区"), "131016", []),
    (("131016", "東京", "千代田区"), "131016", []),
    (("", "東京都", "千代田区"), "131016", []),
    (("", "北海道", "石狩郡当別町"), "013030", []),
    (("", "", "東京都千代田区"), "131016", []),
    (("", "高知県", "梼原町"), "394050", []),
    (("11002", "北海道", "札幌市"), "011002", ["read.code.leading_zero"]),
    ((11002.0, "北海道", "札幌市"), "011002", ["read.code.leading_zero"]),
    (("13101", "東京都", "千代田区"), "131016", ["read.code.short"]),
    (("01100", "北海道", "札幌市"), "011002", ["read.code.short"]),
    (("1100", "北海道", "札幌市"), "011002", ["read.code.leading_zero"]),
    (("11002", "", ""), None, ["read.code.digits"]),
    (("11002", "東京都", "千代田区"), None, ["read.code.digits"]),
    (("1.31E+05", "東京都", "千代田区"), None, ["read.code.scientific"]),
    (("131017", "東京都", "千代田区"), None, ["read.code.check_digit"]),
    (("131016", "東京都", "港区"), None, ["read.code.name"]),
    (("131016", "大阪府", "千代田区"), None, ["read.code.name"]),
    (("999997", "", ""), None, ["read.code.unknown"]),
    (("千代田", "", ""), None, ["read.code.malformed"]),
    (("011011", "北海道", "札幌市中央区"), None, ["read.code.not_municipality"]),
    (("130001", "東京都", ""), None, ["read.code.not_municipality"]),
    (("", "", "府中市"), None, ["read.reporter.missing"]),
    (("", "東京都", "府中町"), None, ["read.reporter.name"]),
]


@pytest.mark.parametrize(("told", "code", "said"), REPORTERS, ids=["／".join(map(str, r[0])) for r in REPORTERS])
def test_whose_row_it_is(told: tuple[Any, str, str], code: str | None, said: list[str]) -> None:
    found = reading(xlsx_bytes({"報告": flat_rows(told)}), "報告_2025-04-01.xlsx")
    assert [c for t in found.tables for c in t.columns["area_code"]] == ([code, code] if code else [])
    assert [r for r in rules(found) if r != "read.table.empty"] == said
    assert found.refused == (code is None)


# When

DATES: list[tuple[str, str, dict[str, Any], dt.date | None, list[str]]] = [
    ("令和７年４月１日現在", "x.csv", {}, DAY, []),
    ("令和元年十月一日", "x.csv", {}, dt.date(2019, 10, 1), []),
    ("R6.4.1時点", "x.csv", {}, dt.date(2024, 4, 1), []),
    ("", "報告_20250401.csv", {}, DAY, []),
    ("", "千代田区（令和７年４月１日）.csv", {}, DAY, []),
    ("", "x.csv", {"as_of": DAY}, DAY, []),
    ("", "提出20250520.csv", {"as_of": DAY}, DAY, []),
    ("", "提出20250520.csv", {}, None, ["read.as_of.missing"]),
    ("", "x.csv", {}, None, ["read.as_of.missing"]),
    ("令和６年４月１日現在", "x.csv", {"as_of": DAY}, dt.date(2024, 4, 1), ["read.as_of.collection"]),
    ("令和６年４月１日現在", "報告_20250401.csv", {}, dt.date(2024, 4, 1), ["read.as_of.file_name"]),
    ("令和７年４月１日現在", "20250828_torimatome.csv", {}, DAY, []),
]


@pytest.mark.parametrize(("title", "name", "hints", "date", "said"), DATES)
def test_when_it_is_about(title: str, name: str, hints: dict[str, Any], date: dt.date | None, said: list[str]) -> None:
    found = reading(csv_bytes([[title], *flat_rows(CHIYODA)]), name, **hints)
    assert (found.as_of, rules(found)) == (date, said)


def test_a_labelled_date_cell_and_a_column_of_dates_are_read() -> None:
    rows = [["基準日", DAY], *flat_rows(CHIYODA)]
    assert reading(xlsx_bytes({"a": rows}), "x.xlsx").as_of == DAY
    header, row = flat_rows(CHIYODA)
    assert reading(csv_bytes([["調査日", *header], ["R7.4.1", *row]]), "x.csv").as_of == DAY
    twice = [["調査日", *header], ["R7.4.1", *row], ["R6.4.1", *flat_rows(MINATO)[1]]]
    assert rules(reading(csv_bytes(twice), "x.csv")) == ["read.as_of.conflict"]


# Which line


def test_the_line_is_told_by_the_form_or_by_the_header() -> None:
    facility = [
        ["全国地方公共団体コード", "名称", "種別", "所在地_連結表記", "電話番号"],
        ["131016", "ひまわり保育園", "保育所", "千代田区一番町1", "03-0000-0000"],
    ]
    found = reading(csv_bytes(facility), "一覧_2025-04-01.csv")
    assert found.line == "nursery_facility"
    assert reading(form(), "x.xlsx", line="nursery_facility").findings[0].rule_id == "read.line.differs"
    assert rules(reading(csv_bytes(facility), line="waiting_children")) == ["read.layout.unknown"]
    assert reading(csv_bytes(facility)).line == "nursery_facility"


# Nothing to report


def test_a_nil_return_is_data_where_the_line_takes_one() -> None:
    rows = [["保育施設月次報告（令和７年４月１日）"], ["団体コード", "131016"], ["施設番号", "13-001"], ["該当なし"]]
    found = reading(csv_bytes(rows), "x.csv", line="nursery_monthly")
    assert (found.nil, found.nil_reporter, found.as_of, rules(found)) == (True, "13-001", DAY, [])
    refused = reading(csv_bytes(rows), "x.csv", line="waiting_children")
    assert (refused.nil, rules(refused)) == (False, ["read.nil.refused"])


def test_an_empty_form_that_says_nil_is_a_nil_return() -> None:
    rows = [
        ["団体コード", "131016"],
        ["該当なし"],
        ["全国地方公共団体コード", "施設番号", "施設名", "施設種別", "住所", "定員"],
    ]
    found = reading(csv_bytes(rows), "R7.4.1.csv", line="nursery_facility")
    assert (found.nil, found.nil_reporter, rules(found)) == (True, "131016", [])


def test_a_form_with_nil_in_its_first_row_is_a_nil_return() -> None:
    book = openpyxl.load_workbook(io.BytesIO(template.render(contract("nursery_monthly"))))
    book.worksheets[0]["A2"] = "該当なし"
    target = io.BytesIO()
    book.save(target)
    found = reading(target.getvalue(), "月報_R7.4.1.xlsx")
    assert (found.line, found.nil, found.nil_reporter, found.tables) == ("nursery_monthly", True, None, [])


def test_a_row_that_says_nil_names_its_reporter() -> None:
    labels = [f.label_ja for f in contract("nursery_monthly").table("enrolment").measures]
    rows = [["団体コード", "施設番号", "施設名", *labels], ["132012", "13-001", "該当なし", *[""] * len(labels)]]
    found = reading(csv_bytes(rows), "R7.4.1.csv", line="nursery_monthly")
    assert (found.nil, found.nil_reporter, found.tables) == (True, "13-001", [])
    rows.append(["132012", "13-002", "ひまわり", *["3"] * len(labels)])
    found = reading(csv_bytes(rows), "R7.4.1.csv", line="nursery_monthly")
    assert (found.nil, len(found.tables[0].rows)) == (False, 2)


def test_a_facilitys_form_is_its_own() -> None:
    figures = dict.fromkeys(measures("nursery_monthly"), 3) | {"vacancy_age5": "若干"}
    whose = {"area_code": "132012", "facility_id": "13-001"}
    staff = [{**whose, "qualification": "保育士", "full_time": 2}]
    data = template.render(
        contract("nursery_monthly"), as_of=DAY, values={**whose, "name": "ひまわり", **figures, "staff": staff}
    )
    found = reading(data, "月報.xlsx")
    assert (found.line, found.as_of) == ("nursery_monthly", DAY)
    assert [(f.rule_id, f.place.cell, f.place.reporter) for f in found.findings] == [("read.number", "H10", "13-001")]
    enrolment = table(found, "enrolment")
    assert (enrolment.columns["area_code"], enrolment.columns["facility_id"]) == (("132012",), ("13-001",))
    assert (enrolment.columns["enrolled"], table(found, "staff").columns["facility_id"]) == ((3,), ("13-001",))
