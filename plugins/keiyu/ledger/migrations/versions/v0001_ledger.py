"""The ledger's tables, first edition."""

import sqlalchemy as sa
from alembic import op

revision = "v0001_ledger"
down_revision = None
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create every table."""
    _collection()
    _event()
    _placement()
    _release()
    _segment()
    _release_file()
    _submission()
    _entry()
    _receipt()
    _finding()


def _collection() -> None:
    op.create_table(
        "collection",
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_at", UTC, nullable=False),
        sa.Column("opened_seq", BIG, nullable=False),
        sa.Column("closed_at", UTC, nullable=True),
        sa.Column("closed_seq", BIG, nullable=True),
        sa.PrimaryKeyConstraint("line", "as_of", name="pk_collection"),
    )


def _event() -> None:
    op.create_table(
        "event",
        sa.Column("seq", BIG, autoincrement=False, nullable=False),
        sa.Column("at", UTC, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_event"),
        sa.UniqueConstraint("key", name="uq_event_key"),
    )
    op.create_index("ix_event_at", "event", ["at"], unique=False)
    op.create_index("ix_event_subject_seq", "event", ["subject", "seq"], unique=False)


def _placement() -> None:
    op.create_table(
        "placement",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_placement"),
    )


def _release() -> None:
    op.create_table(
        "release",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("number", BIG, nullable=False),
        sa.Column("at_seq", BIG, nullable=False),
        sa.Column("seq", BIG, nullable=False),
        sa.Column("at", UTC, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("manifest_digest", sa.String(length=64), nullable=False),
        sa.Column("contract_version", sa.Text(), nullable=False),
        sa.Column("contract_digest", sa.String(length=64), nullable=False),
        sa.Column("entries", BIG, nullable=False),
        sa.Column("respondents", BIG, nullable=False),
        sa.Column("previous_id", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["previous_id"], ["release.id"], name="fk_release_previous_id"),
        sa.PrimaryKeyConstraint("id", name="pk_release"),
        sa.UniqueConstraint("line", "as_of", "stage", "number", name="uq_release_line_as_of_stage_number"),
        sa.UniqueConstraint("seq", name="uq_release_seq"),
    )
    op.create_index("ix_release_line_as_of_seq", "release", ["line", "as_of", "seq"], unique=False)


def _segment() -> None:
    op.create_table(
        "segment",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("part_id", sa.String(length=36), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("table", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("bytes", BIG, nullable=False),
        sa.Column("rows", BIG, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_seq", BIG, nullable=False),
        sa.Column("retired_seq", BIG, nullable=True),
        sa.Column("retired_at", UTC, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_segment"),
        sa.UniqueConstraint("path", name="uq_segment_path"),
    )
    op.create_index("ix_segment_line_as_of_state", "segment", ["line", "as_of", "state"], unique=False)
    op.create_index("ix_segment_part_id", "segment", ["part_id"], unique=False)


def _release_file() -> None:
    op.create_table(
        "release_file",
        sa.Column("release_id", sa.String(length=36), nullable=False),
        sa.Column("table", sa.Text(), nullable=False),
        sa.Column("shard", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("rows", BIG, nullable=False),
        sa.Column("bytes", BIG, nullable=False),
        sa.Column("inputs_digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name="fk_release_file_release_id"),
        sa.PrimaryKeyConstraint("release_id", "table", "shard", name="pk_release_file"),
    )


def _submission() -> None:
    op.create_table(
        "submission",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("bytes", BIG, nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("line_hint", sa.Text(), nullable=True),
        sa.Column("as_of_hint", sa.Date(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("received_at", UTC, nullable=False),
        sa.Column("received_seq", BIG, nullable=False),
        sa.Column("attempt", BIG, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("layout", sa.Text(), nullable=True),
        sa.Column("encoding", sa.Text(), nullable=True),
        sa.Column("placement", sa.String(length=64), nullable=True),
        sa.Column("row_count", BIG, nullable=True),
        sa.Column("control_totals", sa.JSON(), nullable=True),
        sa.Column("decided_at", UTC, nullable=True),
        sa.Column("decided_seq", BIG, nullable=True),
        sa.ForeignKeyConstraint(["placement"], ["placement.digest"], name="fk_submission_placement"),
        sa.PrimaryKeyConstraint("id", name="pk_submission"),
        sa.UniqueConstraint("digest", name="uq_submission_digest"),
    )
    op.create_index(
        "ix_submission_queue",
        "submission",
        ["received_seq"],
        unique=False,
        sqlite_where=sa.text("state = 'received'"),
        postgresql_where=sa.text("state = 'received'"),
    )
    op.create_index("ix_submission_sender_received_seq", "submission", ["sender", "received_seq"], unique=False)


def _entry() -> None:
    op.create_table(
        "entry",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("submission_id", sa.String(length=36), nullable=False),
        sa.Column("attempt", BIG, nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("reporter", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("nil", sa.Boolean(), nullable=False),
        sa.Column("received_seq", BIG, nullable=False),
        sa.Column("part_id", sa.String(length=36), nullable=True),
        sa.Column("row_count", BIG, nullable=False),
        sa.Column("control_totals", sa.JSON(), nullable=False),
        sa.Column("contract_digest", sa.String(length=64), nullable=False),
        sa.Column("rules_digest", sa.String(length=64), nullable=True),
        sa.Column("decided_seq", BIG, nullable=False),
        sa.Column("accepted_seq", BIG, nullable=True),
        sa.Column("superseded_seq", BIG, nullable=True),
        sa.Column("superseded_by", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name="fk_entry_submission_id"),
        sa.PrimaryKeyConstraint("id", name="pk_entry"),
    )
    op.create_index("ix_entry_decided_seq", "entry", ["decided_seq"], unique=False)
    op.create_index("ix_entry_line_as_of_accepted_seq", "entry", ["line", "as_of", "accepted_seq"], unique=False)
    op.create_index("ix_entry_line_as_of_reporter", "entry", ["line", "as_of", "reporter"], unique=False)
    op.create_index("ix_entry_part_id", "entry", ["part_id"], unique=False)
    op.create_index("ix_entry_submission_id", "entry", ["submission_id"], unique=False)
    op.create_index(
        "uq_entry_live",
        "entry",
        ["line", "as_of", "reporter"],
        unique=True,
        sqlite_where=sa.text("state = 'accepted' AND superseded_seq IS NULL"),
        postgresql_where=sa.text("state = 'accepted' AND superseded_seq IS NULL"),
    )


def _receipt() -> None:
    op.create_table(
        "receipt",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("submission_id", sa.String(length=36), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("at", UTC, nullable=False),
        sa.Column("seq", BIG, nullable=False),
        sa.Column("sender", sa.Text(), nullable=True),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("bytes", BIG, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("duplicate", sa.Boolean(), nullable=False),
        sa.Column("requeued", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name="fk_receipt_submission_id"),
        sa.PrimaryKeyConstraint("id", name="pk_receipt"),
        sa.UniqueConstraint("idempotency_key", name="uq_receipt_idempotency_key"),
        sa.UniqueConstraint("seq", name="uq_receipt_seq"),
    )
    op.create_index("ix_receipt_submission_id_seq", "receipt", ["submission_id", "seq"], unique=False)


def _finding() -> None:
    op.create_table(
        "finding",
        sa.Column("id", BIG, nullable=False),
        sa.Column("submission_id", sa.String(length=36), nullable=False),
        sa.Column("attempt", BIG, nullable=False),
        sa.Column("entry_id", sa.String(length=36), nullable=True),
        sa.Column("line", sa.Text(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("message_ja", sa.Text(), nullable=False),
        sa.Column("message_en", sa.Text(), nullable=False),
        sa.Column("hint_ja", sa.Text(), nullable=False),
        sa.Column("hint_en", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=True),
        sa.Column("sheet", sa.Text(), nullable=True),
        sa.Column("cell", sa.Text(), nullable=True),
        sa.Column("table", sa.Text(), nullable=True),
        sa.Column("field", sa.Text(), nullable=True),
        sa.Column("reporter", sa.Text(), nullable=True),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("expected", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_finding_entry_id"),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name="fk_finding_submission_id"),
        sa.PrimaryKeyConstraint("id", name="pk_finding"),
    )
    op.create_index("ix_finding_entry_id", "finding", ["entry_id"], unique=False)
    op.create_index("ix_finding_line_as_of_rule_id", "finding", ["line", "as_of", "rule_id"], unique=False)
    op.create_index("ix_finding_submission_id_attempt", "finding", ["submission_id", "attempt"], unique=False)
