"""The first rules of the lists of vacancies and of shelters: what is asked, and what is left alone."""

import datetime as dt

from spec.checking import Checker

VACANCY = Checker("nursery_vacancy", dt.date(2025, 4, 1))
SHELTERS = Checker("evacuation_shelter", dt.date(2024, 1, 9))

SOUND = """
    vacancy 122041 1 みどり保育園    total age0 age1 age2 age3 age4 age5
    capacity                          60    6   10   11   11   11   11
    enrolled                          50    3    9   10   10    9    9
    vacancy                            .    3    1    0    1    .    .
    waiting                            5    0    5    0    0    0    0
    applicants                         .    4    9    2    1    0    0
"""


def rules(findings: list[str]) -> list[str]:
    return [line.split()[0] for line in findings]


def test_a_sound_list_though_children_wait_where_places_are_free() -> None:
    assert VACANCY.findings(SOUND) == []


def test_a_list_of_vacancies_alone_is_sound() -> None:
    alone = SOUND.replace("60    6   10   11   11   11   11", ".    .    .    .    .    .    .")
    alone = alone.replace("50    3    9   10   10    9    9", ".    .    .    .    .    .    .")
    assert VACANCY.findings(alone) == []


def test_ages_that_do_not_add_up_are_asked_about() -> None:
    capacity = SOUND.replace("60    6", "61    6")
    enrolled = SOUND.replace("50    3", "49    3")
    waiting = SOUND.replace("5    0    5", "4    0    5")
    assert [rules(found) for found in VACANCY.each(capacity, enrolled, waiting)] == [["NV-2"], ["NV-3"], ["NV-4"]]


def test_a_column_taken_for_another_is_asked_about() -> None:
    more_free_than_places = SOUND.replace(".    3    1    0", ".   63    1    0")
    [told] = VACANCY.findings(more_free_than_places)
    assert told.startswith("NV-6-0 query") and "受入可能数 63 が、施設の定員 60" in told
    crowded = SOUND.replace("50    3    9   10   10    9    9", "80   10   10   15   15   15   15")
    assert rules(VACANCY.findings(crowded)) == ["NV-5"]


def test_a_negative_intake_is_asked_about_and_not_returned() -> None:
    checked = VACANCY.check(SOUND.replace(".    3    1    0", ".   -2    1    0"))
    assert [(f.rule_id, f.severity.value) for _, f in checked.findings] == [("NV-8", "query")]
    assert [v.accepted for v in checked.verdicts] == [True]


def test_a_wrong_code_returns_the_list() -> None:
    assert "NV-1" in rules(VACANCY.findings(SOUND.replace("122041", "122042")))


def shelter(**facts: object) -> str:
    told = {"area_code": "172022", "shelter_id": "1", "name": "矢田郷地区コミュニティセンター", **facts}
    return f"shelter {' '.join(told)}\n{' '.join(map(str, told.values()))}"


def situation(**facts: object) -> str:
    told = {"area_code": "172022", "shelter_id": "1", "name": "矢田郷地区コミュニティセンター", **facts}
    return f"situation {' '.join(told)}\n{' '.join(map(str, told.values()))}"


def test_a_sound_situation_report() -> None:
    report = situation(open_status="open", evacuees=120, households=45, updated_at="2024-01-09T18:00")
    assert SHELTERS.findings(f"{shelter(shelter_capacity=200, flood='yes')}\n\n{report}") == []


def test_a_shelter_may_overflow_and_that_is_told() -> None:
    report = f"{shelter(shelter_capacity=100)}\n\n{situation(open_status='open', evacuees=120)}"
    [told] = SHELTERS.findings(report)
    assert told.startswith("ES-5 info") and "避難者数 120 が想定収容人数 100" in told


def test_more_households_than_people_are_asked_about() -> None:
    sound, [told] = SHELTERS.each(situation(evacuees=3, households=3), situation(evacuees=3, households=4))
    assert sound == []
    assert told.startswith("ES-3 query")


def test_people_in_a_shelter_that_is_not_open_are_asked_about() -> None:
    empty, full, [told] = SHELTERS.each(
        situation(open_status="closed", evacuees=0),
        situation(open_status="full", evacuees=80),
        situation(open_status="closed", evacuees=5),
    )
    assert (empty, full) == ([], [])
    assert told.startswith("ES-4 query") and "closed" in told


def test_the_form_of_postal_codes_and_times_is_asked_about() -> None:
    codes = SHELTERS.each(shelter(postal_code="926-8611"), shelter(postal_code="9268611"))
    assert [rules(found) for found in codes] == [[], ["S-shelter-postal_code-form"]]
    times = SHELTERS.each(situation(updated_at="2024-01-09"), situation(updated_at="18時"))
    assert [rules(found) for found in times] == [[], ["S-situation-updated_at-form"]]
