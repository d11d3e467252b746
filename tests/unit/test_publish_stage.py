"""Which stage is due: one table of situations and answers."""

from typing import Any

import pytest

from keiyu.contract.model import Publication
from keiyu.publish.describe import title
from keiyu.publish.stage import Due, Situation, decide

COUNT = Publication("count", 0.9, "complete")


def situation(**facts: Any) -> Situation:
    usual: dict[str, Any] = {
        "publication": COUNT,
        "sequential": False,
        "reporters_in": 50,
        "reporters_due": 100,
        "weight_in": None,
        "days": 10,
        "fresh": False,
    }
    return Situation(**{**usual, **facts})


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"reporters_in": 0}, "nothing"),
        ({"reporters_in": 0, "reporters_due": 0}, "nothing"),
        ({}, "current"),
        ({"fresh": True}, "nothing"),
        ({"reporters_in": 89}, "current"),
        ({"reporters_in": 90}, "preliminary"),
        ({"reporters_in": 99, "fresh": True}, "preliminary"),
        ({"reporters_in": 100}, "final"),
        ({"reporters_in": 100, "released": {"preliminary": 1}}, "final"),
        ({"reporters_in": 95, "released": {"preliminary": 1}}, "current"),
        ({"reporters_in": 95, "released": {"preliminary": 1}, "fresh": True}, "nothing"),
        ({"reporters_in": 95, "released": {"preliminary": 1}, "corrected": True}, "preliminary"),
        ({"reporters_in": 80, "released": {"preliminary": 1}, "corrected": True}, "preliminary"),
        ({"reporters_in": 100, "released": {"final": 1}, "changed": False, "fresh": True}, "nothing"),
        ({"reporters_in": 100, "released": {"final": 1}, "changed": False}, "current"),
        ({"reporters_in": 100, "released": {"final": 1}, "changed": True}, "correction"),
        ({"reporters_in": 99, "released": {"final": 1, "correction": 2}, "changed": True}, "correction"),
    ],
)
def test_count(facts: dict[str, Any], expected: str) -> None:
    assert decide(situation(**facts)) == expected


@pytest.mark.parametrize(
    ("policy", "threshold", "facts", "expected"),
    [
        ("at_once", 1.0, {"reporters_in": 1}, "preliminary"),
        ("date", 30, {"days": 29}, "current"),
        ("date", 30, {"days": 30}, "preliminary"),
        ("weight", 0.8, {"weight_in": 0.79}, "current"),
        ("weight", 0.8, {"weight_in": 0.8}, "preliminary"),
        ("weight", 0.8, {"weight_in": None, "reporters_in": 79}, "current"),
        ("weight", 0.8, {"weight_in": None, "reporters_in": 80}, "preliminary"),
    ],
)
def test_other_policies(policy: Any, threshold: float, facts: dict[str, Any], expected: str) -> None:
    assert decide(situation(publication=Publication(policy, threshold, "complete"), **facts)) == expected


def test_a_sequential_line_waits_with_its_preliminary_release_but_not_with_its_final_one() -> None:
    assert decide(situation(sequential=True, reporters_in=95)) == "current"
    assert decide(situation(sequential=True, reporters_in=100)) == "final"


def test_only_a_stage_is_a_stage() -> None:
    assert [Due(action, None, 1, 2).stage for action in ("nothing", "current", "final")] == [None, None, "final"]


@pytest.mark.parametrize(
    ("stage", "number", "expected"),
    [
        ("preliminary", 1, ("速報", "Provisional")),
        ("preliminary", 2, ("速報2", "Provisional 2")),
        ("final", 1, ("確報", "Final")),
        ("correction", 1, ("訂正1", "Correction 1")),
    ],
)
def test_titles(stage: str, number: int, expected: tuple[str, str]) -> None:
    assert title(stage, number) == expected
