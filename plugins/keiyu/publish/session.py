"""The DuckDB session in which a line's national tables are computed.

A national table is one SQL file over named views; what the views hold is given as Arrow tables, and
the session can reach nothing else (no files, no network). The result must have exactly the columns,
the order and the types that the table's YAML declares: a difference is an error in the SQL, never
cast away.

Views:
    - ``<table>``: live rows of a core table, wide (key, attributes, measures, ``entry_id``);
    - ``<table>_tidy``: a cube's cells, one per row (key, dimensions, ``field``, ``value``, ``value_status``);
    - ``areas``, ``respondents``, ``collection``: as ``keiyu.publish.views`` makes them;
    - ``measures``: ``table, field, label_ja, label_en, unit, position`` of every cube's columns, and their
      code on each dimension;
    - ``codes``: ``table, dimension, code, label_ja, label_en, position`` of every cube's dimensions;
    - ``headline``: ``measure, label_ja, label_en, table, field, position``, the columns each headline measure sums;
    - the national tables that the query names.

Macros:
    - ``is_gap(status)``: whether a value of that status is missing from a sum;
    - ``gap(status)``: the gravest reason why a sum is not complete; where it is, ``excluded`` if it leaves out somebody
      who was excused or is out of scope, else ``reported``.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Final

import duckdb
import pyarrow as pa

from keiyu.contract import arrow
from keiyu.contract.model import Contract, Field, NationalTable
from keiyu.errors import ConfigurationError
from keiyu.publish.tidy import tidy
from keiyu.read.model import ValueStatus

GAPS: Final = (ValueStatus.NOT_SUBMITTED, ValueStatus.SUPPRESSED, ValueStatus.UNKNOWN)
"""Statuses whose value is missing from a sum, the gravest first. What is excluded (提出免除, 対象外) is not missing."""


@dataclass(eq=False)
class NationalTableError(ConfigurationError):
    """A national table's SQL does not return what its YAML declares, or cannot run."""

    table: str
    reason: str

    code: ClassVar[str] = "KEIYU-271"
    ja: ClassVar[str] = "全国表「{table}」の SQL が定義と合いません: {reason}"
    en: ClassVar[str] = "The SQL of national table {table!r} does not match its declaration: {reason}"


@dataclass(frozen=True)
class Inputs:
    """What national tables of one collection are computed from.

    Attributes:
        collection: one row: line, as_of, wave.
        areas: the dated area table.
        respondents: who owes a submission and whether it came.
        core: core table → live rows; only those that the wanted tables read.
        given: national tables already computed.
    """

    collection: pa.Table
    areas: pa.Table
    respondents: pa.Table
    core: Mapping[str, pa.Table]
    given: Mapping[str, pa.Table]


