"""The frames ``tidy`` and ``totals``: one row per figure of the cube tables."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa

from keiyu.check.batch import Batch
from keiyu.check.model import AT, ENTRY, READING, REPORTER, ROW
from keiyu.check.rows import Rows
from keiyu.contract.model import Table
from keiyu.read.model import ValueStatus

_STATUSES: Final = tuple(status.value for status in ValueStatus)


def tidy(batch: Batch) -> pd.DataFrame:
    """Return one row per figure of every cube table, figure by figure."""
    pieces, entries = [], 0
    for rows in batch.rows.values():
        if rows.table.is_cube:
            pieces.append(_tidy(batch, rows, entries))
            entries += rows.data.num_rows
    return _stack(pieces)


def _stack(pieces: list[pd.DataFrame]) -> pd.DataFrame:
    """Concatenate pieces, keeping text as categories."""
    if not pieces:
        return pd.DataFrame()
    columns = dict.fromkeys(str(name) for piece in pieces for name in piece)
    return pd.DataFrame({name: _column(name, pieces) for name in columns})


def _column(name: str, pieces: list[pd.DataFrame]) -> Any:
    parts = [piece[name].array if name in piece else None for piece in pieces]
    texts = dict.fromkeys(c for part in parts if isinstance(part, pd.Categorical) for c in part.categories)
    if not any(isinstance(part, pd.Categorical) for part in parts):
        return pd.concat([pd.Series(part) for part in parts], ignore_index=True).array
    codes = [
        np.full(len(piece), -1, dtype="int32") if part is None else part.set_categories(list(texts)).codes
        for part, piece in zip(parts, pieces, strict=True)
    ]
    return _categorical(np.concatenate(codes), list(texts))


def _categorical(codes: np.ndarray, texts: Sequence[str]) -> Any:
    """Make text of codes. Categories are objects: reading ``str`` ones back one by one is slow."""
    categories: Any = np.asarray(texts, dtype=object)
    return pd.Categorical.from_codes(codes.astype("int32"), categories=categories)


def _tidy(batch: Batch, rows: Rows, entries: int) -> pd.DataFrame:
    table, height = rows.table, rows.data.num_rows
    width, at = len(table.measures), np.arange(height)
    values, blank = _matrix(rows.data, table)
    return pd.DataFrame(
        {
            READING: np.tile(rows.data[READING].to_numpy(), width),
            REPORTER: _tile(batch.reporter(rows), width),
            ROW: np.tile(rows.data[ROW].to_numpy(), width),
            AT: np.tile(at, width),
            ENTRY: np.tile(at + entries, width),
            **_codes(table, np.repeat(np.arange(width), height)),
            "value": np.where(blank, np.nan, values).ravel(),
            "value_status": _statuses(rows, values, blank),
            "previous": _previous(batch, rows).ravel(),
        }
    )


def _codes(table: Table, measures: np.ndarray) -> dict[str, Any]:
    """Return table, field and dimension codes of measures given by number."""
    told = {
        "table": [table.name for _ in table.measures],
        "field": [f.name for f in table.measures],
        **{d.name: [f.dimensions[d.name] for f in table.measures] for d in table.dimensions},
    }
    return {name: _repeated(codes, measures) for name, codes in told.items()}


def _repeated(texts: list[str], measures: np.ndarray) -> Any:
    codes, distinct = pd.factorize(np.asarray(texts, dtype=object))
    return _categorical(codes[measures], distinct.tolist())


def _tile(texts: "pd.Series[Any]", times: int) -> Any:
    codes, distinct = pd.factorize(texts)
    return _categorical(np.tile(codes, times), distinct.tolist())


def _matrix(data: pa.Table, table: Table) -> tuple[np.ndarray, np.ndarray]:
    """Return the figures (measure by row) and which of them are missing; earlier rows may lack a measure."""
    values = np.zeros((len(table.measures), data.num_rows))
    blank = np.ones(values.shape, dtype=bool)
    for number, measure in enumerate(table.measures):
        if measure.name not in data.column_names:
            continue
        column = data[measure.name]
        blank[number] = column.is_null().to_numpy()
        values[number] = column.fill_null(0).to_numpy()
    return values, blank


def _statuses(rows: Rows, values: np.ndarray, blank: np.ndarray) -> Any:
    """Return what the marks say of each figure, else what the figure shows."""
    code = {status: number for number, status in enumerate(_STATUSES)}
    codes = np.where(blank, code["not_submitted"], np.where(values == 0, code["true_zero"], code["reported"]))
    number = {measure.name: n for n, measure in enumerate(rows.table.measures)}
    for part in rows.parts:
        for mark in part.source.marks:
            if mark.field in number:
                codes[number[mark.field], part.start + mark.index] = code[mark.status.value]
    return _categorical(codes.ravel(), _STATUSES)


def _previous(batch: Batch, rows: Rows) -> np.ndarray:
    """Return the same reporters' figures in the last collection (measure by row), NaN where unknown."""
    table, former = rows.table, batch.previous.get(rows.table.name)
    figures = np.full((len(table.measures), rows.data.num_rows), np.nan)
    if former is None or not former.num_rows:
        return figures
    values, blank = _matrix(former, table)
    values[blank] = np.nan
    keys = {key: n for n, key in enumerate(zip(*(former[k].to_pylist() for k in table.key), strict=True))}
    now = zip(*(rows.data[k].to_pylist() for k in table.key), strict=True)
    found = np.asarray([keys.get(key, -1) for key in now], dtype=np.int64)
    figures[:, found >= 0] = values[:, found[found >= 0]]
    return figures


def totals(batch: Batch) -> pd.DataFrame:
    """Return one row per figure of each file's own total row, beside the sum of the file's rows."""
    return _stack([piece for rows in batch.rows.values() if rows.table.is_cube for piece in _totals(rows)])


def _totals(rows: Rows) -> list[pd.DataFrame]:
    measures = rows.table.measures
    number = {measure.name: n for n, measure in enumerate(measures)}
    owned = [part for part in rows.parts if part.source.totals and part.source.rows]
    if not owned:
        return []
    values, blank = _matrix(rows.data, rows.table)
    values[blank] = np.nan
    told = [
        (number[name], owner, value)
        for owner, part in enumerate(owned)
        for name, value in part.source.totals.items()
        if name in number and value is not None
    ]
    sums = np.stack([values[:, p.start : p.start + len(p.source.rows)].sum(axis=1) for p in owned])
    which, owner = (np.asarray([t[n] for t in told], dtype="int64") for n in (0, 1))
    frame = {
        READING: np.asarray([part.reading for part in owned])[owner],
        REPORTER: _categorical(np.full(len(told), -1), []),
        ROW: np.asarray([part.source.totals_row or 0 for part in owned])[owner],
        AT: np.asarray([part.start for part in owned])[owner],
        **_codes(rows.table, which),
        "value": np.asarray([t[2] for t in told], dtype="float64"),
        "sum": sums[owner, which],
    }
    return [pd.DataFrame(frame)]
