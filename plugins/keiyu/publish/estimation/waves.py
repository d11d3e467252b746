"""Earlier collections, and the units in which two collections can be compared.

Bodies merge and divide between two collections. A *unit* is the least set of bodies of both that went into one
another: a municipality and itself, the parts of a merger and what they became, a divided body and its successors.
What a unit reported the last time is comparable with what it reports now, whatever happened inside it.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, func, select

from keiyu import register
from keiyu.contract.model import Contract
from keiyu.ledger.models import CollectionRow, Entry
from keiyu.publish.snapshot import Snapshot
from keiyu.publish.universe import became, universe
from keiyu.receive.workspace import Workspace
from keiyu.register import LiveEntry

MOST: Final = 6
"""Earlier collections that are looked back to."""


@dataclass(frozen=True)
class Wave:
    """A collection as it is known.

    Attributes:
        as_of: its reference date.
        due: reporter → prefecture, of all who owe a submission; those who were excused are not among them.
        entries: reporter → live entry.
        arrived: reporter → sequence at which its first report was accepted.
    """

    as_of: dt.date
    due: Mapping[str, str]
    entries: Mapping[str, LiveEntry]
    arrived: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Unit:
    """Bodies of two collections that went into one another.

    Attributes:
        place: two-digit code of its prefecture now.
        before: its reporters in the earlier collection; empty where it is new, or a part of it owes nothing now.
        after: its reporters in the later one.
    """

    place: str
    before: tuple[str, ...]
    after: tuple[str, ...]


def of_snapshot(workspace: Workspace, taken: Snapshot) -> Wave:
    """Return a snapshot as a wave."""
    due = {reporter: place for reporter, place in taken.universe.due.items() if reporter not in taken.exempt}
    with workspace.ledger.read() as connection:
        arrived = _arrived(connection, taken.collection.line, taken.collection.as_of, taken.seq)
    return Wave(taken.collection.as_of, due, taken.live, arrived)


def earlier(
    workspace: Workspace, contract: Contract, as_of: dt.date, at_seq: int | None = None, most: int = MOST
) -> list[Wave]:
    """Return the collections before a date that anybody reported to, the latest first.

    Where a line is collected on certain days of the year and the same day of an earlier year is among them, only such
    are returned: April is compared with April.

    Args:
        workspace: the installation.
        contract: the line.
        as_of: the date.
        at_seq: as known at this sequence; now by default.
        most: how many at most.
    """
    with workspace.ledger.read() as connection:
        opened = select(CollectionRow.as_of).where(CollectionRow.line == contract.line, CollectionRow.as_of < as_of)
        dates = list(connection.scalars(opened.order_by(CollectionRow.as_of.desc())))
    alike = [day for day in dates if (day.month, day.day) == (as_of.month, as_of.day)]
    found: list[Wave] = []
    for day in [*alike, *(day for day in dates if day not in alike)]:
        if len(found) == most or (found and alike and day not in alike):
            break
        wave = _wave(workspace, contract, day, at_seq)
        if wave.entries:
            found.append(wave)
    return found


def units(workspace: Workspace, contract: Contract, before: Wave | None, after: Wave) -> tuple[Unit, ...]:
    """Return the units of two collections, in order of their first body now; what has no body now is left out.

    Args:
        workspace: the installation; its code tables say what became of whom.
        contract: the line.
        before: the earlier collection; without one every unit is new.
        after: the later one.
    """
    links = _links(workspace, contract, before, after) if before else {}
    makers: dict[str, list[str]] = {}
    for old, bodies in links.items():
        for body in bodies:
            makers.setdefault(body, []).append(old)
    done: set[str] = set()
    found = []
    for body, place in after.due.items():
        if body not in done:
            olds, news = _joined(body, links, makers)
            done |= news
            whole = news <= after.due.keys()
            found.append(Unit(place, tuple(sorted(olds)) if whole else (), tuple(sorted(news & after.due.keys()))))
    return tuple(found)


def values(wave: Wave, fields: Sequence[str]) -> dict[str, float]:
    """Return reporter → sum of some figures, of those who are in."""
    return {
        reporter: float(sum(entry.control_totals.get(name, 0) for name in fields))
        for reporter, entry in wave.entries.items()
    }


def weights(contract: Contract, found: Iterable[Unit], before: Wave | None) -> list[float]:
    """Return what each unit weighs: its figure of the last collection that the contract weighs by; 0 where none."""
    measure = contract.publication.weight
    known = values(before, [measure]) if before and measure else {}
    return [sum(known.get(old, 0.0) for old in unit.before) for unit in found]


def _wave(workspace: Workspace, contract: Contract, as_of: dt.date, at_seq: int | None) -> Wave:
    due = universe(workspace, contract, as_of, at_seq).due
    entries = {one.reporter: one for one in register.live(workspace.ledger, contract.line, as_of, at_seq)}
    entries = {reporter: one for reporter, one in entries.items() if reporter in due}
    with workspace.ledger.read() as connection:
        return Wave(as_of, due, entries, _arrived(connection, contract.line, as_of, at_seq))


def _arrived(connection: Connection, line: str, as_of: dt.date, at_seq: int | None) -> dict[str, int]:
    query = select(Entry.reporter, func.min(Entry.accepted_seq)).where(
        Entry.line == line, Entry.as_of == as_of, Entry.accepted_seq.is_not(None)
    )
    if at_seq is not None:
        query = query.where(Entry.accepted_seq <= at_seq)
    return {reporter: int(seq) for reporter, seq in connection.execute(query.group_by(Entry.reporter)) if seq}


def _links(workspace: Workspace, contract: Contract, before: Wave, after: Wave) -> dict[str, tuple[str, ...]]:
    if contract.respondents.kind == "facility":
        return {code: (code,) for code in before.due if code in after.due}
    areas = workspace.areas
    return {code: became(areas, code, before.as_of, after.as_of) for code in before.due}


def _joined(
    body: str, links: Mapping[str, Sequence[str]], makers: Mapping[str, Sequence[str]]
) -> tuple[set[str], set[str]]:
    """Return the old and the new bodies that hang together with a new one."""
    olds, news, waiting = set[str](), {body}, [body]
    while waiting:
        for old in _fresh(makers.get(waiting.pop(), ()), olds):
            waiting.extend(_fresh(links[old], news))
    return olds, news


def _fresh(some: Iterable[str], known: set[str]) -> Iterator[str]:
    """Yield what is not known yet, and know it from then on."""
    for one in some:
        if one not in known:
            known.add(one)
            yield one
