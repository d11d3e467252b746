"""Of which collection the reports are that figures are part of, so that those of other months are not read."""

import sqlalchemy as sa
from alembic import op

revision = "v0006_reach"
down_revision = "v0005_query"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Say line and date of each, as its entry does; look them up by both."""
    with op.batch_alter_table("reach") as table:
        table.add_column(sa.Column("line", sa.Text(), nullable=True))
        table.add_column(sa.Column("as_of", sa.Date(), nullable=True))
    op.execute(
        "UPDATE reach SET line = (SELECT entry.line FROM entry WHERE entry.id = reach.entry_id), "
        "as_of = (SELECT entry.as_of FROM entry WHERE entry.id = reach.entry_id)"
    )
    op.drop_index("ix_reach_area", table_name="reach")
    with op.batch_alter_table("reach") as table:
        table.alter_column("line", existing_type=sa.Text(), nullable=False)
        table.alter_column("as_of", existing_type=sa.Date(), nullable=False)
    op.create_index("ix_reach_line_as_of_area", "reach", ["line", "as_of", "area"], unique=False)
