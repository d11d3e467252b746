"""Verification: recomputing everything that the ledger claims, from the bytes up."""

import hashlib
from collections import Counter
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from sqlalchemy import Connection, Row, func, select

from keiyu.findings import Finding, Place, finding
from keiyu.ledger import Ledger
from keiyu.ledger.events import broken
from keiyu.ledger.holds import Hold
from keiyu.ledger.models import Entry, Event, ReceiptRow, Segment, Submission
from keiyu.ledger.selection import live_at
from keiyu.receive.storage import BytesLostError, Storage
from keiyu.register.acceptance import digest_of
from keiyu.register.holds import expected_state
from keiyu.register.identity.recording import unvouched
from keiyu.register.queries import unvouched_queries
from keiyu.register.segments import ENTRY_ID, read

_BATCH: Final = 1000


def verify(ledger: Ledger, storage: Storage, schemas: Path) -> list[Finding]:
    """Check the audit chain, the landed bytes, the segments and the entries against each other.

    Args:
        ledger: the ledger.
        storage: landing and core data.
        schemas: the ``schemas/`` folder, for the sentences.

    Returns:
        What does not agree; empty when all is well.
    """
    with ledger.read() as connection:
        check = _Check(connection, storage, schemas)
        parts: list[Callable[[], Iterator[Finding]]] = [check.chain, check.receipts, check.landing, check.decisions]
        parts += [check.segments, check.supersession, check.holds, check.identities, check.queries]
        return [found for part in parts for found in part()]


def _as_decided(entry: dict[str, Any], held: Container[str]) -> dict[str, Any]:
    """Return an entry as it was when the event vouched for it."""
    return {**entry, "state": "held"} if entry["id"] in held else entry


