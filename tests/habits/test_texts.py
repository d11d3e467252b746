"""What is said to people: every finding can be raised, every error has a code of its own and speaks both languages."""

import ast
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import get_args

import pytest
import yaml

from keiyu.read.general.hits import How

HOME = Path(__file__).resolve().parents[2]
FINDINGS = HOME / "schemas" / "findings.yaml"
BASES = {"KeiyuError", "UserError", "ConfigurationError", "IntegrityError"}
MODULES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted((HOME / "plugins").rglob("*.py"))}


def constants() -> Iterator[str]:
    for tree in MODULES.values():
        yield from (n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str))


def errors() -> Iterator[ast.ClassDef]:
    for tree in MODULES.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and node.name not in BASES and node.name.endswith("Error"):
                yield node


@cache
def used() -> frozenset[str]:
    nodes = [node for tree in MODULES.values() for node in ast.walk(tree)]
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    return frozenset(names | {node.attr for node in nodes if isinstance(node, ast.Attribute)})


def attributes(error: ast.ClassDef) -> set[str]:
    return {n.target.id for n in error.body if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name)}


def test_no_finding_is_unused() -> None:
    rules = [rule["rule_id"] for rule in yaml.safe_load(FINDINGS.read_text(encoding="utf-8"))["rules"]]
    data = [path for path in (HOME / "schemas").rglob("*.yaml") if path != FINDINGS]
    named = set(constants()) | {word for path in data for word in path.read_text(encoding="utf-8").split()}
    families = {f"{rule.rpartition('.')[0]}." for rule in rules} & named
    named |= {rule for rule in rules for family in families if rule.removeprefix(family) in named}
    assert [rule for rule in rules if rule not in named] == []


def test_evidence_has_texts_for_all_that_is_said_and_no_more() -> None:
    texts = yaml.safe_load((HOME / "schemas" / "evidence.yaml").read_text(encoding="utf-8"))
    assert set(texts["header"]) == set(get_args(How))
    assert [reason for reason in texts["reason"] if reason not in set(constants())] == []


def test_every_error_has_a_code_of_its_own() -> None:
    codes = Counter(text for text in constants() if text.startswith("KEIYU-") and text[6:].isdigit())
    assert [code for code, count in codes.items() if count > 1] == []


@pytest.mark.parametrize("error", list(errors()), ids=lambda error: error.name)
def test_an_error_is_raised_and_speaks_both_languages(error: ast.ClassDef) -> None:
    assert error.name in used()
    assert attributes(error) >= {"code", "ja", "en"}
