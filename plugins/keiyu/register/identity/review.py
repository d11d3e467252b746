"""The review list: pairs in doubt, and what a person decides of them.

A decision is an event, and the assignments that follow from it are recorded at its sequence: what was known before
stays readable. Joining moves every row of the one identity to the other; splitting moves those from a date on.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from sqlalchemy import Connection, Select, and_, exists, insert, or_, select, update
from sqlalchemy.orm import aliased

from keiyu.errors import UserError
from keiyu.ledger.events import Draft, Stamp, append, serialise
from keiyu.ledger.identities import IdentityAssignment, IdentityDecision, IdentityReview
from keiyu.ledger.ids import new_id
from keiyu.ledger.models import Entry
from keiyu.receive.workspace import Workspace
from keiyu.register.identity.recording import digest_of
from keiyu.register.identity.rows import held


@dataclass(eq=False)
class NoSuchDoubtError(UserError):
    """A pair that is not on the review list, or not any more."""

    item: str

    code: ClassVar[str] = "KEIYU-155"
    ja: ClassVar[str] = "確認一覧に {item} はありません。すでに判断されたか、番号が違います。"
    en: ClassVar[str] = "There is no {item} on the review list; it was decided already or the number is wrong."


@dataclass(eq=False)
class BothListedError(UserError):
    """Two identities that one edition lists side by side."""

    known: str
    identity: str
    edition: str

    code: ClassVar[str] = "KEIYU-156"
    ja: ClassVar[str] = (
        "{known} と {identity} は、{edition} の一覧に別々の施設として載っています。同じ施設にはできません。"
    )
    en: ClassVar[str] = "{known} and {identity} are listed side by side in {edition}; they cannot be one facility."


@dataclass(eq=False)
class NothingToSplitError(UserError):
    """An identity without rows before and from a date."""

    identity: str
    since: str

    code: ClassVar[str] = "KEIYU-157"
    ja: ClassVar[str] = "施設 {identity} は {since} の前後に分けられません。その日より前と以後の両方に行が必要です。"
    en: ClassVar[str] = "The facility {identity} cannot be split at {since}: it needs rows before and from that day."


@dataclass(frozen=True, slots=True)
class Doubt:
    """A pair on the review list.

    Attributes:
        id: by which it is decided.
        line: the line.
        area: reporter of the row, 6 digits.
        known: the known facility.
        identity: the identity that the row was given for the time being.
        as_of: date of the row's edition.
        entry_id: its entry.
        source_row: its row in the file.
        weight: bits of evidence that they are one.
        lead: bits by which the pair leads its best rival; none without one.
        evidence: ``ja`` and ``en``: the evidence in words; ``known`` and ``row``: what each states.
    """

    id: str
    line: str
    area: str
    known: str
    identity: str
    as_of: dt.date
    entry_id: str
    source_row: int
    weight: float
    lead: float | None
    evidence: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided.

    Attributes:
        id: the decision.
        verdict: ``same``, ``different`` or ``split``.
        known: the identity that stays.
        identity: the one joined to it, told from it, or split off it.
        rows: core rows whose identity changed.
        seq: its place in the commit sequence.
    """

    id: str
    verdict: Literal["same", "different", "split"]
    known: str
    identity: str
    rows: int
    seq: int


def review_list(workspace: Workspace, line: str, *, area: str | None = None, at_seq: int | None = None) -> list[Doubt]:
    """Return the pairs that wait for a decision, heaviest first.

    Args:
        workspace: the installation.
        line: the line.
        area: only those of this reporter, 6 digits.
        at_seq: as known at this sequence; now by default.
    """
    query = _open(line, at_seq).order_by(IdentityReview.weight.desc(), IdentityReview.id)
    if area is not None:
        query = query.where(IdentityReview.area == area)
    with workspace.ledger.read() as connection:
        return [Doubt(**row._mapping) for row in connection.execute(query)]


def decide(
    workspace: Workspace, line: str, item: str, verdict: Literal["same", "different"], *, by: str, reason: str = ""
) -> Decision:
    """Decide a pair of the review list.

    Args:
        workspace: the installation.
        line: the line.
        item: the pair's ``id``.
        verdict: ``same`` joins the row's identity to the known one; ``different`` leaves both.
        by: who decides.
        reason: why.

    Raises:
        NoSuchDoubtError: the pair does not wait for a decision.
        BothListedError: an edition lists both side by side.
    """
    with workspace.ledger.begin() as connection:
        serialise(connection)
        doubt = connection.execute(_open(line, None).where(IdentityReview.id == item)).first()
        if doubt is None:
            raise NoSuchDoubtError(item)
        moved = _rows(connection, doubt.identity) if verdict == "same" else []
        if moved:
            _prove_apart(connection, doubt.known, doubt.identity)
        return _conclude(connection, line, verdict, (doubt.known, doubt.identity), moved, (by, reason))