@dataclass(frozen=True)
class _Check:
    """One read transaction, so that everything is seen at one sequence."""

    connection: Connection
    storage: Storage
    schemas: Path

    def chain(self) -> Iterator[Finding]:
        """Recompute every event's hash."""
        for seq, reason in broken(self.connection):
            yield self._say("verify.chain", f"event {seq}", reason)

    def receipts(self) -> Iterator[Finding]:
        """Every submission has a receipt, every receipt an event that says the same."""
        query = select(Submission.id).outerjoin(ReceiptRow, ReceiptRow.submission_id == Submission.id)
        for (key,) in self._rows(query.where(ReceiptRow.id.is_(None))):
            yield self._say("verify.receipt", key, "no receipt")
        told = select(ReceiptRow.id, ReceiptRow.digest, ReceiptRow.submission_id, Event.subject, Event.payload)
        for row in self._rows(told.outerjoin(Event, Event.seq == ReceiptRow.seq)):
            said = row.payload or {}
            if (said.get("receipt"), said.get("digest"), row.subject) != (row.id, row.digest, row.submission_id):
                yield self._say("verify.receipt", row.id, "the event says otherwise")

    def landing(self) -> Iterator[Finding]:
        """Every received byte is there and has its digest."""
        for digest, size in self._rows(select(Submission.digest, Submission.bytes)):
            try:
                if len(self.storage.landing_get(digest)) != size:
                    yield self._say("verify.landing", digest, "size differs")
            except BytesLostError as error:
                yield self._say("verify.landing", error.path, error.reason)

    def decisions(self) -> Iterator[Finding]:
        """The entries are those for which the events vouch."""
        events = select(Event.seq, Event.payload).where(Event.kind == "accept").order_by(Event.seq)
        for seq, payload in self._rows(events):
            entries = self._rows(select(*Entry.__table__.columns).where(Entry.decided_seq == seq))
            held = {hold["entry_id"] for hold in payload.get("holds", ())}
            if digest_of(_as_decided(row._asdict(), held) for row in entries) != payload["entries"]:
                yield self._say("verify.entries", f"event {seq}", "the entries differ from those accepted")
        accepts = select(Event.seq).where(Event.kind == "accept")
        strays = select(Entry.id).where(Entry.decided_seq.not_in(accepts))
        for (key,) in self._rows(strays):
            yield self._say("verify.entries", key, "no event vouches for it")

    def segments(self) -> Iterator[Finding]:
        """Every live segment has its digest and rows, and holds every row of its entries."""
        held: dict[str, Counter[str]] = {}
        for row in self._rows(select(*Segment.__table__.columns).where(Segment.state == "live")):
            problem, rows = self._opened(row)
            if problem:
                yield self._say("verify.segment", row.path, problem)
            if rows is not None:
                held.setdefault(row.part_id, Counter()).update(rows[ENTRY_ID].to_pylist())
        query = select(Entry.id, Entry.part_id, Entry.row_count).where(Entry.state != "returned", Entry.row_count > 0)
        for key, part_id, count in self._rows(query):
            found = held.get(part_id or "", Counter()).pop(key, 0)
            if found != count:
                yield self._say("verify.segment", key, f"{found} of {count} rows")
        for part_id, others in held.items():
            for key in others:
                yield self._say("verify.segment", key, f"rows in part {part_id} without an entry")

    def supersession(self) -> Iterator[Finding]:
        """Exactly one entry of each reporter is live, and it is the one received last."""
        columns = (Entry.line, Entry.as_of, Entry.reporter)
        alive = func.count().filter(Entry.superseded_seq.is_(None))
        query = select(*columns, alive).where(Entry.state == "accepted").group_by(*columns).having(alive != 1)
        for line, as_of, reporter, count in self._rows(query):
            yield self._say("verify.live", f"{line}/{as_of}/{reporter}", f"{count} live entries")
        last = select(*columns, func.max(Entry.received_seq).label("last")).where(Entry.state == "accepted")
        latest = last.group_by(*columns).subquery()
        late = select(Entry.id).join(
            latest,
            (Entry.line == latest.c.line)
            & (Entry.as_of == latest.c.as_of)
            & (Entry.reporter == latest.c.reporter)
            & (Entry.received_seq != latest.c.last),
        )
        for (key,) in self._rows(late.where(live_at())):
            yield self._say("verify.live", key, "a later received entry exists")

    def holds(self) -> Iterator[Finding]:
        """Every hold was opened by an event, and settled only by another that says so."""
        query = select(*Hold.__table__.columns, Event.kind, Event.payload, Entry.state)
        query = query.join(Entry, Entry.id == Hold.entry_id).outerjoin(Event, Event.seq == Hold.settled_seq)
        settled: dict[str, set[str | None]] = {}
        states: dict[str, str] = {}
        for row in self._rows(query):
            settled.setdefault(row.entry_id, set()).add(row.settlement)
            states[row.entry_id] = row.state
            if row.settlement not in (None, "overtaken") and row.id not in (row.payload or {}).get("holds", ()):
                yield self._say("verify.entries", row.id, "no event vouches for its settlement")
        for key, settlements in settled.items():
            if expected_state(settlements) != states[key]:
                yield self._say("verify.entries", key, "its state is not what its holds say")

    def identities(self) -> Iterator[Finding]:
        """The identities of rows are those for which the events vouch."""
        for seq in unvouched(self.connection):
            yield self._say("verify.entries", f"event {seq}", "the identities differ from those recorded")

    def queries(self) -> Iterator[Finding]:
        """The queries between lines, and how they ended, are those for which the events vouch."""
        for key in unvouched_queries(self.connection):
            yield self._say("verify.entries", key, "the queries differ from those recorded")

    def _opened(self, row: Row[*tuple[Any, ...]]) -> tuple[str | None, pa.Table | None]:
        try:
            data = self.storage.read(row.path)
        except FileNotFoundError:
            return "absent", None
        if hashlib.sha256(data).hexdigest() != row.digest:
            return "digest differs", None
        rows = read(self.storage, row.path, [ENTRY_ID])
        return (None if rows.num_rows == row.rows else "row count differs"), rows

    def _rows(self, query: Any) -> Iterator[Row[*tuple[Any, ...]]]:
        yield from self.connection.execute(query.execution_options(yield_per=_BATCH))

    def _say(self, rule: str, subject: str, reason: str) -> Finding:
        return finding(self.schemas, rule, Place(), value=subject, reason=reason)
