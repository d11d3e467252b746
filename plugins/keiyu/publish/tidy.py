"""Wide rows of a cube table as tidy ones: one row per cell, its value beside its status.

A figure without a mark is ``reported``, a zero without a mark ``true_zero``, a blank without a mark
``not_submitted`` (未記入). Marks, the reading room's record of ``-``, ``…``, ``x`` and the like, say
everything else.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from keiyu.contract.model import Field, Table
from keiyu.read.model import ValueStatus

STATUSES = tuple(status.value for status in ValueStatus)
_CODE = {status: code for code, status in enumerate(STATUSES)}
_REPORTED = _CODE[ValueStatus.REPORTED.value]
_ZERO = _CODE[ValueStatus.TRUE_ZERO.value]
_BLANK = _CODE[ValueStatus.NOT_SUBMITTED.value]


def tidy(table: Table, rows: pa.Table) -> pa.Table:
    """Turn wide rows into tidy ones.

    Args:
        table: the core table; a cube.
        rows: its live rows, with or without ``marks`` (list of field, status, raw).

    Returns:
        One row per wide row and measure, in the order of both: the key fields, the dimensions,
        ``field`` (name of the wide column), ``value`` (Int64) and ``value_status``.
    """
    measures = table.measures
    columns: dict[str, pa.Array] = {}
    for name in table.key:
        columns[name] = _repeat(rows[name], len(measures))
    for dimension in table.dimensions:
        codes = [measure.dimensions[dimension.name] for measure in measures]
        columns[dimension.name] = _tile(codes, rows.num_rows)
    columns["field"] = _tile([measure.name for measure in measures], rows.num_rows)
    values, blank = _cells(rows, measures)
    columns["value"] = pa.array(values.ravel(), pa.int64(), mask=blank.ravel())
    columns["value_status"] = _status(rows, measures, values, blank)
    return pa.table(columns)


def _repeat(column: pa.ChunkedArray, times: int) -> pa.Array:
    index = pa.array(np.repeat(np.arange(len(column), dtype=np.int32), times))
    return pa.DictionaryArray.from_arrays(index, column.combine_chunks())


def _tile(texts: list[str], times: int) -> pa.Array:
    index = pa.array(np.tile(np.arange(len(texts), dtype=np.int32), times))
    return pa.DictionaryArray.from_arrays(index, pa.array(texts, pa.string()))


def _cells(rows: pa.Table, measures: tuple[Field, ...]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Return the cells and which of them are blank, both as rows by measures."""
    values = np.empty((rows.num_rows, len(measures)), np.int64)
    blank = np.empty(values.shape, np.bool_)
    for at, measure in enumerate(measures):
        column = rows[measure.name].combine_chunks()
        blank[:, at] = column.is_null().to_numpy(zero_copy_only=False)
        values[:, at] = column.fill_null(0).to_numpy(zero_copy_only=False)
    return values, blank


def _status(
    rows: pa.Table,
    measures: tuple[Field, ...],
    values: npt.NDArray[np.int64],
    blank: npt.NDArray[np.bool_],
) -> pa.Array:
    """Return the status of every cell, row by row: what the marks say, else what the cell shows."""
    codes = np.where(blank, _BLANK, np.where(values == 0, _ZERO, _REPORTED)).astype(np.int8)
    if "marks" in rows.column_names:
        position = {measure.name: at for at, measure in enumerate(measures)}
        marks = rows["marks"].combine_chunks()
        flat = marks.flatten()
        owners = pc.list_parent_indices(marks).to_pylist()
        names, told = flat.field("field").to_pylist(), flat.field("status").to_pylist()
        for row, name, status in zip(owners, names, told, strict=True):
            if name in position:
                codes[row, position[name]] = _CODE[status]
    return pa.DictionaryArray.from_arrays(pa.array(codes.ravel()), pa.array(STATUSES, pa.string()))
