"""From failing positions to findings: the cell, the sentence with the actual figures, the hint.

What can be long is cut where it no longer helps, never silently: per rule and reporter the first
``PER_REPORTER`` failures of a file are told one by one, per rule and file at most ``PER_FILE``, and
one more finding says how many others there are.
"""

import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from keiyu.check.batch import Batch
from keiyu.check.engine import Outcome
from keiyu.check.model import AT, READING, REPORTER, ROW, Rule, RuleFailedError
from keiyu.check.suites import REPORTERS, TEXTS, TIDY, TOTALS, WIDE
from keiyu.check.words import Lexicon, Words, missing, plain
from keiyu.findings import Finding, Place, Severity
from keiyu.read.model import Reading

PER_REPORTER: Final = 20
PER_FILE: Final = 2000
NOT_NULL: Final = "expect_column_values_to_not_be_null"

_FACT: Final = "="
_MORE: Final = (
    "同じ指摘がこのほかに {n:,} 件あります（例: {first}）",
    "There are {n:,} more findings of this rule (for example: {first})",
)


@dataclass(frozen=True)
class Teller:
    """Makes the findings of one micro-batch.

    Attributes:
        batch: its rows.
        readings: its files.
        lexicon: its labels.
        told: cells, and columns, of which reading has already said that they cannot be used.
    """

    batch: Batch
    readings: Sequence[Reading]
    lexicon: Lexicon
    told: frozenset[tuple[int, str | None, str]]

    @classmethod
    def of(cls, batch: Batch, readings: Sequence[Reading]) -> "Teller":
        """Make a teller that does not repeat what reading has already said of a cell."""
        errors = [(n, f.place) for n, r in enumerate(readings) for f in r.findings if f.severity is Severity.ERROR]
        cells = {(n, place.sheet, place.cell) for n, place in errors if place.cell is not None}
        columns = {(n, None, place.field) for n, place in errors if place.cell is None and place.field is not None}
        return cls(batch, readings, Lexicon(batch), frozenset(cells | columns))

    def findings(self, outcome: Outcome, frame: pd.DataFrame) -> Iterator[tuple[int, Finding]]:
        """Yield the findings of one rule with the index of their reading.

        Args:
            outcome: what failed.
            frame: the frame that was judged.
        """
        rule, facts = outcome.rule, pd.DataFrame(dict(outcome.facts), dtype=object)
        failing = frame[_needed(rule, frame)].iloc[outcome.positions]
        failing = pd.concat([failing.reset_index(drop=True), facts.add_prefix(_FACT)], axis=1)
        if rule.type == NOT_NULL and self.told:
            failing = failing[~self._are_told(rule, failing)]
        kept, others = _cut(failing)
        for row in _records(failing.iloc[kept]):
            yield row[READING], self._finding(rule, row)
        for row, (_, count, reporter) in zip(_records(failing.iloc[[o[0] for o in others]]), others, strict=True):
            yield row[READING], _more(self._finding(rule, row), count, reporter)

    def _are_told(self, rule: Rule, failing: pd.DataFrame) -> np.ndarray:
        """Return which rows point to a cell, or a whole column, that reading already said it cannot use."""
        told = np.zeros(len(failing), dtype=bool)
        for number in np.flatnonzero(failing[READING].isin({n for n, _, _ in self.told})):
            row = _records(failing.iloc[[int(number)]])[0]
            place = self._place(rule, row, _field(rule, row))
            places = {(row[READING], place.sheet, place.cell), (row[READING], None, place.field)}
            told[number] = bool(places & self.told)
        return told

    def _finding(self, rule: Rule, row: Mapping[str, Any]) -> Finding:
        field = _field(rule, row)
        found = {name.removeprefix(_FACT): value for name, value in row.items() if name.startswith(_FACT)}
        place = self._place(rule, row, field)
        raw = self._raw(rule, row, field)
        value = found.get(
            "value", row.get("value" if rule.frame in (TIDY, TOTALS) else rule.kwargs.get("column", field))
        )
        expected = found.get("expected", _expected(rule))
        known = {"value": value, "expected": expected, "row": row.get(ROW), "field": field, "reporter": row[REPORTER]}
        facts = {**rule.kwargs, **row, **found, **known, "table": place.table, "cell": place.cell, "sheet": place.sheet}
        return Finding(
            rule.rule_id,
            rule.severity,
            **{name: self._text(rule, name, facts) for name in TEXTS},
            place=place,
            value=plain(value) if raw is None else raw,
            expected=plain(expected),
        )

    def _text(self, rule: Rule, name: str, facts: Mapping[str, Any]) -> str:
        template: str = getattr(rule, name)
        try:
            return template.format_map(Words(self.lexicon, name[-2:], facts, rule.frame))
        except KeyError as error:
            raise RuleFailedError(rule.rule_id, rule.type, f"{name}: nothing is known as {error}") from error

    def _place(self, rule: Rule, row: Mapping[str, Any], field: str | None) -> Place:
        """Return the cell that a row's field came from."""
        table, at = self._origin(rule, row, field)
        rows = self.batch.rows[table]
        part = rows.part(at)
        line = part.source.rows[at - part.start] if rule.frame != TOTALS else part.source.totals_row
        placement = part.source.placement
        cell = placement.cell(field, line) if field is not None and line is not None else None
        reporter = None if missing(row[REPORTER]) else str(row[REPORTER])
        return Place(self.readings[part.reading].file, placement.sheet_of(field), cell, table, field, reporter)

    def _raw(self, rule: Rule, row: Mapping[str, Any], field: str | None) -> str | None:
        """Return the value as written, where that is kept."""
        if rule.frame == TOTALS or field is None:
            return None
        table, at = self._origin(rule, row, field)
        return self.batch.rows[table].raw(at, field)

    def _origin(self, rule: Rule, row: Mapping[str, Any], field: str | None) -> tuple[str, int]:
        """Return table and position of the row that a finding points to."""
        if rule.frame in (TIDY, TOTALS, REPORTERS):
            return row["table"], int(row[AT])
        if rule.frame != WIDE:
            return rule.frame, int(row[AT])
        present = [name for name in self.batch.rows if not missing(row.get(f"{AT}.{name}"))]
        having = [name for name in present if field in self.batch.rows[name].table.by_name]
        table = (having or present)[0]
        return table, int(row[f"{AT}.{table}"])


