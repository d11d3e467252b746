"""Where a figure comes from: every submission behind it, down to the cell of the file that holds it.

A trace proves itself: the values in the cells must add up to the figure (``agrees``). What was known at an instant is
computed with the rules of today, so that two instants differ by what was reported and by nothing else; a release, which
is never computed again, keeps the digests of its own rules, and a trace says whether they are still those of today.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from keiyu import register
from keiyu.contract import reporters
from keiyu.contract.model import Collection, Contract, Field
from keiyu.ledger import Ledger
from keiyu.ledger.models import Placement as PlacementRow
from keiyu.ledger.models import Release as ReleaseRow
from keiyu.ledger.models import Submission
from keiyu.publish import current
from keiyu.publish.build import build
from keiyu.publish.history import load
from keiyu.publish.release import national_table
from keiyu.publish.resolve import Figure, resolve
from keiyu.publish.session import selected
from keiyu.publish.snapshot import Snapshot, codes_digest, rules_digest, take
from keiyu.read.model import Placement, ValueStatus
from keiyu.receive.workspace import Workspace
from keiyu.register import LiveEntry

Number = int | float


@dataclass(frozen=True)
class Source:
    """One value behind a figure.

    Attributes:
        reporter: whose it is.
        prefecture: where the reporter stands.
        name: the reporter's name, where it has one.
        submission_id: the submission it came in.
        entry_id: the reporter's part of it.
        file: name of the file as sent.
        sha256: digest of its bytes.
        sender: who sent it.
        received_at: when it was received.
        accepted_seq: ledger sequence since which it is live.
        contract_digest: contract under which it was accepted.
        rules_digest: rules by which it was checked.
        table: core table.
        field: field of the contract; none where the figure is derived from several.
        sheet: worksheet; none for text files, and where a file has the table on several sheets.
        cell: A1 address; none for a nil return.
        value: the value.
        value_status: its status.
        raw: what stood in the cell, where it was not a plain figure.
    """

    reporter: str
    prefecture: str | None
    name: str | None
    submission_id: str
    entry_id: str
    file: str
    sha256: str
    sender: str | None
    received_at: dt.datetime
    accepted_seq: int
    contract_digest: str
    rules_digest: str | None
    table: str | None
    field: str | None
    sheet: str | None
    cell: str | None
    value: Number | None
    value_status: str
    raw: str | None


@dataclass(frozen=True)
class Trace:
    """A figure and everything behind it.

    Attributes:
        collection: which.
        figure: the figure.
        value: its value.
        seq: ledger sequence at which it is seen.
        sources: the values that it sums, in order of reporter and field.
        agrees: whether they add up to it; none where the figure is no plain sum of cells.
        tables_digest: digest of the contract's form and SQL of today.
        codes_digest: digest of the code tables of today.
        release: the last release cut at or before that instant, if any.
        same_rules: whether that release was made with the rules and code tables of today.
    """

    collection: Collection
    figure: Figure
    value: Number | None
    seq: int
    sources: tuple[Source, ...]
    agrees: bool | None
    tables_digest: str
    codes_digest: str
    release: str | None
    same_rules: bool | None


def trace(
    workspace: Workspace,
    collection: Collection,
    table: str,
    words: Sequence[str] = (),
    as_known_at: dt.datetime | None = None,
) -> Trace:
    """Return the submissions and cells behind a figure.

    Args:
        workspace: the installation.
        collection: which.
        table: one of the line's national tables.
        words: codes, labels or names of areas that say which figure.
        as_known_at: the instant (aware); now by default.

    Raises:
        UnknownTableError: the line has no such table.
        NoSuchFigureError: no figure answers to the words.
        ManyFiguresError: several do.
    """
    declared = national_table(workspace.contract(collection.line), table)
    seq = None if as_known_at is None else register.seq_at(workspace.ledger, as_known_at)
    taken = take(workspace, collection, seq)
    rows = current.read(workspace, taken, table) if seq is None else build(workspace, taken)[table]
    figure = resolve(taken, declared, rows, words)
    value: Number | None = figure.row[figure.column]
    fields = _fields(taken.contract, figure)
    sources, agrees = _sources(workspace, taken, figure, fields, value)
    codes = codes_digest(workspace.settings.schemas)
    tables = rules_digest(taken.contract)
    release, same = _release(workspace, taken, tables, codes)
    return Trace(collection, figure, value, taken.seq, sources, agrees, tables, codes, release, same)


def _fields(contract: Contract, figure: Figure) -> tuple[Field, ...]:
    """Return the reported fields whose sum a figure is; empty where it is derived otherwise."""
    if figure.column in contract.fields:
        return (contract.fields[figure.column],)
    named = {value for name, value in figure.row.items() if isinstance(value, str) and name != "table"}
    for table in contract.tables:
        if figure.row.get("table") == table.name:
            return tuple(field for field in table.measures if set(field.dimensions.values()) <= named)
    for measure in sorted(named & contract.headline.keys()):
        told = contract.headline[measure]
        return tuple(
            field
            for field in selected(contract, told)
            if {code for name, code in field.dimensions.items() if name not in told["select"]} <= named
        )
    return ()


def _sources(
    workspace: Workspace, taken: Snapshot, figure: Figure, fields: Sequence[Field], value: Number | None
) -> tuple[tuple[Source, ...], bool | None]:
    """Return the sources in the widest scope whose cells add up to the figure."""
    found: tuple[Source, ...] = ()
    for scope in _scopes(taken, figure.row):
        entries = [taken.live[reporter] for reporter in scope if reporter in taken.live]
        found = tuple(_values(workspace, taken, entries, fields))
        if not fields:
            return found, None
        present = [source.value for source in found if source.value is not None]
        if (sum(present) if present else None) == value:
            return found, True
    return found, False


def _scopes(taken: Snapshot, row: Mapping[str, Any]) -> Iterator[list[str]]:
    """Yield the reporters that a row may stand for: itself, those that report through it, its prefecture, everyone."""
    due = taken.universe.due
    respondents = taken.contract.respondents
    own = reporters.name_of(respondents, [row.get(name) for name in respondents.identity])
    if own in due:
        yield [str(own)]
        return
    expected = row.get("reporters_due")
    areas = taken.universe.areas.to_pylist()
    for column in ("prefecture_area_code", "reporting_body"):
        scope = [area["area_code"] for area in areas if area[column] == row.get("area_code")]
        if scope and expected in (None, len(scope)):
            yield scope
    place = row.get("prefecture_code")
    yield [reporter for reporter, within in due.items() if place in (None, within)]


def _values(
    workspace: Workspace, taken: Snapshot, entries: Sequence[LiveEntry], fields: Sequence[Field]
) -> Iterator[Source]:
    """Yield the value of each field in each entry, with its cell."""
    facts = _facts(workspace.ledger, {entry.submission_id for entry in entries})
    names = {area["area_code"]: area for area in taken.universe.areas.to_pylist()}
    wanted = {entry.entry_id: entry for entry in entries}
    cells: dict[str, list[_Cell]] = {entry_id: [] for entry_id in wanted}
    for table in taken.contract.tables:
        mine = [field for field in fields if field.name in table.by_name]
        if mine:
            for entry_id, cell in _cells(workspace, taken, table.name, mine, wanted, facts):
                cells[entry_id].append(cell)
    for entry in entries:
        area = names.get(entry.reporter, {})
        submission = facts[entry.submission_id]
        for cell in cells[entry.entry_id] or [_absent(entry)]:
            yield Source(
                reporter=entry.reporter,
                prefecture=area.get("prefecture"),
                name=area.get("municipality"),
                submission_id=entry.submission_id,
                entry_id=entry.entry_id,
                file=submission.filename,
                sha256=entry.digest,
                sender=entry.sender,
                received_at=submission.received_at,
                accepted_seq=entry.accepted_seq,
                contract_digest=entry.contract_digest,
                rules_digest=entry.rules_digest,
                **cell.columns(),
            )


@dataclass(frozen=True, slots=True)
class _Cell:
    table: str | None
    field: str | None
    sheet: str | None
    cell: str | None
    value: Number | None
    value_status: str
    raw: str | None

    def columns(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the ledger says of a submission."""

    filename: str
    received_at: dt.datetime
    placements: Mapping[str, Sequence[Placement]]


