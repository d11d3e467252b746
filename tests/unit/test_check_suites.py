"""Suites: proven before use, listed for people, and never skipped in silence."""

import json
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd
import pytest

from keiyu.check import rules, rules_digest
from keiyu.check.engine import judge
from keiyu.check.gx import ExpectationSuite
from keiyu.check.model import RuleFailedError, SuiteError
from keiyu.check.suites import load as load_rules
from keiyu.contract import Contract, lines, load
from keiyu.contract.suite import structural

LINES = lines(Path(__file__).resolve().parents[2] / "schemas")


@pytest.fixture
def contract(schemas: Path) -> Contract:
    return load("waiting_children", schemas)


@pytest.fixture
def expectations(tmp_path: Path, home: Path) -> Path:
    """A copy of the expectations that a test may spoil."""
    return Path(shutil.copytree(home / "expectations", tmp_path / "expectations"))


def rule(**changes: Any) -> dict[str, Any]:
    meta = {
        "rule_id": "X-1",
        "severity": "error",
        "message_ja": "誤り {value}",
        "message_en": "wrong {value}",
        "hint_ja": "直す",
        "hint_en": "mend it",
        "fields": ["area_code"],
    }
    plain = {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "area_code"}, "severity": "critical"}
    return {**plain, **{k: v for k, v in changes.items() if k in plain}, "meta": {**meta, **changes.get("meta", {})}}


def spoil(expectations: Path, *rules: dict[str, Any], frame: str = "wide") -> Path:
    suite = {"name": "spoiled", "meta": {"frame": frame}, "expectations": list(rules)}
    (expectations / "waiting_children" / "spoiled.json").write_text(json.dumps(suite), encoding="utf-8")
    return expectations


def test_every_folder_of_rules_is_that_of_a_line(home: Path) -> None:
    """A misspelt folder would be passed over in silence."""
    assert {path.name for path in (home / "expectations").iterdir() if path.is_dir()} <= set(LINES)


@pytest.mark.parametrize("line", LINES)
def test_every_line_has_rules_that_load(line: str, schemas: Path, home: Path) -> None:
    assert load_rules(load(line, schemas), home / "expectations").rules


@pytest.mark.parametrize("line", LINES)
def test_every_suite_is_as_its_schema_says(line: str, schemas: Path, home: Path) -> None:
    schema = json.loads((schemas / "schema" / "expectation.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    written = [*(home / "expectations").glob("*.json"), *(home / "expectations" / line).glob("*.json")]
    suites = [json.loads(path.read_text(encoding="utf-8")) for path in written]
    for suite in [*suites, *structural(load(line, schemas))]:
        jsonschema.validate(suite, schema, jsonschema.Draft202012Validator)


@pytest.mark.parametrize("line", LINES)
def test_every_rule_is_told_in_both_languages_under_an_id_of_its_own(line: str, schemas: Path, home: Path) -> None:
    told = rules(load(line, schemas), home / "expectations")
    assert len({rule["rule_id"] for rule in told}) == len(told)
    for item in told:
        assert any(ord(c) > 0x3000 for c in item["message_ja"]), item
        assert any(ord(c) > 0x3000 for c in item["hint_ja"]), item
        assert item["message_en"].isascii() and item["hint_en"].isascii(), item
        assert item["severity"] in ("error", "query", "info")
    json.dumps(told)


def test_rule_ids_are_not_shared_between_lines(schemas: Path, home: Path) -> None:
    own = [
        {r["rule_id"] for r in rules(load(line, schemas), home / "expectations")
         if not r["suite"].startswith("contract:") and not r["rule_id"].startswith("relay.")}
        for line in LINES
    ]  # fmt: skip
    assert sum(map(len, own)) == len(set.union(*own))


def test_the_digest_follows_the_rules(contract: Contract, expectations: Path, home: Path) -> None:
    first = rules_digest(contract, expectations)
    assert first == rules_digest(contract, home / "expectations"), "wherever they lie"
    spoil(expectations, rule())
    assert rules_digest(contract, expectations) != first


@pytest.mark.parametrize("line", LINES)
def test_a_suite_is_one_that_great_expectations_reads_as_it_stands(line: str, home: Path) -> None:
    for path in (home / "expectations" / line).glob("*.json"):
        suite = ExpectationSuite(**json.loads(path.read_text(encoding="utf-8")))
        assert all(e.meta["rule_id"] for e in suite.expectations)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (rule(severity="warning"), "critical"),
        (rule(meta={"rule_id": "WC-H1"}), "already used"),
        (rule(meta={"message_en": ""}), "message_en"),
        (rule(meta={"message_ja": "{value"}), "value"),
        (rule(meta={"message_ja": "{0}"}), "plain name"),
        (rule(meta={"fields": ["no_such_field"]}), "no_such_field"),
        (rule(kwargs={"column": "area_code", "mostly": 0.9}), "mostly"),
    ],
)
def test_a_wrong_suite_is_refused(wrong: dict[str, Any], told: str, contract: Contract, expectations: Path) -> None:
    with pytest.raises(SuiteError, match=told):
        load_rules(contract, spoil(expectations, wrong))


def test_a_frame_that_the_line_does_not_have_is_refused(contract: Contract, expectations: Path) -> None:
    with pytest.raises(SuiteError, match="no frame 'facility'"):
        load_rules(contract, spoil(expectations, rule(), frame="facility"))


def test_what_is_not_json_is_refused(contract: Contract, expectations: Path) -> None:
    (expectations / "broken.json").write_text("{", encoding="utf-8")
    with pytest.raises(SuiteError, match=r"broken\.json"):
        load_rules(contract, expectations)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (rule(type="expect_columns_to_be_wonderful"), "expect_columns_to_be_wonderful"),
        (rule(kwargs={"column": "area_code", "colour": "red"}), "colour"),
        (rule(kwargs={}), "column"),
        (rule(type="expect_column_to_exist"), "needs rows"),
        (rule(type="expect_codes_to_add_up", kwargs={"table": "applicants"}), "dimension"),
    ],
)
def test_a_type_or_argument_that_does_not_exist_stops_everything(
    wrong: dict[str, Any], told: str, contract: Contract, expectations: Path
) -> None:
    with pytest.raises(SuiteError, match=told) as caught:
        judge({}, load_rules(contract, spoil(expectations, wrong)))
    assert caught.value.exit_code == 3


@pytest.mark.parametrize(
    "wrong",
    [
        rule(kwargs={"column": "no_such_column"}),
        rule(type="expect_column_to_equal_sum_of_columns", kwargs={"total_column": "x", "part_columns": ["y"]}),
    ],
)
def test_a_rule_that_stops_is_never_taken_for_one_that_passes(
    wrong: dict[str, Any], contract: Contract, expectations: Path
) -> None:
    book = load_rules(contract, spoil(expectations, wrong))
    frame = pd.DataFrame({name: [0] for name in (*contract.fields, "_row.capacity", "_row.applicants")})
    with pytest.raises(RuleFailedError, match="X-1"):
        judge({"wide": frame}, book)
