"""Whose list it is, where no column says so: from its name, its addresses, its title, else from who sent it.

A city's own list rarely carries the city's code. Its name may (``131211_evacuation_space.csv``); its addresses name the
city, with its prefecture; its title does (``船橋市保育所一覧``); a list without any is that of the municipality that
sends it. What a prefecture or the ministry sends must say whose it is.
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from keiyu.codes.areas import PREFECTURE_NAME, Area, Areas
from keiyu.codes.mentions import mentioned
from keiyu.read import fold
from keiyu.read.general.table import Table
from keiyu.read.grid import Cell
from keiyu.read.held import chosen

ADDRESS: Final = "fullAddress"
"""Concept (GIF 住所) of the field that holds a whole address."""

_PREFECTURE: Final = re.compile(rf"({PREFECTURE_NAME})(.+)", re.DOTALL)
_CODE: Final = re.compile(r"(?<!\d)\d{6}(?!\d)", re.ASCII)
_ENDS: Final = re.compile(r"[市区町村]")
_LONGEST: Final = 14


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose list it is.

    Attributes:
        area: the municipality.
        rule: rule of the finding that tells how it was known.
    """

    area: Area
    rule: str


def owner_of(table: Table, file: str, areas: Areas, at: dt.date, sender: str | None) -> Owner | None:
    """Tell whose list a table is that has no column for it.

    Args:
        table: the table.
        file: the file's name as sent.
        areas: the dated area table.
        at: the reference date.
        sender: 6-digit code of the organisation that sent it; none for the ministry's own operator.

    Returns:
        Whose it is; none where nothing tells for certain.
    """
    coded = _coded(file, areas, at)
    if coded is not None:
        return Owner(coded, "read.reporter.file_name")
    column = next((at for name, at in table.understanding.fields.items() if _is_address(table, name)), None)
    cells = _cells(table, column) if column is not None else []
    named: dict[str, Area] = {}
    times = 0
    for area in filter(None, (_municipality(cell, areas, at) for cell in cells)):
        named[area.code6] = area
        times += 1
        if len(named) > 1:
            return None
    if named and 2 * times >= len(cells):
        return Owner(named.popitem()[1], "read.reporter.addresses")
    titled = _titled(table, file, areas, at)
    if titled is not None:
        return titled
    own = areas.get(sender, at) if sender else None
    return Owner(own, "read.reporter.sender") if own is not None and own.is_municipality else None


def home_of(sender: str | None, areas: Areas, at: dt.date) -> str | None:
    """Return the prefecture, two digits, of who sends a file: a prefecture or a municipality.

    Args:
        sender: 6-digit code; none for the ministry's own operator.
        areas: the dated area table.
        at: the reference date.
    """
    found = areas.get(sender, at) if sender else None
    return found.prefecture_code if found is not None else None


def _coded(file: str, areas: Areas, at: dt.date) -> Area | None:
    """Return the one municipality whose code, check digit included, a file's name carries."""
    found = {area.code6: area for code in _CODE.findall(file) if (area := areas.get(code, at)) and area.is_municipality}
    return found.popitem()[1] if len(found) == 1 else None


def _titled(table: Table, file: str, areas: Areas, at: dt.date) -> Owner | None:
    """Return the one municipality that the title over a table and the file's name speak of."""
    _, _, *above = table.found.title.split("\n", 2)
    told = {"read.reporter.title": "".join(above), "read.reporter.file_name": file}
    found = {area.code6: Owner(area, rule) for rule, text in told.items() for area in mentioned(text, areas, at)}
    return found.popitem()[1] if len(found) == 1 else None


def _is_address(table: Table, name: str) -> bool:
    return table.line.fields[name].concept == ADDRESS


def _cells(table: Table, column: int) -> list[Cell]:
    told = chosen(table.found.grid.column(column), table.body.records)
    return [cell for cell in told if cell != ""]


def _municipality(cell: Cell, areas: Areas, at: dt.date) -> Area | None:
    """Return the municipality that an address with its prefecture begins with (栄町 alone is often a quarter)."""
    split = _PREFECTURE.match("".join(fold.value(cell).split())) if isinstance(cell, str) else None
    if split is None:
        return None
    found = (areas.find(name, split[1], at) for name in _beginnings(split[2]))
    return next((area for area in found if area is not None and area.is_municipality), None)


def _beginnings(address: str) -> Iterator[str]:
    for end in _ENDS.finditer(address[:_LONGEST]):
        yield address[: end.end()]
