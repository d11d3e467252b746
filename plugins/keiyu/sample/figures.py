"""Figures of a made-up collection: plausible, seeded, and adding up by construction.

Only the leaves of a cube are drawn. Every other cell is the sum of its leaves along the code lists'
``parent``, so the identities that a check tests hold in the sample for the reason they hold in life.
"""

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

from keiyu.contract.model import Contract, Dimension, Table
from keiyu.sample.model import Draw, Follow, Kind, Model, Part

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Leaves = dict[tuple[str, ...], Integers]

ROUNDS = 20
"""Rounds of proportional fitting; the national shares are met within a hundredth after ten."""


def make(contract: Contract, model: Model, kinds: Sequence[str], rng: np.random.Generator) -> dict[str, Integers]:
    """Draw every reporter's figures.

    Args:
        contract: the line; its cubes are filled.
        model: the line's sample model.
        kinds: kind of each reporter (a key of ``model.kinds``).
        rng: source of chance.

    Returns:
        Table → figures, one row per reporter and one column per measure in official order.
    """
    sizes = _sizes(model.kinds, kinds, model.national, rng)
    leaves: dict[str, Leaves] = {}
    for draw in model.draws:
        leaves[draw.table] = _draw(draw, contract.table(draw.table), sizes, kinds, rng)
    for follow in model.follows:
        leaves[follow.table] = _follow(follow, contract, leaves[follow.source], rng)
    return {name: _sum_up(contract.table(name), cells) for name, cells in leaves.items()}


def leaves_of(dimension: Dimension, code: str) -> tuple[str, ...]:
    """Return the codes without parts that a code is the sum of (itself where it has no parts)."""
    parts = dimension.children(code)
    if not parts:
        return (code,)
    return tuple(leaf for part in parts for leaf in leaves_of(dimension, part.code))


def _sizes(kinds: Mapping[str, Kind], of: Sequence[str], national: int, rng: np.random.Generator) -> Integers:
    """Draw a log-normal size for each reporter and scale them all to the national total."""
    median = np.array([kinds[k].median for k in of])
    spread = np.array([kinds[k].spread for k in of])
    zero = np.array([kinds[k].zero for k in of])
    drawn = median * np.exp(spread * rng.standard_normal(len(of))) * (rng.random(len(of)) >= zero)
    scaled: Integers = np.rint(drawn * national / max(drawn.sum(), 1.0)).astype(np.int64)
    return scaled


def _draw(draw: Draw, table: Table, sizes: Integers, kinds: Sequence[str], rng: np.random.Generator) -> Leaves:
    outer, inner = list(draw.shares), list(draw.parts)
    shares = np.array([draw.shares[code] for code in outer])
    leaning = shares * np.exp(draw.spread * rng.standard_normal((len(sizes), len(outer))))
    by_outer = rng.multinomial(sizes, leaning / leaning.sum(axis=1, keepdims=True))
    leanings: dict[str, Floats] = {}
    for part in inner:
        leanings[part] = _leaning(draw.parts[part], kinds, leanings, rng)
    own = np.stack(list(leanings.values()), axis=1)
    cells: Leaves = {}
    names = [d.name for d in table.dimensions]
    for i, code in enumerate(outer):
        national = np.array([draw.parts[part].weights[code] for part in inner])
        chances = _fit(own * national, by_outer[:, i].astype(np.float64), national)
        drawn = rng.multinomial(by_outer[:, i], chances)
        for j, part in enumerate(inner):
            place = {draw.by: code, draw.then: part}
            cells[tuple(place[name] for name in names)] = drawn[:, j]
    return cells


def _leaning(part: Part, kinds: Sequence[str], before: Mapping[str, Floats], rng: np.random.Generator) -> Floats:
    """Return how much each reporter leans to a code; 0 where it has none of it."""
    chance = np.array([part.present.get(k, 1.0) for k in kinds])
    leaning: Floats = np.exp(part.spread * rng.standard_normal(len(kinds)))
    present = rng.random(len(kinds)) < chance
    if part.instead_of is not None:
        present |= before[part.instead_of] == 0
    return leaning * present


def _fit(weights: Floats, sizes: Floats, national: Floats) -> Floats:
    """Fit each reporter's chances so that the country as a whole has the national shares."""
    target = national / national.sum() * sizes.sum()
    fitted = weights + (weights.sum(axis=1, keepdims=True) == 0) * national
    for _ in range(ROUNDS):
        fitted = fitted / fitted.sum(axis=1, keepdims=True)
        reached = (fitted * sizes[:, None]).sum(axis=0)
        fitted = fitted * np.where(reached > 0, target / np.maximum(reached, 1e-9), 1.0)
    return np.asarray(fitted / fitted.sum(axis=1, keepdims=True))


def _follow(follow: Follow, contract: Contract, source: Leaves, rng: np.random.Generator) -> Leaves:
    names = [d.name for d in contract.table(follow.table).dimensions]
    source_names = [d.name for d in contract.table(follow.source).dimensions]
    size = len(next(iter(source.values())))
    cells: Leaves = {}
    for code, part in follow.parts.items():
        stands_here = rng.random(size) >= part.elsewhere
        for other, ratio in part.weights.items():
            place = {follow.by: code, follow.then: other}
            served = sum(source[key] for key in _served(follow, place, source_names))
            ratios = ratio * np.exp(follow.spread * rng.standard_normal(size))
            cells[tuple(place[n] for n in names)] = np.ceil(served * ratios * stands_here).astype(np.int64)
    return cells


def _served(follow: Follow, place: Mapping[str, str], names: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the cells of the source that a cell of the following cube serves."""
    of = {follow.dimensions[d][0]: follow.dimensions[d][1][code] for d, code in place.items()}
    return list(product(*(of[name] for name in names)))


def _sum_up(table: Table, cells: Leaves) -> Integers:
    columns = []
    for measure in table.measures:
        parts = product(*(leaves_of(d, measure.dimensions[d.name]) for d in table.dimensions))
        columns.append(sum(cells[part] for part in parts))
    return np.stack([np.asarray(column) for column in columns], axis=1)
