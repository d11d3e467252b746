"""Queries between lines in the ledger: raised, ended by themselves, answered with a reason that is kept."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import Connection, insert, or_, select, update

from keiyu.contract.model import Collection
from keiyu.errors import UserError
from keiyu.ledger import Ledger
from keiyu.ledger.events import Draft, Stamp, append, digest, serialise
from keiyu.ledger.ids import new_id
from keiyu.ledger.models import Entry, Event
from keiyu.ledger.queries import Ending, Query
from keiyu.ledger.selection import live_at, lots
from keiyu.register.holds import NoReasonError


@dataclass(eq=False)
class NothingAskedError(UserError):
    """An answer to a query that does not stand."""

    reporter: str
    collection: str

    code: ClassVar[str] = "KEIYU-159"
    ja: ClassVar[str] = "{collection} に、{reporter} への回答待ちの照会（この項目のもの）はありません。"
    en: ClassVar[str] = "No query of {collection} about {reporter} (and that field) waits for an answer."


@dataclass(frozen=True, slots=True)
class Asked:
    """A query as it stands; attributes as in ``keiyu.ledger.queries.Query``."""

    id: str
    line: str
    survey: str
    as_of: dt.date
    reporter: str
    rollup: str
    field: str
    facts: Mapping[str, Any]
    opened_seq: int
    opened_at: dt.datetime
    ending: Ending | None
    ended_at: dt.datetime | None
    ended_by: str | None
    reason: str | None

    @property
    def what(self) -> tuple[str, str, str]:
        """Which figure it is about."""
        return self.reporter, self.rollup, self.field

    def asks(self, from_facilities: int, from_survey: int) -> bool:
        """Return whether it is (or was) about these two figures."""
        return (self.facts["from_facilities"], self.facts["from_survey"]) == (from_facilities, from_survey)


@dataclass(frozen=True, slots=True)
class Raised:
    """A query to raise; attributes as in ``keiyu.ledger.queries.Query``."""

    survey: str
    reporter: str
    rollup: str
    field: str
    facts: Mapping[str, Any]


def queries_of(connection: Connection, collection: Collection, reporters: Iterable[str] | None = None) -> list[Asked]:
    """Return every query that a collection has part in, on either side, oldest first.

    Args:
        connection: a transaction.
        collection: of the reports, or of the survey.
        reporters: of these municipalities alone.
    """
    mine = or_(Query.line == collection.line, Query.survey == collection.line)
    query = select(*_columns()).where(mine, Query.as_of == collection.as_of)
    if reporters is None:
        return [Asked(**row._asdict()) for row in connection.execute(query.order_by(Query.opened_seq, Query.id))]
    found = [row for lot in lots(sorted(reporters)) for row in connection.execute(query.where(Query.reporter.in_(lot)))]
    return sorted((Asked(**row._asdict()) for row in found), key=lambda one: (one.opened_seq, one.id))


def open_queries(connection: Connection, collection: Collection) -> list[Asked]:
    """Return the queries of a collection that wait for an answer, in order of municipality and field."""
    found = (one for one in queries_of(connection, collection) if one.ending is None)
    return sorted(found, key=lambda one: one.what)


def queries_about(connection: Connection, submission_id: str) -> list[Asked]:
    """Return the queries that wait for an answer and concern a live submission, on either side."""
    entries = select(Entry.line, Entry.as_of).where(Entry.submission_id == submission_id, live_at()).distinct()
    found = {
        one.id: one
        for line, as_of in connection.execute(entries).all()
        for one in open_queries(connection, Collection(line, as_of))
        if any(cell["submission_id"] == submission_id for side in ("survey", "facilities") for cell in one.facts[side])
    }
    return list(found.values())


def record(
    connection: Connection,
    collection: Collection,
    key: str,
    facts: Mapping[str, Any],
    raised: Sequence[Raised],
    ended: Mapping[str, Ending],
) -> Stamp:
    """Record one comparison of a collection: the queries it raises and those that it ends.

    Args:
        connection: a write transaction.
        collection: of the reports.
        key: idempotency key of the comparison.
        facts: what the event says besides.
        raised: new queries.
        ended: query → how it ended.
    """
    own = {"line": collection.line, "as_of": collection.as_of}
    rows = [{"id": new_id(), **own, **{name: getattr(one, name) for name in Raised.__slots__}} for one in raised]
    told = {**facts, "raised": digest_of(rows), "queries": len(rows), "ended": dict(sorted(ended.items()))}
    [stamp] = append(connection, [Draft("reconcile", str(collection), key, told)])
    if rows:
        stamped = {"opened_seq": stamp.seq, "opened_at": stamp.at}
        connection.execute(insert(Query), [{**row, **stamped} for row in rows])
    for ending in sorted(set(ended.values())):
        for lot in lots(sorted(one for one, how in ended.items() if how == ending)):
            _end(connection, lot, ending, stamp)
    return stamp


def digest_of(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the digest by which an event vouches for the queries that it raised."""
    names = ("id", "survey", "reporter", "rollup", "field", "facts")
    return digest(sorted(([row[name] for name in names] for row in rows), key=lambda row: str(row[0])))


