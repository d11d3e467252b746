"""Identities in the ledger: recorded once, decided by people, read as known at any sequence."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from facilities import CITY, LINE, Registry, Row, day
from keiyu import register
from keiyu.ledger.identities import IdentityAssignment
from keiyu.register.identity import decide, history, identify, review_list, split
from keiyu.register.identity.policy import NothingToRecogniseError
from keiyu.register.identity.review import BothListedError, NoSuchDoubtError, NothingToSplitError

MIDORI: Row = {"name": "みどり保育園", "address": "船橋市本町1-2-3", "phone": "047-400-1111"}
SORA: Row = {"name": "そらいろ保育園", "address": "船橋市夏見9-9-9", "phone": "047-400-9999"}
HEROES: Row = {**MIDORI, "name": "ヒーローズ船橋本町"}


@pytest.fixture
def registry(database_url: str, tmp_path: Path) -> Iterator[Registry]:
    made = Registry.open(database_url, tmp_path)
    with made.workspace:
        yield made


def clean(registry: Registry) -> bool:
    workspace = registry.workspace
    return register.verify(workspace.ledger, workspace.storage, workspace.settings.schemas) == []


def test_two_editions_are_recognised_and_told_as_periods(registry: Registry) -> None:
    registry.accept("2020-04-01", MIDORI, SORA)
    registry.accept("2021-04-01", {**MIDORI, "name": "みどりこども園"})
    done = identify(registry.workspace, LINE)
    assert (done.entries, done.recognised, done.new, done.doubtful) == (2, 1, 2, 0)
    before, after = registry.identities("2020-04-01"), registry.identities("2021-04-01")
    assert before["みどり保育園"] == after["みどりこども園"]
    assert registry.periods() == [
        ("そらいろ保育園", "2020-04-01", "2021-04-01"),
        ("みどりこども園", "2021-04-01", None),
        ("みどり保育園", "2020-04-01", "2021-04-01"),
    ]
    assert clean(registry)


def test_recognising_again_changes_nothing(registry: Registry) -> None:
    registry.accept("2020-04-01", MIDORI)
    identify(registry.workspace, LINE)
    seq = registry.now()
    assert identify(registry.workspace, LINE).entries == 0
    assert registry.now() == seq


def test_a_corrected_edition_keeps_the_identities_and_the_past_stays(registry: Registry) -> None:
    registry.accept("2020-04-01", MIDORI, SORA)
    identify(registry.workspace, LINE)
    first, then = registry.identities("2020-04-01"), registry.now()
    accepted = registry.accept(
        "2020-04-01", {**MIDORI, "capacity": 90}, SORA, {**SORA, "name": "うみいろ保育園", "phone": "047-400-5"}
    )
    assert set(registry.identities("2020-04-01").values()) == {None}
    identify(registry.workspace, LINE)
    second = registry.identities("2020-04-01")
    assert {name: second[name] for name in first} == first
    assert registry.identities("2020-04-01", then) == first
    assert set(registry.identities("2020-04-01", accepted).values()) == {None}
    assert len(registry.periods()) == 3
    assert len(registry.periods(then)) == 2


def test_an_edition_that_comes_late_finds_its_place(registry: Registry) -> None:
    registry.accept("2022-04-01", MIDORI)
    identify(registry.workspace, LINE)
    registry.accept("2020-04-01", MIDORI, SORA)
    identify(registry.workspace, LINE)
    assert registry.periods() == [
        ("そらいろ保育園", "2020-04-01", "2022-04-01"),
        ("みどり保育園", "2020-04-01", None),
    ]


def test_facilities_of_two_areas_are_never_compared(registry: Registry) -> None:
    registry.accept("2020-04-01", MIDORI)
    registry.accept("2020-04-01", MIDORI, area="122033")
    done = identify(registry.workspace, LINE)
    assert (done.recognised, done.new) == (0, 2)
    assert len(registry.periods()) == 2


def test_a_facility_keeps_its_identity_through_a_merger_of_municipalities(registry: Registry) -> None:
    registry.accept("2009-04-01", {**MIDORI, "address": "静岡県浜名郡新居町新居1-2-3"}, area="225037")
    registry.accept("2010-04-01", {**MIDORI, "address": "静岡県湖西市新居町新居1-2-3"}, area="222216")
    assert identify(registry.workspace, LINE).recognised == 1
    assert registry.periods() == [("みどり保育園", "2009-04-01", None)]


def doubt(registry: Registry) -> str:
    registry.accept("2020-04-01", MIDORI, SORA)
    registry.accept("2021-04-01", HEROES, SORA)
    identify(registry.workspace, LINE)
    [item] = review_list(registry.workspace, LINE)
    assert item.evidence["known"]["name"] == "みどり保育園"
    assert item.evidence["row"]["name"] == "ヒーローズ船橋本町"
    assert "住所及び電話が一致" in item.evidence["ja"]
    assert "same address and phone" in item.evidence["en"]
    assert (item.area, item.as_of, item.source_row) == (CITY, day("2021-04-01"), 1)
    return item.id


def test_a_person_says_that_two_are_one(registry: Registry) -> None:
    item, before = doubt(registry), registry.now()
    apart = registry.periods()
    made = decide(registry.workspace, LINE, item, "same", by="係長", reason="改称届")
    assert (made.verdict, made.rows, made.seq) == ("same", 1, registry.now())
    assert registry.identities("2020-04-01")["みどり保育園"] == registry.identities("2021-04-01")["ヒーローズ船橋本町"]
    assert review_list(registry.workspace, LINE) == []
    assert registry.periods() == [
        ("そらいろ保育園", "2020-04-01", None),
        ("みどり保育園", "2020-04-01", "2021-04-01"),
        ("ヒーローズ船橋本町", "2021-04-01", None),
    ]
    assert len(history(registry.workspace, LINE)["identity"].unique()) == 2
    assert len(history(registry.workspace, LINE, at_seq=before)["identity"].unique()) == 3
    assert registry.periods(before) == apart
    assert [d.id for d in review_list(registry.workspace, LINE, at_seq=before)] == [item]
    assert clean(registry)


def test_a_person_says_that_two_are_two(registry: Registry) -> None:
    item = doubt(registry)
    apart = registry.periods()
    assert decide(registry.workspace, LINE, item, "different", by="係長").rows == 0
    assert review_list(registry.workspace, LINE) == []
    assert registry.periods() == apart
    registry.accept("2022-04-01", HEROES, SORA)
    assert identify(registry.workspace, LINE).doubtful == 0
    with pytest.raises(NoSuchDoubtError):
        decide(registry.workspace, LINE, item, "same", by="係長")


def test_two_that_stand_side_by_side_cannot_be_one(registry: Registry) -> None:
    item = doubt(registry)
    registry.accept("2022-04-01", HEROES, MIDORI)
    identify(registry.workspace, LINE)
    with pytest.raises(BothListedError):
        decide(registry.workspace, LINE, item, "same", by="係長")


def test_a_person_splits_what_was_two(registry: Registry) -> None:
    registry.accept("2020-04-01", MIDORI)
    registry.accept("2021-04-01", {**MIDORI, "name": "みどりこども園"})
    registry.accept("2022-04-01", {**MIDORI, "name": "みどりこども園"})
    identify(registry.workspace, LINE)
    [identity] = set(registry.identities("2020-04-01").values())
    assert identity is not None
    before = registry.now()
    made = split(registry.workspace, LINE, identity, since=day("2021-04-01"), by="係長", reason="別法人")
    assert made.rows == 2
    assert registry.identities("2020-04-01") == {"みどり保育園": identity}
    assert registry.identities("2022-04-01") == {"みどりこども園": made.identity}
    assert registry.identities("2022-04-01", before) == {"みどりこども園": identity}
    with pytest.raises(NothingToSplitError):
        split(registry.workspace, LINE, identity, since=day("2030-01-01"), by="係長")
    registry.accept("2023-04-01", {**MIDORI, "name": "みどりこども園"})
    identify(registry.workspace, LINE)
    assert registry.identities("2023-04-01") == {"みどりこども園": made.identity}
    assert clean(registry)


def test_a_list_of_doubts_can_be_asked_for_by_area(registry: Registry) -> None:
    item = doubt(registry)
    assert [d.id for d in review_list(registry.workspace, LINE, area=CITY)] == [item]
    assert review_list(registry.workspace, LINE, area="122033") == []


SHEET = "nursery_vacancy"


def test_a_vacancy_sheet_is_recognised_by_the_register(registry: Registry) -> None:
    registry.accept("2022-04-01", MIDORI, SORA, {**SORA, "name": "そらいろ保育園分園", "address": "船橋市海神1-1"})
    identify(registry.workspace, LINE)
    sheet = ({"name": "みどり"}, {"name": "そらいろ"}, {"name": "そらいろ 分園"})
    registry.accept("2022-11-01", *sheet, of=SHEET)
    assert identify(registry.workspace, SHEET).recognised == 3
    listed, told = registry.identities("2022-04-01"), registry.identities("2022-11-01", of=SHEET)
    assert told["みどり"] == listed["みどり保育園"]
    assert told["そらいろ"] == listed["そらいろ保育園"]
    assert told["そらいろ 分園"] == listed["そらいろ保育園分園"]
    assert len(registry.periods()) == 3


def test_how_a_sheet_spells_a_facility_is_remembered_once_decided(registry: Registry) -> None:
    registry.accept("2022-04-01", {**MIDORI, "name": "京進のほいくえん　ＨＯＰＰＡ本町"}, SORA)
    identify(registry.workspace, LINE)
    registry.accept("2022-11-01", {"name": "HOPPA本町"}, {"name": "そらいろ"}, of=SHEET)
    assert identify(registry.workspace, SHEET).doubtful == 1
    [item] = review_list(registry.workspace, SHEET)
    decide(registry.workspace, SHEET, item.id, "same", by="係長")
    registry.accept("2022-12-01", {"name": "HOPPA本町"}, {"name": "そらいろ"}, of=SHEET)
    done = identify(registry.workspace, SHEET)
    assert (done.recognised, done.doubtful) == (2, 0)
    listed = registry.identities("2022-04-01")
    assert registry.identities("2022-12-01", of=SHEET) == {
        "HOPPA本町": listed["京進のほいくえん　ＨＯＰＰＡ本町"],
        "そらいろ": listed["そらいろ保育園"],
    }
    assert clean(registry)


def test_a_facility_met_first_in_a_sheet_is_the_one_that_the_register_then_lists(registry: Registry) -> None:
    registry.accept("2022-11-01", {"name": "みどり"}, of=SHEET)
    identify(registry.workspace, SHEET)
    registry.accept("2023-04-01", MIDORI)
    identify(registry.workspace, LINE)
    [doubt] = review_list(registry.workspace, LINE)
    assert doubt.known == registry.identities("2022-11-01", of=SHEET)["みどり"]
    decide(registry.workspace, LINE, doubt.id, "same", by="係長")
    assert registry.identities("2023-04-01")["みどり保育園"] == doubt.known
    assert registry.periods() == [("みどり保育園", "2023-04-01", None)]


def test_a_line_without_facilities_has_nothing_to_recognise(registry: Registry) -> None:
    assert identify(registry.workspace, "waiting_children").entries == 0
    with pytest.raises(NothingToRecogniseError):
        history(registry.workspace, "waiting_children")


def test_a_changed_identity_is_found_by_verification(registry: Registry) -> None:
    registry.accept("2020-04-01", MIDORI)
    identify(registry.workspace, LINE)
    assert clean(registry)
    with registry.workspace.ledger.begin() as connection:
        connection.execute(update(IdentityAssignment).values(identity="0" * 36))
    assert not clean(registry)


def test_at_most_one_identity_holds_for_a_row(registry: Registry) -> None:
    decide(registry.workspace, LINE, doubt(registry), "same", by="係長")
    key = (IdentityAssignment.entry_id, IdentityAssignment.source_row)
    query = select(func.count()).where(IdentityAssignment.superseded_seq.is_(None)).group_by(*key)
    with registry.workspace.ledger.read() as connection:
        assert set(connection.scalars(query)) == {1}
