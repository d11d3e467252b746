"""A form confirmed once is never asked about again: accepted, known by its header, and told what drifts from it."""

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from keiyu.contract import load
from keiyu.contract.model import Contract
from keiyu.errors import ContractError, UserError
from keiyu.read import Reading, layouts, read
from keiyu.read.confirm import Confirmations
from keiyu.read.general.table import line_words
from keiyu.read.inspect import inspect
from keiyu.read.layouts import SheetLayout
from keiyu.read.remember import Accepted, accept
from reading import SCHEMAS, all_areas, csv_bytes, xlsx_bytes

LINE, ROLL = "nursery_vacancy", "nursery_monthly"
DAY = dt.date(2025, 5, 10)
MAY = [
    ["施設の名称", "種別", "定員", "受入定員", "連絡先", "０歳空き", "１歳空き", "独自"],
    ["さくら保育園", "認可保育所", 90, 88, "047-111-2222", 0, 2, "あ"],
    ["うみべこども園", "幼保連携型認定こども園", 120, 110, "047-333-4444", 1, 0, "い"],
    ["そら保育園", "認可保育所", 60, 50, "047-333-4445", 2, 1, "う"],
]
ANSWERS = Confirmations(fields=[("D", "capacity")], ignored=["定員"])


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project's documents."""
    return Path(shutil.copytree(SCHEMAS, tmp_path_factory.mktemp("layouts") / "schemas"))


@pytest.fixture
def schemas(copied: Path) -> Iterator[Path]:
    """The project's documents, to which forms may be added."""
    yield copied
    for line in (LINE, ROLL):
        shutil.rmtree(copied / "lines" / line / "layouts", ignore_errors=True)


def contracts(schemas: Path, *lines: str) -> list[Contract]:
    return [load(line, schemas) for line in lines or (LINE, "nursery_facility")]


def told(schemas: Path, rows: list[list[Any]], line: str | None = LINE, sheet: str | None = None) -> dict[str, Any]:
    """What is told of rows, as a CSV file or on a sheet."""
    data = csv_bytes(rows) if sheet is None else xlsx_bytes({sheet: rows})
    return inspect(data, "R7.6.csv", contracts(schemas), all_areas(), schemas=schemas, line=line)


def taken(schemas: Path, rows: list[list[Any]], *lines: str, **hints: Any) -> Reading:
    """What the pipeline reads of rows."""
    known = contracts(schemas, *lines)
    return read(csv_bytes(rows), "R7.6.1.csv", known, all_areas(), schemas=schemas, sender="122041", **hints)


def keep(schemas: Path, rows: list[list[Any]], answers: Confirmations = ANSWERS, **more: Any) -> Accepted:
    """Accept the form of rows."""
    line, sheet = more.pop("line", LINE), more.pop("on_sheet", None)
    data = csv_bytes(rows) if sheet is None else xlsx_bytes({sheet: rows})
    found = accept(
        data, "may.csv", load(line, schemas), answers, schemas=schemas, areas=all_areas(), by="担当", on=DAY, **more
    )
    found.write(schemas)
    return found


def fields(document: dict[str, Any]) -> list[str | None]:
    return [column["field"] for column in document["columns"]]


def rules(reading: Reading) -> set[str]:
    return {f.rule_id for f in reading.findings}


def test_a_column_in_review_is_asked_about_until_somebody_has_answered_and_never_again(schemas: Path) -> None:
    asked = told(schemas, MAY)
    assert [c["header"] for c in asked["columns"] if c["needs_review"]] == ["定員", "受入定員"]
    assert "read.column.review" in rules(taken(schemas, MAY, line=LINE))
    keep(schemas, MAY)
    june = [MAY[0], ["あさひ保育園", "認可保育所", 70, 65, "047-111-9999", 3, 0, "え"]]
    exact = told(schemas, june)
    assert exact["layout"] == "may"
    assert exact["drift"] == []
    assert fields(exact) == ["name", "facility_type", None, "capacity", "phone", "vacancy_age0", "vacancy_age1", None]
    assert {c["confidence"] for c in exact["columns"]} == {1.0}
    assert not any(c["needs_review"] for c in exact["columns"])
    assert exact["columns"][3]["evidence"] == {
        "ja": "登録済みの様式「may」（2025-05-10 登録）",
        "en": "known layout may accepted on 2025-05-10",
    }
    assert exact["rows"][0]["values"]["capacity"] == 65