class Session:
    """An open session of one line. Get one from ``opened``."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, contract: Contract) -> None:
        """Define the macros and the views that depend on the contract alone."""
        self._connection = connection
        self._contract = contract
        _define(connection)
        for name, rows in (
            ("measures", _measures(contract)),
            ("codes", _codes(contract)),
            ("headline", _headline(contract)),
        ):
            connection.register(name, rows)
        connection.execute("SET enable_external_access = false; SET lock_configuration = true")

    def run(self, inputs: Inputs, wanted: Sequence[NationalTable]) -> dict[str, pa.Table]:
        """Compute national tables.

        Args:
            inputs: what the views hold.
            wanted: the tables, in an order in which each reads only those before it (``ordered``).

        Returns:
            National table → its rows, with the declared schema and the field metadata of the YAML.

        Raises:
            NationalTableError: the SQL fails, or returns other columns or types than declared.
        """
        for name, rows in _views(self._contract, inputs):
            self._connection.register(name, rows)
        results: dict[str, pa.Table] = {}
        for table in wanted:
            results[table.name] = query(self._connection, table)
            self._connection.register(table.name, results[table.name])
        return results

    def ask(self, inputs: Inputs, sql: Path, views: Mapping[str, pa.Table]) -> pa.Table:
        """Return what a query that is no national table says.

        Args:
            inputs: what the views hold.
            sql: the query.
            views: further views.

        Raises:
            NationalTableError: it cannot run.
        """
        for name, rows in (*_views(self._contract, inputs), *views.items()):
            self._connection.register(name, rows)
        try:
            return self._connection.sql(sql.read_text(encoding="utf-8")).to_arrow_table()
        except duckdb.Error as error:
            raise NationalTableError(f"{sql.parent.name}/{sql.stem}", str(error)) from error


@contextmanager
def opened(contract: Contract) -> Iterator[Session]:
    """Open a session for a line; nothing of it outlives the block."""
    with duckdb.connect(":memory:", config={"threads": min(4, os.cpu_count() or 1)}) as connection:
        yield Session(connection, contract)


def reads(sql: Path) -> frozenset[str]:
    """Return the names of the tables and views that a query reads (common table expressions included).

    Raises:
        NationalTableError: the query cannot be parsed.
    """
    return _parsed(sql.stem, sql.read_text(encoding="utf-8"))


def ordered(tables: Sequence[NationalTable]) -> tuple[NationalTable, ...]:
    """Put national tables in an order in which each reads only those before it.

    Raises:
        NationalTableError: tables read each other in a circle, or a sharded table reads one that is not.
    """
    by_name = {table.name: table for table in tables}
    needs = {table.name: (reads(table.sql) & by_name.keys()) - {table.name} for table in tables}
    order: list[NationalTable] = []
    while needs:
        ready = [name for name, others in needs.items() if not others & needs.keys()]
        if not ready:
            raise NationalTableError(" → ".join(needs), "circular / 循環しています")
        for name in ready:
            whole = [other for other in needs.pop(name) if not by_name[other].sharded]
            if by_name[name].sharded and whole:
                raise NationalTableError(name, f"sharded, but reads {', '.join(whole)}, which is not")
            order.append(by_name[name])
    return tuple(order)


def schema(table: NationalTable) -> pa.Schema:
    """Return the declared Arrow schema of a national table.

    Labels, definitions, unit, concept, dimensions and source of every column travel in its field
    metadata; the table's own in the schema metadata.
    """
    told = {
        "table": table.name,
        "label_ja": table.label_ja,
        "label_en": table.label_en,
        "definition_ja": table.definition_ja,
        "definition_en": table.definition_en,
    }
    return pa.schema([arrow.field(column) for column in table.fields], metadata=told)


@cache
def _parsed(name: str, sql: str) -> frozenset[str]:
    with _parser(os.getpid()).cursor() as connection:
        found = connection.execute("SELECT json_serialize_sql(?)", [sql]).fetchall()
    tree = json.loads(found[0][0])
    if tree.get("error"):
        raise NationalTableError(name, str(tree.get("error_message")))
    return frozenset(_named(tree))


@cache
def _parser(process: int) -> duckdb.DuckDBPyConnection:
    """Return the database of a process that parses queries and holds nothing; opening one costs more than parsing."""
    del process
    return duckdb.connect(":memory:", config={"threads": 1})


def _named(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if node.get("type") == "BASE_TABLE":
            yield node["table_name"]
        for child in node.values():
            yield from _named(child)
    elif isinstance(node, list):
        for child in node:
            yield from _named(child)


def _define(connection: duckdb.DuckDBPyConnection) -> None:
    gaps = ", ".join(f"'{status.value}'" for status in GAPS)
    connection.execute(f"CREATE MACRO is_gap(status) AS status IN ({gaps})")
    named = [status.value for status in (*GAPS, ValueStatus.EXCLUDED)]
    cases = " ".join(f"WHEN bool_or(status = '{status}') THEN '{status}'" for status in named)
    connection.execute(f"CREATE MACRO gap(status) AS CASE {cases} ELSE '{ValueStatus.REPORTED.value}' END")


def _views(contract: Contract, inputs: Inputs) -> Iterator[tuple[str, pa.Table]]:
    yield "collection", inputs.collection
    yield "areas", inputs.areas
    yield "respondents", inputs.respondents
    for name, rows in inputs.core.items():
        table = contract.table(name)
        yield name, rows.select([*table.by_name, "entry_id"])
        if table.is_cube:
            yield f"{name}_tidy", tidy(table, rows)
    yield from inputs.given.items()


def _measures(contract: Contract) -> pa.Table:
    dimensions = tuple(dict.fromkeys(d.name for table in contract.tables for d in table.dimensions))
    rows = [
        (table.name, f.name, f.label_ja, f.label_en, f.unit, *(f.dimensions.get(name) for name in dimensions))
        for table in contract.tables
        for f in table.measures
    ]
    return _listing(("table", "field", "label_ja", "label_en", "unit", *dimensions), rows)


def _codes(contract: Contract) -> pa.Table:
    names = ("table", "dimension", "code", "label_ja", "label_en")
    rows = [
        (table.name, dimension.name, code.code, code.label_ja, code.label_en)
        for table in contract.tables
        for dimension in table.dimensions
        for code in dimension.codes
    ]
    return _listing(names, rows)


def _headline(contract: Contract) -> pa.Table:
    names = ("measure", "label_ja", "label_en", "table", "field")
    rows = [
        (measure, told["label_ja"], told["label_en"], told["table"], field.name)
        for measure, told in contract.headline.items()
        for field in selected(contract, told)
    ]
    return _listing(names, rows)


def selected(contract: Contract, headline: Mapping[str, Any]) -> tuple[Field, ...]:
    """Return the measure columns that a headline measure of the contract sums (over all its ages)."""
    wanted: Mapping[str, Sequence[str]] = headline["select"]
    return tuple(
        field
        for field in contract.table(headline["table"]).measures
        if all(field.dimensions[dimension] in codes for dimension, codes in wanted.items())
    )


def _listing(names: tuple[str, ...], rows: Sequence[tuple[str | None, ...]]) -> pa.Table:
    columns = {name: pa.array([row[at] for row in rows], pa.string()) for at, name in enumerate(names)}
    return pa.table({**columns, "position": pa.array(range(len(rows)), pa.int64())})


def query(connection: duckdb.DuckDBPyConnection, table: NationalTable) -> pa.Table:
    """Run the query of a table and hold its result against what the YAML declares.

    Raises:
        NationalTableError: it fails, or returns other columns or types.
    """
    try:
        found = connection.sql(table.sql.read_text(encoding="utf-8")).to_arrow_table()
    except duckdb.Error as error:
        raise NationalTableError(table.name, str(error)) from error
    declared = schema(table)
    _compare(table.name, declared, found)
    return pa.Table.from_arrays(found.columns, schema=declared)


def _compare(name: str, declared: pa.Schema, found: pa.Table) -> None:
    """Refuse a result whose columns are not those declared, in order and type."""
    want = [(field.name, str(field.type)) for field in declared]
    have = [(field.name, str(field.type)) for field in found.schema]
    if want != have:
        differing = [f"{w} ≠ {h}" for w, h in zip(want, have, strict=False) if w != h][:3]
        raise NationalTableError(name, "; ".join(differing) or f"{len(want)} columns declared, {len(have)} returned")
