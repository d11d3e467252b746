"""A line small enough to see: files are JSON ``{reporter: [total, age0]}``, wrong where age0 exceeds total.

The register and the intake run for real on it; only reading and checking are this small.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from keiyu import register
from keiyu.check.model import Checked, RuleFailedError, Verdict
from keiyu.contract import arrow
from keiyu.contract.model import Code, Collection, Contract, Dimension, Field, Publication, Relay, Respondents, Table
from keiyu.findings import Finding, Place, Severity
from keiyu.ledger import Ledger
from keiyu.ledger.claims import desk
from keiyu.read.model import Placement, Reading, TableReading
from keiyu.receive import Arrival, Receipt, Storage, receive_many
from keiyu.receive.workspace import Workspace

APRIL = Collection("tiny", dt.date(2025, 4, 1))
MAY = Collection("tiny", dt.date(2025, 5, 1))
MEASURES = ("children_total", "children_age0")


def _field(name: str, **facts: Any) -> Field:
    return Field(name, name, name, name, name, **facts)


_AGES = Dimension("age", "年齢", "age", (Code("total", "計", "total"), Code("age0", "0歳", "age 0", parent="total")))
_KEY = _field("area_code", type="string", key=True, required=True)
_CUBE = Table(
    "children", "児童", "children", "児童数", "children",
    (_KEY, *(_field(f"children_{c.code}", type="integer", dimensions={"age": c.code}) for c in _AGES.codes)),
    (_AGES,),
)  # fmt: skip
_RECORDS = Table(
    "rooms", "部屋", "rooms", "部屋", "rooms",
    (_KEY, _field("room", type="string", key=True), _field("area", type="number")),
)  # fmt: skip
CONTRACT = Contract(
    line="tiny", version="1.0.0", name_ja="小", name_en="tiny", purpose="", authority="",
    tables=(_CUBE, _RECORDS), national=(), respondents=Respondents("municipality", "area_code"),
    relay=Relay("parallel", "prefecture", ()), publication=Publication("at_once", 1.0, "complete"),
    symbols=(), waves=("04-01",), dates={}, disclosure={}, headline={}, folder=Path("tiny"), digest="c" * 64,
    nil_return=True,
)  # fmt: skip

WRONG = Finding("tiny.sum", Severity.ERROR, "合いません", "does not add up", "直す", "mend it")


def body(figures: Mapping[str, Sequence[int]], note: str = "") -> bytes:
    """The bytes of a file; the note makes equal figures different bytes."""
    return json.dumps({"note": note, **figures}).encode()


def read(data: bytes, filename: str) -> Reading:
    figures = {key: value for key, value in json.loads(data).items() if key != "note"}
    reading = Reading(filename, hashlib.sha256(data).hexdigest(), "tiny", "json", APRIL.as_of)
    columns: dict[str, Sequence[Any]] = {"area_code": list(figures)}
    for number, name in enumerate(MEASURES):
        columns[name] = [values[number] for values in figures.values()]
    rows = list(range(1, len(figures) + 1))
    placement = Placement("表", {"area_code": "A", "children_total": "B", "children_age0": "C"})
    reading.tables = [
        TableReading("children", placement, rows, columns),
        TableReading(
            "rooms",
            placement,
            rows,
            {"area_code": list(figures), "room": ["r"] * len(rows), "area": [0.1 * v[0] for v in figures.values()]},
        ),
    ]
    return reading


def check(readings: Sequence[Reading]) -> Checked:
    frames = {table.name: _frame(table, readings) for table in CONTRACT.tables}
    verdicts, findings = [], []
    for number, reading in enumerate(readings):
        columns = reading.tables[0].columns
        for code, total, age0 in zip(*(columns[name] for name in ("area_code", *MEASURES)), strict=True):
            verdicts.append(Verdict(number, code, age0 <= total))
            if age0 > total:
                findings.append((number, Finding(**{**_attrs(WRONG), "place": Place(reporter=code, cell="C1")})))
    return Checked(frames, findings, verdicts, "d" * 64)


def _attrs(finding: Finding) -> dict[str, Any]:
    return {name: getattr(finding, name) for name in finding.__slots__}


def _frame(table: Table, readings: Sequence[Reading]) -> pa.Table:
    schema = arrow.schema(table)
    parts = [(n, t) for n, reading in enumerate(readings) for t in reading.tables if t.table == table.name]
    columns = {
        "_reading": pa.array([n for n, part in parts for _ in part.rows], pa.int32()),
        "_row": pa.array([row for _, part in parts for row in part.rows], pa.int32()),
        **{f.name: pa.array([v for _, part in parts for v in part.columns[f.name]], f.type) for f in schema},
    }
    columns["marks"] = pa.array([[] for _ in range(len(columns["_row"]))], arrow.MARKS)
    return pa.table(columns)


@dataclass
class House:
    """A ledger and a storage, with the tiny line's way of deciding what was received."""

    ledger: Ledger
    storage: Storage

    def receive(self, *bodies: bytes, sender: str | None = None) -> list[Receipt]:
        """Receive files in one burst."""
        arrivals = [Arrival(data, f"{n}.json", sender, "cli") for n, data in enumerate(bodies)]
        return receive_many(self.ledger, self.storage, arrivals)

    def decide(self, only: Sequence[str] | None = None, files: int = 10_000) -> int:
        """Decide what waits, in one micro-batch; returns how many."""
        with desk(self.ledger) as held:
            claimed = held.claim(files, 1 << 40, only)
            if claimed:
                readings = [read(self.storage.landing_get(one.digest), one.filename) for one in claimed]
                group = register.Group(CONTRACT, APRIL.as_of, claimed, readings, check(readings))
                staged = register.stage(self.storage, [group])
                with held.writing() as connection:
                    register.accept(connection, self.storage, staged)
        return len(claimed)

    def totals(self, at_seq: int | None = None) -> dict[str, int]:
        """Reporter → live total."""
        rows = register.current(self.ledger, self.storage, CONTRACT, "children", APRIL.as_of, at_seq=at_seq)
        return dict(zip(rows["area_code"].to_pylist(), rows["children_total"].to_pylist(), strict=True))


class TinyWorkspace(Workspace):
    """An installation whose only line is the tiny one."""

    @property
    def lines(self) -> tuple[str, ...]:
        return ("tiny",)

    def contract(self, line: str) -> Contract:
        return CONTRACT


def read_as_intake_does(data: bytes, filename: str, *_: object, as_of: dt.date | None, **__: object) -> Reading:
    """Read as ``keiyu.read.read`` is called; a file named ``undated…`` says no date, ``crash…`` crashes."""
    if filename.startswith("crash"):
        raise ValueError(filename)
    reading = read(data, filename)
    reading.as_of = as_of or (None if filename.startswith("undated") else APRIL.as_of)
    return reading


def check_as_intake_does(_: Contract, readings: Sequence[Reading], **__: object) -> Checked:
    """Check as ``keiyu.check.check`` is called; a reporter named ``poison…`` crashes it."""
    for reading in readings:
        if "poison" in str(reading.tables[0].columns["area_code"]):
            raise RuleFailedError("tiny.rule", "expect", "poison") if "rule" in reading.file else KeyError("poison")
    return check(readings)
