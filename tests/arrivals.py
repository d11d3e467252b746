"""Simulated collections of a country: sizes, growth, and orders in which its municipalities report."""

from dataclasses import dataclass

import numpy as np

from keiyu.publish.estimation.model import Floats, Sample

PLACES, BODIES = 47, 1741


@dataclass(frozen=True)
class Habit:
    """How a country reports.

    Attributes:
        big_late: how much later the big come (standard deviations of lateness per one of log size).
        late: log growth of the very last above the mean; of the very first below it.
        late_spread: by how much that differs from collection to collection.
        place: spread of growth between prefectures.
        rare: few have anything to report, as with waiting children.
    """

    big_late: float = 0.0
    late: float = 0.0
    late_spread: float = 0.0
    place: float = 0.0
    rare: bool = False


def country(seed: int, habit: Habit, collections: int = 4) -> list[Sample]:
    """Collections of a country, the earliest first, each with the values of the one before and its order of arrival."""
    rng = np.random.default_rng(seed)
    big = rng.normal(0, 1, BODIES)
    size, place = np.exp(4.5 + 1.6 * big), np.sort(rng.integers(0, PLACES, BODIES))
    last = rng.poisson(size * (0.02 if habit.rare else 3)).astype(np.float64)
    temper, found = rng.normal(0, 0.7, BODIES), []
    for _ in range(collections):
        order = _order(habit.big_late * big + temper + rng.normal(0, 1, BODIES))
        growth = rng.normal(0, 0.03) + rng.normal(0, 0.06, BODIES) + rng.normal(0, 1, PLACES)[place] * habit.place
        growth += rng.normal(habit.late, habit.late_spread) * (2 * order / BODIES - 1)
        now = rng.poisson(last * np.exp(growth) + (0.05 if habit.rare else 0)).astype(np.float64)
        found.append(Sample(last, now, np.ones(BODIES, np.bool_), place, order, size))
        last = now
    return found


def _order(lateness: Floats) -> Floats:
    return np.argsort(np.argsort(lateness)).astype(np.float64)


HARD = (
    "prefectures in batches",
    "big ones first",
    "who grows comes late",
    "lateness turns about",
    "growth runs on",
    "hardly any",
)
"""Habits against which the method was chosen, with other seeds and in a larger country."""

UNSEEN = ("two waves", "towns shrink", "moods of the year")
"""Habits written after the method was chosen, and never used to change it."""


def elsewhere(seed: int, habit: str, bodies: int = 400, places: int = 20, collections: int = 4) -> list[Sample]:
    """Collections of a smaller country with a hard or unseen habit; growth has heavy tails in each."""
    rng = np.random.default_rng(seed)
    big, place = rng.normal(0, 1, bodies), np.sort(rng.integers(0, places, bodies))
    size = np.exp(4.5 + 1.6 * big)
    last = rng.poisson(size * (0.02 if habit == "hardly any" else 3)).astype(np.float64)
    temper, own, batch = rng.normal(0, 0.7, bodies), rng.normal(0, 0.02, bodies), rng.normal(0, 1, places)
    found = []
    for _ in range(collections):
        late, growth = temper + rng.normal(0, 1, bodies), rng.normal(0, 0.03) + rng.standard_t(3, bodies) * 0.05
        match habit:
            case "prefectures in batches":
                late = 1.5 * (batch + rng.normal(0, 0.7, places))[place] + rng.normal(0, 0.4, bodies)
                growth += rng.normal(0, 0.02, places)[place]
            case "big ones first":
                late -= big
            case "who grows comes late":
                late += 8 * growth
            case "lateness turns about":
                growth += rng.normal(0, 0.03) * (2 * _order(late) / bodies - 1)
            case "growth runs on":
                late, growth = late + 20 * own, growth + 2 * own
            case "two waves":
                late = rng.normal(np.where(rng.random(bodies) < 0.5, -2, 2), 0.5)
                growth += 0.02 * rng.normal(1, 0.5) * (late > 0)
            case "towns shrink":
                late, growth = late - 0.8 * big, growth + 0.015 * big
            case "moods of the year":
                mood = rng.normal(0, 1, places)[place]
                late, growth = late + mood, growth + 0.02 * mood
        now = rng.poisson(last * np.exp(growth) + (0.02 if habit == "hardly any" else 0)).astype(np.float64)
        found.append(Sample(last, now, np.ones(bodies, np.bool_), place, _order(late), size))
        last = now
    return found
