"""The rules of a line: suites written by people, merged with those that follow from its contract.

Suites are native Great Expectations JSON. ``expectations/*.json`` holds for every line,
``expectations/<line>/*.json`` for one; the structural suites come from the contract. This module
reads and proves them without importing Great Expectations, so that listing the rules is quick.
"""

import datetime as dt
import hashlib
import json
import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

import jsonschema

from keiyu import __version__
from keiyu.check.model import Rule, SuiteError
from keiyu.check.standards import STANDARD, dated
from keiyu.contract.model import Contract
from keiyu.contract.suite import structural
from keiyu.findings import Severity

GX_SEVERITY: Final = {Severity.ERROR: "critical", Severity.QUERY: "warning", Severity.INFO: "info"}
TEXTS: Final = ("message_ja", "message_en", "hint_ja", "hint_en")
WIDE: Final = "wide"
TIDY: Final = "tidy"
TOTALS: Final = "totals"
REPORTERS: Final = "reporters"


@dataclass(frozen=True)
class RuleBook:
    """All rules of a line.

    Attributes:
        rules: in the order of the suites.
        digest: SHA-256 over the suites and the version of the program that applies them.
    """

    rules: tuple[Rule, ...]
    digest: str

    @cached_property
    def by_frame(self) -> dict[str, tuple[Rule, ...]]:
        """Rules by the frame they judge."""
        names = dict.fromkeys(rule.frame for rule in self.rules)
        return {name: tuple(r for r in self.rules if r.frame == name) for name in names}


_BOOKS: Final[dict[str, RuleBook]] = {}


def load(contract: Contract, expectations: Path, as_of: dt.date = dt.date.max) -> RuleBook:
    """Load the rules of a line; the same object as long as no suite changes.

    Args:
        contract: the line.
        expectations: the ``expectations/`` folder.
        as_of: reference date, for standards that change; those that hold last by default.

    Returns:
        The rules.

    Raises:
        SuiteError: a suite breaks its schema, repeats a rule id, or names a frame or field that the
            line does not have.
    """
    suites = [(path, _dated(path, suite, contract, as_of)) for path, suite in _suites(contract, expectations)]
    digest = _digest(suites)
    if digest not in _BOOKS:
        rules = tuple(rule for path, suite in suites for rule in _rules(path, suite, contract))
        _prove_unique(rules)
        _BOOKS[digest] = RuleBook(rules, digest)
    return _BOOKS[digest]


def rules(contract: Contract, expectations: Path) -> list[dict[str, Any]]:
    """List every rule of a line, for people.

    Args:
        contract: the line.
        expectations: the ``expectations/`` folder.

    Returns:
        Mappings with ``rule_id, severity, frame, type, fields, source, suite`` and the texts.
    """
    told = ("rule_id", "frame", "type", *TEXTS, "source", "suite")
    return [
        {"severity": rule.severity.value, "fields": list(rule.fields), **{name: getattr(rule, name) for name in told}}
        for rule in load(contract, expectations).rules
    ]


def rules_digest(contract: Contract, expectations: Path) -> str:
    """Return the digest of a line's rules: equal digests mean that the same file gets the same findings."""
    return load(contract, expectations).digest


def _suites(contract: Contract, expectations: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for suite in structural(contract):
        yield f"contract:{suite['name']}", suite
    for folder in (expectations, expectations / contract.line):
        for path in sorted(folder.glob("*.json")):
            try:
                yield str(path), json.loads(path.read_bytes())
            except ValueError as error:
                raise SuiteError(str(path), str(error)) from error


def _dated(path: str, suite: dict[str, Any], contract: Contract, as_of: dt.date) -> dict[str, Any]:
    """Return a suite whose rules have the standards of a date as their arguments."""
    items = [item for item in suite.get("expectations", ()) if STANDARD in item.get("kwargs", {})]
    try:
        told = {id(item): dated(item["kwargs"], contract.folder.parent.parent, as_of) for item in items}
    except (KeyError, OSError, ValueError) as error:
        raise SuiteError(path, f"{STANDARD}: {error!r}") from error
    if not told:
        return suite
    return {**suite, "expectations": [{**i, "kwargs": told.get(id(i), i["kwargs"])} for i in suite["expectations"]]}


def _digest(suites: list[tuple[str, dict[str, Any]]]) -> str:
    told = [suite for _, suite in suites]
    text = json.dumps([__version__, told], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def _validator(schema: Path) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads(schema.read_bytes()))


def _rules(path: str, suite: dict[str, Any], contract: Contract) -> Iterator[Rule]:
    """Prove a suite and yield its rules."""
    schema = contract.folder.parents[1] / "schema" / "expectation.json"
    problem = jsonschema.exceptions.best_match(_validator(schema).iter_errors(suite))
    if problem is not None:
        raise SuiteError(path, f"{problem.json_path}: {problem.message[:300]}")
    frame = suite["meta"]["frame"]
    if frame not in (WIDE, TIDY, TOTALS, REPORTERS, *contract.table_names):
        raise SuiteError(path, f"the line has no frame {frame!r}")
    for item in suite["expectations"]:
        yield _rule(path, frame, item, contract)


def _rule(path: str, frame: str, item: dict[str, Any], contract: Contract) -> Rule:
    meta, severity = item["meta"], Severity(item["meta"]["severity"])
    if item["severity"] != GX_SEVERITY[severity]:
        raise SuiteError(path, f"{meta['rule_id']}: {severity} is written {GX_SEVERITY[severity]!r} for {item['type']}")
    fields = tuple(meta["fields"])
    unknown = [f for f in fields if frame != REPORTERS and f not in contract.fields and f not in _own(contract, frame)]
    if unknown:
        raise SuiteError(path, f"{meta['rule_id']}: the line has no field {', '.join(unknown)}")
    for name in TEXTS:
        _prove_template(path, meta["rule_id"], meta[name])
    return Rule(
        rule_id=meta["rule_id"],
        severity=severity,
        frame=frame,
        type=item["type"],
        kwargs=item["kwargs"],
        fields=fields,
        source=meta.get("source"),
        suite=path if path.startswith("contract:") else Path(path).name,
        **{name: meta[name] for name in TEXTS},
    )


def _own(contract: Contract, frame: str) -> Iterable[str]:
    """Return the fields of the tidy form, which are no columns of a file."""
    return {f.name for t in contract.tables for f in t.tidy} if frame in (TIDY, TOTALS) else ()


def _prove_template(path: str, rule_id: str, text: str) -> None:
    try:
        names = [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
    except ValueError as error:
        raise SuiteError(path, f"{rule_id}: {text!r}: {error}") from error
    if any(not name.isidentifier() for name in names):
        raise SuiteError(path, f"{rule_id}: {text!r}: a placeholder is a plain name")


def _prove_unique(rules: tuple[Rule, ...]) -> None:
    seen: dict[str, str] = {}
    for rule in rules:
        if rule.rule_id in seen:
            raise SuiteError(rule.suite, f"rule id {rule.rule_id} is already used in {seen[rule.rule_id]}")
        seen[rule.rule_id] = rule.suite
