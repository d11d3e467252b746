"""Lists whose columns are not where the reporter's last list had them: told, so that a misreading is noticed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import select

from keiyu.check.model import Checked
from keiyu.contract.model import Collection, Contract
from keiyu.findings import Place, finding
from keiyu.ledger.models import Entry, Placement, Submission
from keiyu.read.lists import LAYOUT
from keiyu.read.model import Reading, TableReading
from keiyu.receive.workspace import Workspace

_Columns = Mapping[str, str]
"""Field → column letters."""


def with_drift(
    workspace: Workspace, contract: Contract, collection: Collection, checked: Checked, readings: Sequence[Reading]
) -> Checked:
    """Add a finding for every list of no known form whose columns differ from the same reporter's last.

    Args:
        workspace: the installation.
        contract: the line.
        collection: the collection of the readings.
        checked: what was checked.
        readings: the readings.
    """
    owners: dict[int, set[str]] = {}
    for verdict in checked.verdicts:
        owners.setdefault(verdict.reading, set()).add(verdict.reporter)
    alone = {n: next(iter(who)) for n, who in owners.items() if len(who) == 1 and readings[n].layout == LAYOUT}
    said = []
    for index, reporter in alone.items():
        before, last = _last(workspace, collection, reporter)
        for table in readings[index].tables:
            ja, en = _changes(contract, table, before.get(table.table))
            if ja:
                place = Place(readings[index].file, table.placement.sheet, table=table.table, reporter=reporter)
                facts = {"value": "、".join(ja), "changes_en": ", ".join(en), "expected": last}
                said.append((index, finding(workspace.settings.schemas, "intake.columns_differ", place, **facts)))
    return replace(checked, findings=[*checked.findings, *said]) if said else checked


def _last(workspace: Workspace, collection: Collection, reporter: str) -> tuple[Mapping[str, _Columns], str | None]:
    """Return where the columns of a reporter's last accepted list stand, by table, and its date."""
    query = (
        select(Placement.body, Entry.as_of)
        .join(Submission, Submission.placement == Placement.digest)
        .join(Entry, Entry.submission_id == Submission.id)
        .where(Entry.line == collection.line, Entry.reporter == reporter, Entry.accepted_seq.is_not(None))
        .where(Entry.as_of <= collection.as_of, Submission.layout == LAYOUT)
        .order_by(Entry.as_of.desc(), Entry.accepted_seq.desc())
        .limit(1)
    )
    with workspace.ledger.read() as connection:
        row = connection.execute(query).first()
    if row is None:
        return {}, None
    return {told["table"]: told["columns"] for told in row.body["tables"]}, row.as_of.isoformat()


def _changes(contract: Contract, table: TableReading, before: _Columns | None) -> tuple[list[str], list[str]]:
    """Return in both languages which fields came, went and moved."""
    if before is None:
        return [], []
    fields = contract.table(table.table).by_name
    changes = list(_moves(table.placement.columns, before))
    ja = [f"{fields[name].label_ja}（{moved}）" for name, moved in changes if name in fields]
    en = [f"{fields[name].label_en} ({moved})" for name, moved in changes if name in fields]
    return ja, en


def _moves(now: _Columns, before: _Columns) -> Iterator[tuple[str, str]]:
    for name in (*now, *(name for name in before if name not in now)):
        old, new = before.get(name, "—"), now.get(name, "—")
        if old != new:
            yield name, f"{old} → {new}"
