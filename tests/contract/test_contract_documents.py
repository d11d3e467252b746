"""Every document under ``schemas/`` is what it claims to be: ODCS, a code list, a described national table."""

import csv
import importlib.resources
import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from open_data_contract_standard.model import OpenDataContractStandard

from keiyu.contract import codelists, lines, load
from keiyu.contract.source import read_yaml

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
CONTRACTS = sorted(SCHEMAS.glob("lines/*/contract.yaml"))
CODELISTS = sorted(p for p in SCHEMAS.glob("codes/*.csv") if p.read_text("utf-8").startswith("code,label_ja,"))
KINDS = {
    "lines/*/contract.yaml": "contract",
    "lines/*/tables/*.yaml": "national_table",
    "lines/*/layouts/*.yaml": "layout",
    "lines/*/sample.yaml": "sample",
    "reading.yaml": "reading",
    "kinds.yaml": "kinds",
    "evidence.yaml": "evidence",
    "findings.yaml": "findings",
    "mapping.yaml": "mapping",
    "lines/*/identity.yaml": "identity",
    "reminders.yaml": "reminders",
    "monitor/*.yaml": "national_table",
    "estimate/*.yaml": "national_table",
    "lines/*/tables/across/*.yaml": "national_table",
    "lines/*/rollups/*.yaml": "rollup",
    "lines/*/prefill.yaml": "prefill",
    "lines/*/sample_rows.yaml": "sample_rows",
    "rollup/*.yaml": "national_table",
}
DOCUMENTS = {path: kind for pattern, kind in KINDS.items() for path in sorted(SCHEMAS.glob(pattern))}


def validator(kind: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads((SCHEMAS / "schema" / f"{kind}.json").read_text("utf-8")))


def name(path: Path) -> str:
    return str(path.relative_to(SCHEMAS))


@pytest.mark.parametrize("path", CONTRACTS, ids=name)
def test_a_contract_is_valid_against_the_official_model(path: Path) -> None:
    official = OpenDataContractStandard.from_string(path.read_text("utf-8"))
    assert official.apiVersion == "v3.1.0"
    assert official.id == path.parent.name


@pytest.mark.parametrize("path", CONTRACTS, ids=name)
def test_a_contract_is_valid_against_the_official_json_schema(path: Path) -> None:
    text = (importlib.resources.files("open_data_contract_standard") / "schema.json").read_text("utf-8")
    errors = jsonschema.Draft201909Validator(json.loads(text)).iter_errors(yaml.safe_load(path.read_text("utf-8")))
    assert [f"{e.json_path}: {e.message}" for e in errors] == []


@pytest.mark.parametrize("path", CONTRACTS, ids=name)
def test_a_contract_uses_no_word_that_came_after_version_3_1(path: Path) -> None:
    later = {"synonyms", "enum", "semanticType", "context", "vendor", "map"}
    document = yaml.safe_load(path.read_text("utf-8"))
    for table in document["schema"]:
        assert not later & set(table)
        for column in table["properties"]:
            assert not later & set(column), column["name"]


@pytest.mark.parametrize("path", sorted(SCHEMAS.glob("schema/*.json")), ids=name)
def test_a_json_schema_is_one(path: Path) -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(path.read_text("utf-8")))


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_a_document_is_valid_against_the_schema_of_its_kind(path: Path) -> None:
    assert read_yaml(path, SCHEMAS / "schema" / f"{DOCUMENTS[path]}.json")


def test_no_yaml_under_schemas_is_of_an_unknown_kind() -> None:
    assert {name(p) for p in SCHEMAS.rglob("*.yaml")} - {name(p) for p in DOCUMENTS} == set()


@pytest.mark.parametrize("path", CODELISTS, ids=name)
def test_a_code_list_is_valid_and_loads(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [f"{e.json_path}: {e.message}" for e in validator("codelist").iter_errors(rows)] == []
    codes = codelists.load(path.stem, SCHEMAS)
    assert len(codes) == len(rows)


@pytest.mark.parametrize("path", CODELISTS, ids=name)
def test_no_spelling_means_two_codes(path: Path) -> None:
    owners: dict[str, str] = {}
    for code in codelists.load(path.stem, SCHEMAS):
        for text in {code.label_ja, *code.synonyms}:
            assert owners.setdefault(text, code.code) == code.code, text


@pytest.mark.parametrize("line", lines(SCHEMAS))
def test_no_spelling_means_two_fields_of_a_table(line: str) -> None:
    for table in load(line, SCHEMAS).tables:
        owners: dict[str, str] = {}
        for field in table.fields:
            for text in {field.label_ja, *field.synonyms}:
                assert owners.setdefault(text, field.name) == field.name, text


@pytest.mark.parametrize("line", lines(SCHEMAS))
def test_every_query_is_described_and_every_description_has_its_query(line: str) -> None:
    folder = SCHEMAS / "lines" / line / "tables"
    assert {p.stem for p in folder.glob("*.sql")} == {t.name for t in load(line, SCHEMAS).national}
    assert {p.stem for p in folder.glob("across/*.sql")} == {t.name for t in load(line, SCHEMAS).across}
