"""The values of a table's records, by field, each read by its kind; merged and crossed-out cells with them."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import Any, Final

import numpy as np

from keiyu.codes.areas import Areas
from keiyu.contract.model import Contract, Symbol
from keiyu.read.general.legend import DIAGONAL, read_legend
from keiyu.read.general.table import Table
from keiyu.read.grid import Cell
from keiyu.read.held import Texts, chosen
from keiyu.read.kinds import Normaliser, Terms, join, kind_of
from keiyu.read.kinds.model import Value
from keiyu.read.looks.model import Range, holding
from keiyu.read.model import ValueStatus
from keiyu.read.numbers import Figure, Notation
from keiyu.read.values import raw

MERGED: Final = "read.value.merged"
_SIMPLE: Final = {ValueStatus.REPORTED, ValueStatus.TRUE_ZERO}
_NOTE: Final = "hours_note"
ENDS: Final = {"open_time": "close_time", "extended_open_time": "extended_close_time"}
"""Beginnings of ranges → their ends, which may stand in one column with them."""


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
    return _Values(table, areas).read()


@dataclass(frozen=True, slots=True)
class FieldColumn:
    """One field of a table, typed.

    Attributes:
        field: the field.
        column: the 0-based column that it is read from.
        cells: the cells of the records.
        values: what they say, none where nothing certain.
        marked: position and reading of each that is not simply its value.
    """

    field: str
    column: int
    cells: Sequence[Cell]
    values: Sequence[Any]
    marked: Sequence[tuple[int, Value]]


def read_columns(table: Table, areas: Areas | None = None) -> list[FieldColumn]:
    """Read the records of a table as typed columns: plain cells in blocks, equal ones once.

    Args:
        table: the table.
        areas: the area table, for codes that have lost digits.
    """
    return _Values(table, areas).columns()


class _Values:
    """Reads the values of one table."""

    def __init__(self, table: Table, areas: Areas | None) -> None:
        self._table = table
        self._areas = areas
        self._rows = table.body.records
        self._fields = table.understanding.fields
        self._legends: dict[str, tuple[Symbol, ...]] = {}
        self._told: dict[str, Mapping[str, Figure]] = {}
        self._readers: dict[tuple[str, int, str], Normaliser] = {}

    def read(self) -> list[FieldValues]:
        found = [self._field(name, column) for name, column in self._fields.items()]
        return [*found, *_ends(found, self._table), *_notes(found, self._table)]

    def columns(self) -> list[FieldColumn]:
        found = [self._column(name, column) for name, column in self._fields.items()]
        ranges = [
            self._field(name, at)
            for name, at in self._fields.items()
            if name in ENDS and ENDS[name] not in self._fields
        ]
        return [*found, *map(_typed, (*_ends(ranges, self._table), *_notes(ranges, self._table)))]

    def _column(self, name: str, column: int) -> FieldColumn:
        """Read a field in blocks, where no cell of it is merged or crossed out."""
        touched = column in self._table.ditto or any(m.left <= column <= m.right for m in self._merges)
        if touched or column in self._diagonals or column in self._spread_columns:
            return _typed(self._field(name, column))
        cells = self._cells_of(name, column)
        read = self._reader(name).column(cells)
        return FieldColumn(name, column, cells, read.values, read.marked)

    def _field(self, name: str, column: int) -> FieldValues:
        cells = self._cells_of(name, column)
        kind = kind_of(self._table.line.fields[name])
        if not kind.figure:
            cells = self._continued(column, cells)
        reader = self._reader(name)
        read = reader.each(cells)
        if kind.figure:
            self._spread(column, read, reader)
        self._crossed(name, column, read)
        self._lacking(column, read)
        return FieldValues(name, column, cells, read)

    def _reader(self, name: str) -> Normaliser:
        """Return what reads a field's cells: one for all fields that are read alike."""
        line = self._table.line
        kind = kind_of(line.fields[name])
        alike = kind.name, id(line.terms(name)), line.line_of(name).line
        if alike not in self._readers:
            self._readers[alike] = Normaliser(kind, self._terms(name, figure=kind.figure))
        return self._readers[alike]

    def _terms(self, name: str, *, figure: bool) -> Terms:
        """Return what a field's cells are read with; what the file's own legend says goes before the line's symbols."""
        line = self._table.line
        terms = line.terms(name, self._areas, self._table.as_of or dt.date.max)
        markers = self._markers(line.line_of(name)) if figure else {}
        if not markers:
            return terms
        return replace(terms, notation=replace(terms.notation, markers={**terms.notation.markers, **markers}))

    def _markers(self, contract: Contract) -> Mapping[str, Figure]:
        """Return what the file's own legend says of texts in the place of figures."""
        if contract.line not in self._told:
            told = [symbol for symbol in self._legend(contract) if symbol.border is None]
            self._told[contract.line] = Notation.of(told, (), ()).markers
        return self._told[contract.line]

    def _legend(self, contract: Contract) -> tuple[Symbol, ...]:
        if contract.line not in self._legends:
            schemas = self._table.line.schemas
            self._legends[contract.line] = read_legend(self._around, contract, schemas) if contract.legend else ()
        return self._legends[contract.line]

    @cached_property
    def _around(self) -> list[Cell]:
        """All cells outside the records."""
        found, body = self._table.found, self._table.body
        rows = found.grid.rows
        beside = chain(rows[: found.header.top], (rows[row] for row in body.aside))
        return [cell for row in beside for cell in row if cell != ""]

    @cached_property
    def _at(self) -> dict[int, int]:
        return {row: n for n, row in enumerate(self._rows)}

    @cached_property
    def _offsets(self) -> "np.ndarray[Any, Any]":
        """The records, counted from the first row under the header."""
        return np.asarray(self._rows, "int64") - self._table.found.first

    @cached_property
    def _below(self) -> list[int]:
        """The same, as a list."""
        return [row - self._table.found.first for row in self._rows]

    def _cells(self, column: int) -> Sequence[Cell]:
        rows = self._rows
        if not rows:
            return []
        first = self._table.found.first
        cells = self._table.found.grid.column(column, first)
        if rows[-1] - rows[0] + 1 == len(rows):
            return chosen(cells, range(rows[0] - first, rows[-1] + 1 - first))
        return chosen(cells, self._offsets if isinstance(cells, Texts) else self._below)

    def _cells_of(self, name: str, column: int) -> Sequence[Cell]:
        """Return the cells of a field, those of its parts joined."""
        parts = self._table.understanding.parts.get(name)
        return self._joined(name, parts) if parts else self._cells(column)

    def _joined(self, name: str, parts: Sequence[int]) -> list[Cell]:
        kind = kind_of(self._table.line.fields[name]).name
        rows = list(zip(*map(self._cells, parts), strict=True))
        known = {cells: join(kind, cells) for cells in set(rows)}
        return [known[cells] for cells in rows]

    @cached_property
    def _merges(self) -> Sequence[Range]:
        start = self._table.found.first
        return [m for m in self._table.found.grid.looks.merges if m.bottom >= start]

    def _continued(self, column: int, cells: Sequence[Cell]) -> Sequence[Cell]:
        """Repeat a text that is merged downwards, or goes for blanks under it, over the records beside it."""
        above = self._table.ditto.get(column)
        if above:
            return [cells[self._at[above.get(row, row)]] for row in self._rows]
        down = [m for m in self._merges if m.left == column and m.bottom > m.top]
        if not down:
            return cells
        filled = list(cells)
        rows = self._table.found.grid.rows
        for merge in down:
            top = rows[merge.top][column] if merge.top < len(rows) and column < len(rows[merge.top]) else ""
            for row in range(merge.top, merge.bottom + 1):
                if row in self._at:
                    filled[self._at[row]] = top
        return filled

    def _spread(self, column: int, read: list[Value], reader: Normaliser) -> None:
        """Read figures in merged cells: one figure for several fields or records is none of theirs."""
        for merge in self._merges:
            if not merge.left <= column <= merge.right or not self._shared(merge):
                continue
            rows = self._table.found.grid.rows
            top = rows[merge.top][merge.left] if merge.left < len(rows[merge.top]) else ""
            whole = reader.read(top)
            if whole.value is not None:
                whole = Value(None, ValueStatus.UNKNOWN, raw(top), MERGED)
            for row in range(merge.top, merge.bottom + 1):
                if row in self._at:
                    read[self._at[row]] = whole

    def _shared(self, merge: Range) -> bool:
        """Return whether a merged cell stands over several fields or several records."""
        fields = sum(merge.left <= at <= merge.right for at in self._fields.values())
        return fields > 1 or sum(row in self._at for row in range(merge.top, merge.bottom + 1)) > 1

    @cached_property
    def _diagonals(self) -> Mapping[int, set[int]]:
        """Column → rows whose cells are crossed out, with all that are merged with them."""
        crossed = self._table.found.grid.looks.diagonals
        merged = holding(self._merges, crossed)
        columns = sorted(set(self._fields.values()))
        cells = ((r, c) for m in merged for r in range(m.top, m.bottom + 1) for c in columns if m.left <= c <= m.right)
        found: dict[int, set[int]] = {}
        for row, column in chain(crossed, cells):
            found.setdefault(column, set()).add(row)
        return found

    @cached_property
    def _spread_columns(self) -> Mapping[int, int]:
        spread = self._table.found.spread
        return spread.sources if spread is not None else {}

    def _lacking(self, column: int, read: list[Value]) -> None:
        """Read nothing, not even that there is none, where a record has no row for what a column counts."""
        spread = self._table.found.spread
        if spread is not None and column in self._spread_columns:
            for first, at in self._at.items():
                if (first, column) not in spread.rows:
                    read[at] = Value(None, ValueStatus.UNKNOWN, "")

    def _crossed(self, name: str, column: int, read: list[Value]) -> None:
        """Read cells with a diagonal line through them, which stands for a sign."""
        contract = self._table.line.line_of(name)
        symbol = contract.border_of(name, DIAGONAL)
        if symbol is None or column not in self._diagonals:
            return
        told = next((s for s in self._legend(contract) if s.border == DIAGONAL), symbol)
        for row in self._diagonals[column]:
            if row in self._at and read[self._at[row]].value is None:
                read[self._at[row]] = Value(told.value, ValueStatus(told.status), "／")


