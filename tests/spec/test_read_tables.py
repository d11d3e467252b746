"""Every table of a file is found: several sheets, lists beside and below each other, sections; nothing twice."""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import xlsxwriter

from files import sheet_bytes, zip_bytes
from keiyu import contract
from keiyu.codes import areas
from keiyu.contract import template
from keiyu.read import read
from keiyu.read.inspect import inspect

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
CONTRACTS = [contract.load(line, SCHEMAS) for line in contract.lines(SCHEMAS)]
AREAS = areas.load(SCHEMAS)
FORM = jsonschema.Draft202012Validator(json.loads((SCHEMAS / "schema" / "inspect.json").read_text(encoding="utf-8")))

Rows = list[list[Any]]

HEADER = ["施設名", "所在地", "電話番号", "定員"]
KINDS = ["保育所", "小規模保育事業", "認定こども園"]


def record(number: int) -> list[Any]:
    """A facility like no other."""
    return [f"第{number}ひかり保育園", f"本町{number}-{number}", f"042-622-{3000 + number}", 20 + number]


def records(first: int, last: int) -> Rows:
    return [record(number) for number in range(first, last + 1)]


def book(sheets: Mapping[str, Rows]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as workbook:
        for name, rows in sheets.items():
            page = workbook.add_worksheet(name)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
    return out.getvalue()


def told(data: bytes, name: str = "list.xlsx") -> dict[str, Any]:
    answer = inspect(data, name, CONTRACTS, AREAS, schemas=SCHEMAS)
    FORM.validate(answer)
    return answer


def listed(answer: dict[str, Any]) -> Rows:
    """The records of the whole list, on its first sheet and on further ones."""
    assert answer["data_rows"] == len(answer["rows"])
    return [*answer["rows"], *answer["further_rows"]]


def names(answer: dict[str, Any]) -> list[str]:
    return [row["values"].get("name") for row in listed(answer)]


def expected(first: int, last: int) -> list[str]:
    return [record(number)[0] for number in range(first, last + 1)]


def test_sheets_of_one_kind_are_one_list() -> None:
    answer = told(
        book(
            {
                "保育所": [["令和６年４月１日現在"], HEADER, *records(1, 4)],
                "小規模保育事業": [["令和６年４月１日現在"], HEADER, *records(5, 6)],
                "記入例について": [["この一覧は、市内の施設をまとめたものです。"]],
            }
        )
    )
    assert (answer["sheet"], answer["header_rows"], answer["first_data_row"], answer["last_data_row"]) == (
        "保育所", [2], 3, 6,
    )  # fmt: skip
    assert (answer["data_rows"], names(answer)) == (4, expected(1, 6))
    assert [(row["sheet"], row["row"]) for row in listed(answer)[3:5]] == [("保育所", 6), ("小規模保育事業", 3)]
    assert [row["values"]["facility_type"] for row in listed(answer)] == ["保育所"] * 4 + ["小規模保育事業"] * 2
    assert [(t["sheet"], t["rows"], t["listed"]) for t in answer["tables"]] == [
        ("保育所", 4, True),
        ("小規模保育事業", 2, True),
    ]


def test_a_sheet_per_ward_of_tokyo_names_the_municipality() -> None:
    answer = told(book({"千代田区": [HEADER, *records(1, 3)], "港区": [HEADER, *records(4, 6)]}))
    assert [row["values"]["municipality"] for row in listed(answer)] == ["千代田区"] * 3 + ["港区"] * 3


def test_a_sheet_per_ward_of_a_city_names_the_city() -> None:
    answer = told(book({"鶴見区": [HEADER, *records(1, 3)], "神奈川区": [HEADER, *records(4, 6)]}))
    assert {row["values"]["municipality"] for row in listed(answer)} == {"横浜市"}


def test_a_sheet_per_month_has_a_date_each() -> None:
    sheets = {f"令和６年{month}月": [HEADER, *records(1, 3)] for month in (4, 5)}
    answer = told(book(sheets))
    assert [t["as_of"] for t in answer["tables"]] == ["2024-04-01", "2024-05-01"]
    assert (answer["as_of"], answer["data_rows"]) == ("2024-04-01", 3)
    assert [row["values"]["as_of_date"] for row in listed(answer)] == ["2024-04-01"] * 3 + ["2024-05-01"] * 3


def test_an_overview_of_all_sheets_is_not_counted_again() -> None:
    answer = told(
        book(
            {
                "中央": [HEADER, *records(1, 3)],
                "南部": [HEADER, *records(4, 6)],
                "全体": [HEADER, *records(1, 6)],
            }
        )
    )
    assert (answer["data_rows"], sorted(names(answer))) == (6, sorted(expected(1, 6)))


def test_a_list_in_another_order_is_not_counted_again() -> None:
    facilities = [record(number) for number in (1, 2, 3, 4)]
    sheets = {
        title: [["No.", *HEADER], *([n, *each] for n, each in enumerate(order, 1))]
        for title, order in (("行政順", facilities), ("設置順", facilities[::-1]))
    }
    answer = told(book(sheets))
    assert (answer["sheet"], names(answer)) == ("行政順", expected(1, 4))


def test_members_of_an_archive_are_one_list() -> None:
    archive = zip_bytes(
        {"a.xlsx": book({"Sheet1": [HEADER, *records(1, 3)]}), "b.xlsx": book({"Sheet1": [HEADER, *records(4, 5)]})}
    )
    assert names(told(archive, "lists.zip")) == expected(1, 5)


def test_a_further_list_of_names_and_addresses_is_not_taken_for_another_line() -> None:
    other = [["名称", "所在地", "電話番号"], *(r[:3] for r in records(5, 7))]
    answer = told(book({"保育所": [[*HEADER, "公私区分"], *([*r, "公立"] for r in records(1, 4))], "児童館": other}))
    assert {t["line"] for t in answer["tables"]} == {"nursery_facility"}


def test_a_sheet_of_another_line_is_shown_and_not_mixed_in() -> None:
    answer = told(
        book({"一覧": [["保育所一覧"], HEADER, *records(1, 4)], "空き": [["令和６年４月 空き状況"], *vacancies(1)]})
    )
    assert {(t["line"], t["rows"], t["listed"]) for t in answer["tables"]} == {
        ("nursery_vacancy", 3, True),
        ("nursery_facility", 4, False),
    }
    assert (answer["line"], answer["data_rows"]) == ("nursery_vacancy", 3)


def test_lists_side_by_side_are_both_read() -> None:
    left, right = records(1, 4), records(5, 7)
    rows = [["市内保育施設一覧"], [*HEADER, "", *HEADER]]
    rows += [[*one, "", *(right[i] if i < len(right) else [])] for i, one in enumerate(left)]
    answer = told(book({"一覧": rows}))
    assert (answer["data_rows"], names(answer)) == (7, expected(1, 7))
    assert [(c["index"], c["field"]) for c in answer["columns"] if c["field"]] == [
        *enumerate(["name", "address", "phone", "capacity"]),
        *enumerate(["name", "address", "phone", "capacity"], 5),
    ]


def test_lists_side_by_side_without_a_gap_say_what_stands_over_them() -> None:
    rows = [["公立", "", "", "", "私立"], [*HEADER, *HEADER]]
    rows += [[*record(n), *record(n + 4)] for n in range(1, 5)]
    answer = told(book({"一覧": rows}))
    assert names(answer) == expected(1, 8)
    assert [row["values"].get("ownership") for row in listed(answer)] == ["public"] * 4 + ["private"] * 4


def test_columns_of_two_things_are_no_strips() -> None:
    header = [["施設", "", "", "設置者"], ["名称", "所在地", "電話番号"] * 2]
    rows = [[*record(n)[:3], f"社会福祉法人{n}会", f"南町{n}", f"042-633-{3000 + n}"] for n in range(1, 5)]
    assert names(told(book({"一覧": [*header, *rows]}))) == expected(1, 4)


def test_a_blank_column_between_columns_of_one_list_parts_nothing() -> None:
    header = ["名称", "所在地", "", "P14_008", "URL", "緯度", "経度"]
    rows = [[*record(n)[:2], "", f"Hikari {n}", f"https://h.jp/{n}", f"35.65{n}1", f"139.33{n}2"] for n in range(1, 5)]
    answer = told(book({"一覧": [header, *rows]}))
    assert names(answer) == expected(1, 4)
    assert {"url", "latitude", "longitude"} <= {c["field"] for c in answer["columns"]}


def test_a_row_into_which_headers_are_merged_is_no_record() -> None:
    header = ["施設名", "所在地", "備考", "", "定員"]
    rows = [header, ["", "", "１", "２", ""], *([*record(n)[:2], "改築中", "増築中", 60] for n in range(1, 4))]
    down = [(0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 0, 3), (0, 4, 1, 4)]
    answer = told(sheet_bytes({"一覧": rows}, down))
    assert (answer["header_rows"], names(answer)) == ([1, 2], expected(1, 3))


def test_sums_beside_a_list_are_no_part_of_it() -> None:
    sums: Rows = [["", "区分", "施設数"], ["", "公立", 3], ["", "私立", 2], ["", "計", 5], []]
    rows = [[*one, *beside] for one, beside in zip([HEADER, *records(1, 4)], sums, strict=True)]
    answer = told(book({"一覧": rows}))
    assert names(answer) == expected(1, 4)
    assert all("ownership" not in row["values"] for row in answer["rows"])


def test_a_sum_of_records_behind_a_number_is_no_record() -> None:
    rows = [
        ["No.", *HEADER],
        *([n, *record(n)] for n in (1, 2)),
        ["小計", "２園", "", "", 43],
        ["総合計", "２園", "", "", 43],
    ]
    assert names(told(book({"一覧": rows}))) == expected(1, 2)


def test_lists_below_each_other_are_both_read() -> None:
    other = ["事業所名", "住所", "電話番号", "利用定員", "設置者"]
    rows = [
        ["１　認可保育所"], HEADER, *records(1, 4), [],
        ["２　小規模保育事業"], other, *([*r, "社会福祉法人ひかり会"] for r in records(5, 7)),
        ["", "合計", "", 100],
    ]  # fmt: skip
    answer = told(book({"一覧": rows}))
    assert (answer["data_rows"], names(answer)) == (7, expected(1, 7))
    assert [t["header_rows"] for t in answer["tables"]] == [[2], [9]]
    assert [row["values"].get("facility_type") for row in listed(answer)] == ["認可保育所"] * 4 + ["小規模保育事業"] * 3


def test_a_header_that_comes_again_is_no_record() -> None:
    rows = [HEADER, *records(1, 3), HEADER, *records(4, 6), [], HEADER, *records(7, 8)]
    answer = told(book({"一覧": rows}))
    assert (answer["data_rows"], names(answer), len(answer["tables"])) == (8, expected(1, 8), 1)


@pytest.mark.parametrize(
    ("titles", "field", "said"),
    [
        (["【公立保育所】", "【私立保育所】"], "ownership", ["public", "private"]),
        (["１ 認可保育所", "２ 小規模保育事業"], "facility_type", ["認可保育所", "小規模保育事業"]),
        (["■認定こども園（２園）", "■幼稚園（２園）"], "facility_type", ["認定こども園", "幼稚園"]),
        (["（１）八王子市", "（２）立川市"], "municipality", ["八王子市", "立川市"]),
        (["東部地区", "西部地区"], None, []),
    ],
)
def test_titles_of_sections_fill_a_field_or_are_told(titles: list[str], field: str | None, said: list[str]) -> None:
    rows = [HEADER, [titles[0]], *records(1, 2), [titles[1]], *records(3, 4), ["以下余白"]]
    answer = told(book({"一覧": rows}))
    assert names(answer) == expected(1, 4)
    assert [row["section"] for row in listed(answer)] == [titles[0]] * 2 + [titles[1]] * 2
    given = [row["values"].get(field) for row in listed(answer)] if field else []
    assert given == [word for word in said for _ in range(2)]


AGES = [f"{age}歳" for age in range(6)]


def vacancies(first: int) -> Rows:
    return [["施設名", *AGES], *([f"第{n}保育園", first, 0, 2, 0, 0, n] for n in range(3))]


def test_tables_of_months_below_each_other_have_a_date_each() -> None:
    rows = [["令和６年４月の空き状況"], *vacancies(1), [], ["令和６年５月の空き状況"], *vacancies(2)]
    answer = told(book({"一覧": rows}))
    assert [t["as_of"] for t in answer["tables"]] == ["2024-04-01", "2024-05-01"]
    assert [row["values"]["vacancy_age0"] for row in listed(answer)] == [1, 1, 1, 2, 2, 2]


def test_a_month_is_told_by_the_name_of_the_sheet_and_the_fiscal_year() -> None:
    sheets = {f"{month}月": [["令和６年度 空き状況"], *vacancies(month)] for month in (4, 12, 1)}
    days = [t["as_of"] for t in told(book(sheets))["tables"]]
    assert days == ["2024-04-01", "2024-12-01", "2025-01-01"]


def test_tables_of_one_header_that_count_different_things_are_not_mixed() -> None:
    answer = told(book({"空き": [["空き状況"], *vacancies(1)], "待ち": [["入所待ち人数"], *vacancies(2)]}))
    assert answer["data_rows"] == 3
    assert [(row["values"]["vacancy_age0"], row["values"]["waiting_age0"]) for row in listed(answer)] == [(1, 2)] * 3


def test_a_table_that_names_its_records_goes_before_one_that_names_none() -> None:
    orders = [["種別", "対象地区", "世帯数", "人数"], ["避難指示", "全域", 1200, 3000], ["避難指示", "北", 200, 500]]
    shelters = [["避難所名", "開設時刻", "世帯数", "人数"], ["北小学校", "8:30", 3, 8], ["南公民館", "9:00", 0, 0]]
    answer = told(book({"第１報": [["１　避難情報"], *orders, ["２　避難所開設状況"], *shelters]}))
    assert [(r["values"]["name"], r["values"]["evacuees"]) for r in listed(answer)] == [
        ("北小学校", 8),
        ("南公民館", 0),
    ]


def test_the_title_of_a_page_is_no_record() -> None:
    page = [["保育所一覧（１）", "", "", "令和６年４月１日現在"], HEADER]
    answer = told(book({"一覧": [*page, *records(1, 3), [], *page, *records(4, 5)]}))
    assert (names(answer), answer["as_of"]) == (expected(1, 5), "2024-04-01")


def test_titles_in_a_narrow_list_are_no_records() -> None:
    rows = [
        HEADER[:3],
        ["公立保育所"],
        *(r[:3] for r in records(1, 2)),
        ["私立保育所"],
        *(r[:3] for r in records(3, 4)),
    ]
    answer = told(book({"一覧": rows}))
    assert names(answer) == expected(1, 4)
    assert [row["values"]["ownership"] for row in listed(answer)] == ["public"] * 2 + ["private"] * 2


@pytest.mark.parametrize(
    "row",
    [
        ["計", "", "", 100],
        ["", "小計", "", 100],
        ["本町地区計", "", "", 100],
        ["公立計（２園）", "", "", 100],
        ["合計", "10園", "", 100],
        ["（再掲）小規模", "", "", 100],
        ["管外委託", "", "", 3],
        ["以下余白"],
        ["（以下余白）"],
        ["※ 定員は利用定員です。"],
        ["注１　定員は利用定員です。", "", "", ""],
        ["-", "-", "-", "-"],
        ["", "", "", 0],
        ["凡例", "○：空きあり"],
        ["社会福祉法人11、学校法人29、個人3", "", "", ""],
        ["株式会社14園,有限会社2園,個人33園", "", "", "内容は変わることがあります。"],
        ["　", " ", "", ""],
    ],
)
def test_a_row_that_is_no_record_is_none(row: list[Any]) -> None:
    answer = told(book({"一覧": [HEADER, *records(1, 3), row, *records(4, 5), row]}))
    assert names(answer) == expected(1, 5)


@pytest.mark.parametrize("rest", [[], ["", "", "", 0], ["", "", "", "", 0]])
def test_numbered_rows_left_blank_are_no_records(rest: list[Any]) -> None:
    rows = [["No.", *HEADER, "合計"], *([n, *record(n), n] for n in range(1, 4)), [4, *rest], [5, *rest], [6, *rest]]
    assert told(book({"一覧": rows}))["data_rows"] == 3


def test_more_remarks_than_records_are_remarks() -> None:
    notes = [
        ["※１　令和６年度末で閉園"],
        ["注　定員は変わることがあります"],
        ["問合せ先　保育課　電話 042-620-7368"],
        ["以上"],
    ]
    assert names(told(book({"一覧": [HEADER, *records(1, 3), *notes]}))) == expected(1, 3)


def test_a_table_of_sums_beside_or_below_is_no_part_of_the_list() -> None:
    sums = [["区分", "施設数", "定員"], ["公立", 3, 60], ["私立", 2, 40], ["計", 5, 100]]
    assert names(told(book({"一覧": [HEADER, *records(1, 5), [], *sums]}))) == expected(1, 5)
    assert names(told(book({"一覧": [HEADER, *records(1, 5)], "集計": sums}))) == expected(1, 5)


@pytest.mark.parametrize(("change", "rule"), [(0, "read.table.copy"), (5, "read.table.rival")])
def test_a_table_that_is_left_out_is_told(change: int, rule: str) -> None:
    again = [[*row[:3], row[3] + change] for row in records(1, 3)]
    data = book({"一覧": [HEADER, *records(1, 3)], "印刷用": [HEADER, *again]})
    found = read(data, "list.xlsx", CONTRACTS, AREAS, schemas=SCHEMAS)
    assert [(f.rule_id, f.place.sheet) for f in found.findings if f.rule_id.startswith("read.table")] == [
        (rule, "印刷用")
    ]


def test_a_known_form_is_shown_under_its_own_header() -> None:
    line = next(c for c in CONTRACTS if c.line == "nursery_facility")
    answer = told(template.render(line, reporter=None, as_of=None, values=None))
    assert answer["header_rows"] == [1]
    labels = {f.name: f.label_ja for f in line.tables[0].fields}
    assert answer["columns"]
    assert {column["field"]: column["header"] for column in answer["columns"]}.items() <= labels.items()
