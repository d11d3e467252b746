"""A record in several rows, months beside each other: put together by their words, or left to a person."""

import csv
import datetime as dt
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from keiyu import contract
from keiyu.codes import areas
from keiyu.read import read
from keiyu.read.confirm import Confirmations
from keiyu.read.inspect import inspect
from keiyu.read.refusals import RowsOfOneError
from keiyu.read.remember import accept
from reading import csv_bytes, reading

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
CONTRACTS = [contract.load(line, SCHEMAS) for line in contract.lines(SCHEMAS)]
AREAS = areas.load(SCHEMAS)
TITLE = ["令和6年4月 保育所等空き状況"]
NAMES = ["ひかり保育園", "みどり保育園", "さくら保育園"]
AGES = ["0歳", "1歳", "2歳", "3歳", "4歳", "5歳"]

Rows = Sequence[Sequence[Any]]


def answer(rows: Rows) -> dict[str, Any]:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return inspect(out.getvalue().encode(), "list.csv", CONTRACTS, AREAS, schemas=SCHEMAS)


def values(rows: Rows, *fields: str) -> list[tuple[Any, ...]]:
    """Return what is said of each name, in whichever of its rows."""
    told: dict[str, dict[str, Any]] = {}
    for row in answer(rows)["rows"]:
        told.setdefault(row["values"]["name"], {}).update(row["values"])
    return [tuple(one.get(f) for f in ("name", *fields)) for one in told.values()]


def registered(rows: Rows, *fields: str) -> list[tuple[Any, ...]]:
    """Return what the pipeline takes: one record for each facility or shelter."""
    [table] = reading(csv_bytes(rows), "list.csv", sender="122041").tables
    return list(zip(*(table.columns[f] for f in ("name", *fields)), strict=True))


def fields_of(rows: Rows) -> set[str | None]:
    return {column["field"] for column in answer(rows)["columns"]}


LONG = [
    ["施設名", "年齢", "定員", "空き"],
    ["ひかり保育園", "0歳児", 10, 0],
    ["ひかり保育園", "1歳児", 11, 1],
    ["みどり保育園", "0歳児", 20, 2],
    ["みどり保育園", "1歳児", 21, 3],
]


def test_a_row_for_each_age_is_one_record_of_the_register() -> None:
    fields = ("capacity_age0", "capacity_age1", "vacancy_age0", "vacancy_age1")
    assert registered([TITLE, *LONG], *fields) == [("ひかり保育園", 10, 11, 0, 1), ("みどり保育園", 20, 21, 2, 3)]


def test_a_row_that_names_its_facility_is_told_as_it_stands() -> None:
    found = answer([TITLE, *LONG])
    assert [(row["row"], row["values"]) for row in found["rows"]] == [
        (3, {"name": "ひかり保育園", "capacity_age0": 10, "vacancy_age0": 0}),
        (4, {"name": "ひかり保育園", "capacity_age1": 11, "vacancy_age1": 1}),
        (5, {"name": "みどり保育園", "capacity_age0": 20, "vacancy_age0": 2}),
        (6, {"name": "みどり保育園", "capacity_age1": 21, "vacancy_age1": 3}),
    ]
    assert (found["first_data_row"], found["last_data_row"], found["data_rows"]) == (3, 6, 4)
    assert [table["rows"] for table in found["tables"]] == [2]
    assert [(c["header"], c["field"], c["needs_review"]) for c in found["columns"]][1:] == [
        ("年齢", None, False),
        ("定員", None, False),
        ("空き", None, False),
    ]


def test_rows_under_one_name_are_told_as_one() -> None:
    found = answer([TITLE, *([row[0] * (n % 2), *row[1:]] if n else row for n, row in enumerate(LONG))])
    assert [(row["row"], row["values"]["capacity_age1"]) for row in found["rows"]] == [(3, 11), (5, 21)]
    assert found["data_rows"] == 2


