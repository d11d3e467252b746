"""One run of the intake: a micro-batch is decided whole, or without the files that make it stumble.

A batch never gets stuck on one file. What cannot be read goes back with a finding; what makes the check
or the register stumble is searched for by halving the batch, and set aside alone. Errors that are no
file's fault (a full disk, a database that is away, a broken contract) end the run and change nothing.
"""

import logging
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from keiyu import register
from keiyu.collector import uncollected
from keiyu.contract.model import Collection
from keiyu.errors import ConfigurationError
from keiyu.findings import finding
from keiyu.intake.batch import Batch
from keiyu.intake.faults import code_of, is_nobodys_fault
from keiyu.intake.model import IngestReport
from keiyu.ledger.claims import desk
from keiyu.publish.inquiry import inquire
from keiyu.receive.workspace import Workspace
from keiyu.register import Refused, Staged
from keiyu.register.identity import recognise

_SEGMENTS: Final = 64
"""Micro-batches of a collection after which its small segments are merged."""

_SUSPECTS: Final = 8
"""So many files failing one rule's execution, and none passing, mean that the rule is broken."""

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
            staged = Batch(workspace, claimed).decide()
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
