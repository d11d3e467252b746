"""Replay (再検査): what was accepted, read and checked once more under today's rules. Nothing is changed by it.

A rule, a contract or the reader may have become better since a submission was accepted. What they would say of it
today is told; a correction comes in by the front door, and `requeue` is for what was returned. A file that makes
today's reader or check stumble ends nothing either: it is told, and the others are gone through.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from sqlalchemy import select

from keiyu import register
from keiyu.contract.model import Collection, Contract
from keiyu.errors import ConfigurationError
from keiyu.findings import Finding
from keiyu.intake.batch import reading_of
from keiyu.intake.checking import Checking
from keiyu.intake.doors import Doors
from keiyu.intake.faults import code_of, is_nobodys_fault
from keiyu.intake.telling import say
from keiyu.ledger.claims import Claimed
from keiyu.ledger.models import Entry, FindingRow, Submission
from keiyu.ledger.selection import live_at, lots
from keiyu.read.model import Reading
from keiyu.receive.storage import BytesLostError
from keiyu.receive.workspace import Workspace

_SUBMISSION: Final = [getattr(Submission, name) for name in Claimed.__slots__]
_log = logging.getLogger(__name__)

_Told = tuple[str, str | None, str | None, str | None]
"""Rule, sheet, cell and reporter of a finding."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """One reporter's part of an accepted submission that today would be decided or read differently.

    Attributes:
        submission_id: the submission.
        file: its name as sent.
        reporter: whose part it is.
        returned: it would be sent back today.
        findings: what would be said today and was not said then.
        figures: figures whose control total would be another today.
        rules_changed: the rules are not those by which it was checked; otherwise it is the reading that changed.
    """

    submission_id: str
    file: str
    reporter: str
    returned: bool
    findings: tuple[Finding, ...]
    figures: tuple[str, ...]
    rules_changed: bool


@dataclass(frozen=True, slots=True)
class _Part:
    reporter: str
    totals: dict[str, Any]
    rules_digest: str | None


def replay(workspace: Workspace, collection: Collection) -> Iterator[Replayed]:
    """Read and check the live submissions of a collection once more, a batch at a time.

    Args:
        workspace: the installation.
        collection: the collection.

    Yields:
        The parts that would turn out differently, in the order in which their submissions were received.
    """
    for batch in _batches(workspace, collection):
        yield from _searched(workspace, collection, batch)


_Batch = dict[Claimed, list[_Part]]


def _searched(workspace: Workspace, collection: Collection, batch: _Batch) -> Iterator[Replayed]:
    """Yield what is told of a batch; where it stumbles, halves of it, until the files that make it stumble are alone.

    Raises:
        ConfigurationError: today's rules are wrong for every file of the batch.
    """
    read, suspects = _read(workspace, collection, batch)
    waiting, told, passed = [list(read)] if read else [], list[Replayed](), False
    while waiting:
        part = waiting.pop()
        try:
            told += list(_replayed(workspace, collection, {one: batch[one] for one in part}, read))
            passed = passed or bool(part)
        except Exception as error:
            if is_nobodys_fault(error):
                raise
            if len(part) > 1:
                middle = len(part) // 2
                waiting += [part[middle:], part[:middle]]
            else:
                suspects[part[0]] = error
    for stumble in suspects.values():
        if not passed and isinstance(stumble, ConfigurationError):
            raise stumble
    for one, stumble in suspects.items():
        _log.error("submission %s could not be gone through again", one.id, exc_info=stumble)
        said = _failed(workspace, one, stumble)
        told += [Replayed(one.id, one.filename, part.reporter, True, (said,), (), False) for part in batch[one]]
    places = {one.id: place for place, one in enumerate(batch)}
    yield from sorted(told, key=lambda part: places[part.submission_id])


_Read = dict[Claimed, list[Reading]]


def _read(workspace: Workspace, collection: Collection, batch: _Batch) -> tuple[_Read, dict[Claimed, Exception]]:
    """Return what the files of a batch hold for a collection, and those that cannot be read or are lost."""
    contracts = [workspace.contract(line) for line in workspace.lines]
    read: _Read = {}
    lost: dict[Claimed, Exception] = {}
    for one in batch:
        try:
            data = workspace.storage.landing_get(one.digest)
        except BytesLostError as error:
            lost[one] = error
            continue
        try:
            read[one] = list(_readings(workspace, contracts, collection, one, data))
        except (ConfigurationError, MemoryError):
            raise
        except Exception as stumble:
            lost[one] = stumble
    return read, lost


def _failed(workspace: Workspace, one: Claimed, error: Exception) -> Finding:
    """Return what is said of a file that made today's reader or check stumble, as the intake would say it."""
    if isinstance(error, BytesLostError):
        return say(workspace.settings.schemas, "intake.bytes_lost", one, reason=error.reason)
    return say(workspace.settings.schemas, "intake.failed", one, code=code_of(error))