def test_the_pipeline_reads_a_known_form_as_inspect_tells_it(schemas: Path) -> None:
    keep(schemas, MAY)
    reading = taken(schemas, MAY, LINE)
    assert (reading.line, reading.layout) == (LINE, "may")
    [table] = reading.tables
    assert table.columns["capacity"] == [88, 110, 50]
    assert rules(reading) == {"read.reporter.sender"}


@pytest.mark.parametrize(
    "header",
    [
        ["施設の　名称", "種　別", "定員", "受入\n定員", "連絡先", "0歳空き", "1歳空き", "独自"],
        ["施設の名称 ", "種別", "定員", "受入定員", "連絡先", "０歳空き", "１歳空き", "独自", "", ""],
    ],
)
def test_widths_blanks_and_line_breaks_make_no_other_form(schemas: Path, header: list[str]) -> None:
    keep(schemas, MAY)
    assert told(schemas, [header, *MAY[1:]])["layout"] == "may"


def test_a_column_that_is_new_or_gone_or_has_moved_or_another_name_is_told_with_its_place(schemas: Path) -> None:
    keep(schemas, MAY)
    drifted = [
        ["種別", "施設の名称", "受入定員", "連絡先", "０歳空き", "１歳児空き", "独自", "駐車場"],
        ["認可保育所", "さくら保育園", 88, "047-111-2222", 0, 2, "あ", "有"],
        ["認可保育所", "そら保育園", 50, "047-333-4445", 2, 1, "う", "無"],
    ]
    found = told(schemas, drifted)
    assert found["layout"] is None
    assert {(d["rule_id"].rpartition(".")[2], d["cell"]) for d in found["drift"]} == {
        ("moved", "A1"),
        ("removed", None),
        ("renamed", "F1"),
        ("added", "H1"),
    }
    assert {d["ja"] for d in found["drift"]} >= {
        "列「種別」が、登録済みの様式「may」のB列からA列に移りました。",
        "登録済みの様式「may」にあった列「定員」（C列）がありません。",
    }
    assert {d["en"] for d in found["drift"]} >= {
        "The column １歳空き (G in the known layout may) is now called １歳児空き (F).",
        "The column 駐車場 (H) is new; the known layout may has none of that name.",
    }
    assert fields(found)[:6] == ["facility_type", "name", "capacity", "phone", "vacancy_age0", "vacancy_age1"]
    assert not any(c["needs_review"] for c in found["columns"])
    assert {r for r in rules(taken(schemas, drifted)) if "drift" in r} == {d["rule_id"] for d in found["drift"]}


def test_a_field_that_no_column_holds_any_more_is_a_question(schemas: Path) -> None:
    keep(schemas, MAY)
    without = [[cell for at, cell in enumerate(row) if at != 3] for row in MAY]
    without[0][2] = "延床"
    [lost] = [f for f in taken(schemas, without).findings if f.rule_id == "read.drift.lost"]
    assert (lost.severity, lost.place.field, lost.expected) == ("query", "capacity", "受入定員")


def test_a_header_that_stands_elsewhere_is_exact_and_told(schemas: Path) -> None:
    keep(schemas, MAY, on_sheet="5月")
    same = told(schemas, MAY, sheet="6月")
    assert (same["layout"], same["drift"]) == ("may", [])
    moved = told(schemas, [["空き状況一覧"], [], *MAY], sheet="一覧表")
    assert (moved["layout"], moved["header_rows"]) == ("may", [3])
    assert [d["ja"] for d in moved["drift"]] == [
        "シートの名前が、登録済みの様式「may」の「5月」から「一覧表」に変わりました。",
        "見出しの行が、登録済みの様式「may」の1行目から3行目に移りました。",
    ]


def test_a_header_of_several_rows_is_a_form(schemas: Path) -> None:
    rows = [
        ["施設の名称", "種別", "空き", "", "定員"],
        ["", "", "０歳", "１歳", "合計"],
        ["さくら保育園", "認可保育所", 0, 2, 90],
        ["そら保育園", "認可保育所", 1, 3, 60],
    ]
    kept = keep(schemas, rows, Confirmations(fields=[("E", "enrolled")]))
    assert kept.sheets[0].form.depth == 2
    assert told(schemas, rows)["layout"] == "may"
    assert fields(told(schemas, rows)) == ["name", "facility_type", "vacancy_age0", "vacancy_age1", "enrolled"]
    assert told(schemas, [rows[0], ["", "", "１歳", "０歳", "合計"], *rows[2:]])["layout"] is None


