"""Wards, kinds and operators written once, with blanks under them: filled where that is certain, and told."""

from collections.abc import Sequence
from typing import Any

import pytest

from keiyu.read.inspect import inspect
from reading import SCHEMAS, all_areas, contracts, csv_bytes, reading, xlsx_bytes

NAMES = ["ひかり保育園", "みどり保育園", "さくら保育園", "あおば保育園", "わかば保育園", "ことり保育園"]
HEADER = ["施設名", "所在地", "定員"]

Rows = list[list[Any]]


def rows_of(groups: Sequence[tuple[str, Sequence[str]]], *, names: Sequence[str] = NAMES) -> Rows:
    """Return a list with columns on the left of its names, each column a header and its cells."""
    records = [[*cells] for cells in zip(*(cells for _, cells in groups), strict=True)]
    right = [[name, f"元町{n}-1", 60 + n] for n, name in enumerate(names[: len(records)], 1)]
    return [
        [*(header for header, _ in groups), *HEADER],
        *(left + own for left, own in zip(records, right, strict=True)),
    ]


def said(rows: Rows, field: str) -> list[Any]:
    answer = inspect(csv_bytes(rows), "list.csv", contracts(), all_areas(), schemas=SCHEMAS, line="nursery_facility")
    return [row["values"].get(field) for row in answer["rows"]]


def test_a_kind_written_once_goes_for_the_blanks_under_it() -> None:
    rows = rows_of([("種別", ["認可保育所", "", "", "小規模保育事業", "", ""])])
    assert said(rows, "facility_type") == ["認可保育所"] * 3 + ["小規模保育事業"] * 3
    found = reading(csv_bytes(rows), "list.csv", line="nursery_facility", sender="122041")
    told = next(f for f in found.findings if f.rule_id == "read.column.ditto")
    assert (told.place.cell, told.value) == ("A3", "種別") and "4" in told.message_ja
    assert list(found.tables[0].columns["facility_type"]) == ["daycare"] * 3 + ["small_scale"] * 3


def test_a_kind_begins_anew_in_each_ward() -> None:
    wards = ["中央区", "", "", "北区", "", ""]
    rows = rows_of([("区", wards), ("種別", ["保育所", "", "", "保育所", "", "認定こども園"])])
    assert said(rows, "municipality") == ["中央区"] * 3 + ["北区"] * 3
    assert said(rows, "facility_type") == ["保育所"] * 5 + ["認定こども園"]


@pytest.mark.parametrize(
    "kinds",
    [
        ["保育所", "保育所", "", "小規模保育事業", "", ""],
        ["保育所", "", "小規模保育事業", "", "保育所", ""],
        ["", "保育所", "", "小規模保育事業", "", ""],
        ["保育所", "", "", "", "", ""],
        ["保育所", "", "小規模保育事業", "認定こども園", "", "幼稚園"],
    ],
    ids=["written again", "comes back", "blank at first", "only once", "few blanks"],
)
def test_a_blank_that_may_be_one_stays_blank(kinds: list[str]) -> None:
    assert said(rows_of([("種別", kinds)]), "facility_type") == [kind or None for kind in kinds]


def test_a_new_ward_whose_kind_is_blank_leaves_all_kinds_as_they_are() -> None:
    kinds = ["保育所", "", "", "", "認定こども園", ""]
    rows = rows_of([("区", ["中央区", "", "", "北区", "", ""]), ("種別", kinds)])
    assert said(rows, "facility_type") == [kind or None for kind in kinds]


def test_a_column_right_of_the_names_is_no_group() -> None:
    kinds = ["公立", "", "", "私立", "", ""]
    rows = [[*row, kind] for row, kind in zip(rows_of([("No.", "123456")]), ["公私区分", *kinds], strict=True)]
    assert said(rows, "ownership") == ["public", None, None, "private", None, None]


def test_no_text_goes_over_a_sum_or_a_title() -> None:
    rows = rows_of([("種別", ["保育所", "", "", "小規模保育事業", "", ""])])
    for between in (["", "小計", "", 180], ["【北部】", "", "", ""]):
        assert said([*rows[:3], between, *rows[3:]], "facility_type") == [
            "保育所",
            None,
            None,
            "小規模保育事業",
            None,
            None,
        ]
        whole = said([*rows[:4], between, *rows[4:]], "facility_type")
        assert whole == ["保育所"] * 3 + ["小規模保育事業"] * 3


def test_a_header_that_comes_again_on_the_next_page_breaks_no_group() -> None:
    rows = rows_of([("種別", ["保育所", "", "", "小規模保育事業", "", ""])])
    whole = said([*rows[:3], rows[0], *rows[3:]], "facility_type")
    assert whole == ["保育所"] * 3 + ["小規模保育事業"] * 3


def test_an_operator_goes_for_no_nursery_of_another_ownership() -> None:
    operators = ["社会福祉法人光会", "", "", "社会福祉法人緑会", "", ""]
    kinds = ["私立", "公立", "私立", "私立", "公立", "私立"]
    left = [("運営法人", operators), ("公私区分", kinds)]
    assert said(rows_of(left), "operator_name") == [name or None for name in operators]
    private = [("運営法人", operators), ("公私区分", ["私立"] * 6)]
    assert said(rows_of(private), "operator_name") == ["社会福祉法人光会"] * 3 + ["社会福祉法人緑会"] * 3


def test_a_workbook_is_filled_as_a_text_file_is() -> None:
    rows = rows_of([("種別", ["保育所", "", "", "小規模保育事業", "", ""])])
    found = reading(xlsx_bytes({"一覧": rows}), "list.xlsx", line="nursery_facility", sender="122041")
    assert list(found.tables[0].columns["facility_type"]) == ["daycare"] * 3 + ["small_scale"] * 3
