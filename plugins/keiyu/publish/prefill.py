"""Filling in the next form: the register's rows, what facilities reported, and what the reporter reported last.

Which columns stand for a while, and are filled in, is said by ``schemas/lines/<line>/prefill.yaml``. Sums of facility
reports are filled in where every report that they need is in; the rest comes from the reporter's last collection.
Nothing of it is a report before the reporter has confirmed it (``keiyu.contract.prefilled``).
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from typing import Any

import pyarrow.compute as pc
from sqlalchemy import select

from keiyu import register
from keiyu.codes.eras import to_wareki
from keiyu.contract import reporters
from keiyu.contract.form import is_matrix
from keiyu.contract.model import Collection, Contract, Table
from keiyu.contract.prefilled import Origin, Prefilled, Unfilled, carried
from keiyu.contract.rollup import Rollup, rollups
from keiyu.ledger import collection_states
from keiyu.ledger.models import Entry, Submission
from keiyu.publish import registry, rollup
from keiyu.receive.workspace import Workspace

Row = Mapping[str, Any]


def prefilled(workspace: Workspace, collection: Collection, reporter: str) -> Prefilled:
    """Return what to fill in for a reporter of a collection, from where, and what could not be filled in.

    Args:
        workspace: the installation.
        collection: the collection whose form is filled in.
        reporter: 6-digit code of the municipality, or the name of a facility (``131016/1``).
    """
    contract = workspace.contract(collection.line)
    found = _last(workspace, collection, reporter).with_(_listed(workspace, contract, collection.as_of, reporter))
    for line in workspace.lines:
        if any(one.to == collection.line for one in rollups(workspace.contract(line))):
            found = found.with_(_rolled_up(workspace, Collection(line, collection.as_of), contract, reporter))
    empty = [one.name for one in contract.tables if carried(contract, one) and not _is_filled(found, one)]
    why = ("前回の報告も、台帳の行もありません", "there is no earlier report, and no row of a register")
    return found.with_(Prefilled(unfilled=tuple(Unfilled(name, None, *why) for name in empty)))


def _is_filled(found: Prefilled, table: Table) -> bool:
    return table.name in found.listed or bool(found.origins.keys() & table.by_name.keys())


def _last(workspace: Workspace, collection: Collection, reporter: str) -> Prefilled:
    """Return what the reporter told in its last collection, of what is filled in."""
    contract, ledger = workspace.contract(collection.line), workspace.ledger
    for as_of in _earlier(workspace, collection):
        entry = next((one for one in register.live(ledger, collection.line, as_of) if one.reporter == reporter), None)
        if entry is None:
            continue
        said = f"前回（{to_wareki(as_of)}）の報告", f"reported for {as_of.isoformat()}"
        origin = Origin(*said, *_sent(workspace, entry.entry_id))
        found = Prefilled()
        for table in contract.tables:
            rows = register.current(ledger, workspace.storage, contract, table.name, as_of, entries={entry.entry_id})
            found = found.with_(_from(contract, table, rows.select(carried(contract, table)).to_pylist(), origin))
        return found
    return Prefilled()


def _listed(workspace: Workspace, contract: Contract, as_of: dt.date, reporter: str) -> Prefilled:
    """Return the rows of the register that stand on the date: a municipality's, or that of one facility."""
    place, rows = registry.place_of(workspace, contract), registry.standing(workspace, contract, as_of)
    if place is None or rows is None:
        return Prefilled()
    alone = contract.respondents.kind == "facility"
    home = reporters.split(contract.respondents, reporter)[0]
    names = (
        reporters.named(contract.respondents, rows) if alone else rows[workspace.contract(place[0]).respondents.field]
    )
    told = rows.filter(pc.equal(names, reporter)).to_pylist()
    last = next((one for one in registry.latest(workspace.ledger, place[0], as_of) if one.reporter == home), None)
    if not told or last is None:
        return Prefilled()
    said = f"施設の台帳（{to_wareki(last.as_of)}）", f"register of facilities, {last.as_of.isoformat()}"
    origin = Origin(*said, *_sent(workspace, last.entry_id))
    identity = (*contract.respondents.identity, "name") if alone else ()
    found = Prefilled({name: told[0][name] for name in identity})
    for table in contract.tables:
        columns = [name for name in carried(contract, table) if name in rows.column_names]
        if columns and (is_matrix(table, contract) or not alone):
            found = found.with_(_from(contract, table, [{name: row[name] for name in columns} for row in told], origin))
    return found


def _from(contract: Contract, table: Table, rows: Sequence[Row], origin: Origin) -> Prefilled:
    """Return rows of a table as figures of a matrix, or as rows of a list."""
    if not rows or not rows[0]:
        return Prefilled()
    if not is_matrix(table, contract):
        return Prefilled(rows={table.name: rows}, listed={table.name: origin})
    measures = {field.name for field in table.measures}
    values = {name: value for row in rows for name, value in row.items() if name in measures and value is not None}
    return Prefilled(values, origins=dict.fromkeys(values, origin))


def _sent(workspace: Workspace, entry_id: str) -> tuple[str, str]:
    """Return the submission of an entry, and its file's name."""
    query = select(Submission.id, Submission.filename).join(Entry, Entry.submission_id == Submission.id)
    with workspace.ledger.read() as connection:
        submission_id, file = connection.execute(query.where(Entry.id == entry_id)).one()
    return submission_id, file


def _earlier(workspace: Workspace, collection: Collection) -> Iterator[dt.date]:
    waves = (one.as_of for one in collection_states(workspace.ledger) if one.line == collection.line)
    yield from sorted((as_of for as_of in waves if as_of < collection.as_of), reverse=True)


def _rolled_up(workspace: Workspace, reports: Collection, survey: Contract, reporter: str) -> Prefilled:
    """Return sums of facility reports that are whole, and how many are not."""
    found = rollup.reconcile(workspace, reports)
    if not found.taken.live:
        return Prefilled()
    rows = [row for row in found.rows.to_pylist() if row["area_code"] == reporter]
    parts = (_summed(one, survey, rows) for one in found.wanted if one.to == survey.line)
    return reduce(Prefilled.with_, parts, Prefilled())


def _summed(one: Rollup, survey: Contract, rows: Sequence[Row]) -> Prefilled:
    mine = [row for row in rows if row["rollup"] == one.name]
    whole = [row for row in mine if row["is_whole"] and row["from_facilities"] is not None]
    origin = Origin(f"施設の報告の積み上げ（{one.label_ja}）", f"sum of facility reports ({one.label_en})")
    left = [row for row in mine if row not in whole]
    tables = {field.name: table.name for table in survey.tables for field in table.measures}
    unfilled = [
        Unfilled(
            tables[row["field"]],
            len(left),
            f"施設の報告が {row['facilities_due']} か所のうち {row['facilities_in']} か所しか届いていないか、"
            f"類型の分からない施設があります（{one.label_ja}）",
            f"{row['facilities_in']} of {row['facilities_due']} facilities are in, or the type of one is not stated "
            f"({one.label_en})",
        )
        for row in left[:1]
    ]
    figures = {row["field"]: row["from_facilities"] for row in whole}
    return Prefilled(figures, origins=dict.fromkeys(figures, origin), unfilled=tuple(unfilled))
