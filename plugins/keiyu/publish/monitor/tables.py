"""Tables about the relay itself: ``published/monitor/<line>/<table>/<date>.parquet``, documented like national tables.

Each is one SQL file with its YAML under ``schemas/monitor/``, computed for one collection from these views:
    - ``collection``: ``line, as_of``;
    - ``day``: ``today``;
    - ``hops``: ``level, deadline, entry_closes, corrections_close, given, least, position``;
    - ``reporters``: ``reporter, prefecture_code, prefecture, status, due, extended, on_time``;
    - ``deeds``: ``reporter, layout, accepted, returned, held, nil, live, turn, to_acceptance, to_current`` (seconds
      since receipt);
    - ``releases``: ``stage, number, released_on, entries, respondents, working_days_after_deadline,
      seconds_after_last_arrival, position``.

A table is computed again only where a view that its query reads has changed.
"""

import datetime as dt
import hashlib
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
from sqlalchemy import Connection, RowMapping, select

from keiyu import register
from keiyu.codes.business_days import business_days_between
from keiyu.contract import national
from keiyu.contract.model import Collection, NationalTable
from keiyu.ledger.models import Event
from keiyu.ledger.models import Release as ReleaseRow
from keiyu.publish import estimation, parquet, session
from keiyu.publish.current import SHOWN
from keiyu.publish.folder import PUBLISHED
from keiyu.publish.monitor.assessment import Assessment, assess, day_of
from keiyu.publish.monitor.position import Deed, position
from keiyu.receive.workspace import Workspace

_DIGEST: Final = "keiyu:inputs_digest"
_TEXT, _INT, _DAY, _FLAG, _SECONDS = pa.string(), pa.int64(), pa.date32(), pa.bool_(), pa.float64()


@dataclass(frozen=True)
class Watched:
    """What the tables of one collection are made from.

    Attributes:
        assessment: how it stands.
        least: working days that the contract grants each level.
        prefectures: two-digit code → name.
        shown: sequence up to which ``current/`` showed what was accepted, and when; in order.
        releases: rows of its releases, in order.
    """

    assessment: Assessment
    least: int
    prefectures: Mapping[str, str]
    shown: Sequence[tuple[int, dt.datetime]]
    releases: Sequence[RowMapping]


def declared(schemas: Path) -> tuple[NationalTable, ...]:
    """Return the tables that ``schemas/monitor/`` declares, in order of name."""
    return national.load(schemas / "monitor", (), schemas)


def path(collection: Collection, table: str) -> str:
    """Return where a table of a collection lies."""
    return f"{PUBLISHED}/monitor/{collection.line}/{table}/{collection.as_of.isoformat()}.parquet"


def watched(workspace: Workspace, collection: Collection, at: dt.datetime, at_seq: int | None = None) -> Watched:
    """Gather what the tables of a collection are made from; the cost is that of this collection alone.

    Args:
        workspace: the installation.
        collection: which.
        at: the instant at which it is judged.
        at_seq: as the ledger knew it at this sequence; as it knows it now by default.
    """
    facts = position(workspace, collection, at_seq)
    assessment = assess(facts, at)
    with workspace.ledger.read() as connection:
        shown, releases = _shown(connection, collection, facts.seq), _releases(connection, collection, facts.seq)
    return Watched(
        assessment=assessment,
        least=workspace.contract(collection.line).dates["minimumBusinessDays"],
        prefectures={area.prefecture_code: area.name for area in workspace.areas.prefectures(collection.as_of)},
        shown=shown,
        releases=releases,
    )