def split(workspace: Workspace, line: str, identity: str, *, since: dt.date, by: str, reason: str = "") -> Decision:
    """Split an identity that was two facilities: its rows from a date on get an identity of their own.

    Args:
        workspace: the installation.
        line: the line.
        identity: the identity.
        since: date of the first edition that shows the other facility.
        by: who decides.
        reason: why.

    Raises:
        NothingToSplitError: it has no rows before that date, or none from it on.
    """
    with workspace.ledger.begin() as connection:
        serialise(connection)
        rows = _rows(connection, identity)
        moved = [row for row in rows if row.as_of >= since]
        if not moved or len(moved) == len(rows):
            raise NothingToSplitError(identity, since.isoformat())
        return _conclude(connection, line, "split", (identity, new_id()), moved, (by, reason))


def _open(line: str, at_seq: int | None) -> Select[Any]:
    """Select the pairs without a decision, of identities that still have rows."""
    columns = [Entry.as_of if name == "as_of" else getattr(IdentityReview, name) for name in Doubt.__slots__]
    known, identity = IdentityReview.known, IdentityReview.identity
    decided = or_(
        and_(IdentityDecision.known == known, IdentityDecision.identity == identity),
        and_(IdentityDecision.known == identity, IdentityDecision.identity == known),
    )
    query = select(*columns).join(Entry, Entry.id == IdentityReview.entry_id).where(IdentityReview.line == line)
    if at_seq is not None:
        decided = and_(decided, IdentityDecision.seq <= at_seq)
        query = query.where(IdentityReview.recorded_seq <= at_seq)
    for one in (known, identity):
        rows = aliased(IdentityAssignment)
        query = query.where(exists().where(rows.identity == one, held(at_seq, rows)))
    return query.where(~exists().where(decided))


def _rows(connection: Connection, identity: str) -> list[Any]:
    """Return the rows that bear an identity now, with the dates of their editions."""
    query = (
        select(*IdentityAssignment.__table__.columns, Entry.as_of)
        .join(Entry, Entry.id == IdentityAssignment.entry_id)
        .where(IdentityAssignment.identity == identity, held(None))
        .order_by(Entry.as_of, IdentityAssignment.entry_id, IdentityAssignment.source_row)
    )
    return list(connection.execute(query))


def _prove_apart(connection: Connection, known: str, identity: str) -> None:
    """Prove that no live edition lists both.

    Raises:
        BothListedError: one does.
    """
    one, other = aliased(IdentityAssignment), aliased(IdentityAssignment)
    query = (
        select(Entry.line, Entry.as_of)
        .join(one, and_(one.entry_id == Entry.id, one.identity == known, held(None, one)))
        .join(other, and_(other.entry_id == Entry.id, other.identity == identity, held(None, other)))
        .where(Entry.superseded_seq.is_(None))
    )
    both = connection.execute(query.limit(1)).first()
    if both is not None:
        raise BothListedError(known, identity, f"{both.line}/{both.as_of.isoformat()}")


def _conclude(
    connection: Connection,
    line: str,
    verdict: Literal["same", "different", "split"],
    pair: tuple[str, str],
    moved: Sequence[Any],
    who: tuple[str, str],
) -> Decision:
    """Record a decision and what follows from it."""
    known, identity = pair
    by, reason = who
    target, method = (known, "joined") if verdict == "same" else (identity, "split")
    keep = ("entry_id", "source_row", "line", "area", "weight")
    rows = [{**{name: getattr(row, name) for name in keep}, "identity": target, "method": method} for row in moved]
    decision = new_id()
    payload = {"verdict": verdict, "known": known, "identity": identity, "by": by, "reason": reason}
    draft = Draft(
        "identity", line, f"identity:{decision}", {**payload, "rows": len(rows), "identities": digest_of(rows)}
    )
    [stamp] = append(connection, [draft])
    _move(connection, moved, rows, stamp)
    told = {**payload, "id": decision, "line": line, "at": stamp.at, "seq": stamp.seq}
    connection.execute(insert(IdentityDecision).values(**told))
    return Decision(decision, verdict, known, identity, len(rows), stamp.seq)


def _move(connection: Connection, moved: Sequence[Any], rows: Sequence[dict[str, Any]], stamp: Stamp) -> None:
    for row in moved:
        ended = update(IdentityAssignment).where(
            IdentityAssignment.entry_id == row.entry_id,
            IdentityAssignment.source_row == row.source_row,
            IdentityAssignment.recorded_seq == row.recorded_seq,
        )
        connection.execute(ended.values(superseded_seq=stamp.seq))
    if rows:
        connection.execute(insert(IdentityAssignment), [{**row, "recorded_seq": stamp.seq} for row in rows])
