"""Alembic's entry: runs the scripts on the connection that the ledger hands over."""

from alembic import context

from keiyu.ledger.models import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
with context.begin_transaction():
    context.run_migrations()
