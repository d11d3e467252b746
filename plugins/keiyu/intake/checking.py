"""Checking the members of one collection together, and what the intake itself has to say of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pyarrow as pa

from keiyu import register
from keiyu.check import check
from keiyu.check.model import Checked, Verdict
from keiyu.contract.model import Collection, Contract
from keiyu.findings import Severity
from keiyu.intake.doors import Doors
from keiyu.intake.telling import say
from keiyu.ledger.claims import Claimed
from keiyu.read.model import Reading
from keiyu.receive.workspace import Workspace
from keiyu.register import Group


class Checking:
    """The check of a micro-batch, collection by collection."""

    def __init__(self, workspace: Workspace, doors: Doors) -> None:
        """Check in an installation.

        Args:
            workspace: the installation.
            doors: the collections as they stood when the batch was claimed.
        """
        self._workspace = workspace
        self._schemas = workspace.settings.schemas
        self._doors = doors

    def group(self, collection: Collection, members: Sequence[tuple[Claimed, Reading]]) -> Group:
        """Return the members of a collection, checked together.

        Args:
            collection: theirs.
            members: submissions with their readings.
        """
        contract = self._workspace.contract(collection.line)
        submissions, readings = [one for one, _ in members], [reading for _, reading in members]
        checked = self._in_time(collection, self.by_rules(collection, members), submissions)
        return Group(contract, collection.as_of, submissions, readings, checked)

    def by_rules(self, collection: Collection, members: Sequence[tuple[Claimed, Reading]]) -> Checked:
        """Return what the rules say of the members of a collection, whenever they came.

        Args:
            collection: theirs.
            members: submissions with their readings.
        """
        contract = self._workspace.contract(collection.line)
        submissions = [one for one, _ in members]
        checked = check(
            contract,
            [reading for _, reading in members],
            areas=self._workspace.areas,
            expectations=self._workspace.settings.expectations,
            senders=[one.sender for one in submissions],
            as_of=collection.as_of,
            previous=self._previous(contract, collection),
        )
        return self._complete(checked, submissions)

    def _in_time(self, collection: Collection, checked: Checked, submissions: Sequence[Claimed]) -> Checked:
        """Return first submissions that came after entry had closed; corrections are taken."""
        found = (
            (one, self._doors.too_late(collection, one.reporter, submissions[one.reading])) for one in checked.verdicts
        )
        late = {(one.reading, one.reporter): day for one, day in found if one.accepted and day is not None}
        verdicts = [replace(one, accepted=False) if _key(one) in late else one for one in checked.verdicts]
        rule = "intake.entry_closed"
        said = [
            (index, say(self._schemas, rule, submissions[index], value=collection, expected=day).at(reporter=reporter))
            for (index, reporter), day in late.items()
        ]
        return replace(checked, verdicts=verdicts, findings=[*checked.findings, *said]) if late else checked

    def _complete(self, checked: Checked, submissions: Sequence[Claimed]) -> Checked:
        """Say something of every file that has neither a reporter nor an error."""
        spoken = {verdict.reading for verdict in checked.verdicts}
        spoken |= {index for index, told in checked.findings if told.severity is Severity.ERROR}
        silent = [index for index in range(len(submissions)) if index not in spoken]
        more = [(index, say(self._schemas, "intake.nothing_read", submissions[index])) for index in silent]
        return replace(checked, findings=[*checked.findings, *more]) if more else checked

    def _previous(self, contract: Contract, collection: Collection) -> Mapping[str, pa.Table]:
        """Return the live rows of the line's collection before, for comparison."""
        earlier = self._doors.before(collection)
        if earlier is None:
            return {}
        ledger, storage = self._workspace.ledger, self._workspace.storage
        return {name: register.current(ledger, storage, contract, name, earlier.as_of) for name in contract.table_names}


def _key(verdict: Verdict) -> tuple[int, str]:
    return verdict.reading, verdict.reporter
