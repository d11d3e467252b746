"""One publisher of a collection at a time, on however many machines."""

import hashlib
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection, NullPool, create_engine, text

from keiyu.contract.model import Collection
from keiyu.ledger import Ledger

_TICK: Final = 0.05


@contextmanager
def alone(ledger: Ledger, collection: Collection, patience: float = math.inf) -> Iterator[bool]:
    """Hold the collection for this block alone: an advisory lock of the server, or a file beside SQLite.

    Yields whether it is held; it is not where another holds the server's lock for longer than our patience, in seconds.
    The server's lock ends with its connection, which is not of the pool: those who wait must not take the
    connections that the one who publishes needs.
    """
    purpose = f"publish.{collection.line}.{collection.as_of.isoformat()}"
    if ledger.file is not None:
        with ledger.exclusively(purpose):
            yield True
        return
    key = int.from_bytes(hashlib.sha256(purpose.encode()).digest()[:8], signed=True)
    engine = create_engine(ledger.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if patience == math.inf:
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": key})
            yield True
        else:
            yield _gets(connection, key, time.monotonic() + patience)


def _gets(connection: Connection, key: int, until: float) -> bool:
    """Ask for the server's lock until it is ours or the time is over."""
    while not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}):
        if time.monotonic() > until:
            return False
        time.sleep(_TICK)
    return True
