"""Words and columns of real municipalities' lists, shown on tiny invented tables."""

from typing import Any

import pytest

from keiyu.read.inspect import inspect
from spec.test_read_unseen import (
    AREAS,
    CONTRACTS,
    LATITUDES,
    LONGITUDES,
    NAMES,
    PHONES,
    SCHEMAS,
    STREETS,
    mapped,
    told,
)

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


def test_ages_that_add_up_to_a_count_are_of_that_count() -> None:
    ages = ["0歳", "1歳", "2歳", "年少3歳", "年中4歳", "年長5歳"]
    figures = [[5, 12, 30, 27, 25, 38], [5, 13, 15, 23, 17, 24], [6, 15, 16, 17, 18, 19], [8, 12, 15, 14, 17, 20]]
    columns: dict[str, list[Any]] = {"園名": NAMES, "定員": ["210名", "125名", "120名", "115名"]}
    columns |= {age: [row[n] for row in figures] for n, age in enumerate(ages)}
    found = mapped(told({**columns, "現員": [sum(row) for row in figures]}))
    assert [found[age] for age in ages] == [f"enrolled_age{n}" for n in range(6)]


def test_what_is_left_of_a_group_is_no_remark() -> None:
    rows = "".join(f"{n},{name},{street},×,,\n" for n, (name, street) in enumerate(zip(NAMES, STREETS, strict=True)))
    answer = listed(f"No.,避難所名,住所,災害区分,,\n,,,津波,洪水,その他\n{rows}")
    assert mapped(answer)["災害区分 / その他"] in (None, "?")


def test_a_sum_beside_which_a_figure_is_rough_is_no_record() -> None:
    rows = "".join(f"{name},60,×,○,30人程度\n" for name in NAMES)
    answer = listed(f"施設名,定員,0歳児空き,1歳児空き,募集予定\n{rows}公立保育所計,240,,,120人程度\n")
    assert answer["data_rows"] == len(NAMES)


@pytest.mark.parametrize(
    ("names", "holds"), [(NAMES, "name"), (["ひなた", "こだま", "みどり", "つばさ"], "?"), ([NAMES[0]] * 4, None)]
)
def test_names_under_no_header_are_names(names: list[str], holds: str | None) -> None:
    rows = "".join(f"{name},6,{n + 7},1{n},{n + n + 23}\n" for n, name in enumerate(names))
    answer = listed(f"保育所 入所状況(令和5年12月現在在籍児童数)\n,1歳児,2歳児,3歳児,計\n{rows}")
    assert mapped(answer)[""] == holds


def test_names_under_a_header_not_known_are_asked_about_where_no_column_is_of_names() -> None:
    rows = "".join(f"{name},{street},120\n" for name, street in zip(NAMES, STREETS, strict=True))
    answer = listed(f"避難所一覧\n退避所の名称,所在地,収容人数\n{rows}")
    assert mapped(answer) == {"退避所の名称": "?", "所在地": "address", "収容人数": "shelter_capacity"}


@pytest.mark.parametrize(("one", "other"), [("57日～", "6か月～"), ("前期", "後期")])
def test_two_columns_of_one_age_are_both_asked_about(one: str, other: str) -> None:
    rows = "".join(f"{name},{n},{n % 2},2,0\n" for n, name in enumerate(NAMES))
    answer = listed(f"保育園の空き人数\n園名,0歳児({one}),0歳児({other}),1歳児,2歳児\n{rows}")
    assert list(mapped(answer).values()) == ["name", "?", "?", "vacancy_age1", "vacancy_age2"]


def test_a_legend_says_what_is_counted() -> None:
    rows = "".join(f"{name},○,×,◎\n" for name in NAMES)
    legend = "◎：空きがあります　○：若干名　×：空きがありません"
    answer = listed(f"保育施設 入園見込み\n{legend}\n園名,0歳児,1歳児,2歳児\n{rows}")
    assert list(mapped(answer).values()) == ["name", "vacancy_age0", "vacancy_age1", "vacancy_age2"]


def test_ages_that_add_up_to_one_of_two_sizes_count_places() -> None:
    places = [(60, 6, 10, 14, 30), (90, 9, 18, 23, 40)] * 2
    lines = zip(NAMES, STREETS, places, strict=True)
    rows = "".join(f"{name},{street},{','.join(map(str, of))}\n" for name, street, of in lines)
    answer = listed(f"園名,住所,定員数,0歳,1歳,2歳,3歳\n{rows}")
    assert list(mapped(answer).values())[3:] == [f"capacity_age{age}" for age in range(4)]


def test_the_ages_that_are_taken_are_no_vacancies() -> None:
    rows = "".join(f"{name},○,○,×\n" for name in NAMES)
    answer = listed(f"保育園の受入年齢一覧\n園名,0歳児,1歳児,2歳児\n{rows}")
    assert list(mapped(answer).values())[1:] == ["?", "?", "?"]


def listed(text: str) -> dict[str, Any]:
    return inspect(text.encode(), "list.csv", CONTRACTS, AREAS, schemas=SCHEMAS)
