"""The two sides of a resolution: rows with what of them is compared."""

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from keiyu.register.identity.features import Features
from keiyu.register.identity.model import IDENTITY, VALID_FROM, VALID_TO
from keiyu.register.identity.policy import Policy


@dataclass(frozen=True, slots=True)
class Side:
    """Rows of one side.

    Attributes:
        rows: field → value of each row.
        features: what of each row is compared.
    """

    rows: Sequence[Mapping[str, Any]]
    features: Sequence[Features]

    def record(self, index: int, policy: Policy) -> Hashable:
        """Return everything by which a row could be told from another."""
        row = self.rows[index]
        return self.features[index], tuple(str(row.get(field)) for field in policy.described)

    def whereabouts(self, index: int) -> Hashable | None:
        """Return name and place of a row that states name, address and phone; two such rows are one facility."""
        f = self.features[index]
        return (f.block, f.name, f.aspect, f.site, f.line) if f.name and f.site and f.line else None

    def grouped(self, indexes: Iterable[int], key: Callable[[int], Hashable | None]) -> dict[Hashable, list[int]]:
        """Return the rows of each key; those without one are left out."""
        groups: dict[Hashable, list[int]] = defaultdict(list)
        for index in indexes:
            if (shared := key(index)) is not None:
                groups[shared].append(index)
        return groups


def leaders(side: Side, as_of: dt.date) -> dict[int, int]:
    """Return for every row the one that speaks for its facility: the description that holds on a date.

    An edition may list a facility once for each period; its rows then bear one number and periods that follow each
    other. Only the leader is compared.
    """
    numbered = side.grouped(range(len(side.rows)), lambda i: _number(side.features[i]))
    leader = {index: index for index in range(len(side.rows))}
    for indexes in numbered.values():
        if len(indexes) > 1 and _follow(side, indexes):
            leader |= dict.fromkeys(indexes, max(indexes, key=lambda i: (_begun(side.rows[i], as_of), _from(side, i))))
    return leader


def spokesmen(side: Side) -> dict[int, int]:
    """Return for every known row the one that speaks for its identity: the first."""
    first: dict[str, int] = {}
    return {index: first.setdefault(str(row[IDENTITY]), index) for index, row in enumerate(side.rows)}


def past(row: Mapping[str, Any], as_of: dt.date) -> bool:
    """Return whether a row itself says that it no longer holds on a date."""
    return (until := row.get(VALID_TO)) is not None and until <= as_of


def _number(features: Features) -> Hashable | None:
    return (features.block, features.number) if features.number else None


def _from(side: Side, index: int) -> dt.date:
    since: dt.date = side.rows[index][VALID_FROM]
    return since


def _begun(row: Mapping[str, Any], as_of: dt.date) -> bool:
    return row[VALID_FROM] <= as_of and not past(row, as_of)


def _follow(side: Side, indexes: Sequence[int]) -> bool:
    """Return whether rows are periods that follow each other."""
    if any(side.rows[i].get(VALID_FROM) is None for i in indexes):
        return False
    order = [side.rows[i] for i in sorted(indexes, key=lambda i: _from(side, i))]
    return all(
        a.get(VALID_TO) is not None and a[VALID_FROM] < a[VALID_TO] <= b[VALID_FROM]
        for a, b in itertools.pairwise(order)
    )
