"""Each rule of the survey of waiting children: a file that passes, a file that does not, what is said."""

import pyarrow as pa

from keiyu.read.model import Mark, ValueStatus
from spec.checking import Checker, told

WAITING = Checker("waiting_children")

SOUND = """
    capacity 131016          total age0 age1_2 age3plus
    daycare                    100   10     40       50

    applicants 131016        total age0 age1 age2 age3plus
    applicants                 103   11   21   20       51
    using_daycare               98   10   19   19       50
    parental_leave               3    0    1    1        1
    waiting                      2    1    1    0        0
"""


def test_a_sound_file_says_nothing_and_is_taken() -> None:
    checked = WAITING.check(SOUND)
    assert checked.findings == []
    assert [(v.reading, v.reporter, v.accepted) for v in checked.verdicts] == [(0, "131016", True)]


def test_h1_applicants_are_the_sum_of_the_eleven_categories() -> None:
    wrong = SOUND.replace("parental_leave               3    0    1", "parental_leave               3    0    0")
    assert WAITING.findings(wrong) == [
        "WC-H1 error applicants!AB2 １歳児の申込者数 21 が、内訳11区分の合計 20 と一致しません（差 1）。",
        "WC-H2 error applicants!L2 育児休業中の者の合計 3 が、年齢別の合計 2 と一致しません（差 1）。",
    ]


def test_h2_a_category_is_the_sum_of_its_ages() -> None:
    wrong = SOUND.replace("parental_leave               3", "parental_leave               4")
    assert WAITING.findings(wrong) == [
        "WC-H1 error applicants!D2 合計の申込者数 103 が、内訳11区分の合計 104 と一致しません（差 1）。",
        "WC-H2 error applicants!L2 育児休業中の者の合計 4 が、年齢別の合計 3 と一致しません（差 1）。",
    ]


def test_h3_capacity_is_the_sum_of_its_ages() -> None:
    wrong = SOUND.replace("daycare                    100   10", "daycare                    100   11")
    assert WAITING.findings(wrong) == [
        "WC-H3 error capacity!D2 保育所の定員の合計 100 が、年齢別の合計 101 と一致しません（差 1）。"
    ]


def test_h4_the_total_row_is_the_sum_of_the_rows_and_returns_the_whole_file() -> None:
    two = """
        capacity 131016       total age0 age1_2 age3plus
        daycare                 100   10     40       50

        capacity 131024       total age0 age1_2 age3plus
        daycare                  20    0     10       10

        capacity 計           total age0 age1_2 age3plus
        daycare                 {total}   10     50       60

        applicants 131016     total

        applicants 131024     total
    """
    checked = WAITING.check(two.format(total=120), two.format(total=119))
    [(number, found)] = checked.findings
    assert found.message_ja == "計の行の「定員（保育所・合計）」 119 が、各行の合計 120 と一致しません（差 1）。"
    assert (number, found.place.cell, found.place.reporter) == (1, "D4", None)
    assert [v.accepted for v in checked.verdicts] == [True, True, False, False]


def test_h5_a_blank_is_an_error_at_its_cell_and_sums_over_it_are_not_judged() -> None:
    blank = SOUND.replace("parental_leave               3    0    1", "parental_leave               3    0    .")
    assert WAITING.findings(blank) == [
        "S-value-blank error applicants!AJ2 「育児休業中の者（１歳児）」に数値がありません（空欄又は記号）。"
    ]


def test_h5_a_negative_figure_is_an_error() -> None:
    wrong = SOUND.replace(
        "waiting                      2    1    1    0", "waiting                      0   -1    1    0"
    )
    assert (
        "S-value-range error applicants!AA2 「待機児童（０歳児）」の値 -1 は0以上ではありません。"
        in WAITING.findings(wrong)
    )


def test_h6_a_body_stands_once_in_a_file_but_may_send_another_file() -> None:
    checked = WAITING.check(SOUND, SOUND, SOUND + "\n" + SOUND)
    assert {(n, f.rule_id) for n, f in checked.findings} == {(2, "S-capacity-key"), (2, "S-applicants-key")}
    assert [v.accepted for v in checked.verdicts] == [True, True, False]


def test_h8_waiting_children_do_not_exceed_those_who_use_nothing() -> None:
    wrong = SOUND.replace("using_daycare               98   10", "using_daycare               98   11")
    told = [line for line in WAITING.findings(wrong) if line.startswith("WC-H8")]
    assert told == [
        "WC-H8 error applicants!P2 ０歳児の申込者数 11 が、利用している者と待機児童の合計 12 を下回ります（差 1）。"
    ]


def test_both_tables_come_together() -> None:
    capacity, applicants = SOUND.strip().split("\n\n")
    assert WAITING.each(capacity, applicants) == [
        ["WC-T2 error capacity!A2 東京都千代田区（131016）の「申込者の状況」がありません。"],
        ["WC-T1 error applicants!A2 東京都千代田区（131016）の「定員の状況」がありません。"],
    ]
    assert len(WAITING.findings(capacity)) == 1, "also where the whole batch lacks a table"


