"""A value survives every way of writing it."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from keiyu.codes.areas import check_digit
from keiyu.codes.corporate import check_digit as corporate_check
from keiyu.codes.eras import to_wareki
from keiyu.read.kinds import fold_address, fold_name, normalise
from kinds import terms

DASHES = st.sampled_from("-ー−‐－ｰ―–")
PHONES = st.sampled_from(
    ["03-{:04}-{:04}", "042-{:03}-{:04}", "0422-{:02}-{:04}", "04992-{:01}-{:04}", "090-{:04}-{:04}"]
)


def wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


WIDTHS = st.sampled_from([str, wide])
BLANKS = st.sampled_from(["", " ", "　", "\n", "\t"])


@st.composite
def phones(draw: st.DrawFn) -> str:
    form = draw(PHONES)
    width = form.split("{:")[1][1]
    return form.format(draw(st.integers(0, 10 ** int(width) - 1)), draw(st.integers(0, 9999)))


@given(phones(), DASHES, WIDTHS, BLANKS)
def test_a_phone_number_in_every_dash_and_width(number: str, dash: str, width: type[str], blank: str) -> None:
    written = blank + width(number).replace("－", "-").replace("-", dash) + blank
    assert normalise("phone", written, terms()).value == number


@given(phones())
def test_a_phone_number_in_brackets(number: str) -> None:
    area, middle, last = number.split("-")
    for written in (
        f"{area}({middle}){last}",
        f"({area}){middle}-{last}",
        f"（{area}）{middle}－{last}",
        number.replace("-", " "),
    ):
        assert normalise("phone", written, terms()).value == number


@given(phones())
def test_a_lost_zero_comes_back_and_is_told(number: str) -> None:
    digits = number.replace("-", "")
    for cell in (int(digits), float(digits), digits[1:], number[1:]):
        read = normalise("phone", cell, terms())
        assert str(read.value).replace("-", "") == digits
        assert read.note == "read.phone.zero_restored"


@given(st.integers(10_000, 9_999_999), DASHES, WIDTHS)
def test_a_postal_code(number: int, dash: str, width: type[str]) -> None:
    code = f"{number:07}"
    for written in (f"〒{code[:3]}{dash}{code[3:]}", f"{code[:3]} {code[3:]}", code, f" 〒 {code}　"):
        assert normalise("postal_code", width(written), terms()).value == f"{code[:3]}-{code[3:]}"
    read = normalise("postal_code", number, terms())
    assert (read.value, read.note is None) == (f"{code[:3]}-{code[3:]}", code[0] != "0")


@given(st.dates(dt.date(1950, 1, 1), dt.date(2100, 1, 1)))
def test_a_date(day: dt.date) -> None:
    serial = (day - dt.date(1899, 12, 30)).days
    for cell in (to_wareki(day), f"{day:%Y/%m/%d}", wide(f"{day:%Y-%m-%d}"), int(f"{day:%Y%m%d}"), float(serial), day):
        assert normalise("date", cell, terms()).value == day


@given(st.integers(0, 23), st.integers(0, 59), WIDTHS, BLANKS)
def test_a_time(hour: int, minute: int, width: type[str], blank: str) -> None:
    clock = f"{hour:02}:{minute:02}"
    half = "午前" if hour < 12 else "午後"
    texts = [clock, f"{hour}:{minute:02}", f"{hour}時{minute}分", f"{clock}:00", f"平日{clock}"]
    if hour % 12:
        texts.append(f"{half}{hour % 12}時{minute:02}分")
    for written in texts:
        assert normalise("time", blank + width(written) + blank, terms()).value == clock
    assert normalise("time", dt.time(hour, minute), terms()).value == clock
    fraction = (hour * 60 + minute) / 1440
    assert normalise("time", fraction, terms()).value == (clock if fraction else None)


@given(
    st.integers(0, 23),
    st.integers(0, 59),
    st.integers(0, 30),
    st.sampled_from(["～", "〜", "-", "－", "ー", "から", " ~ "]),
    WIDTHS,
)
def test_a_range_is_both_its_ends(hour: int, minute: int, end: int, gap: str, width: type[str]) -> None:
    written = width(f"{hour}:{minute:02}{gap}{end}:00")
    start, stop = normalise("time", written, terms()), normalise("end_time", written, terms())
    assert (start.value, start.more["until"]) == (f"{hour:02}:{minute:02}", f"{end:02}:00")
    assert (stop.value, stop.more["since"]) == (f"{end:02}:00", f"{hour:02}:{minute:02}")


@given(
    st.integers(0, 300),
    st.sampled_from(["日", "日目"]),
    st.sampled_from(["", "生後"]),
    st.sampled_from(["", "から", "～", "以上"]),
)
def test_an_age_in_days(number: int, unit: str, before: str, after: str) -> None:
    assert normalise("age", wide(f"{before}{number}{unit}{after}"), terms()).value == f"{number}d"


@given(st.integers(0, 5), st.integers(0, 11), st.sampled_from(["か月", "ヶ月", "ケ月", "カ月", "ヵ月", "箇月"]), WIDTHS)
def test_an_age_in_years_and_months(years: int, months: int, unit: str, width: type[str]) -> None:
    assert normalise("age", width(f"{years}歳{months}{unit}"), terms()).value == f"{years * 12 + months}m"
    assert normalise("age", width(f"生後{months}{unit}から"), terms()).value == f"{months}m"


@given(
    st.integers(20 * 3600 + 1, 46 * 3600 - 1),
    st.sampled_from(["{}°{}'{}\"", "{}度{}分{}秒", "{}:{}:{}", "北緯{}°{}′{}″"]),
    WIDTHS,
)
def test_a_latitude_in_degrees_minutes_and_seconds(seconds: int, form: str, width: type[str]) -> None:
    written = form.format(seconds // 3600, seconds // 60 % 60, seconds % 60)
    value = normalise("latitude", width(written), terms()).value
    assert abs(value - seconds / 3600) < 1e-7


@given(st.floats(122, 154))
def test_a_longitude_is_no_latitude(degrees: float) -> None:
    assert normalise("longitude", degrees, terms()).value == degrees
    assert normalise("longitude", f"{degrees:.6f}", terms()).value == float(f"{degrees:.6f}")
    for cell in (degrees, f"{degrees:.6f}", wide(f"{degrees:.6f}")):
        read = normalise("latitude", cell, terms())
        assert (read.value, read.note) == (None, "read.coordinate.outside")


@given(st.integers(10**11, 10**12 - 1), WIDTHS)
def test_a_corporate_number(base: int, width: type[str]) -> None:
    number = corporate_check(str(base)) + str(base)
    for cell in (width(number), f"T{number}", float(number), int(number), f" {number}　"):
        assert normalise("corporate_number", cell, terms()).value == number


@given(st.integers(1001, 47382))
def test_an_area_code_is_never_guessed(number: int) -> None:
    code = f"{number:05}"
    full = code + check_digit(code)
    assert normalise("area_code", full, terms()).value == full
    damaged = normalise("area_code", int(full), terms())
    if damaged.value is not None:
        assert damaged.value == full or terms().areas.get(damaged.value, terms().at) is not None  # type: ignore[union-attr]


@given(st.integers(1, 99), st.integers(1, 99), st.integers(1, 99), DASHES, WIDTHS)
def test_an_address_in_every_spelling_is_one_place(
    chome: int, block: int, house: int, dash: str, width: type[str]
) -> None:
    numerals = "〇一二三四五六七八九"
    tens, ones = divmod(chome, 10)
    kanji = ("" if not tens else "十" if tens == 1 else numerals[tens] + "十") + (numerals[ones] if ones else "")
    texts = [
        f"子安町{kanji}丁目{block}番{house}号",
        f"子安町{kanji}丁目{block}番地の{house}",
        width(f"子安町{chome}{dash}{block}{dash}{house}"),
        f"子安町 {chome}の{block}の{house}",
        f"大字子安町{chome}丁目{block}{dash}{house}",
        f"東京都子安町{chome}丁目{block}番地{house}",
    ]
    assert {fold_address(text) for text in texts} == {f"子安町{chome}-{block}-{house}"}


@given(st.text("みどり保育園こども第一AZａ　", min_size=2).filter(lambda t: t.strip(" 　") != ""))
def test_a_name_with_and_without_its_legal_form_is_one(name: str) -> None:
    plain = fold_name(name, terms().lexicon)
    for written in (f"社会福祉法人{name}", f"（福）{name}", f"株式会社　{name}", f"{name}㈱", wide(name), f" {name} "):
        assert fold_name(written, terms().lexicon) == plain
