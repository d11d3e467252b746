"""Asked once, used twice: reports of facilities add up to municipalities and are held against their own surveys.

What differs is a query with the cells of both sides. The sums can also fill in the next form (``publish.prefill``).
"""

import datetime as dt
from collections.abc import Collection as Several
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, ClassVar, Final

import pyarrow as pa
import pyarrow.compute as pc

from keiyu import register
from keiyu.contract import national, reporters
from keiyu.contract.model import Collection, Contract, NationalTable
from keiyu.contract.rollup import Rollup, rollups
from keiyu.errors import UserError
from keiyu.findings import Finding, Place, finding
from keiyu.publish import across, registry, session, views
from keiyu.publish.build import inputs
from keiyu.publish.snapshot import Snapshot, take
from keiyu.publish.sources import Row, Source, sources
from keiyu.publish.tidy import tidy
from keiyu.receive.workspace import Workspace

_TABLE: Final = "reconciliation"


@dataclass(eq=False)
class NothingToReconcileError(UserError):
    """A line whose reports add up to no survey."""

    line: str

    code: ClassVar[str] = "KEIYU-181"
    ja: ClassVar[str] = "報告ライン {line} には、市区町村の調査に積み上げる規則（rollups）がありません。"
    en: ClassVar[str] = "The line {line} has no rules by which its reports add up to a survey (rollups)."


