"""The rules by which facilities are recognised: read, proven against the contract, and what of a row they compare."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from facilities import CITY, LINE, SCHEMAS, day, line, policy, rows
from keiyu.errors import ContractError
from keiyu.register.identity import features, load

SHEET = "nursery_vacancy"


def test_a_line_without_the_file_recognises_nothing() -> None:
    assert load(line("waiting_children"), SCHEMAS) is None


def test_a_sheet_takes_words_and_weights_from_its_register() -> None:
    register, sheet = policy(), policy(SHEET)
    assert (sheet.register, sheet.line, sheet.table) == (LINE, SHEET, "vacancy")
    assert sheet.comparisons == register.comparisons
    assert sheet.kinds.pattern == register.kinds.pattern
    assert register.complete
    assert not sheet.complete
    assert set(sheet.described) < set(register.described)


@pytest.mark.parametrize("name", [LINE, SHEET])
def test_every_comparison_ends_and_says_where_the_rows_do_not(name: str) -> None:
    for comparison in policy(name).comparisons:
        assert [level.silent for level in comparison.levels] == [True, *[False] * (len(comparison.levels) - 1)]
        assert comparison.levels[-1].when == "ELSE"
        told = [level for level in comparison.levels if not level.silent]
        assert sum(level.m for level in told) <= 1.02
        assert sum(level.u for level in told) <= 1.02


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    shutil.copytree(SCHEMAS, tmp_path / "schemas")
    return tmp_path / "schemas"


def broken(copied: Path, name: str, **changes: Any) -> None:
    path = copied / "lines" / name / "identity.yaml"
    told = yaml.safe_load(path.read_text("utf-8")) | changes
    path.write_text(yaml.safe_dump(told, allow_unicode=True), "utf-8")
    load(replace(line(name), folder=path.parent), copied)


@pytest.mark.parametrize(
    "changes",
    [
        {"described": ["nothing_of_the_kind"]},
        {"fields": {"block": "area_code", "name": "no_such_field"}},
        {"thresholds": {"accept": 1, "margin": 0, "review": 0}},
        {"surprise": 1},
    ],
    ids=["described", "fields", "thresholds", "surprise"],
)
def test_a_wrong_file_is_refused(copied: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(ContractError):
        broken(copied, LINE, **changes)


def test_a_register_may_not_refer_to_a_register(copied: Path) -> None:
    with pytest.raises(ContractError, match="refers to a register itself"):
        broken(copied, SHEET, register=SHEET)


def compared(**row: Any) -> features.Features:
    [found] = features.of(rows({"name": "園", **row}), policy(), {day("2022-04-01")})
    return found


@pytest.mark.parametrize(
    ("name", "core", "stem", "ordinal"),
    [
        ("みどり保育園", "みどり", "みどり", ""),
        ("船橋市立みどり第二保育園", "みどり第二", "みどり", "2"),
        ("みどり第２こども園", "みどり第2", "みどり", "2"),
        ("社会福祉法人緑会　みどり保育園　分園", "緑会みどり分園", "緑会みどり", "分園"),
        ("四季の森保育園", "四季ノ森", "四季ノ森", ""),
        ("認定こども園", "認定こども園", "認定こども園", ""),
        ("ケ丘ヶ丘幼稚園", "ケ丘ケ丘", "ケ丘ケ丘", ""),
    ],
)
def test_a_name_is_told_from_what_only_says_its_kind(name: str, core: str, stem: str, ordinal: str) -> None:
    found = compared(name=name)
    assert (found.core, found.stem, found.ordinal) == (core, stem, ordinal)


@pytest.mark.parametrize(
    ("address", "town", "lot", "site"),
    [
        ("千葉県船橋市本町一丁目2番3号", "本町", "本町1-2", "本町1-2-3"),
        ("本町1-2-3みどりビル2階", "本町", "本町1-2", "本町1-2-3"),
        ("船橋市二子町610", "二子町", "二子町610", "二子町610"),
        ("船橋市神功4-25-3、4-13-1", "神功", "神功4-25", "神功4-25-3"),
        ("父島字奥村", "父島字奥村", None, None),
        (None, None, None, None),
    ],
)
def test_an_address_is_told_as_town_and_numbers(
    address: str | None, town: str | None, lot: str | None, site: str | None
) -> None:
    found = compared(address=address)
    assert (found.town, found.lot, found.site) == (town, lot, site)


def test_wards_of_a_designated_city_are_no_part_of_the_town() -> None:
    told = [
        {"name": "園", "address": text} for text in ("浜松市中区浅田町73-39", "浜松市中央区浅田町73-39", "浅田町73-39")
    ]
    table = rows(*told, area="221309")
    found = features.of(table, policy(), {day("2022-04-01"), day("2024-04-01")})
    assert {one.site for one in found} == {"浅田町73-39"}


@pytest.mark.parametrize(
    ("phone", "digits"),
    [("053-452-1413", "521413"), ("452-1413", "521413"), ("(047)400-1111", "001111"), ("110", None), ("なし", None)],
)
def test_a_phone_is_compared_by_its_last_digits(phone: str, digits: str | None) -> None:
    assert compared(phone=phone).line == digits


@pytest.mark.parametrize(
    ("row", "aspect", "owner"),
    [
        ({"name": "みどり保育園", "facility_type": "daycare"}, "nursery", None),
        ({"name": "みどり幼稚園", "facility_type": "kindergarten"}, "kindergarten", None),
        ({"name": "みどりこども園", "facility_type": "daycare", "ownership": "private"}, "centre", "private"),
        ({"name": "みどりこども園（教育部分）", "facility_type": "centre"}, "kindergarten", None),
        ({"name": "みどり", "facility_type": "small_scale_a", "ownership": "public_private"}, "nursery", "private"),
        ({"name": "みどり", "ownership": "public"}, None, "public"),
    ],
)
def test_kind_and_ownership_count_where_they_are_certain(
    row: dict[str, Any], aspect: str | None, owner: str | None
) -> None:
    found = compared(**row)
    assert (found.aspect, found.owner, found.block) == (aspect, owner, CITY)
