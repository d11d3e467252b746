"""Which entries are live now, and which were live then.

"As known at" is a question to the ledger alone: an instant becomes a sequence, a sequence a set of
entries, and those a set of rows in files that never changed.
"""

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Connection, Text, and_, cast, select

from keiyu.contract.model import Collection
from keiyu.ledger import Ledger
from keiyu.ledger.events import head
from keiyu.ledger.models import Entry, Event, Segment, Submission
from keiyu.ledger.selection import live_at, lots


@dataclass(frozen=True)
class LiveEntry:
    """An entry that is live at some sequence.

    Attributes:
        entry_id: the entry.
        reporter: whose it is.
        submission_id: the submission it came in.
        digest: SHA-256 of that submission's bytes.
        sender: who sent them.
        accepted_seq: since when it is live.
        nil: it says that there is nothing to report.
        row_count: rows in all tables.
        contract_digest: contract under which it was accepted.
        rules_digest: rules by which it was checked.
        segments: paths of the segments that hold its rows.
        totals_json: its control totals as the ledger has them; tens of thousands are seldom all looked into.
    """

    entry_id: str
    reporter: str
    submission_id: str
    digest: str
    sender: str | None
    accepted_seq: int
    nil: bool
    row_count: int
    contract_digest: str
    rules_digest: str | None
    segments: tuple[str, ...]
    totals_json: str = field(repr=False)

    @cached_property
    def control_totals(self) -> Mapping[str, int | float]:
        """Sum of each measure."""
        return dict[str, int | float](json.loads(self.totals_json))


def seq_at(ledger: Ledger, instant: dt.datetime) -> int:
    """Return the last sequence committed at or before an instant; 0 before the first.

    Args:
        ledger: the ledger.
        instant: aware datetime.
    """
    with ledger.read() as connection:
        query = select(Event.seq).where(Event.at <= instant).order_by(Event.at.desc()).limit(1)
        found: int | None = connection.scalar(query)
    return found or 0


def live(ledger: Ledger, line: str, as_of: dt.date, at_seq: int | None = None) -> list[LiveEntry]:
    """Return the live entries of a collection, in order of reporter.

    Args:
        ledger: the ledger.
        line: the line.
        as_of: reference date.
        at_seq: as known at this sequence; now by default.
    """
    columns: tuple[Any, ...] = (
        Entry.id.label("entry_id"), Entry.reporter, Entry.submission_id, Submission.digest, Submission.sender,
        Entry.accepted_seq, Entry.nil, Entry.row_count, Entry.contract_digest, Entry.rules_digest,
        Entry.part_id, cast(Entry.control_totals, Text).label("totals_json"),
    )  # fmt: skip
    with ledger.read() as connection:
        query = select(*columns).join(Submission, Submission.id == Entry.submission_id)
        rows = connection.execute(query.where(live_in(connection, line, as_of, at_seq)).order_by(Entry.reporter)).all()
        paths = _paths(connection, line, as_of)
    return [_live_entry(row, paths) for row in rows]


def reporters_live(connection: Connection, collection: Collection, reporters: Iterable[str]) -> set[str]:
    """Return those of some reporters that have a live entry in a collection."""
    names, found = sorted(set(reporters)), set[str]()
    where = live_in(connection, collection.line, collection.as_of, None)
    for lot in lots(names):
        found.update(connection.scalars(select(Entry.reporter).where(where, Entry.reporter.in_(lot))))
    return found


def live_in(connection: Connection, line: str, as_of: dt.date, at_seq: int | None) -> ColumnElement[bool]:
    """Select the entries of a collection that are live at a sequence; now where none is given."""
    seq = None if at_seq is None else min(at_seq, head(connection))
    return and_(Entry.line == line, Entry.as_of == as_of, live_at(seq))


def _paths(connection: Connection, line: str, as_of: dt.date) -> dict[str, tuple[str, ...]]:
    query = select(Segment.part_id, Segment.path).where(
        Segment.line == line, Segment.as_of == as_of, Segment.state == "live"
    )
    paths: dict[str, tuple[str, ...]] = {}
    for part_id, path in connection.execute(query.order_by(Segment.table)):
        paths[part_id] = (*paths.get(part_id, ()), path)
    return paths


def _live_entry(row: Any, paths: Mapping[str, tuple[str, ...]]) -> LiveEntry:
    columns: Any = (*row[:-2], paths.get(row.part_id, ()), row.totals_json)
    return LiveEntry(*columns)
