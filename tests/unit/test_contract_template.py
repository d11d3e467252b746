"""The form: every field has its cell, only those are open, copies are fast and equal, the committed file is fresh."""

import datetime as dt
import io
import time
from pathlib import Path

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from keiyu.codes.areas import Area
from keiyu.contract import form, guide, lines, load, template
from keiyu.contract.model import Contract

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
SURVEY = load("waiting_children", SCHEMAS)
AS_OF = dt.date(2025, 4, 1)
CITY = Area("13101", "131016", "千代田区", "チヨダク", "special_ward", "13", "東京都", None, dt.date(1970, 4, 1), None)
FIGURES = {f.name: i for i, f in enumerate(f for t in SURVEY.tables for f in t.measures)}


def book(contract: Contract, **given: object) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(template.render(contract, **given)))


def test_a_filled_form_reads_back_at_the_cells_it_names() -> None:
    pages = book(SURVEY, reporter=CITY, as_of=AS_OF, values=FIGURES)
    for sheet in form.sheets(SURVEY):
        page = pages[sheet.name]
        assert page["A1"].value == f"保育所等利用待機児童数調査　{sheet.name}（令和７年４月１日）"
        assert [page[sheet.cells[n]].value for n in ("area_code", "prefecture", "municipality")] == [
            "131016",
            "東京都",
            "千代田区",
        ]
        for field in SURVEY.table(sheet.table).measures:
            assert page[sheet.cells[field.name]].value == FIGURES[field.name]


def test_the_matrix_stands_under_its_labels() -> None:
    page = book(SURVEY)["定員の状況"]
    rows = [[c.value for c in row] for row in page.iter_rows(min_row=3, max_row=8)]
    assert rows[:3] == [
        ["全国地方公共団体コード", None, None, None, None],
        ["都道府県", None, None, None, None],
        ["市区町村", None, None, None, None],
    ]
    assert rows[3][-1] == "（人）"
    assert rows[4] == ["施設・事業の類型", "合計", "０歳児", "１,２歳児", "３歳以上児"]
    assert rows[5][0] == "保育所"


def test_only_the_cells_to_fill_are_open() -> None:
    pages = book(SURVEY)
    for sheet in form.sheets(SURVEY):
        page = pages[sheet.name]
        assert page.protection.sheet
        opened = {c.coordinate for row in page.iter_rows() for c in row if not c.protection.locked}
        assert opened == set(sheet.cells.values())


def test_a_cell_takes_whole_numbers_of_at_least_nought() -> None:
    page = book(SURVEY)["申込者の状況"]
    (rule,) = page.data_validations.dataValidation
    assert (rule.type, rule.operator, rule.formula1) == ("whole", "greaterThanOrEqual", "0")
    assert str(rule.sqref) == "B8:F19"
    assert "０以上の整数" in rule.error


def test_a_total_that_is_not_the_sum_of_its_parts_is_shown() -> None:
    page = book(SURVEY)["申込者の状況"]
    shown = {str(area.sqref): rule.formula[0] for area in page.conditional_formatting for rule in area.rules}
    assert shown["B8:B19"] == "AND(COUNT(B8,C8,D8,E8,F8)=5,B8<>SUM(C8,D8,E8,F8))"
    assert shown["B8:F8"].startswith("AND(COUNT(B8,B9,B10,")


def test_no_cell_holds_a_formula() -> None:
    for line in lines(SCHEMAS):
        pages = book(load(line, SCHEMAS))
        assert not [c.coordinate for page in pages for row in page.iter_rows() for c in row if c.data_type == "f"]


def test_a_file_says_what_it_was_made_from() -> None:
    told = CalamineWorkbook.from_filelike(io.BytesIO(template.render(SURVEY))).get_sheet_by_name(form.IDENTITY)
    assert told.to_python() == [
        ["line", "waiting_children"],
        ["version", SURVEY.version],
        ["digest", SURVEY.form_digest],
    ]
    assert book(SURVEY)[form.IDENTITY].sheet_state == "veryHidden"


def test_the_instructions_define_every_item() -> None:
    text = "\n".join(str(c) for row in book(SURVEY)[guide.SHEET].values for c in row)
    assert "復職に関する意思を確認できる場合は含み" in text
    assert "混合概念" in text
    for table in SURVEY.tables:
        for dimension in table.dimensions:
            assert all(code.definition_ja in text for code in dimension.codes)


def test_what_a_clerk_typed_is_written_as_it_is() -> None:
    page = book(SURVEY, reporter=CITY, values={"area_code": "０１３１０１", "capacity_daycare_total": "１２人 <&> "})[
        "定員の状況"
    ]
    assert page["B3"].value == "０１３１０１"
    assert page["B8"].value == "１２人 <&> "