def answer(
    ledger: Ledger,
    collection: Collection,
    reporter: str,
    reason: str,
    *,
    fields: Sequence[str] = (),
    by: str | None = None,
) -> list[Asked]:
    """End queries with the reason why both figures are right; nothing is asked again while they stay as they are.

    Args:
        ledger: the ledger.
        collection: of the reports, or of the survey.
        reporter: the municipality.
        reason: why.
        fields: figures of the survey; all that are asked about by default.
        by: who answers; none for the ministry's own operator.

    Returns:
        The queries that it ended, as they stood.

    Raises:
        NothingAskedError: none waits for an answer.
        NoReasonError: the reason is empty.
    """
    if not reason.strip():
        raise NoReasonError("answer")
    with ledger.begin() as connection:
        serialise(connection)
        waiting = [one for one in queries_of(connection, collection, [reporter]) if one.ending is None]
        mine = [one for one in waiting if not fields or one.field in fields]
        if not mine or set(fields) - {one.field for one in mine}:
            raise NothingAskedError(reporter, str(collection))
        ids = sorted(one.id for one in mine)
        told = {"answered": ids, "reporter": reporter, "reason": reason.strip(), "by": by}
        [stamp] = append(connection, [Draft("answer", str(collection), f"answer:{digest(ids)}", told)])
        for lot in lots(ids):
            _end(connection, lot, "explained", stamp, by, reason.strip())
    return mine


def unvouched_queries(connection: Connection) -> list[str]:
    """Return the queries, and the events about them, that do not agree with each other."""
    raised: dict[int, list[dict[str, Any]]] = {}
    for row in connection.execute(select(*Query.__table__.columns)):
        raised.setdefault(row.opened_seq, []).append(row._asdict())
    about = select(Event.seq, Event.payload).where(Event.kind.in_(("reconcile", "answer")))
    events: dict[int, Mapping[str, Any]] = {row.seq: row.payload for row in connection.execute(about)}
    wrong = [
        f"event {seq}"
        for seq, told in events.items()
        if "raised" in told and digest_of(raised.get(seq, [])) != told["raised"]
    ]
    rows = [(seq, row) for seq, of in raised.items() for row in of]
    return wrong + [row["id"] for seq, row in rows if seq not in events or not _is_vouched(row, events)]


def _is_vouched(row: Mapping[str, Any], events: Mapping[int, Mapping[str, Any]]) -> bool:
    """Return whether a query stands, or an event says how it ended."""
    if row["ending"] is None:
        return True
    told = events.get(row["ended_seq"], {})
    if row["ending"] == "explained":
        return row["id"] in told.get("answered", ()) and told["reason"] == row["reason"]
    return bool(told.get("ended", {}).get(row["id"]) == row["ending"])


def _columns() -> tuple[Any, ...]:
    return tuple(getattr(Query, name) for name in Asked.__slots__)


def _end(
    connection: Connection,
    ids: Sequence[str],
    ending: Ending,
    stamp: Stamp,
    by: str | None = None,
    reason: str | None = None,
) -> None:
    facts = {"ending": ending, "ended_seq": stamp.seq, "ended_at": stamp.at, "ended_by": by, "reason": reason}
    connection.execute(update(Query).where(Query.id.in_(ids)).values(**facts))
