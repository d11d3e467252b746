"""Intake: claim a micro-batch, read each file, check each collection once, accept it all in one transaction.

A batch never gets stuck on one file. What cannot be read goes back with a finding; what makes the check
or the register stumble is searched for by halving the batch, and set aside alone. Errors that are no
file's fault (a full disk, a database that is away, a broken contract) end the run and change nothing.
"""

import datetime as dt
import json
import logging
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Final

import pyarrow as pa

from keiyu import register
from keiyu.check import check
from keiyu.check.model import Checked, Verdict
from keiyu.collector import uncollected
from keiyu.contract import reporters
from keiyu.contract.model import Collection, Contract
from keiyu.errors import ConfigurationError
from keiyu.findings import Finding, Place, Severity, finding
from keiyu.intake.faults import code_of, is_nobodys_fault
from keiyu.intake.model import IngestReport
from keiyu.intake.parts import Derived, reporters_of, tell_left
from keiyu.ledger import collection_states
from keiyu.ledger.claims import Claimed, desk
from keiyu.ledger.collections import received_before_closing
from keiyu.publish.impact import weigh
from keiyu.publish.inquiry import inquire
from keiyu.publish.monitor.closing import Door, door
from keiyu.publish.universe import universe
from keiyu.read import read
from keiyu.read.model import Reading
from keiyu.receive.storage import BytesLostError
from keiyu.receive.workspace import Workspace
from keiyu.register import Group, Nil, Refused, Staged
from keiyu.register.drift import with_drift
from keiyu.register.identity import recognise

__all__ = ["IngestReport", "ingest"]

_SEGMENTS: Final = 64
"""Micro-batches of a collection after which its small segments are merged."""

_SUSPECTS: Final = 8
"""So many files failing one rule's execution, and none passing, mean that the rule is broken."""

_TAKING: Final = frozenset({"open", "entry_closed"})
"""States of a collection in which a submission may be taken."""

_log = logging.getLogger(__name__)


def ingest(workspace: Workspace, limit: int | None = None) -> IngestReport:
    """Claim one micro-batch of what was received and decide it.

    Args:
        workspace: the installation.
        limit: most submissions; never more than the settings' ``batch_files``.

    Returns:
        What was done; ``claimed`` is 0 when nothing was waiting. Then the facilities of what was accepted are
        recognised, and reports that add up to a survey are compared with it, so that whoever works until the queue is
        empty leaves none without an identity and no difference unasked.

    Raises:
        KeiyuError: the installation is wrong; everything claimed is waiting again.
        OSError: the storage cannot be used; everything claimed is waiting again.
    """
    files = min(limit or workspace.settings.batch_files, workspace.settings.batch_files)
    ids, report, stumble = _run(workspace, files)
    if stumble is not None:
        _log.warning("a batch of %d stumbled: %r", len(ids), stumble)
        report = _search(workspace, ids)
    _compact(workspace, report.collections_changed)
    if not report.claimed:
        recognise(workspace)
        inquire(workspace)
    return report


def _run(
    workspace: Workspace, files: int, only: Sequence[str] | None = None
) -> tuple[list[str], IngestReport, Exception | None]:
    """Decide one batch; returns what was claimed, what was done, and the error that undid it all."""
    ids: list[str] = []
    try:
        with uncollected(), desk(workspace.ledger) as held:
            claimed = held.claim(files, workspace.settings.batch_bytes, only)
            ids = [one.id for one in claimed]
            if not claimed:
                return ids, IngestReport(), None
            staged = _Batch(workspace, claimed).decide()
            with held.writing() as connection:
                register.accept(connection, workspace.storage, staged)
        return ids, _report(staged), None
    except Exception as error:
        if is_nobodys_fault(error):
            raise
        return ids, IngestReport(), error


def _search(workspace: Workspace, ids: Sequence[str]) -> IngestReport:
    """Halve a batch until the files that make it stumble stand alone; decide the others."""
    report, suspects = IngestReport(), dict[str, Exception]()
    waiting = [list(ids)]
    while waiting:
        part = waiting.pop()
        _, done, stumble = _run(workspace, len(part), part)
        report += done
        if stumble is None:
            continue
        if len(part) > 1:
            middle = len(part) // 2
            waiting += [part[middle:], part[:middle]]
            continue
        suspects[part[0]] = stumble
        if len(suspects) >= _SUSPECTS and not report.claimed and isinstance(stumble, ConfigurationError):
            raise stumble
    for stumble in suspects.values():
        if not report.claimed and isinstance(stumble, ConfigurationError):
            raise stumble
    for submission_id, stumble in suspects.items():
        report += _set_aside(workspace, submission_id, stumble)
    return report