def _absent(entry: LiveEntry) -> _Cell:
    """Return what stands for a report without rows, or for a figure that is no cell."""
    status = ValueStatus.NONE if entry.nil else ValueStatus.REPORTED
    return _Cell(None, None, None, None, 0 if entry.nil else None, status.value, None)


def _cells(
    workspace: Workspace,
    taken: Snapshot,
    table: str,
    fields: Sequence[Field],
    wanted: Mapping[str, LiveEntry],
    facts: Mapping[str, _Facts],
) -> Iterator[tuple[str, _Cell]]:
    ledger, storage, as_of = workspace.ledger, workspace.storage, taken.collection.as_of
    rows = register.current(ledger, storage, taken.contract, table, as_of, at_seq=taken.seq, entries=set(wanted))
    columns = ["entry_id", "submission_id", "source_row", "marks", *(field.name for field in fields)]
    for row in rows.select(columns).to_pylist():
        marks = {mark["field"]: mark for mark in row["marks"] or ()}
        places = facts[row["submission_id"]].placements.get(table, ())
        for field in fields:
            mark, value = marks.get(field.name), row[field.name]
            place = places[0] if len(places) == 1 else None
            yield (
                row["entry_id"],
                _Cell(
                    table,
                    field.name,
                    place.sheet if place else None,
                    next((cell for one in places if (cell := one.cell(field.name, row["source_row"]))), None),
                    value,
                    mark["status"] if mark else _plain(value),
                    mark["raw"] if mark else None,
                ),
            )


