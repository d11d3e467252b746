"""What titles of sections, tables and sheets, and known forms, give to records: read like the cells of a column."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Final

from keiyu.codes.areas import Areas
from keiyu.read.general.table import Table
from keiyu.read.general.values import FieldColumn, FieldValues
from keiyu.read.held import each
from keiyu.read.kinds import Normaliser, kind_of

NOWHERE: Final = -1
"""Column of what no column holds."""


def given_values(table: Table, areas: Areas | None = None) -> list[FieldValues]:
    """Read what titles and the known form say of a table's records, field by field.

    Args:
        table: the table.
        areas: the area table.
    """
    found = []
    for name, cells in {**_fixed(table), **table.given}.items():
        kind = kind_of(table.line.fields[name])
        reader = Normaliser(kind, table.line.terms(name, areas, table.as_of))
        found.append(FieldValues(name, NOWHERE, cells, each(cells, reader.read)))
    return found


def _fixed(table: Table) -> dict[str, Sequence[str]]:
    """Return what the known form says of every record; whose list it is is told elsewhere."""
    memory = table.understanding.memory
    told = memory.layout.fixed if memory is not None else {}
    held = {*table.understanding.fields, table.line.contract.respondents.field}
    return {name: [text] * len(table.body.records) for name, text in told.items() if name not in held}


def given_columns(table: Table, areas: Areas | None = None) -> list[FieldColumn]:
    """Read what titles say of a table's records as typed columns; nothing in them stands in a cell of a record.

    Args:
        table: the table.
        areas: the area table.
    """
    given = given_values(table, areas)
    return [FieldColumn(v.field, v.column, v.cells, each(v.read, attrgetter("value")), ()) for v in given]
