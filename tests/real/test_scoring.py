"""The scorer on tiny made-up cases: what it measures must be beyond doubt."""

from collections.abc import Mapping
from typing import Any

import pytest

from real import scoring
from real.scoring import Share

GOLD: Mapping[str, Any] = {
    "file": "nursery_lists/made_up.csv",
    "expect": "accept",
    "sheet": None,
    "header_rows": [1],
    "first_data_row": 2,
    "last_data_row": 3,
    "data_rows": 2,
    "as_of": "2025-04-01",
    "as_of_also": ["2025-03-31"],
    "columns": [
        {"index": 0, "header": "名称", "field": "name"},
        {"index": 1, "header": "定員", "field": "capacity"},
        {"index": 2, "header": "受入可能数", "field": "vacancy_age0", "review": True},
        {"index": 3, "header": "地名", "field": None, "also": ["address"]},
        {"index": 4, "header": "給食", "field": None},
        {"index": 5, "header": "電話", "field": "phone", "part": 1},
        {"index": 6, "header": "電話", "field": "phone", "part": 2},
        {"index": 7, "header": "緯度", "field": "latitude"},
        {"index": 8, "header": "Y", "field": "latitude", "same_as": 7},
        {"index": 9, "header": "終了", "field": "close_time", "also": ["extended_close_time"]},
    ],
    "rows": [
        {
            "row": 2,
            "values": {"name": "青空　園", "capacity": None, "phone": "03-1234", "latitude": 35.5},
            "status": {"capacity": "unknown"},
            "blank": ["close_time"],
        },
        {"row": 3, "values": {"name": "海", "capacity": 20}},
    ],
}
MAPPED = {0: "name", 1: "capacity", 5: "phone", 8: "latitude", 9: "close_time"}


def answer(mapped: Mapping[int, str] = MAPPED, review: tuple[int, ...] = (2,), **changes: Any) -> dict[str, Any]:
    columns = [
        {"index": c["index"], "field": mapped.get(c["index"]), "needs_review": c["index"] in review}
        for c in GOLD["columns"]
    ]
    rows = [
        {
            "row": 2,
            "values": {"name": "青空　園", "capacity": None, "phone": "03-1234", "latitude": 35.5000001},
            "status": {"capacity": "unknown", "close_time": "not_submitted"},
        },
        {"row": 3, "values": {"name": "海", "capacity": 20}, "status": {}},
    ]
    facts = {k: v for k, v in GOLD.items() if k not in {"columns", "rows", "as_of_also"}}
    return {**facts, "columns": columns, "rows": rows, **changes}


def test_a_right_answer_is_right_in_every_measure() -> None:
    score = scoring.score(GOLD, answer())
    assert score.misses == ()
    assert (score.expect, score.records, score.as_of, score.place) == (Share(1, 1),) * 4
    assert score.mapped == Share(5, 5)
    assert score.wrong == Share(0, 10)
    assert score.review == Share(1, 10)
    assert score.values == Share(6, 6)


@pytest.mark.parametrize(
    ("mapped", "lost", "wrong"),
    [
        ({**MAPPED, 4: "remarks"}, 0, 1),  # gold says no field
        ({**MAPPED, 2: "vacancy_age0"}, 0, 1),  # ambiguous by definition
        ({**MAPPED, 1: "vacancy_age0"}, 1, 1),  # the wrong field
        ({**MAPPED, 3: "address", 9: "extended_close_time"}, 0, 0),  # as good
        ({**MAPPED, 7: "latitude", 6: "phone"}, 0, 0),  # a column that repeats, a part
        ({k: v for k, v in MAPPED.items() if k not in {5, 8}}, 2, 0),  # no part, no twin
        ({**MAPPED, 6: "fax"}, 0, 1),
        ({}, 5, 0),
    ],
)
def test_columns(mapped: Mapping[int, str], lost: int, wrong: int) -> None:
    score = scoring.score(GOLD, answer(mapped, review=()))
    assert score.mapped == Share(5 - lost, 5)
    assert score.wrong == Share(wrong, 10)


def test_a_column_sent_to_review_is_neither_mapped_nor_wrong() -> None:
    score = scoring.score(GOLD, answer({**MAPPED, 4: "remarks"}, review=(1, 4)))
    assert (score.mapped, score.wrong, score.review) == (Share(4, 5), Share(0, 10), Share(2, 10))


def test_a_mapped_column_that_gold_does_not_know_is_wrong() -> None:
    told = answer()
    told["columns"].append({"index": 10, "field": "fax", "needs_review": False})
    assert scoring.score(GOLD, told).wrong == Share(1, 10)


