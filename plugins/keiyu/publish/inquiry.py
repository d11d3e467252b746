"""Raising queries (疑義照会) between facilities' reports and municipalities' surveys, and ending what is settled.

It runs after the intake, and looks at the municipalities alone whose figures can have changed since it last did: those
whose survey came in, and those that reports which came in (or went) are part of. Which those are is kept for every
report (``reach``), so that of other municipalities no rows are read, only who is in. The day the last report comes in,
everybody is compared once: until then some figures could not be. Doing it again changes nothing.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, delete, insert, or_, select

from keiyu.contract import reporters
from keiyu.contract.model import Collection
from keiyu.contract.rollup import rollups
from keiyu.ledger import collection_states
from keiyu.ledger.events import head, serialise
from keiyu.ledger.models import Entry, Event
from keiyu.ledger.queries import Ending, Reach
from keiyu.ledger.selection import lots
from keiyu.publish import registry, rollup
from keiyu.publish.rollup import Reconciliation
from keiyu.publish.sources import Source
from keiyu.receive.workspace import Workspace
from keiyu.register import Asked, queries_of
from keiyu.register.queries import Raised, record

SIDE: Final = (
    "reporter",
    "name",
    "submission_id",
    "entry_id",
    "file",
    "table",
    "field",
    "sheet",
    "cell",
    "value",
    "value_status",
    "raw",
)
"""What a query keeps of each cell behind it."""

_FIGURES: Final = ("from_facilities", "from_survey", "difference", "label_ja", "label_en")


def inquire(workspace: Workspace) -> int:
    """Compare what changed since the last time, in every collection whose survey of the same date was opened too.

    Returns:
        How many queries were raised or ended.
    """
    known = set(collection_states(workspace.ledger))
    done = 0
    for line in workspace.lines:
        waves = sorted(one for one in known if one.line == line)
        surveys = tuple(sorted({one.to for one in rollups(workspace.contract(line))})) if waves else ()
        for collection in waves:
            if any(Collection(survey, collection.as_of) in known for survey in surveys):
                done += _Round(workspace, collection, surveys).run()
    return done


def explained(workspace: Workspace, survey: Collection) -> list[dict[str, Any]]:
    """Return what readers of a survey are told of the differences that a reason explains, in order of municipality.

    Left out are those of restricted roll-ups, and answers about figures that are others now, or differ no longer.

    Args:
        workspace: the installation.
        survey: the survey's collection.
    """
    with workspace.ledger.read() as connection:
        asked = [one for one in queries_of(connection, survey) if one.survey == survey.line]
    told: list[dict[str, Any]] = []
    for line in sorted({one.line for one in asked if one.ending == "explained"}):
        answers = {one.what: one for one in asked if one.line == line and one.ending == "explained"}
        areas = frozenset(area for area, _, _ in answers)
        collection = Collection(line, survey.as_of)
        with workspace.ledger.read() as connection:
            entries = _near(connection, collection, {}, areas)
        found = rollup.reconcile(workspace, collection, openly=True)
        for row in replace(found, within=areas, entries=entries).rows.to_pylist():
            one = answers.get((row["area_code"], row["rollup"], row["field"]))
            if one is not None and _still(one, row):
                told.append(_answer(one, row))
    return told


def _answer(one: Asked, row: Mapping[str, Any]) -> dict[str, Any]:
    names = ("field", "label_ja", "label_en", "from_survey", "from_facilities", "difference")
    return {
        "reporter": one.reporter,
        "name": f"{row['prefecture']}{row['municipality']}",
        "reports": f"{one.line}/{one.as_of}",
        **{name: row[name] for name in names},
        "reason": one.reason,
        "answered_by": one.ended_by,
    }


@dataclass(frozen=True)
class _Last:
    """How far a collection was compared: up to which sequence, and whether everybody had reported."""

    seq: int = 0
    whole: bool = False


@dataclass(frozen=True)
class _Round:
    """One look at a collection.

    Attributes:
        workspace: the installation.
        collection: of the reports.
        surveys: the lines of the surveys they are held against.
    """

    workspace: Workspace
    collection: Collection
    surveys: tuple[str, ...]

    def run(self) -> int:
        """Look once; returns how many queries were raised or ended."""
        with self.workspace.ledger.read() as connection:
            before = _last(connection, self.collection)
            if not self._changed(connection, before.seq, head(connection)):
                return 0
        found = rollup.reconcile(self.workspace, self.collection)
        seq, whole = found.taken.seq, found.is_whole
        with self.workspace.ledger.read() as connection:
            changed = self._changed(connection, before.seq, seq)
            reach = self._reach(found, changed)
            areas = self._areas(connection, changed, reach)
            entries: frozenset[str] | None = _near(connection, self.collection, reach, areas)
        if whole != before.whole and any(one.complete == "nation" for one in found.wanted):
            areas, entries = frozenset(one["area_code"] for one in found.taken.universe.municipalities), None
        raised, ended = self._compared(replace(found, within=areas, entries=entries), areas)
        with self.workspace.ledger.begin() as connection:
            serialise(connection)
            if _last(connection, self.collection) != before:
                return 0
            _keep(connection, self.collection, reach)
            facts = {"at_seq": seq, "whole": whole, "municipalities": len(areas)}
            record(connection, self.collection, f"reconcile:{self.collection}:{seq}", facts, raised, ended)
        return len(raised) + len(ended)

    def _changed(self, connection: Connection, since: int, until: int) -> Sequence[Row[*tuple[Any, ...]]]:
        """Return the entries that came or went: reports, surveys, and editions of the register."""
        mine = and_(Entry.line.in_((self.collection.line, *self.surveys)), Entry.as_of == self.collection.as_of)
        listed = and_(Entry.line == self._register, Entry.as_of <= self.collection.as_of)
        came = and_(Entry.accepted_seq > since, Entry.accepted_seq <= until)
        went = and_(Entry.superseded_seq > since, Entry.superseded_seq <= until)
        query = select(Entry.id, Entry.line, Entry.reporter).where(or_(mine, listed), or_(came, went))
        return connection.execute(query).all()

    @cached_property
    def _register(self) -> str | None:
        place = registry.place_of(self.workspace, self.workspace.contract(self.collection.line))
        return place[0] if place else None

    def _reach(self, found: Reconciliation, changed: Sequence[Row[*tuple[Any, ...]]]) -> dict[str, set[str]]:
        """Return whose figures each report is part of that came in, or whose facility is described otherwise now."""
        homes, live = found.taken.universe.homes, found.taken.live
        reports = {row.id for row in changed if row.line == self.collection.line}
        listed = {row.reporter for row in changed if row.line == self._register}
        mine = [who for who, entry in live.items() if entry.entry_id in reports or homes[who] in listed]
        reach = {live[who].entry_id: {homes[who]} for who in mine}
        identity = found.taken.contract.respondents.identity
        for told in replace(found, entries=frozenset(reach)).contributions.values() if reach else ():
            names = reporters.named(found.taken.contract.respondents, told.select(identity)).to_pylist()
            for name, area in set(zip(names, told["reporter"].to_pylist(), strict=True)):
                if name in live and area is not None:
                    reach[live[name].entry_id].add(area)
        return reach

    def _areas(
        self, connection: Connection, changed: Sequence[Row[*tuple[Any, ...]]], reach: Mapping[str, AbstractSet[str]]
    ) -> frozenset[str]:
        """Return the municipalities whose figures can have changed."""
        reports = sorted({row.id for row in changed if row.line == self.collection.line} | reach.keys())
        areas = {row.reporter for row in changed if row.line != self.collection.line}
        areas.update(*reach.values())
        for lot in lots(reports):
            areas.update(connection.scalars(select(Reach.area).where(Reach.entry_id.in_(lot))))
        return frozenset(areas)

    def _compared(self, found: Reconciliation, areas: AbstractSet[str]) -> tuple[list[Raised], dict[str, Ending]]:
        """Return the queries to raise, and those that end: both sides agree, or the figures are others now."""
        with self.workspace.ledger.read() as connection:
            asked = [one for one in queries_of(connection, self.collection, areas) if one.line == self.collection.line]
        last = {one.what: one for one in asked}
        rows = {(row["area_code"], row["rollup"], row["field"]): row for row in found.rows.to_pylist()}
        standing = {what for what, one in last.items() if _still(one, rows.get(what))}
        ended: dict[str, Ending] = {
            one.id: "agreed" if (rows.get(what) or {}).get("state") == "equal" else "overtaken"
            for what, one in last.items()
            if one.ending is None and what not in standing
        }
        return [one for one in _raised(found, rows) if (one.reporter, one.rollup, one.field) not in standing], ended


def _still(asked: Asked, row: Mapping[str, Any] | None) -> bool:
    """Return whether a query stands, or was answered with a reason, and is about the figures of now."""
    if row is None or row["state"] != "differs" or asked.ending not in (None, "explained"):
        return False
    return asked.asks(row["from_facilities"], row["from_survey"])


def _raised(found: Reconciliation, rows: Mapping[tuple[str, str, str], Mapping[str, Any]]) -> list[Raised]:
    to = {one.name: one.to for one in found.wanted}
    raised = []
    for rollup_name, told, ours, theirs in found.queries():
        area, field = str(told.place.reporter), str(told.place.field)
        row = rows[area, rollup_name, field]
        facts = {name: row[name] for name in _FIGURES}
        facts |= {"finding": told.as_dict(), "survey": [*map(_side, theirs)], "facilities": [*map(_side, ours)]}
        raised.append(Raised(to[rollup_name], area, rollup_name, field, facts))
    return raised


def _side(source: Source) -> dict[str, Any]:
    return {name: getattr(source, name) for name in SIDE}


def _near(
    connection: Connection, collection: Collection, reach: Mapping[str, AbstractSet[str]], areas: AbstractSet[str]
) -> frozenset[str]:
    """Return the reports of a collection that are part of the figures of some municipalities."""
    mine = select(Reach.entry_id).where(Reach.line == collection.line, Reach.as_of == collection.as_of)
    entries = {entry for entry, reached in reach.items() if reached & areas}
    for lot in lots(sorted(areas)):
        entries.update(connection.scalars(mine.where(Reach.area.in_(lot))))
    return frozenset(entries)


def _keep(connection: Connection, collection: Collection, reach: Mapping[str, AbstractSet[str]]) -> None:
    for lot in lots(sorted(reach)):
        connection.execute(delete(Reach).where(Reach.entry_id.in_(lot)))
    of = {"line": collection.line, "as_of": collection.as_of}
    rows = [{"entry_id": entry, "area": area, **of} for entry in sorted(reach) for area in sorted(reach[entry])]
    if rows:
        connection.execute(insert(Reach), rows)


def _last(connection: Connection, collection: Collection) -> _Last:
    mine = and_(Event.kind == "reconcile", Event.subject == str(collection))
    told = connection.scalar(select(Event.payload).where(mine).order_by(Event.seq.desc()).limit(1))
    return _Last(told["at_seq"], told["whole"]) if told else _Last()
