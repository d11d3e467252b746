"""Holds: what was accepted and waits for a decision before it is shown."""

import sqlalchemy as sa
from alembic import op

revision = "v0004_hold"
down_revision = "v0003_identity"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add one table."""
    op.create_table(
        "hold",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("entry_id", sa.String(length=36), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("reporter", sa.Text(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("opened_seq", BIG, nullable=False),
        sa.Column("settlement", sa.Text(), nullable=True),
        sa.Column("settled_seq", BIG, nullable=True),
        sa.Column("settled_at", UTC, nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_hold_entry_id"),
        sa.PrimaryKeyConstraint("id", name="pk_hold"),
    )
    op.create_index("ix_hold_entry_id", "hold", ["entry_id"], unique=False)
    op.create_index("ix_hold_line_as_of_reporter", "hold", ["line", "as_of", "reporter"], unique=False)
