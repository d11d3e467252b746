"""Findings as a person reads them: a row each on a broad screen, under each other on a narrow one."""

from collections.abc import Sequence
from typing import Final

from keiyu.cli.screen import WIDE, Screen
from keiyu.findings import Finding, Severity, spot

_SEVERITIES: Final = {Severity.ERROR: "誤り error", Severity.QUERY: "疑義 query", Severity.INFO: "参考 info"}
_COLUMNS: Final = (
    "重大度",
    "規則 / rule",
    "セル / cell",
    "値 / value",
    "正 / expected",
    "指摘と直し方 / finding and remedy",
)


def show_findings(screen: Screen, findings: Sequence[Finding]) -> None:
    """Show findings to a person.

    Args:
        screen: where.
        findings: what there is to say.
    """
    if screen.console.width < WIDE:
        for told in findings:
            _show_one(screen, told)
    elif findings:
        screen.table(_COLUMNS, [_row(told) for told in findings])


def _row(told: Finding) -> tuple[object, ...]:
    where = spot(told.place.sheet, told.place.cell)
    return _SEVERITIES[told.severity], told.rule_id, where, told.value, told.expected, _text(told)


def _show_one(screen: Screen, told: Finding) -> None:
    """Show where it stands and what is there; then what is said of it, further in."""
    where = spot(told.place.sheet, told.place.cell)
    facts = [
        _SEVERITIES[told.severity],
        f"セル / cell: {where}" if where else "",
        f"値 / value: {told.value}" if told.value is not None else "",
        f"正 / expected: {told.expected}" if told.expected is not None else "",
    ]
    screen.say("　".join(filter(None, facts)), "bold")
    screen.say(f"{_text(told)}\n（{told.rule_id}）", indent=2)


def _text(told: Finding) -> str:
    return "\n".join((told.message_ja, f"→ {told.hint_ja}", told.message_en, f"→ {told.hint_en}"))
