"""Readings concatenated by column into one Arrow table per core table, each row knowing its origin."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, chain
from typing import Any

import numpy as np
import pyarrow as pa

from keiyu.check.model import MARKS, READING, ROW
from keiyu.contract import arrow
from keiyu.contract.model import Contract, Table
from keiyu.findings import Place
from keiyu.read.held import Held
from keiyu.read.model import Reading, TableReading


@dataclass(frozen=True)
class Part:
    """One table of one file, and where its rows begin in the concatenated rows.

    Attributes:
        reading: index of the reading.
        source: what was read.
        start: position of its first row.
    """

    reading: int
    source: TableReading
    start: int

    @cached_property
    def raw(self) -> dict[tuple[int, str], str]:
        """(index, field) → the text as written, where a mark keeps it."""
        return {(mark.index, mark.field): mark.raw for mark in self.source.marks}


@dataclass(frozen=True)
class Rows:
    """All rows of one core table.

    Attributes:
        table: the core table.
        parts: its parts, in the order of the rows.
        data: ``_reading``, ``_row``, the table's fields, ``marks``.
        starts: position of each part's first row.
    """

    table: Table
    parts: tuple[Part, ...]
    data: pa.Table
    starts: np.ndarray

    def part(self, position: int) -> Part:
        """Return the part that a row belongs to."""
        return self.parts[int(np.searchsorted(self.starts, position, side="right")) - 1]

    def place(self, position: int, field: str | None, file: str) -> Place:
        """Return where a row's value stands in its file."""
        part = self.part(position)
        placement = part.source.placement
        row = part.source.rows[position - part.start]
        cell = placement.cell(field, row) if field is not None else None
        return Place(file=file, sheet=placement.sheet_of(field), cell=cell, table=self.table.name, field=field)

    def raw(self, position: int, field: str) -> str | None:
        """Return the text of a value as written, where that differs from the value."""
        part = self.part(position)
        return part.raw.get((position - part.start, field))


def gather(contract: Contract, readings: Sequence[Reading]) -> dict[str, Rows]:
    """Concatenate what was read, table by table.

    Args:
        contract: the line.
        readings: the files of one micro-batch.

    Returns:
        Table → its rows. A field that a file does not have is missing (null) in its rows.
    """
    return {table.name: _rows(table, readings) for table in contract.tables}


def _rows(table: Table, readings: Sequence[Reading]) -> Rows:
    sources = [(i, t) for i, reading in enumerate(readings) for t in reading.tables if t.table == table.name]
    lengths = [len(source.rows) for _, source in sources]
    starts = list(accumulate(lengths, initial=0))
    parts = tuple(Part(i, source, start) for (i, source), start in zip(sources, starts, strict=False))
    schema = arrow.schema(table)
    columns: dict[str, Any] = {
        READING: pa.array(np.repeat([part.reading for part in parts], lengths).astype("int32"), pa.int32()),
        ROW: pa.array([row for part in parts for row in part.source.rows], pa.int32()),
    }
    for column in schema:
        columns[column.name] = _values(column.name, parts, column.type)
    columns[MARKS] = _marks(parts, starts[-1])
    fields = [pa.field(READING, pa.int32()), pa.field(ROW, pa.int32()), *schema, pa.field(MARKS, arrow.MARKS)]
    data = pa.table(list(columns.values()), schema=pa.schema(fields, metadata=schema.metadata))
    return Rows(table, parts, data, np.asarray(starts[:-1]))


def _values(name: str, parts: Iterable[Part], kind: pa.DataType) -> pa.Array:
    """Return a field of all parts; a column that is held as arrays is never made a list."""
    columns = [part.source.columns.get(name) or [None] * len(part.source.rows) for part in parts]
    if any(issubclass(kept, Held) for kept in set(map(type, columns))):
        return pa.concat_arrays([c.arrow(kind) if isinstance(c, Held) else pa.array(c, kind) for c in columns])
    return pa.array(list(chain.from_iterable(columns)), kind)


def _marks(parts: Iterable[Part], length: int) -> pa.ListArray:
    """Return each row's marks as a list of structs."""
    told = sorted((part.start + m.index, m.field, m.status.value, m.raw) for part in parts for m in part.source.marks)
    counts = np.bincount(np.asarray([t[0] for t in told], dtype="int64"), minlength=length)
    offsets = pa.array(np.concatenate(([0], np.cumsum(counts))).astype("int32"), pa.int32())
    texts = [pa.array([t[at] for t in told], pa.string()) for at in (1, 2, 3)]
    return pa.ListArray.from_arrays(offsets, pa.StructArray.from_arrays(texts, ["field", "status", "raw"]))
