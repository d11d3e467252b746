"""Tables that count different things for the same facilities: places on one sheet, those who wait on another.

They are one list with a row for each facility, where certain: every facility stands in both, under the very same
name and once, and no figure is in both with two values. Else they stay tables of their own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from keiyu.codes.areas import Areas
from keiyu.read import fold
from keiyu.read.general.given import NOWHERE
from keiyu.read.general.table import Table, table_of, understand
from keiyu.read.general.values import FieldColumn, FieldValues, read_columns, read_values
from keiyu.read.held import chosen
from keiyu.read.kinds import kind_of
from keiyu.read.values import raw

_KEYS: Final = ("name", "facility_id", "shelter_id", "address")
"""What records are joined by: their names, and where names come twice the others too."""
_FEWEST: Final = 2
_LONGEST: Final = 20_000

Key = tuple[str, ...]


@dataclass(frozen=True)
class Joined:
    """A table whose records are those of another.

    Attributes:
        table: the table.
        order: for each record of the other table its place among the records of this one.
        fields: what it says of the records that the other does not.
    """

    table: Table
    order: Sequence[int]
    fields: frozenset[str]


def join(tables: Sequence[Table], name: str, schemas: Path) -> list[Table]:
    """Join tables to those before them that have the same records.

    Args:
        tables: the tables of a file, the likeliest first.
        name: the file's name.
        schemas: the ``schemas/`` folder.
    """
    kept: list[Table] = []
    for table in tables:
        at = next((n for n, main in enumerate(kept) if _same_records(main, table)), None)
        own = _of_line(table, kept[at], name, schemas) if at is not None else table
        beside = _beside(kept[at], own) if at is not None else None
        if at is None or beside is None:
            kept.append(table)
        else:
            kept[at] = replace(kept[at], joined=(*kept[at].joined, beside), as_of=kept[at].as_of or own.as_of)
    return kept


def _same_records(main: Table, table: Table) -> bool:
    count = len(main.body.records)
    dates = {main.as_of, table.as_of} - {None}
    return (
        _FEWEST <= count == len(table.body.records) <= _LONGEST and len(dates) < _FEWEST and _order(main, table) != []
    )


def _order(main: Table, table: Table) -> list[int]:
    """Return for each record of a table its place in another; none where they are not the very same."""
    shared = [key for key in _KEYS if key in main.understanding.fields and key in table.understanding.fields]
    if not shared or shared[0] != _KEYS[0]:
        return []
    for keys in (shared[:1], shared):
        mine, theirs = _keyed(main, keys), _keyed(table, keys)
        if len(mine) == len(main.body.records) and mine.keys() == theirs.keys():
            return [theirs[key] for key in mine]
    return []


def _keyed(table: Table, fields: Sequence[str]) -> Mapping[Key, int]:
    """Return the place of each record by what it is joined by; the last where several have the same."""
    columns = (table.found.grid.column(table.understanding.fields[name]) for name in fields)
    cells = zip(*(chosen(column, table.body.records) for column in columns), strict=True)
    return {tuple(fold.joined(raw(cell)) for cell in of): n for n, of in enumerate(cells)}


def _of_line(table: Table, main: Table, name: str, schemas: Path) -> Table:
    """Return a table understood by the words of another's line."""
    if table.line is main.line:
        return table
    return table_of(table.found, *understand(table.found, [main.line]), name, schemas)


def _beside(main: Table, table: Table) -> Joined | None:
    """Return what a table adds to another; none where it counts nothing more, or counts the same otherwise."""
    held = {*main.understanding.fields, *(name for each in main.joined for name in each.fields)}
    more = frozenset(table.understanding.fields.keys() - held)
    figures = {name for name in table.understanding.fields if kind_of(table.line.fields[name]).figure}
    order = _order(main, table)
    if not figures & more or not order:
        return None
    mine = {v.field: [e.value for e in v.read] for v in (*read_values(main), *joined_values(main))}
    theirs = {v.field: [v.read[at].value for at in order] for v in read_values(table)}
    if any(mine[name] != theirs[name] for name in figures & mine.keys()):
        return None
    return Joined(table, order, more)


def joined_values(table: Table, areas: Areas | None = None) -> Iterator[FieldValues]:
    """Read what tables that are joined to a table say of its records.

    Args:
        table: the table.
        areas: the area table.
    """
    for of in table.joined:
        for v in read_values(of.table, areas):
            if v.field in of.fields:
                yield FieldValues(v.field, NOWHERE, [v.cells[n] for n in of.order], [v.read[n] for n in of.order])


def joined_columns(table: Table, areas: Areas | None = None) -> Iterator[FieldColumn]:
    """Read the same as typed columns.

    Args:
        table: the table.
        areas: the area table.
    """
    for of in table.joined:
        to = {n: at for at, n in enumerate(of.order)}
        for c in read_columns(of.table, areas):
            if c.field in of.fields:
                marked = sorted((to[n], value) for n, value in c.marked)
                cells, values = ([column[n] for n in of.order] for column in (c.cells, c.values))
                yield FieldColumn(c.field, NOWHERE, cells, values, marked)
