"""Dates survive every way of writing them; nothing that is not a date becomes one."""

import datetime as dt
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from keiyu.codes import eras
from keiyu.codes.business_days import add_business_days, is_business_day, next_business_day
from keiyu.codes.corporate import check_digit, is_valid

dates = st.dates(dt.date(1873, 1, 1), dt.date(2100, 12, 31))
surveyed = st.dates(dt.date(1950, 1, 1), dt.date(2100, 12, 31))
working = st.dates(dt.date(2000, 1, 1), dt.date(2030, 12, 31))
SQUARES = {"令和": "㋿", "平成": "㍻", "昭和": "㍼", "大正": "㍽", "明治": "㍾"}


def kanji(number: int) -> str:
    tens, ones = divmod(number, 10)
    digits = "〇一二三四五六七八九"
    if number >= 100:
        return "".join(digits[int(d)] for d in str(number))
    return ("" if tens == 0 else "十" if tens == 1 else digits[tens] + "十") + (
        digits[ones] if ones or not tens else ""
    )


def wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def spellings(date: dt.date) -> list[str]:
    """Every way the room promises to read."""
    text = unicodedata.normalize("NFKC", eras.to_wareki(date))
    era, number = text[:2], int(text[2 : text.index("年")].replace("元", "1"))
    first = "元" if number == 1 else str(number)
    letter = {"令和": "R", "平成": "H", "昭和": "S", "大正": "T", "明治": "M"}[era]
    y, m, d = date.year, date.month, date.day
    first_kanji = "元" if number == 1 else kanji(number)
    weekday = "月火水木金土日"[date.weekday()]
    plain = [
        f"{era}{first}年{m}月{d}日",
        f"{era}{number}年{m:02}月{d:02}日",
        f"{era} {number}年 {m}月 {d}日",
        f"{era}{first_kanji}年{kanji(m)}月{kanji(d)}日",
        f"{SQUARES[era]}{number}年{m}月{d}日",
        f"{letter}{number}.{m}.{d}",
        f"{letter.lower()}{number}/{m}/{d}",
        f"{letter}{first}-{m}-{d}",
        f"{letter}{number:02}{m:02}{d:02}",
        f"{era[0]}{number}・{m}・{d}",
        f"{y}年{m}月{d}日",
        f"{kanji(y)}年{kanji(m)}月{kanji(d)}日",
        f"{y}/{m}/{d}",
        f"{y}-{m:02}-{d:02}",
        f"{y}.{m}.{d}",
        f"{y}{m:02}{d:02}",
        f"{era}{first}年({y}年){m}月{d}日",
        f"{y}年({era}{first}年){m}月{d}日",
    ]
    return [
        *plain,
        *(wide(text) for text in plain),
        *(f"{text}({weekday})" for text in plain if text.endswith("日")),
        *(f"（{text}現在）" for text in plain),
        *(f"{text} 時点" for text in plain),
    ]


@given(dates)
def test_every_spelling_is_the_same_day(date: dt.date) -> None:
    read = {text: eras.read_date(text) for text in (*spellings(date), eras.to_wareki(date))}
    assert {text: r.date if r else None for text, r in read.items()} == dict.fromkeys(read, date)
    assert all(r.exact for r in read.values() if r)


@given(surveyed)
def test_a_title_yields_its_date_and_its_month(date: dt.date) -> None:
    for text in spellings(date):
        for title in (text, f"待機児童の状況【{text}】", f"R_{text}_v", f"{text}現在（２１０１年１月１日作成）"):
            assert eras.find_date(title) == date, title
            assert eras.find_month(title) == date.replace(day=1), title


@given(surveyed)
def test_serial_numbers_are_days(date: dt.date) -> None:
    serial = (date - dt.date(1899, 12, 30)).days
    assert eras.parse_date(serial) == eras.parse_date(serial + 0.99) == eras.parse_date(str(serial)) == date


@given(st.text() | st.text("令和平成RH元年月日0123456789./-十一二〇()（）現在 　", max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    found = eras.parse_date(text)
    assert found is None or 1873 <= found.year <= 2100
    assert eras.find_date(text) is None or 1950 <= eras.find_date(text).year <= 2100  # type: ignore[union-attr]
    assert eras.find_month(text) is None or eras.find_month(text).day == 1  # type: ignore[union-attr]


@given(st.integers(1, 99), st.integers(1, 99), st.integers(1, 99), st.sampled_from("./-年"))
def test_a_year_of_two_digits_is_never_guessed(year: int, month: int, day: int, point: str) -> None:
    assert eras.parse_date(f"{year}{point}{month}{point}{day}") is None
    assert eras.parse_date(f"{year:02}{month:02}{day:02}") is None


@given(working, st.integers(-60, 60))
def test_business_days_count_back_and_forth(date: dt.date, days: int) -> None:
    there = add_business_days(date, days)
    assert is_business_day(there)
    between = (date + dt.timedelta(days=n) * (1 if days > 0 else -1) for n in range(1, abs((there - date).days) + 1))
    if days:
        assert sum(is_business_day(d) for d in between) == abs(days)


@given(working)
def test_a_deadline_never_moves_back_nor_far(date: dt.date) -> None:
    moved = next_business_day(date)
    assert is_business_day(moved)
    assert dt.timedelta(0) <= moved - date <= dt.timedelta(days=11)
    assert (moved == date) == is_business_day(date)


@given(st.text("0123456789", min_size=12, max_size=12))
def test_corporate_numbers_carry_their_check_digit(base: str) -> None:
    digit = check_digit(base)
    assert digit in "123456789"
    assert [d for d in "0123456789" if is_valid(d + base)] == [digit]
