"""Every real list with one header row, told in all other ways, is read as it is when told plainly."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from keiyu.read.decode import decode
from keiyu.read.grid import Cell
from relations import CAREFUL, EXACT, in_text
from retelling import Listed, answer, compare

pytestmark = [pytest.mark.real, pytest.mark.slow]
FAMILIES = ("nursery_lists", "vacancy", "relay_lists")
MOST = 12
"""Records of a list that are told; the relations are about its columns."""


def listed(path: Path) -> Listed | None:
    """The list of a file as text, where it has one header row."""
    data = path.read_bytes()
    said = answer(data, path.name)
    if said["expect"] != "accept" or not said["rows"]:
        return None
    grid = next(g for g in decode(data).grids if g.name == said["sheet"])
    rows = said["header_rows"] or [0]
    if len(rows) > 1:
        return None
    shift = 0 if grid.features else 1
    header = [_text(cell) for cell in grid.rows[rows[0] - shift]]
    while header and not header[-1]:
        header.pop()
    cells = [grid.rows[row["row"] - shift] for row in said["rows"][:MOST]]
    told = [[*map(_text, row), *[""] * len(header)][: len(header)] for row in cells]
    return Listed(tuple(header), tuple(map(tuple, told)))


def _text(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    return str(cell).strip()


def differences(name: str, one: Listed) -> Iterator[str]:
    plain = in_text(one, Random(name))
    assert plain is not None
    base = answer(plain.data, plain.name)
    if base["expect"] != "accept":
        yield f"{name}: {base['reason']}"
        return
    for relation, tell in {**EXACT, **CAREFUL}.items():
        told = tell(one, Random(f"{name} {relation}"))
        if told is not None:
            found = compare(one, base, told, answer(told.data, told.name))
            yield from (f"{name}, {relation}: {what}" for what in found.wrong)
            yield from (f"{name}, {relation}, asked: {what}" for what in found.asked if relation in EXACT)


def test_real_lists_told_in_another_way_are_read_the_same(shared: Path) -> None:
    paths = sorted(path for family in FAMILIES for path in (shared / family).rglob("*") if path.is_file())
    lists = {path.name: one for path in paths if (one := listed(path)) is not None}
    assert len(lists) > 30
    assert [said for name, one in lists.items() for said in differences(name, one)] == []
