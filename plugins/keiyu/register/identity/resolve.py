"""Who is who in an edition: pure functions over tables, with no ledger and no clock.

An edition is a list of facilities as of a date. Rows that nothing tells apart from a known one are taken at once; the
rest are weighed. What is not beyond doubt gets an identity of its own and goes on the review list: an identity given
in doubt can be joined to another later, one merged by mistake is hard to find.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import pyarrow as pa

from keiyu.register.identity import features as compared
from keiyu.register.identity.changes import changes
from keiyu.register.identity.matching import Doubt, best_of, match
from keiyu.register.identity.model import ASSIGNMENTS, IDENTITY, REVIEW, VALID_FROM, Resolution
from keiyu.register.identity.policy import Policy
from keiyu.register.identity.sides import Side, leaders, spokesmen
from keiyu.register.identity.weighing import weigh

_NAMESPACE: Final = uuid.UUID("6b656979-7500-5000-8000-6964656e7469")


def resolve(
    known: pa.Table, edition: pa.Table, *, as_of: dt.date, policy: Policy, covered: Collection[str] | None = None
) -> Resolution:
    """Recognise the facilities of an edition.

    Args:
        known: the register as known, with ``identity``, ``valid_from``, ``valid_to`` (none while it holds) and fields
            of the core table. An identity may have several rows, as different lists spell it; the first speaks for it.
        edition: rows of the core table.
        as_of: date of the edition.
        policy: how rows are recognised.
        covered: areas of which the edition is the whole list; those of its rows by default.

    Returns:
        Identities, changes and doubts. The order of rows changes nothing but the indexes.
    """
    dates = {as_of, *filter(None, known[VALID_FROM].to_pylist())}
    ours = Side(known.to_pylist(), compared.of(known, policy, dates))
    theirs = Side(edition.to_pylist(), compared.of(edition, policy, dates))
    state = _State(ours, theirs, policy, leaders(theirs, as_of), spokesmen(ours))
    state.take_identical(lambda side, i: side.record(i, policy))
    state.take_identical(lambda side, i: side.whereabouts(i))
    doubts = state.take_weighed()
    issued = state.issue(as_of)
    blocks = {f.block for f in theirs.features} if covered is None else set(covered)
    return Resolution(
        assignments=state.assignments(issued),
        changes=changes(ours, theirs, state.pairs, issued, doubts, as_of=as_of, policy=policy, covered=blocks),
        review=_review(doubts, ours, issued),
    )


@dataclass(eq=False)
class _State:
    """What has been found so far."""

    known: Side
    edition: Side
    policy: Policy
    leader: Mapping[int, int]
    spokesman: Mapping[int, int]
    found: dict[int, tuple[int, str, float | None]] = field(default_factory=dict)

    @property
    def pairs(self) -> dict[int, int]:
        """Row → known row."""
        return {row: known for row, (known, _, _) in self.found.items()}

    def left(self) -> tuple[list[int], list[int]]:
        """Return known rows and leading rows that have not found each other."""
        taken = set(self.pairs.values())
        known = [i for i, spokesman in self.spokesman.items() if spokesman not in taken]
        return known, sorted(set(self.leader.values()) - self.found.keys())

    def take_identical(self, key: Callable[[Side, int], Hashable | None]) -> None:
        """Take rows that share a key with just as many known rows."""
        known, rows = self.left()
        ours = self.known.grouped(known, lambda i: key(self.known, i))
        theirs = self.edition.grouped(rows, lambda i: key(self.edition, i))
        for shared in sorted(ours.keys() & theirs.keys(), key=repr):
            free = {self.spokesman[i] for i in ours[shared]} - set(self.pairs.values())
            same = sorted(free, key=lambda i: str(self.known.rows[i][IDENTITY]))
            if len(same) == len(theirs[shared]):
                self.found |= {row: (i, "identical", None) for i, row in zip(same, theirs[shared], strict=True)}

    def take_weighed(self) -> list[Doubt]:
        """Take the pairs that are beyond doubt and return those that are not."""
        known, rows = self.left()
        ours = compared.frame(self.known.features, known)
        pairs = weigh(ours, compared.frame(self.edition.features, rows), self.policy)
        sure, doubts = match(best_of(pairs, self.spokesman), self.policy)
        self.found |= {pair.row: (pair.known, "weighed", pair.weight) for pair in sure}
        return doubts

    def issue(self, as_of: dt.date) -> dict[int, str]:
        """Give the rows left over new identities, told by what the rows say and not by where they stand."""
        taken = {str(row[IDENTITY]) for row in self.known.rows}
        issued: dict[int, str] = {}
        for row in self.left()[1]:
            said = repr((self.policy.register, as_of.isoformat(), self.edition.record(row, self.policy)))
            number = 0
            while (new := str(uuid.uuid5(_NAMESPACE, f"{said}{number}"))) in taken:
                number += 1
            taken.add(new)
            issued[row] = new
        return issued

    def assignments(self, issued: Mapping[int, str]) -> pa.Table:
        """Return the identity of every row, those of other periods included."""
        told = [self._assigned(row, leader, issued) for row, leader in sorted(self.leader.items())]
        return pa.Table.from_pylist(told, ASSIGNMENTS)

    def _assigned(self, row: int, leader: int, issued: Mapping[int, str]) -> dict[str, object]:
        if leader in issued:
            identity, method, weight = issued[leader], "new", None
        else:
            known, method, weight = self.found[leader]
            identity = str(self.known.rows[known][IDENTITY])
        return {"row": row, IDENTITY: identity, "method": method if row == leader else "period", "weight": weight}


def _review(doubts: Sequence[Doubt], known: Side, issued: Mapping[int, str]) -> pa.Table:
    return pa.Table.from_pylist([_doubted(doubt, known, issued) for doubt in doubts], REVIEW)


def _doubted(doubt: Doubt, known: Side, issued: Mapping[int, str]) -> dict[str, object]:
    pair = doubt.pair
    said = [level for level in pair.levels.values() if not level.silent]
    return {
        "known": str(known.rows[pair.known][IDENTITY]),
        "row": pair.row,
        IDENTITY: issued[pair.row],
        "weight": pair.weight,
        "lead": doubt.lead,
        "evidence_ja": [level.ja for level in said],
        "evidence_en": [level.en for level in said],
    }
