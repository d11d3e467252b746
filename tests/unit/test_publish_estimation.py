"""The estimate as statistics: what it says on tables small enough to check by hand, and how often it is right."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arrivals import BODIES, PLACES, Habit, country
from backtest import Outcome, coverage, replay
from keiyu.publish.estimation.model import LEAST, Sample, lateness, predict

SHARES = (0.3, 0.6, 0.9)
ORDERS = 200


def sample(last: list[float], now: list[float | None], place: list[int] | None = None) -> Sample:
    """Units in order of arrival; those without a value now are missing."""
    inside = np.array([one is not None for one in now])
    weight = np.nan_to_num(np.array(last, np.float64))
    counted = np.array([one or 0.0 for one in now], np.float64)
    places = np.array(place or [0] * len(last))
    return Sample(np.array(last, np.float64), counted, inside, places, np.arange(len(last), dtype=np.float64), weight)


def test_the_missing_grow_as_those_who_are_in_and_exact_growth_leaves_no_doubt() -> None:
    found = predict(sample([10, 20, 30, 40, 50, 60, 70], [11, 22, 33, 44, 55, None, None]), [], 1)
    assert found is not None
    assert (found.growth, found.mean.tolist()) == (pytest.approx(1.1), [pytest.approx(143)])
    assert found.interval(0.95) == (pytest.approx(143), pytest.approx(143))


def test_a_unit_without_a_last_value_is_expected_to_be_like_the_others_of_its_kind() -> None:
    nan = float("nan")
    values: list[float | None] = [10, 10, 10, 10, 10, 7, 9, 8, 7, 9, None]
    found = predict(sample([10] * 5 + [nan] * 6, values), [], 1)
    assert found is not None
    assert found.mean.tolist() == [pytest.approx(8)]
    low, high = found.interval(0.8)
    assert 6 < low < 8 < high < 10


def test_with_too_few_or_nothing_that_could_grow_there_is_no_estimate() -> None:
    assert predict(sample([10] * 9, [11] * (LEAST - 1) + [None] * (10 - LEAST)), [], 1) is None
    assert predict(sample([0] * 9, [0] * 8 + [None]), [], 1) is None


def test_how_the_late_differed_before_is_believed_the_more_the_oftener_it_was_seen() -> None:
    """The late half grew by 10 % each time, the early half not at all."""
    before = sample([100] * 20, [100] * 10 + [110] * 10)
    now = sample([100] * 20, [100] * 10 + [None] * 10)
    never, once, often = (lateness(now, [before] * times) for times in (0, 1, 5))
    assert (never.mean, never.collections) == (0, 0)
    assert 0 < once.mean < often.mean < np.log(1.1)
    assert (once.freedom, often.freedom, often.collections) == (2, 6, 5)


def test_a_trend_of_this_collection_is_seen_though_no_earlier_one_had_any() -> None:
    """Earlier nobody differed; now the later half of those who are in grew by 10 %."""
    before = sample([100] * 40, [100] * 40)
    now = sample([100] * 40, [100] * 10 + [110] * 10 + [None] * 20)
    found = predict(now, [before, before], 1)
    assert found is not None
    low, high = found.interval(0.95)
    assert found.lateness.mean > 0
    assert low < 2000 * 1.05 < 2000 * 1.15 < high


def test_nobody_adds_less_than_nothing_and_bounds_of_higher_levels_are_wider() -> None:
    found = predict(sample([1, 1, 1, 1, 1, 1, 1, 9], [0, 5, 0, 0, 4, 0, 0, None]), [], 1)
    assert found is not None
    (low, high), (lower, higher) = found.interval(0.8), found.interval(0.95)
    assert 0 == lower <= low < high < higher


@given(
    st.lists(
        st.tuples(st.integers(0, 500), st.integers(0, 500), st.booleans(), st.integers(0, 2)), min_size=1, max_size=30
    ),
    st.integers(0, 3),
)
def test_whatever_came_prefectures_add_up_and_bounds_enclose_the_estimate(
    units: list[tuple[int, int, bool, int]], past: int
) -> None:
    one = sample([u[0] for u in units], [u[1] if u[2] else None for u in units], [u[3] for u in units])
    found = predict(one, [replace(one, inside=np.ones(len(units), np.bool_))] * past, 3)
    if found is None:
        return
    assert np.isfinite([*found.mean, *found.variance, found.total_variance]).all()
    for place in (None, 0, 1, 2):
        mean = float(found.mean.sum() if place is None else found.mean[place])
        low, high = found.interval(0.95, place)
        assert 0 <= low <= mean + 1e-9 and mean <= high + 1e-9
        missing = ~one.inside if place is None else ~one.inside & (one.place == place)
        if not missing.any():
            assert (low, mean, high) == (0, 0, 0)


HABITS = {
    "as it comes": Habit(),
    "big cities late": Habit(big_late=1.5),
    "the late grow more": Habit(late=0.04, late_spread=0.01),
    "big cities late and growing more": Habit(big_late=1.5, late=0.03),
    "few have any": Habit(rare=True, big_late=1.0, place=0.05),
}


def outcomes(habit: Habit, earlier: int, orders: int = ORDERS) -> list[Outcome]:
    """One order of arrival for each of many countries, of which some collections are known."""
    found: list[Outcome] = []
    for seed in range(orders):
        *before, now = country(seed, habit)
        past = before[-earlier:] if earlier else []
        found += [one for one in replay("x", now, past, [now.order], PLACES, SHARES) if one.place is None]
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", HABITS)
def test_intervals_keep_what_they_promise_where_earlier_collections_tell_of_the_late(name: str) -> None:
    """Over 200 orders of arrival: 80 % intervals hold in 72 to 97 %, 95 % intervals in 90 % at least."""
    held = coverage(outcomes(HABITS[name], earlier=3))
    assert {level: len([key for key in held if key[1] == level]) for level in (0.8, 0.95)} == {0.8: 3, 0.95: 3}
    assert all(0.72 <= share <= 0.97 for (_, level), share in held.items() if level == 0.8), held
    assert all(share >= 0.90 for (_, level), share in held.items() if level == 0.95), held


@pytest.mark.slow
@pytest.mark.parametrize("name", ["as it comes", "big cities late and growing more"])
def test_without_any_earlier_growth_the_trend_of_the_arrivals_widens_the_interval(name: str) -> None:
    held = coverage(outcomes(HABITS[name], earlier=0))
    assert all(share >= {0.8: 0.72, 0.95: 0.90}[level] for (_, level), share in held.items()), held


def test_an_interval_of_a_prefecture_holds_as_often_as_the_nation_s() -> None:
    *past, now = country(7, Habit(big_late=1.0, place=0.02))
    orders = [country(seed, Habit(big_late=1.0))[-1].order for seed in range(20)]
    found = [one for one in replay("x", now, past, orders, PLACES, (0.5,)) if one.place is not None]
    assert len(found) == 20 * PLACES * 2
    held = coverage(found)
    assert 0.72 <= held[0.5, 0.8] <= 0.95 <= held[0.5, 0.95] + 0.05
    assert len(now.last) == BODIES
