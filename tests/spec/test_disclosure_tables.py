"""Tiny tables that somebody could take apart, and what is hidden of them."""

import numpy as np
import pytest

from hiding import POLICY, Tables, widths
from keiyu.contract.disclosure import Disclosure, Dominance
from keiyu.publish.disclosure.attack import Attack
from keiyu.publish.disclosure.pattern import Pattern, pattern
from keiyu.publish.disclosure.system import condense, row

ROW = {"a.0": 1.0, "b.0": 9.0, "c.0": 20.0}


def chosen(tables: Tables, policy: Disclosure = POLICY) -> tuple[Pattern, set[str]]:
    found = pattern(tables.system, policy)
    return found, tables.named(found.hidden)


def test_a_total_beside_its_parts_gives_one_hidden_part_away() -> None:
    """1 + 9 + 20 = 30: hiding the 1 alone is no use; the least of the others goes with it."""
    tables = Tables().publish(ROW, {"a": ["a.0"], "b": ["b.0"], "c": ["c.0"], "all": ROW})
    found, hidden = chosen(tables)
    assert hidden == {"a", "b"}
    assert tables.named(found.primary) == {"a"}
    system = tables.system
    attack = Attack(condense(system), ~found.primary, 3)
    assert attack.interval(row(condense(system).members, 0)).width == 0
    assert Attack(condense(system), ~found.hidden, 3).interval(row(condense(system).members, 0)).width == 10


def test_nothing_is_hidden_where_nothing_is_small() -> None:
    tables = Tables().publish({"a.0": 3.0, "b.0": 0.0}, {"a": ["a.0"], "b": ["b.0"], "all": ["a.0", "b.0"]})
    assert chosen(tables)[1] == set()


def test_two_small_counts_under_one_total_do_not_protect_each_other_from_a_narrow_sum() -> None:
    """1 + 1 + 20 = 22 with 20 shown leaves 0 to 2 for each: 20 is hidden as well."""
    figures = {"a.0": 1.0, "b.0": 1.0, "c.0": 20.0}
    tables = Tables().publish(figures, {"a": ["a.0"], "b": ["b.0"], "c": ["c.0"], "all": figures})
    assert chosen(tables)[1] == {"a", "b", "c"}


def test_a_late_small_count_is_the_difference_of_two_totals() -> None:
    """Before the late one the total was 29; 30 beside it would tell the 1, whatever else is hidden."""
    early = {name: figure for name, figure in ROW.items() if name != "a.0"}
    tables = Tables().publish(early, {"b": ["b.0"], "c": ["c.0"], "all": early})
    tables.publish(ROW, {"a": ["a.0"], "b": ["b.0"], "c": ["c.0"], "all": ROW})
    assert chosen(tables)[1] == {"a", "all"}


def test_what_an_earlier_release_hides_stays_hidden() -> None:
    """The 速報 hid a and b; the 確報 may not show b, though c would serve it as well."""
    tables = Tables().publish(ROW, {"a": ["a.0"], "b": ["b.0"], "c": ["c.0"], "all": ROW}, hidden=["a", "b"])
    later = ROW | {"d.0": 50.0}
    tables.publish(later, {"a": ["a.0"], "b": ["b.0"], "c": ["c.0"], "d": ["d.0"], "all": later})
    found, hidden = chosen(tables)
    assert {"a", "b"} <= hidden
    system = tables.system
    assert (widths(system, found.hidden, found.hidden | system.hidden) >= 3).all()


def test_a_corrected_neighbour_may_not_undo_an_earlier_release() -> None:
    """a was corrected from 1 to 8; showing b now would tell what a was."""
    tables = Tables().publish(ROW, {"a": ["a.0"], "b": ["b.0"], "c": ["c.0"], "all": ROW}, hidden=["a", "b"])
    later = {"a.1": 8.0, "b.0": 9.0, "c.0": 20.0}
    tables.publish(later, {"a": ["a.1"], "b": ["b.0"], "c": ["c.0"], "all": later})
    _, hidden = chosen(tables)
    assert "b" in hidden


def test_a_linked_table_counts_as_well() -> None:
    """The facilities' roll-up and the municipality's own survey show the same children: both are hidden."""
    parts = {"a.x": 1.0, "a.y": 12.0, "b.x": 15.0, "b.y": 14.0}
    rollup = {"a x": ["a.x"], "a y": ["a.y"], "b x": ["b.x"], "b y": ["b.y"], "x": ["a.x", "b.x"], "y": ["a.y", "b.y"]}
    survey = {"survey a": ["a.x", "a.y"], "survey b": ["b.x", "b.y"], "survey a x": ["a.x"], "nation": parts}
    tables = Tables().publish(parts, rollup | survey)
    found, hidden = chosen(tables)
    assert {"a x", "survey a x"} <= hidden
    assert (widths(tables.system, found.hidden, found.hidden) >= 3).all()


def test_a_difference_of_scopes_is_a_figure_too() -> None:
    """The whole less the part outside the city is the city, although no cell shows the city."""
    parts = {"city.0": 2.0, "town.0": 30.0, "village.0": 40.0}
    tables = Tables().publish(parts, {"whole": parts, "outside": ["town.0", "village.0"]})
    assert len(chosen(tables)[1]) == 1


def test_what_is_public_already_is_told_apart_and_hides_nothing_else() -> None:
    """Under a stricter policy than before, a figure shown in clear cannot be taken back."""
    cells = {"a": ["a.0"], "b": ["b.0"], "c": ["c.0"], "all": ROW}
    found, hidden = chosen(Tables().publish(ROW, cells).publish(ROW, cells))
    assert found.exposed == 1
    assert hidden == {"a"}


@pytest.mark.parametrize(
    ("policy", "sensitive"),
    [
        (Disclosure(respondents=3, protection=1, tables=("t",)), {"two", "one"}),
        (Disclosure(dominance=Dominance(1, 0.8), protection=1, tables=("t",)), {"one", "lopsided"}),
        (Disclosure(p_percent=10, protection=1, tables=("t",)), {"one", "two", "lopsided"}),
        (Disclosure(minimum=60, protection=1, tables=("t",)), {"one"}),
    ],
)
def test_rules_of_primary_suppression(policy: Disclosure, sensitive: set[str]) -> None:
    parts = {"a.0": 50.0, "b.0": 40.0, "c.0": 30.0, "d.0": 900.0, "e.0": 45.0, "f.0": 1.0}
    cells = {
        "one": ["a.0"],
        "two": ["a.0", "b.0"],
        "three": ["a.0", "b.0", "c.0"],
        "lopsided": ["d.0", "e.0", "f.0"],
    }
    tables = Tables().publish(parts, cells)
    assert tables.named(pattern(tables.system, policy).primary) == sensitive


def test_only_protected_measures_are_sensitive() -> None:
    system = Tables().publish(ROW, {"a": ["a.0"], "b": ["b.0"]}).system
    system.sensitive[:] = False
    assert not pattern(system, POLICY).primary.any()
    assert np.isclose(system.figures, [1, 9]).all()