def _batches(workspace: Workspace, collection: Collection) -> Iterator[_Batch]:
    """Yield the submissions with live rows in a collection, as many together as an intake takes."""
    query = (
        select(*_SUBMISSION, Entry.reporter, Entry.control_totals, Entry.rules_digest)
        .join(Entry, Entry.submission_id == Submission.id)
        .where(Entry.line == collection.line, Entry.as_of == collection.as_of, live_at(), Submission.kind == "file")
        .order_by(Submission.received_seq, Entry.reporter)
    )
    with workspace.ledger.read() as connection:
        rows = connection.execute(query).all()
    whole = groupby(rows, key=lambda row: Claimed(*row[: len(_SUBMISSION)]))
    batch: _Batch = {}
    size = 0
    for one, parts in whole:
        full = len(batch) >= workspace.settings.batch_files or size + one.bytes > workspace.settings.batch_bytes
        if batch and full:
            yield batch
            batch, size = {}, 0
        batch[one] = [_Part(*row[len(_SUBMISSION) :]) for row in parts]
        size += one.bytes
    if batch:
        yield batch


def _replayed(workspace: Workspace, collection: Collection, batch: _Batch, read: _Read) -> Iterator[Replayed]:
    members = [(one, reading) for one in batch for reading in read[one]]
    checked = Checking(workspace, Doors(workspace)).by_rules(collection, members)
    totals = register.totals_of(workspace.contract(collection.line), checked)
    taken = {(members[v.reading][0].id, v.reporter): n for n, v in enumerate(checked.verdicts) if v.accepted}
    before = _said(workspace, [one.id for one in batch])
    said: dict[tuple[str, str | None], list[Finding]] = {}
    for index, told in checked.findings:
        one = members[index][0]
        if _key(told) not in before.get(one.id, set()):
            said.setdefault((one.id, told.place.reporter), []).append(told)
    for one, parts in batch.items():
        whole_file = said.get((one.id, None), [])
        for part in parts:
            number = taken.get((one.id, part.reporter))
            findings = (*said.get((one.id, part.reporter), []), *whole_file)
            now = totals[number] if number is not None else part.totals
            figures = tuple(sorted(n for n in now.keys() | part.totals.keys() if now.get(n) != part.totals.get(n)))
            if number is None or findings or figures:
                changed = part.rules_digest != checked.rules_digest
                yield Replayed(one.id, one.filename, part.reporter, number is None, findings, figures, changed)


def _readings(
    workspace: Workspace, contracts: Sequence[Contract], collection: Collection, one: Claimed, data: bytes
) -> Iterator[Reading]:
    """Yield what a file holds for a collection; nothing where today's reader finds nothing there."""
    reading = reading_of(workspace, contracts, one, data)
    for part in (reading, *reading.also):
        if (part.line, part.as_of or one.as_of_hint) == (collection.line, collection.as_of):
            yield part


def _said(workspace: Workspace, submissions: Sequence[str]) -> dict[str, set[_Told]]:
    """Return what was said of submissions when they were decided."""
    names = ("rule_id", "sheet", "cell", "reporter")
    columns = [FindingRow.submission_id, *(getattr(FindingRow, name) for name in names)]
    told: dict[str, set[_Told]] = {}
    with workspace.ledger.read() as connection:
        for lot in lots(submissions):
            for submission, *key in connection.execute(select(*columns).where(FindingRow.submission_id.in_(lot))):
                told.setdefault(submission, set()).add(tuple(key))
    return told


def _key(told: Finding) -> _Told:
    return told.rule_id, told.place.sheet, told.place.cell, told.place.reporter
