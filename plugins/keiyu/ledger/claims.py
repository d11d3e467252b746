"""Claiming what was received and not yet decided, so that no two workers decide the same thing.

On PostgreSQL the claim is a row lock of the very transaction that will write the decision: whoever
dies lets go at once, and there are no leases to expire. SQLite has one writer; there an operating
system lock beside the database is held instead, and waiting for it is waiting for one's turn.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Final, Protocol

from sqlalchemy import Connection, Select, exists, select

from keiyu.ledger.database import Ledger
from keiyu.ledger.models import Submission, SubmissionKind

_STEP: Final = 64


@dataclass(frozen=True, slots=True)
class Claimed:
    """A submission that this worker may decide; columns as in ``keiyu.ledger.models.Submission``."""

    id: str
    digest: str
    bytes: int
    filename: str
    sender: str | None
    kind: SubmissionKind
    line_hint: str | None
    as_of_hint: dt.date | None
    received_seq: int
    attempt: int


class Desk(Protocol):
    """Where a claim is held."""

    def claim(self, files: int, size: int, only: Sequence[str] | None = None) -> list[Claimed]:
        """Claim the oldest submissions in the queue.

        Args:
            files: most submissions.
            size: most bytes together; one submission is always taken.
            only: take none but these.
        """

    def writing(self) -> AbstractContextManager[Connection]:
        """Open the transaction that decides what was claimed."""


@contextmanager
def desk(ledger: Ledger) -> Iterator[Desk]:
    """Hold claims until the end of the block, or until this process dies."""
    if ledger.file is None:
        with ledger.begin() as connection:
            yield _RowDesk(connection)
    else:
        with ledger.exclusively("intake"):
            yield _FileDesk(ledger)


def is_waiting(ledger: Ledger) -> bool:
    """Whether anything was received and is not decided; it may be claimed by another."""
    with ledger.read() as connection:
        return bool(connection.scalar(select(exists().where(Submission.state == "received"))))


@dataclass(frozen=True)
class _RowDesk:
    connection: Connection

    def claim(self, files: int, size: int, only: Sequence[str] | None = None) -> list[Claimed]:
        return _claim(self.connection, files, size, only)

    def writing(self) -> AbstractContextManager[Connection]:
        return nullcontext(self.connection)


@dataclass(frozen=True)
class _FileDesk:
    ledger: Ledger

    def claim(self, files: int, size: int, only: Sequence[str] | None = None) -> list[Claimed]:
        with self.ledger.read() as connection:
            return _claim(connection, files, size, only)

    def writing(self) -> AbstractContextManager[Connection]:
        return self.ledger.begin()


def _claim(connection: Connection, files: int, size: int, only: Sequence[str] | None) -> list[Claimed]:
    """Take a few at a time, so that little more is locked than is taken."""
    taken: list[Claimed] = []
    total, after = 0, 0
    while len(taken) < files:
        step = min(_STEP, files - len(taken))
        found = [Claimed(**row._mapping) for row in connection.execute(_oldest(after, step, only))]
        for claimed in found:
            total += claimed.bytes
            if taken and total > size:
                return taken
            taken.append(claimed)
        if len(found) < step:
            break
        after = taken[-1].received_seq
    return taken


def _oldest(after: int, count: int, only: Sequence[str] | None) -> Select[tuple[object, ...]]:
    columns = [getattr(Submission, name) for name in Claimed.__slots__]
    query = select(*columns).where(Submission.state == "received", Submission.received_seq > after)
    if only is not None:
        query = query.where(Submission.id.in_(only))
    return query.order_by(Submission.received_seq).limit(count).with_for_update(skip_locked=True)
