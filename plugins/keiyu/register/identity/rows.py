"""Core rows with their identities, as known at any sequence."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

import pyarrow as pa
from sqlalchemy import ColumnElement, and_, select

from keiyu.contract import arrow
from keiyu.contract.model import Contract
from keiyu.ledger.identities import IdentityAssignment
from keiyu.ledger.models import Entry, Segment
from keiyu.ledger.selection import held_at, lots
from keiyu.receive.workspace import Workspace
from keiyu.register.identity.model import IDENTITY
from keiyu.register.identity.periods import Edition, periods
from keiyu.register.identity.policy import Policy, required
from keiyu.register.living import live
from keiyu.register.segments import ENTRY_ID, read
from keiyu.register.vintages import current, only

SOURCE_ROW: Final = "source_row"

Identities = Mapping[tuple[str, int], str]
"""(entry, source row) → identity."""


def identified(workspace: Workspace, line: str, as_of: dt.date, *, at_seq: int | None = None) -> pa.Table:
    """Return the live rows of an edition with their ``identity``; null where none was given yet.

    Args:
        workspace: the installation.
        line: a line whose facilities are recognised.
        as_of: reference date.
        at_seq: as known at this sequence; now by default.

    Raises:
        NothingToRecogniseError: the line has no identity policy.
    """
    contract = workspace.contract(line)
    policy = required(contract, workspace.settings.schemas)
    rows = current(workspace.ledger, workspace.storage, contract, policy.table, as_of, at_seq=at_seq)
    return with_identity(rows, assigned(workspace, set(rows[ENTRY_ID].to_pylist()), at_seq))


def history(
    workspace: Workspace,
    line: str,
    *,
    at_seq: int | None = None,
    until: dt.date | None = None,
    within: Collection[str] | None = None,
) -> pa.Table:
    """Return the validity periods of every facility, as ``keiyu.register.identity.periods.periods`` does.

    Args:
        workspace: the installation.
        line: a line whose facilities are recognised.
        at_seq: as known at this sequence; now by default.
        until: the last edition that counts; all by default.
        within: 2-digit codes of prefectures; everywhere by default.

    Raises:
        NothingToRecogniseError: the line has no identity policy.
    """
    contract = workspace.contract(line)
    policy = required(contract, workspace.settings.schemas)
    dates = [as_of for as_of in _dates(workspace, line) if until is None or as_of <= until]
    found = (e for as_of in dates for e in _editions(workspace, contract, policy, as_of, dates, at_seq, within))
    editions = list(found)
    return periods(editions, policy, arrow.schema(contract.table(policy.table)))


def assigned(workspace: Workspace, entries: Collection[str], at_seq: int | None = None) -> Identities:
    """Return the identities of the rows of some entries.

    Args:
        workspace: the installation.
        entries: the entries.
        at_seq: as known at this sequence; now by default.
    """
    found: dict[tuple[str, int], str] = {}
    query = select(IdentityAssignment.entry_id, IdentityAssignment.source_row, IdentityAssignment.identity)
    with workspace.ledger.read() as connection:
        for lot in lots(sorted(entries)):
            for row in connection.execute(query.where(IdentityAssignment.entry_id.in_(lot), held(at_seq))):
                found[row.entry_id, row.source_row] = row.identity
    return found


def with_identity(rows: pa.Table, identities: Identities) -> pa.Table:
    """Return core rows with their identity in front."""
    keys = zip(rows[ENTRY_ID].to_pylist(), rows[SOURCE_ROW].to_pylist(), strict=True)
    return rows.add_column(0, pa.field(IDENTITY, pa.string()), pa.array(map(identities.get, keys), pa.string()))


def rows_of(workspace: Workspace, contract: Contract, table: str, entries: Collection[str]) -> pa.Table:
    """Return the rows of some entries, live or superseded."""
    wanted: dict[str, list[str]] = {}
    query = select(Entry.id, Segment.path).join(
        Segment, and_(Segment.part_id == Entry.part_id, Segment.table == table, Segment.state == "live")
    )
    with workspace.ledger.read() as connection:
        for lot in lots(sorted(entries)):
            for entry_id, path in connection.execute(query.where(Entry.id.in_(lot))):
                wanted.setdefault(path, []).append(entry_id)
    schema = arrow.schema(contract.table(table), provenance=True)
    parts = [only(read(workspace.storage, path), ids) for path, ids in sorted(wanted.items())]
    return pa.concat_tables([schema.empty_table(), *parts], promote_options="default").select(schema.names).cast(schema)


def covered(workspace: Workspace, area: str, since: dt.date, until: dt.date) -> frozenset[str]:
    """Return an area and those that went wholly into it between two dates, 6 digits each."""
    found = workspace.areas.predecessors(area, since, until) if since < until else ()
    return frozenset({area, *(relative.area.code6 for relative in found if not relative.split)})


def held(at_seq: int | None, rows: type[IdentityAssignment] = IdentityAssignment) -> ColumnElement[bool]:
    """Return the condition under which an assignment holds at a sequence; now by default.

    Args:
        at_seq: the sequence.
        rows: the table, or an alias of it.
    """
    if at_seq is None:
        return rows.superseded_seq.is_(None)
    return held_at(rows.recorded_seq, rows.superseded_seq, at_seq)


def _dates(workspace: Workspace, line: str) -> list[dt.date]:
    query = select(Entry.as_of).where(Entry.line == line, Entry.state == "accepted").distinct().order_by(Entry.as_of)
    with workspace.ledger.read() as connection:
        return list(connection.scalars(query))


def _editions(
    workspace: Workspace,
    contract: Contract,
    policy: Policy,
    as_of: dt.date,
    dates: Sequence[dt.date],
    at_seq: int | None,
    within: Collection[str] | None,
) -> Iterator[Edition]:
    """Yield the live editions of a date; a nil return is an edition without a facility."""
    ledger, storage = workspace.ledger, workspace.storage
    entries = live(ledger, contract.line, as_of, at_seq)
    entries = [entry for entry in entries if within is None or entry.reporter[:2] in within]
    ids = {entry.entry_id for entry in entries}
    told = current(ledger, storage, contract, policy.table, as_of, at_seq=at_seq, entries=ids)
    rows = with_identity(told, assigned(workspace, ids, at_seq))
    for entry in entries:
        area = entry.reporter
        covers = covered(workspace, area, dates[0], as_of)
        yield Edition(as_of, area, only(rows, [entry.entry_id]), covers, _become(workspace, area, as_of, dates[-1]))


def _become(workspace: Workspace, area: str, since: dt.date, until: dt.date) -> str:
    """Return the one area that another has gone into between two dates; itself where that is not certain."""
    found = workspace.areas.successors(area, since, until) if since < until else ()
    return found[0].area.code6 if len(found) == 1 and not found[0].split else area
