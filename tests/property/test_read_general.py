"""Whatever a list looks like: an answer, and the same answer whatever the order of its columns."""

import csv
import io
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from keiyu import contract
from keiyu.codes import areas
from keiyu.read.general.assign import assign
from keiyu.read.inspect import inspect

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
CONTRACTS = [contract.load(line, SCHEMAS) for line in contract.lines(SCHEMAS)]
AREAS = areas.load(SCHEMAS)

COLUMNS: dict[str, list[str]] = {
    "施設名": ["ひまわり保育園", "さくら保育園", "みどりこども園"],
    "所在地": ["元本郷町3-24-1", "大横町11-35", "南大沢2-27"],
    "電話番号": ["042-622-3343", "042-625-0280", "042-675-0011"],
    "緯度": ["35.66", "35.67", "35.65"],
    "経度": ["139.31", "139.32", "139.33"],
    "定員（人）": ["60", "90", "120"],
    "駐車場": ["有", "無", "有"],
    "開園時間（土曜日）": ["7:30", "8:00", "7:00"],
    "一時保育": ["○", "×", "○"],
    "Memo": ["休園日あり", "", "要相談"],
}


def told(rows: list[list[str]]) -> dict[str, Any]:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return inspect(out.getvalue().encode("utf-8", "replace"), "a.csv", CONTRACTS, AREAS, schemas=SCHEMAS)


def mapping(names: list[str]) -> dict[str, str | None]:
    rows = [names, *([COLUMNS.get(name, ["", "", ""])[i] for name in names] for i in range(3))]
    return {column["header"]: column["field"] for column in told(rows)["columns"] if column["header"]}


@settings(max_examples=20, deadline=None)
@given(st.permutations(list(COLUMNS)))
def test_the_order_of_columns_changes_nothing(names: list[str]) -> None:
    assert mapping(names) == mapping(list(COLUMNS))


@settings(max_examples=10, deadline=None)
@given(st.integers(0, len(COLUMNS)))
def test_a_blank_column_changes_nothing(at: int) -> None:
    names = list(COLUMNS)
    assert mapping([*names[:at], "", *names[at:]]) == mapping(names)


cells = st.one_of(
    st.sampled_from([*COLUMNS, "合計", "※注", "０歳", "定員", "", "-", "1", "7:00"]), st.text(max_size=12)
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(cells, max_size=7), max_size=9))
def test_any_table_has_an_answer(rows: list[list[str]]) -> None:
    answer = told(rows)
    assert answer["expect"] in {"accept", "reject"}
    assert len(answer["rows"]) == (answer["data_rows"] or 0)


weights = st.lists(st.dictionaries(st.sampled_from("abcd"), st.floats(0.4, 1.0), max_size=4), max_size=5)


@given(weights)
def test_an_assignment_gives_a_field_to_one_column_and_only_where_it_fits(rows: list[dict[str, float]]) -> None:
    found = assign(rows)
    used = [name for name in found if name is not None]
    assert len(used) == len(set(used))
    assert all(name is None or name in row for name, row in zip(found, rows, strict=True))
    best = max((weight for row in rows for weight in row.values()), default=0.0)
    assert bool(used) == (best > 0)
