"""Loading contracts: cubes spread out wide, code lists, headlines, and errors that name the file."""

import shutil
from pathlib import Path

import pytest

from keiyu.contract import codelists, lines, load
from keiyu.contract.model import Code
from keiyu.errors import ContractError, UnknownLineError

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of ``schemas/`` that a test may change."""
    for part in ("codes", "schema", "lines"):
        shutil.copytree(SCHEMAS / part, tmp_path / part, ignore=shutil.ignore_patterns("areas*.csv", "successions.csv"))
    return tmp_path


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_the_lines_are_the_folders_with_a_contract() -> None:
    assert {"nursery_facility", "nursery_monthly", "waiting_children"} <= set(lines(SCHEMAS))


def test_a_contract_is_loaded_once_and_anew_when_a_file_changes(copy: Path) -> None:
    first = load("waiting_children", copy)
    assert load("waiting_children", copy) is first
    edit(copy / "codes" / "age_bands.csv", "Age 0,", "Aged 0,")
    second = load("waiting_children", copy)
    assert second.digest != first.digest
    assert second.form_digest != first.form_digest
    assert second.fields["waiting_age0"].label_en == "Waiting children: Aged 0"


def test_a_generated_form_is_no_part_of_the_digest(copy: Path) -> None:
    first = load("waiting_children", copy)
    (copy / "lines" / "waiting_children" / "template.xlsx").write_bytes(b"other")
    assert load("waiting_children", copy).digest == first.digest


def test_the_survey_has_its_88_wide_columns_in_the_order_of_the_national_file() -> None:
    contract = load("waiting_children", SCHEMAS)
    capacity, applicants = contract.tables
    assert (len(capacity.measures), len(applicants.measures)) == (28, 60)
    assert [f.name for f in capacity.fields[:5]] == [
        "area_code",
        "prefecture",
        "municipality",
        "capacity_daycare_total",
        "capacity_integrated_total",
    ]
    assert capacity.measures[-1].name == "capacity_municipal_age3plus"
    assert (applicants.measures[0].name, applicants.measures[-1].name) == ("applicants_total", "waiting_age3plus")
    field = applicants.by_codes["age1", "waiting"]
    assert (field.name, field.label_ja, field.unit, field.minimum) == ("waiting_age1", "待機児童（１歳児）", "人", 0)
    assert field.dimensions == {"age_band": "age1", "category": "waiting"}
    assert [f.name for f in capacity.tidy][-4:] == ["age_band", "facility_type", "value", "value_status"]


def test_parents_tell_what_adds_up_to_what() -> None:
    contract = load("waiting_children", SCHEMAS)
    ages, categories = contract.table("applicants").dimensions
    assert [c.code for c in ages.children("total")] == ["age0", "age1", "age2", "age3plus"]
    assert len(categories.children("applicants")) == 11
    assert [c.code for c in contract.table("capacity").dimensions[0].children("total")] == [
        "age0",
        "age1_2",
        "age3plus",
    ]


def test_the_headline_takes_the_first_four_types_only() -> None:
    headline = load("waiting_children", SCHEMAS).headline
    assert headline["capacity"]["fields"] == tuple(
        f"capacity_{t}_total" for t in ("daycare", "integrated", "kindergarten_type", "community")
    )
    assert headline["enrolled"]["fields"] == tuple(
        f"using_{t}_total" for t in ("daycare", "integrated", "kindergarten_type", "community")
    )
    assert headline["waiting"] == {
        "label_ja": "待機児童数",
        "label_en": "Waiting children",
        "table": "applicants",
        "select": {"category": ["waiting"]},
        "fields": ("waiting_total",),
    }


def test_symbols_relay_and_policies_are_as_the_survey_has_them() -> None:
    contract = load("waiting_children", SCHEMAS)
    meaning = {text: (s.status, s.value) for s in contract.symbols for text in s.texts}
    assert meaning["-"] == meaning["ー"] == ("none", 0)
    assert meaning[""] == ("not_submitted", None)
    assert meaning["…"][0] == "unknown"
    assert meaning["x"][0] == "suppressed"
    assert meaning["・"][0] == "not_applicable"
    assert contract.negative == ("△", "▲")
    assert (contract.relay.via, contract.relay.direct) == ("prefecture", ("designated_city", "core_city"))
    assert (contract.waves, contract.optional_waves) == (("04-01", "10-01"), ("10-01",))
    assert contract.disclosure["policy"] == "none"
    assert contract.dates["proposal"] is True
    assert contract.respondents.identity == ("area_code",)


def test_an_omitted_code_leaves_its_place_in_the_name_out() -> None:
    enrolment = load("nursery_monthly", SCHEMAS).table("enrolment")
    assert enrolment.by_codes["total", "capacity"].name == "capacity"
    assert enrolment.by_codes["age5", "vacancy"].name == "vacancy_age5"


def test_a_facility_is_known_by_its_number_within_its_municipality() -> None:
    contract = load("nursery_monthly", SCHEMAS)
    assert contract.respondents.identity == ("area_code", "facility_id")
    assert contract.respondents.register == "nursery_facility.facility"
    assert contract.nil_return


def test_identifiers_shared_by_tables_mean_the_same() -> None:
    for line in lines(SCHEMAS):
        contract = load(line, SCHEMAS)
        for table in contract.tables:
            for field in table.fields:
                assert contract.fields[field.name].definition_ja == field.definition_ja, (line, field.name)


def test_an_unknown_line_is_refused_by_name() -> None:
    with pytest.raises(UnknownLineError) as error:
        load("no_such_line", SCHEMAS)
    assert "waiting_children" in error.value.known


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("codelist, value: facility_types", "codelist, value: no_such_list", "no_such_list"),
        ("codes, value: [total, age0, age1_2,", "codes, value: [total, age9, age1_2,", "age9"),
        ("capacity_{facility_type}_{age_band}", "capacity_{facility_type}", "twice"),
        ("id: waiting_children", "id: waiting", "folder's name"),
        ("select: { category: [waiting] }", "select: { category: [nobody] }", "headline waiting"),
        ("table: capacity", "table: nowhere", "no table nowhere"),
        ("version: 1.0.0", "version: one", "version"),
        ("kind: municipality", "kind: nobody", "kind"),
        ("property: nilReturn", "property: nilreturn", "needs exactly one entry property nilReturn"),
        ("dimensions: [age_band, facility_type]", "dimensions: [age_band, facility]", "no property for dimension"),
        ("version: 1.0.0", "version: 1.0.0\nversion: 1.0.1", "the key version is said twice"),
    ],
)
def test_a_contradiction_is_told_with_the_file(copy: Path, old: str, new: str, reason: str) -> None:
    path = copy / "lines" / "waiting_children" / "contract.yaml"
    edit(path, old, new)
    with pytest.raises(ContractError, match=reason) as error:
        load("waiting_children", copy)
    assert "waiting_children" in error.value.path


@pytest.mark.parametrize(
    ("line", "old", "new", "reason"),
    [
        ("nursery_facility", "value: [nursery_vacancy]", "value: [nursery_places]", "no other line nursery_places"),
        ("nursery_facility", "value: [nursery_vacancy]", "value: [nursery_facility]", "no other line"),
        ("nursery_facility", "fields: [ownership, operator_name]", "fields: [founder]", "no field founder"),
        ("nursery_facility", '"{item}_{age_band}"', '"{item}_of_{age_band}_children"', "no such field"),
        ("nursery_facility", "default: { age_band: total }", "default: { age_band: everyone }", "age_band: everyone"),
        ("nursery_facility", "default: { age_band: total }", "default: { age: total }", "age: total"),
        (
            "nursery_facility",
            "property: weakSynonyms, value: [連絡先",
            "property: notSynonyms, value: [連絡先",
            "stands twice",
        ),
        ("nursery_vacancy", "admitte0", "admitte1", None),
        ("nursery_vacancy", "vacancy_age0: [admitte0]", "vacancy_age9: [admitte0]", "no column vacancy_age9"),
        ("nursery_vacancy", "unsaid: { item: vacancy }", "unsaid: { item: places }", "item: places"),
        ("nursery_vacancy", "border: diagonal", "border: dotted", "diagonal"),
    ],
)
def test_words_of_headers_name_what_is_there(copy: Path, line: str, old: str, new: str, reason: str | None) -> None:
    edit(copy / "lines" / line / "contract.yaml", old, new)
    if reason is None:
        load(line, copy)
        return
    with pytest.raises(ContractError, match=reason):
        load(line, copy)


def test_a_cube_leaves_out_what_it_is_without() -> None:
    table = load("nursery_vacancy", SCHEMAS).table("vacancy")
    assert len(table.measures) == 5 * 7 - 2
    assert "vacancy" not in table.by_name and "applicants" not in table.by_name
    assert ("total", "vacancy") not in table.by_codes
    assert table.by_name["vacancy_age0"].synonyms == ("admitte0",)


def test_a_line_is_loaded_anew_when_a_line_that_it_also_reads_changes(copy: Path) -> None:
    first = load("nursery_facility", copy)
    edit(copy / "lines" / "nursery_vacancy" / "contract.yaml", "admitte0", "admitted0")
    second = load("nursery_facility", copy)
    assert second.digest != first.digest
    assert second.form_digest == first.form_digest


def test_a_national_table_needs_query_and_description(copy: Path) -> None:
    folder = copy / "lines" / "nursery_facility" / "tables"
    folder.mkdir(exist_ok=True)
    (folder / "ages.sql").write_text("select 1", "utf-8")
    with pytest.raises(ContractError, match=r"both its \.sql and its \.yaml"):
        load("nursery_facility", copy)


def test_a_national_table_can_take_all_measures_of_a_cube(copy: Path) -> None:
    folder = copy / "lines" / "waiting_children" / "tables"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "wide.sql").write_text("select 1", "utf-8")
    (folder / "wide.yaml").write_text(
        "{name: wide, label_ja: 表, label_en: T, definition_ja: 定義, definition_en: D, sharded: false, columns: ["
        "{name: area_code, label_ja: コード, label_en: Code, definition_ja: 定義, definition_en: D, type: string, "
        "source: 調査要領},"
        "{all_of: capacity}]}",
        "utf-8",
    )
    (table,) = load("waiting_children", copy).national
    assert [f.name for f in table.fields][:2] == ["area_code", "capacity_daycare_total"]
    assert len(table.fields) == 29
    assert table.sql == folder / "wide.sql"


LIST = "code,label_ja,label_en,synonyms,parent\n"


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ("a,あ,A,,\na,い,B,,\n", "twice"),
        ("a,あ,A,,b\n", "parent b"),
        ("a,あ,A,,b\nb,い,B,,a\n", "own ancestor"),
        ("a,あ,A,\n", "too few"),
    ],
)
def test_a_bad_code_list_is_refused(tmp_path: Path, rows: str, reason: str) -> None:
    (tmp_path / "codes").mkdir()
    (tmp_path / "codes" / "bad.csv").write_text(LIST + rows, "utf-8")
    with pytest.raises(ContractError, match=reason):
        codelists.load("bad", tmp_path)


def test_a_code_whose_parent_is_left_out_belongs_to_the_nearest_kept() -> None:
    tree = (Code("all", "計", "All"), Code("b", "い", "B", parent="all"), Code("c", "う", "C", parent="b"))
    assert [(c.code, c.parent) for c in codelists.select(tree, ["all", "c"], path="x")] == [("all", None), ("c", "all")]
