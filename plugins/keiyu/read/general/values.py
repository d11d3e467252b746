"""The values of a table's records, by field, each read by its kind."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from keiyu.codes.areas import Areas
from keiyu.read.general.parts import joined
from keiyu.read.general.table import Table
from keiyu.read.grid import Cell
from keiyu.read.kinds import Normaliser, kind_of
from keiyu.read.kinds.model import Value
from keiyu.read.model import ValueStatus

_ENDS: Final = {"open_time": "close_time", "extended_open_time": "extended_close_time"}


@dataclass(frozen=True, slots=True)
class FieldValues:
    """One field of a table.

    Attributes:
        field: the field.
        column: the 0-based column that it is read from; of parts the first.
        cells: the cells of the records.
        read: what they say.
    """

    field: str
    column: int
    cells: Sequence[Cell]
    read: Sequence[Value]


def read_values(table: Table, areas: Areas | None = None) -> list[FieldValues]:
    """Read the records of a table, field by field.

    Args:
        table: the table.
        areas: the area table, for codes that have lost digits.
    """
    rows = table.body.records
    found = []
    for name, column in table.understanding.fields.items():
        parts = table.understanding.parts.get(name)
        cells = _joined(table, parts, rows) if parts else _cells(table, column, rows)
        reader = Normaliser(kind_of(table.line.fields[name]), table.line.terms(name, areas, table.as_of))
        found.append(FieldValues(name, column, cells, [reader.read(cell) for cell in cells]))
    return [*found, *_ends(found, table)]


def _cells(table: Table, column: int, rows: Sequence[int]) -> list[Cell]:
    cells = table.found.grid.column(column)
    return [cells[row] for row in rows]


def _joined(table: Table, parts: Sequence[int], rows: Sequence[int]) -> list[Cell]:
    columns = [_cells(table, at, rows) for at in parts]
    return [joined(cells) if any(c != "" for c in cells) else "" for cells in zip(*columns, strict=True)]


def _ends(found: Sequence[FieldValues], table: Table) -> list[FieldValues]:
    """Return the ends of ranges that stand in one column with their beginnings."""
    named = {values.field: values for values in found}
    more = []
    for start, end in _ENDS.items():
        values = named.get(start)
        if values is None or end in named or end not in table.line.fields:
            continue
        untils: list[Any] = [value.more.get("until") for value in values.read]
        if any(untils):
            read = [
                Value(until, ValueStatus.REPORTED if until else value.status, value.raw)
                for until, value in zip(untils, values.read, strict=True)
            ]
            more.append(FieldValues(end, values.column, values.cells, read))
    return more
