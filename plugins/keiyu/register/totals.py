"""Control totals (突合合計): the sum of every figure, by which two hops prove that they hold the same."""

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from keiyu.contract.model import Contract, Table

Totals = dict[str, int | float]
_SAFE: Final = 1 << 62


def figures(table: Table) -> list[str]:
    """Return the fields of a table that are summed: a cube's measures, a record's numbers."""
    if table.is_cube:
        return [field.name for field in table.measures]
    return [field.name for field in table.fields if field.type in {"integer", "number"} and not field.key]


def totals_by(
    contract: Contract, frames: dict[str, pa.Table], groups: dict[str, np.ndarray], count: int
) -> list[Totals]:
    """Sum every figure by group.

    Args:
        contract: the line; a figure that several of its tables have is summed over all of them.
        frames: table → rows.
        groups: table → number of each row's group, 0 … count - 1; negative rows are left out.
        count: how many groups there are.

    Returns:
        Figure → sum for each group; figures that are missing in all its rows are left out.
    """
    totals: list[Totals] = [{} for _ in range(count)]
    for table in contract.tables:
        if table.name in frames:
            kept = groups[table.name] >= 0
            rows = frames[table.name].filter(pa.array(kept))
            for name in figures(table):
                _add(totals, name, rows[name], groups[table.name][kept])
    return totals


def _add(totals: list[Totals], name: str, values: pa.ChunkedArray, groups: np.ndarray) -> None:
    present = pc.is_valid(values).to_numpy()
    owners = groups[present]
    figure = values.drop_null()
    if pa.types.is_integer(figure.type) and _fits(figure):
        sums = np.zeros(len(totals), dtype="int64")
        np.add.at(sums, owners, figure.to_numpy())
        for owner in np.unique(owners).tolist():
            totals[owner][name] = totals[owner].get(name, 0) + int(sums[owner])
        return
    gathered: dict[int, list[Any]] = {}
    for owner, value in zip(owners.tolist(), figure.to_pylist(), strict=True):
        gathered.setdefault(owner, []).append(value)
    for owner, parts in gathered.items():
        totals[owner][name] = _sum([*parts, totals[owner].get(name, 0)])


def _fits(figure: pa.ChunkedArray) -> bool:
    """Whether no sum of these can leave 64 bits."""
    if not len(figure):
        return True
    extremes = pc.min_max(figure).as_py()
    largest: int = max(abs(extremes["min"]), abs(extremes["max"]))
    return largest * len(figure) < _SAFE


def _sum(parts: Sequence[Any]) -> int | float:
    """Sum exactly, whatever the order: integers as they are, floats rounded once."""
    return sum(parts) if all(isinstance(part, int) for part in parts) else math.fsum(parts)
