"""What the tasks do: ask the ledger, do it, and say in a few words what was done."""

import logging
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from keiyu import publish, register
from keiyu.contract import Collection
from keiyu.intake import IngestReport, ingest
from keiyu.intake.replay import replay
from keiyu.ledger import collection_states
from keiyu.ledger.claims import is_waiting
from keiyu.orchestration.errors import RemindersRefusedError, StoredDataDifferError
from keiyu.publish import followers, monitor, rebased
from keiyu.receive.drop import forget
from keiyu.receive.workspace import Workspace

_LONGEST: Final = 20.0
_LINGER: Final = 2.0
_BRIEF: Final = 3.0
"""Processor seconds: what takes more to show is left to the national DAG, so that the next need not wait for it."""

_PATIENCE: Final = 1.0

_TICK: Final = 0.05
_KEPT: Final = timedelta(days=30)
"""How long received files stay beside the watched directory; their bytes are in the landing store anyway."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Drained:
    """What one run of the intake did.

    Attributes:
        report: all its micro-batches together.
        empty: whether the ledger's queue was empty at the end.
    """

    report: IngestReport
    empty: bool

    @property
    def counts(self) -> dict[str, int]:
        """Numbers for the task's log and return value."""
        names = ("claimed", "accepted", "returned", "findings_count")
        return {name: getattr(self.report, name) for name in names}


def drain(workspace: Workspace, longest: float = _LONGEST, linger: float = _LINGER) -> Drained:
    """Work in micro-batches until nothing is left and nothing more comes; show each in ``current/`` at once.

    Whoever came for work and found some stays a moment: the next of a stream of arrivals then need not wait for
    a task to be scheduled and started.

    Args:
        workspace: the installation.
        longest: seconds after which to stop even if something is left, so that releases are cut while files
            keep arriving.
        linger: seconds without an arrival after which to leave.
    """
    total, limit, slow = IngestReport(), time.monotonic() + longest, set[Collection]()
    while time.monotonic() < limit:
        report = ingest(workspace)
        total += report
        for collection in sorted(report.collections_changed - slow):
            if _show(workspace, collection) > _BRIEF:
                slow.add(collection)
        until = min(limit, time.monotonic() + linger)
        if not report.claimed and not (total.claimed and _comes(workspace, until)):
            return Drained(total, empty=True)
    return Drained(total, empty=False)


def _show(workspace: Workspace, collection: Collection) -> float:
    """Bring ``current/`` up to date; returns the processor seconds it took.

    Nothing depends on it: the national DAG, which is woken all the same, makes up for what fails here or is left to
    whoever publishes at this moment, and reports what is wrong.
    """
    started = time.process_time()
    try:
        publish.refresh_current(workspace, collection, patience=_PATIENCE)
    except Exception:
        _log.exception("%s is not shown yet", collection)
    return time.process_time() - started


def _comes(workspace: Workspace, until: float) -> bool:
    """Wait for an arrival; returns whether there is one."""
    while not (found := is_waiting(workspace.ledger)) and time.monotonic() < until:
        time.sleep(_TICK)
    return found


def publish_due(workspace: Workspace, line: str, partition: str) -> dict[str, str | None]:
    """Bring ``current/`` up to date and publish the release that is due, if one is.

    Args:
        workspace: the installation.
        line: the reporting line.
        partition: the collection's date, as the partition key says it.

    Returns:
        The collection, and the release that shows what is live, if there is one.
    """
    collection = Collection(line, date.fromisoformat(partition))
    release = publish.publish(workspace, collection)
    followers.follow(workspace, collection, release)
    monitor.refresh(workspace, collection, workspace.ledger.now())
    cut = release is not None and release.created
    return {"collection": str(collection), "published": str(release) if cut else None}


def open_collections(workspace: Workspace) -> list[Collection]:
    """Return the collections that still take submissions."""
    return [collection for collection, state in collection_states(workspace.ledger).items() if state != "closed"]


def close_over(workspace: Workspace) -> dict[str, str]:
    """Close what is over and measure it a last time; returns collection → the state it has now."""
    at = workspace.ledger.now()
    closed = monitor.close(workspace, at)
    for one in closed:
        monitor.refresh(workspace, one.collection, at)
    return {str(one.collection): one.state for one in closed}


def send_reminders(workspace: Workspace, send: monitor.Send) -> dict[str, int]:
    """Send every digest that is due, each organisation one message.

    Args:
        workspace: the installation.
        send: hands one message over; raises where it was refused.

    Returns:
        How many organisations were sent one, and how many cannot be reached.

    Raises:
        RemindersRefusedError: messages were refused; those who got theirs are not sent it again.
    """
    done = monitor.deliver(workspace, workspace.ledger.now(), send)
    if done.failed:
        raise RemindersRefusedError(done.failed, done.sent)
    return {"sent": done.sent, "unreachable": done.unreachable}


def measure_open(workspace: Workspace) -> list[str]:
    """Bring the tables about the open collections up to date; returns those in which anything changed."""
    at = workspace.ledger.now()
    return [str(one) for one in open_collections(workspace) if monitor.refresh(workspace, one, at)]


def tidy(workspace: Workspace) -> dict[str, int]:
    """Merge small segments and remove what is no longer named by anything.

    Returns:
        How many batches were merged and how many paths removed, by kind.
    """
    ledger, storage = workspace.ledger, workspace.storage
    known = list(collection_states(ledger))
    merged = [register.compact(ledger, storage, workspace.contract(one.line), one) for one in known]
    oldest = datetime.now(UTC).date() - _KEPT
    return {
        "merged": sum(merged),
        "segments": len(register.sweep(ledger, storage)),
        "release_folders": sum(len(publish.sweep(workspace, one)) for one in known),
        "series": sum(len(rebased.refresh(workspace, line)) for line in {one.line for one in known}),
        "dropped_days": forget(Path(workspace.settings.drop), oldest),
    }


def replayed(workspace: Workspace, collection: Collection) -> list[dict[str, Any]]:
    """Check what was accepted once more, changing nothing.

    Returns:
        For each part that would turn out differently: submission, file, reporter, whether it would be returned, the
        rules with something new to say, and the figures that would be read otherwise.
    """
    return [
        {
            "submission_id": part.submission_id,
            "file": part.file,
            "reporter": part.reporter,
            "returned": part.returned,
            "rules": sorted({told.rule_id for told in part.findings}),
            "figures": list(part.figures),
        }
        for part in replay(workspace, collection)
    ]


def prove(workspace: Workspace) -> None:
    """Check the audit chain, the landed bytes, the core rows and the releases against each other.

    Raises:
        StoredDataDifferError: they do not agree.
    """
    findings = register.verify(workspace.ledger, workspace.storage, workspace.settings.schemas)
    findings += publish.verify(workspace)
    if findings:
        raise StoredDataDifferError(len(findings), findings[0].message_ja, findings[0].message_en)
