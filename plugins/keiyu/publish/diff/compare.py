"""The cells in which two sets of national tables differ, in one tidy table whatever their columns.

Rows are compared on the key columns that a table's YAML declares; every numeric column is a measure. A row
that only one side has differs in all its measures. A derived table is left out: one corrected figure moves
hundreds of ranks, and says no more than the figure does.
"""

import csv
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from keiyu.contract.model import Contract, Field, NationalTable

STATUS_CONCEPT: Final = "OBS_STATUS"
VALUE_CONCEPT: Final = "OBS_VALUE"
_NUMERIC: Final = {"integer", "number"}
_TEXTS: Final = ("label_ja", "label_en")
_REQUIRED: Final = {"table", "keys", "column", "label_ja", "label_en"}
_ADDED: Final = {"cause", "submissions"}


@cache
def columns() -> tuple[dict[str, str], ...]:
    """Return what each column of the cells is: name, type, labels, definitions, unit, source and since when."""
    with Path(__file__).with_name("columns.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def figure_type(contract: Contract) -> str:
    """Return the type of the figures: ``integer`` where the line publishes integers only, else ``number``."""
    kinds = {field.type for table in contract.national if not table.derived for field in table.fields}
    return "number" if "number" in kinds else "integer"


def schema(contract: Contract) -> pa.Schema:
    """Return the schema of the cells that differ, without what caused them."""
    figure = pa.float64() if figure_type(contract) == "number" else pa.int64()
    return pa.schema(
        [
            pa.field(one["name"], figure if one["type"] == "figure" else pa.string(), one["name"] not in _REQUIRED)
            for one in columns()
            if one["name"] not in _ADDED
        ]
    )


def compare(contract: Contract, before: Mapping[str, pa.Table], after: Mapping[str, pa.Table]) -> pa.Table:
    """Return the cells that differ.

    Args:
        contract: the line.
        before: national table → its rows then; a table that is absent had none.
        after: national table → its rows now; a table that is absent is not compared.

    Returns:
        One row per cell whose figure or status differs, in the order of the tables, their rows and columns:
        ``table``, ``prefecture_code``, ``area_code``, ``reporter``, ``keys`` (JSON object of the key columns),
        ``column``, ``label_ja``, ``label_en``, ``unit``, ``before``, ``after``, ``change`` and the statuses.
    """
    declared = schema(contract)
    parts = [
        _Pair(contract, table, before.get(table.name), after[table.name]).cells(declared)
        for table in contract.national
        if table.name in after and not table.derived
    ]
    return pa.concat_tables([declared.empty_table(), *parts]).combine_chunks()


def keys(table: NationalTable) -> tuple[str, ...]:
    """Return the columns that identify a row: those declared, else every text and date that says no status."""
    declared = tuple(field.name for field in table.fields if field.key)
    return declared or tuple(
        field.name for field in table.fields if field.type not in _NUMERIC and field.concept != STATUS_CONCEPT
    )


class _Pair:
    """A national table then and now, row beside row."""

    def __init__(self, contract: Contract, table: NationalTable, before: pa.Table | None, after: pa.Table) -> None:
        self._contract = contract
        self._table = table
        self._key = keys(table)
        self._before, self._after = _aligned(_like(before, after), after, self._key)
        self._status = next((field.name for field in table.fields if field.concept == STATUS_CONCEPT), None)

    def cells(self, declared: pa.Schema) -> pa.Table:
        """Return the cells that differ, row by row."""
        measures = [field for field in self._table.fields if field.type in _NUMERIC]
        found = [np.flatnonzero(self._differs(field)) for field in measures]
        rows = np.concatenate([np.empty(0, np.int64), *found])
        columns = np.repeat(np.arange(len(measures)), [len(part) for part in found])
        order = np.lexsort((columns, rows))
        told = self._rows(np.unique(rows))
        cells = [self._cell(field, part, told, declared) for field, part in zip(measures, found, strict=True)]
        return pa.concat_tables([declared.empty_table(), *cells]).take(pa.array(order))

    def _differs(self, field: Field) -> np.ndarray:
        differs = _unlike(self._before[field.name], self._after[field.name])
        if field.concept == VALUE_CONCEPT and self._status is not None:
            differs |= _unlike(self._before[self._status], self._after[self._status])
        return differs

    def _rows(self, wanted: np.ndarray) -> dict[int, dict[str, Any]]:
        """Return what is said of each row that differs: where it stands, its key and its words."""
        names = [*dict.fromkeys([*self._key, *_CELL_SOURCES, *_TEXTS, "unit", self._contract.respondents.field])]
        at = pa.array(wanted)
        present = [name for name in names if name in self._after.column_names]
        sides = ((self._after[name].take(at), self._before[name].take(at)) for name in present)
        columns = {name: pc.coalesce(*both).to_pylist() for name, both in zip(present, sides, strict=True)}
        words = _Words(self._contract, [name for name in self._key if name in columns])
        rows = (dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True))
        return {n: {**row, **words.of(row)} for n, row in zip(wanted.tolist(), rows, strict=True)}

    def _cell(
        self, field: Field, rows: np.ndarray, told: Mapping[int, dict[str, Any]], declared: pa.Schema
    ) -> pa.Table:
        at, of = pa.array(rows), [told[n] for n in rows.tolist()]
        before, after = (
            side[field.name].take(at).cast(declared.field("before").type) for side in (self._before, self._after)
        )
        plain = field.concept == VALUE_CONCEPT
        columns = {
            "table": [self._table.name] * len(of),
            **{name: [row.get(name) for row in of] for name in _CELL_SOURCES},
            "reporter": [row.get(self._contract.respondents.field) for row in of],
            "keys": [row["keys"] for row in of],
            "column": [field.name] * len(of),
            "label_ja": [_joined(row["ja"], None if plain and row["ja"] else field.label_ja, "・") for row in of],
            "label_en": [_joined(row["en"], None if plain and row["en"] else field.label_en, ", ") for row in of],
            "unit": [row.get("unit") if plain and row.get("unit") else field.unit for row in of],
            "before": before,
            "after": after,
            "change": pc.subtract(after, before),
            **{f"status_{side}": self._statuses(rows_of, at) for side, rows_of in self._sides()},
        }
        return pa.table(columns, schema=declared)

    def _sides(self) -> tuple[tuple[str, pa.Table], ...]:
        return ("before", self._before), ("after", self._after)

    def _statuses(self, side: pa.Table, at: pa.Array) -> pa.Array:
        return pa.nulls(len(at), pa.string()) if self._status is None else side[self._status].take(at)


