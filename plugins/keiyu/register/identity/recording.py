"""Recognising accepted entries and recording who is who in the commit sequence.

Entries are taken in order of their dates. The event that records an entry's identities bears the entry in its key, so
two workers never do it twice; an area whose identities changed meanwhile is left for the next round.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pyarrow as pa
from sqlalchemy import Connection, exists, func, insert, literal, select

from keiyu.contract.model import Collection, Contract
from keiyu.ledger.events import Draft, append, digest, head, serialise
from keiyu.ledger.identities import IdentityAssignment, IdentityReview
from keiyu.ledger.ids import new_id
from keiyu.ledger.models import Entry, Event
from keiyu.ledger.selection import live_at
from keiyu.receive.workspace import Workspace
from keiyu.register.identity.knowledge import known, referring
from keiyu.register.identity.model import IDENTITY, Resolution
from keiyu.register.identity.policy import Policy, load
from keiyu.register.identity.resolve import resolve
from keiyu.register.identity.rows import SOURCE_ROW, rows_of
from keiyu.register.segments import ENTRY_ID

_MOST_ROUNDS: Final = 10_000
_KEY: Final = "identify:"


@dataclass(slots=True)
class Identified:
    """What was recognised.

    Attributes:
        entries: entries whose rows were given identities.
        recognised: rows of facilities that were known.
        new: rows with an identity of their own.
        doubtful: pairs put on the review list.
    """

    entries: int = 0
    recognised: int = 0
    new: int = 0
    doubtful: int = 0


@dataclass(frozen=True)
class _Task:
    """An entry whose rows have no identity yet, and what is to be recorded of it."""

    entry_id: str
    area: str
    as_of: dt.date
    assignments: list[dict[str, Any]] = field(default_factory=list)
    reviews: list[dict[str, Any]] = field(default_factory=list)


def identify(workspace: Workspace, line: str) -> Identified:
    """Give an identity to every row of a line's live entries that has none.

    Args:
        workspace: the installation.
        line: the line; one without an identity policy has nothing to recognise. A register comes before the lines
            that refer to it.

    Returns:
        What was recognised. Doing it again changes nothing.
    """
    contract = workspace.contract(line)
    policy = load(contract, workspace.settings.schemas)
    done = Identified()
    lines = [one.line for one, _ in referring(workspace, policy.register)] if policy else []
    for _ in range(_MOST_ROUNDS if policy else 0):
        seq, tasks = _waiting(workspace, line)
        if not policy or not tasks:
            break
        _recognise(workspace, contract, policy, tasks)
        with workspace.ledger.begin() as connection:
            serialise(connection)
            _record(connection, contract, [t for t in tasks if not _overtaken(connection, lines, t, seq)], done)
    return done


def _waiting(workspace: Workspace, line: str) -> tuple[int, list[_Task]]:
    """Return the entries of the earliest date that wait, with the sequence at which that was so."""
    query = (
        select(Entry.id, Entry.reporter, Entry.as_of)
        .where(Entry.line == line, live_at(), Entry.row_count > 0)
        .where(~exists().where(Event.key == literal(_KEY) + Entry.id))
        .order_by(Entry.as_of, Entry.reporter)
    )
    with workspace.ledger.read() as connection:
        found = [_Task(*row) for row in connection.execute(query)]
        return head(connection), [task for task in found if task.as_of == found[0].as_of]


def _recognise(workspace: Workspace, contract: Contract, policy: Policy, tasks: Sequence[_Task]) -> None:
    """Resolve entries of one date and write down what is to be recorded."""
    as_of = tasks[0].as_of
    edition = _once(rows_of(workspace, contract, policy.table, {task.entry_id for task in tasks}))
    register = known(workspace, policy, {task.area for task in tasks}, as_of)
    resolution = resolve(register, edition, as_of=as_of, policy=policy)
    by_entry = {task.entry_id: task for task in tasks}
    for item in _placed(resolution.assignments, edition):
        by_entry[item[ENTRY_ID]].assignments.append(item)
    for item in _doubts(resolution, register, edition, policy):
        by_entry[item[ENTRY_ID]].reviews.append(item)


def _once(rows: pa.Table) -> pa.Table:
    """Return one row per row of a file: whatever is read from one source row is one facility."""
    keys = zip(rows[ENTRY_ID].to_pylist(), rows[SOURCE_ROW].to_pylist(), strict=True)
    first = {key: index for index, key in reversed(list(enumerate(keys)))}
    return rows.take(pa.array(sorted(first.values()), pa.int64()))


def _placed(told: pa.Table, edition: pa.Table) -> Iterator[dict[str, Any]]:
    """Yield what was told of rows with their entry and source row."""
    entries, rows = edition[ENTRY_ID].to_pylist(), edition[SOURCE_ROW].to_pylist()
    for item in told.to_pylist():
        index = item.pop("row")
        yield {**item, ENTRY_ID: entries[index], SOURCE_ROW: rows[index], "_index": index}


def _doubts(resolution: Resolution, register: pa.Table, edition: pa.Table, policy: Policy) -> Iterator[dict[str, Any]]:
    """Yield the pairs in doubt, each with its evidence and both descriptions."""
    rows = edition.select(_shown(edition, policy)).to_pylist()
    olds = dict(zip(register[IDENTITY].to_pylist(), register.select(_shown(register, policy)).to_pylist(), strict=True))
    for item in _placed(resolution.review, edition):
        told = {"known": olds[item["known"]], "row": rows[item["_index"]]}
        said = {"ja": item.pop("evidence_ja"), "en": item.pop("evidence_en")}
        yield {**item, "evidence": {**said, **{side: _plain(values) for side, values in told.items()}}}


def _shown(rows: pa.Table, policy: Policy) -> list[str]:
    return [name for name in policy.described if name in rows.column_names]


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v.isoformat() if isinstance(v, dt.date) else v for k, v in values.items() if v is not None}


def _overtaken(connection: Connection, lines: Sequence[str], task: _Task, seq: int) -> bool:
    """Return whether an area's identities changed after they were read."""
    last = select(func.max(IdentityAssignment.recorded_seq)).where(
        IdentityAssignment.line.in_(lines), IdentityAssignment.area == task.area
    )
    return (connection.scalar(last) or 0) > seq


