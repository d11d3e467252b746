"""Laws of every kind: nothing raises, nothing changes twice, two numbers never become one, columns equal cells."""

import datetime as dt
import math
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keiyu.findings import catalogue
from keiyu.read.kinds import (
    KINDS,
    fold_address,
    fold_name,
    normalise,
    normalise_column,
    profile,
)
from keiyu.read.model import ValueStatus
from kinds import SCHEMAS, terms

NAMES = sorted(KINDS)
few = settings(max_examples=40)
WORDS = """
0 1 5 12 35 1234 ０ ３５ - ー － ～ : ： ( ) （ ） 、 ・ / . , + ° ' " E T 年 月 日 歳 か月 週 生後 満 産休明け 就学前
平日 土 午前 午後 時 分 翌 人 名 約 <BR> &amp; &lt;br&gt; < & 〒 内線 TEL ○ × 有 無 公立 法人 丁目 番地 字 大字 東京都
保育園 ﾊﾟ ガ 令和 R6 http：// @ .jp 〓 �
"""
PIECES = st.sampled_from([*WORDS.split(), "か\u3099", "\ue000", "　", "\n", "\r", "\t", "\x00", "\u200b"])
MESSY = st.lists(PIECES, max_size=8).map("".join)
TEXT = st.one_of(MESSY, st.text(max_size=30), st.text(st.characters(categories=["Cs", "Co", "Mn", "Nd"]), max_size=6))
CELL = st.one_of(
    st.none(),
    TEXT,
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(),
    st.dates(dt.date(1873, 1, 1), dt.date(2100, 12, 31)),
    st.datetimes(dt.datetime(1899, 12, 30), dt.datetime(2100, 12, 31)),
    st.times(),
    st.timedeltas(),
)
FORBIDDEN = re.compile(r"[\ud800-\udfff]")


def same(one: Any, other: Any) -> bool:
    return one == other or (
        isinstance(one, float) and isinstance(other, float) and math.isnan(one) and math.isnan(other)
    )


@pytest.mark.parametrize("kind", NAMES)
@few
@given(cell=CELL)
def test_any_cell_is_read_without_a_fault(kind: str, cell: Any) -> None:
    read = normalise(kind, cell, terms())
    assert isinstance(read.status, ValueStatus)
    assert read.note is None or read.note in catalogue(SCHEMAS)
    assert FORBIDDEN.search(f"{read.raw}{read.value}") is None
    if read.status is ValueStatus.UNKNOWN:
        assert read.value is None
    if read.value is not None:
        assert read.status in (ValueStatus.REPORTED, ValueStatus.TRUE_ZERO)


@pytest.mark.parametrize("kind", NAMES)
@few
@given(cell=CELL)
def test_a_value_is_its_own_canonical_form(kind: str, cell: Any) -> None:
    value = normalise(kind, cell, terms()).value
    if value is not None:
        again = normalise(kind, value, terms())
        assert same(again.value, value)


@pytest.mark.parametrize("kind", NAMES)
@few
@given(cells=st.lists(CELL, max_size=12), text=st.booleans())
def test_a_column_says_what_its_cells_say(kind: str, cells: list[Any], text: bool) -> None:
    cells = [str(cell) for cell in cells if cell is not None] * 2 if text else cells
    column = normalise_column(kind, cells, terms())
    each = [normalise(kind, cell, terms()) for cell in cells]
    assert len(column.values) == len(cells)
    assert all(same(one, cell.value) for one, cell in zip(column.values, each, strict=True))
    assert all(each[place].note == reading.note for place, reading in column.marked)
    assert {i for i, cell in enumerate(each) if cell.note or cell.more} <= {place for place, _ in column.marked}


@pytest.mark.parametrize("kind", NAMES)
@few
@given(
    cells=st.lists(
        st.sampled_from(["7", "12", "08:30", "2024-04-02", "35.123456", "139.5", "みどり園", ""]), min_size=1
    )
)
def test_plain_blocks_say_what_their_cells_say(kind: str, cells: list[str]) -> None:
    column = normalise_column(kind, cells * 40, terms())
    assert column.values == [normalise(kind, cell, terms()).value for cell in cells * 40]


@given(
    first=st.integers(0, 10**6),
    gap=st.sampled_from(["、", " ", "／", "(昼間)、", "～", "-", "人/", ","]),
    second=st.integers(0, 10**6),
)
def test_two_figures_never_become_one(first: int, gap: str, second: int) -> None:
    value = normalise("integer", f"{first}{gap}{second}", terms()).value
    grouped = gap == "," and 100 <= second <= 999 and 1 <= first <= 999
    assert value is None or (grouped and value == first * 1000 + second)


@given(
    first=st.from_regex(r"0[1-9]-[2-9][0-9]{3}-[0-9]{4}", fullmatch=True),
    gap=st.sampled_from(["、", " ", "/", "\n", "（", ",", "・", "　または　"]),
    second=st.from_regex(r"0[1-9]-[2-9][0-9]{3}-[0-9]{4}", fullmatch=True),
)
def test_two_phone_numbers_never_become_one(first: str, gap: str, second: str) -> None:
    read = normalise("phone", first + gap + second, terms())
    assert read.value == first
    assert read.note == "read.phone.several"
    assert read.more["others"] == (second,)


@given(first=st.times(), second=st.times(), gap=st.sampled_from(["、", "・", "  ", "/", "または"]))
def test_two_times_that_are_no_range_are_no_time(first: dt.time, second: dt.time, gap: str) -> None:
    assert normalise("time", f"{first:%H:%M}{gap}{second:%H:%M}", terms()).value is None


@given(TEXT)
def test_folding_never_fails_and_is_done_once(text: str) -> None:
    folded = fold_name(text, terms().lexicon)
    assert fold_name(folded, terms().lexicon) in (folded, fold_name(folded, terms().lexicon))
    assert fold_address(fold_address(text)) is not None


@given(st.lists(CELL, max_size=20))
def test_a_profile_is_made_of_shares(cells: list[Any]) -> None:
    looked = profile(cells, SCHEMAS)
    shares = [looked.filled, looked.signs, looked.distinct, *looked.shares.values()]
    assert all(0 <= share <= 1 for share in shares)
    assert profile(cells, SCHEMAS) == looked or any(isinstance(c, float) and math.isnan(c) for c in cells)


@given(
    figure=st.integers(0, 10**6),
    about=st.sampled_from(["", "約", "およそ", "概ね"]),
    unit=st.sampled_from(["", "人", "名"]),
    remark=st.sampled_from(["", "（体育館）", "(2階)", "【校舎】", "※", "＊1"]),
)
def test_what_stands_beside_a_figure_never_changes_it(figure: int, about: str, unit: str, remark: str) -> None:
    read = normalise("integer", f"{about}{figure}{unit}{remark}", terms())
    assert read.value == figure
    assert (read.note == "read.figure.approximate") == bool(about)


@given(whole=st.integers(0, 99_999_999), part=st.integers(0, 99_999_999))
def test_a_decimal_is_no_phone_number(whole: int, part: int) -> None:
    assert normalise("phone", f"{whole}.{part:08}", terms()).value is None


@given(moment=st.datetimes(dt.datetime(1950, 1, 1), dt.datetime(2100, 1, 1)))
def test_a_moment_is_read_to_the_minute_however_it_is_written(moment: dt.datetime) -> None:
    want = f"{moment:%Y-%m-%dT%H:%M}"
    for form in ("%Y/%m/%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S+09:00", "%Y%m%d%H%M%S", "%Y年%m月%d日%H時%M分"):
        assert normalise("moment", f"{moment:{form}}", terms()).value == want