def test_what_xml_cannot_hold_does_not_break_the_file() -> None:
    page = book(SURVEY, values={"municipality": "千\x0b代", "capacity_daycare_total": float("nan")})["定員の状況"]
    assert page["B5"].value == "千_x000B_代"  # as the format prescribes; Excel shows the character
    assert page["B8"].value is None


def test_an_empty_form_leaves_the_date_open() -> None:
    assert book(SURVEY)["定員の状況"]["A1"].value.endswith("（令和　　年　　月　　日）")


def test_records_are_one_header_row_with_drop_downs() -> None:
    register = load("nursery_facility", SCHEMAS)
    rows = [
        {
            "area_code": "011002",
            "name": "子安保育園",
            "opened_date": AS_OF,
            "capacity": 85,
            "temporary_care": True,
            "ownership": "public",
        },
        {"area_code": "011002", "name": "千人保育園", "latitude": 35.658824},
    ]
    pages = book(register, values={"facility": rows})
    page = pages["施設一覧"]
    columns = form.sheets(register)[0].cells
    assert [c.value for c in page[1]] == [f.label_ja for f in register.tables[0].fields]
    assert page[f"{columns['area_code']}2"].value == "011002"
    assert page[f"{columns['opened_date']}2"].value == dt.datetime(2025, 4, 1)
    assert page[f"{columns['temporary_care']}2"].value == "有"
    assert page[f"{columns['ownership']}2"].value == "公立"
    assert page[f"{columns['latitude']}3"].value == 35.658824
    lists = {str(v.sqref).split("2:")[0]: v.formula1 for v in page.data_validations.dataValidation if v.type == "list"}
    source = lists[columns["ownership"]]
    labels = [row[0].value for row in pages[form.CODES][source.split("!")[1].replace("$", "")]]
    assert labels == ["公立", "私立", "公設民営"]


def test_a_cube_with_more_rows_than_its_reporter_is_a_list() -> None:
    monthly = load("nursery_monthly", SCHEMAS)
    assert [s.matrix for s in form.sheets(monthly)] == [True, False, False]
    given = {
        "facility_id": "13-0001",
        "enrolled_age2": 12,
        "residence": [{"facility_id": "13-0001", "residence_area_code": "131024", "resident_age2": 3}],
        "staff": [{"qualification": "保育士", "full_time": 9, "fte": 10.5}],
    }
    pages = book(monthly, values=given)
    matrix, residence, staff = form.sheets(monthly)
    assert pages[matrix.name][matrix.cells["facility_id"]].value == "13-0001"
    assert pages[matrix.name][matrix.cells["enrolled_age2"]].value == 12
    assert pages[residence.name][f"{residence.cells['resident_age2']}2"].value == 3
    assert pages[staff.name][f"{staff.cells['fte']}2"].value == 10.5


def test_equal_input_gives_equal_bytes() -> None:
    first = template.render(SURVEY, reporter=CITY, as_of=AS_OF, values=FIGURES)
    template._forms.clear()
    assert template.render(SURVEY, reporter=CITY, as_of=AS_OF, values=FIGURES) == first


def test_a_copy_is_filled_in_less_than_ten_milliseconds() -> None:
    template.render(SURVEY)
    spent = []
    for _ in range(20):
        start = time.perf_counter()
        template.render(SURVEY, reporter=CITY, as_of=AS_OF, values=FIGURES)
        spent.append(time.perf_counter() - start)
    assert min(spent) < 0.010


@pytest.mark.parametrize("line", lines(SCHEMAS))
def test_the_committed_form_is_what_the_contract_gives(line: str) -> None:
    committed = template.contents((SCHEMAS / "lines" / line / "template.xlsx").read_bytes())
    fresh = template.contents(template.render(load(line, SCHEMAS)))
    stale = sorted(name for name in committed.keys() | fresh.keys() if committed.get(name) != fresh.get(name))
    assert stale == [], "the contract changed: run python -m keiyu.contract.template"


def test_refreshing_writes_only_what_is_stale(tmp_path: Path) -> None:
    for part in ("schema", "codes"):
        (tmp_path / part).symlink_to(SCHEMAS / part)
    folder = tmp_path / "lines" / "nursery_monthly"
    folder.mkdir(parents=True)
    (folder / "contract.yaml").write_bytes((SCHEMAS / "lines" / "nursery_monthly" / "contract.yaml").read_bytes())
    assert template.refresh(tmp_path) == [folder / "template.xlsx"]
    assert template.refresh(tmp_path) == []
