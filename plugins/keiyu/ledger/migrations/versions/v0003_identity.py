"""Identities of facilities: assignments, pairs in doubt, decisions."""

import sqlalchemy as sa
from alembic import op

revision = "v0003_identity"
down_revision = "v0002_calendar"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add three tables."""
    _assignment()
    _review()
    _decision()


def _assignment() -> None:
    op.create_table(
        "identity_assignment",
        sa.Column("entry_id", sa.String(length=36), nullable=False),
        sa.Column("source_row", BIG, nullable=False),
        sa.Column("recorded_seq", BIG, nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("identity", sa.String(length=36), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=True),
        sa.Column("superseded_seq", BIG, nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_identity_assignment_entry_id"),
        sa.PrimaryKeyConstraint("entry_id", "source_row", "recorded_seq", name="pk_identity_assignment"),
    )
    op.create_index("ix_identity_assignment_identity", "identity_assignment", ["identity"], unique=False)
    op.create_index("ix_identity_assignment_line_area", "identity_assignment", ["line", "area"], unique=False)
    op.create_index("ix_identity_assignment_recorded_seq", "identity_assignment", ["recorded_seq"], unique=False)
    op.create_index(
        "uq_identity_assignment_live",
        "identity_assignment",
        ["entry_id", "source_row"],
        unique=True,
        sqlite_where=sa.text("superseded_seq IS NULL"),
        postgresql_where=sa.text("superseded_seq IS NULL"),
    )


def _review() -> None:
    op.create_table(
        "identity_review",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("known", sa.String(length=36), nullable=False),
        sa.Column("identity", sa.String(length=36), nullable=False),
        sa.Column("entry_id", sa.String(length=36), nullable=False),
        sa.Column("source_row", BIG, nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("lead", sa.Double(), nullable=True),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("recorded_seq", BIG, nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_identity_review_entry_id"),
        sa.PrimaryKeyConstraint("id", name="pk_identity_review"),
    )
    op.create_index("ix_identity_review_identity", "identity_review", ["identity"], unique=False)
    op.create_index("ix_identity_review_known", "identity_review", ["known"], unique=False)
    op.create_index("ix_identity_review_line_area", "identity_review", ["line", "area"], unique=False)


def _decision() -> None:
    op.create_table(
        "identity_decision",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("known", sa.String(length=36), nullable=False),
        sa.Column("identity", sa.String(length=36), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", UTC, nullable=False),
        sa.Column("seq", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_identity_decision"),
    )
    op.create_index("ix_identity_decision_identity", "identity_decision", ["identity"], unique=False)
    op.create_index("ix_identity_decision_known", "identity_decision", ["known"], unique=False)
    op.create_index("ix_identity_decision_line_seq", "identity_decision", ["line", "seq"], unique=False)
