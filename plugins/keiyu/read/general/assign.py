"""The best assignment of columns to fields, all at once: one field, one column."""

from collections.abc import Mapping, Sequence
from typing import Final

_MOST: Final = 400
_SHARPNESS: Final = 4
"""Two doubtful matches must not outweigh a sure one."""


def assign(weights: Sequence[Mapping[str, float]]) -> list[str | None]:
    """Assign fields to columns so that the sum of sharpened weights is greatest.

    Args:
        weights: for each column, field → how surely it is meant, from 0 to 1.

    Returns:
        For each column its field; none where no field is left for it. Equal sums are decided by the order of
        the columns and of the fields' names.
    """
    fields = sorted({name for row in weights for name in row})
    rows = [i for i, row in enumerate(weights) if row]
    found: list[str | None] = [None] * len(weights)
    if not rows:
        return found
    best = {i: max(weights[i], key=weights[i].__getitem__) for i in rows}
    if len(set(best.values())) == len(rows) and all(_is_single(weights[i], best[i]) for i in rows):
        return [best.get(i) for i in range(len(weights))]
    if len(rows) > _MOST:
        return _greedy(weights)
    at = {name: j for j, name in enumerate(fields)}
    costs = []
    for i in rows:
        cost = [0.0] * (len(fields) + len(rows))
        for name, weight in weights[i].items():
            cost[at[name]] = -(weight**_SHARPNESS)
        costs.append(cost)
    for i, j in zip(rows, _hungarian(costs), strict=True):
        if j < len(fields) and fields[j] in weights[i]:
            found[i] = fields[j]
    return found


def _is_single(weights: Mapping[str, float], best: str) -> bool:
    """Return whether a column means no other field as surely as its best one."""
    return sum(weight == weights[best] for weight in weights.values()) == 1 and weights[best] > 0


def _greedy(weights: Sequence[Mapping[str, float]]) -> list[str | None]:
    """Assign the surest first, where a file has so many columns that looking at all of them takes too long."""
    found: list[str | None] = [None] * len(weights)
    taken: set[str] = set()
    pairs = sorted((-w, i, name) for i, row in enumerate(weights) for name, w in row.items())
    for _, i, name in pairs:
        if found[i] is None and name not in taken:
            found[i] = name
            taken.add(name)
    return found


def _hungarian(costs: Sequence[Sequence[float]]) -> list[int]:
    """Return for each row its column in the cheapest assignment (Kuhn and Munkres, by shortest augmenting paths)."""
    height, width = len(costs), len(costs[0])
    by_row, by_column = [0.0] * (height + 1), [0.0] * (width + 1)
    match = [0] * (width + 1)
    for row in range(1, height + 1):
        match[0] = row
        column, way = 0, [0] * (width + 1)
        least, used = [float("inf")] * (width + 1), [False] * (width + 1)
        while match[column]:
            column = _step(costs, match, by_row, by_column, least, used, way, column)
        while column:
            match[column], column = match[way[column]], way[column]
    found = [0] * height
    for column in range(1, width + 1):
        if match[column]:
            found[match[column] - 1] = column - 1
    return found


def _step(
    costs: Sequence[Sequence[float]],
    match: list[int],
    by_row: list[float],
    by_column: list[float],
    least: list[float],
    used: list[bool],
    way: list[int],
    column: int,
) -> int:
    """Lengthen the path by the cheapest column and return it."""
    used[column] = True
    row, delta, following = match[column], float("inf"), 0
    cost, base = costs[row - 1], by_row[row]
    for j in range(1, len(used)):
        if used[j]:
            continue
        reduced = cost[j - 1] - base - by_column[j]
        if reduced < least[j]:
            least[j], way[j] = reduced, column
        if least[j] < delta:
            delta, following = least[j], j
    for j, taken in enumerate(used):
        if taken:
            by_row[match[j]] += delta
            by_column[j] -= delta
        else:
            least[j] -= delta
    return following
