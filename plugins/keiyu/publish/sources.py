"""The cells behind figures: what was reported, in which submission, file, sheet and cell."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select

from keiyu.contract.model import Field
from keiyu.ledger import Ledger
from keiyu.ledger.models import Placement as PlacementRow
from keiyu.ledger.models import Submission
from keiyu.ledger.selection import lots
from keiyu.publish.snapshot import Snapshot
from keiyu.read.model import Apart, Placement, ValueStatus
from keiyu.receive.workspace import Workspace
from keiyu.register import LiveEntry

Number = int | float
Row = Mapping[str, Any]
_Cell = Mapping[str, Any]
"""What a source says of one cell, by attribute."""

_CELL: Final = ("table", "key", "field", "sheet", "cell", "value", "value_status", "raw")


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
        key: what tells its row from others there, by field.
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
    key: Mapping[str, Any]
    field: str | None
    sheet: str | None
    cell: str | None
    value: Number | None
    value_status: str
    raw: str | None


def sources(
    workspace: Workspace,
    taken: Snapshot,
    entries: Sequence[LiveEntry],
    fields: Sequence[Field],
    wanted: Callable[[str, Row], bool] = lambda _table, _row: True,
) -> Iterator[Source]:
    """Yield the value of each field in each entry, with its cell.

    Args:
        workspace: the installation.
        taken: the collection at an instant.
        entries: live entries of it.
        fields: fields of its contract.
        wanted: which rows of a core table count, by its name; all by default.
    """
    facts = _facts(workspace.ledger, {entry.submission_id for entry in entries})
    names = {one["area_code"]: one for one in taken.universe.municipalities}
    mine_of = {entry.entry_id: entry for entry in entries}
    cells: dict[str, list[_Cell]] = {entry_id: [] for entry_id in mine_of}
    for table in taken.contract.tables:
        mine = [field for field in fields if field.name in table.by_name]
        if mine:
            for entry_id, cell in _cells(workspace, taken, table.name, mine, mine_of, facts, wanted):
                cells[entry_id].append(cell)
    for entry in entries:
        area = names.get(entry.reporter)
        submission = facts[entry.submission_id]
        for cell in cells[entry.entry_id] or [_absent(entry)]:
            yield Source(
                reporter=entry.reporter,
                prefecture=area and area["prefecture"],
                name=area and area["municipality"],
                submission_id=entry.submission_id,
                entry_id=entry.entry_id,
                file=submission.filename,
                sha256=entry.digest,
                sender=entry.sender,
                received_at=submission.received_at,
                accepted_seq=entry.accepted_seq,
                contract_digest=entry.contract_digest,
                rules_digest=entry.rules_digest,
                **cell,
            )


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the ledger says of a submission."""

    filename: str
    received_at: dt.datetime
    placements: Mapping[str, Sequence[Placement]]


def _absent(entry: LiveEntry) -> _Cell:
    """Return what stands for a report without rows, or for a figure that is no cell."""
    status = ValueStatus.NONE if entry.nil else ValueStatus.REPORTED
    value = 0 if entry.nil else None
    return {**dict.fromkeys(_CELL), "key": {}, "value": value, "value_status": status.value}


def _cells(
    workspace: Workspace,
    taken: Snapshot,
    table: str,
    fields: Sequence[Field],
    entries: Mapping[str, LiveEntry],
    facts: Mapping[str, _Facts],
    wanted: Callable[[str, Row], bool],
) -> Iterator[tuple[str, _Cell]]:
    rows = taken.rows(workspace, table, set(entries))
    key = taken.contract.table(table).key
    columns = [*key, "entry_id", "submission_id", "source_row", "marks", *(field.name for field in fields)]
    for row in rows.select(list(dict.fromkeys(columns))).to_pylist():
        if not wanted(table, row):
            continue
        marks = {mark["field"]: mark for mark in row["marks"] or ()}
        told = facts[row["submission_id"]].placements.get(table, ())
        places = [one for one in told if len(told) == 1 or one.holds(row["source_row"])]
        for field in fields:
            mark, value = marks.get(field.name), row[field.name]
            place = places[0] if len(places) == 1 else None
            yield (
                row["entry_id"],
                {
                    "table": table,
                    "key": {name: row[name] for name in key},
                    "field": field.name,
                    "sheet": place.sheet_of(field.name) if place else None,
                    "cell": next((cell for one in places if (cell := one.cell(field.name, row["source_row"]))), None),
                    "value": value,
                    "value_status": mark["status"] if mark else _plain(value),
                    "raw": mark["raw"] if mark else None,
                },
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
            for lot in lots(sorted(submissions))
            for row in connection.execute(select(*columns).where(Submission.id.in_(lot)))
        ]
        digests = sorted({row.placement for row in found if row.placement})
        bodies = {
            digest: body
            for lot in lots(digests)
            for digest, body in connection.execute(
                select(PlacementRow.digest, PlacementRow.body).where(PlacementRow.digest.in_(lot))
            )
        }
    return {row.id: _Facts(row.filename, row.received_at, _placements(bodies.get(row.placement))) for row in found}


def _placements(body: Mapping[str, Any] | None) -> dict[str, list[Placement]]:
    placements: dict[str, list[Placement]] = {}
    for told in body["tables"] if body else ():
        one = Placement(
            told["sheet"],
            told["columns"],
            told["matrix"],
            part=told.get("part", 0),
            down=told.get("down", {}),
            apart=tuple(Apart(**each) for each in told.get("apart", ())),
        )
        placements.setdefault(told["table"], []).append(one)
    return placements
