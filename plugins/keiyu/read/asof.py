"""The reference date of a file: from title, labelled cell, column, sheet name, file name; never a guess.

What the file itself says goes before its name, because names carry the day of sending or of publishing
as often as the reference date. Among several dates of a title block those that are reference dates of
the line (its waves) go before others, which are days of printing.
"""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from keiyu.codes.eras import find_date, find_month, parse_date
from keiyu.contract.dates import is_wave
from keiyu.contract.model import Contract
from keiyu.read import fold
from keiyu.read.find import Region, Wide
from keiyu.read.grid import Cell, Grid, Row, address
from keiyu.read.labels import Labels
from keiyu.read.notes import Notes

MONTHLY: Final = "monthly"
_SHORTEST: Final = 4
_PARTS: Final = re.compile(r"[\s（）()【】\[\]「」、。]+")


@dataclass(frozen=True, slots=True)
class Block:
    """Where a reference date may stand in a sheet.

    Attributes:
        grid: the sheet.
        above: number of rows above the table.
        period: 0-based column of the reference date in the table, if it has one.
    """

    grid: Grid
    above: int
    period: int | None = None

    @classmethod
    def of(cls, region: Region) -> "Block":
        """Return the block of a table that was found."""
        plan = region.plan
        if isinstance(plan, Wide):
            return cls(region.grid, region.row + 1 - len(plan.header), plan.columns.period)
        return cls(region.grid, region.row)


@dataclass(frozen=True, slots=True)
class Dated:
    """A date and where it stands."""

    date: dt.date
    sheet: str | None
    cell: str | None


@lru_cache(maxsize=16_384)
def _in_text(text: str, monthly: bool) -> tuple[dt.date, ...]:
    """Return the dates that a text names: the one it is about, or where that is open each of its parts'."""
    if len(text) < _SHORTEST or not any(c.isdigit() or c in "元一二三四五六七八九十" for c in text):
        return ()
    whole = _date(text, monthly)
    if whole is not None:
        return (whole,)
    return tuple(dict.fromkeys(d for part in _PARTS.split(text) if (d := _date(part, monthly)) is not None))


def _date(text: str, monthly: bool) -> dt.date | None:
    return find_date(text) or (find_month(text) if monthly else None)


def find_as_of(
    blocks: Sequence[Block], labels: Labels, name: str, hint: dt.date | None, notes: Notes
) -> dt.date | None:
    """Find the reference date of a file.

    Args:
        blocks: where it may stand.
        labels: labels of the line.
        name: the file's name.
        hint: the collection that the sender named, if any.
        notes: where findings go.

    Returns:
        The date; none where there is none or where the file contradicts itself.
    """
    contract = labels.contract
    said = _said(blocks, labels)
    inside = _choose(said, contract)
    named = _in_text(name.rpartition(".")[0] or name, MONTHLY in contract.waves)
    waves = [d for d in named if is_wave(contract, d)]
    stem = waves[0] if len(waves) == 1 else None
    if len(inside) > 1:
        other = inside[1]
        dates = "、".join(d.date.isoformat() for d in inside)
        notes.add("read.as_of.conflict", sheet=other.sheet, cell=other.cell, value=dates)
        return None
    if inside:
        _compare(inside[0], stem, hint, notes)
        return inside[0].date
    if hint is not None:
        return hint
    if stem is not None:
        return stem
    notes.add("read.as_of.missing", expected="、".join(contract.waves))
    return None


def _compare(inside: Dated, stem: dt.date | None, hint: dt.date | None, notes: Notes) -> None:
    """Tell where the file says another date than its name or its sender."""
    place = {"sheet": inside.sheet, "cell": inside.cell, "value": inside.date.isoformat()}
    if hint is not None and hint != inside.date:
        notes.add("read.as_of.collection", expected=hint.isoformat(), **place)
    elif stem is not None and stem != inside.date:
        notes.add("read.as_of.file_name", expected=stem.isoformat(), **place)


def _choose(said: Sequence[Dated], contract: Contract) -> list[Dated]:
    """Return one entry per date that counts: the line's own reference dates, if there are any."""
    waves = [d for d in said if is_wave(contract, d.date)]
    return list({d.date: d for d in reversed(waves or said)}.values())[::-1]


def _said(blocks: Sequence[Block], labels: Labels) -> list[Dated]:
    found: list[Dated] = []
    monthly = MONTHLY in labels.contract.waves
    for block in blocks:
        sheet = block.grid.name
        for number, row in enumerate(block.grid.rows[: block.above]):
            found.extend(_in_row(number, row, sheet, labels, monthly))
        if block.period is not None:
            found.extend(_in_column(block.grid, block.above + 1, block.period))
        found.extend(Dated(date, sheet, None) for date in _in_text(sheet or "", monthly))
    return found


def _in_row(number: int, row: Row, sheet: str | None, labels: Labels, monthly: bool) -> Iterator[Dated]:
    for column, cell in enumerate(row):
        if type(cell) is not str or not cell:
            continue
        dates = _in_text(cell, monthly)
        yield from (Dated(date, sheet, address(number, column)) for date in dates)
        if not dates and fold.label(cell) in labels.period:
            yield from _labelled(number, row, column, sheet)


def _labelled(number: int, row: Row, column: int, sheet: str | None) -> Iterator[Dated]:
    """Read the cell right of a label such as 基準日, where it is a date by type or a serial number."""
    at = next((i for i in range(column + 1, len(row)) if row[i] != ""), None)
    if at is not None and type(row[at]) is not str:
        date = parse_date(row[at])
        if date is not None:
            yield Dated(date, sheet, address(number, at))


def _in_column(grid: Grid, start: int, column: int) -> Iterator[Dated]:
    seen: set[Cell] = set()
    for number, row in enumerate(grid.rows[start:], start):
        cell = row[column] if column < len(row) else ""
        if cell == "" or cell in seen:
            continue
        seen.add(cell)
        date = parse_date(cell)
        if date is not None:
            yield Dated(date, grid.name, address(number, column))
