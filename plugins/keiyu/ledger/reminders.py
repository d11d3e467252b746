"""Reminders as the ledger keeps them: claimed before they are sent, so that nobody is told one thing twice."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, and_, insert, or_, select, update

from keiyu.contract.model import Collection
from keiyu.ledger.calendar import Reminder, ReminderState
from keiyu.ledger.clock import time_of
from keiyu.ledger.database import Ledger
from keiyu.ledger.events import Draft, append, serialise

MOST_ATTEMPTS: Final = 9
"""Attempts after which a reminder that was refused is given up: three runs, each tried three times."""


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """What one organisation is reminded of at most once.

    Attributes:
        organisation: who is told.
        collection: of which collection.
        kind: kind of reminder.
        day: the business day on which it fell due.
    """

    organisation: str
    collection: Collection
    kind: str
    day: dt.date

    def __str__(self) -> str:
        """Return the idempotency key."""
        return f"{self.organisation}:{self.collection}:{self.kind}:{self.day.isoformat()}"


def claim(ledger: Ledger, keys: Sequence[Key], channel: str) -> list[Key]:
    """Take reminders of one organisation for sending now, in one transaction with their event.

    Args:
        ledger: the ledger.
        keys: reminders of one organisation.
        channel: the way it will go.

    Returns:
        Those that nobody has taken before, and those that were refused and may be tried again.
    """
    with ledger.begin() as connection:
        serialise(connection)
        found = connection.execute(select(*Reminder.__table__.columns).where(_any(keys)))
        known = {Key(row.organisation, Collection(row.line, row.as_of), row.kind, row.day): row for row in found}
        tries = {key: known[key].attempts if key in known else 0 for key in keys}
        free = [key for key in keys if key not in known or _may_retry(known[key].state, tries[key])]
        if not free:
            return []
        named = sorted(f"{key}:{tries[key]}" for key in free)
        told = {"keys": named, "channel": channel}
        [stamp] = append(connection, [Draft("remind", free[0].organisation, f"remind:{named[0]}", told)])
        fresh = [key for key in free if key not in known]
        state = {"state": "claimed", "at": stamp.at, "seq": stamp.seq}
        if fresh:
            connection.execute(insert(Reminder), [{**_columns(key), **state, "attempts": 1} for key in fresh])
        again = [key for key in free if key in known]
        if again:
            connection.execute(update(Reminder).where(_any(again)).values(**state, attempts=Reminder.attempts + 1))
    return free


def conclude(ledger: Ledger, keys: Sequence[Key], state: ReminderState) -> None:
    """Say what became of claimed reminders: ``sent`` or ``failed``."""
    with ledger.begin() as connection:
        connection.execute(update(Reminder).where(_any(keys)).values(state=state, at=time_of(connection)))


def settled(ledger: Ledger, collections: Iterable[Collection]) -> frozenset[Key]:
    """Return the reminders of some collections that are not to be sent any more."""
    keys = set()
    with ledger.read() as connection:
        for one in collections:
            mine = and_(Reminder.line == one.line, Reminder.as_of == one.as_of)
            for row in connection.execute(select(*Reminder.__table__.columns).where(mine)):
                if not _may_retry(row.state, row.attempts):
                    keys.add(Key(row.organisation, one, row.kind, row.day))
    return frozenset(keys)


def _may_retry(state: ReminderState, attempts: int) -> bool:
    return state == "failed" and attempts < MOST_ATTEMPTS


def _columns(key: Key) -> dict[str, object]:
    return {
        "organisation": key.organisation,
        "line": key.collection.line,
        "as_of": key.collection.as_of,
        "kind": key.kind,
        "day": key.day,
    }


def _any(keys: Sequence[Key]) -> ColumnElement[bool]:
    return or_(*(and_(*(getattr(Reminder, name) == value for name, value in _columns(key).items())) for key in keys))
