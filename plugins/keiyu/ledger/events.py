"""The audit chain: every decision is an event, and every event hashes the one before it.

Appends are serialised (PostgreSQL: an advisory lock held to the end of the transaction; SQLite: the
write transaction itself), so ``seq`` is the order of commits and has no gaps. Take the lock late: all
slow work (files, reading, checking) comes before.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select
from sqlalchemy import text as sql

from keiyu.ledger.clock import time_of
from keiyu.ledger.columns import clean
from keiyu.ledger.models import Event

GENESIS: Final = "0" * 64
_LOCK: Final = 0x6B656979  # "keiy"
_TICK: Final = dt.timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Draft:
    """An event to append; columns as in ``keiyu.ledger.models.Event``."""

    kind: str
    subject: str
    key: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stamp:
    """Where and when an event was appended."""

    seq: int
    at: dt.datetime


def canonical(value: object) -> bytes:
    """Return the one JSON spelling of a value: sorted keys, no spaces, UTF-8, no NUL, no lone surrogate.

    Raises:
        ValueError: a float that is not a number.
    """
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    if "\\u0000" in text or not text.isprintable():
        text = json.dumps(_cleaned(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return text.encode()


def _cleaned(value: object) -> object:
    match value:
        case str():
            return clean(value)
        case Mapping():
            return {clean(str(key)): _cleaned(item) for key, item in value.items()}
        case list() | tuple():
            return [_cleaned(item) for item in value]
        case _:
            return value


def digest(value: object) -> str:
    """Return the SHA-256 of a value's canonical JSON."""
    return hashlib.sha256(canonical(value)).hexdigest()


def serialise(connection: Connection) -> None:
    """Wait until this transaction is the only one that writes; held to its end, repeatable."""
    if connection.dialect.name == "postgresql":
        connection.execute(sql("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def head(connection: Connection) -> int:
    """Return the sequence of the last committed event; 0 in an empty ledger."""
    found: int | None = connection.scalar(select(Event.seq).order_by(Event.seq.desc()).limit(1))
    return found or 0


def append(connection: Connection, drafts: Sequence[Draft]) -> list[Stamp]:
    """Append events to the chain, in order.

    Args:
        connection: a write transaction of ``Ledger.begin``.
        drafts: what happened.

    Returns:
        The place of each event.

    Raises:
        sqlalchemy.exc.IntegrityError: an idempotency key was used before.
    """
    serialise(connection)
    last = connection.execute(select(Event.seq, Event.at, Event.hash).order_by(Event.seq.desc()).limit(1)).first()
    seq, at, previous = (last.seq, last.at, last.hash) if last else (0, dt.datetime.min.replace(tzinfo=dt.UTC), GENESIS)
    rows: list[dict[str, Any]] = []
    for draft in drafts:
        seq, at = seq + 1, max(time_of(connection), at + _TICK)
        row = {
            "seq": seq,
            "at": at,
            "kind": draft.kind,
            "subject": clean(draft.subject),
            "key": clean(draft.key),
            "payload": json.loads(canonical(draft.payload)),
            "prev_hash": previous,
        }
        previous = row["hash"] = link(row)
        rows.append(row)
    if rows:
        connection.execute(insert(Event), rows)
    return [Stamp(row["seq"], row["at"]) for row in rows]


def link(row: Mapping[str, Any]) -> str:
    """Return the hash that an event must carry, from its other columns."""
    told = {
        "seq": row["seq"],
        "at": row["at"].isoformat(timespec="microseconds"),
        "kind": row["kind"],
        "subject": row["subject"],
        "key": row["key"],
        "payload": row["payload"],
    }
    return hashlib.sha256(row["prev_hash"].encode() + canonical(told)).hexdigest()


def broken(connection: Connection) -> Iterator[tuple[int, str]]:
    """Recompute the chain from its first event.

    Yields:
        The sequence of each event that does not follow from the one before, and what is wrong with it.
    """
    previous, expected = GENESIS, 1
    for row in _events(connection):
        if row.seq != expected:
            yield row.seq, f"seq {expected} is missing"
        if row.prev_hash != previous:
            yield row.seq, "prev_hash differs from the event before"
        if row.hash != link(dict(row._mapping)):
            yield row.seq, "hash differs from the event's content"
        previous, expected = row.hash, row.seq + 1


def _events(connection: Connection) -> Iterator[Row[Any]]:
    query = select(*Event.__table__.columns).order_by(Event.seq).execution_options(yield_per=1000)
    yield from connection.execute(query)
