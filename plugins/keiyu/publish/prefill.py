"""Filling in the next form: what facilities reported for the date, and what the reporter reported last.

Sums of facility reports are filled in where every report that they need is in; the rest comes from the reporter's last
collection. Nothing of it is a report before the reporter has confirmed it (``keiyu.contract.prefilled``).
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from keiyu import register
from keiyu.codes.eras import to_wareki
from keiyu.contract.form import is_matrix
from keiyu.contract.model import Collection
from keiyu.contract.prefilled import Prefilled
from keiyu.contract.rollup import rollups
from keiyu.ledger import collection_states
from keiyu.publish import rollup
from keiyu.receive.workspace import Workspace


def prefilled(workspace: Workspace, collection: Collection, reporter: str) -> Prefilled:
    """Return the figures to fill in for a reporter of a collection.

    Args:
        workspace: the installation.
        collection: the collection whose form is filled in.
        reporter: 6-digit code of the municipality.
    """
    found = _last(workspace, collection, reporter)
    for line in workspace.lines:
        if any(one.to == collection.line for one in rollups(workspace.contract(line))):
            found = found.with_(_rolled_up(workspace, Collection(line, collection.as_of), collection.line, reporter))
    return found


def _last(workspace: Workspace, collection: Collection, reporter: str) -> Prefilled:
    """Return what the reporter told in its last collection."""
    contract = workspace.contract(collection.line)
    for as_of in _earlier(workspace, collection):
        entries = {
            e.entry_id for e in register.live(workspace.ledger, collection.line, as_of) if e.reporter == reporter
        }
        if not entries:
            continue
        values: dict[str, Any] = {}
        for table in (one for one in contract.tables if is_matrix(one, contract)):
            rows = register.current(
                workspace.ledger, workspace.storage, contract, table.name, as_of, entries=entries
            ).to_pylist()
            names = [field.name for field in table.measures]
            values |= {name: row[name] for row in rows for name in names if row[name] is not None}
        origin = f"前回（{to_wareki(as_of)}）の報告 / reported for {as_of.isoformat()}"
        return Prefilled(values, dict.fromkeys(values, origin))
    return Prefilled()


def _earlier(workspace: Workspace, collection: Collection) -> Iterator[dt.date]:
    waves = (one.as_of for one in collection_states(workspace.ledger) if one.line == collection.line)
    yield from sorted((as_of for as_of in waves if as_of < collection.as_of), reverse=True)


def _rolled_up(workspace: Workspace, reports: Collection, survey: str, reporter: str) -> Prefilled:
    """Return sums of facility reports that are whole."""
    found = rollup.reconcile(workspace, reports)
    if not found.taken.live:
        return Prefilled()
    names = {one.name: one for one in found.wanted if one.to == survey}
    rows = [row for row in found.rows.to_pylist() if row["area_code"] == reporter and row["rollup"] in names]
    whole = [row for row in rows if row["is_whole"] and row["from_facilities"] is not None]
    told = {
        one.name: f"施設の報告の積み上げ（{one.label_ja}） / sum of facility reports ({one.label_en})"
        for one in names.values()
    }
    return Prefilled(
        {row["field"]: row["from_facilities"] for row in whole}, {row["field"]: told[row["rollup"]] for row in whole}
    )
