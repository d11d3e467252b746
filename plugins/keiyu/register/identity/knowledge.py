"""The facilities known of some areas: one row per identity and list, as the edition nearest to a date describes it."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, func, select

from keiyu.contract.model import Contract
from keiyu.ledger.identities import IdentityAssignment
from keiyu.ledger.models import Entry
from keiyu.ledger.selection import lots
from keiyu.receive.workspace import Workspace
from keiyu.register.identity.model import PERIOD
from keiyu.register.identity.policy import Policy, load
from keiyu.register.identity.rows import SOURCE_ROW, covered, held, rows_of
from keiyu.register.segments import ENTRY_ID

_Chosen = Mapping[tuple[str, int], tuple[str, dt.date]]


def known(workspace: Workspace, policy: Policy, areas: set[str], as_of: dt.date) -> pa.Table:
    """Return the identities of some areas, also those of closed facilities and of superseded entries.

    Args:
        workspace: the installation.
        policy: the policy of a line that names the register.
        areas: the areas; what went into them by the date belongs to them.
        as_of: the date to which the descriptions shall be near: before it, else after it.

    Returns:
        A table as ``keiyu.register.identity.resolve`` takes it: the register's own description of each identity, then
        how other lists spell it.
    """
    parts = [
        _of_line(workspace, contract, one, areas, as_of) for contract, one in referring(workspace, policy.register)
    ]
    return pa.concat_tables(parts, promote_options="default")


def referring(workspace: Workspace, register: str) -> Iterator[tuple[Contract, Policy]]:
    """Yield the lines whose rows are facilities of a register, the register itself first."""
    for line in sorted(workspace.lines, key=lambda line: (line != register, line)):
        contract = workspace.contract(line)
        policy = load(contract, workspace.settings.schemas)
        if policy is not None and policy.register == register:
            yield contract, policy


def _of_line(workspace: Workspace, contract: Contract, policy: Policy, areas: set[str], as_of: dt.date) -> pa.Table:
    with workspace.ledger.read() as connection:
        first = connection.scalar(select(func.min(Entry.as_of)).where(Entry.line == contract.line)) or as_of
        origins = {old: area for area in sorted(areas) for old in covered(workspace, area, first, as_of)}
        chosen = _chosen(connection, contract.line, origins, as_of)
    rows = rows_of(workspace, contract, policy.table, {entry_id for entry_id, _ in chosen})
    keys = list(zip(rows[ENTRY_ID].to_pylist(), rows[SOURCE_ROW].to_pylist(), strict=True))
    kept = [i for i, key in enumerate(keys) if key in chosen]
    told = rows.take(pa.array(kept, pa.int64()))
    block = policy.fields["block"]
    said = dict.fromkeys((*policy.fields.values(), *policy.described))
    columns = {name: told[name] for name in said if name in told.column_names}
    columns[block] = pa.array([origins.get(code, code) for code in told[block].to_pylist()], pa.string())
    identity, since = zip(*(chosen[keys[i]] for i in kept), strict=True) if kept else ((), ())
    front = (pa.array(identity, pa.string()), pa.array(since, pa.date32()), pa.nulls(len(kept), pa.date32()))
    names = [field.name for field in PERIOD]
    return pa.table({**dict(zip(names, front, strict=True)), **columns})


def _chosen(connection: Connection, line: str, areas: Mapping[str, str], as_of: dt.date) -> _Chosen:
    """Return (entry, source row) → (identity, date) of the row that describes each identity best."""
    query = (
        select(
            IdentityAssignment.identity,
            IdentityAssignment.entry_id,
            IdentityAssignment.source_row,
            Entry.as_of,
            Entry.accepted_seq,
        )
        .join(Entry, Entry.id == IdentityAssignment.entry_id)
        .where(IdentityAssignment.line == line, held(None))
    )
    best: dict[str, Any] = {}
    for lot in lots(sorted(areas)):
        for row in connection.execute(query.where(IdentityAssignment.area.in_(lot))):
            standing = best.get(row.identity)
            if standing is None or _nearness(row, as_of) > _nearness(standing, as_of):
                best[row.identity] = row
    return {(row.entry_id, row.source_row): (row.identity, row.as_of) for row in best.values()}


def _nearness(row: Any, as_of: dt.date) -> tuple[bool, int, int, int]:
    before = row.as_of <= as_of
    return before, row.as_of.toordinal() * (1 if before else -1), row.accepted_seq, row.source_row
