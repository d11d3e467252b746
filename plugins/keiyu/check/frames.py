"""The frames that rules judge, built from the rows of a micro-batch.

================  ==========================================  =====================================
frame             one row is                                  columns besides those of every frame
================  ==========================================  =====================================
a table's name    a row of that table                         its fields, without a cube's measures
``wide``          a key in one file, tables of one key joined every field; ``_row.<table>``
``tidy``          a figure of a cube table                    ``table, field``, dimensions, ``value``,
                                                              ``value_status``, ``previous``
``totals``        a figure of a file's own total row (計)     ``table, field``, dimensions, ``value``,
                                                              ``sum`` of the rows
``reporters``     a reporter in one file                      ``reporter, municipality``, their
                                                              ``sender, reporting_body, known``
================  ==========================================  =====================================

Every frame has ``_reading`` (index of the file), ``_reporter`` (whose data it is), ``_row`` (source
row) and ``_at.<table>`` or ``_at`` (position in the table's rows), from which a finding finds its cell.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa

from keiyu.check.model import READING, REPORTER, ROW
from keiyu.check.rows import Rows
from keiyu.check.suites import REPORTERS, TIDY, TOTALS, WIDE
from keiyu.codes.areas import Areas
from keiyu.contract.model import Contract, Table
from keiyu.read.model import ValueStatus

AT: Final = "_at"
ENTRY: Final = "_entry"
_STATUSES: Final = tuple(status.value for status in ValueStatus)


@dataclass(frozen=True)
class Batch:
    """The rows of a micro-batch with what is known of their senders.

    Attributes:
        contract: the line.
        rows: table → rows.
        senders: sender of each reading; none for the ministry's own operator.
        areas: the dated area table.
        as_of: the collection's reference date.
        previous: table → wide rows of the last collection, if known.
    """

    contract: Contract
    rows: Mapping[str, Rows]
    senders: Sequence[str | None]
    areas: Areas
    as_of: dt.date
    previous: Mapping[str, pa.Table]


def build(batch: Batch, names: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Build the frames that have rules; frames without rows are left out.

    Args:
        batch: the rows.
        names: frames wanted.

    Returns:
        Frame name → rows on a RangeIndex.
    """
    builders = {WIDE: wide, TIDY: tidy, TOTALS: totals, REPORTERS: reporters}
    frames = {
        name: builders[name](batch) if name in builders else table_frame(batch, batch.rows[name]) for name in names
    }
    return {name: frame for name, frame in frames.items() if len(frame)}


def _pandas(data: pa.Table) -> pd.DataFrame:
    """Convert with ``str`` and nullable integers, so that a count stays a count beside a missing one."""
    frame: pd.DataFrame = data.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
    return frame


def table_frame(batch: Batch, rows: Rows) -> pd.DataFrame:
    """Return a table's rows, a cube's measures left out."""
    measures = {f.name for f in rows.table.measures}
    wanted = [name for name in rows.data.column_names if name not in measures and name != "marks"]
    frame = _pandas(rows.data.select(wanted))
    frame[REPORTER] = _reporter(batch, rows)
    frame[AT] = np.arange(len(frame))
    return frame


def _reporter(batch: Batch, rows: Rows) -> "pd.Series[Any]":
    column: pd.Series[Any] = rows.data[batch.contract.respondents.field].to_pandas()
    return column.rename(REPORTER)


def wide(batch: Batch) -> pd.DataFrame:
    """Join the tables that share the first table's key, row by row of each file.

    A key that a file repeats is joined by occurrence, so that no row is lost or multiplied.
    """
    key = batch.contract.tables[0].key
    joined: pd.DataFrame | None = None
    for rows in batch.rows.values():
        if rows.table.key == key:
            side = _side(batch, rows)
            joined = side if joined is None else _join(joined, side, [READING, *key, "_nth"])
    frame = pd.DataFrame() if joined is None else joined
    names = [name for name in frame if str(name).startswith(f"{ROW}.")]
    row = frame[names[0]]
    for name in names[1:]:
        row = row.where(row.notna(), frame[name])
    return frame.assign(**{ROW: row})


