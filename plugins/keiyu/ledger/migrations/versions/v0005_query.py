"""Queries between lines, and whose figures an entry is part of."""

import sqlalchemy as sa
from alembic import op

revision = "v0005_query"
down_revision = "v0004_hold"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add two tables."""
    op.create_table(
        "query",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("survey", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("reporter", sa.Text(), nullable=False),
        sa.Column("rollup", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("opened_seq", BIG, nullable=False),
        sa.Column("opened_at", UTC, nullable=False),
        sa.Column("ending", sa.Text(), nullable=True),
        sa.Column("ended_seq", BIG, nullable=True),
        sa.Column("ended_at", UTC, nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_query"),
    )
    op.create_index("ix_query_line_as_of_reporter", "query", ["line", "as_of", "reporter"], unique=False)
    op.create_index("ix_query_survey_as_of_reporter", "query", ["survey", "as_of", "reporter"], unique=False)
    op.create_table(
        "reach",
        sa.Column("entry_id", sa.String(length=36), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_reach_entry_id"),
        sa.PrimaryKeyConstraint("entry_id", "area", name="pk_reach"),
    )
    op.create_index("ix_reach_area", "reach", ["area"], unique=False)
