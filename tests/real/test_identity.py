"""Facilities are recognised in real lists: precision and recall on pairs labelled by hand (gold/pairs/README.md)."""

from pathlib import Path

import pytest
from rich.console import Console

from keiyu.register.identity.resolve import resolve
from real import linkage
from real.linkage import AFTER, Couple, Linkage

PRECISION, RECALL = 0.995, 0.95
COUPLES = linkage.couples()
CASES = pytest.mark.parametrize("couple", COUPLES, ids=lambda couple: couple.name)


@CASES
def test_the_labels_are_true_to_the_files(couple: Couple, shared: Path) -> None:
    old, new = (linkage.rows(shared, file) for file in couple.files)
    for (row, other), names in couple.names.items():
        assert (old[row]["name"], new[other]["name"]) == names
    same = couple.labelled("same")
    assert len({row for row, _ in same}) == len({other for _, other in same}) == len(same)
    assert set(couple.labels.values()) <= {"same", "different", "doubtful"}


@CASES
def test_what_is_merged_is_one_facility_and_what_is_one_is_found(couple: Couple, shared: Path) -> None:
    found = linkage.link(shared, couple)
    wrong = sorted(couple.names.get(pair, pair) for pair in found.merged - couple.labelled("same"))
    assert found.precision >= PRECISION, wrong
    assert found.recall >= RECALL, sorted(couple.names[pair] for pair in couple.labelled("same") - found.merged)


@CASES
def test_what_is_not_merged_but_may_be_one_is_on_the_review_list(couple: Couple, shared: Path) -> None:
    found = linkage.link(shared, couple)
    assert couple.labelled("doubtful") <= found.review
    assert not couple.labelled("doubtful") & found.merged
    assert couple.labelled("same") <= found.merged | found.review
    idle = found.review - couple.labelled("same") - couple.labelled("doubtful")
    assert len(idle) <= 2, "a person's time is spent on pairs that are plainly two"


def test_the_whole_in_figures(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found: list[Linkage] = [linkage.link(shared, couple) for couple in COUPLES]
    with capsys.disabled():
        Console(width=140).print(linkage.render(found))
    merged, right = sum(len(one.merged) for one in found), sum(one.right for one in found)
    assert right / merged >= PRECISION
    assert right / sum(len(one.couple.labelled("same")) for one in found) >= RECALL


@pytest.mark.parametrize("file", sorted({file for couple in COUPLES for file in couple.files}))
def test_a_list_against_itself_changes_nothing(file: str, shared: Path) -> None:
    told = linkage.rows(shared, file)
    found = resolve(linkage.known(told), linkage.edition(told), as_of=AFTER, policy=linkage.policy())
    assert found.assignments["identity"].to_pylist() == [str(row) for row in told]
    assert found.changes.num_rows == found.review.num_rows == 0


def test_a_vacancy_sheet_is_recognised_by_names_alone(shared: Path) -> None:
    [couple] = [couple for couple in COUPLES if couple.name == "funabashi_list_vacancy"]
    found = linkage.link_sheet(shared, couple)
    assert found.precision >= PRECISION
    assert found.recall >= 0.85
    names = {couple.names[pair] for pair in found.merged}
    assert ("湊町保育園", "湊町") in names
    assert ("かもめ保育園", "かもめ") in names
