"""Which collections take a submission, and from whom: open, closed to first entries, or closed."""

import datetime as dt
from typing import Final

from keiyu.contract.model import Collection
from keiyu.ledger import collection_states
from keiyu.ledger.claims import Claimed
from keiyu.ledger.collections import received_before_closing
from keiyu.publish.monitor.closing import Door, door
from keiyu.receive.workspace import Workspace

_TAKING: Final = frozenset({"open", "entry_closed"})
"""States of a collection in which a submission may be taken."""


class Doors:
    """The collections as they stood when a micro-batch was claimed."""

    def __init__(self, workspace: Workspace) -> None:
        """Take the collections' states from the ledger."""
        self._workspace = workspace
        self._states = collection_states(workspace.ledger)
        self._doors: dict[Collection, Door | None] = {}

    def are_open(self, collection: Collection, one: Claimed) -> bool:
        """Return whether a collection takes a submission: it is open, or was when the submission was received."""
        return self._states.get(collection) in _TAKING or received_before_closing(
            self._workspace.ledger, collection, one.received_seq
        )

    def taking(self, line: str | None = None) -> list[Collection]:
        """Return the collections that take submissions: a line's, or all."""
        return [key for key, state in self._states.items() if state in _TAKING and line in (None, key.line)]

    def before(self, collection: Collection) -> Collection | None:
        """Return the line's collection before one; none where there is none."""
        return max((key for key in self._states if key.line == collection.line and key < collection), default=None)

    def too_late(self, collection: Collection, reporter: str, one: Claimed) -> dt.date | None:
        """Return the last day of a reporter whose first submission comes after it; none where it is taken."""
        if self._states.get(collection) != "entry_closed":
            return None
        if collection not in self._doors:
            self._doors[collection] = door(self._workspace, collection, self._workspace.ledger.now())
        found = self._doors[collection]
        return found.closed_to(reporter, one.received_seq) if found is not None else None
