"""Header texts to fields: by the contract's own labels, never listed and never guessed."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest
import yaml

from keiyu.contract.model import Contract
from keiyu.contract.source import read_yaml
from keiyu.errors import ContractError
from keiyu.findings import catalogue
from keiyu.read import fold, layouts
from keiyu.read.labels import Labels
from keiyu.read.model import Placement
from keiyu.read.places import places
from reading import SCHEMAS, contract, contracts, csv_bytes, reading, rules

PACKAGE = Path(__file__).resolve().parents[2] / "plugins" / "keiyu" / "read"


@pytest.mark.parametrize("line", [c.line for c in contracts()])
def test_every_name_of_every_field_finds_it(line: str) -> None:
    labels = Labels(contract(line))
    for table in contract(line).tables:
        for field in table.fields:
            assert labels.match(field.name) == (field.name,)
            for text in (field.label_ja, field.label_en, *field.synonyms):
                assert field.name in labels.match(text), text


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("定員_保育所_合計", ("capacity_daycare_total",)),
        ("定員（保育所）合計", ("capacity_daycare_total",)),
        ("保育所・合計", ("capacity_daycare_total",)),
        ("合計／保育所／定員", ("capacity_daycare_total",)),
        ("capacity_daycare_age1_2", ("capacity_daycare_age1_2",)),
        ("1・2歳児　地域型", ("capacity_community_age1_2",)),
        ("待機児童数\n（１歳児）", ("waiting_age1",)),
        ("ﾀｲｷ", ()),
        ("保育所", ()),
        ("合計", ()),
        ("保育所_12歳児", ()),
        ("保育所_合計_合計", ()),
        ("保育所利用_1・2歳児", ()),
        ("団体コード", ("area_code",)),
        ("市区町村名", ("municipality",)),
        ("", ()),
        ("・", ()),
    ],
)
def test_a_cubes_column_is_named_by_one_label_of_each_dimension(text: str, fields: tuple[str, ...]) -> None:
    assert Labels(contract()).match(text) == fields


def test_a_header_has_one_grain_which_its_keys_tell() -> None:
    ages = ["在籍児童数_０歳児", "在籍児童数_１歳児", "在籍児童数_２歳児"]
    at_facility = [["団体コード", "施設番号", *ages], ["132012", "A1", "1", "2", "3"]]
    by_residence = [
        ["団体コード", "施設番号", "居住地コード", "居住地", *ages],
        ["132012", "A1", "132021", "東京都立川市", "1", "2", "3"],
    ]
    found = reading(csv_bytes(at_facility), line="nursery_monthly").tables[0]
    assert (found.table, found.columns["enrolled_age0"]) == ("enrolment", (1,))
    found = reading(csv_bytes(by_residence), line="nursery_monthly").tables[0]
    assert (found.table, found.columns["resident_age0"]) == ("residence", (1,))
    assert (found.columns["area_code"], found.columns["residence_area_code"]) == (("132012",), ("132021",))


def test_a_place_named_beside_the_rows_own_is_resolved_too() -> None:
    def one(code: str, name: str) -> Any:
        header = ["団体コード", "施設番号", "居住地コード", "居住地", "在籍児童数_０歳児", "在籍児童数_１歳児"]
        return reading(csv_bytes([header, ["132012", "A1", code, name, "1", "2"]]), line="nursery_monthly")

    told = [f for f in one("132020", "").findings if f.rule_id.startswith("read.code")]
    assert [(f.rule_id, f.place.cell, f.place.field, f.place.reporter) for f in told] == [
        ("read.code.check_digit", "C2", "residence_area_code", "A1")
    ]
    assert one("", "東京都立川市").tables[0].columns["residence_area_code"] == ("132021",)
    assert one("", "").tables[0].columns["residence_area_code"] == (None,)


def test_names_belong_to_the_code_before_them() -> None:
    assert [w.fields for w in places(contract().table("capacity"))] == [("area_code", "prefecture", "municipality")]
    assert [w.fields for w in places(contract("nursery_monthly").table("residence"))] == [
        ("area_code", None, None),
        ("residence_area_code", None, "residence"),
    ]


def test_records_are_read_by_type() -> None:
    header = [
        "団体コード",
        "名称",
        "種別",
        "公私区分",
        "定員",
        "緯度",
        "認可年月日",
        "開所時間",
        "閉所時間",
        "一時預かり",
        "法人番号",
    ]
    row = [
        "131016",
        " 髙橋保育園　",
        "保育所",
        "公立",
        "６０人",
        "35.6938",
        "平成元年４月１日",
        "7:00",
        "19時30分",
        "○",
        "7000012050002",
    ]
    header += ["一時預かり", "法人番号"]
    row += ["○", "7000012050002"]
    found = reading(csv_bytes([header, row]), line="nursery_facility").tables[0]
    values = {name: column[0] for name, column in found.columns.items()}
    assert values["name"] == "髙橋保育園"
    assert values["capacity"] == 60
    assert values["latitude"] == 35.6938
    assert str(values["licensed_date"]) == "1989-04-01"
    assert (values["open_time"], values["close_time"]) == ("07:00", "19:30")
    assert values["temporary_care"] is True
    assert values["corporate_number"] == "7000012050002"
    assert values["facility_type"] in {c.code for c in contract("nursery_facility").codelists["nursery_facility_types"]}
    assert values["ownership"] in {c.code for c in contract("nursery_facility").codelists["ownerships"]}
    kept = {m.field: m.raw for m in found.marks}
    assert kept["licensed_date"] == "平成元年４月１日"
    assert kept["close_time"] == "19時30分"


def test_records_that_cannot_be_read_say_which_cell() -> None:
    header = ["団体コード", "名称", "認可年月日", "開所時間", "一時預かり", "定員"]
    row = ["131016", "あ", "6.4.1", "7:00～18:00", "応相談", "60か70"]
    found = reading(csv_bytes([header, row]), line="nursery_facility")
    assert sorted((f.rule_id, f.place.cell) for f in found.findings) == [
        ("read.date.unclear", "C2"),
        ("read.figure.unclear", "F2"),
        ("read.flag.unclear", "E2"),
    ]
    assert [found.tables[0].columns[name] for name in ("open_time", "close_time")] == [["07:00"], ["18:00"]]


def test_folding_is_for_comparing_only() -> None:
    assert fold.label("　１，２歳児\n（ｺﾞｳｹｲ）") == "1,2歳児(ゴウケイ)"
    assert fold.joined("定員（保育所・合計）") == fold.joined("定員_保育所_合計") == "定員保育所合計"
    assert fold.joined("1・2歳") == fold.joined("１～２歳") != fold.joined("12歳")
    assert fold.value("　１２－３　") == "12-3"


def test_a_placement_without_the_field_has_no_cell() -> None:
    assert Placement("表", {"a": "C"}).cell("a", 7) == "C7"
    assert Placement("表", {"a": "C3"}, matrix=True).cell("a", 7) == "C3"
    assert Placement("表", {}).cell("a", 7) is None


# Layouts and texts are data, and wrong data is refused


def copy(tmp_path: Path, text: str) -> Contract:
    folder = tmp_path / "layouts"
    folder.mkdir()
    (folder / "mine.yaml").write_text(text, encoding="utf-8")
    return dataclasses.replace(contract(), folder=tmp_path)


GOOD = {
    "layout": "mine",
    "label_ja": "様式",
    "label_en": "Form",
    "sheets": [{"table": "capacity", "levels": ["age_band", "facility_type"], "columns": {"area_code": ["コード欄"]}}],
}
BAD: list[tuple[dict[str, Any], str]] = [
    ({"layout": "other"}, "file's name"),
    ({"sheets": [{"table": "nothing"}]}, "no table"),
    ({"sheets": [{"table": "capacity", "levels": ["age_band", "category"]}]}, "not the dimensions"),
    ({"sheets": [{"table": "capacity", "columns": {"nothing": ["あ"]}}]}, "no field"),
    ({"sheets": []}, "sheets"),
    ({"surprise": 1}, "surprise"),
]


def test_a_layout_adds_its_own_header_texts(tmp_path: Path) -> None:
    (sheet,) = layouts.load(copy(tmp_path, yaml.safe_dump(GOOD, allow_unicode=True)), SCHEMAS)
    assert (sheet.layout, sheet.columns) == ("mine", {fold.label("コード欄"): "area_code"})


@pytest.mark.parametrize(("change", "reason"), BAD)
def test_a_layout_that_contradicts_the_contract_is_refused(tmp_path: Path, change: dict[str, Any], reason: str) -> None:
    with pytest.raises(ContractError, match=reason):
        layouts.load(copy(tmp_path, yaml.safe_dump({**GOOD, **change}, allow_unicode=True)), SCHEMAS)


def test_every_rule_named_in_the_code_has_its_texts_and_none_is_left_over() -> None:
    told = "".join(path.read_text(encoding="utf-8") for path in sorted(PACKAGE.rglob("*.py")))
    known = {rule for rule in catalogue(SCHEMAS) if rule.startswith("read.")}
    named = {word for word in told.replace("'", '"').split('"') if word.startswith("read.") and " " not in word}
    assert named == known


def test_the_texts_of_findings_are_whole_and_each_rule_stands_once() -> None:
    rules = read_yaml(SCHEMAS / "findings.yaml", SCHEMAS / "schema" / "findings.json")["rules"]
    assert len({rule["rule_id"] for rule in rules}) == len(rules)


def test_alike_findings_are_told_a_bounded_number_of_times() -> None:
    rows = [["団体コード", "名称", "定員"], *[["131016", f"園{i}", "約60"] for i in range(500)]]
    assert len(rules(reading(csv_bytes(rows), line="nursery_facility"))) == 200
