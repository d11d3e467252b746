"""What the tasks do: ask the ledger, do it, and say in a few words what was done."""

import time
from dataclasses import dataclass
from datetime import date
from typing import Final

from keiyu.contract import Collection
from keiyu.intake import IngestReport, ingest
from keiyu.publish import publish
from keiyu.receive.workspace import Workspace

_LONGEST: Final = 60.0


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


def drain(workspace: Workspace, longest: float = _LONGEST) -> Drained:
    """Work in micro-batches until nothing is left.

    Args:
        workspace: the installation.
        longest: seconds after which to stop even if something is left, so that what was accepted
            reaches the national tables while files keep arriving.
    """
    total, limit = IngestReport(), time.monotonic() + longest
    while time.monotonic() < limit:
        report = ingest(workspace)
        if not report.claimed:
            return Drained(total, empty=True)
        total += report
    return Drained(total, empty=False)


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
    release = publish(workspace, collection)
    cut = release is not None and release.created
    return {"collection": str(collection), "published": str(release) if cut else None}