@dataclass(frozen=True)
class Reconciliation:
    """Reports of a line's collection, and the surveys of the same date, as known at an instant.

    Attributes:
        workspace: the installation.
        taken: the collection whose reports are added up.
        wanted: its roll-ups.
        within: municipalities whose figures are compared; all by default.
        entries: reports that are read: all that are part of those figures; all by default.
    """

    workspace: Workspace
    taken: Snapshot
    wanted: tuple[Rollup, ...]
    within: frozenset[str] | None = None
    entries: frozenset[str] | None = None

    @cached_property
    def surveys(self) -> Mapping[str, Snapshot]:
        """The surveys of the same date, by line."""
        lines = dict.fromkeys(one.to for one in self.wanted)
        as_of = self.taken.collection.as_of
        return {line: take(self.workspace, Collection(line, as_of), self.taken.seq) for line in lines}

    @cached_property
    def contributions(self) -> Mapping[str, pa.Table]:
        """Roll-up → its reported figures, each with the figure of the survey that it is part of."""
        queries, read = [one.sql for one in self.wanted], self._read
        due = self.taken.universe.due
        places = tuple(self.taken.inputs) if self.entries is None else tuple({due[reporter] for reporter in read.live})
        seen = inputs(self.workspace, read, queries, places, {})
        with session.opened(self.taken.contract) as opened:
            return {one.name: opened.ask(seen, one.sql, {}) for one in self.wanted}

    @cached_property
    def rows(self) -> pa.Table:
        """The table ``reconciliation``: both sides of every figure that either has told."""
        parts = [self._compared(line) for line in self.surveys]
        return pa.concat_tables(parts) if parts else session.schema(declared(self.workspace)).empty_table()

    @cached_property
    def _read(self) -> Snapshot:
        """The collection with nothing live but the reports that are read."""
        if self.entries is None:
            return self.taken
        live = {reporter: one for reporter, one in self.taken.live.items() if one.entry_id in self.entries}
        return replace(self.taken, live=live)

    def queries(self, reporter: str | None = None) -> Iterator[tuple[str, Finding, list[Source], list[Source]]]:
        """Yield the differences as queries: roll-up, finding, and the cells of facilities' reports and of the survey.

        Args:
            reporter: one municipality; all by default.
        """
        chosen = pc.equal(self.rows["state"], "differs")
        if reporter is not None:
            chosen = pc.and_(chosen, pc.equal(self.rows["area_code"], reporter))
        rows = self.rows.filter(chosen).to_pylist()
        for rollup in self.wanted:
            ours, theirs = self._ours(rollup, rows), self._theirs(rollup, rows)
            for row in (one for one in rows if one["rollup"] == rollup.name):
                what = row["area_code"], row["field"]
                mine, other = ours.get(what, []), theirs.get(what, [])
                yield rollup.name, self._query(rollup, row, other), mine, other

    def _query(self, rollup: Rollup, row: Mapping[str, Any], theirs: Sequence[Source]) -> Finding:
        at = theirs[0] if theirs else None
        place = Place(
            file=at.file if at else None,
            sheet=at.sheet if at else None,
            cell=at.cell if at else None,
            table=at.table if at else None,
            field=row["field"],
            reporter=row["area_code"],
        )
        told = {name: row[name] for name in ("label_ja", "label_en", "facilities_in", "facilities_due")}
        told |= {"difference": f"{row['difference']:+,}", "rollup_ja": rollup.label_ja, "rollup_en": rollup.label_en}
        value, expected = f"{row['from_survey']:,}", f"{row['from_facilities']:,}"
        schemas = self.workspace.settings.schemas
        return finding(schemas, "rollup.differs", place, value=value, expected=expected, **told)

    def _theirs(self, rollup: Rollup, rows: Sequence[Row]) -> dict[tuple[str, str], list[Source]]:
        """Return the survey's cell of each figure."""
        survey, wanted = self.surveys[rollup.to], _what(rollup, rows)
        entries = [survey.live[one] for one in sorted({area for area, _ in wanted}) if one in survey.live]
        fields = [survey.contract.fields[name] for name in dict.fromkeys(field for _, field in wanted)]
        found: dict[tuple[str, str], list[Source]] = {}
        for one in sources(self.workspace, survey, entries, fields) if entries else ():
            found.setdefault((one.reporter, one.field or ""), []).append(one)
        return found

    def _ours(self, rollup: Rollup, rows: Sequence[Row]) -> dict[tuple[str, str], list[Source]]:
        """Return the cells of the facilities' reports behind each figure, in order of facility."""
        contract, wanted, told = self.taken.contract, set(_what(rollup, rows)), self.contributions[rollup.name]
        mine = [row for row in told.to_pylist() if (row["reporter"], row["target"]) in wanted] if wanted else []
        found: dict[tuple[str, str], list[Source]] = {}
        for table in dict.fromkeys(row["table"] for row in mine):
            key = contract.table(table).key
            part = [row for row in mine if row["table"] == table]
            names = {
                reporters.name_of(contract.respondents, [r[n] for n in contract.respondents.identity]) for r in part
            }
            entries = [self.taken.live[one] for one in sorted(filter(None, names)) if one in self.taken.live]
            fields = [contract.fields[name] for name in dict.fromkeys(row["field"] for row in part)]
            of = {(*(row[name] for name in key), row["field"]): (row["reporter"], row["target"]) for row in part}
            keys = {one[:-1] for one in of}
            wants = partial(_is_among, keys, key)
            for one in sources(self.workspace, self.taken, entries, fields, wants):
                what = of.get((*one.key.values(), one.field))
                if what is not None and one.cell:
                    found.setdefault(what, []).append(one)
        return found

    def _compared(self, line: str) -> pa.Table:
        survey = self.surveys[line]
        wanted = [one for one in self.wanted if one.to == line]
        given = {
            "contributions": _together({one.name: self.contributions[one.name] for one in wanted}),
            "rollups": pa.table({"rollup": [one.name for one in wanted], "complete": [one.complete for one in wanted]}),
            "fields": _fields(wanted, survey.contract),
            "survey": self._survey(survey),
            "facilities_due": self._due(),
            "listing": self.listing,
        }
        within, nobody = self.within, views.respondents(survey, ())
        areas = [one for one in self.taken.universe.municipalities if within is None or one["area_code"] in within]
        seen = session.Inputs(views.collection(self.taken), views.areas(areas), nobody, {}, given)
        with session.opened(survey.contract) as opened:
            return opened.run(seen, [declared(self.workspace)])[_TABLE]

    def _survey(self, survey: Snapshot) -> pa.Table:
        within = self.within
        entries = {one.entry_id for reporter, one in survey.live.items() if within is None or reporter in within}
        cubes = [table for table in survey.contract.tables if table.is_cube]
        parts = [tidy(table, survey.rows(self.workspace, table.name, entries)) for table in cubes]
        return pa.concat_tables(part.select(["area_code", "field", "value", "value_status"]) for part in parts)

    @cached_property
    def listing(self) -> pa.Table:
        """Every municipality, and whether its list of facilities is in: without it nobody knows who owes a report."""
        place = registry.place_of(self.workspace, self.taken.contract)
        ledger, as_of = self.workspace.ledger, self.taken.collection.as_of
        told = {one.reporter for one in registry.latest(ledger, place[0], as_of, self.taken.seq)} if place else set()
        areas = [one["area_code"] for one in self.taken.universe.municipalities]
        return pa.table({"area_code": areas, "is_listed": [area in told for area in areas]})

    @property
    def is_whole(self) -> bool:
        """Whether every list of facilities, and every report of a facility, is in."""
        return bool(self.taken.live) and not self.taken.missing and bool(pc.all(self.listing["is_listed"]).as_py())

    def _due(self) -> pa.Table:
        homes, here = self.taken.universe.homes, self.taken.live.keys() | self.taken.exempt.keys()
        columns = {
            "area_code": pa.array(homes.values(), pa.string()),
            "is_in": [reporter in here for reporter in homes],
        }
        return pa.table(columns)


