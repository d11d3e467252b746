"""Sweeping: removing what no transaction names — drafts of the dead, orphans of crashes, merged segments."""

import datetime as dt
from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, select

from keiyu.ledger import Ledger
from keiyu.ledger.events import serialise
from keiyu.ledger.models import Segment
from keiyu.receive.storage import STAGING, Storage
from keiyu.register.segments import CORE

GRACE: Final = dt.timedelta(hours=24)
"""How long a file without a name is left alone: readers and slow batches may still be at it."""


def sweep(ledger: Ledger, storage: Storage, *, grace: dt.timedelta = GRACE) -> list[str]:
    """Remove core files and drafts that nothing needs any more.

    Landed bytes are never removed: whoever sent them may hold a receipt. A batch that is about to name
    a file proves under the same lock that it still exists, so sweeping can at worst make it run again.

    Args:
        ledger: the ledger.
        storage: what is swept.
        grace: files younger than this stay, and so do segments merged more recently.

    Returns:
        The paths removed.
    """
    before = dt.datetime.now(dt.UTC) - grace
    old = [path for path, written in storage.list(CORE) if written < before]
    drafts = [path for path, written in storage.list(STAGING) if written < before]
    with ledger.begin() as connection:
        serialise(connection)
        named = set(_named(connection, before))
        removed = [*drafts, *(path for path in old if path not in named)]
        for path in removed:
            storage.delete(path)
    return removed


def _named(connection: Connection, before: dt.datetime) -> Iterator[str]:
    """Yield the segments that are live, or were until a short while ago."""
    query = select(Segment.path).where((Segment.state == "live") | (Segment.retired_at >= before))
    yield from connection.scalars(query)
