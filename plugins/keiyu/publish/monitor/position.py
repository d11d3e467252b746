"""Where a collection stands or stood against its calendar, as the ledger knows it: the facts of every judgement."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, select
from sqlalchemy.orm import aliased

from keiyu.codes.areas import to6
from keiyu.contract.calendar import Hop, hops
from keiyu.contract.model import Collection, Contract
from keiyu.ledger.calendar import Reminder
from keiyu.ledger.collections import state_at
from keiyu.ledger.dispensations import Dispensations, dispensations
from keiyu.ledger.events import head
from keiyu.ledger.holds import Hold
from keiyu.ledger.models import CollectionState, Entry, Event, Submission
from keiyu.publish.universe import universe
from keiyu.receive.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Reporter:
    """One who owes a submission, and the way it goes.

    Attributes:
        code: whose.
        level: its level of the relay; a city that reports to the ministry itself is of the last level.
        relay: organisation that gathers its submission; none where it reports to the ministry itself.
        areas: area code → level: what it is and lies in, whose extension or exemption reaches it.
    """

    code: str
    level: str
    relay: str | None
    areas: Mapping[str, str]

    @property
    def prefecture(self) -> str:
        """Two-digit code of its prefecture."""
        return next(code for code, level in self.areas.items() if level == "prefecture")[:2]


@dataclass(frozen=True, slots=True)
class Deed:
    """One entry of one reporter: what was received, and what was decided.

    Attributes:
        reporter: whose.
        layout: known form of its file; none for a nil return and for unknown forms.
        accepted: whether it was accepted.
        held: whether it waits for a decision: received and in order, but not live.
        nil: a nil return.
        live: it is what the reporter says now.
        received_at: when its bytes were received.
        decided_at: when it was accepted, held or returned.
        accepted_seq: sequence of its acceptance; of one that was held, that of the decision in its favour.
        accepted_at: when that was.
        returned: whether it was returned, or declined after it was held; one that was held when a later one took its
            place was not.
    """

    reporter: str
    layout: str | None
    accepted: bool
    nil: bool
    live: bool
    received_at: dt.datetime
    decided_at: dt.datetime
    accepted_seq: int | None
    held: bool = False
    accepted_at: dt.datetime | None = None
    returned: bool = False


@dataclass(frozen=True)
class Position:
    """The facts.

    Attributes:
        collection: which collection.
        hops: its calendar, lowest level first.
        state: its state; none before it is opened.
        reporters: who owes a submission, in code order.
        deeds: every entry, in order of arrival.
        given: extensions and exemptions.
        reminded: organisations that were sent a reminder of it.
        seq: the ledger's sequence.
        opened_at: when it was last opened.
    """

    collection: Collection
    hops: tuple[Hop, ...]
    state: CollectionState | None
    reporters: tuple[Reporter, ...]
    deeds: tuple[Deed, ...]
    given: Dispensations
    reminded: frozenset[str] = frozenset()
    seq: int = 0
    opened_at: dt.datetime | None = None


def position(workspace: Workspace, collection: Collection, at_seq: int | None = None) -> Position:
    """Return the facts of a collection.

    Args:
        workspace: the installation.
        collection: which.
        at_seq: as the ledger had them at this sequence; as it has them now by default.
    """
    contract = workspace.contract(collection.line)
    chain = hops(contract, collection.as_of)
    frame = universe(workspace, contract, collection.as_of, at_seq)
    direct = {one["area_code"] for one in frame.municipalities if one["reporting_body"] == one["area_code"]}
    whole = {place: to6(f"{place}000") for place in {home[:2] for home in frame.homes.values()}}
    reporters = tuple(
        _reporter(contract, chain, code, home, whole[home[:2]], direct) for code, home in frame.homes.items()
    )
    with workspace.ledger.read() as connection:
        seq = head(connection) if at_seq is None else at_seq
        state, opened_at = state_at(connection, collection, seq)
        return Position(
            collection=collection,
            hops=chain,
            state=state,
            reporters=reporters,
            deeds=tuple(_deeds(connection, collection, seq)),
            given=dispensations(connection, collection, seq),
            reminded=_reminded(connection, collection, seq),
            seq=seq,
            opened_at=opened_at,
        )


def _reporter(
    contract: Contract, chain: tuple[Hop, ...], code: str, home: str, prefecture: str, direct: set[str]
) -> Reporter:
    places = {code: contract.respondents.kind, home: "municipality", prefecture: "prefecture"}
    level: str = contract.respondents.kind
    if code in direct:
        return Reporter(code, chain[-1].level, None, places)
    relay = home if contract.relay.via == "municipality" else prefecture
    known = level in {hop.level for hop in chain}
    return Reporter(code, level if known else chain[-1].level, relay if relay != code else None, places)


def _deeds(connection: Connection, collection: Collection, seq: int) -> Iterator[Deed]:
    received, decided, accepted = aliased(Event), aliased(Event), aliased(Event)
    query = (
        select(
            Entry.id,
            Entry.reporter,
            Entry.state,
            Entry.nil,
            Entry.accepted_seq,
            Entry.superseded_seq,
            Submission.layout,
            received.at.label("received_at"),
            decided.at.label("decided_at"),
            accepted.at.label("accepted_at"),
        )
        .join(Submission, Submission.id == Entry.submission_id)
        .join(received, received.seq == Entry.received_seq)
        .join(decided, decided.seq == Entry.decided_seq)
        .join(accepted, accepted.seq == Entry.accepted_seq, isouter=True)
        .where(Entry.line == collection.line, Entry.as_of == collection.as_of, Entry.decided_seq <= seq)
        .order_by(Entry.received_seq, Entry.decided_seq, Entry.id)
    )
    waiting, declined = _held(connection, collection, seq)
    for row in connection.execute(query):
        yield _deed(row, seq, held=row.id in waiting, declined=row.id in declined)


def _held(connection: Connection, collection: Collection, seq: int) -> tuple[set[str], set[str]]:
    """Return the entries that waited for a decision at a sequence, and those that had been declined."""
    query = select(Hold.entry_id, Hold.settlement, Hold.settled_seq).where(
        Hold.line == collection.line, Hold.as_of == collection.as_of, Hold.opened_seq <= seq
    )
    waiting, declined = set[str](), set[str]()
    for hold in connection.execute(query):
        if hold.settled_seq is None or hold.settled_seq > seq:
            waiting.add(hold.entry_id)
        elif hold.settlement == "declined":
            declined.add(hold.entry_id)
    return waiting, declined


def _deed(row: Any, seq: int, *, held: bool, declined: bool) -> Deed:
    accepted = row.accepted_seq is not None and row.accepted_seq <= seq
    return Deed(
        row.reporter,
        None if row.nil else row.layout,
        accepted,
        row.nil,
        accepted and (row.superseded_seq is None or row.superseded_seq > seq),
        row.received_at,
        row.decided_at,
        row.accepted_seq if accepted else None,
        held=held,
        accepted_at=row.accepted_at if accepted else None,
        returned=row.state == "returned" or declined,
    )


def _reminded(connection: Connection, collection: Collection, seq: int) -> frozenset[str]:
    mine = and_(Reminder.line == collection.line, Reminder.as_of == collection.as_of, Reminder.seq <= seq)
    return frozenset(connection.scalars(select(Reminder.organisation).where(mine, Reminder.state == "sent")))
