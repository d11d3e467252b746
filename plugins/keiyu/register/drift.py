"""Lists whose columns are not where the reporter's last list had them: told, so that a misreading is noticed."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Select, func, select

from keiyu.contract.model import Collection
from keiyu.findings import Finding, Place, finding
from keiyu.ledger.models import Entry, Placement, Submission
from keiyu.ledger.selection import lots
from keiyu.read.drift import changes, facts
from keiyu.read.form import Form
from keiyu.read.grid import column_of
from keiyu.read.lists import LAYOUT
from keiyu.read.model import Reading, TableReading
from keiyu.receive.workspace import Workspace
from keiyu.register.staging import Group

_TOLD: Final = "read.drift."


@dataclass(frozen=True)
class _List:
    """One table of a reporter's list as it was taken.

    Attributes:
        as_of: the date to which it refers.
        form: its header.
        held: column → field that was read from it.
    """

    as_of: dt.date
    form: Form
    held: Mapping[int, str | None]


_Key = tuple[str, str, int]
"""Reporter, table, and which of a file's tables of that name it is."""

_Lists = dict[_Key, _List]


def with_drift(workspace: Workspace, groups: Sequence[Group]) -> list[Group]:
    """Add to every list of no known form what has changed in it since the same reporter's last list.

    The last list is the one taken for the same collection or the nearest before it, in an earlier batch or in
    the same.

    Args:
        workspace: the installation.
        groups: the collections of a batch, as they were checked.
    """
    told: dict[Collection, Group] = {}
    fresh: dict[str, _Lists] = {}
    for group in sorted(groups, key=lambda each: each.collection):
        said = list(_said(workspace, group, fresh.setdefault(group.contract.line, {})))
        findings = [*group.checked.findings, *said]
        told[group.collection] = replace(group, checked=replace(group.checked, findings=findings)) if said else group
    return [told[group.collection] for group in groups]


def _said(workspace: Workspace, group: Group, fresh: _Lists) -> Iterator[tuple[int, Finding]]:
    """Yield what is said of the lists of a collection; note each as the last of its reporter."""
    alone = _alone(group)
    known = dict(_taken(workspace, group.collection, sorted(set(alone.values())))) if alone else {}
    known.update({key: last for key, last in fresh.items() if key not in known or known[key].as_of <= last.as_of})
    for index, reporter in alone.items():
        reading = group.readings[index]
        silent = reading.layout != LAYOUT or any(f.rule_id.startswith(_TOLD) for f in reading.findings)
        for key, table, now in _lists(reading, reporter, group.as_of):
            last = known.get(key)
            if last is not None and not silent:
                for said in _changes(workspace, group, table, last, now):
                    yield index, said.at(file=reading.file, reporter=reporter)
            known[key] = fresh[key] = now


def _alone(group: Group) -> dict[int, str]:
    """Return the readings taken that are one reporter's, with the reporter."""
    owners: dict[int, set[str]] = {}
    for verdict in group.checked.verdicts:
        if any(table.placement.form is not None for table in group.readings[verdict.reading].tables):
            owners.setdefault(verdict.reading, set()).add(verdict.reporter)
    refused = {verdict.reading for verdict in group.checked.verdicts if not verdict.accepted}
    return {n: next(iter(who)) for n, who in sorted(owners.items()) if len(who) == 1 and n not in refused}


def _lists(reading: Reading, reporter: str, as_of: dt.date) -> Iterator[tuple[_Key, TableReading, _List]]:
    seen: Counter[str] = Counter()
    for table in reading.tables:
        form = table.placement.form
        if form is not None:
            yield (reporter, table.table, seen[table.table]), table, _List(as_of, form, _held(table.placement.columns))
            seen[table.table] += 1


def _taken(workspace: Workspace, collection: Collection, reporters: Sequence[str]) -> Iterator[tuple[_Key, _List]]:
    """Yield the last lists that were taken of some reporters, up to a collection."""
    with workspace.ledger.read() as connection:
        for lot in lots(reporters):
            for row in connection.execute(_last(collection, lot)):
                yield from _kept(row.reporter, row.as_of, row.body)


def _last(collection: Collection, reporters: Sequence[str]) -> Select[Any]:
    order = func.row_number().over(
        partition_by=Entry.reporter, order_by=(Entry.as_of.desc(), Entry.accepted_seq.desc())
    )
    ranked = (
        select(Entry.reporter, Entry.as_of, Entry.submission_id, order.label("place"))
        .where(Entry.line == collection.line, Entry.reporter.in_(reporters))
        .where(Entry.accepted_seq.is_not(None), Entry.as_of <= collection.as_of)
        .subquery()
    )
    return (
        select(ranked.c.reporter, ranked.c.as_of, Placement.body)
        .join(Submission, Submission.id == ranked.c.submission_id)
        .join(Placement, Placement.digest == Submission.placement)
        .where(ranked.c.place == 1)
    )


def _kept(reporter: str, as_of: dt.date, body: Mapping[str, Any]) -> Iterator[tuple[_Key, _List]]:
    """Yield the lists of a submission as the ledger keeps them; forms that are no lists are none."""
    seen: Counter[str] = Counter()
    for told in body["tables"]:
        if "header" in told:
            form = Form.of_json(told["header"], told["sheet"])
            yield (reporter, told["table"], seen[told["table"]]), _List(as_of, form, _held(told["columns"]))
            seen[told["table"]] += 1


def _held(columns: Mapping[str, str]) -> dict[int, str | None]:
    return {column_of(letters): name for name, letters in columns.items()}


def _changes(workspace: Workspace, group: Group, table: TableReading, last: _List, now: _List) -> Iterator[Finding]:
    fields = group.contract.table(table.table).by_name
    labels = {name: (field.label_ja, field.label_en) for name, field in fields.items()}
    day = last.as_of.isoformat()
    known = (f"前回（{day}）の一覧", f"the last list ({day})")
    for change in changes(last.form, now.form, last.held, now.held):
        told = facts(change, known, labels, now.form)
        rule, cell, field = told.pop("rule_id"), told.pop("cell", None), told.pop("field")
        place = Place(None, table.placement.sheet, cell, table=table.table, field=field)
        yield finding(workspace.settings.schemas, rule, place, **told)
