"""The ledger: SQLAlchemy models, migrations, and the audit chain whose sequence orders everything."""

from keiyu.ledger.collections import close_collection, collection_states, open_collection
from keiyu.ledger.database import Ledger

__all__ = ["Ledger", "close_collection", "collection_states", "open_collection"]
