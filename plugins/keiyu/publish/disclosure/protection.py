"""Protecting a release: its tables as the public may see them, and what is said and kept of what was hidden."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
from sqlalchemy import select

from keiyu.contract.disclosure import Disclosure
from keiyu.contract.model import Collection, NationalTable
from keiyu.ledger import Ledger
from keiyu.ledger.models import Release as ReleaseRow
from keiyu.publish import parquet
from keiyu.publish.build import build, inputs
from keiyu.publish.disclosure.composition import Cells, Parts, cells_of, parts_of, protected
from keiyu.publish.disclosure.pattern import pattern
from keiyu.publish.disclosure.record import Vintage, folder, keep, load, system_of
from keiyu.publish.disclosure.system import Flags
from keiyu.publish.manifest import Part
from keiyu.publish.snapshot import Snapshot, take
from keiyu.read.model import ValueStatus
from keiyu.receive.workspace import Workspace


@dataclass(frozen=True)
class Protected:
    """A release as the public may see it.

    Attributes:
        tables: its national tables; hidden figures are null, their status ``suppressed``.
        statement: what the manifest says of it; none where the line protects nothing.
        vintage: what is remembered of it.
        audit: what the audit found; not published.
    """

    tables: Mapping[str, pa.Table]
    statement: Mapping[str, Any] | None = None
    vintage: Vintage | None = None
    audit: Mapping[str, Any] | None = None

    def remember(self, workspace: Workspace, collection: Collection, release: str) -> None:
        """Keep what the release shows and hides, before the ledger learns of it."""
        if self.vintage is not None:
            keep(workspace.storage, folder(collection, release), self.vintage, self.audit or {})

    def marked(self, divided: Sequence[Part]) -> list[Part]:
        """Return files of the release, those of protected tables told apart by what they show too."""
        hiding = set(self.statement["tables"]) if self.statement else set()
        return [_marked(part) if part.table in hiding else part for part in divided]


def protect(workspace: Workspace, taken: Snapshot, tables: Mapping[str, pa.Table]) -> Protected:
    """Hide what the line's policy hides from the public.

    Args:
        workspace: the installation; its earlier releases of the collection bind this one.
        taken: what the tables were made from.
        tables: every national table, with nothing hidden.

    Raises:
        NotStatedError: a table does not say rightly what its figures are made of.
        NotProtectedError: the audit found that a hidden figure can be worked out.
    """
    contract = taken.contract
    stated = protected(contract)
    if not stated:
        return Protected(tables)
    policy = Disclosure.of(contract)
    cells, parts = _composed(workspace, taken, stated, tables)
    fresh = Vintage.of(cells, parts, np.zeros(cells.rows.num_rows, np.bool_))
    system = system_of([*_former(workspace, taken, stated), fresh])
    found = pattern(system, policy)
    hidden = found.hidden[system.fresh]
    return Protected(
        {name: _masked(rows, name, cells, hidden) for name, rows in tables.items()},
        _statement(policy, stated, cells, found.primary[system.fresh], hidden)
        | {"proved": policy.secondary and not found.exposed},
        Vintage.of(cells, parts, hidden),
        {"exposed": found.exposed, "narrowest": found.narrowest, "protection": policy.protection},
    )


def _composed(
    workspace: Workspace, taken: Snapshot, stated: Sequence[NationalTable], tables: Mapping[str, pa.Table]
) -> tuple[Cells, Parts]:
    queries = [table.cells for table in stated]
    seen = inputs(workspace, taken, queries, tuple(taken.inputs), tables)
    parts = parts_of(taken.contract, seen.core)
    return cells_of(taken.contract, stated, tables, seen, parts), parts


def _former(workspace: Workspace, taken: Snapshot, stated: Sequence[NationalTable]) -> list[Vintage]:
    """Return the releases so far; one that was cut before there was a policy showed everything."""
    found = []
    for release, at_seq in _releases(workspace.ledger, taken.collection):
        vintage = load(workspace.storage, folder(taken.collection, release))
        if vintage is None:
            then = take(workspace, taken.collection, at_seq)
            cells, parts = _composed(workspace, then, stated, build(workspace, then))
            vintage = Vintage.of(cells, parts, np.zeros(cells.rows.num_rows, np.bool_))
        found.append(vintage)
    return found


def _releases(ledger: Ledger, collection: Collection) -> list[tuple[str, int]]:
    mine = (ReleaseRow.line == collection.line, ReleaseRow.as_of == collection.as_of)
    with ledger.read() as connection:
        rows = connection.execute(select(ReleaseRow.id, ReleaseRow.at_seq).where(*mine).order_by(ReleaseRow.seq))
        return [(release, at_seq) for release, at_seq in rows]


def _masked(rows: pa.Table, table: str, cells: Cells, hidden: Flags) -> pa.Table:
    """Return rows with the hidden figures taken out."""
    mine = np.asarray(cells.rows["table"].to_numpy() == table) & hidden
    names, at = cells.rows["column"].to_numpy()[mine], cells.rows["row"].to_numpy()[mine]
    for column in dict.fromkeys(names):
        gone = np.zeros(rows.num_rows, np.bool_)
        gone[at[names == column]] = True
        rows = _with(rows, column, gone, None)
        status = f"{column}_status"
        if status in rows.column_names:
            rows = _with(rows, status, gone, ValueStatus.SUPPRESSED.value)
    return rows


def _with(rows: pa.Table, column: str, where: Flags, value: str | None) -> pa.Table:
    field = rows.schema.field(column)
    kept = rows[column].to_pylist()
    replaced = pa.array([value if gone else one for one, gone in zip(kept, where, strict=True)], field.type)
    return rows.set_column(rows.schema.get_field_index(column), field, replaced)


def _statement(
    policy: Disclosure, stated: Sequence[NationalTable], cells: Cells, primary: Flags, hidden: Flags
) -> dict[str, Any]:
    names = cells.rows["table"].to_numpy()
    counts = {}
    for table in stated:
        mine = names == table.name
        first = int(primary[mine].sum())
        counts[table.name] = {
            "label_ja": table.label_ja,
            "label_en": table.label_en,
            "figures": int(mine.sum()),
            "primary": first,
            "secondary": int(hidden[mine].sum()) - first,
        }
    told = {"ja": policy.ja, "en": policy.en, "source": policy.source}
    rules = {"minimum": policy.minimum, "respondents": policy.respondents, "protection": policy.protection}
    return {**told, "rules": rules, "tables": counts}


def _marked(part: Part) -> Part:
    shown = hashlib.sha256(parquet.encode(part.rows)).hexdigest()
    return replace(part, inputs_digest=hashlib.sha256(f"{part.inputs_digest} {shown}".encode()).hexdigest())
