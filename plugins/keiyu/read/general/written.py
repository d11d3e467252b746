"""The columns of a table as they stand in the sheet, where its records were put together from several rows."""

from collections.abc import Mapping, Sequence
from typing import Final

from keiyu.read.general.mapping import Mapped
from keiyu.read.general.table import Table

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
