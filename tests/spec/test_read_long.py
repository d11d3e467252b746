"""A list too long to look at each cell is read as a short one: by columns, with the same rows, values and marks."""

import json
from itertools import chain
from typing import Any

import pyarrow as pa
import pytest

from keiyu.cli.screen import Screen
from keiyu.read import text
from keiyu.read.general import pieces
from keiyu.read.general.pieces import LONGEST
from keiyu.read.held import Array, Coded, Texts, blanks, chosen, together, where
from keiyu.read.inspect import inspect
from keiyu.read.model import Reading
from keiyu.read.records import Records
from reading import SCHEMAS, Rows, all_areas, contracts, csv_bytes, reading

COUNT = 20_500
HEADER = (
    "全国地方公共団体コード,都道府県名,市区町村名,施設番号,名称,所在地,緯度,"
    "電話番号,定員,開設年月日,開所時刻,備考,定員_3歳"
)
ODD = [
    "131016,東京都,千代田区,13-1,,東京都千代田区1-1,,,,,,",
    ",,,,小計,,,,120,,,,120",
    "小計,,,3,,,,,120,,,",
    "※注記,,,,,,,,,,,",
    HEADER,
    "130001,東京都,府中市,１３－２,ｶﾅ保育園,一番町<br>1,北緯35度,３－１２３４,１２人,H30.4.1,７：００,改修中,１２人",
    "13101,東京都,千代田区,13-3, 神\ufa19園\ue000 ,〃,35.1,なし,…,43647,24時間,-,…",
    "131016,東京都,千代田区,13-4,か\u3099くえん",
    "131016,東京都,千代田区,13-5,第2計園,a,35.2,03-1234-5678,0,2020-04-01,7:30,,余り",
    ",,,,,,,,,,,",
]


def long_list() -> bytes:
    rows = [
        f"131016,東京都,千代田区,13-{i:07d},第{i}ひまわり保育園,東京都千代田区一番町{i % 30}丁目{i},35.{i:06d},"
        f"03-{i % 9000 + 1000}-{i * 7 % 9000 + 1000},{i % 90},20{i % 20 + 10}-04-01,7:00,,{i}"
        for i in range(COUNT)
    ]
    for number, odd in enumerate(ODD * 3):
        rows.insert(400 + 500 * number, odd)
    return ("\r\n".join([HEADER, *rows]) + "\r\n").encode()


def told(found: Reading) -> list[Any]:
    return [
        (list(t.rows), {n: list(c) for n, c in t.columns.items()}, list(t.marks), t.placement) for t in found.tables
    ] + [found.findings]


def test_a_long_list_is_read_as_it_would_be_cell_by_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    data = long_list()
    monkeypatch.setattr(text, "_LARGE", 0)
    long = reading(data, "一覧_2025-04-01.csv", line="nursery_facility")
    assert isinstance(long.tables[0].columns["name"], Texts)
    assert isinstance(long.tables[0].columns["capacity"], Coded)
    assert isinstance(long.tables[0].columns["latitude"], Array)
    assert isinstance(long.tables[0].columns["capacity_age3"], Array)
    monkeypatch.setattr(text, "_LARGE", len(data))
    short = reading(data, "一覧_2025-04-01.csv", line="nursery_facility")
    assert isinstance(short.tables[0].columns["name"], list)
    assert told(long) == told(short)
    assert COUNT < len(long.tables[0].rows) < COUNT + 3 * len(ODD)


@pytest.mark.parametrize("cells", [["a", "計", "", "b", "計"], [*map(str, range(9)), "計", "", "表"]])
def test_a_held_column_answers_as_its_list(cells: list[str]) -> None:
    held = Texts(pa.chunked_array([cells[:2], cells[2:]]))
    assert held == cells
    assert cells == held
    assert list(held.coded) == cells
    assert blanks(held) == blanks(cells)
    assert chosen(held, [0, 2]) == chosen(cells, [0, 2])
    assert [held[-1], held[1:3]] == [cells[-1], cells[1:3]]
    judge = {"計"}.intersection
    assert where(held, judge, "[a-z0-9]", {"表"}) == where(cells, judge, "", {"表"})
    rows, at = together([held, ["x"] * len(cells)], len(cells))
    assert (rows, list(at)) == (lambda found: (found[0], list(found[1])))(
        together([cells, ["x"] * len(cells)], len(cells))
    )
    with pytest.raises(IndexError):
        held[len(cells)]


def divided() -> bytes:
    """Return a long list in parts: titles, sums, a header that comes again, and one whose columns stand elsewhere."""
    rows = [
        f"千代田区,第{i}ひまわり保育園,千代田区一番町{i % 30}-{i},03-{i % 9000 + 1000}-{i * 7 % 9000 + 1000},{i % 90}"
        for i in range(COUNT)
    ]
    moved = [",".join([row.split(",")[i] for i in (2, 4, 1, 0, 3)]) for row in rows[15_000:]]
    header, other = "市区町村名,名称,所在地,電話番号,定員", "所在地,定 員,名称,市区町村名,電話番号"
    parts = [
        ["東京都の保育所", header, "【公立】", *rows[:9_000], "小計,,,,99", header, "【私立】", *rows[9_000:15_000]]
    ]
    parts += [["", "認可外保育施設", other, *moved[:3_000], other, *moved[3_000:], ",計,,,"]]
    return ("\r\n".join(chain.from_iterable(parts)) + "\r\n").encode()


