"""Whatever an edition lists: nothing changes against itself, order does not matter, no identity is used twice."""

from collections import Counter
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from facilities import Row, day, known, policy, rows
from keiyu.register.identity import Resolution
from keiyu.register.identity.resolve import resolve

NAMES = ("みどり保育園", "みどり第二保育園", "みどりこども園", "みどり", "ひかり幼稚園", "船橋みどり保育園", "保育園")
ADDRESSES = ("船橋市本町1-2-3", "船橋市本町１丁目２番３号", "船橋市本町1-2-30", "船橋市海神4-5-6", "父島字奥村")
PHONES = ("047-400-1111", "400-1111", "047-400-2222", "なし")
ROWS = st.fixed_dictionaries(
    {"name": st.sampled_from(NAMES) | st.text(min_size=1, max_size=4)},
    optional={
        "address": st.sampled_from(ADDRESSES) | st.text(max_size=6),
        "phone": st.sampled_from(PHONES),
        "facility_type": st.sampled_from(("daycare", "kindergarten", "integrated")),
        "ownership": st.sampled_from(("public", "private")),
        "facility_id": st.sampled_from(("1", "2", "1220400123", "A-7")),
        "capacity": st.integers(0, 3),
    },
)
EDITIONS = st.lists(ROWS, max_size=7)
CALM = {"deadline": None, "suppress_health_check": list(HealthCheck)}
MANY, FEW = settings(max_examples=100, **CALM), settings(max_examples=8, **CALM)
"""Weighing even a pair takes a tenth of a second; the slow tier takes its time."""
AFTER = day("2021-04-01")


def register(told: list[Row]) -> list[dict[str, Any]]:
    return [{"identity": f"F{number}", **row} for number, row in enumerate(told)]


def run(before: list[dict[str, Any]], after: list[Row]) -> Resolution:
    return resolve(known(*before), rows(*after), as_of=AFTER, policy=policy())


def content(row: Row) -> str:
    return repr(sorted(row.items()))


@MANY
@given(EDITIONS)
def test_an_edition_against_itself_changes_nothing(told: list[Row]) -> None:
    before = register(told)
    found = run(before, told)
    assert found.changes.num_rows == found.review.num_rows == 0
    assert not set(found.assignments["method"].to_pylist()) - {"identical"}
    by_content = Counter((content(row), one["identity"]) for row, one in zip(told, before, strict=True))
    again = zip(map(content, told), found.assignments["identity"].to_pylist(), strict=True)
    assert Counter(again) == by_content


@FEW
@given(EDITIONS, EDITIONS, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(old: list[Row], new: list[Row], random: Any) -> None:
    order_does_not_matter(old, new, random)


@pytest.mark.slow
@settings(max_examples=150, **CALM)
@given(EDITIONS, EDITIONS, st.randoms(use_true_random=False))
def test_the_same_at_length(old: list[Row], new: list[Row], random: Any) -> None:
    order_does_not_matter(old, new, random)
    nothing_is_used_twice(old, new)


def order_does_not_matter(old: list[Row], new: list[Row], random: Any) -> None:
    before = register(old)
    shuffled, turned = random.sample(before, len(before)), random.sample(new, len(new))
    assert told(run(before, new), new) == told(run(shuffled, turned), turned)


def told(found: Resolution, new: list[Row]) -> tuple[Counter[Any], ...]:
    """What a resolution says, by what rows say and not by where they stand."""
    assigned = [(content(new[a["row"]]), a["identity"], a["method"]) for a in found.assignments.to_pylist()]
    changed = [(c["identity"], c["kind"], tuple(c["fields"]), c["doubtful"]) for c in found.changes.to_pylist()]
    doubted = [(d["known"], d["identity"], content(new[d["row"]]), d["lead"]) for d in found.review.to_pylist()]
    return Counter(assigned), Counter(changed), Counter(doubted)


@FEW
@given(EDITIONS, EDITIONS)
def test_no_identity_is_used_twice_and_nothing_in_doubt_is_merged(old: list[Row], new: list[Row]) -> None:
    nothing_is_used_twice(old, new)


def nothing_is_used_twice(old: list[Row], new: list[Row]) -> None:
    found = run(register(old), new)
    assigned = found.assignments.to_pylist()
    assert [a["row"] for a in assigned] == list(range(len(new)))
    assert max(Counter(a["identity"] for a in assigned).values(), default=1) == 1
    taken = {a["identity"] for a in assigned}
    fresh = {a["identity"] for a in assigned if a["method"] == "new"}
    for doubt in found.review.to_pylist():
        assert doubt["known"] not in taken
        assert doubt["identity"] in fresh
        assert doubt["identity"] == assigned[doubt["row"]]["identity"]


@FEW
@given(EDITIONS, EDITIONS, EDITIONS)
def test_identities_are_stable_whatever_else_is_listed(old: list[Row], new: list[Row], others: list[Row]) -> None:
    before = register(old)
    alone = run(before, new).assignments["identity"].to_pylist()
    elsewhere = rows(*others, area="131016")
    edition = rows(*new)
    both = resolve(known(*before), pa.concat_tables([edition, elsewhere]), as_of=AFTER, policy=policy())
    assert both.assignments["identity"].to_pylist()[: len(new)] == alone


@FEW
@given(EDITIONS, EDITIONS)
def test_every_known_facility_goes_on_or_closes_and_every_row_is_someone(old: list[Row], new: list[Row]) -> None:
    before = register(old)
    found = run(before, [*new, {"name": "そらいろ保育園"}])
    went_on = set(found.assignments["identity"].to_pylist()) & {one["identity"] for one in before}
    kinds = [(c["identity"], c["kind"]) for c in found.changes.to_pylist()]
    closed = {identity for identity, kind in kinds if kind == "closed"}
    assert went_on | closed == {one["identity"] for one in before}
    assert not went_on & closed
    opened = {identity for identity, kind in kinds if kind == "opened"}
    assert opened == set(found.assignments["identity"].to_pylist()) - went_on
