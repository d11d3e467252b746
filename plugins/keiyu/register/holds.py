"""Holding and settling: from accepted to live, by a decision that is kept with its reason."""

import datetime as dt
from collections.abc import Collection as Several
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from sqlalchemy import Connection, and_, insert, select, update

from keiyu.contract.model import Collection
from keiyu.errors import UserError
from keiyu.ledger import Ledger
from keiyu.ledger.events import Draft, Stamp, append, serialise
from keiyu.ledger.holds import Ground, Hold, Settlement
from keiyu.ledger.ids import new_id
from keiyu.ledger.models import Entry
from keiyu.ledger.selection import live_at
from keiyu.register.drafts import EntryDraft, HoldDraft

KINDS: Final[dict[Settlement, str]] = {"confirmed": "confirm", "approved": "approve", "declined": "decline"}


@dataclass(eq=False)
class NothingHeldError(UserError):
    """A decision on something that does not wait for it."""

    reporter: str
    collection: str

    code: ClassVar[str] = "KEIYU-153"
    ja: ClassVar[str] = "{collection} に、{reporter} の保留中の報告（この決定を待つもの）はありません。"
    en: ClassVar[str] = "{reporter} has no report in {collection} that waits for this decision."


@dataclass(eq=False)
class NoReasonError(UserError):
    """A decision without its reason."""

    decision: str

    code: ClassVar[str] = "KEIYU-154"
    ja: ClassVar[str] = "理由のない決定は記録できません（{decision}）。"
    en: ClassVar[str] = "A decision needs its reason ({decision})."


@dataclass(frozen=True, slots=True)
class Held:
    """A hold as it stands at some sequence.

    Attributes:
        id: the hold.
        entry_id: the entry that is held.
        reporter: whose it is.
        ground: ``implausible`` or ``revision``.
        facts: why.
        opened_seq: since when.
        settlement: how it ended; none while it is open.
        settled_by: who decided.
        settled_at: when.
        reason: why it was decided so.
    """

    id: str
    entry_id: str
    reporter: str
    ground: Ground
    facts: Mapping[str, Any]
    opened_seq: int
    settlement: Settlement | None
    settled_by: str | None
    settled_at: dt.datetime | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Settled:
    """What a decision did.

    Attributes:
        entry_id: the entry.
        state: its state from now on: ``accepted`` and live, ``held`` on another ground still, or ``declined``.
        seq: the event.
    """

    entry_id: str
    state: str
    seq: int


def expected_state(settlements: Several[str | None]) -> str:
    """Return the state of an entry whose holds have these settlements."""
    if "declined" in settlements:
        return "declined"
    return "held" if {None, "overtaken"} & set(settlements) else "accepted"


def enter_holds(
    connection: Connection,
    collection: Collection,
    drafts: Sequence[EntryDraft],
    holds: Sequence[HoldDraft],
    stamp: Stamp,
) -> None:
    """Open the holds of new entries, and end the earlier ones that they overtake.

    Args:
        connection: the transaction that accepts the entries.
        collection: theirs.
        drafts: the new entries of the collection.
        holds: the grounds on which some are held.
        stamp: the event that accepts them.
    """
    by_id = {draft.id: draft for draft in drafts}
    rows = [
        {
            "id": new_id(),
            "entry_id": one.entry_id,
            "line": collection.line,
            "as_of": collection.as_of,
            "reporter": by_id[one.entry_id].reporter,
            "ground": one.ground,
            "facts": dict(one.facts),
            "opened_seq": stamp.seq,
        }
        for one in holds
        if one.entry_id in by_id
    ]
    if rows:
        connection.execute(insert(Hold), rows)
    _overtake(connection, collection, {draft.reporter for draft in drafts if draft.state != "returned"}, stamp)


def _overtake(connection: Connection, collection: Collection, reporters: Several[str], stamp: Stamp) -> None:
    """End open holds of entries after which their reporter's later one was taken or is held."""
    waiting = select(Hold.entry_id, Hold.reporter).where(_of(collection), Hold.settlement.is_(None))
    open_ones = [row for row in connection.execute(waiting) if row.reporter in reporters]
    for entry_id, reporter in {(row.entry_id, row.reporter) for row in open_ones}:
        received = select(Entry.received_seq).where(Entry.id == entry_id).scalar_subquery()
        later = select(Entry.id).where(
            Entry.line == collection.line,
            Entry.as_of == collection.as_of,
            Entry.reporter == reporter,
            Entry.state.in_(("accepted", "held")),
            Entry.received_seq > received,
        )
        if connection.scalar(later.limit(1)) is not None:
            _end(connection, [entry_id], "overtaken", stamp, None, None)


