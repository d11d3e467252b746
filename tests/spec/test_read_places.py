"""Words and columns of real municipalities' lists, shown on tiny invented tables."""

from typing import Any

import pytest

from spec.test_read_unseen import LATITUDES, LONGITUDES, NAMES, PHONES, STREETS, mapped, told

TYPES = ["児童発達支援", "放課後等デイサービス", "居宅介護支援", "通所介護（デイサービス）"]
OPENED, CLOSED = ["9:00", "10:00", "13:30", "14:00"], ["17:00", "18:00", "18:30", "19:00"]


@pytest.mark.parametrize(
    ("header", "values", "field"),
    [
        ("開始時刻平日", OPENED, "open_time"),
        ("終了時刻平日", CLOSED, "close_time"),
        ("startTimeWeekDays", OPENED, "open_time"),
        ("開始時刻土曜日", OPENED, None),
        ("startTimeSaturday", OPENED, None),
        ("実施サービス", TYPES, "facility_type"),
        ("referenceObject", [f"http://{n}.example.jp/" for n in range(4)], "url"),
        ("acceptedAge", ["3か月～", "1歳～", "2か月～2歳児", "0歳～5歳"], "accepted_ages"),
        ("temporaryKeeping", ["有", "無", "無", "有"], "temporary_care"),
        ("一時", ["Y", "N", "Y", "N"], "temporary_care"),
        (
            "Establisher",
            ["社会福祉法人 みのり会", "学校法人白鷺学園", "株式会社はぐくみ", "宗教法人光寺"],
            "operator_name",
        ),
        ("月曜開放開始時刻", OPENED, None),
        ("指定日", ["2025-07-01", "2025-07-07", "2025-07-31", "2026-06-01"], None),
    ],
)
def test_a_word_of_another_place_names_its_field(header: str, values: list[str], field: str | None) -> None:
    found = mapped(told({"name": NAMES, "address": STREETS, "tel": PHONES, header: values}))[header]
    assert found == field if field else found in (None, "?")


@pytest.mark.parametrize("header", ["要配慮者利用施設名称", "指定暑熱避難施設の名称", "clubName"])
def test_a_list_under_another_law_names_its_facilities(header: str) -> None:
    assert mapped(told({header: NAMES, "所在地": STREETS, "電話番号": PHONES}))[header] == "name"


def test_a_kind_of_disaster_in_brackets_is_that_disaster() -> None:
    signs, over = ["○", "", "○", ""], "開設される災害の種類"
    found = mapped(
        told(
            {
                "避難所名": NAMES,
                "住所": STREETS,
                f"{over}（土砂災害）": signs,
                f"{over}（地震・津波）": [*signs[1:], "○"],
            }
        )
    )
    assert found[f"{over}（土砂災害）"] == "landslide"
    assert found[f"{over}（地震・津波）"] == "?"


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_numbers_the_key_is_the_one_that_never_comes_twice(turned: bool) -> None:
    numbers: dict[str, list[Any]] = {"id": ["1", "2", "1", "2"], "uid": ["E4011", "E4012", "E4021", "E4022"]}
    pairs = dict(reversed(numbers.items())) if turned else numbers
    places = {
        "緯度": LATITUDES,
        "経度": LONGITUDES,
        "洪水": ["○", "×", "○", "×"],
        "想定収容人数": ["100", "250", "80", "120"],
    }
    found = mapped(told({**pairs, "避難所名": NAMES, "住所": STREETS, **places}))
    assert (found["id"], found["uid"]) == (None, "shelter_id")
