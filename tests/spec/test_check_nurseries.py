"""The first rules of the facility register and of the monthly report."""

import datetime as dt

from spec.checking import Checker

REGISTER = Checker("nursery_facility")
MONTHLY = Checker("nursery_monthly", dt.date(2025, 4, 1))


def facility(**facts: object) -> str:
    told = {"area_code": "131016", "facility_id": "1", "valid_from": "2024-04-01", "name": "みどり保育園", **facts}
    return f"facility {' '.join(told)}\n{' '.join(map(str, told.values()))}"


def test_a_sound_register() -> None:
    ages = {f"capacity_age{n}": 10 for n in range(6)}
    assert REGISTER.findings(facility(capacity=60, **ages)) == []


def test_corporate_numbers_with_a_wrong_check_digit_are_asked_about() -> None:
    sound, [told] = REGISTER.each(
        facility(corporate_number="8000012010038"), facility(corporate_number="7000012010038")
    )
    assert sound == []
    assert told.startswith("NF-2 query facility!") and "7000012010038" in told


def test_a_wrong_check_digit_of_the_area_code_is_an_error() -> None:
    told = REGISTER.findings(facility(area_code="131017"))
    assert {line.split()[0] for line in told} == {"NF-1", "relay.reporter"}


def test_a_period_does_not_end_before_it_begins() -> None:
    sound, [told] = REGISTER.each(facility(valid_to="2025-03-31"), facility(valid_to="2023-03-31"))
    assert sound == []
    assert told.endswith("有効期間の始期 2024-04-01 が終期 2023-03-31 より後です。")


def test_capacity_is_the_sum_of_the_ages_in_whichever_way_they_are_given() -> None:
    infants = {"capacity_age0": 3, "capacity_age1": 6, "capacity_age2": 6}
    one_by_one = {"capacity_age3": 10, "capacity_age4": 10, "capacity_age5": 10}
    ways = (one_by_one, {"capacity_age3": 10, "capacity_age4_5": 20}, {"capacity_age3plus": 30})
    sound = [facility(capacity=45, **infants, **way) for way in ways]
    without_older_ages = facility(capacity=45, **infants)
    wrong = [facility(capacity=46, **infants, **way) for way in ways]
    found = REGISTER.each(*sound, without_older_ages, *wrong)
    assert found[:4] == [[]] * 4
    assert [line.split()[0] for told in found[4:] for line in told] == ["NF-4", "NF-5", "NF-6"]


def test_an_era_mistaken_for_another_is_asked_about() -> None:
    sound, [told] = REGISTER.each(facility(opened_date="1955-04-01"), facility(opened_date="1019-05-01"))
    assert sound == []
    assert told.startswith("NF-7 query")


SOUND = """
    enrolment 131016 1     total age0 age1 age2 age3 age4 age5
    capacity                  60    6   10   11   11   11   11
    enrolled                  60    6   10   11   11   11   11

    residence 131016 1 131016   total age0 age1 age2 age3 age4 age5
    .                              50    6   10   11   11   11    1

    residence 131016 1 131024   total age0 age1 age2 age3 age4 age5
    .                              10    0    0    0    0    0   10

    staff area_code facility_id qualification full_time part_time fte
    131016 1 nursery_teacher 7 1 7.2
"""


def residence(text: str) -> str:
    """A cube with one dimension has no codes in front of its figures."""
    return text.replace("    .  ", "    ")


def test_a_sound_month() -> None:
    assert MONTHLY.findings(residence(SOUND)) == []


def test_ages_add_up() -> None:
    enrolled = SOUND.replace("enrolled                  60    6", "enrolled                  60    7")
    resident = SOUND.replace(
        ".                              10    0    0", ".                              10    0    1"
    )
    [one], [other] = MONTHLY.each(residence(enrolled), residence(resident))
    assert (one.split()[0], other.split()[0]) == ("NM-1", "NM-2")


def test_every_child_lives_somewhere() -> None:
    wrong = SOUND.replace("10    0    0    0    0    0   10", " 9    0    0    0    0    0    9")
    assert MONTHLY.findings(residence(wrong)) == [
        "NM-3 error enrolment!E2 在籍児童数 60 が、居住地別の合計 59 と一致しません（差 1）。"
    ]


def test_a_table_that_is_not_there_is_not_compared() -> None:
    enrolment, *_, staff = SOUND.strip().split("\n\n")
    assert MONTHLY.each(enrolment, staff) == [[], []]
    assert MONTHLY.findings(staff) == []


def test_enrolment_beyond_one_fifth_over_capacity_is_asked_about() -> None:
    wrong = SOUND.replace("capacity                  60    6   10   11   11   11   11", "capacity 40 0 0 0 10 15 15")
    assert MONTHLY.findings(residence(wrong)) == [
        "NM-Q1 query enrolment!E2 在籍児童数 60 が利用定員 40 の 1.50 倍です。"
    ]


def test_the_standard_is_that_of_the_date() -> None:
    """20:1 at age 3 and 30:1 from age 4 until March 2024; tolerated ever since: asked about, never refused."""
    # 6/3 + 21/6 + 30/15 + 50/25 = 9.5, and 30/20 + 50/30 (1.6) instead = 8.6 by the ratios of before.
    many = SOUND.replace("enrolled                  60    6   10   11   11   11   11", "enrolled 107 6 10 11 30 25 25")
    march = Checker("nursery_monthly", dt.date(2024, 3, 1))
    said = [[one for one in line.findings(residence(many)) if "NM-Q2" in one] for line in (march, MONTHLY)]
    assert [one.split("配置基準")[1] for [one] in said] == [
        " 9 人（経過措置では 9 人）に足りません。",
        " 10 人（経過措置では 9 人）に足りません。",
    ]


def test_too_few_nursery_teachers_are_asked_about() -> None:
    # 6/3 + 21/6 (3.5) + 11/15 (0.7) + 22/25 (0.8) = 7.0
    few, without_equivalent = (SOUND.replace("7 1 7.2", staff) for staff in ("6 1 6.9", "6 1 ."))
    more = "\n\nstaff area_code facility_id qualification full_time part_time fte\n131016 1 centre_teacher 1 0 0.5"
    with_centre_teachers = SOUND.replace("7 1 7.2", "6 1 6.5") + more
    assert MONTHLY.each(residence(few), residence(without_equivalent), residence(with_centre_teachers)) == [
        [
            "NM-Q2 query enrolment!E2 保育士等 6.90 人（常勤換算）は、"
            "在籍児童 60 人の配置基準 7 人（経過措置では 7 人）に足りません。"
        ],
        [],
        [],
    ]
