"""The date of a vacancy list: the month from which children are taken in, before the day of counting."""

import pytest

from keiyu.read.inspect import inspect
from reading import SCHEMAS, all_areas, contracts, csv_bytes

ROWS = [["施設名", "0歳", "1歳"], *([name, 0, 1] for name in ("ひかり保育園", "みどり保育園", "さくら保育園"))]


@pytest.mark.parametrize(
    ("titles", "as_of"),
    [
        (["令和８年６月入所 保育所等の空き状況（５月１０日現在）"], "2026-06-01"),
        (["令和８年６月入所 保育所等の空き状況（令和８年５月１０日現在）"], "2026-06-01"),
        (["空き状況（令和８年５月１０日現在）", "令和８年６月１日入所分"], "2026-06-01"),
        (["空き状況（令和８年１２月１０日現在）　１月入所"], "2027-01-01"),
        (["空き状況（令和８年５月１０日現在）"], "2026-05-10"),
        (["令和８年６月入所児童数と空き状況（令和８年６月１０日現在）"], "2026-06-10"),
        (["令和８年度 空き状況", "６月１日現在"], "2026-06-01"),
        (["令和８年度 空き状況（２月１日現在）"], "2027-02-01"),
        (["令和８年度 空き状況", "更新日 ６月３日"], None),
        (["令和８年度 空き状況（６月１日現在、４月１日時点）"], None),
    ],
)
def test_the_month_of_entry_goes_before_the_day_of_counting(titles: list[str], as_of: str | None) -> None:
    data = csv_bytes([*([title] for title in titles), *ROWS])
    assert inspect(data, "list.csv", contracts(), all_areas(), schemas=SCHEMAS)["as_of"] == as_of