@pytest.mark.parametrize("most", [len(divided()), 0])
def test_a_long_list_is_cut_where_other_columns_begin_as_a_short_one_is(
    most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = divided()
    monkeypatch.setattr(text, "_LARGE", most)
    long = reading(data, "一覧_2025-04-01.csv", line="nursery_facility")
    monkeypatch.setattr(text, "_LARGE", len(data))
    monkeypatch.setattr(pieces, "LONGEST", 2 * COUNT)
    short = reading(data, "一覧_2025-04-01.csv", line="nursery_facility")
    assert told(long) == told(short)
    assert [len(t.rows) for t in long.tables] == [15_000, COUNT - 15_000]
    first, last = long.tables
    assert first.columns["name"][-1] == "第14999ひまわり保育園"
    assert (last.columns["name"][0], last.columns["capacity"][0]) == ("第15000ひまわり保育園", 15_000 % 90)
    assert set(last.columns["facility_type"]) == {"unlicensed"}


HEAD = ["名称", "所在地", "電話番号", "定員"]


def facility(n: int) -> list[Any]:
    return [f"第{n}ひまわり保育園", f"千代田区一番町{n % 30}-{n}", f"03-{n % 9000 + 1000}-1000", n % 90]


def beside(count: int) -> Rows:
    return [
        ["東京都の保育所"],
        [*HEAD, "", *HEAD],
        *([*facility(2 * n), "", *facility(2 * n + 1)] for n in range(count)),
    ]


def of_two_rows(count: int) -> Rows:
    records = chain.from_iterable((facility(n)[:2], facility(n)[2:]) for n in range(count))
    return [["東京都の保育所"], HEAD[:2], HEAD[2:], *records]


def of_ages(count: int) -> Rows:
    rows = ([f"第{n // 3}保育園", f"{n % 3}歳児", 10 + n % 3, n % 5] for n in range(3 * count))
    return [["令和7年4月 保育所等空き状況"], ["施設名", "年齢", "定員", "空き"], *rows]


def with_titles(count: int) -> Rows:
    titles = {100: ["公立保育所"], 900: ["", "南部の施設", "", ""], 9_000: ["【認可外保育施設】"]}
    return [["東京都の保育所"], HEAD, *chain.from_iterable([*[titles.get(n, [])], facility(n)] for n in range(count))]


@pytest.mark.parametrize(
    ("rows", "parts", "last", "left"),
    [
        (beside(LONGEST), [LONGEST, LONGEST], {"name": f"第{2 * LONGEST - 1}ひまわり保育園"}, None),
        (of_two_rows(LONGEST // 2 + 1), [LONGEST // 2 + 1], {"capacity": (LONGEST // 2) % 90}, None),
        (of_ages(LONGEST // 3 + 1), [LONGEST // 3 + 1], {"capacity_age2": 12}, None),
        (with_titles(LONGEST), [LONGEST], {"name": f"第{LONGEST - 1}ひまわり保育園"}, "南部の施設"),
    ],
    ids=["side by side", "two rows each", "a row for each age", "titles between"],
)
def test_the_structure_of_a_long_list_is_read_however_it_is_held(
    rows: Rows, parts: list[int], last: dict[str, Any], left: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings = []
    for large in (0, 1 << 30):
        monkeypatch.setattr(text, "_LARGE", large)
        readings.append(reading(csv_bytes(rows), "一覧_2025-04-01.csv", sender="131016"))
    long, short = readings
    assert told(long) == told(short)
    assert [len(table.rows) for table in long.tables] == parts
    assert {name: long.tables[-1].columns[name][-1] for name in last} == last
    assert next((f.value for f in long.findings if f.rule_id == "read.row.left"), None) == left


def test_the_records_of_a_long_list_are_told_as_those_of_a_short_one(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [["施設名", "所在地", "種別", "電話番号", "定員", "開所時間", "更新日"]]
    rows += [[*facility(n)[:2], "認可保育所", *facility(n)[2:], "7:00", "2025-04-01"] for n in range(9_000)]
    rows[500] = ["公立保育所"]
    monkeypatch.setattr(text, "_LARGE", 1 << 30)
    short = inspect(csv_bytes(rows), "一覧.csv", contracts(), all_areas(), schemas=SCHEMAS)
    monkeypatch.setattr(text, "_LARGE", 0)
    long = inspect(csv_bytes(rows), "一覧.csv", contracts(), all_areas(), schemas=SCHEMAS)
    assert isinstance(long["rows"], Records) and isinstance(short["rows"], list)
    assert Screen(True).text(long) == json.dumps(short, ensure_ascii=False, indent=2)
    assert [long["rows"][0], long["rows"][-1]] == [short["rows"][0], short["rows"][-1]]
    assert long["rows"][8_990:8_999] == short["rows"][8_990:8_999]
    with pytest.raises(IndexError):
        long["rows"][9_000]
