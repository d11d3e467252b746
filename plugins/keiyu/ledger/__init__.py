"""The ledger: SQLAlchemy models, migrations, and the audit chain whose sequence orders everything."""

from keiyu.ledger import calendar, holds, identities, queries  # their tables belong to the same metadata
from keiyu.ledger.collections import close_collection, close_entry, collection_states, open_collection
from keiyu.ledger.database import Ledger

__all__ = [
    "Ledger",
    "calendar",
    "close_collection",
    "close_entry",
    "collection_states",
    "holds",
    "identities",
    "open_collection",
    "queries",
]
