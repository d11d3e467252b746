"""Receiving: bytes durable first, then one transaction — submission, receipt, event — and only then a receipt."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, Literal

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.orm import InstrumentedAttribute

from keiyu.contract.model import Collection
from keiyu.errors import UserError
from keiyu.ledger import Ledger
from keiyu.ledger.columns import clean
from keiyu.ledger.events import Draft, Stamp, append, canonical, serialise
from keiyu.ledger.ids import new_id
from keiyu.ledger.models import Entry, ReceiptRow, Submission, SubmissionKind
from keiyu.ledger.selection import live_at, lots
from keiyu.receive.receipts import Receipt, receipts_by_id
from keiyu.receive.storage import Storage
from keiyu.settings import Settings

MINISTRY: Final = "ministry"
_LARGEST: Final[int] = Settings.model_fields["max_file_bytes"].default
_KEY_LENGTH: Final = 200


@dataclass(eq=False)
class FileTooLargeError(UserError):
    """A file above the size limit; nothing was kept."""

    filename: str
    bytes: int
    limit: int

    code: ClassVar[str] = "KEIYU-151"
    ja: ClassVar[str] = "ファイル「{filename}」は {bytes} バイトあり、上限の {limit} バイトを超えています。"
    en: ClassVar[str] = "The file {filename!r} has {bytes} bytes; the limit is {limit}."


@dataclass(eq=False)
class KeyReusedError(UserError):
    """An idempotency key that came before with other bytes."""

    key: str

    code: ClassVar[str] = "KEIYU-152"
    ja: ClassVar[str] = "冪等キー「{key}」は別の内容ですでに使われています。新しいキーで送ってください。"
    en: ClassVar[str] = "The idempotency key {key!r} was used with other bytes; send this with a new key."


@dataclass(frozen=True, slots=True)
class Arrival:
    """Something that arrived.

    Attributes:
        data: the bytes.
        filename: name as sent.
        sender: 6-digit code of the organisation that sends; none = the ministry's own operator.
        channel: way it came: ``directory``, ``gateway``, ``cli`` …
        line: line that the sender named, if any.
        collection: collection that the sender named, if any.
        idempotency_key: the sender's key; the same key again returns the same receipt.
        receiver: who receives: the next hop.
        kind: a file, or a nil return.
    """

    data: bytes = field(repr=False)
    filename: str
    sender: str | None
    channel: str
    line: str | None = None
    collection: Collection | None = None
    idempotency_key: str | None = None
    receiver: str = MINISTRY
    kind: SubmissionKind = "file"


def receive(
    ledger: Ledger,
    storage: Storage,
    data: bytes,
    *,
    filename: str,
    sender: str | None,
    channel: str,
    line: str | None = None,
    collection: Collection | None = None,
    idempotency_key: str | None = None,
    max_bytes: int = _LARGEST,
) -> Receipt:
    """Receive one file; see ``receive_many``."""
    arrival = Arrival(data, filename, sender, channel, line, collection, idempotency_key)
    return receive_many(ledger, storage, [arrival], max_bytes=max_bytes)[0]


def receive_many(
    ledger: Ledger, storage: Storage, arrivals: Sequence[Arrival], *, max_bytes: int = _LARGEST
) -> list[Receipt]:
    """Receive a burst in one transaction: all of it or nothing.

    The same bytes are one submission with a receipt for each arrival. Bytes that had been returned are
    put back in the queue, because what was wrong may have lain outside the file.

    Args:
        ledger: the ledger.
        storage: where the bytes go before anything is promised.
        arrivals: what arrived, in order; the order decides which of two files of a reporter wins.
        max_bytes: larger files are refused.

    Returns:
        A receipt for each arrival, in order.

    Raises:
        FileTooLargeError: a file is too large; nothing was received.
        KeyReusedError: an idempotency key came before with other bytes; nothing was received.
    """
    for arrival in arrivals:
        if len(arrival.data) > max_bytes:
            raise FileTooLargeError(arrival.filename, len(arrival.data), max_bytes)
    digests = [hashlib.sha256(arrival.data).hexdigest() for arrival in arrivals]
    storage.landing_put({name: arrival.data for name, arrival in zip(digests, arrivals, strict=True)})
    with ledger.begin() as connection:
        serialise(connection)
        planned = _plan(connection, arrivals, digests)
        _write(connection, [plan for plan in planned if plan.outcome != "known"])
        return receipts_by_id(connection, [plan.receipt_id for plan in planned])


def receive_nil(
    ledger: Ledger,
    storage: Storage,
    *,
    line: str,
    as_of: dt.date,
    reporter: str,
    sender: str | None,
    channel: str = "gateway",
    idempotency_key: str | None = None,
) -> Receipt:
    """Receive a nil return (該当なし) of a reporter: data like any other, its bytes canonical JSON.

    The bytes name the submission that the nil return replaces, so that saying nil again after a figure
    is a new submission, and saying it twice is not.
    """
    collection = Collection(line, as_of)
    told = {"kind": "nil", "collection": str(collection), "reporter": reporter}
    replaced = _live_digest(ledger, collection, reporter)
    if replaced is not None:
        told["replaces"] = replaced
    arrival = Arrival(
        canonical(told), f"nil-{reporter}.json", sender, channel, line, collection, idempotency_key, kind="nil"
    )
    return receive_many(ledger, storage, [arrival])[0]


def _live_digest(ledger: Ledger, collection: Collection, reporter: str) -> str | None:
    """Digest of the reporter's live submission, unless that is a nil return already."""
    query = (
        select(Submission.digest)
        .join(Entry, Entry.submission_id == Submission.id)
        .where(Entry.line == collection.line, Entry.as_of == collection.as_of, Entry.reporter == reporter)
        .where(live_at(), Entry.nil.is_(False))
    )
    with ledger.read() as connection:
        found: str | None = connection.scalar(query)
    return found