def _side(batch: Batch, rows: Rows) -> pd.DataFrame:
    name, key = rows.table.name, [READING, *rows.table.key]
    frame = _pandas(rows.data.drop_columns(["marks"])).rename(columns={ROW: f"{ROW}.{name}"})
    frame[f"{ROW}.{name}"] = frame[f"{ROW}.{name}"].astype("Int64")
    nth = frame.groupby(key, dropna=False).cumcount()
    own = {
        REPORTER: _reporter(batch, rows),
        f"{AT}.{name}": pd.array(np.arange(len(frame)), dtype="Int64"),
        "_nth": nth,
    }
    return pd.concat([frame, pd.DataFrame(own)], axis=1)


def _join(left: pd.DataFrame, right: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """Join two tables; a column of both (a name, the reporter) is the left one's where it has a value."""
    both = [name for name in right if name in left and name not in key]
    merged = left.merge(right, how="outer", on=key, suffixes=("", "\0"))
    for name in both:
        merged[name] = merged[name].where(merged[name].notna(), merged[f"{name}\0"])
    return merged.drop(columns=[f"{name}\0" for name in both]).reset_index(drop=True)


def tidy(batch: Batch) -> pd.DataFrame:
    """Return one row per figure of every cube table, figure by figure."""
    pieces, entries = [], 0
    for rows in batch.rows.values():
        if rows.table.is_cube and rows.data.num_rows:
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
    frame = pd.DataFrame(
        {
            READING: np.tile(rows.data[READING].to_numpy(), width),
            REPORTER: _tile(_reporter(batch, rows), width),
            ROW: np.tile(rows.data[ROW].to_numpy(), width),
            AT: np.tile(at, width),
            ENTRY: np.tile(at + entries, width),
            **_codes(table, np.repeat(np.arange(width), height)),
            "value": pd.arrays.FloatingArray(values.ravel(), blank.ravel()),
            "value_status": _statuses(rows, values, blank),
            "previous": _previous(batch, rows).ravel(),
        }
    )
    if all(f.type == "integer" for f in table.measures):
        frame["value"] = frame["value"].astype("Int64")
    return frame


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
    """Return the figures (measure by row) and which of them are missing."""
    values = np.empty((len(table.measures), data.num_rows))
    blank = np.empty(values.shape, dtype=bool)
    for number, measure in enumerate(table.measures):
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
    found = np.asarray([keys.get(key, -1) for key in now])
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


def reporters(batch: Batch) -> pd.DataFrame:
    """Return one row per reporter and file, with the sender and the body that should relay it."""
    found = [frame for rows in batch.rows.values() if len(frame := _present(batch, rows))]
    if not found:
        return pd.DataFrame()
    frame = pd.concat(found, ignore_index=True).drop_duplicates([READING, REPORTER], ignore_index=True)
    known = {area.code6 for area in batch.areas.municipalities(batch.as_of)}
    direct = batch.contract.relay.direct
    bodies = {
        code: batch.areas.reporting_body(code, batch.as_of, direct) for code in set(frame["municipality"]) & known
    }
    frame["reporter"] = frame[REPORTER]
    frame["sender"] = pd.array([batch.senders[n] for n in frame[READING]], dtype="str")
    frame["reporting_body"] = frame["municipality"].map(bodies)
    frame["known"] = frame["municipality"].where(frame["municipality"].isin(known))
    return frame


def _present(batch: Batch, rows: Rows) -> pd.DataFrame:
    """Return the reporters of one table, each with the municipality it belongs to."""
    owner = batch.contract.respondents.field
    home = owner if batch.contract.respondents.kind == "municipality" else "area_code"
    if home not in rows.data.column_names:
        return pd.DataFrame()
    frame = pd.DataFrame(
        {
            READING: rows.data[READING].to_numpy(),
            REPORTER: rows.data[owner].to_pandas(),
            "municipality": rows.data[home].to_pandas(),
            ROW: rows.data[ROW].to_numpy(),
            AT: np.arange(rows.data.num_rows),
            "table": rows.table.name,
        }
    )
    return frame[frame[REPORTER].notna()].drop_duplicates([READING, REPORTER])