def test_what_no_column_says_may_be_said_once_for_all(schemas: Path) -> None:
    keep(schemas, MAY, Confirmations([("D", "capacity")], ["C"], {"area_code": "122041", "ownership": "私立"}))
    known = contracts(schemas, LINE)
    reading = read(csv_bytes(MAY), "R7.6.1.csv", known, all_areas(), schemas=schemas)
    [table] = reading.tables
    assert table.columns["area_code"] == ["122041"] * 3
    assert table.columns["ownership"] == ["private"] * 3
    assert rules(reading) == set()


def test_what_is_said_once_is_not_said_of_another_citys_list(schemas: Path) -> None:
    keep(schemas, MAY, Confirmations([("D", "capacity")], ["C"], {"area_code": "122041"}))
    known = contracts(schemas, LINE)
    for sender, owner in (("122041", "122041"), ("120006", "122041"), ("121002", "121002")):
        reading = read(csv_bytes(MAY), "R7.6.1.csv", known, all_areas(), schemas=schemas, sender=sender)
        [table] = reading.tables
        assert table.columns["area_code"] == [owner] * 3, sender


def test_drift_from_a_form_is_told_to_the_city_whose_form_it_is(schemas: Path) -> None:
    rows = [[*row, f"千葉県船橋市本町1-{n}" if n else "所在地"] for n, row in enumerate(MAY)]
    kept = keep(schemas, rows)
    assert kept.of is not None
    assert kept.of.code6 == "122041"
    more = [[*row, "有" if n else "駐車場"] for n, row in enumerate(rows)]
    elsewhere = [[str(cell).replace("船橋市本町", "市川市八幡") for cell in row] for row in more]
    expected: list[set[str]] = [{"read.drift.added"}, set()]
    for drifted, rule in zip((more, elsewhere), expected, strict=True):
        reading = taken(schemas, drifted, LINE)
        assert {r for r in rules(reading) if "drift" in r} == rule
        assert reading.tables[0].columns["capacity"] == [88, 110, 50]


def test_beside_a_sheet_of_the_known_form_another_sheet_is_no_drift_from_it(schemas: Path) -> None:
    keep(schemas, MAY)
    others = [MAY[0], *([f"{row[0]}分園", *row[1:]] for row in MAY[1:])]
    other = [[*row, "有" if n else "駐車場"] for n, row in enumerate(others)]
    data = xlsx_bytes({"公立": MAY, "私立": other})
    reading = read(data, "R7.6.1.xlsx", contracts(schemas, LINE), all_areas(), schemas=schemas, sender="122041")
    assert not [r for r in rules(reading) if "drift" in r]
    assert sum(len(table.rows) for table in reading.tables) == 6


def test_an_edit_by_hand_is_as_good_as_the_command(schemas: Path) -> None:
    path = keep(schemas, MAY).path
    text = path.read_text(encoding="utf-8")
    text = text.replace('header: "独自"', 'header: "独自メモ", field: remarks').replace(", field: phone", "")
    path.write_text(text, encoding="utf-8")
    found = told(schemas, [[*MAY[0][:-1], "独自メモ"], *MAY[1:]])
    assert (found["layout"], fields(found)[4], fields(found)[7]) == ("may", None, "remarks")


def test_a_form_of_records_written_by_hand_may_name_texts_alone(schemas: Path) -> None:
    form = {
        "layout": "by_hand",
        "label_ja": "手書き",
        "label_en": "By hand",
        "sheets": [{"table": "vacancy", "columns": {"capacity": ["受入定員"]}}],
        "ignore": ["定員"],
    }
    folder = schemas / "lines" / LINE / "layouts"
    folder.mkdir()
    (folder / "by_hand.yaml").write_text(yaml.safe_dump(form, allow_unicode=True), encoding="utf-8")
    found = told(schemas, MAY)
    assert fields(found)[:5] == ["name", "facility_type", None, "capacity", "phone"]
    assert (found["layout"], found["drift"]) == (None, [])


