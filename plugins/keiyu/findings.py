"""Findings (指摘): what a check has to say, with its place and its remedy, in two languages.

The texts are data. Rules of the rooms ``receive`` and ``read`` have theirs in
``schemas/findings.yaml``; rules of ``check`` have theirs in the ``meta`` of the expectation.
"""

from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, Final, NamedTuple

import yaml

from keiyu.errors import ContractError


class Severity(StrEnum):
    """How much a finding weighs: it returns the file, asks a question, or only tells."""

    ERROR = "error"
    QUERY = "query"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in which file a finding points.

    Attributes:
        file: the file's name as sent.
        sheet: worksheet name; none for text files.
        cell: A1 address; in a text file as if it had been opened as a sheet.
        table: table of the contract.
        field: field of the contract.
        reporter: code of the reporter whose data it is.
    """

    file: str | None = None
    sheet: str | None = None
    cell: str | None = None
    table: str | None = None
    field: str | None = None
    reporter: str | None = None


def spot(sheet: str | None, cell: str | None) -> str | None:
    """Return a cell as people write it: ``定員!D3``, ``D3`` in a text file; none where neither is known."""
    return "!".join(filter(None, (sheet, cell))) or None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check has to say.

    Attributes:
        rule_id: stable identifier of the rule, e.g. ``WC-H1`` or ``read.number``.
        severity: error, query or info.
        message_ja: what is wrong, in Japanese.
        message_en: what is wrong, in English.
        hint_ja: how to mend it, in Japanese.
        hint_en: how to mend it, in English.
        place: file, sheet, cell, table, field and reporter.
        value: what stands there, as written.
        expected: what would be right, where that is known.
    """

    rule_id: str
    severity: Severity
    message_ja: str
    message_en: str
    hint_ja: str
    hint_en: str
    place: Place = Place()
    value: str | None = None
    expected: str | None = None

    def at(self, **changes: str | None) -> "Finding":
        """Return the same finding with parts of its place filled in."""
        return replace(self, place=replace(self.place, **changes))

    def as_dict(self) -> dict[str, Any]:
        """Return a flat mapping, for JSON and for the ledger."""
        flat = asdict(self)
        flat.update(flat.pop("place"))
        flat["severity"] = self.severity.value
        return flat


_CATALOGUE: Final = "findings.yaml"
_TEXTS: Final = ("message_ja", "message_en", "hint_ja", "hint_en")


@cache
def catalogue(schemas: Path) -> dict[str, dict[str, str]]:
    """Load the texts of the rules that are not Great Expectations.

    Args:
        schemas: the ``schemas/`` folder.

    Returns:
        Rule id → ``severity, message_ja, message_en, hint_ja, hint_en`` (templates).
    """
    loaded = yaml.safe_load((schemas / _CATALOGUE).read_text(encoding="utf-8"))
    return {rule["rule_id"]: rule for rule in loaded["rules"]}


class _Rule(NamedTuple):
    """A rule of the catalogue: its texts in order, and whether each names something; the others are finished."""

    severity: Severity
    texts: tuple[tuple[str, bool], ...]


@cache
def _rule(schemas: Path, rule_id: str) -> _Rule:
    rule = catalogue(schemas).get(rule_id)
    if rule is None:
        raise ContractError(str(schemas / _CATALOGUE), f"no rule {rule_id}")
    return _Rule(Severity(rule["severity"]), tuple(_prepared(rule[key]) for key in _TEXTS))


def _prepared(text: str) -> tuple[str, bool]:
    names = any(name is not None for _, name, *_ in Formatter().parse(text))
    return (text, True) if names else (text.format(), False)


def finding(
    schemas: Path,
    rule_id: str,
    place: Place | None = None,
    *,
    value: str | None = None,
    expected: str | None = None,
    **facts: object,
) -> Finding:
    """Make a finding from the catalogue.

    Args:
        schemas: the ``schemas/`` folder.
        rule_id: a rule of ``schemas/findings.yaml``.
        place: where it points.
        value: what stands there.
        expected: what would be right.
        **facts: further values for the templates.

    Returns:
        The finding, its sentences finished.

    Raises:
        ContractError: the catalogue has no such rule.
    """
    rule = _rule(schemas, rule_id)
    place = place or Place()
    told = {
        "value": value,
        "expected": expected,
        "file": place.file,
        "sheet": place.sheet,
        "cell": place.cell,
        "table": place.table,
        "field": place.field,
        "reporter": place.reporter,
        **facts,
    }
    message_ja, message_en, hint_ja, hint_en = (t.format(**told) if names else t for t, names in rule.texts)
    return Finding(rule_id, rule.severity, message_ja, message_en, hint_ja, hint_en, place, value, expected)
