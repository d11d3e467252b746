"""What a check is made of and what it yields: rules in, frames, findings and verdicts out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import pyarrow as pa

from keiyu.errors import ConfigurationError
from keiyu.findings import Finding, Severity

READING: Final = "_reading"
ROW: Final = "_row"
REPORTER: Final = "_reporter"
MARKS: Final = "marks"
AT: Final = "_at"
ENTRY: Final = "_entry"


@dataclass(eq=False)
class SuiteError(ConfigurationError):
    """A suite under ``expectations/`` (or one derived from a contract) cannot be used."""

    path: str
    reason: str

    code: ClassVar[str] = "KEIYU-230"
    ja: ClassVar[str] = "チェック定義 {path} に誤りがあります: {reason}"
    en: ClassVar[str] = "The expectation suite {path} is wrong: {reason}"


@dataclass(eq=False)
class RuleFailedError(ConfigurationError):
    """A rule stopped with an exception instead of judging; no file may pass unjudged."""

    rule_id: str
    expectation: str
    reason: str

    code: ClassVar[str] = "KEIYU-231"
    ja: ClassVar[str] = "チェック {rule_id}（{expectation}）を実行できません: {reason}"
    en: ClassVar[str] = "The rule {rule_id} ({expectation}) could not be run: {reason}"


@dataclass(frozen=True, slots=True)
class Rule:
    """One expectation with what it says to people.

    Attributes:
        rule_id: stable identifier, unique within a line.
        severity: what a failure weighs.
        frame: the frame it judges: a table's name, ``wide``, ``tidy``, ``totals`` or ``reporters``.
        type: Great Expectations type, snake case.
        kwargs: the expectation's arguments.
        message_ja: template of the message in Japanese.
        message_en: template of the message in English.
        hint_ja: template of the hint in Japanese.
        hint_en: template of the hint in English.
        fields: fields it concerns; a finding without a field of its own points to the first.
        source: official source of the rule.
        suite: file it comes from, or ``contract``.
    """

    rule_id: str
    severity: Severity
    frame: str
    type: str
    kwargs: Mapping[str, Any]
    message_ja: str
    message_en: str
    hint_ja: str
    hint_en: str
    fields: tuple[str, ...]
    source: str | None
    suite: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether one reporter's part of one file is taken.

    Attributes:
        reading: index of the reading.
        reporter: the reporter's code.
        accepted: false where an error touches it or the whole file.
    """

    reading: int
    reporter: str
    accepted: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """The result of one micro-batch.

    Attributes:
        frames: table → wide rows of all readings, with ``_reading`` (index of the reading),
            ``_row`` (1-based source row), the table's fields and ``marks``.
        findings: (index of the reading, finding), in the order of the readings.
        verdicts: one per reading and reporter, in the order of the readings.
        rules_digest: digest of the rules applied.
    """

    frames: dict[str, pa.Table]
    findings: list[tuple[int, Finding]]
    verdicts: list[Verdict]
    rules_digest: str
