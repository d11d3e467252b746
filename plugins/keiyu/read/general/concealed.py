"""Rows and columns that a sheet does not show and that are read all the same: people may not know of them."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from keiyu.read.general.table import Table
from keiyu.read.grid import letters


class Concealed(NamedTuple):
    """What a sheet does not show.

    Attributes:
        sheet: the sheet.
        places: numbers of its rows and letters of its columns.
    """

    sheet: str | None
    places: str


def concealed(tables: Iterable[Table]) -> Iterator[Concealed]:
    """Yield the hidden rows and columns that tables were read from, once for each sheet.

    Args:
        tables: the tables.
    """
    rows: dict[str | None, set[int]] = {}
    columns: dict[str | None, set[int]] = {}
    for table in tables:
        grid, looks = table.found.grid, table.found.grid.looks
        if looks.hidden_rows:
            rows.setdefault(grid.name, set()).update(looks.hidden_rows.intersection(table.body.records))
        if looks.hidden_columns:
            used = map(table.found.source, table.understanding.fields.values())
            columns.setdefault(grid.name, set()).update(looks.hidden_columns.intersection(used))
    for sheet in dict.fromkeys((*rows, *columns)):
        told = [_span(first + 1, last + 1) for first, last in _runs(sorted(rows.get(sheet, ())))]
        told += [_span(letters(first), letters(last)) for first, last in _runs(sorted(columns.get(sheet, ())))]
        if told:
            yield Concealed(sheet, "、".join(told)[:200])


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and the last of numbers that follow each other."""
    for _, run in groupby(enumerate(numbers), lambda item: item[1] - item[0]):
        own = [number for _, number in run]
        yield own[0], own[-1]


def _span(first: int | str, last: int | str) -> str:
    return f"{first}" if first == last else f"{first}–{last}"