def _typed(values: FieldValues) -> FieldColumn:
    different = {id(value): value for value in values.read}.values()
    odd = {id(v) for v in different if v.note or v.status not in _SIMPLE or str(v.value) != v.raw.strip()}
    marked = [(at, value) for at, value in enumerate(values.read) if id(value) in odd]
    return FieldColumn(values.field, values.column, values.cells, [v.value for v in values.read], marked)


def _ends(found: Sequence[FieldValues], table: Table) -> list[FieldValues]:
    """Return the ends of ranges that stand in one column with their beginnings."""
    named: Mapping[str, FieldValues] = {values.field: values for values in found}
    more = []
    for start, end in ENDS.items():
        values = named.get(start)
        if values is None or end in named or end not in table.line.fields:
            continue
        untils: list[Any] = [value.more.get("until") for value in values.read]
        if any(untils):
            read = [
                Value(until, ValueStatus.REPORTED if until else _untold(value.status), value.raw)
                for until, value in zip(untils, values.read, strict=True)
            ]
            more.append(FieldValues(end, values.column, values.cells, read))
    return more


def _untold(status: ValueStatus) -> ValueStatus:
    """Return why there is no end: as there is no beginning, else it is not said."""
    return ValueStatus.UNKNOWN if status is ValueStatus.REPORTED else status


def _notes(found: Sequence[FieldValues], table: Table) -> list[FieldValues]:
    """Return what stands behind the times, as the note on hours that it is, where no column holds that note."""
    mapped = table.understanding.fields
    ranges = (v for v in found if v.field in ENDS and ENDS[v.field] not in mapped)
    values = next((v for v in ranges if any(one.more.get("remark") for one in v.read)), None)
    if values is None or _NOTE not in table.line.fields or _NOTE in mapped:
        return []
    remarks = [(one.more.get("remark"), one.raw) for one in values.read]
    read = [Value(r, ValueStatus.REPORTED if r else ValueStatus.NOT_SUBMITTED, raw if r else "") for r, raw in remarks]
    return [FieldValues(_NOTE, values.column, values.cells, read)]
