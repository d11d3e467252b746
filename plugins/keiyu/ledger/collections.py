"""Collections (回): opened by the ministry before anything is accepted for them."""

from typing import Any

from sqlalchemy import Row, insert, select, update

from keiyu.contract.model import Collection
from keiyu.ledger.database import Ledger
from keiyu.ledger.events import Draft, append, head, serialise
from keiyu.ledger.models import CollectionRow, CollectionState


def open_collection(ledger: Ledger, collection: Collection) -> bool:
    """Open a collection, so that submissions for it are accepted; opening an open one changes nothing.

    Returns:
        Whether it was not open before.
    """
    return _turn(ledger, collection, "open")


def close_collection(ledger: Ledger, collection: Collection) -> bool:
    """Close a collection: later submissions for it are returned.

    Returns:
        Whether it was open.
    """
    return _turn(ledger, collection, "closed")


def collection_states(ledger: Ledger) -> dict[Collection, CollectionState]:
    """Return every collection that was ever opened, with its state, in order of line and date."""
    query = select(CollectionRow.line, CollectionRow.as_of, CollectionRow.state)
    with ledger.read() as connection:
        rows = connection.execute(query.order_by(CollectionRow.line, CollectionRow.as_of)).all()
    return {Collection(row.line, row.as_of): row.state for row in rows}


def _turn(ledger: Ledger, collection: Collection, state: CollectionState) -> bool:
    where = (CollectionRow.line == collection.line) & (CollectionRow.as_of == collection.as_of)
    with ledger.begin() as connection:
        serialise(connection)
        known: Row[Any] | None = connection.execute(select(CollectionRow.state).where(where)).first()
        if (known.state if known else "closed") == state:
            return False
        kind = "open" if state == "open" else "close"
        key = f"{kind}:{collection}:{head(connection)}"
        [stamp] = append(connection, [Draft(kind, str(collection), key, {"state": state})])
        changed = {
            f"{'opened' if state == 'open' else 'closed'}_{name}": getattr(stamp, name) for name in ("at", "seq")
        }
        if known is None:
            connection.execute(
                insert(CollectionRow).values(line=collection.line, as_of=collection.as_of, state=state, **changed)
            )
        else:
            connection.execute(update(CollectionRow).where(where).values(state=state, **changed))
    return True
