"""What the tasks do: ask the ledger, do it, and say in a few words what was done."""

import time
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from keiyu.contract import Collection
from keiyu.intake import ingest
from keiyu.publish import publish
from keiyu.receive.workspace import Workspace
from keiyu.settings import Settings

_LONGEST: Final = 60.0
_COUNTED: Final = ("claimed", "accepted", "returned", "findings_count")


@dataclass
class Drained:
    """What one run of the intake did.

    Attributes:
        counts: submissions claimed, accepted and returned, and findings.
        changed: collections whose live rows are not what they were.
        empty: whether the ledger's queue was empty at the end.
    """

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_COUNTED, 0))
    changed: set[Collection] = field(default_factory=set)
    empty: bool = False


def drain(longest: float = _LONGEST) -> Drained:
    """Work in micro-batches until nothing is left.

    Args:
        longest: seconds after which to stop even if something is left, so that what was accepted
            reaches the national tables while files keep arriving.
    """
    drained, limit = Drained(), time.monotonic() + longest
    with Workspace.open(Settings()) as workspace:
        while not drained.empty and time.monotonic() < limit:
            report = ingest(workspace)
            for name in _COUNTED:
                drained.counts[name] += getattr(report, name)
            drained.changed |= report.collections_changed
            drained.empty = report.claimed == 0
    return drained


def publish_due(line: str, partition: str) -> dict[str, str]:
    """Publish what is due for one collection, until nothing is.

    Args:
        line: the reporting line.
        partition: the collection's date, as the partition key says it.
    """
    collection = Collection(line, date.fromisoformat(partition))
    with Workspace.open(Settings()) as workspace:
        release = publish(workspace, collection)
    return {"collection": str(collection), "release": str(release)}