def _field(rule: Rule, row: Mapping[str, Any]) -> str | None:
    """Return the field a finding points to: the figure's own, or the rule's first."""
    if rule.frame in (TIDY, TOTALS):
        return str(row["field"])
    return rule.fields[0] if rule.fields else rule.kwargs.get("column")


def _needed(rule: Rule, frame: pd.DataFrame) -> list[str]:
    """Return the columns that place and message of a finding need."""
    words = {name for text in TEXTS for _, name, _, _ in string.Formatter().parse(getattr(rule, text)) if name}
    words |= {name.removesuffix("_name") for name in words}
    words |= {READING, REPORTER, ROW, "table", "field", "value", *rule.fields, rule.kwargs.get("column", "")}
    return [name for name in map(str, frame) if name in words or name.startswith(AT)]


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    names = [str(name) for name in frame]
    lists = [frame[name].to_numpy(dtype=object) for name in names]
    return [dict(zip(names, values, strict=True)) for values in zip(*lists, strict=True)]


def _cut(failing: pd.DataFrame) -> tuple[np.ndarray, list[tuple[int, int, str | None]]]:
    """Choose what is told one by one.

    Returns:
        Positions of those, and per file the position of the first other, the number of others and
        their reporter where there is only one.
    """
    ranks = pd.DataFrame({"reading": failing[READING].to_numpy(), "reporter": failing[REPORTER].to_numpy(dtype=object)})
    ranks["nth"] = ranks.groupby(["reading", "reporter"], dropna=False).cumcount()
    ranks["place"] = ranks.sort_values("nth", kind="stable").groupby("reading").cumcount()
    keep = (ranks["nth"] < PER_REPORTER) & (ranks["place"] < PER_FILE)
    others = []
    for _, left in ranks[~keep].groupby("reading"):
        reporters = left["reporter"].unique()
        only = reporters[0] if len(reporters) == 1 and isinstance(reporters[0], str) else None
        others.append((int(left.index[0]), len(left), only))
    return np.flatnonzero(keep), others


def _more(example: Finding, count: int, reporter: str | None) -> Finding:
    """Turn the first of the findings left out into one that stands for all of them."""
    firsts = (example.message_ja, example.message_en)
    ja, en = (text.format(n=count, first=first) for text, first in zip(_MORE, firsts, strict=True))
    place = Place(file=example.place.file, table=example.place.table, reporter=reporter)
    return replace(example, message_ja=ja, message_en=en, value=None, expected=None, place=place)


def _expected(rule: Rule) -> Any:
    """Return what a rule on a single column would accept."""
    kwargs = rule.kwargs if "column" in rule.kwargs else {}
    if "value_set" in kwargs:
        return list(kwargs["value_set"])
    least, most = kwargs.get("min_value"), kwargs.get("max_value")
    if least is not None and most is not None:
        return f"{least}–{most}"
    return f">= {least}" if least is not None else f"<= {most}" if most is not None else kwargs.get("regex")