def test_a_row_for_each_disaster_is_one_shelter() -> None:
    rows = [
        ["施設名", "住所", "災害種別", "適否"],
        ["本町小学校", "船橋市本町1", "洪水", "×"],
        ["本町小学校", "船橋市本町1", "地震", "○"],
        ["夏見公民館", "船橋市夏見2", "洪水", "○"],
        ["夏見公民館", "船橋市夏見2", "地震", "○"],
    ]
    assert registered([["指定緊急避難場所一覧"], *rows], "address", "flood", "earthquake") == [
        ("本町小学校", "船橋市本町1", False, True),
        ("夏見公民館", "船橋市夏見2", True, True),
    ]
    assert [row["values"].get("earthquake") for row in answer([["避難場所"], *rows])["rows"]] == [
        None,
        True,
        None,
        True,
    ]


def test_a_row_that_only_names_a_disaster_says_that_the_shelter_is_meant_for_it() -> None:
    rows = [
        ["施設名", "住所", "災害種別"],
        ["本町小学校", "船橋市本町1", "洪水"],
        ["本町小学校", "船橋市本町1", "地震"],
        ["夏見公民館", "船橋市夏見2", "地震"],
        ["夏見公民館", "船橋市夏見2", "土砂災害"],
    ]
    told = registered([["指定緊急避難場所一覧"], *rows], "flood", "earthquake", "landslide")
    assert told == [("本町小学校", True, True, None), ("夏見公民館", None, True, True)]


@pytest.mark.parametrize("name", [lambda n, k: n, lambda n, k: n * (not k), lambda n, k: n * (k == 1)])
def test_places_above_and_vacancies_below_are_one_record(name: Any) -> None:
    items = ["定員", "在籍", "空き"]
    rows = [[name(n, k), item, *(10 * k + a for a in range(6))] for n in NAMES for k, item in enumerate(items)]
    told = values([TITLE, ["施設名", "区分", *AGES], *rows], "capacity_age0", "enrolled_age1", "vacancy_age5")
    assert told == [(n, 0, 11, 25) for n in NAMES]


def test_an_item_and_an_age_in_each_row_are_one_record() -> None:
    rows = [
        [n, a, item, k * 5 + i] for n in NAMES for i, a in enumerate(AGES) for k, item in enumerate(["定員", "空き"])
    ]
    told = values([TITLE, ["施設名", "年齢", "区分", "人数"], *rows], "capacity_age3", "vacancy_age3")
    assert told == [(n, 3, 8) for n in NAMES]


def test_an_age_that_a_record_has_no_row_for_is_unknown_and_not_none() -> None:
    rows = [[n, f"{a}歳児", a] for k, n in enumerate(NAMES) for a in range(k, 6)]
    [table] = reading(csv_bytes([TITLE, ["施設名", "年齢", "空き"], *rows]), "list.csv", sender="122041").tables
    told = [(mark.index, mark.status) for mark in table.marks if mark.field == "vacancy_age0"]
    assert told == [(1, "unknown"), (2, "unknown")]
    assert [table.placement.cell("vacancy_age1", row) for row in table.rows] == ["C4", "C9", None]


def test_what_all_rows_of_a_record_say_alike_is_the_records() -> None:
    rows = [[n, 60 + 10 * k, f"{a}歳児", (a + k) % 3] for k, n in enumerate(NAMES) for a in range(6)]
    told = values([TITLE, ["施設名", "総定員", "年齢", "空き"], *rows], "capacity", "vacancy_age1")
    assert told == [(n, 60 + 10 * k, (1 + k) % 3) for k, n in enumerate(NAMES)]


def test_the_sum_of_all_records_is_none() -> None:
    rows = [[n, a, i] for n in [*NAMES, "合計"] for i, a in enumerate([*AGES, "計"])]
    assert values([TITLE, ["施設名", "クラス", "在籍数"], *rows], "enrolled") == [(n, 6) for n in NAMES]


