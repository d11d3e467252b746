"""One micro-batch: every submission read and put where it belongs, or sent back."""

import datetime as dt
import json
import logging
from collections.abc import Sequence

from keiyu import register
from keiyu.contract import reporters
from keiyu.contract.model import Collection, Contract
from keiyu.errors import ConfigurationError
from keiyu.findings import Severity
from keiyu.intake.checking import Checking
from keiyu.intake.doors import Doors
from keiyu.intake.faults import code_of
from keiyu.intake.parts import Derived, reporters_of, tell_left
from keiyu.intake.telling import say
from keiyu.ledger.claims import Claimed
from keiyu.publish.impact import weigh
from keiyu.publish.universe import universe
from keiyu.read import read
from keiyu.read.model import Reading
from keiyu.receive.storage import BytesLostError
from keiyu.receive.workspace import Workspace
from keiyu.register import Nil, Refused, Staged
from keiyu.register.drift import with_drift

_log = logging.getLogger(__name__)


def reading_of(workspace: Workspace, contracts: Sequence[Contract], one: Claimed, data: bytes) -> Reading:
    """Read a submission with all that was said of it when it was sent.

    Args:
        workspace: the installation.
        contracts: the contracts of its lines; loading them costs more than reading a file.
        one: the submission.
        data: its bytes.
    """
    return read(
        data,
        one.filename,
        contracts,
        workspace.areas,
        schemas=workspace.settings.schemas,
        line=one.line_hint,
        as_of=one.as_of_hint,
        sender=one.sender,
    )


class Batch:
    """One micro-batch: from claimed submissions to what the transaction will write."""

    def __init__(self, workspace: Workspace, claimed: Sequence[Claimed]) -> None:
        """Take what was claimed.

        Args:
            workspace: the installation.
            claimed: the submissions.
        """
        self._workspace = workspace
        self._claimed = claimed
        self._schemas = workspace.settings.schemas
        self._contracts = {line: workspace.contract(line) for line in workspace.lines}
        self._doors = Doors(workspace)
        self._checking = Checking(workspace, self._doors)
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
        groups = [self._checking.group(key, members) for key, members in self._grouped.items()]
        staged = register.stage(self._workspace.storage, with_drift(self._workspace, groups), self._nils, self._refused)
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
            return reading_of(self._workspace, tuple(self._contracts.values()), one, data)
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
        taken = [(part, of) for part, of in parts if self._doors.are_open(of, one)]
        if not taken:
            self._is_open(one, reading, collection)
        for part, of in taken:
            if part.derived:
                self._derived.append(Derived(one, part, of, reading, collection))
            else:
                self._take(one, part, of)
        for of in {of for _, of in parts} - {of for _, of in taken} if taken else ():
            tell_left(taken[0][0], of, "intake.also_not_open", self._doors.taking(of.line), self._schemas)

    def _place_derived(self, found: Derived) -> None:
        """Take rows that another line's list holds, unless their reporter sent a list of their own."""
        of, contract = found.collection, self._contracts[found.collection.line]
        members = self._grouped.get(of, [])
        told = reporters_of(found.part, self._contracts)
        own = {name for _, reading in members if not reading.derived for name in reporters_of(reading, self._contracts)}
        if told & (own | register.with_own_list(self._workspace.ledger, contract, of, told)):
            tell_left(found.main, of, "intake.also_sent", self._doors.taking(of.line), self._schemas)
            if not any(one is found.one for group in self._grouped.values() for one, _ in group):
                self._is_open(found.one, found.main, found.home)
        else:
            self._take(found.one, found.part, of)

    def _is_open(self, one: Claimed, reading: Reading | None, collection: Collection) -> bool:
        if self._doors.are_open(collection, one):
            return True
        same, others = self._doors.taking(collection.line), self._doors.taking()
        told = "、".join([str(key) for key in same] or [key.as_of.isoformat() for key in others]) or "—"
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
        last = self._doors.too_late(collection, reporter, one)
        if last is not None:
            self._refuse(one, reading, "intake.entry_closed", value=collection, expected=last)
            return
        self._nils.append(Nil(contract, as_of, one, reporter))

    def _refuse(self, one: Claimed, reading: Reading | None, rule: str, **facts: object) -> None:
        """Return a submission; what reading has said already is enough where it names an error."""
        told = list(reading.findings) if reading else []
        if not any(one_told.severity is Severity.ERROR for one_told in told) or rule == "intake.collection_not_open":
            told.append(say(self._schemas, rule, one, **facts).at(reporter=self._only_reporter(reading)))
        self._refused.append(Refused(one, told, reading))

    def _only_reporter(self, reading: Reading | None) -> str | None:
        """Return whose figures a file holds, where they are one reporter's."""
        found = reporters_of(reading, self._contracts) if reading is not None else set()
        return found.pop() if len(found) == 1 else None

    def _lines(self) -> str:
        return "、".join(self._contracts)
