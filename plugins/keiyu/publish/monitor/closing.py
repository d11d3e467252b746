"""Closing at the dates: first submissions, then everything; once, so that what a person opened again stays open."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from keiyu.contract.model import Collection
from keiyu.ledger import close_collection, close_entry, collection_states
from keiyu.ledger.collections import entry_closed_since
from keiyu.ledger.models import CollectionState
from keiyu.publish.monitor.assessment import Assessment, assess, day_of
from keiyu.publish.monitor.position import position
from keiyu.receive.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Closing:
    """A collection that is to change its state.

    Attributes:
        collection: which.
        state: the state it is to have.
        day: last day of what is over.
    """

    collection: Collection
    state: CollectionState
    day: dt.date

    @property
    def key(self) -> str:
        """Idempotency key: one closing for one date."""
        return f"{self.state}:{self.collection}:{self.day.isoformat()}"


def closing(assessment: Assessment) -> Closing | None:
    """Return how a collection is to be closed on a day, if it is.

    Nothing closes before the last day that anybody was given, extensions included; and nothing that a person
    opened knowingly, after its dates.

    Args:
        assessment: the collection on that day.
    """
    position, last = assessment.position, assessment.position.hops[-1]
    corrections = max(last.corrections_close, assessment.last_day)
    entry = max(last.entry_closes, assessment.last_day)
    if position.state in ("open", "entry_closed") and _is_over(assessment, corrections):
        return Closing(position.collection, "closed", corrections)
    if position.state == "open" and _is_over(assessment, entry):
        return Closing(position.collection, "entry_closed", entry)
    return None


def _is_over(assessment: Assessment, day: dt.date) -> bool:
    """Whether a day has passed since a person opened the collection; what is opened after it stays open."""
    opened = assessment.position.opened_at
    return assessment.today > day and opened is not None and day_of(opened) <= day


def close(workspace: Workspace, at: dt.datetime) -> list[Closing]:
    """Close what is over; returns what was closed now."""
    found = []
    for collection, state in collection_states(workspace.ledger).items():
        over = None if state == "closed" else closing(assess(position(workspace, collection), at))
        if over is None:
            continue
        turn = close_entry if over.state == "entry_closed" else close_collection
        if turn(workspace.ledger, collection, over.key):
            found.append(over)
    return found


@dataclass(frozen=True)
class Door:
    """Whom a collection that takes corrections only still lets in.

    Attributes:
        since: sequence at which entry closed; what was received before it is taken, however long it waited.
        over: reporter → its last day, of those who have not come and whose last day is over.
    """

    since: int
    over: Mapping[str, dt.date]

    def closed_to(self, reporter: str, received_seq: int) -> dt.date | None:
        """Return the last day of a reporter who comes too late for a first submission; none for all others."""
        return None if received_seq < self.since else self.over.get(reporter)


def door(workspace: Workspace, collection: Collection, at: dt.datetime) -> Door | None:
    """Return the door of a collection; none where first submissions are taken from everyone.

    A reporter whose extension still runs is let in, and so is the correction of one who was in.

    Args:
        workspace: the installation.
        collection: which.
        at: the instant.
    """
    since = entry_closed_since(workspace.ledger, collection)
    if since is None:
        return None
    assessment = assess(position(workspace, collection), at)
    entry = assessment.position.hops[-1].entry_closes
    days = {one.reporter.code: max(entry, one.due) for one in assessment.standings if one.status == "overdue"}
    return Door(since, {reporter: day for reporter, day in days.items() if assessment.today > day})
