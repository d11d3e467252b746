"""The frame ``wide``: one row per key and file, everything a reporter says in one row."""

import numpy as np
import pandas as pd

from keiyu.check.batch import Batch, to_pandas
from keiyu.check.model import AT, MARKS, READING, REPORTER, ROW
from keiyu.check.rows import Rows


def wide(batch: Batch) -> pd.DataFrame:
    """Join the tables that share the first table's key, row by row of each file.

    A key that a file repeats is joined by occurrence, so that no row is lost or multiplied. A table
    whose key goes further (by residence, by qualification) is added up.
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
    frame = frame.assign(**{ROW: row})
    for rows in batch.rows.values():
        if rows.table.key != key and set(key) < set(rows.table.key):
            frame = frame.merge(_added_up(batch, rows, key), how="left", on=[READING, *key])
    return frame


def _added_up(batch: Batch, rows: Rows, key: tuple[str, ...]) -> pd.DataFrame:
    """Add up a table's figures to a shorter key: ``<table>.<field>``, and ``….<code>`` by a further coded key."""
    by, table = [READING, *key], rows.table
    figures = [f.name for f in table.fields if f.type in ("integer", "number")]
    frame = to_pandas(rows.data.drop_columns([MARKS]))
    sums = frame.groupby(by)[figures].sum(skipna=False).add_prefix(f"{table.name}.")
    for field in (f for f in table.fields if f.key and f.name not in key and f.codelist in batch.contract.codelists):
        for code in batch.contract.codelists[field.codelist or ""]:
            coded = frame[frame[field.name] == code.code].groupby(by)[figures].sum(skipna=False)
            names = {figure: f"{table.name}.{figure}.{code.code}" for figure in figures}
            sums = sums.join(coded.reindex(sums.index, fill_value=0).rename(columns=names))
    return sums.reset_index()


def _side(batch: Batch, rows: Rows) -> pd.DataFrame:
    name, key = rows.table.name, [READING, *rows.table.key]
    frame = to_pandas(rows.data.drop_columns([MARKS])).rename(columns={ROW: f"{ROW}.{name}"})
    frame[f"{ROW}.{name}"] = frame[f"{ROW}.{name}"].astype("Int64")
    nth = frame.groupby(key, dropna=False).cumcount()
    own = {
        REPORTER: batch.reporter(rows),
        f"{AT}.{name}": pd.array(np.arange(len(frame)), dtype="Int64"),
        "_nth": nth,
    }
    return pd.concat([frame, pd.DataFrame(own)], axis=1)


def _join(left: pd.DataFrame, right: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """Join two tables; a column of both (a name, the reporter) is the left one's where it has a value."""
    both = [name for name in right if name in left and name not in key]
    if left.empty and right.empty:  # pandas cannot merge text columns that have no chunk at all
        return left.join(right.drop(columns=[*key, *both]))
    merged = left.merge(right, how="outer", on=key, suffixes=("", "\0"))
    for name in both:
        merged[name] = merged[name].where(merged[name].notna(), merged[f"{name}\0"])
    return merged.drop(columns=[f"{name}\0" for name in both]).reset_index(drop=True)