def _record(connection: Connection, contract: Contract, tasks: Sequence[_Task], done: Identified) -> None:
    for task, stamp in zip(tasks, append(connection, [_draft(task, contract) for task in tasks]), strict=True):
        shared = {"line": contract.line, "area": task.area, "recorded_seq": stamp.seq}
        for table, items in ((IdentityAssignment, task.assignments), (IdentityReview, task.reviews)):
            rows = [{**{k: v for k, v in item.items() if k != "_index"}, **shared} for item in items]
            if table is IdentityReview:
                rows = [{**row, "id": new_id()} for row in rows]
            if rows:
                connection.execute(insert(table), rows)
        new = sum(item["method"] == "new" for item in task.assignments)
        done.entries += 1
        done.new += new
        done.recognised += len(task.assignments) - new
        done.doubtful += len(task.reviews)


def _draft(task: _Task, contract: Contract) -> Draft:
    payload = {
        "entry": task.entry_id,
        "identities": digest_of(task.assignments),
        "rows": len(task.assignments),
        "doubtful": len(task.reviews),
        "contract": contract.digest,
    }
    subject = str(Collection(contract.line, task.as_of))
    return Draft("identify", subject, f"{_KEY}{task.entry_id}", payload)


def unvouched(connection: Connection) -> Iterator[int]:
    """Yield every event whose identities are not those that it recorded, and every sequence without such an event.

    Args:
        connection: a read transaction.
    """
    columns = IdentityAssignment.__table__.columns
    events = select(Event.seq, Event.payload).where(Event.kind.in_(("identify", "identity"))).order_by(Event.seq)
    for seq, payload in connection.execute(events):
        rows = connection.execute(select(*columns).where(IdentityAssignment.recorded_seq == seq))
        if digest_of([row._asdict() for row in rows]) != payload["identities"]:
            yield seq
    known = select(Event.seq).where(Event.kind.in_(("identify", "identity")))
    strays = select(IdentityAssignment.recorded_seq).where(IdentityAssignment.recorded_seq.not_in(known))
    yield from connection.scalars(strays.distinct())


def digest_of(assignments: Sequence[Mapping[str, Any]]) -> str:
    """Return the digest by which an event vouches for the identities it recorded."""
    return digest(sorted([a[ENTRY_ID], a[SOURCE_ROW], a[IDENTITY], a["method"]] for a in assignments))
