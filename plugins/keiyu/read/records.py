"""The records of a list as ``inspect`` tells them; those of a long list are made when somebody looks at them."""

import datetime as dt
from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final, overload

from keiyu.codes.areas import Areas
from keiyu.read.formed import SIMPLE
from keiyu.read.general.given import given_values
from keiyu.read.general.joining import joined_values
from keiyu.read.general.table import Table
from keiyu.read.general.values import ENDS, FieldValues, read_values
from keiyu.read.grid import ColumnRows
from keiyu.read.kinds.model import Value

_AS_WRITTEN: Final = {"listed", "choice", "kana"}
_STEP: Final = 8_192

Record = dict[str, Any]


def records_of(tables: Sequence[Table], areas: Areas) -> Sequence[Record]:
    """Return the records of tables, one behind the other.

    Args:
        tables: the tables.
        areas: the area table.
    """
    if tables and all(map(_is_even, tables)):
        return Records(tables, areas)
    return [row for table in tables for row in _rows(table, values_of(table, areas))]


def values_of(table: Table, areas: Areas) -> list[FieldValues]:
    """Return what is said of a table's records, field by field.

    Args:
        table: the table.
        areas: the area table.
    """
    return [*read_values(table, areas), *given_values(table, areas), *joined_values(table, areas)]


def narrowed(table: Table, fields: Container[str]) -> Table:
    """Return a table of which only some fields are read.

    Args:
        table: the table.
        fields: the fields.
    """
    understanding = table.understanding
    columns = tuple(m if m.field in fields else replace(m, field=None) for m in understanding.columns)
    parts = {name: at for name, at in understanding.parts.items() if name in fields}
    return replace(table, understanding=replace(understanding, columns=columns, parts=parts))


def said_in(table: Table, fields: Container[str], areas: Areas) -> Iterator[Any]:
    """Yield what the records of a table say in some fields.

    Args:
        table: the table.
        fields: the fields.
        areas: the area table.
    """
    own = narrowed(table, fields)
    for part in _parts(own) if _is_even(own) else (own,):
        for each in values_of(part, areas):
            if each.field in fields:
                yield from (value.value for value in each.read)


def _is_even(table: Table) -> bool:
    """Return whether the records of a table are kept as columns, and no cell of one says anything of another's."""
    found = table.found
    if not isinstance(found.grid.rows, ColumnRows) or found.spread or table.ditto or table.joined:
        return False
    own = table.understanding.fields
    starts = {start for start, end in ENDS.items() if start in own and end not in own}
    read = (each.read for part in _parts(narrowed(table, starts)) for each in read_values(part)) if starts else ()
    return not any(value.more for values in read for value in values)


class Records(Sequence[Record]):
    """Records that are made some thousands at a time, and are not kept."""

    def __init__(self, tables: Sequence[Table], areas: Areas) -> None:
        """Look at tables as records.

        Args:
            tables: the tables.
            areas: the area table.
        """
        self._tables = tables
        self._areas = areas

    def __len__(self) -> int:
        """Return the number of records."""
        return sum(len(table.body.records) for table in self._tables)

    @overload
    def __getitem__(self, at: int) -> Record: ...
    @overload
    def __getitem__(self, at: slice) -> list[Record]: ...
    def __getitem__(self, at: int | slice) -> Record | list[Record]:
        """Return a record, or some of them."""
        if isinstance(at, slice):
            return [self[n] for n in range(*at.indices(len(self)))]
        place = at + len(self) if at < 0 else at
        for table in self._tables:
            if 0 <= place < len(table.body.records):
                part = _part(table, place, place + 1)
                return _rows(part, values_of(part, self._areas))[0]
            place -= len(table.body.records)
        raise IndexError(at)

    def __iter__(self) -> Iterator[Record]:
        """Yield the records."""
        for table in self._tables:
            for part in _parts(table):
                yield from _rows(part, values_of(part, self._areas))


def _parts(table: Table) -> Iterator[Table]:
    """Yield a table by some thousands of its records at a time."""
    for start in range(0, len(table.body.records), _STEP):
        yield _part(table, start, start + _STEP)


def _part(table: Table, start: int, stop: int) -> Table:
    """Return a table with some of its records only."""
    return replace(
        table,
        body=replace(table.body, records=table.body.records[start:stop]),
        sections=table.sections[start:stop],
        given={name: texts[start:stop] for name, texts in table.given.items()},
    )


def _rows(table: Table, values: Sequence[FieldValues]) -> list[Record]:
    number, sheet = table.found.grid.number, table.found.grid.name
    rows: list[dict[str, Any]] = [
        {"row": number(row), "sheet": sheet, "section": None, "values": {}, "status": {}} for row in table.body.records
    ]
    for each in values:
        sort = table.line.judge.sorts[each.field]
        for row, value in zip(rows, each.read, strict=True):
            row["values"][each.field] = plain(value, sort)
            if value.status not in SIMPLE:
                row["status"][each.field] = value.status.value
    for row, section in zip(rows, table.sections, strict=False):
        row["section"] = section
    if table.found.spread is None or not table.found.spread.named:
        return rows
    return [row for first, record in zip(table.body.records, rows, strict=True) for row in _each(table, first, record)]


def _each(table: Table, first: int, record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a record whose name stands in each of its rows row by row, with what stands there."""
    spread, fields = table.found.spread, table.understanding.fields
    if spread is not None:
        stands = {name: spread.rows.get((first, at)) for name, at in fields.items() if at in spread.sources}
        for row in spread.of.get(first, (first,)):
            here = [name for name in record["values"] if stands.get(name, row) == row]
            said = {key: {n: record[key][n] for n in here if n in record[key]} for key in ("values", "status")}
            yield {**record, "row": table.found.grid.number(row), **said}


def plain(value: Value, sort: str) -> Any:
    """Return a value as JSON has it: dates in ISO form; kinds of facilities and readings as they are written.

    Args:
        value: the value.
        sort: the sort of its field.
    """
    if sort in _AS_WRITTEN and value.value is not None:
        return value.raw.strip()
    return as_json(value.value)


def as_json(value: Any) -> Any:
    """Return a value as JSON has it: dates in ISO form.

    Args:
        value: the value.
    """
    return value.isoformat() if isinstance(value, dt.date) else value