def holds_of(connection: Connection, collection: Collection, at_seq: int | None = None) -> list[Held]:
    """Return the holds of a collection as they stood, in order of reporter.

    Args:
        connection: a transaction.
        collection: which.
        at_seq: as known at this sequence; now by default.
    """
    query = (
        select(*_columns(), Hold.settled_seq)
        .where(_of(collection))
        .order_by(Hold.reporter, Hold.opened_seq, Hold.ground)
    )
    if at_seq is not None:
        query = query.where(Hold.opened_seq <= at_seq)
    return [_held(row._asdict(), at_seq) for row in connection.execute(query)]


def settle(
    ledger: Ledger, collection: Collection, reporter: str, settlement: Settlement, *, reason: str, by: str | None = None
) -> Settled:
    """Decide on a reporter's held entry.

    A confirmation (the reporter's answer) settles implausible figures; the ministry's approval settles everything; when
    nothing is open any more the entry is live, from this event on. Declined, it never is; its rows are kept.

    Args:
        ledger: the ledger.
        collection: the collection.
        reporter: whose entry.
        settlement: ``confirmed``, ``approved`` or ``declined``.
        reason: why; readers of the figures are told.
        by: who decides; none for the ministry's own operator.

    Raises:
        NothingHeldError: nothing of the reporter waits for that decision.
        NoReasonError: the reason is empty.
    """
    if not reason.strip():
        raise NoReasonError(KINDS[settlement])
    with ledger.begin() as connection:
        serialise(connection)
        query = select(*_columns()).where(_of(collection), Hold.reporter == reporter, Hold.settlement.is_(None))
        waiting = connection.execute(query.order_by(Hold.opened_seq)).all()
        mine = [row for row in waiting if settlement != "confirmed" or row.ground == "implausible"]
        if not mine:
            raise NothingHeldError(reporter, str(collection))
        entry_id, ids = mine[0].entry_id, [row.id for row in mine]
        rest = [row for row in waiting if row.id not in ids and settlement != "declined"]
        state = "declined" if settlement == "declined" else "held" if rest else "accepted"
        told = {
            "entry": entry_id,
            "reporter": reporter,
            "holds": ids,
            "reason": reason.strip(),
            "by": by,
            "state": state,
        }
        [stamp] = append(connection, [Draft(KINDS[settlement], str(collection), f"settle:{ids[0]}:{settlement}", told)])
        _end(connection, [entry_id], settlement, stamp, by, reason.strip(), ids)
        _turn(connection, collection, entry_id, state, stamp)
    return Settled(entry_id, state, stamp.seq)


def _turn(connection: Connection, collection: Collection, entry_id: str, state: str, stamp: Stamp) -> None:
    """Give an entry its new state; where it becomes live, it ends the one before."""
    if state == "held":
        return
    entry = connection.execute(select(Entry.reporter).where(Entry.id == entry_id)).one()
    changed: dict[str, Any] = {"state": state}
    if state == "accepted":
        standing = and_(
            Entry.line == collection.line,
            Entry.as_of == collection.as_of,
            Entry.reporter == entry.reporter,
            live_at(),
        )
        connection.execute(update(Entry).where(standing).values(superseded_seq=stamp.seq, superseded_by=entry_id))
        changed["accepted_seq"] = stamp.seq
    connection.execute(update(Entry).where(Entry.id == entry_id).values(**changed))


def _end(
    connection: Connection,
    entries: Sequence[str],
    settlement: Settlement,
    stamp: Stamp,
    by: str | None,
    reason: str | None,
    only: Sequence[str] | None = None,
) -> None:
    ended = update(Hold).where(Hold.entry_id.in_(entries), Hold.settlement.is_(None))
    if only is not None:
        ended = ended.where(Hold.id.in_(only))
    facts = {"settled_seq": stamp.seq, "settled_at": stamp.at, "settled_by": by, "reason": reason}
    connection.execute(ended.values(settlement=settlement, **facts))


def _of(collection: Collection) -> Any:
    return and_(Hold.line == collection.line, Hold.as_of == collection.as_of)


def _columns() -> tuple[Any, ...]:
    return tuple(getattr(Hold, name) for name in Held.__slots__)


def _held(row: dict[str, Any], at_seq: int | None) -> Held:
    """Return a hold as it stood: what was settled later was open then."""
    settled_seq = row.pop("settled_seq")
    if at_seq is not None and settled_seq is not None and settled_seq > at_seq:
        row.update(settlement=None, settled_by=None, settled_at=None, reason=None)
    return Held(**row)
