"""The ledger's tables (DESIGN §4): the one place where it is decided what is so.

Rows are added; what changes afterwards is only a state, the place of an entry's rows (compaction) and
the sequence at which an entry was superseded. Everything that was ever true stays readable.
"""

import datetime as dt
from typing import Any, Final, Literal

from sqlalchemy import JSON, ForeignKey, Index, MetaData, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from keiyu.ledger.columns import BIG, Clean, Digest, Id, Instant, Json, Seq, Utc

CollectionState = Literal["open", "entry_closed", "closed"]
SubmissionKind = Literal["file", "nil"]
SubmissionState = Literal["received", "accepted", "partly_accepted", "returned"]
EntryState = Literal["accepted", "returned", "held", "declined"]
SegmentState = Literal["live", "compacted"]
ReleaseStage = Literal["preliminary", "final", "correction"]

LIVE_ENTRY: Final = "state = 'accepted' AND superseded_seq IS NULL"


class Base(DeclarativeBase):
    """Declarative base; constraints are named so that migrations can find them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 -- SQLAlchemy reads it from the class
        str: Clean(),
        CollectionState: Clean(),
        SubmissionKind: Clean(),
        SubmissionState: Clean(),
        EntryState: Clean(),
        SegmentState: Clean(),
        ReleaseStage: Clean(),
        int: BIG,
        dt.datetime: Utc(),
        dict[str, Any]: JSON(),
    }


class Event(Base):
    """One link of the audit chain; ``seq`` is the commit sequence of the whole ledger.

    Attributes:
        seq: 1, 2, 3 … without gaps, in commit order.
        at: when it was appended; strictly increasing with ``seq``.
        kind: what happened (``receive``, ``accept``, ``return``, ``open``, ``compact``, ``release`` …).
        subject: what it happened to.
        key: idempotency key; no two events share one.
        payload: the facts.
        prev_hash: hash of the event before; 64 zeros for the first.
        hash: SHA-256 over ``prev_hash`` and the canonical JSON of the other columns.
    """

    __tablename__ = "event"
    __table_args__ = (Index(None, "at"), Index(None, "subject", "seq"))

    seq: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=False)
    at: Mapped[Instant]
    kind: Mapped[str]
    subject: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    payload: Mapped[Json]
    prev_hash: Mapped[Digest]
    hash: Mapped[Digest]


class CollectionRow(Base):
    """A collection (回) that was opened: one wave of a line for a reference date.

    Attributes:
        state: ``open``; ``entry_closed``: corrections are still taken, first submissions no more; ``closed``.
    """

    __tablename__ = "collection"

    line: Mapped[str] = mapped_column(primary_key=True)
    as_of: Mapped[dt.date] = mapped_column(primary_key=True)
    state: Mapped[CollectionState]
    opened_at: Mapped[Instant]
    opened_seq: Mapped[Seq]
    entry_closed_at: Mapped[Instant | None]
    entry_closed_seq: Mapped[Seq | None]
    closed_at: Mapped[Instant | None]
    closed_seq: Mapped[Seq | None]


class Placement(Base):
    """Where the values of a form stand, stored once for all files of that form.

    Attributes:
        digest: SHA-256 of the canonical JSON of ``body``.
        body: ``{"tables": [{table, sheet, columns, matrix, header}]}``; a header only of lists of any form.
    """

    __tablename__ = "placement"

    digest: Mapped[Digest] = mapped_column(primary_key=True)
    body: Mapped[Json]


class Submission(Base):
    """A submission (提出): one set of bytes, immutable.

    Attributes:
        digest: SHA-256 of the bytes; their name in the landing store.
        bytes: how many.
        filename: name of the first arrival.
        sender: 6-digit code of the organisation that sent it; none = the ministry's own operator.
        channel: ``directory``, ``gateway``, ``cli`` …
        line_hint: line that the sender named.
        as_of_hint: reference date that the sender named.
        kind: a file, or a nil return (該当なし) whose bytes are canonical JSON.
        received_at: instant of the receipt that put it in the queue.
        received_seq: sequence of that receipt: the order in which later arrivals win.
        attempt: how often it has been decided; entries and findings name the attempt they belong to.
        state: where it stands.
        layout: known form that fitted.
        encoding: character encoding of a text file.
        placement: digest of its placement.
        row_count: rows read, all tables and reporters.
        control_totals: sum of each measure over the file.
        decided_at: when it was last decided.
        decided_seq: sequence of that decision.
    """

    __tablename__ = "submission"
    __table_args__ = (
        Index(
            "ix_submission_queue",
            "received_seq",
            sqlite_where=text("state = 'received'"),
            postgresql_where=text("state = 'received'"),
        ),
        Index(None, "sender", "received_seq"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    digest: Mapped[Digest] = mapped_column(unique=True)
    bytes: Mapped[int]
    filename: Mapped[str]
    sender: Mapped[str | None]
    channel: Mapped[str]
    line_hint: Mapped[str | None]
    as_of_hint: Mapped[dt.date | None]
    kind: Mapped[SubmissionKind]
    received_at: Mapped[Instant]
    received_seq: Mapped[Seq]
    attempt: Mapped[int] = mapped_column(default=0)
    state: Mapped[SubmissionState]
    layout: Mapped[str | None]
    encoding: Mapped[str | None]
    placement: Mapped[Digest | None] = mapped_column(ForeignKey("placement.digest"))
    row_count: Mapped[int | None]
    control_totals: Mapped[Json | None]
    decided_at: Mapped[Instant | None]
    decided_seq: Mapped[Seq | None]


class ReceiptRow(Base):
    """A receipt: one arrival, also of bytes that had come before.

    Attributes:
        idempotency_key: key of the write; the same key again returns the same receipt.
        at: when the bytes were durable and the ledger knew them.
        seq: its place in the commit sequence.
        sender: who sent it.
        receiver: who received it (the next hop).
        duplicate: the bytes had been received before.
        requeued: they had, and had been returned; this arrival has them read again.
    """

    __tablename__ = "receipt"
    __table_args__ = (Index(None, "submission_id", "seq"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    submission_id: Mapped[Id] = mapped_column(ForeignKey("submission.id"))
    idempotency_key: Mapped[str] = mapped_column(unique=True)
    at: Mapped[Instant]
    seq: Mapped[Seq] = mapped_column(unique=True)
    sender: Mapped[str | None]
    receiver: Mapped[str]
    filename: Mapped[str]
    channel: Mapped[str]
    bytes: Mapped[int]
    digest: Mapped[Digest]
    duplicate: Mapped[bool]
    requeued: Mapped[bool]


class Entry(Base):
    """One reporter's part of a submission, for one collection; supersession is per reporter.

    An entry is live at sequence S iff ``accepted_seq <= S`` and ``superseded_seq`` is null or ``> S``.
    One that was overtaken before it was accepted has both equal and is never live. One that is ``held`` (accepted,
    and waiting for a decision: ``keiyu.ledger.holds``) has no ``accepted_seq`` until it is settled in its favour;
    otherwise it is ``declined``.

    Attributes:
        attempt: the submission's attempt that decided it.
        nil: the reporter says that there is nothing to report; it has no rows.
        received_seq: the submission's; the later received wins, whenever it is processed.
        part_id: group of segments that holds its rows; changed by compaction only.
        row_count: rows in all tables.
        control_totals: sum of each measure.
        contract_digest: contract under which it was decided.
        rules_digest: rules by which it was checked; none for a nil return.
        decided_seq: sequence of the decision, accepted or returned.
        superseded_by: the entry that took its place.
    """

    __tablename__ = "entry"
    __table_args__ = (
        Index(
            "uq_entry_live",
            "line",
            "as_of",
            "reporter",
            unique=True,
            sqlite_where=text(LIVE_ENTRY),
            postgresql_where=text(LIVE_ENTRY),
        ),
        Index(None, "line", "as_of", "accepted_seq"),
        Index(None, "line", "as_of", "reporter"),
        Index(None, "submission_id"),
        Index(None, "part_id"),
        Index(None, "decided_seq"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    submission_id: Mapped[Id] = mapped_column(ForeignKey("submission.id"))
    attempt: Mapped[int]
    line: Mapped[str]
    as_of: Mapped[dt.date]
    reporter: Mapped[str]
    state: Mapped[EntryState]
    nil: Mapped[bool]
    received_seq: Mapped[Seq]
    part_id: Mapped[Id | None]
    row_count: Mapped[int]
    control_totals: Mapped[Json]
    contract_digest: Mapped[Digest]
    rules_digest: Mapped[Digest | None]
    decided_seq: Mapped[Seq]
    accepted_seq: Mapped[Seq | None]
    superseded_seq: Mapped[Seq | None]
    superseded_by: Mapped[Id | None]


class FindingRow(Base):
    """A finding (指摘) of one attempt at a submission; columns as ``keiyu.findings.Finding.as_dict``."""

    __tablename__ = "finding"
    __table_args__ = (
        Index(None, "submission_id", "attempt"),
        Index(None, "line", "as_of", "rule_id"),
        Index(None, "entry_id"),
    )

    id: Mapped[int] = mapped_column(BIG, primary_key=True)
    submission_id: Mapped[Id] = mapped_column(ForeignKey("submission.id"))
    attempt: Mapped[int]
    entry_id: Mapped[Id | None] = mapped_column(ForeignKey("entry.id"))
    line: Mapped[str | None]
    as_of: Mapped[dt.date | None]
    rule_id: Mapped[str]
    severity: Mapped[str]
    message_ja: Mapped[str]
    message_en: Mapped[str]
    hint_ja: Mapped[str]
    hint_en: Mapped[str]
    file: Mapped[str | None]
    sheet: Mapped[str | None]
    cell: Mapped[str | None]
    table: Mapped[str | None]
    field: Mapped[str | None]
    reporter: Mapped[str | None]
    value: Mapped[str | None]
    expected: Mapped[str | None]


class Segment(Base):
    """An immutable Parquet file of core rows: one table, one collection, one or more micro-batches.

    Attributes:
        part_id: the group it belongs to (one segment per table); entries point to the group.
        path: address inside the storage.
        state: ``compacted`` once its rows live in a later segment; the file goes after a grace time.
    """

    __tablename__ = "segment"
    __table_args__ = (Index(None, "part_id"), Index(None, "line", "as_of", "state"))

    id: Mapped[Id] = mapped_column(primary_key=True)
    part_id: Mapped[Id]
    line: Mapped[str]
    as_of: Mapped[dt.date]
    table: Mapped[str]
    path: Mapped[str] = mapped_column(unique=True)
    digest: Mapped[Digest]
    bytes: Mapped[int]
    rows: Mapped[int]
    state: Mapped[SegmentState]
    created_seq: Mapped[Seq]
    retired_seq: Mapped[Seq | None]
    retired_at: Mapped[Instant | None]


class Release(Base):
    """A release (公表): a frozen, named set of national tables.

    Attributes:
        stage: 速報 ``preliminary``, 確報 ``final``, 訂正 ``correction``.
        number: n-th of its stage, from 1.
        at_seq: ledger sequence whose live entries it shows.
        seq: its own place in the commit sequence.
        path: folder inside the storage.
        manifest_digest: SHA-256 of its manifest.
        contract_version: version of the contract it was built with.
        contract_digest: digest of that contract's files.
        entries: reporters in it.
        respondents: reporters who owed.
        previous_id: the release before it.
    """

    __tablename__ = "release"
    __table_args__ = (UniqueConstraint("line", "as_of", "stage", "number"), Index(None, "line", "as_of", "seq"))

    id: Mapped[Id] = mapped_column(primary_key=True)
    line: Mapped[str]
    as_of: Mapped[dt.date]
    stage: Mapped[ReleaseStage]
    number: Mapped[int]
    at_seq: Mapped[Seq]
    seq: Mapped[Seq] = mapped_column(unique=True)
    at: Mapped[Instant]
    path: Mapped[str]
    manifest_digest: Mapped[Digest]
    contract_version: Mapped[str]
    contract_digest: Mapped[Digest]
    entries: Mapped[int]
    respondents: Mapped[int]
    previous_id: Mapped[Id | None] = mapped_column(ForeignKey("release.id"))


class ReleaseFile(Base):
    """One Parquet file of a release; the path may lie in an earlier release's folder (unchanged shard).

    Attributes:
        shard: ``JP-13`` or ``JP``.
        inputs_digest: SHA-256 over what it was built from; equal inputs share the file.
    """

    __tablename__ = "release_file"

    release_id: Mapped[Id] = mapped_column(ForeignKey("release.id"), primary_key=True)
    table: Mapped[str] = mapped_column(primary_key=True)
    shard: Mapped[str] = mapped_column(primary_key=True)
    path: Mapped[str]
    digest: Mapped[Digest]
    rows: Mapped[int]
    bytes: Mapped[int]
    inputs_digest: Mapped[Digest]
