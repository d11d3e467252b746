"""Who is who: what an edition says of the facilities known, on registers small enough to see."""

import pytest

from facilities import CITY, Row, day, known, line, policy, rows
from keiyu.contract import arrow
from keiyu.register.identity import Edition, Resolution
from keiyu.register.identity.periods import periods
from keiyu.register.identity.resolve import resolve

MIDORI = {"name": "みどり保育園", "address": "船橋市本町1-2-3", "phone": "047-400-1111", "facility_type": "daycare"}
HIKARI = {
    "name": "ひかり幼稚園",
    "address": "船橋市宮本5-6-7",
    "phone": "047-400-2222",
    "facility_type": "kindergarten",
}
OTHER = {"name": "そらいろ保育園", "address": "船橋市夏見9-9-9", "phone": "047-400-9999", "facility_type": "daycare"}


def seen(before: list[Row], after: list[Row]) -> Resolution:
    told = [{"identity": f"F{number}", **row} for number, row in enumerate(before, 1)]
    return resolve(known(*told), rows(*after), as_of=day("2021-04-01"), policy=policy())


def who(found: Resolution) -> list[str]:
    """Identity of each row: F1, F2 …, or new."""
    told = found.assignments.to_pylist()
    return [item["identity"] if item["method"] != "new" else "new" for item in told]


def said(found: Resolution) -> list[tuple[str, list[str]]]:
    return [(item["kind"], item["fields"]) for item in found.changes.to_pylist()]


SPELLINGS = {
    "widths and blanks": {
        "name": "みどり　保育園",
        "address": "船橋市本町１丁目２番３号",
        "phone": "０４７－４００－１１１１",
    },
    "no area code": {"phone": "400-1111"},
    "prefecture in front": {"address": "千葉県船橋市本町一丁目2-3"},
    "no municipality": {"address": "本町1-2-3"},
    "a building behind": {"address": "船橋市本町1-2-3みどりビル2階"},
    "no phone": {"phone": None},
    "no address": {"address": None},
}