def _set_aside(workspace: Workspace, submission_id: str, stumble: Exception) -> IngestReport:
    """Return one submission whose processing fails, with the code of the error and no blame."""
    _log.error("submission %s was set aside", submission_id, exc_info=stumble)
    with desk(workspace.ledger) as held:
        claimed = held.claim(1, workspace.settings.batch_bytes, [submission_id])
        told = finding(workspace.settings.schemas, "intake.failed", code=code_of(stumble))
        staged = register.stage(workspace.storage, [], refused=[Refused(one, [told]) for one in claimed])
        if claimed:
            with held.writing() as connection:
                register.accept(connection, workspace.storage, staged)
    return _report(staged)


def _report(staged: Staged) -> IngestReport:
    states = [columns["state"] for columns in staged.submissions.values()]
    changed = {key for key, drafts in staged.entries.items() if any(draft.state == "accepted" for draft in drafts)}
    returned = states.count("returned")
    return IngestReport(len(states), len(states) - returned, returned, changed, len(staged.findings))


def _compact(workspace: Workspace, collections: AbstractSet[Collection]) -> None:
    """Merge small segments where many have gathered; housekeeping must not undo a finished run."""
    for collection in collections:
        try:
            contract = workspace.contract(collection.line)
            register.compact(workspace.ledger, workspace.storage, contract, collection, least=_SEGMENTS)
        except Exception:
            _log.exception("the segments of %s could not be merged", collection)


def _key(verdict: Verdict) -> tuple[int, str]:
    return verdict.reading, verdict.reporter


