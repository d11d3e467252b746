"""Earlier collections, and the units in which two collections can be compared.

Bodies merge and divide between two collections. A *unit* is the least set of bodies of both that went into one
another: a municipality and itself, the parts of a merger and what they became, a divided body and its successors.
What a unit reported the last time is comparable with what it reports now, whatever happened inside it.
"""

import datetime as dt
from collections.abc import Collection as Several
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Self

import numpy as np
import numpy.typing as npt
from sqlalchemy import ColumnElement, Connection, and_, func, select

from keiyu import register
from keiyu.contract.model import Contract
from keiyu.ledger import Ledger
from keiyu.ledger.models import CollectionRow, Entry
from keiyu.publish.disclosure.telling import hides
from keiyu.publish.universe import became, universe
from keiyu.receive.workspace import Workspace

MOST: Final = 6
"""Earlier collections that are looked back to."""


@dataclass(frozen=True, eq=False)
class Told:
    """What reporters said, added up figure by figure; kept in one array, since there are many of both.

    Attributes:
        rows: reporter → its row.
        columns: figure → its column.
        totals: the sums over each reporter's live entry.
        arrived: reporter → sequence at which its first report was accepted.
    """

    rows: Mapping[str, int]
    columns: Mapping[str, int]
    totals: npt.NDArray[np.float64]
    arrived: Mapping[str, int]

    @classmethod
    def of(cls, said: Mapping[str, Mapping[str, int | float]], arrived: Mapping[str, int]) -> Self:
        """Take reporter → figure → sum; who names no figure (a nil return) said 0."""
        columns = {
            name: at for at, name in enumerate(dict.fromkeys(name for totals in said.values() for name in totals))
        }
        whole = np.zeros((len(said), len(columns)))
        for row, totals in zip(whole, said.values(), strict=True):
            row[[columns[name] for name in totals]] = list(totals.values())
        return cls({reporter: at for at, reporter in enumerate(said)}, columns, whole, arrived)

    def sums(self, fields: Sequence[str]) -> Mapping[str, float]:
        """Return reporter → sum of some figures."""
        found = self.totals[:, [self.columns[name] for name in fields if name in self.columns]].sum(axis=1)
        return dict(zip(self.rows, found.tolist(), strict=True))


@dataclass(frozen=True)
class Wave:
    """A collection as it is known.

    Attributes:
        as_of: its reference date.
        due: reporter → prefecture, of all who owe a submission; those who were excused are not among them.
        told: what its reporters said.
    """

    as_of: dt.date
    due: Mapping[str, str]
    told: Told

    def has(self, reporter: str) -> bool:
        """Whether somebody who owes a submission is in."""
        return reporter in self.told.rows and reporter in self.due

    def values(self, fields: Sequence[str]) -> Mapping[str, float]:
        """Return reporter → sum of some figures, of those who owe a submission and are in."""
        sums, due = self.told.sums(fields), self.due
        return {reporter: value for reporter, value in sums.items() if reporter in due}


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
        if any(map(wave.has, wave.due)):
            found.append(wave)
    return found


def weighed(
    workspace: Workspace,
    contract: Contract,
    as_of: dt.date,
    at_seq: int,
    due: Mapping[str, str],
    live: Several[str],
) -> dict[str, tuple[float, float]]:
    """Return what each reporter weighs by the last collection, and how much of that is in.

    The weight of bodies that were divided, or exchanged parts, is told once, with the first of them, and is in when all
    of them are.

    Args:
        workspace: the installation.
        contract: the line, whose ``publication.weight`` names the figure.
        as_of: reference date of the collection.
        at_seq: as known at this sequence.
        due: reporter → prefecture, of those who owe a submission.
        live: reporters that are in.

    Returns:
        Reporter → weight in, weight; nothing where the line weighs nobody, or by a figure that the public may not see
        whole, or nobody reported the last time.
    """
    measure = contract.publication.weight
    if measure is None or hides(contract, [measure]):
        return {}
    before = next(iter(earlier(workspace, contract, as_of, at_seq, 1)), None)
    if before is None:
        return {}
    found = units(workspace, contract, before, as_of, due)
    return {
        unit.after[0]: (weight if all(one in live for one in unit.after) else 0.0, weight)
        for unit, weight in zip(found, weights(contract, found, before), strict=True)
    }