@pytest.mark.parametrize(
    "labels", [("上段", "下段"), ("", ""), ("市内", "市外")], ids=["above and below", "nothing", "other words"]
)
@pytest.mark.parametrize("named", [True, False])
def test_rows_that_do_not_say_what_they_count_are_left_to_a_person(labels: Sequence[str], named: bool) -> None:
    rows = [[n * (named or not k), label, *range(k, 6 + k)] for n in NAMES for k, label in enumerate(labels)]
    assert not any(str(f).startswith("vacancy") for f in fields_of([TITLE, ["施設名", "区分", *AGES], *rows]))


def test_a_row_of_another_word_is_told_and_not_read() -> None:
    rows = [[n, item, *range(k, 6 + k)] for n in NAMES for k, item in enumerate(["定員", "空き", "うち障害児"])]
    out = io.StringIO()
    csv.writer(out).writerows([TITLE, ["施設名", "区分", *AGES], *rows])
    found = read(out.getvalue().encode(), "list.csv", CONTRACTS, AREAS, schemas=SCHEMAS, sender="122041")
    told = {f.rule_id: f.value for f in found.findings}
    assert told["read.table.spread_left"] == "うち障害児"
    assert list(found.tables[0].columns["vacancy_age0"]) == [1, 1, 1]
    assert found.tables[0].placement.cell("vacancy_age0", found.tables[0].rows[1]) == "C7"


def test_such_a_form_need_not_be_accepted() -> None:
    rows = "\n".join(["施設名,年齢,空き", *(f"{n},{a},{i}" for n in NAMES for i, a in enumerate(AGES))])
    line = contract.load("nursery_vacancy", SCHEMAS)
    with pytest.raises(RowsOfOneError):
        accept(
            rows.encode(), "a.csv", line, Confirmations(), schemas=SCHEMAS, areas=AREAS, by="係", on=dt.date(2024, 4, 1)
        )


def test_a_figure_merged_over_two_ages_is_neither_ages() -> None:
    rows = [TITLE, ["施設名", "年齢", "空き"], *([n, a, i] for n in NAMES for i, a in enumerate(AGES))]
    book = io.BytesIO()
    with xlsxwriter.Workbook(book) as made:
        sheet = made.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        sheet.merge_range(6, 2, 7, 2, 4)
    found = inspect(book.getvalue(), "list.xlsx", CONTRACTS, AREAS, schemas=SCHEMAS)
    assert not any(name.startswith("vacancy") for row in found["rows"] for name in row["values"])


def test_months_beside_each_other_whose_year_nobody_says_are_left_to_a_person() -> None:
    head = [["施設名", "4月", "", "5月", ""], ["", "0歳", "1歳", "0歳", "1歳"]]
    assert fields_of([["空き状況"], *head, *([n, 1, 2, 3, 4] for n in NAMES)]) == {"name", None}


def test_tables_side_by_side_in_another_order_are_not_mixed() -> None:
    left = [["令和6年4月 空き状況", "", ""], ["施設名", *AGES[:2]], *([n, k, k] for k, n in enumerate(NAMES))]
    right = [["令和6年4月 待機児童数", "", ""], ["施設名", *AGES[:2]], *([n, n[0], 9] for n in reversed(NAMES))]
    right = [[{"ひ": 1, "み": 2, "さ": 3}.get(cell, cell) for cell in row] for row in right]
    told = values([[*a, "", *b] for a, b in zip(left, right, strict=True)], "vacancy_age0", "waiting_age0")
    assert told == [(n, k, k + 1) for k, n in enumerate(NAMES)]


WITHOUT_HEADER = [
    [[n, "本町1-2-3", f"047-431-100{k}"] for k, n in enumerate(NAMES)],
    [[k, n, "認可保育所", "千葉県船橋市本町1", 60 + k] for k, n in enumerate(NAMES)],
    [[n, k, 1, 2] for k, n in enumerate(NAMES)],
]


@pytest.mark.parametrize("rows", WITHOUT_HEADER)
def test_a_first_record_is_no_header(rows: Rows) -> None:
    found = answer(rows)
    assert found["expect"] == "reject" and found["reason"]["rule_id"] == "read.table.none"
