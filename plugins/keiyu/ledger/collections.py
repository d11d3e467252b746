"""Collections (回): opened by the ministry before anything is accepted for them, closed in two steps."""

import datetime as dt
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update

from keiyu.contract.model import Collection
from keiyu.ledger.database import Ledger
from keiyu.ledger.events import Draft, append, head, serialise
from keiyu.ledger.models import CollectionRow, CollectionState, Event

_VERBS: Final[dict[CollectionState, tuple[str, str]]] = {
    "open": ("open", "opened"),
    "entry_closed": ("close_entry", "entry_closed"),
    "closed": ("close", "closed"),
}
"""State → kind of the event that leads to it, and the columns that say when."""


def open_collection(ledger: Ledger, collection: Collection) -> bool:
    """Open a collection, so that submissions for it are accepted; opening an open one changes nothing.

    Returns:
        Whether it was not open before.
    """
    return _turn(ledger, collection, "open")


def close_entry(ledger: Ledger, collection: Collection, key: str | None = None) -> bool:
    """End the time of first submissions: who is in may still correct, who is not comes too late.

    Args:
        ledger: the ledger.
        collection: which.
        key: idempotency key; what was closed under it once, and opened again by a person, stays open.

    Returns:
        Whether it was open.
    """
    return _turn(ledger, collection, "entry_closed", key)


def close_collection(ledger: Ledger, collection: Collection, key: str | None = None) -> bool:
    """Close a collection: later submissions for it are returned.

    Args:
        ledger: the ledger.
        collection: which.
        key: as for ``close_entry``.

    Returns:
        Whether it was not closed before.
    """
    return _turn(ledger, collection, "closed", key)


def collection_states(ledger: Ledger) -> dict[Collection, CollectionState]:
    """Return every collection that was ever opened, with its state, in order of line and date."""
    query = select(CollectionRow.line, CollectionRow.as_of, CollectionRow.state)
    with ledger.read() as connection:
        rows = connection.execute(query.order_by(CollectionRow.line, CollectionRow.as_of)).all()
    return {Collection(row.line, row.as_of): row.state for row in rows}


def state_at(
    connection: Connection, collection: Collection, at_seq: int
) -> tuple[CollectionState, dt.datetime | None] | tuple[None, None]:
    """Return the state of a collection at a sequence, and when it had last been opened; none before it ever was.

    Args:
        connection: a transaction.
        collection: which.
        at_seq: the sequence.
    """
    kinds = [kind for kind, _ in _VERBS.values()]
    turned = select(Event.payload, Event.at).where(
        Event.subject == str(collection), Event.kind.in_(kinds), Event.seq <= at_seq
    )
    state: CollectionState | None = None
    opened: dt.datetime | None = None
    for payload, at in connection.execute(turned.order_by(Event.seq)):
        state = payload["state"]
        opened = at if state == "open" else opened
    return (None, None) if state is None else (state, opened)


def entry_closed_since(ledger: Ledger, collection: Collection) -> int | None:
    """Return the sequence since which a collection takes corrections only; none where it does not."""
    query = select(CollectionRow.entry_closed_seq).where(_is(collection), CollectionRow.state == "entry_closed")
    with ledger.read() as connection:
        found: int | None = connection.scalar(query)
    return found


def received_before_closing(ledger: Ledger, collection: Collection, received_seq: int) -> bool:
    """Whether a collection is closed now but was not when something was received: it must not suffer for waiting."""
    query = select(CollectionRow.closed_seq).where(_is(collection), CollectionRow.state == "closed")
    with ledger.read() as connection:
        found: int | None = connection.scalar(query.where(CollectionRow.opened_seq < received_seq))
    return found is not None and received_seq < found


def _is(collection: Collection) -> Any:
    return (CollectionRow.line == collection.line) & (CollectionRow.as_of == collection.as_of)


def _turn(ledger: Ledger, collection: Collection, state: CollectionState, key: str | None = None) -> bool:
    with ledger.begin() as connection:
        serialise(connection)
        known: Row[Any] | None = connection.execute(select(CollectionRow.state).where(_is(collection))).first()
        if not _turns(known.state if known else "closed", state) or _used(connection, key):
            return False
        kind, columns = _VERBS[state]
        named = key or f"{kind}:{collection}:{head(connection)}"
        [stamp] = append(connection, [Draft(kind, str(collection), named, {"state": state})])
        changed = {f"{columns}_{name}": getattr(stamp, name) for name in ("at", "seq")}
        if known is None:
            connection.execute(
                insert(CollectionRow).values(line=collection.line, as_of=collection.as_of, state=state, **changed)
            )
        else:
            connection.execute(update(CollectionRow).where(_is(collection)).values(state=state, **changed))
    return True


def _turns(before: CollectionState, after: CollectionState) -> bool:
    """Return whether one state leads to the other; entry cannot close where everything is closed."""
    return before != after and (before, after) != ("closed", "entry_closed")


def _used(connection: Connection, key: str | None) -> bool:
    return key is not None and connection.scalar(select(Event.seq).where(Event.key == key)) is not None