class _Batch:
    """One micro-batch: from claimed submissions to what the transaction will write."""

    def __init__(self, workspace: Workspace, claimed: Sequence[Claimed]) -> None:
        self._workspace = workspace
        self._claimed = claimed
        self._schemas = workspace.settings.schemas
        self._contracts = {line: workspace.contract(line) for line in workspace.lines}
        self._states = collection_states(workspace.ledger)
        self._doors: dict[Collection, Door | None] = {}
        self._grouped: dict[Collection, list[tuple[Claimed, Reading]]] = {}
        self._derived: list[Derived] = []
        self._nils: list[Nil] = []
        self._refused: list[Refused] = []

    def decide(self) -> Staged:
        """Read, sort and check everything, and write its segments."""
        for one in self._claimed:
            self._sort(one)
        for found in self._derived:
            self._place_derived(found)
        groups = with_drift(self._workspace, [self._check(key, members) for key, members in self._grouped.items()])
        staged = register.stage(self._workspace.storage, groups, self._nils, self._refused)
        weigh(self._workspace, staged)
        return staged

    def _sort(self, one: Claimed) -> None:
        """Read one submission and put it where it belongs."""
        if one.line_hint is not None and one.line_hint not in self._contracts:
            self._refuse(one, None, "intake.line_unknown", expected=self._lines())
            return
        try:
            data = self._workspace.storage.landing_get(one.digest)
        except BytesLostError as error:
            self._refuse(one, None, "intake.bytes_lost", reason=error.reason)
            return
        if one.kind == "nil":
            self._sort_nil(one, json.loads(data)["reporter"])
            return
        reading = self._read(one, data)
        if reading is not None:
            self._sort_reading(one, reading)

    def _read(self, one: Claimed, data: bytes) -> Reading | None:
        try:
            return read(
                data,
                one.filename,
                list(self._contracts.values()),
                self._workspace.areas,
                schemas=self._schemas,
                line=one.line_hint,
                as_of=one.as_of_hint,
                sender=one.sender,
            )
        except (ConfigurationError, MemoryError):
            raise
        except Exception as stumble:
            _log.exception("submission %s could not be read", one.id)
            self._refuse(one, None, "intake.failed", code=code_of(stumble))
            return None

    def _sort_reading(self, one: Claimed, reading: Reading) -> None:
        if reading.line is None:
            self._refuse(one, reading, "intake.line_unknown", expected=self._lines())
            return
        as_of = reading.as_of or one.as_of_hint
        if as_of is None:
            self._refuse(one, reading, "intake.as_of_unknown")
        elif one.as_of_hint not in (None, as_of):
            self._refuse(one, reading, "intake.collection_differs", value=as_of, expected=one.as_of_hint)
        else:
            self._place(one, reading, Collection(reading.line, as_of))

    def _place(self, one: Claimed, reading: Reading, collection: Collection) -> None:
        """Put each part of a file into its collection; what a file holds beside the main thing is told if it is not."""
        parts = [(reading, collection)]
        parts += [(also, Collection(also.line or "", also.as_of or dt.date.min)) for also in reading.also]
        taken = [(part, of) for part, of in parts if self._is_taking(of, one)]
        if not taken:
            self._is_open(one, reading, collection)
        for part, of in taken:
            if part.derived:
                self._derived.append(Derived(one, part, of, reading, collection))
            else:
                self._take(one, part, of)
        for of in {of for _, of in parts} - {of for _, of in taken} if taken else ():
            tell_left(taken[0][0], of, "intake.also_not_open", self._same(of), self._schemas)

    def _place_derived(self, found: Derived) -> None:
        """Take rows that another line's list holds, unless their reporter sent a list of their own."""
        of, contract = found.collection, self._contracts[found.collection.line]
        members = self._grouped.get(of, [])
        told = reporters_of(found.part, self._contracts)
        own = {name for _, reading in members if not reading.derived for name in reporters_of(reading, self._contracts)}
        if told & (own | register.with_own_list(self._workspace.ledger, contract, of, told)):
            tell_left(found.main, of, "intake.also_sent", self._same(of), self._schemas)
            if not any(one is found.one for group in self._grouped.values() for one, _ in group):
                self._is_open(found.one, found.main, found.home)
        else:
            self._take(found.one, found.part, of)

    def _is_taking(self, collection: Collection, one: Claimed) -> bool:
        return self._states.get(collection) in _TAKING or received_before_closing(
            self._workspace.ledger, collection, one.received_seq
        )

    def _same(self, collection: Collection) -> list[str]:
        """Return the collections of a line that take submissions."""
        return [str(key) for key, state in self._states.items() if state in _TAKING and key.line == collection.line]

    def _is_open(self, one: Claimed, reading: Reading | None, collection: Collection) -> bool:
        if self._is_taking(collection, one):
            return True
        open_ones = [key.as_of.isoformat() for key, state in self._states.items() if state in _TAKING]
        told = "、".join(self._same(collection) or open_ones) or "—"
        self._refuse(one, reading, "intake.collection_not_open", value=collection, expected=told)
        return False

    def _take(self, one: Claimed, reading: Reading, collection: Collection) -> None:
        if reading.nil and not any(table.rows for table in reading.tables):
            self._nil(
                one,
                reading.nil_reporter or one.sender or "",
                self._contracts[collection.line],
                collection.as_of,
                reading,
            )
        else:
            self._grouped.setdefault(collection, []).append((one, reading))

    def _sort_nil(self, one: Claimed, reporter: str) -> None:
        collection = Collection(one.line_hint or "", one.as_of_hint or dt.date.min)
        if self._is_open(one, None, collection):
            self._nil(one, reporter, self._contracts[collection.line], collection.as_of, None)

    def _nil(self, one: Claimed, reporter: str, contract: Contract, as_of: dt.date, reading: Reading | None) -> None:
        """Take a nil return where the line has them, its reporter owes one and its sender may speak for them."""
        if not contract.nil_return:
            self._refuse(one, reading, "read.nil.refused", value=contract.name_ja)
            return
        frame = universe(self._workspace, contract, as_of)
        reporter = reporters.only(reporter, frame.due) or reporter
        if reporter not in frame.due:
            self._refuse(one, reading, "intake.nil_reporter", value=reporter)
            return
        speakers = {None, reporter, frame.homes[reporter]}
        if contract.respondents.kind == "municipality":
            speakers.add(self._workspace.areas.reporting_body(reporter, as_of, contract.relay.direct))
        if one.sender not in speakers:
            told = "、".join(sorted(speaker for speaker in speakers if speaker))
            self._refuse(one, reading, "intake.nil_sender", value=one.sender, expected=told)
            return
        collection = Collection(contract.line, as_of)
        last = self._too_late(collection, reporter, one)
        if last is not None:
            self._refuse(one, reading, "intake.entry_closed", value=collection, expected=last)
            return
        self._nils.append(Nil(contract, as_of, one, reporter))

    def _check(self, collection: Collection, members: Sequence[tuple[Claimed, Reading]]) -> Group:
        contract = self._contracts[collection.line]
        submissions, readings = [one for one, _ in members], [reading for _, reading in members]
        checked = check(
            contract,
            readings,
            areas=self._workspace.areas,
            expectations=self._workspace.settings.expectations,
            senders=[one.sender for one in submissions],
            as_of=collection.as_of,
            previous=self._previous(contract, collection),
        )
        checked = self._in_time(collection, self._complete(checked, submissions), submissions)
        return Group(contract, collection.as_of, submissions, readings, checked)

    def _in_time(self, collection: Collection, checked: Checked, submissions: Sequence[Claimed]) -> Checked:
        """Return first submissions that came after entry had closed; corrections are taken."""
        found = ((one, self._too_late(collection, one.reporter, submissions[one.reading])) for one in checked.verdicts)
        late = {(one.reading, one.reporter): day for one, day in found if one.accepted and day is not None}
        verdicts = [replace(one, accepted=False) if _key(one) in late else one for one in checked.verdicts]
        rule = "intake.entry_closed"
        said = [
            (index, self._say(rule, submissions[index], value=collection, expected=day).at(reporter=reporter))
            for (index, reporter), day in late.items()
        ]
        return replace(checked, verdicts=verdicts, findings=[*checked.findings, *said]) if late else checked

    def _too_late(self, collection: Collection, reporter: str, one: Claimed) -> dt.date | None:
        """Return the last day of a reporter whose first submission comes after it; none where it is taken."""
        if self._states.get(collection) != "entry_closed":
            return None
        if collection not in self._doors:
            self._doors[collection] = door(self._workspace, collection, self._workspace.ledger.now())
        found = self._doors[collection]
        return found.closed_to(reporter, one.received_seq) if found is not None else None

    def _complete(self, checked: Checked, submissions: Sequence[Claimed]) -> Checked:
        """Say something of every file that has neither a reporter nor an error."""
        spoken = {verdict.reading for verdict in checked.verdicts}
        spoken |= {index for index, told in checked.findings if told.severity is Severity.ERROR}
        silent = [index for index in range(len(submissions)) if index not in spoken]
        more = [(index, self._say("intake.nothing_read", submissions[index])) for index in silent]
        return replace(checked, findings=[*checked.findings, *more]) if more else checked

    def _previous(self, contract: Contract, collection: Collection) -> Mapping[str, pa.Table]:
        """Return the live rows of the line's collection before, for comparison."""
        earlier = [key for key in self._states if key.line == collection.line and key < collection]
        if not earlier:
            return {}
        ledger, storage, as_of = self._workspace.ledger, self._workspace.storage, max(earlier).as_of
        return {name: register.current(ledger, storage, contract, name, as_of) for name in contract.table_names}

    def _refuse(self, one: Claimed, reading: Reading | None, rule: str, **facts: object) -> None:
        """Return a submission; what reading has said already is enough where it names an error."""
        told = list(reading.findings) if reading else []
        if not any(one_told.severity is Severity.ERROR for one_told in told) or rule == "intake.collection_not_open":
            told.append(self._say(rule, one, **facts).at(reporter=self._only_reporter(reading)))
        self._refused.append(Refused(one, told, reading))

    def _only_reporter(self, reading: Reading | None) -> str | None:
        """Return whose figures a file holds, where they are one reporter's."""
        found = reporters_of(reading, self._contracts) if reading is not None else set()
        return found.pop() if len(found) == 1 else None

    def _say(self, rule: str, one: Claimed, **facts: object) -> Finding:
        texts = {name: None if fact is None else str(fact) for name, fact in facts.items()}
        return finding(self._schemas, rule, Place(file=one.filename), **texts)

    def _lines(self) -> str:
        return "、".join(self._contracts)