def compute(tables: Sequence[NationalTable], views: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """Compute tables.

    Raises:
        NationalTableError: a table's SQL does not return what its YAML declares.
    """
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        for name, rows in views.items():
            connection.register(name, rows)
        connection.execute("SET enable_external_access = false; SET lock_configuration = true")
        return {table.name: session.query(connection, table) for table in tables}


def refresh(workspace: Workspace, collection: Collection, at: dt.datetime) -> tuple[str, ...]:
    """Bring the tables of a collection up to date; readers of each see the old or the new one.

    Returns:
        Names of the tables that were not; ``estimate`` stands for the estimate beside the counts.
    """
    storage, views = workspace.storage, views_of(watched(workspace, collection, at))
    told = {name: _digest_of(rows) for name, rows in views.items()}
    tables = {table.name: table for table in declared(workspace.settings.schemas)}
    digests = {name: _digest(table, told) for name, table in tables.items()}
    stale = [
        name
        for name, digest in digests.items()
        if parquet.facts(storage, path(collection, name)).get(_DIGEST) != digest
    ]
    if stale:
        for name, rows in compute([tables[name] for name in stale], views).items():
            storage.replace(path(collection, name), parquet.encode(rows, **{_DIGEST: digests[name]}))
    return (*stale, estimation.ESTIMATE) if estimation.refresh(workspace, collection) else tuple(stale)


def known(workspace: Workspace, collection: Collection, at: dt.datetime) -> dict[str, pa.Table]:
    """Return the tables of a collection as they were known at an instant.

    Args:
        workspace: the installation.
        collection: which.
        at: the instant (aware).
    """
    views = views_of(watched(workspace, collection, at, register.seq_at(workspace.ledger, at)))
    return compute(declared(workspace.settings.schemas), views)


def views_of(told: Watched) -> dict[str, pa.Table]:
    """Return the views that the queries read."""
    position, assessment = told.assessment.position, told.assessment
    return {
        "collection": _table(
            (("line", _TEXT), ("as_of", _DAY)), [(position.collection.line, position.collection.as_of)]
        ),
        "day": _table((("today", _DAY),), [(assessment.today,)]),
        "hops": _table(
            (
                ("level", _TEXT), ("deadline", _DAY), ("entry_closes", _DAY), ("corrections_close", _DAY),
                ("given", _INT), ("least", _INT), ("position", _INT),
            ),
            [
                (hop.level, hop.deadline, hop.entry_closes, hop.corrections_close, hop.given, told.least, place)
                for place, hop in enumerate(position.hops)
            ],
        ),
        "reporters": _table(
            (
                ("reporter", _TEXT), ("prefecture_code", _TEXT), ("prefecture", _TEXT), ("status", _TEXT),
                ("due", _DAY), ("extended", _FLAG), ("on_time", _FLAG),
            ),
            [
                (one.reporter.code, code := one.reporter.prefecture, told.prefectures.get(code), one.status, one.due,
                 one.extended, one.on_time)
                for one in assessment.standings
            ],
        ),
        "deeds": _deeds(told),
        "releases": _table(
            (
                ("stage", _TEXT), ("number", _INT), ("released_on", _DAY), ("entries", _INT), ("respondents", _INT),
                ("working_days_after_deadline", _INT), ("seconds_after_last_arrival", _SECONDS), ("position", _INT),
            ),
            [_released(told, row, place) for place, row in enumerate(told.releases)],
        ),
    }  # fmt: skip


def _deeds(told: Watched) -> pa.Table:
    seqs = [seq for seq, _ in told.shown]
    columns = (
        ("reporter", _TEXT), ("layout", _TEXT), ("accepted", _FLAG), ("returned", _FLAG), ("held", _FLAG),
        ("nil", _FLAG), ("live", _FLAG), ("turn", _INT), ("to_acceptance", _SECONDS), ("to_current", _SECONDS),
    )  # fmt: skip
    rows = []
    for turn, deed in enumerate(told.assessment.position.deeds):
        place = bisect_left(seqs, deed.accepted_seq) if deed.accepted_seq is not None else len(seqs)
        seen = told.shown[place][1] if place < len(seqs) else None
        times = (_since(deed, deed.accepted_at), _since(deed, seen))
        states = (deed.accepted, deed.returned, deed.held, deed.nil, deed.live)
        rows.append((deed.reporter, deed.layout, *states, turn, *times))
    return _table(columns, rows)


def _since(deed: Deed, instant: dt.datetime | None) -> float | None:
    return None if instant is None else (instant - deed.received_at).total_seconds()


def _released(told: Watched, row: RowMapping, place: int) -> tuple[Any, ...]:
    position, day = told.assessment.position, day_of(row["at"])
    arrivals = [
        deed.received_at
        for deed in position.deeds
        if deed.accepted_seq is not None and deed.accepted_seq <= row["at_seq"]
    ]
    waited = (row["at"] - max(arrivals)).total_seconds() if arrivals else None
    after = business_days_between(position.hops[-1].deadline, day)
    return (row["stage"], row["number"], day, row["entries"], row["respondents"], after, waited, place)


def _shown(connection: Connection, collection: Collection, seq: int) -> list[tuple[int, dt.datetime]]:
    mine = (Event.subject == str(collection), Event.kind == SHOWN, Event.seq <= seq)
    query = select(Event.payload, Event.at).where(*mine)
    found: list[tuple[int, dt.datetime]] = []
    for payload, at in connection.execute(query.order_by(Event.seq)):
        if not found or payload["at_seq"] > found[-1][0]:
            found.append((payload["at_seq"], at))
    return found


def _releases(connection: Connection, collection: Collection, seq: int) -> Sequence[RowMapping]:
    mine = (ReleaseRow.line == collection.line, ReleaseRow.as_of == collection.as_of, ReleaseRow.seq <= seq)
    query = select(*ReleaseRow.__table__.columns).where(*mine).order_by(ReleaseRow.seq)
    return connection.execute(query).mappings().all()


def _table(columns: Sequence[tuple[str, pa.DataType]], rows: Sequence[tuple[Any, ...]]) -> pa.Table:
    return pa.table({name: pa.array([row[at] for row in rows], kind) for at, (name, kind) in enumerate(columns)})


def _digest(table: NationalTable, views: Mapping[str, str]) -> str:
    """Return the digest of everything that a table is made of: its query, its YAML, and the views it reads."""
    parts = [table.sql.read_bytes(), table.sql.with_suffix(".yaml").read_bytes()]
    parts += [digest.encode() for name, digest in sorted(views.items()) if name in session.reads(table.sql)]
    return hashlib.sha256(b"\n".join(parts)).hexdigest()


def _digest_of(rows: pa.Table) -> str:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema) as writer:
        writer.write_table(rows.combine_chunks())
    return hashlib.sha256(sink.getvalue()).hexdigest()