def occupancy(capacity: int, users: int) -> str:
    return f"""
        capacity 023434     total age0 age1_2 age3plus
        daycare             {capacity}  0 0 {capacity}

        applicants 023434   total age0 age1 age2 age3plus
        applicants          {users} 0 0 0 {users}
        using_daycare       {users} 0 0 0 {users}
    """


def test_users_beyond_capacity_are_a_query_from_one_fifth_on() -> None:
    checked = WAITING.check(
        occupancy(20, 24),
        occupancy(20, 38),
        occupancy(9, 18),  # too small to tell
        occupancy(0, 6),  # children go to another municipality: legal
    )
    [(number, found)] = checked.findings
    assert (number, told(found)) == (1, "WC-Q1 query applicants!E2 利用児童数（４類型） 38 が定員 20 の 1.90 倍です。")
    assert all(v.accepted for v in checked.verdicts), "a query returns nothing"


def test_a_facility_under_two_types_is_a_query() -> None:
    taketomi = """
        capacity 473812     total age0 age1_2 age3plus
        special               270    0      0      270

        applicants 473812   total age0 age1 age2 age3plus
        applicants            122    0    0    0      122
        using_community       122    0    0    0      122
    """
    assert WAITING.each(taketomi, taketomi.replace("122", "2")) == [
        [
            "WC-Q2 query capacity!G2 ４類型の利用児童数が 122 人いるのに４類型の定員が0で、"
            "定員 270 はすべて特例保育等・企業主導型・地方単独に計上されています。"
        ],
        [],
    ]


def waiting(applicants: int, children: int) -> str:
    rest = applicants - children
    return f"""
        capacity 131016     total age0 age1_2 age3plus
        daycare             {rest} 0 {rest} 0

        applicants 131016   total age0 age1 age2 age3plus
        applicants          {applicants} 0 {applicants} 0 0
        using_daycare       {rest} 0 {rest} 0 0
        waiting             {children} 0 {children} 0 0
    """


def test_a_high_share_of_waiting_children_is_a_query_unless_the_place_is_small() -> None:
    assert WAITING.each(waiting(1000, 64), waiting(1000, 70), waiting(49, 12)) == [
        [],
        ["WC-Q3 query applicants!O2 待機児童 70 人は申込者数 1,000 人の 0.07 に当たります。"],
        [],
    ]


def test_all_zeros_are_true_zeros() -> None:
    assert WAITING.findings(waiting(0, 0)) == []


def last_time(**figures: int) -> dict[str, pa.Table]:
    table = WAITING.contract.table("applicants")
    row = {**dict.fromkeys((f.name for f in table.measures), 0), "area_code": "131016", **figures}
    return {"applicants": pa.table({name: [value] for name, value in row.items()})}


def test_a_lost_digit_is_a_query_against_the_last_collection() -> None:
    before = last_time(applicants_total=1125, applicants_age1=1125)
    assert WAITING.each(waiting(41, 0), waiting(1100, 0), previous=before) == [
        [
            "WC-Q4 query applicants!D2 申込者数（合計） が前回の 1,125 から 41 へ、27.44 倍の開きがあります。",
            "WC-Q4 query applicants!AB2 申込者数（１歳児） が前回の 1,125 から 41 へ、27.44 倍の開きがあります。",
        ],
        [],
    ]


def test_a_double_count_is_a_query_against_the_last_collection() -> None:
    before = last_time(applicants_total=409, applicants_age1=409)
    doubled, grown = WAITING.each(waiting(704, 0), waiting(600, 0), previous=before)
    assert [line.split()[0] for line in doubled] == ["WC-Q4", "WC-Q4"]
    assert grown == []


def test_a_body_or_a_figure_that_the_last_collection_lacks_is_not_compared() -> None:
    fewer = last_time(applicants_total=40)["applicants"].drop_columns(["applicants_age1"])
    assert WAITING.findings(waiting(41, 0), previous={"applicants": fewer}) == []
    elsewhere = fewer.set_column(fewer.column_names.index("area_code"), "area_code", pa.array(["131024"]))
    assert WAITING.findings(waiting(4100, 0), previous={"applicants": elsewhere}) == []


def test_capacity_is_compared_more_loosely_because_facilities_change_their_type() -> None:
    capacity = WAITING.contract.table("capacity")
    row = {
        **dict.fromkeys((f.name for f in capacity.measures), 0),
        "area_code": "131016",
        "capacity_daycare_total": 500,
    }
    before = {"capacity": pa.table({name: [value] for name, value in row.items()})}
    halved, lost = WAITING.each(waiting(200, 0), waiting(99, 0), previous=before)
    assert halved == []
    assert [line.split()[0] for line in lost] == ["WC-Q5"]


def test_a_value_is_told_as_it_was_written() -> None:
    reading = WAITING.file(SOUND)
    applicants = reading.tables[1]
    applicants.columns["waiting_age1"] = [None]
    applicants.marks.append(Mark(0, "waiting_age1", ValueStatus.UNKNOWN, "…"))
    [(_, found)] = WAITING.check(reading).findings
    assert (found.rule_id, found.value, found.place.cell) == ("S-value-blank", "…", "AM2")