@pytest.mark.parametrize("changed", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_a_spelling_is_no_change(changed: Row) -> None:
    found = seen([MIDORI, OTHER], [OTHER, {**MIDORI, **changed}])
    assert who(found) == ["F2", "F1"]
    assert said(found) == []
    assert found.review.num_rows == 0


CHANGES = {
    "renamed in part": ({"name": "船橋みどり保育園"}, ["name"]),
    "renamed like a sibling": ({"name": "みどり第二保育園"}, None),
    "renamed for its kind": ({"name": "みどりこども園"}, ["name"]),
    "moved": ({"address": "船橋市海神4-5-6"}, ["address"]),
    "moved next door with a new phone": ({"address": "船橋市本町1-2-5", "phone": "047-400-1234"}, ["address", "phone"]),
    "licensed anew": ({"name": "認定こども園みどり", "facility_type": "integrated"}, ["name", "facility_type"]),
    "transferred": ({"ownership": "private", "operator_name": "社会福祉法人緑会"}, ["ownership", "operator_name"]),
    "larger": ({"capacity": 90}, ["capacity"]),
}


@pytest.mark.parametrize(("changed", "fields"), CHANGES.values(), ids=CHANGES.keys())
def test_a_facility_keeps_its_identity(changed: Row, fields: list[str] | None) -> None:
    before = {**MIDORI, "ownership": "public", "operator_name": "船橋市", "capacity": 60}
    found = seen([before, OTHER], [OTHER, {**before, **changed}])
    if fields is None:
        assert who(found) == ["F2", "new"]
        assert found.review["known"].to_pylist() == ["F1"]
    else:
        assert who(found) == ["F2", "F1"]
        assert said(found) == [("changed", fields)]


def test_a_facility_that_is_not_listed_any_more_has_closed_and_one_not_known_has_opened() -> None:
    found = seen([MIDORI, OTHER], [OTHER, HIKARI])
    assert who(found) == ["F2", "new"]
    assert sorted(said(found)) == [("closed", []), ("opened", [])]
    assert not any(found.changes["doubtful"].to_pylist())


def test_a_closed_facility_that_is_listed_again_has_reopened() -> None:
    found = seen([{**MIDORI, "valid_to": day("2020-10-01")}], [MIDORI])
    assert who(found) == ["F1"]
    assert said(found) == [("reopened", [])]


DOUBTS = {
    "another name at the same address and phone": {"name": "ヒーローズ船橋本町"},
    "the same name elsewhere": {"address": "船橋市三咲7-7-7", "phone": "047-400-7777"},
    "the same phone alone": {"name": "ヒーローズ三咲", "address": "船橋市三咲7-7-7"},
}


@pytest.mark.parametrize("changed", DOUBTS.values(), ids=DOUBTS.keys())
def test_a_doubtful_pair_is_put_before_a_person_and_never_merged(changed: Row) -> None:
    found = seen([MIDORI, OTHER], [OTHER, {**MIDORI, **changed}])
    assert who(found) == ["F2", "new"]
    [doubt] = found.review.to_pylist()
    assert (doubt["known"], doubt["row"]) == ("F1", 1)
    assert doubt["identity"] == found.assignments["identity"].to_pylist()[1]
    assert len(doubt["evidence_ja"]) == len(doubt["evidence_en"]) >= 2
    assert sorted(zip(*(found.changes[c].to_pylist() for c in ("kind", "doubtful")), strict=True)) == [
        ("closed", True),
        ("opened", True),
    ]


SIBLINGS = {
    "a second nursery": {"name": "みどり第二保育園"},
    "a branch": {"name": "みどり保育園分園"},
}


@pytest.mark.parametrize("sibling", SIBLINGS.values(), ids=SIBLINGS.keys())
def test_siblings_at_one_address_are_two(sibling: Row) -> None:
    found = seen([MIDORI], [MIDORI, {**MIDORI, **sibling}])
    assert who(found) == ["F1", "new"]
    assert found.review.num_rows == 0


def test_a_nursery_becomes_the_nursery_part_of_a_centre() -> None:
    parts = [
        {**MIDORI, "name": f"みどりこども園（{part}部分）", "facility_type": "centre"} for part in ("教育", "保育")
    ]
    found = seen([MIDORI, OTHER], [OTHER, *parts])
    assert who(found) == ["F2", "new", "F1"]


def test_twins_that_nothing_tells_apart_are_not_chosen_between() -> None:
    found = seen([MIDORI], [{**MIDORI, "capacity": 10}, {**MIDORI, "capacity": 20}])
    assert who(found) == ["new", "new"]
    assert found.review["known"].to_pylist() == ["F1", "F1"]
    assert found.review["lead"].to_pylist() == [0.0, 0.0]


NUMBERED = {**MIDORI, "facility_id": "1220400123"}
ELSEWHERE = {"address": "船橋市三咲7-7-7", "phone": "047-400-7777"}


def test_a_number_tells_a_facility_that_moved() -> None:
    gone = {**OTHER, "facility_id": "1220400999"}
    assert who(seen([NUMBERED, gone], [{**NUMBERED, **ELSEWHERE}, gone])) == ["F1", "F2"]


def test_a_number_alone_merges_nothing_that_all_else_denies() -> None:
    found = seen([NUMBERED], [{**OTHER, "facility_id": "1220400123"}, {**HIKARI, "facility_id": "1220400999"}])
    assert who(found) == ["new", "new"]
    assert found.review["known"].to_pylist() == ["F1"]


def test_a_number_that_counts_the_rows_is_none() -> None:
    before = [{**row, "facility_id": str(n)} for n, row in enumerate([MIDORI, OTHER, HIKARI], 1)]
    after = [{**row, "facility_id": str(n)} for n, row in enumerate([OTHER, HIKARI], 1)]
    found = seen(before, after)
    assert who(found) == ["F2", "F3"]
    assert [kind for kind, _ in said(found)] == ["closed"]


def test_rows_for_the_periods_of_one_facility_are_one_facility() -> None:
    old = {**NUMBERED, "valid_from": day("2015-04-01"), "valid_to": day("2019-04-01"), "name": "みどり乳児園"}
    new = {**NUMBERED, "valid_from": day("2019-04-01")}
    found = seen([NUMBERED], [old, new, {**OTHER, "facility_id": "1220400999"}])
    assert who(found) == ["F1", "F1", "new"]
    assert found.assignments["method"].to_pylist()[0] == "period"


def test_an_area_that_the_edition_does_not_cover_stays_as_it_is() -> None:
    found = resolve(
        known({"identity": "F1", **MIDORI}, area="122033"), rows(OTHER), as_of=day("2021-04-01"), policy=policy()
    )
    assert [kind for kind, _ in said(found)] == ["opened"]
    nothing = resolve(
        known({"identity": "F1", **MIDORI}), rows(), as_of=day("2021-04-01"), policy=policy(), covered=[CITY]
    )
    assert [kind for kind, _ in said(nothing)] == ["closed"]


def history(*editions: tuple[str, list[Row]]) -> list[tuple[str, str, str, list[str]]]:
    """Identity, first day, last day and changed fields of each period."""
    told = []
    for as_of, listed in editions:
        table = rows(*listed)
        identities = known(*listed)["identity"] if listed else table["name"]
        told.append(Edition(day(as_of), CITY, table.add_column(0, "identity", identities), {CITY}, CITY))
    found = periods(told, policy(), arrow.schema(line().table("facility"))).to_pylist()
    return [(r["identity"], str(r["valid_from"]), str(r["valid_to"] or ""), r["fields"]) for r in found]


F1, F2 = {"identity": "F1", **MIDORI}, {"identity": "F2", **OTHER}


def test_periods_open_and_close_from_edition_to_edition() -> None:
    moved = {**F1, "address": "船橋市海神4-5-6"}
    told = history(("2020-04-01", [F1, F2]), ("2021-04-01", [moved, F2]), ("2022-04-01", [moved]))
    assert told == [
        ("F1", "2020-04-01", "2021-04-01", []),
        ("F1", "2021-04-01", "", ["address"]),
        ("F2", "2020-04-01", "2022-04-01", []),
    ]


def test_what_a_row_says_of_its_own_period_counts_before_the_edition() -> None:
    since, until = {**F1, "valid_from": day("2018-07-01")}, {**F2, "valid_to": day("2020-09-30")}
    assert history(("2020-04-01", [since, until])) == [
        ("F1", "2018-07-01", "", []),
        ("F2", "2020-04-01", "2020-09-30", []),
    ]


def test_periods_listed_in_one_edition_and_told_again_stay_the_same() -> None:
    old = {**F1, "name": "みどり乳児園", "valid_from": day("2015-04-01"), "valid_to": day("2019-04-01")}
    new = {**F1, "valid_from": day("2019-04-01")}
    once = history(("2020-04-01", [old, new]))
    assert once == [("F1", "2015-04-01", "2019-04-01", []), ("F1", "2019-04-01", "", ["name"])]
    assert history(("2020-04-01", [old, new]), ("2021-04-01", [new, old])) == once


def test_a_facility_that_was_away_begins_a_period_of_its_own() -> None:
    told = history(("2020-04-01", [F1, F2]), ("2021-04-01", [F2]), ("2022-04-01", [F1, F2]))
    assert told[:2] == [("F1", "2020-04-01", "2021-04-01", []), ("F1", "2022-04-01", "", [])]
