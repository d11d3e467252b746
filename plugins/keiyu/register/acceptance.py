"""The one transaction that accepts: entries, supersession, findings, segments, submissions, events.

Order decides everything, and there is one order: that of arrival. Of two entries of a reporter the
later received is live, in whatever order and by whatever worker they are processed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Final, Protocol

from sqlalchemy import BindParameter, Connection, bindparam, func, insert, select, update

from keiyu.contract.model import Collection
from keiyu.errors import IntegrityError
from keiyu.ledger.events import Draft, Stamp, append, digest, serialise
from keiyu.ledger.models import Entry, FindingRow, Placement, ReceiptRow, Segment, Submission
from keiyu.ledger.selection import live_at, lots
from keiyu.receive.storage import Storage
from keiyu.register.drafts import EntryDraft
from keiyu.register.holds import enter_holds
from keiyu.register.staging import Staged

_HASHED: Final = (
    "id", "submission_id", "attempt", "reporter", "state", "nil", "received_seq", "row_count", "control_totals",
    "contract_digest", "rules_digest",
)  # fmt: skip


@dataclass(eq=False)
class ClaimLostError(IntegrityError):
    """Submissions that were claimed are no longer waiting: another worker decided them."""

    missing: int

    code: ClassVar[str] = "KEIYU-313"
    ja: ClassVar[str] = "処理中の提出 {missing} 件が、別の処理によってすでに確定しています。何も登録していません。"
    en: ClassVar[str] = "{missing} claimed submissions were decided elsewhere; nothing was registered."


@dataclass(eq=False)
class SegmentGoneError(IntegrityError):
    """A segment vanished between writing and accepting; the batch can be run again."""

    path: str

    code: ClassVar[str] = "KEIYU-314"
    ja: ClassVar[str] = "登録しようとしたデータ {path} がありません。もう一度実行してください。"
    en: ClassVar[str] = "The segment {path} vanished before it was registered; run again."


class _Ranked(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def reporter(self) -> str: ...
    @property
    def received_seq(self) -> int: ...


@dataclass(frozen=True, slots=True)
class _Live:
    """An entry that is live before this transaction."""

    id: str
    reporter: str
    received_seq: int


def accept(connection: Connection, storage: Storage, staged: Staged) -> None:
    """Write what a micro-batch decided.

    Args:
        connection: a write transaction; on PostgreSQL the one that holds the claim.
        storage: where the staged segments lie.
        staged: what to write.

    Raises:
        ClaimLostError: a submission is not waiting any more.
        SegmentGoneError: a staged segment was swept away.
    """
    told = {collection: digest_of(map(_attrs, drafts)) for collection, drafts in staged.entries.items()}
    serialise(connection)
    _prove_claim(connection, list(staged.submissions))
    for segment in staged.segments:
        if not storage.exists(segment.path):
            raise SegmentGoneError(segment.path)
    stamps = append(connection, _events(staged, told))
    by_collection = dict(zip(staged.entries, stamps, strict=False))
    _place(connection, staged.placements)
    for collection, drafts in staged.entries.items():
        _enter(connection, collection, drafts, by_collection[collection])
        enter_holds(connection, collection, drafts, staged.holds, by_collection[collection])
    if staged.findings:
        connection.execute(insert(FindingRow), staged.findings)
    for segment in staged.segments:
        seq = by_collection[Collection(segment.line, segment.as_of)].seq
        connection.execute(insert(Segment).values(**asdict(segment), state="live", created_seq=seq))
    _conclude(connection, staged.submissions, stamps[-1])


def _attrs(draft: EntryDraft) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in draft.__slots__}


def digest_of(entries: Iterable[Mapping[str, Any]]) -> str:
    """Return the digest by which an event vouches for the entries it decided."""
    rows = sorted(([entry[name] for name in _HASHED] for entry in entries), key=lambda row: str(row[0]))
    return digest(rows)


def _prove_claim(connection: Connection, ids: Sequence[str]) -> None:
    waiting = 0
    for lot in lots(ids):
        query = select(func.count()).where(Submission.id.in_(lot), Submission.state == "received")
        waiting += connection.scalar(query) or 0
    if waiting != len(ids):
        raise ClaimLostError(len(ids) - waiting)


def _events(staged: Staged, told: Mapping[Collection, str]) -> list[Draft]:
    """Draft one event per collection, or one for a batch that was returned whole."""
    attempts = sorted(f"{key}/{columns['attempt']}" for key, columns in staged.submissions.items())
    batch = digest(attempts)
    drafts = [
        Draft(
            "accept",
            str(collection),
            f"accept:{batch}:{collection}",
            {
                "entries": told[collection],
                "accepted": sum(draft.state == "accepted" for draft in drafts),
                "returned": sum(draft.state == "returned" for draft in drafts),
                **_waiting(staged, drafts),
                "contract": drafts[0].contract_digest,
                "rules": sorted({draft.rules_digest or "" for draft in drafts}),
                "segments": [
                    segment.facts()
                    for segment in staged.segments
                    if (segment.line, segment.as_of) == (collection.line, collection.as_of)
                ],
            },
        )
        for collection, drafts in staged.entries.items()
    ]
    refused = sorted(key for key, columns in staged.submissions.items() if columns["state"] == "returned")
    if refused or not drafts:
        drafts.append(Draft("return", "", f"return:{batch}", {"submissions": refused}))
    return drafts


def _waiting(staged: Staged, drafts: Sequence[EntryDraft]) -> dict[str, Any]:
    """Return what the event says of entries that are held, and of those that change others."""
    mine = {draft.id for draft in drafts}
    holds = [asdict(one) for one in staged.holds if one.entry_id in mine]
    impacts = {entry_id: told for entry_id, told in staged.impacts.items() if entry_id in mine}
    return {name: told for name, told in (("holds", holds), ("impacts", impacts)) if told}


def _place(connection: Connection, placements: Mapping[str, dict[str, Any]]) -> None:
    known: set[str] = set()
    for lot in lots(placements):
        known.update(connection.scalars(select(Placement.digest).where(Placement.digest.in_(lot))))
    new = [{"digest": name, "body": body} for name, body in placements.items() if name not in known]
    if new:
        connection.execute(insert(Placement), new)


def _enter(connection: Connection, collection: Collection, drafts: Sequence[EntryDraft], stamp: Stamp) -> None:
    """Insert the entries of one collection and end those that they supersede."""
    accepted = [draft for draft in drafts if draft.state == "accepted"]
    live = {entry.reporter: entry for entry in _live(connection, collection, [draft.reporter for draft in accepted])}
    winners = _winners(accepted, live)
    ended = [
        {"_id": entry.id, "_by": winners[reporter].id}
        for reporter, entry in live.items()
        if winners[reporter] is not entry
    ]
    if ended:
        end = update(Entry).where(Entry.id == bindparam("_id"))
        connection.execute(end.values(superseded_seq=stamp.seq, superseded_by=bindparam("_by")), ended)
    rows = [_row(draft, stamp, winners.get(draft.reporter)) for draft in drafts]
    if rows:
        connection.execute(insert(Entry), rows)


def _winners(accepted: Sequence[EntryDraft], live: Mapping[str, _Live]) -> dict[str, _Ranked]:
    """Return which entry of each reporter is live from now on: the later received."""
    winners: dict[str, _Ranked] = dict(live)
    for draft in sorted(accepted, key=lambda draft: draft.received_seq):
        standing = winners.get(draft.reporter)
        if standing is None or draft.received_seq >= standing.received_seq:
            winners[draft.reporter] = draft
    return winners


def _row(draft: EntryDraft, stamp: Stamp, winner: _Ranked | None) -> dict[str, Any]:
    row = _attrs(draft)
    taken = draft.state == "accepted"
    overtaken = taken and winner is not None and winner is not draft
    row["decided_seq"] = stamp.seq
    row["accepted_seq"] = stamp.seq if taken else None
    row["superseded_seq"] = stamp.seq if overtaken else None
    row["superseded_by"] = winner.id if overtaken and winner else None
    return row


def _live(connection: Connection, collection: Collection, reporters: Sequence[str]) -> Iterator[_Live]:
    base = select(Entry.id, Entry.reporter, Entry.received_seq).where(
        Entry.line == collection.line, Entry.as_of == collection.as_of, live_at()
    )
    for lot in lots(sorted(set(reporters))):
        for row in connection.execute(base.where(Entry.reporter.in_(lot))):
            yield _Live(*row)


def _conclude(connection: Connection, submissions: Mapping[str, dict[str, Any]], stamp: Stamp) -> None:
    rows = [
        {"_id": key, **columns, "decided_at": stamp.at, "decided_seq": stamp.seq}
        for key, columns in submissions.items()
    ]
    if not rows:
        return
    change: dict[str, BindParameter[Any]] = {name: bindparam(name) for name in rows[0] if name != "_id"}
    connection.execute(update(Submission).where(Submission.id == bindparam("_id")).values(**change), rows)
    _hear_others(connection, [row["_id"] for row in rows if row["state"] == "returned"])


def _hear_others(connection: Connection, returned: Sequence[str]) -> None:
    """Put back what another sender sent too: who sends may be all that was wrong."""
    query = (
        select(ReceiptRow.id, ReceiptRow.submission_id, ReceiptRow.sender, ReceiptRow.seq, ReceiptRow.at)
        .join(Submission, Submission.id == ReceiptRow.submission_id)
        .where(ReceiptRow.seq > Submission.received_seq, ReceiptRow.sender.is_distinct_from(Submission.sender))
        .order_by(ReceiptRow.seq)
    )
    for lot in lots(returned):
        last = {row.submission_id: row for row in connection.execute(query.where(Submission.id.in_(lot)))}
        for receipt in last.values():
            again = {
                "state": "received",
                "sender": receipt.sender,
                "received_seq": receipt.seq,
                "received_at": receipt.at,
            }
            connection.execute(update(Submission).where(Submission.id == receipt.submission_id).values(**again))
            connection.execute(update(ReceiptRow).where(ReceiptRow.id == receipt.id).values(requeued=True))
