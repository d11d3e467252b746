"""Which pairs are one facility: the best of each other, heavy enough and without a rival; the rest are in doubt.

Every round takes all pairs that are beyond doubt at once, so the order of rows never matters; a pair that was held
back by a rival may be free once the rival has found its own.
"""

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf

from keiyu.register.identity.policy import Policy
from keiyu.register.identity.weighing import Pair


@dataclass(frozen=True, slots=True)
class Doubt:
    """A pair that may be one facility.

    Attributes:
        pair: the pair.
        lead: bits by which it leads the best other pair of either row; negative where another leads; none without one.
    """

    pair: Pair
    lead: float | None


def match(pairs: Sequence[Pair], policy: Policy) -> tuple[list[Pair], list[Doubt]]:
    """Tell the pairs beyond doubt from those in doubt.

    Args:
        pairs: weighed pairs.
        policy: the thresholds.

    Returns:
        Pairs that are one facility, no row twice; and pairs of rows left over, heaviest first.
    """
    left, taken = list(pairs), list[Pair]()
    while sure := [p for p, lead in _leads(left) if p.weight >= policy.accept and lead >= policy.margin]:
        taken += sure
        known, rows = {pair.known for pair in sure}, {pair.row for pair in sure}
        left = [pair for pair in left if pair.known not in known and pair.row not in rows]
    doubts = [Doubt(pair, None if lead == inf else lead) for pair, lead in _leads(left)]
    return sorted(taken, key=_place), sorted(doubts, key=lambda doubt: (-doubt.pair.weight, _place(doubt.pair)))


def best_of(pairs: Sequence[Pair], spokesman: Mapping[int, int]) -> list[Pair]:
    """Return the heaviest pair of each facility and row, as a pair of the row that speaks for the facility.

    Args:
        pairs: weighed pairs.
        spokesman: known row → the row that speaks for its facility.
    """
    best: dict[tuple[int, int], Pair] = {}
    for pair in pairs:
        spoken = replace(pair, known=spokesman[pair.known])
        standing = best.get(_place(spoken))
        if standing is None or spoken.weight > standing.weight:
            best[_place(spoken)] = spoken
    return list(best.values())


def _leads(pairs: Sequence[Pair]) -> Iterator[tuple[Pair, float]]:
    """Yield each pair with the bits by which it leads the heaviest other pair of either of its rows."""
    known: dict[int, list[float]] = {}
    rows: dict[int, list[float]] = {}
    for pair in pairs:
        known.setdefault(pair.known, []).append(pair.weight)
        rows.setdefault(pair.row, []).append(pair.weight)
    best = {key: heapq.nlargest(2, weights) for key, weights in known.items()}
    best_of_row = {key: heapq.nlargest(2, weights) for key, weights in rows.items()}
    for pair in pairs:
        rival = max(_other(best[pair.known], pair.weight), _other(best_of_row[pair.row], pair.weight))
        yield pair, pair.weight - rival


def _other(two: Sequence[float], weight: float) -> float:
    """Return the heavier of two weights that is not this pair's own."""
    if two[0] != weight:
        return two[0]
    return two[1] if len(two) > 1 else -inf


def _place(pair: Pair) -> tuple[int, int]:
    return pair.known, pair.row