def _plain(value: Number | None) -> str:
    if value is None:
        return ValueStatus.NOT_SUBMITTED.value
    return (ValueStatus.REPORTED if value else ValueStatus.TRUE_ZERO).value


def _facts(ledger: Ledger, submissions: set[str]) -> dict[str, _Facts]:
    columns = (Submission.id, Submission.filename, Submission.received_at, Submission.placement)
    with ledger.read() as connection:
        found = [
            row
            for part in _chunks(sorted(submissions))
            for row in connection.execute(select(*columns).where(Submission.id.in_(part)))
        ]
        digests = sorted({row.placement for row in found if row.placement})
        bodies = {
            digest: body
            for part in _chunks(digests)
            for digest, body in connection.execute(
                select(PlacementRow.digest, PlacementRow.body).where(PlacementRow.digest.in_(part))
            )
        }
    return {row.id: _Facts(row.filename, row.received_at, _placements(bodies.get(row.placement))) for row in found}


def _chunks(items: Sequence[str], size: int = 500) -> Iterator[Sequence[str]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _placements(body: Mapping[str, Any] | None) -> dict[str, list[Placement]]:
    placements: dict[str, list[Placement]] = {}
    for told in body["tables"] if body else ():
        placements.setdefault(told["table"], []).append(Placement(told["sheet"], told["columns"], told["matrix"]))
    return placements


def _release(workspace: Workspace, taken: Snapshot, tables: str, codes: str) -> tuple[str | None, bool | None]:
    """Return the last release at an instant, and whether its rules are those of today."""
    mine = (ReleaseRow.line == taken.collection.line, ReleaseRow.as_of == taken.collection.as_of)
    query = select(*ReleaseRow.__table__.columns).where(*mine, ReleaseRow.seq <= taken.seq)
    with workspace.ledger.read() as connection:
        row = connection.execute(query.order_by(ReleaseRow.seq.desc()).limit(1)).mappings().first()
    if row is None:
        return None, None
    manifest = load(workspace.storage, dict(row)).manifest
    then = (manifest["tables"]["digest"], manifest.get("codes", {}).get("digest"))
    return row["id"], then == (tables, codes)
