"""How far published figures have crept since the ministry last decided: many small corrections are one large one.

A correction that the policy would let pass by itself waits too where, together with all that passed since the first
release of the policy's stage or since the last approval, it moves a nation's or a prefecture's figure over the limits
that the policy sets for all of them together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import Connection, func, select

from keiyu import register
from keiyu.contract.model import Collection
from keiyu.contract.revision import Limits, Revision
from keiyu.ledger.holds import Hold
from keiyu.ledger.models import Release as ReleaseRow
from keiyu.publish.snapshot import Snapshot
from keiyu.receive.workspace import Workspace
from keiyu.register import LiveEntry

Number = int | float
Sums = dict[str, dict[str, Number]]


@dataclass(frozen=True)
class Crept:
    """Headline measures by prefecture, when the ministry last decided and now.

    Attributes:
        then: measure → prefecture → sum, at the last decision.
        now: the same with everything that is let pass, the batch at hand included.
        limits: the policy's limits of all corrections together.
    """

    then: Sums
    now: Sums
    limits: Limits

    @classmethod
    def since(cls, workspace: Workspace, taken: Snapshot, policy: Revision) -> Self | None:
        """Return how far a collection has crept; none where no correction of it needs an approval yet.

        Args:
            workspace: the installation.
            taken: the collection now.
            policy: the line's policy.
        """
        collection = taken.collection
        if policy.together is None:
            return None
        with workspace.ledger.read() as connection:
            decided = _decided(connection, collection, policy)
        if decided is None:
            return None
        entries = register.live(workspace.ledger, collection.line, collection.as_of, decided)
        return cls(_sums(taken, {one.reporter: one for one in entries}), _sums(taken, taken.live), policy.together)

    def over(self, impact: Mapping[str, Any], place: str) -> list[str]:
        """Return the measures that a correction, with those before it, moves further than the policy lets them.

        Args:
            impact: what it changes, as ``Standing.impact`` states it.
            place: its reporter's prefecture.
        """
        return [
            name
            for name, told in impact["measures"].items()
            if self._over(name, place, told["own"][1] - told["own"][0])
        ]

    def let(self, impact: Mapping[str, Any], place: str) -> None:
        """Count a correction that passes."""
        for name, told in impact["measures"].items():
            self.now[name][place] = self.now[name].get(place, 0) + told["own"][1] - told["own"][0]

    def _over(self, name: str, place: str, change: Number) -> bool:
        then, now = self.then[name], self.now[name]
        scopes = (
            (sum(then.values()), sum(now.values()), self.limits.nation),
            (then.get(place, 0), now.get(place, 0), self.limits.prefecture),
        )
        return any(
            abs(after + change - before) > max(self.limits.least, share * abs(before), abs(after - before))
            for before, after, share in scopes
        )


def _decided(connection: Connection, collection: Collection, policy: Revision) -> int | None:
    """Return the sequence of the last decision on what is published; none before the policy's stage is out."""
    if policy.after is None:
        return None
    out = select(func.min(ReleaseRow.at_seq)).where(
        ReleaseRow.line == collection.line, ReleaseRow.as_of == collection.as_of, ReleaseRow.stage == policy.after
    )
    approved = select(func.max(Hold.settled_seq)).where(
        Hold.line == collection.line,
        Hold.as_of == collection.as_of,
        Hold.ground == "revision",
        Hold.settlement == "approved",
    )
    first: int | None = connection.scalar(out)
    return None if first is None else max(first, connection.scalar(approved) or 0)


def _sums(taken: Snapshot, entries: Mapping[str, LiveEntry]) -> Sums:
    due, sums = taken.universe.due, Sums()
    for name, told in taken.contract.headline.items():
        places = sums.setdefault(name, {})
        for reporter, entry in entries.items():
            if reporter in due:
                value = sum(entry.control_totals.get(field, 0) for field in told["fields"])
                places[due[reporter]] = places.get(due[reporter], 0) + value
    return sums
