"""What each of our expectations judges: ok, NG, or - where a needed value is missing."""

import pytest

from keiyu.check.expectations import relations, sums, values
from spec.checking import frame, judged


def test_area_codes_have_a_right_check_digit() -> None:
    judged(
        values.ExpectColumnValuesToBeAreaCodes,
        """
        area_code | judgement
        131016    | ok
        011002    | ok
        11002     | NG
        131017    | NG
        １３１０１６ | NG
        .         | -
        """,
        column="area_code",
    )


def test_corporate_numbers_have_a_right_check_digit() -> None:
    judged(
        values.ExpectColumnValuesToBeCorporateNumbers,
        """
        number        | judgement
        8000012010038 | ok
        7000012010038 | NG
        1.11E+12      | NG
        .             | -
        """,
        column="number",
    )


def test_dates_exist_in_whatever_era_they_are_written() -> None:
    judged(
        values.ExpectColumnValuesToBeDates,
        """
        opened         | judgement
        2019-05-01     | ok
        令和元年5月1日   | ok
        H30.6.1        | ok
        令和六年四月一日 | ok
        平成30年2月30日  | NG
        未定            | NG
        1019-05-01     | NG
        .              | -
        """,
        column="opened",
        min_value="1870-01-01",
    )


def test_a_total_equals_the_sum_of_its_columns() -> None:
    judged(
        sums.ExpectColumnToEqualSumOfColumns,
        """
        total | age0 | age1 | judgement
        10    | 4    | 6    | ok
        10    | 4    | 5    | NG
        0     | 0    | 0    | ok
        10    | .    | 6    | -
        .     | 4    | 6    | -
        """,
        total_column="total",
        part_columns=["age0", "age1"],
    )


TIDY = """
    _entry | table | age   | kind  | value | judgement
    0      | kids  | total | girls | 9     | ok
    0      | kids  | age0  | girls | 4     | -
    0      | kids  | age1  | girls | 5     | -
    0      | kids  | total | boys  | 9     | NG
    0      | kids  | age0  | boys  | 4     | -
    0      | kids  | age1  | boys  | 4     | -
    1      | kids  | total | girls | 7     | -
    1      | kids  | age0  | girls | .     | -
    1      | kids  | age1  | girls | 7     | -
    2      | kids  | total | girls | 7     | -
    2      | kids  | age0  | girls | 7     | -
    3      | other | total | girls | 7     | -
"""


def add_up(data: str, **arguments: object) -> list[int]:
    rows, _ = frame(data)
    rows = rows.astype(dict.fromkeys(("age", "kind"), "category"))
    told = {"table": "kids", "dimension": "age", "within": ["kind"], "total": "total", "parts": ["age0", "age1"]}
    return sums.ExpectCodesToAddUp.judge(rows, **{"relation": "=", **told, **arguments}).failed.tolist()


def test_codes_add_up_in_each_combination_of_the_other_dimensions() -> None:
    _, expected = frame(TIDY)
    assert add_up(TIDY) == [n for n, verdict in enumerate(expected) if verdict == "NG"]


def test_codes_can_be_asked_to_reach_a_sum_only() -> None:
    assert add_up(TIDY, relation=">=") == []
    assert add_up(TIDY, relation="<=") == [3]


def test_a_ratio_is_judged_from_its_floor_on() -> None:
    judged(
        sums.ExpectRatioOfSumsToBeAtMost,
        """
        users | more | capacity | judgement
        12    | 0    | 10       | ok
        10    | 3    | 10       | NG
        13    | 0    | 9        | -
        13    | 0    | 0        | -
        .     | 13   | 10       | -
        """,
        numerator_columns=["users", "more"],
        denominator_columns=["capacity"],
        max_ratio=1.2,
        floor=10,
    )


def test_a_sum_is_bounded_where_the_conditions_hold() -> None:
    judged(
        sums.ExpectSumOfColumnsToBeBetween,
        """
        capacity | users | other | judgement
        0        | 30    | 5     | NG
        1        | 30    | 5     | ok
        0        | 19    | 5     | -
        0        | 30    | 0     | -
        .        | 30    | 5     | -
        """,
        columns=["capacity"],
        min_value=1,
        when=[{"columns": ["users"], "at_least": 20}, {"columns": ["other"], "at_least": 1}],
    )


@pytest.mark.parametrize(
    ("relation", "expected"),
    [("=", "ok NG NG"), ("<=", "ok ok NG"), (">=", "ok NG ok"), ("<", "NG ok NG"), (">", "NG NG ok")],
)
def test_two_columns_stand_in_a_relation(relation: str, expected: str) -> None:
    first, second, third = expected.split()
    judged(
        relations.ExpectColumnToRelateToColumn,
        f"""
        places | licensed | judgement
        20     | 20       | {first}
        19     | 20       | {second}
        21     | 20       | {third}
        .      | 20       | -
        """,
        column="places",
        relation=relation,
        other_column="licensed",
    )


def test_days_stand_in_a_relation_too() -> None:
    judged(
        relations.ExpectColumnToRelateToColumn,
        """
        begins     | ends       | judgement
        2024-04-01 | 2025-03-31 | ok
        2025-04-01 | 2025-03-31 | NG
        2024-04-01 | 9999-12-31 | ok
        2024-04-01 | .          | -
        """,
        column="begins",
        relation="<=",
        other_column="ends",
    )


def test_a_value_is_found_in_one_of_the_other_columns() -> None:
    judged(
        relations.ExpectColumnValueToBeAmongColumns,
        """
        sender | reporter | body   | judgement
        a131016 | a131016 | b130001 | ok
        b130001 | a131016 | b130001 | ok
        c140007 | a131016 | b130001 | NG
        c140007 | a131016 | .       | NG
        .       | a131016 | b130001 | -
        """,
        column="sender",
        columns=["reporter", "body"],
    )


def test_a_figure_is_near_the_one_before_the_larger_the_nearer() -> None:
    judged(
        relations.ExpectValuesToBeNearPrevious,
        """
        field | value | previous | judgement
        kids  | 41    | 1125     | NG
        kids  | 704   | 409      | NG
        kids  | 640   | 409      | ok
        kids  | 30    | 90       | ok
        kids  | 0     | 90       | NG
        kids  | 2     | 20       | -
        kids  | .     | 1125     | -
        kids  | 1125  | .        | -
        other | 41    | 1125     | -
        """,
        bands=[{"at_least": 30, "max_ratio": 5}, {"at_least": 400, "max_ratio": 1.6}],
        fields=["kids"],
    )


def test_staff_covers_the_children_quotients_cut_to_one_decimal_and_their_sum_rounded() -> None:
    # 7/3 = 2.3, 11/6 = 1.8, together 4.1 → 4; 8/3 = 2.6, 11/6 = 1.8, together 4.4 → 4; 9/3 = 3, 9/6 = 1.5 → 5
    judged(
        sums.ExpectStaffToCoverChildren,
        """
        staff | age0 | age1 | judgement
        4     | 7    | 11   | ok
        4     | 8    | 11   | ok
        4     | 9    | 9    | NG
        5     | 9    | 9    | ok
        1     | 1    | 0    | NG
        0     | 0    | 0    | ok
        .     | 1    | 0    | -
        """,
        staff_columns=["staff"],
        groups=[{"columns": ["age0"], "children_per_person": 3}, {"columns": ["age1"], "children_per_person": 6}],
        minimum=2,
    )
