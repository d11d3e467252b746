"""The kinds, the contracts, the findings and the words agree with one another."""

import inspect
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from keiyu.contract import lines, load
from keiyu.contract.model import Field, Symbol
from keiyu.findings import Severity, catalogue, finding
from keiyu.read import kinds
from keiyu.read.kinds import KINDS, Terms, kind_of, lexicon, normalise
from kinds import SCHEMAS

MODULES = Path(inspect.getfile(kinds)).parent
RULES = sorted(
    {
        rule
        for path in MODULES.glob("*.py")
        for rule in re.findall(r'"(read\.[a-z_]+\.[a-z_]+)"', path.read_text(encoding="utf-8"))
    }
)


def a_field(**facts: object) -> Field:
    return Field("f", "項目", "field", "", "", **({"type": "string"} | facts))  # type: ignore[arg-type]


def test_the_contracts_schema_lists_the_kinds_there_are() -> None:
    schema = json.loads((SCHEMAS / "schema" / "contract.json").read_text(encoding="utf-8"))
    assert set(schema["$defs"]["kind"]["enum"]) == set(KINDS)


@pytest.mark.parametrize("line", lines(SCHEMAS))
def test_every_field_of_every_contract_has_a_kind_of_its_type(line: str) -> None:
    types = {"integer": {"integer"}, "number": {"number", "latitude", "longitude"}, "boolean": {"flag", "designated"}}
    types |= {"date": {"date"}, "time": {"time", "end_time"}}
    texts = set(KINDS) - set().union(*types.values())
    for table in load(line, SCHEMAS).tables:
        for field in table.fields:
            assert kind_of(field).name in types.get(field.type, texts), field.name


@pytest.mark.parametrize("rule", RULES)
def test_every_note_has_a_finding_that_returns_no_file(rule: str) -> None:
    said = finding(SCHEMAS, rule, value="値", label_ja="項目", label_en="field")
    assert said.severity in (Severity.QUERY, Severity.INFO)
    assert "{" not in said.message_ja + said.message_en + said.hint_ja + said.hint_en
    assert "値" in said.message_ja
    assert rule in catalogue(SCHEMAS)


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        (a_field(), "text"),
        (a_field(kind="phone"), "phone"),
        (a_field(type="integer"), "integer"),
        (a_field(type="number"), "number"),
        (a_field(type="number", kind="latitude"), "latitude"),
        (a_field(type="date"), "date"),
        (a_field(type="time"), "time"),
        (a_field(type="boolean"), "flag"),
        (a_field(codelist="areas"), "area_code"),
        (a_field(codelist="ownerships"), "listed"),
        (a_field(codelist="ownerships", kind="ownership"), "ownership"),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)
def test_a_field_without_a_kind_has_that_of_its_code_list_or_type(field: Field, kind: str) -> None:
    assert kind_of(field).name == kind


def test_symbols_hold_for_the_fields_they_name() -> None:
    of_all = (Symbol(("",), "not_submitted", None),)
    of_some = (
        Symbol((), "not_applicable", None, border="diagonal"),
        Symbol(("",), "none", None, fields=("capacity_*",)),
    )
    contract = replace(load("nursery_facility", SCHEMAS), symbols=of_all, own_symbols=of_some)
    statuses = {
        name: normalise("integer", "", Terms.of_field(contract.fields[name], contract)).status.value
        for name in ("capacity", "capacity_age0")
    }
    assert statuses == {"capacity": "not_submitted", "capacity_age0": "none"}


def test_a_symbol_that_is_a_figure_is_no_figure() -> None:
    terms = Terms.of(SCHEMAS, symbols=[Symbol(("9999",), "unknown", None)])
    column = kinds.normalise_column("integer", [str(n) for n in range(500)] + ["9999"], terms)
    assert column.values == [*range(500), None]
    assert [(place, reading.status.value) for place, reading in column.marked] == [(500, "unknown")]


def test_the_words_of_places_come_from_the_area_table() -> None:
    words = lexicon.load(SCHEMAS)
    assert {"東京都", "東京", "北海道"} <= words.prefectures
    assert {"八王子市", "札幌市中央区", "中央区", "三好町"} <= words.municipalities
    assert "北海" not in words.prefectures
    assert words.latitudes == (20, 46)