def test_facts() -> None:
    score = scoring.score(GOLD, answer(data_rows=3, as_of="2025-03-31", header_rows=[1, 2]))
    assert (score.records, score.as_of, score.place) == (Share(0, 1), Share(1, 1), Share(0, 1))
    assert scoring.score(GOLD, answer(as_of=None)).as_of == Share(0, 1)


def values(row: Mapping[str, Any], mapped: Mapping[int, str] = MAPPED) -> Share:
    rows = [row, answer()["rows"][1]]
    return scoring.score(GOLD, answer(mapped, rows=rows)).values


def test_values_count_only_where_the_reader_has_the_field() -> None:
    rows = [{"row": 2, "values": {"name": "青空　園"}}, {"row": 3, "values": {"name": "海"}}]
    assert scoring.score(GOLD, answer({0: "name"}, rows=rows)).values == Share(2, 2)


def test_a_row_that_is_missing_is_wrong() -> None:
    assert scoring.score(GOLD, answer(rows=answer()["rows"][:1])).values == Share(4, 6)


def test_a_filled_blank_is_wrong_and_a_blank_proves_nothing() -> None:
    row = answer()["rows"][0]
    assert values(row) == Share(6, 6)
    assert values({**row, "values": {**row["values"], "close_time": "18:00"}}) == Share(6, 7)


@pytest.mark.parametrize(
    ("field", "value", "status"),
    [
        ("capacity", None, None),  # null without a reason
        ("capacity", None, "none"),
        ("capacity", 3535, "unknown"),
        ("name", "青空 園", None),  # another code point
        ("latitude", 35.51, None),
        ("phone", "03-1234", "unknown"),
    ],
)
def test_a_wrong_value_or_status(field: str, value: object, status: str | None) -> None:
    row = answer()["rows"][0]
    told = {**row["status"], field: status} if status else {k: v for k, v in row["status"].items() if k != field}
    assert values({"row": 2, "values": {**row["values"], field: value}, "status": told}) == Share(5, 6)


@pytest.mark.parametrize(
    ("field", "want", "got", "right"),
    [
        ("postal_code", "102-0085", "1020085", True),
        ("phone", "03-1234", "031234", False),
        ("capacity", 20, 20.0, True),
        ("capacity", 20, "20", False),
        ("capacity", 1, True, False),
        ("temporary_care", True, 1, False),
        ("temporary_care", True, True, True),
        ("remarks", "一\n二", "一 二", True),
        ("remarks", "一　二", "一 二", False),
        ("latitude", 35.0, 35, True),
    ],
)
def test_same(field: str, want: object, got: object, right: bool) -> None:
    assert scoring.same(field, want, got) is right


def test_none_may_be_counted_as_zero() -> None:
    gold = {**GOLD, "rows": [{"row": 2, "values": {"capacity": None}, "status": {"capacity": "none"}}]}
    for value in (None, 0):
        rows = [{"row": 2, "values": {"capacity": value}, "status": {"capacity": "none"}}]
        assert scoring.score(gold, answer({1: "capacity"}, rows=rows)).values == Share(1, 1)


def test_a_zero_may_be_called_true() -> None:
    gold = {**GOLD, "rows": [{"row": 2, "values": {"capacity": 0}}]}
    rows = [{"row": 2, "values": {"capacity": 0}, "status": {"capacity": "true_zero"}}]
    assert scoring.score(gold, answer({1: "capacity"}, rows=rows)).values == Share(1, 1)


def test_a_refused_file_loses_everything_it_should_have_given() -> None:
    score = scoring.score(GOLD, {"expect": "reject"})
    assert score.expect == score.records == Share(0, 1)
    assert (score.mapped, score.values) == (Share(0, 5), Share(0, 6))


def test_a_file_to_be_refused() -> None:
    gold = {"file": "nursery_lists/no.csv", "expect": "reject", "columns": [], "rows": []}
    assert scoring.score(gold, {"expect": "reject"}) == scoring.Score(expect=Share(1, 1))
    assert scoring.score(gold, answer()).expect == Share(0, 1)


def test_totals_and_targets() -> None:
    golds = [GOLD, {**GOLD, "file": "vacancy/made_up.xlsx"}]
    scores = [scoring.score(GOLD, answer()), scoring.score(GOLD, answer({}))]
    assert scoring.by_family(golds, scores)["vacancy"].mapped == Share(0, 5)
    whole = scoring.total(scores)
    assert whole.mapped == Share(5, 10)
    met = {t.measure: t.met(whole) for t in scoring.TARGETS}
    assert not met["mapped"]
    assert met["wrong"]
    assert met["review"]
