"""Where a collection stands against its calendar, as the ledger knows it: the facts of every judgement here."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, select
from sqlalchemy.orm import aliased

from keiyu.codes.areas import to6
from keiyu.contract.calendar import Hop, hops
from keiyu.contract.model import Collection, Contract
from keiyu.ledger.calendar import Reminder
from keiyu.ledger.dispensations import Dispensations, dispensations
from keiyu.ledger.events import head
from keiyu.ledger.holds import Hold
from keiyu.ledger.models import CollectionRow, CollectionState, Entry, Event, Submission
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
        accepted_seq: sequence of its acceptance.
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


def position(workspace: Workspace, collection: Collection) -> Position:
    """Return the facts of a collection as the ledger has them now."""
    contract = workspace.contract(collection.line)
    chain = hops(contract, collection.as_of)
    frame = universe(workspace, contract, collection.as_of)
    direct = {one["area_code"] for one in frame.municipalities if one["reporting_body"] == one["area_code"]}
    whole = {place: to6(f"{place}000") for place in {home[:2] for home in frame.homes.values()}}
    reporters = tuple(
        _reporter(contract, chain, code, home, whole[home[:2]], direct) for code, home in frame.homes.items()
    )
    with workspace.ledger.read() as connection:
        state, opened_at = _state(connection, collection)
        return Position(
            collection=collection,
            hops=chain,
            state=state,
            reporters=reporters,
            deeds=tuple(_deeds(connection, collection)),
            given=dispensations(connection, collection),
            reminded=_reminded(connection, collection),
            seq=head(connection),
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


def _state(connection: Connection, collection: Collection) -> tuple[CollectionState, dt.datetime] | tuple[None, None]:
    where = (CollectionRow.line == collection.line) & (CollectionRow.as_of == collection.as_of)
    found = connection.execute(select(CollectionRow.state, CollectionRow.opened_at).where(where)).first()
    return (found.state, found.opened_at) if found else (None, None)


def _deeds(connection: Connection, collection: Collection) -> Any:
    received, decided = aliased(Event), aliased(Event)
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
        )
        .join(Submission, Submission.id == Entry.submission_id)
        .join(received, received.seq == Entry.received_seq)
        .join(decided, decided.seq == Entry.decided_seq)
        .where(Entry.line == collection.line, Entry.as_of == collection.as_of)
        .order_by(Entry.received_seq, Entry.decided_seq, Entry.id)
    )
    mine = and_(Hold.line == collection.line, Hold.as_of == collection.as_of, Hold.settlement.is_(None))
    waiting = set(connection.scalars(select(Hold.entry_id).where(mine)))
    for row in connection.execute(query):
        accepted = row.state == "accepted"
        live = accepted and row.superseded_seq is None
        layout = None if row.nil else row.layout
        yield Deed(
            row.reporter,
            layout,
            accepted,
            row.nil,
            live,
            row.received_at,
            row.decided_at,
            row.accepted_seq,
            held=row.id in waiting,
        )


def _reminded(connection: Connection, collection: Collection) -> frozenset[str]:
    mine = and_(Reminder.line == collection.line, Reminder.as_of == collection.as_of, Reminder.state == "sent")
    return frozenset(connection.scalars(select(Reminder.organisation).where(mine)))