_CELL_SOURCES: Final = ("prefecture_code", "area_code")


class _Words:
    """What a row's key says in words: its own labels, else those of the codes in it."""

    def __init__(self, contract: Contract, key: Sequence[str]) -> None:
        self._key = key
        self._tables = set(contract.table_names)
        self._codes = {code.code: code for table in contract.tables for d in table.dimensions for code in d.codes}

    def of(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return ``keys`` as JSON and the row's words, ``ja`` and ``en``; none where it has none of its own."""
        key = {name: row[name] for name in self._key}
        found = [self._codes[value] for name, value in key.items() if name != "table" and value in self._codes]
        told = json.dumps(key, ensure_ascii=False, default=str)
        ja, en = row.get("label_ja"), row.get("label_en")
        if ja is None and found:
            ja, en = "・".join(c.label_ja for c in found), ", ".join(c.label_en for c in found)
        return {"keys": told, "ja": ja, "en": en}


def _joined(first: str | None, second: str | None, between: str) -> str:
    return between.join(filter(None, (first, second)))


def _like(before: pa.Table | None, after: pa.Table) -> pa.Table:
    """Return earlier rows with the columns of today; one that they did not have yet is null."""
    if before is None:
        return after.schema.empty_table()
    columns = [
        before[field.name].cast(field.type) if field.name in before.column_names else pa.nulls(len(before), field.type)
        for field in after.schema
    ]
    return pa.Table.from_arrays(columns, names=after.schema.names)


def _aligned(before: pa.Table, after: pa.Table, key: Sequence[str]) -> tuple[pa.Table, pa.Table]:
    """Put rows of equal key beside each other: those of today, then those that are no more."""
    if len(before) == len(after) and all(before[name].equals(after[name]) for name in key):
        return before, after
    then = {row: n for n, row in enumerate(_tuples(before, key))}
    now = list(_tuples(after, key))
    gone = sorted(then[row] for row in then.keys() - set(now))
    return (
        before.take(pa.array([*(then.get(row) for row in now), *gone], pa.int64())),
        after.take(pa.array([*range(len(now)), *(None for _ in gone)], pa.int64())),
    )


def _tuples(rows: pa.Table, key: Sequence[str]) -> list[tuple[Any, ...]]:
    return list(zip(*(rows[name].to_pylist() for name in key), strict=True))


def _unlike(before: pa.ChunkedArray, after: pa.ChunkedArray) -> np.ndarray:
    """Return where two columns differ; absent equals absent and nothing else."""
    one_absent = pc.xor(pc.is_null(before), pc.is_null(after))
    differs = pc.or_(one_absent, pc.fill_null(pc.not_equal(before, after), False))
    return np.asarray(
        differs.to_numpy(zero_copy_only=False) if isinstance(differs, pa.Array) else differs.to_numpy(), bool
    )