@dataclass(frozen=True, slots=True)
class _Plan:
    """What one arrival turns out to be."""

    receipt_id: str
    submission_id: str
    key: str
    arrival: Arrival
    digest: str
    outcome: Literal["known", "new", "duplicate", "requeued"]


def _plan(connection: Connection, arrivals: Sequence[Arrival], digests: Sequence[str]) -> list[_Plan]:
    keys = [_key(arrival) for arrival in arrivals]
    issued = {row.idempotency_key: row for row in _rows(connection, ReceiptRow.idempotency_key, keys)}
    known = {row.digest: (row.id, row.state) for row in _rows(connection, Submission.digest, digests)}
    plans: list[_Plan] = []
    told: dict[str, _Plan] = {}
    for arrival, digest, key in zip(arrivals, digests, keys, strict=True):
        before = issued.get(key) or told.get(key)
        if before is not None:
            if before.digest != digest:
                raise KeyReusedError(arrival.idempotency_key or key)
            receipt_id = before.receipt_id if isinstance(before, _Plan) else before.id
            plans.append(_Plan(receipt_id, before.submission_id, key, arrival, digest, "known"))
            continue
        submission_id, state = known.get(digest, (None, None))
        outcome: Literal["new", "duplicate", "requeued"] = "requeued" if state == "returned" else "duplicate"
        if submission_id is None:
            submission_id, outcome = new_id(), "new"
        known[digest] = (submission_id, "received" if outcome != "duplicate" else state)
        plans.append(told.setdefault(key, _Plan(new_id(), submission_id, key, arrival, digest, outcome)))
    return plans


def _key(arrival: Arrival) -> str:
    """Scope the sender's key to the sender; an arrival without one gets a key of its own."""
    if arrival.idempotency_key is None:
        return new_id()
    key = clean(f"{arrival.sender or MINISTRY}:{arrival.idempotency_key}")
    return key if len(key) <= _KEY_LENGTH else hashlib.sha256(key.encode()).hexdigest()


def _rows(connection: Connection, column: InstrumentedAttribute[str], values: Sequence[str]) -> list[Row[Any]]:
    query = select(*column.class_.__table__.columns)
    return [row for lot in lots(values) for row in connection.execute(query.where(column.in_(lot)))]


def _write(connection: Connection, plans: Sequence[_Plan]) -> None:
    stamps = append(connection, [_event(plan) for plan in plans])
    stamped = list(zip(plans, stamps, strict=True))
    new = [_submission(plan, stamp) for plan, stamp in stamped if plan.outcome == "new"]
    if new:
        connection.execute(insert(Submission), new)
    for plan, stamp in stamped:
        if plan.outcome == "requeued":
            again = _submission(plan, stamp)
            del again["attempt"]
            connection.execute(update(Submission).where(Submission.id == plan.submission_id).values(**again))
    if stamped:
        connection.execute(insert(ReceiptRow), [_receipt(plan, stamp) for plan, stamp in stamped])


def _event(plan: _Plan) -> Draft:
    arrival = plan.arrival
    payload = {
        "receipt": plan.receipt_id,
        "outcome": plan.outcome,
        "digest": plan.digest,
        "bytes": len(arrival.data),
        "filename": arrival.filename,
        "sender": arrival.sender,
        "receiver": arrival.receiver,
        "channel": arrival.channel,
    }
    return Draft("receive", plan.submission_id, f"receive:{plan.key}", payload)


def _submission(plan: _Plan, stamp: Stamp) -> dict[str, Any]:
    arrival = plan.arrival
    return {
        "id": plan.submission_id,
        "digest": plan.digest,
        "bytes": len(arrival.data),
        "filename": arrival.filename,
        "sender": arrival.sender,
        "channel": arrival.channel,
        "line_hint": arrival.collection.line if arrival.collection else arrival.line,
        "as_of_hint": arrival.collection.as_of if arrival.collection else None,
        "kind": arrival.kind,
        "received_at": stamp.at,
        "received_seq": stamp.seq,
        "attempt": 0,
        "state": "received",
    }


def _receipt(plan: _Plan, stamp: Stamp) -> dict[str, Any]:
    arrival = plan.arrival
    return {
        "id": plan.receipt_id,
        "submission_id": plan.submission_id,
        "idempotency_key": plan.key,
        "at": stamp.at,
        "seq": stamp.seq,
        "sender": arrival.sender,
        "receiver": arrival.receiver,
        "filename": arrival.filename,
        "channel": arrival.channel,
        "bytes": len(arrival.data),
        "digest": plan.digest,
        "duplicate": plan.outcome != "new",
        "requeued": plan.outcome == "requeued",
    }
