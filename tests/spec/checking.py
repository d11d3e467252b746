"""Tiny visible tables in, findings out.

A file is written as blocks. A block's first line is ``table key…`` followed by the codes of the last
dimension (ages), its further lines a code of the other dimension and the figures; what is not
written is 0, ``.`` is blank. A block of a records table has the fields in its first line. Each block
is one row of the file; a block whose key is ``計`` is the file's own total row. Row 2 is the first.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from openpyxl.utils import get_column_letter

from keiyu.check import Checked, check
from keiyu.check.judge import RowExpectation
from keiyu.codes import areas
from keiyu.contract import Contract, load
from keiyu.contract.model import Table
from keiyu.findings import Finding
from keiyu.read.model import Placement, Reading, TableReading

HOME = Path(__file__).resolve().parents[2]
SCHEMAS, EXPECTATIONS = HOME / "schemas", HOME / "expectations"
AREAS = areas.load(SCHEMAS)
AS_OF = dt.date(2025, 4, 1)
FIRST_ROW = 2


@dataclass
class Checker:
    """Checks the visible files of one line."""

    line: str
    as_of: dt.date = AS_OF

    @property
    def contract(self) -> Contract:
        return load(self.line, SCHEMAS)

    def file(self, text: str, name: str = "file.xlsx") -> Reading:
        """Read a visible file."""
        blocks = [block.split("\n") for block in re.split(r"\n{2,}", _dedent(text).strip())]
        reading = Reading(name, name, line=self.line)
        for table in self.contract.tables:
            own = [block for block in blocks if block[0].split()[0] == table.name]
            if own:
                reading.tables.append(_table(table, own))
        return reading

    def check(self, *files: str | Reading, senders: Sequence[str | None] | None = None, **more: Any) -> Checked:
        """Check visible files in one batch."""
        readings = [file if isinstance(file, Reading) else self.file(file, f"{n}.xlsx") for n, file in enumerate(files)]
        return check(
            self.contract,
            readings,
            areas=AREAS,
            expectations=EXPECTATIONS,
            senders=senders or [None] * len(readings),
            as_of=self.as_of,
            **more,
        )

    def findings(self, *files: str | Reading, **more: Any) -> list[str]:
        """Check visible files and write their findings down."""
        return [told(finding) for _, finding in self.check(*files, **more).findings]

    def each(self, *files: str | Reading, **more: Any) -> list[list[str]]:
        """Check visible files in one batch and write the findings of each down."""
        findings = self.check(*files, **more).findings
        return [[told(finding) for n, finding in findings if n == number] for number in range(len(files))]


def told(finding: Finding) -> str:
    """Write a finding down: rule, severity, cell, message."""
    place = finding.place
    return f"{finding.rule_id} {finding.severity} {place.table}!{place.cell} {finding.message_ja}"


def _dedent(text: str) -> str:
    return "\n".join(line.strip() for line in text.split("\n"))


def _table(table: Table, blocks: list[list[str]]) -> TableReading:
    rows = [_cube_row(table, block) if table.is_cube else _record(table, block) for block in blocks]
    keys = [block[0].split()[1] for block in blocks]
    own = [row for row, key in zip(rows, keys, strict=True) if key != "計"]
    columns = {f.name: [row.get(f.name) for row in own] for f in table.fields}
    letters = {f.name: get_column_letter(n) for n, f in enumerate(table.fields, start=1)}
    numbers = [FIRST_ROW + n for n, key in enumerate(keys) if key != "計"]
    reading = TableReading(table.name, Placement(table.label_ja, letters), numbers, columns)
    if "計" in keys:
        at = keys.index("計")
        figures = {f.name for f in table.measures}
        reading.totals = {name: value for name, value in rows[at].items() if name in figures}
        reading.totals_row = FIRST_ROW + at
    return reading


def _cube_row(table: Table, block: list[str]) -> dict[str, Any]:
    """One wide row: the key in the block's head, figures by code."""
    ages, *others = sorted(table.dimensions, key=lambda d: d.name != "age_band")
    head = block[0].split()[1:]
    key, codes = head[: len(table.key)], head[len(table.key) :]
    row: dict[str, Any] = dict(zip(table.key, key, strict=False))
    names = {tuple(f.dimensions.get(d.name) for d in (*others, ages)): f.name for f in table.measures}
    row |= dict.fromkeys(names.values(), 0)
    for line in block[1:]:
        words = line.split()
        other, figures = (words[:1], words[1:]) if others else ([], words)
        told = {(*other, code): _value(text) for code, text in zip(codes, figures, strict=True)}
        row |= {names[at]: figure for at, figure in told.items() if at in names or figure is not None}
    return row


def _record(table: Table, block: list[str]) -> dict[str, Any]:
    head, body = block[0].split()[1:], block[1].split()
    return {name: _typed(table.by_name[name].type, text) for name, text in zip(head, body, strict=True)}


def _typed(kind: str, text: str) -> Any:
    if text == ".":
        return None
    makers = {"integer": int, "number": float, "date": dt.date.fromisoformat, "boolean": "yes".__eq__}
    return makers.get(kind, str)(text)


def _value(text: str) -> int | None:
    return None if text == "." else int(text)


def frame(text: str) -> tuple[pd.DataFrame, list[str]]:
    """Read a visible frame whose last column says what the judgement should be: ok, NG or - (not judged)."""
    lines = [[cell.strip() for cell in line.split("|")] for line in _dedent(text).strip().split("\n")]
    columns = {}
    for number, name in enumerate(lines[0][:-1]):
        cells = [line[number] for line in lines[1:]]
        columns[name] = _column(cells)
    return pd.DataFrame(columns), [line[-1] for line in lines[1:]]


def _column(cells: list[str]) -> Any:
    """Whole numbers become Int64 (area codes with a leading 0 stay text), decimals floats, the rest text."""
    known = [cell for cell in cells if cell != "."]
    if all(re.fullmatch(r"-?(0|[1-9]\d{0,4})", cell) for cell in known):
        return pd.array([None if cell == "." else int(cell) for cell in cells], dtype="Int64")
    if all(re.fullmatch(r"\d{1,4}(\.\d+)?", cell) for cell in known):
        return pd.array([np.nan if cell == "." else float(cell) for cell in cells], dtype="float64")
    return pd.array([None if cell == "." else cell for cell in cells], dtype="str")


def judged(rule: type[RowExpectation], text: str, **arguments: Any) -> None:
    """Judge a visible frame and compare with its last column."""
    data, expected = frame(text)
    filled = {name: field.default for name, field in rule.__fields__.items() if name in rule.success_keys}
    found = rule.judge(data, **{**filled, **arguments})
    failed = set(found.failed.tolist())
    assert ["NG" if n in failed else "ok" for n in range(len(data))] == [e if e == "NG" else "ok" for e in expected]
    assert found.judged == sum(e != "-" for e in expected)
    assert all(len(values) == len(failed) for values in found.facts.values())
