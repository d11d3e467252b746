"""Building national tables: only prefectures whose inputs changed are computed, the rest is carried over."""

from collections.abc import Collection as Several
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from keiyu.contract.model import NationalTable
from keiyu.publish import session, views
from keiyu.publish.beside import Beside
from keiyu.publish.snapshot import Snapshot
from keiyu.receive.workspace import Workspace

PREFECTURE = "prefecture_code"


@dataclass(frozen=True)
class Former:
    """A sharded table built earlier.

    Attributes:
        rows: its rows.
        inputs: prefecture → digest of what its rows were made of.
    """

    rows: pa.Table
    inputs: Mapping[str, str]


def build(workspace: Workspace, taken: Snapshot, former: Mapping[str, Former] | None = None) -> dict[str, pa.Table]:
    """Compute every national table of a snapshot.

    Args:
        workspace: the installation.
        taken: what is live.
        former: sharded tables built earlier, by name; a prefecture is carried over where every sharded
            table has it from equal inputs.

    Returns:
        National table → rows; sharded ones in order of prefecture.

    Raises:
        NationalTableError: a table's SQL does not return what its YAML declares.
    """
    tables = session.ordered(taken.contract.national)
    sharded = [table for table in tables if table.sharded]
    kept = _kept(taken, sharded, former or {})
    changed = [prefecture for prefecture in taken.inputs if prefecture not in kept]
    whole = [table for table in tables if not table.sharded]
    with session.opened(taken.contract) as opened:
        fresh = opened.run(inputs(workspace, taken, _queries(sharded), changed, {}), sharded) if changed else {}
        results = {table.name: _joined(table, fresh.get(table.name), former or {}, kept, taken) for table in sharded}
        return results | opened.run(inputs(workspace, taken, _queries(whole), tuple(taken.inputs), results), whole)


def by_prefecture(rows: pa.Table) -> dict[str, pa.Table]:
    """Split rows by prefecture, in code order; within a prefecture they keep their order."""
    encoded = rows[PREFECTURE].combine_chunks().dictionary_encode()
    codes = encoded.indices.to_numpy()
    if (np.diff(codes) < 0).any():
        rows = rows.take(pa.array(np.argsort(codes, kind="stable")))
    counts = np.bincount(codes, minlength=len(encoded.dictionary))
    starts = np.cumsum(counts) - counts
    parts = {name: rows.slice(starts[at], counts[at]) for at, name in enumerate(encoded.dictionary.to_pylist())}
    return dict(sorted(parts.items()))


def _kept(taken: Snapshot, sharded: list[NationalTable], former: Mapping[str, Former]) -> frozenset[str]:
    """Return the prefectures that every sharded table has from equal inputs, under the schema of today."""
    if not all(
        table.name in former and former[table.name].rows.schema.equals(session.schema(table)) for table in sharded
    ):
        return frozenset()
    return frozenset(
        prefecture
        for prefecture, digest in taken.inputs.items()
        if all(former[table.name].inputs.get(prefecture) == digest for table in sharded)
    )


def _joined(
    table: NationalTable,
    fresh: pa.Table | None,
    former: Mapping[str, Former],
    kept: frozenset[str],
    taken: Snapshot,
) -> pa.Table:
    """Put carried-over and fresh prefectures together, in code order."""
    schema = session.schema(table)
    if fresh is not None and not kept:
        return fresh
    new = by_prefecture(fresh) if fresh is not None else {}
    old = by_prefecture(former[table.name].rows) if kept else {}
    parts = [old.get(place) if place in kept else new.get(place) for place in sorted(taken.inputs)]
    present = [part.select(schema.names) for part in parts if part is not None]
    together = pa.concat_tables(present) if present else schema.empty_table()
    return pa.Table.from_arrays(together.combine_chunks().columns, schema=schema)


def _queries(tables: Sequence[NationalTable]) -> list[Path]:
    return [table.sql for table in tables]


def inputs(
    workspace: Workspace,
    taken: Snapshot,
    queries: Sequence[Path],
    prefectures: Several[str],
    given: Mapping[str, pa.Table],
) -> session.Inputs:
    """Return what queries see of some prefectures of a snapshot.

    Args:
        workspace: the installation.
        taken: what is live.
        queries: the queries; core tables that none of them reads are left out.
        prefectures: 2-digit codes.
        given: national tables already computed.
    """
    besides = Beside.of(workspace, taken.contract, taken.collection.as_of, taken.seq, queries)
    return session.Inputs(
        collection=views.collection(taken),
        areas=views.areas_in(taken, prefectures),
        respondents=views.respondents(taken, prefectures),
        core=_core(workspace, taken, queries, prefectures),
        given={**given, **besides.views(prefectures, entries_in(taken, prefectures))},
    )


def entries_in(taken: Snapshot, prefectures: Several[str]) -> set[str]:
    """Return the live entries of reporters in some prefectures."""
    due = taken.universe.due
    return {entry.entry_id for reporter, entry in taken.live.items() if due[reporter] in prefectures}


def _core(
    workspace: Workspace, taken: Snapshot, queries: Sequence[Path], prefectures: Several[str]
) -> dict[str, pa.Table]:
    """Return the live rows of the core tables that the queries read, of reporters in some prefectures."""
    named = frozenset[str]().union(*(session.reads(sql) for sql in queries))
    entries = entries_in(taken, prefectures)
    return {
        name: taken.rows(workspace, name, entries)
        for name in taken.contract.table_names
        if named & {name, f"{name}_tidy", f"{name}_cells"}
    }
