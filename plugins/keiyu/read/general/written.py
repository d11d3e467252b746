"""The columns of a table as they stand in the sheet, where its records were put together from several rows."""

from collections.abc import Mapping, Sequence
from typing import Final

from keiyu.read.general.mapping import Mapped
from keiyu.read.general.table import Found, Table
from keiyu.read.grid import letters
from keiyu.read.model import Apart

_SURE: Final = 0.95


def written(table: Table) -> Sequence[Mapped]:
    """Return what each column of the sheet holds; one whose rows are of several fields holds none by itself.

    Args:
        table: the table.
    """
    spread = table.found.spread
    if spread is None:
        return table.understanding.columns
    return [_column(table, at) for at in range(len(spread.header.levels))]


def _column(table: Table, at: int) -> Mapped:
    spread, columns = table.found.spread, table.understanding.columns
    if spread is None or at not in {*spread.labels, *spread.sources.values()}:
        return columns[at]
    if at in spread.labels:
        return Mapped(at, None, _SURE, why="labels")
    parts = [columns[n] for n, source in spread.sources.items() if source == at]
    used = [m for m in parts if m.field is not None]
    known = used or [m for m in parts if m.why in ("unasked", "month")]
    doubtful = any(m.review for m in parts) or not known
    sure = min((m.confidence for m in used), default=_SURE)
    return Mapped(at, None, sure, doubtful, tuple(c for m in parts for c in m.candidates[:1]), "spread")


def seats(table: Table, columns: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """Return where fields stand in the sheet that stand in one place in all records.

    Args:
        table: the table.
        columns: field → column of the table.

    Returns:
        Field → column, and rows below the first of a record.
    """
    spread, found = table.found.spread, dict[str, tuple[int, int]]()
    for name, at in columns.items():
        down = 0 if spread is None or at not in spread.sources else spread.offset(at, table.body.records)
        if down is not None:
            found[name] = (table.found.source(at), down)
    return found


def apart(table: Table, columns: Mapping[str, int], first: int) -> tuple[Apart, ...]:
    """Return where fields stand that have no such place: in a joined table, or unevenly far below their records.

    Args:
        table: the table.
        columns: field → column of the table, of the fields that are its own.
        first: the number in the list of the first row of the table's sheet.
    """
    records, even = table.body.records, seats(table, columns)
    seen = [(table.found, name, at, records) for name, at in columns.items() if name not in even]
    for of in table.joined:
        theirs, fields = [of.table.body.records[n] for n in of.order], of.table.understanding.fields
        seen += [(of.table.found, name, fields[name], theirs) for name in sorted(of.fields)]
    steps: dict[tuple[str | None, tuple[tuple[int, int | None], ...]], dict[str, str]] = {}
    for found, name, at, rows in seen:
        by = found.grid.number(0) - table.found.grid.number(0)
        below = [
            own + by - record if (own := row_of(found, row, at)) is not None else None
            for row, record in zip(rows, records, strict=True)
        ]
        begins = [n for n, shift in enumerate(below) if not n or shift != below[n - 1]]
        told = tuple((records[n] + first, below[n]) for n in begins)
        steps.setdefault((found.grid.name, told), {})[name] = letters(found.source(at))
    return tuple(Apart(sheet, named, told) for (sheet, told), named in steps.items())


def row_of(found: Found, first: int, at: int) -> int | None:
    """Return the row in which a column of the record stands that begins in a row; none where it has none.

    Args:
        found: the table.
        first: the first row of the record, 0-based.
        at: the column.
    """
    spread = found.spread
    return first if spread is None or at not in spread.sources else spread.rows.get((first, at))
