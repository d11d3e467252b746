"""Cells of the real files, read by their kind, are what a careful clerk reads (tests/real/gold)."""

import datetime as dt
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from keiyu.codes import areas
from keiyu.contract import lines, load
from keiyu.contract.model import Contract, Field
from keiyu.read.kinds import Normaliser, Terms, kind_of
from real import raw, scoring

pytestmark = pytest.mark.real

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
AS_WRITTEN = {"listed"}
TABLES = [gold for gold in scoring.load_all() if gold["expect"] == "accept" and gold["rows"]]


@cache
def fields() -> Mapping[str, tuple[Contract, Field]]:
    """Every field by name; where lines share one, the first line's."""
    found: dict[str, tuple[Contract, Field]] = {}
    for line in lines(SCHEMAS):
        contract = load(line, SCHEMAS)
        for field in contract.fields.values():
            found.setdefault(field.name, (contract, field))
    return found


@cache
def reader(name: str) -> Normaliser:
    contract, field = fields()[name]
    terms = Terms.of_field(field, contract, areas=areas.load(SCHEMAS), at=dt.date(2024, 4, 1))
    return Normaliser(kind_of(field), terms)


def told(name: str, cell: Any) -> dict[str, Any]:
    """What the reader says of a cell, in the form of an answer."""
    read = reader(name).read(cell)
    value = str(cell).strip() if reader(name).kind.name in AS_WRITTEN and read.value is not None else read.value
    value = value.isoformat() if isinstance(value, dt.date) else value
    status = read.status.value
    return {"values": {name: value}, "status": {} if status in ("reported", "true_zero") else {name: status}}


def columns_of(gold: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The columns that hold one field whole and need no legend."""
    whole = (c for c in gold["columns"] if c["field"] in fields() and "part" not in c and "same_as" not in c)
    return [c for c in whole if not c["field"].startswith("vacancy_")]


@pytest.mark.parametrize("gold", TABLES, ids=lambda gold: gold["file"])
def test_every_cell_is_read_as_gold_states(gold: Mapping[str, Any], shared: Path) -> None:
    grid = raw.cells(shared / gold["file"], gold["encoding"], gold["sheet"])
    misses = []
    for want in gold["rows"]:
        for column in columns_of(gold):
            name, cells = column["field"], grid[want["row"]]
            if name not in want["values"]:
                continue
            cell = cells[column["index"]] if column["index"] < len(cells) else ""
            if not scoring._right(name, want, told(name, cell)):
                misses.append(f"row {want['row']} {name}: {cell!r} is {told(name, cell)}, not {want['values'][name]!r}")
    assert misses == []