def units(
    workspace: Workspace, contract: Contract, before: Wave | None, as_of: dt.date, due: Mapping[str, str]
) -> tuple[Unit, ...]:
    """Return the units of two collections, in order of their first body now; what has no body now is left out.

    Args:
        workspace: the installation; its code tables say what became of whom.
        contract: the line.
        before: the earlier collection; without one every unit is new.
        as_of: reference date of the later one.
        due: reporter → prefecture, of those who owe a submission to that.
    """
    links = _links(workspace, contract, before, as_of, due) if before else {}
    makers: dict[str, list[str]] = {}
    for old, bodies in links.items():
        for body in bodies:
            makers.setdefault(body, []).append(old)
    done: set[str] = set()
    found = []
    for body, place in due.items():
        if body not in done:
            olds, news = _joined(body, links, makers)
            done |= news
            whole = news <= due.keys()
            found.append(Unit(place, tuple(sorted(olds)) if whole else (), tuple(sorted(news & due.keys()))))
    return tuple(found)


def weights(contract: Contract, found: Iterable[Unit], before: Wave | None) -> list[float]:
    """Return what each unit weighs: its figure of the last collection that the contract weighs by; 0 where none."""
    measure = contract.publication.weight
    known = before.values([measure]) if before and measure else {}
    return [sum(known.get(old, 0.0) for old in unit.before) for unit in found]


def arrivals(connection: Connection, line: str, as_of: dt.date, at_seq: int) -> dict[str, int]:
    """Return reporter → sequence at which its first report was accepted, up to a sequence."""
    came = select(Entry.reporter, func.min(Entry.accepted_seq)).where(_of(line, as_of), Entry.accepted_seq <= at_seq)
    return {reporter: seq for reporter, seq in connection.execute(came.group_by(Entry.reporter)) if seq}


def _wave(workspace: Workspace, contract: Contract, as_of: dt.date, at_seq: int | None) -> Wave:
    due = universe(workspace, contract, as_of, at_seq).due
    changed = _changed(workspace.ledger, contract.line, as_of, at_seq)
    return Wave(as_of, due, _told(workspace.ledger, contract.line, as_of, changed))


def _changed(ledger: Ledger, line: str, as_of: dt.date, at_seq: int | None) -> int:
    """Return the last sequence, up to one, at which what is live in a collection changed; 0 where it never did."""
    with ledger.read() as connection:
        marks = []
        for column in (Entry.accepted_seq, Entry.superseded_seq):
            last = select(func.max(column)).where(_of(line, as_of))
            marks.append(connection.scalar(last if at_seq is None else last.where(column <= at_seq)) or 0)
    return max(marks)


@lru_cache(maxsize=2 * MOST)
def _told(ledger: Ledger, line: str, as_of: dt.date, changed: int) -> Told:
    """Return what an earlier collection told: read at each arrival of the next, and seldom changed by then."""
    entries = register.live(ledger, line, as_of, changed)
    with ledger.read() as connection:
        came = arrivals(connection, line, as_of, changed)
    return Told.of({entry.reporter: entry.control_totals for entry in entries}, came)


def _of(line: str, as_of: dt.date) -> ColumnElement[bool]:
    return and_(Entry.line == line, Entry.as_of == as_of)


def _links(
    workspace: Workspace, contract: Contract, before: Wave, as_of: dt.date, due: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    if contract.respondents.kind == "facility":
        return {code: (code,) for code in before.due if code in due}
    areas = workspace.areas
    return {code: became(areas, code, before.as_of, as_of) for code in before.due}


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
