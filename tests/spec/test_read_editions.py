"""Other months of a list and sheets from elsewhere: what differs from edition to edition is told apart by method."""

import datetime as dt

import pytest

from keiyu.codes.eras import find_date, find_month


@pytest.mark.parametrize(
    "title", ["令和5年4月2次 受入れ可能性一覧", "R5.4月2次利用調整", "令和五年四月十二次", "令和5年4月3回目"]
)
def test_a_round_of_a_month_is_no_day_of_it(title: str) -> None:
    assert find_date(title) is None
    assert find_month(title) == dt.date(2023, 4, 1)


def test_a_day_before_a_round_is_a_day() -> None:
    assert find_date("令和5年4月2日 2次募集") == dt.date(2023, 4, 2)
