"""No hidden figure can be told more closely than the policy allows, however the tables hang together."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hiding import POLICY, Tables, fewest, grid, widths
from keiyu.publish.disclosure import division
from keiyu.publish.disclosure.pattern import pattern
from keiyu.publish.disclosure.secondary import Problem
from keiyu.publish.disclosure.system import condense, row

SHAPES = st.sampled_from([(2, 3), (3, 3), (4, 2), (2, 2, 3)])
SMALL = st.integers(0, 8)


@st.composite
def figures(draw, shapes=SHAPES):
    shape = draw(shapes)
    size = int(np.prod(shape))
    return np.array(draw(st.lists(SMALL, min_size=size, max_size=size))).reshape(shape)


def protected(tables: Tables) -> set[str]:
    """Choose the pattern, have it attacked by the independent programmes, and return what is hidden."""
    system = tables.system
    found = pattern(system, POLICY)
    assert not found.exposed
    small = (system.figures > 0) & (system.figures < 3) & system.fresh
    assert (found.primary == small).all()
    assert (widths(system, found.hidden, found.hidden | system.hidden) >= 3 - 1e-6).all()
    return tables.named(found.hidden)


@settings(max_examples=25, deadline=None)
@given(figures())
def test_no_cell_of_a_table_with_margins_is_told(told):
    protected(grid(told))


@settings(max_examples=6, deadline=None)
@given(figures(st.sampled_from([(2, 2), (2, 3)])))
def test_hardly_more_is_hidden_than_must_be(told):
    system = grid(told).system
    found = pattern(system, POLICY)
    if found.primary.sum() <= 4:
        assert found.secondary.sum() <= fewest(system, found.primary, 3) + 1


@st.composite
def seasons(draw):
    """Places in two prefectures; some come after the first release, some correct themselves."""
    places = [f"{pref}{number}" for pref in "ab" for number in range(3)]
    first = {place: [draw(SMALL) for _ in range(2)] for place in places}
    late = draw(st.sets(st.sampled_from(places), max_size=2))
    mended = draw(st.sets(st.sampled_from(sorted(set(places) - late)), max_size=1))
    second = {place: [draw(SMALL) for _ in range(2)] if place in mended else first[place] for place in places}
    return {place: told for place, told in first.items() if place not in late}, second


def release(told: dict[str, list[int]]) -> tuple[dict[str, float], dict[str, list[str]]]:
    """Figures by place, prefecture and nation, and their sums over two ages; a changed figure is another part."""
    parts = {
        f"{place}.{age}.{figure}": float(figure) for place, pair in told.items() for age, figure in enumerate(pair)
    }
    areas = {place: (place,) for place in told} | {"a": ("a",), "b": ("b",), "nation": ("a", "b")}
    ages = {"0": (".0.",), "1": (".1.",), "total": (".0.", ".1.")}
    cells = {
        f"{area} {age}": [name for name in parts if name.startswith(starts) and any(one in name for one in codes)]
        for area, starts in areas.items()
        for age, codes in ages.items()
    }
    return parts, {key: made for key, made in cells.items() if made}


@settings(max_examples=15, deadline=None)
@given(seasons())
def test_no_release_gives_away_what_another_hides(season):
    before, after = (release(told) for told in season)
    tables = Tables().publish(*before)
    hidden = protected(tables)
    protected(Tables().publish(*before, hidden=sorted(hidden)).publish(*after))


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seasons())
def test_prefectures_protected_one_by_one_protect_the_nation_as_well(monkeypatch, season):
    monkeypatch.setattr(division, "_WORTH_DIVIDING", 0)
    told = season[1]
    tables = Tables().publish(*release(told))
    problem = Problem(condense(tables.system), tables.system.fresh, POLICY.protection)
    everything = [row(problem.atoms.members, at) for at in range(problem.atoms.members.shape[0])]
    found = list(division.groups(problem, everything, np.zeros(len(everything), bool)))
    if all(any(told[place]) for place in told):
        assert sorted(len(np.unique(problem.atoms.block[group.atoms])) for group in found) == [3, 3]
    protected(tables)
