"""What a sender gets back for each arrival."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Connection, Row, and_, select

from keiyu.findings import Finding, Place, Severity
from keiyu.ledger import Ledger
from keiyu.ledger.models import FindingRow, ReceiptRow, Submission, SubmissionState
from keiyu.ledger.selection import lots

_SENTENCES = {
    "new": ("受領しました。", "Received."),
    "duplicate": (
        "同じ内容のファイルを受領済みです。新しい提出としては扱いません。以前の版に戻すには、運用者に連絡してください。",
        "The same bytes were received before; this is not a new submission. To return to an earlier version, "
        "ask the operator.",
    ),
    "requeued": (
        "同じ内容のファイルは以前に返戻されています。もう一度審査します。",
        "The same bytes were returned before; they will be checked again.",
    ),
}


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt (受領証) for one arrival.

    Attributes:
        id: receipt number.
        submission_id: submission that these bytes are.
        at: when the bytes were durable and the ledger knew them (UTC).
        seq: place in the commit sequence.
        sender: who sent it; none = the ministry's own operator.
        receiver: who received it.
        filename: name as sent.
        channel: way it came.
        bytes: size.
        digest: SHA-256 of the bytes.
        duplicate: the same bytes had been received before.
        requeued: they had been returned, and are read again because of this arrival.
        state: where the submission stands now.
        row_count: rows read, once processed.
        control_totals: sum of each measure, once processed.
    """

    id: str
    submission_id: str
    at: dt.datetime
    seq: int
    sender: str | None
    receiver: str
    filename: str
    channel: str
    bytes: int
    digest: str
    duplicate: bool
    requeued: bool
    state: SubmissionState
    row_count: int | None
    control_totals: dict[str, Any] | None

    @property
    def message_ja(self) -> str:
        """What this arrival means, in Japanese."""
        return _SENTENCES[self._kind][0]

    @property
    def message_en(self) -> str:
        """What this arrival means, in English."""
        return _SENTENCES[self._kind][1]

    @property
    def _kind(self) -> str:
        if self.requeued:
            return "requeued"
        return "duplicate" if self.duplicate else "new"


_COLUMNS = (
    *(column for column in ReceiptRow.__table__.columns if column.name != "idempotency_key"),
    Submission.state,
    Submission.row_count,
    Submission.control_totals,
)


def receipts_by_id(connection: Connection, ids: Sequence[str]) -> list[Receipt]:
    """Return receipts in the order of ``ids``; numbers that do not exist are left out."""
    query = select(*_COLUMNS).join(Submission, Submission.id == ReceiptRow.submission_id)
    found = [row for lot in lots(ids) for row in connection.execute(query.where(ReceiptRow.id.in_(lot)))]
    known = {receipt.id: receipt for receipt in _receipts(found)}
    return [known[key] for key in ids if key in known]


def find_receipt(ledger: Ledger, receipt_id: str) -> Receipt | None:
    """Return a receipt as it reads today, with row count and control totals once processed."""
    with ledger.read() as connection:
        return next(iter(receipts_by_id(connection, [receipt_id])), None)


def receipts_of(ledger: Ledger, submission_id: str) -> list[Receipt]:
    """Return every receipt of a submission, oldest first."""
    query = select(*_COLUMNS).join(Submission, Submission.id == ReceiptRow.submission_id)
    with ledger.read() as connection:
        rows = connection.execute(query.where(ReceiptRow.submission_id == submission_id).order_by(ReceiptRow.seq))
        return list(_receipts(rows))


def findings_of(ledger: Ledger, submission_id: str) -> list[Finding]:
    """Return what the last attempt at a submission had to say, in its order."""
    query = (
        select(FindingRow.__table__)
        .join(Submission, and_(FindingRow.submission_id == Submission.id, FindingRow.attempt == Submission.attempt))
        .where(Submission.id == submission_id)
        .order_by(FindingRow.id)
    )
    with ledger.read() as connection:
        return [_finding(row) for row in connection.execute(query)]


def _finding(row: Row[Any]) -> Finding:
    place = Place(**{field.name: getattr(row, field.name) for field in fields(Place)})
    texts = {name: getattr(row, name) for name in ("message_ja", "message_en", "hint_ja", "hint_en")}
    return Finding(row.rule_id, Severity(row.severity), **texts, place=place, value=row.value, expected=row.expected)


def _receipts(rows: Iterable[Row[Any]]) -> Iterable[Receipt]:
    return (Receipt(**row._mapping) for row in rows)