def reconcile(
    workspace: Workspace, collection: Collection, as_known_at: dt.datetime | None = None, *, openly: bool = False
) -> Reconciliation:
    """Hold the reports of a collection against the surveys of the same date.

    Args:
        workspace: the installation.
        collection: a collection of the line whose reports add up.
        as_known_at: the instant (aware); now by default.
        openly: leave out what is restricted.

    Raises:
        NothingToReconcileError: the line has no roll-ups.
        OpenlySensitiveError: a roll-up reads protected figures and is not restricted.
    """
    contract = workspace.contract(collection.line)
    found = rollups(contract)
    if not found:
        raise NothingToReconcileError(collection.line)
    across.refuse_openly_sensitive(contract, [(one.name, one.sql) for one in found if not one.restricted])
    at_seq = None if as_known_at is None else register.seq_at(workspace.ledger, as_known_at)
    wanted = tuple(one for one in found if not (openly and one.restricted))
    return Reconciliation(workspace, take(workspace, collection, at_seq), wanted)


def declared(workspace: Workspace) -> NationalTable:
    """Return the declaration of the table ``reconciliation``."""
    schemas = workspace.settings.schemas
    return next(table for table in national.load(schemas / "rollup", (), schemas) if table.name == _TABLE)


def write(workspace: Workspace, collection: Collection) -> list[str]:
    """Write what everybody may read of the reconciliations that a collection has part in.

    Returns:
        The paths written, ``published/across/<line>/reconciliation/<date>.parquet``.
    """
    paths = []
    for line in workspace.lines:
        found = rollups(workspace.contract(line))
        if not found or collection.line not in {line, *(one.to for one in found)}:
            continue
        found_now = reconcile(workspace, Collection(line, collection.as_of), openly=True)
        if found_now.taken.live:
            paths.append(across.put(workspace, Collection(line, collection.as_of), _TABLE, found_now.rows))
    return paths


def _what(rollup: Rollup, rows: Sequence[Row]) -> list[tuple[str, str]]:
    return [(row["area_code"], row["field"]) for row in rows if row["rollup"] == rollup.name]


def _is_among(keys: Several[tuple[Any, ...]], names: Sequence[str], table: str, row: Row) -> bool:
    del table  # the fields that are asked for are of one table alone
    return tuple(row[name] for name in names) in keys


def _together(parts: Mapping[str, pa.Table]) -> pa.Table:
    names = ("reporter", "target", "value", "value_status")
    told = [
        rows.select(names).add_column(0, "rollup", pa.array([name] * rows.num_rows, pa.string()))
        for name, rows in parts.items()
    ]
    return pa.concat_tables(told, promote_options="permissive")


def _fields(wanted: Sequence[Rollup], survey: Contract) -> pa.Table:
    rows = [
        {"rollup": one.name, "target": f.name, "label_ja": f.label_ja, "label_en": f.label_en, "position": at}
        for one in wanted
        for at, f in enumerate(one.covered(survey))
    ]
    text = {name: pa.string() for name in ("rollup", "target", "label_ja", "label_en")}
    return pa.Table.from_pylist(rows, pa.schema({**text, "position": pa.int64()}))