def test_forms_of_lines_that_are_no_lists_are_known_too(schemas: Path) -> None:
    rows = [
        ["市区町村番号", "園番号", "園", "月", "零歳の人数", "メモ"],
        ["122041", "1", "さくら保育園", "2025-05-01", "3", ""],
    ]
    answers = Confirmations(
        [("A", "area_code"), ("B", "facility_id"), ("C", "name"), ("E", "enrolled_age0")], ["月", "メモ"]
    )
    assert taken(schemas, rows, ROLL, line=ROLL).layout is None
    keep(schemas, rows, answers, line=ROLL, name="roll")
    reading = taken(schemas, rows, ROLL, line=ROLL)
    assert reading.layout == "roll"
    document = inspect(csv_bytes(rows), "R7.5.1.csv", contracts(schemas, ROLL), all_areas(), schemas=schemas, line=ROLL)
    assert (document["layout"], document["drift"]) == ("roll", [])
    assert all("known layout roll accepted on 2025-05-10" in c["evidence"]["en"] for c in document["columns"])
    assert {name for t in reading.tables for name in t.columns} >= {"area_code", "facility_id", "enrolled_age0"}
    later = taken(schemas, [[*row, "1"] if n else [*row, "定員_０歳児"] for n, row in enumerate(rows)], ROLL, line=ROLL)
    assert "read.drift.added" in rules(later)
    assert {name for t in later.tables for name in t.columns} >= {"enrolled_age0", "capacity_age0"}


@pytest.mark.parametrize(
    ("answers", "more", "code"),
    [
        (Confirmations([("D", "capacities")], ["C"]), {}, "KEIYU-135"),
        (Confirmations([("定数", "capacity")], ["C"]), {}, "KEIYU-134"),
        (Confirmations([("C", "capacity"), ("D", "capacity")]), {}, "KEIYU-136"),
        (Confirmations(), {}, "KEIYU-137"),
        (ANSWERS, {"name": "May 5"}, "KEIYU-140"),
        (ANSWERS, {"on_sheet": "一覧", "sheet": "別表"}, "KEIYU-133"),
    ],
)
def test_what_cannot_be_accepted_is_refused_with_a_sentence(
    schemas: Path, answers: Confirmations, more: dict[str, Any], code: str
) -> None:
    with pytest.raises(UserError) as refused:
        keep(schemas, MAY, answers, **more)
    assert refused.value.code == code
    assert not (schemas / "lines" / LINE / "layouts").exists()


def test_a_name_and_a_form_are_taken_once(schemas: Path) -> None:
    keep(schemas, MAY)
    with pytest.raises(UserError, match="KEIYU-141"):
        keep(schemas, MAY, name="other")
    with pytest.raises(UserError, match="KEIYU-139"):
        keep(schemas, [[*row, "x"] for row in MAY], Confirmations(ignored=["I"]))
    path = schemas / "lines" / LINE / "layouts" / "may.yaml"
    copy = path.read_text(encoding="utf-8").replace("layout: may", "layout: twin")
    path.with_name("twin.yaml").write_text(copy, encoding="utf-8")
    with pytest.raises(ContractError, match="layout may has the same header"):
        layouts.load(load(LINE, schemas), schemas)


def test_a_folder_that_cannot_be_written_to_is_no_defect(schemas: Path) -> None:
    folder = schemas / "lines" / LINE / "layouts"
    folder.write_text("no folder", encoding="utf-8")
    try:
        with pytest.raises(UserError, match="KEIYU-144"):
            keep(schemas, MAY)
    finally:
        folder.unlink()


@pytest.mark.parametrize("data", [b"%PDF-1.7 ...", b"<html><body>error</body></html>", b""])
def test_a_file_that_is_no_table_is_refused_with_what_the_reader_says(schemas: Path, data: bytes) -> None:
    with pytest.raises(UserError, match="KEIYU-132"):
        accept(data, "x.csv", load(LINE, schemas), ANSWERS, schemas=schemas, areas=all_areas(), by="担当", on=DAY)


def test_looking_up_costs_the_same_however_many_forms_are_known(schemas: Path) -> None:
    kept = keep(schemas, MAY)
    many = [
        SheetLayout(
            f"city{n}",
            kept.sheets[0].table,
            form=type(kept.sheets[0].form)((*kept.sheets[0].form.stacks, (f"独自{n}",))),
        )
        for n in range(2_000)
    ]
    words = line_words(load(LINE, schemas), schemas)
    shelf = type(words.known)(LINE, [*layouts.load(load(LINE, schemas), schemas), *many])
    assert shelf.exact(kept.sheets[0].form) is not None
    asked: list[SheetLayout] = []
    near = shelf.near(type(kept.sheets[0].form)((*kept.sheets[0].form.stacks, ("独自1999",), ("新",))))
    asked += [near] if near is not None else []
    assert [each.layout for each in asked] == ["city1999"]
