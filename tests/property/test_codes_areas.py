"""Area codes: any digits, any body, any date."""

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keiyu.codes import areas
from keiyu.codes.errors import MalformedCodeError

FIRST, LAST = dt.date(1970, 4, 1), dt.date(2030, 12, 31)
HOME = Path(__file__).resolve().parents[2]
TABLE = areas.load(HOME / "schemas")
R7 = dt.date(2025, 4, 1)
bodies = st.sampled_from(TABLE.municipalities(R7))
dates = st.dates(FIRST, LAST)
digits = st.text("0123456789", min_size=5, max_size=5)


@given(digits)
def test_a_code_survives_its_check_digit(code: str) -> None:
    assert areas.is_valid6(areas.to6(code))
    assert areas.to5(areas.to6(code)) == code


@given(digits, st.integers(0, 5), st.integers(1, 9))
def test_a_wrong_digit_is_mostly_caught_and_always_at_the_end(code: str, place: int, shift: int) -> None:
    """Remainders 0 and 10 both give check digits that others give too, so only the last digit is certain."""
    full = areas.to6(code)
    wrong = full[:place] + str((int(full[place]) + shift) % 10) + full[place + 1 :]
    if place == 5:
        assert not areas.is_valid6(wrong)
    elif areas.is_valid6(wrong):
        assert {full[5], wrong[5]} <= {"0", "1"}


@given(st.text(max_size=8) | st.text("0123456789０１²", min_size=4, max_size=7))
def test_any_text_is_a_code_or_refused(text: str) -> None:
    five = len(text) == 5 and set(text) <= set("0123456789")
    if areas.is_valid6(text) or five:
        assert areas.to6(text)[:5] == areas.to5(text) == text[:5]
    else:
        with pytest.raises(MalformedCodeError):
            areas.to5(text)


@given(bodies)
def test_every_body_is_found_by_code_and_by_name(body: areas.Area) -> None:
    assert TABLE.get(body.code, R7) is TABLE.get(body.code6, R7) is body
    for prefecture in (body.prefecture_name, body.prefecture_code):
        for name in (
            body.name,
            f"{body.district or ''}{body.name}",
            body.prefecture_name + body.name,
            f"{body.name}　",
        ):
            assert TABLE.find(name, prefecture, R7) is body


@given(bodies, dates, dates)
def test_succession_goes_both_ways(body: areas.Area, one: dt.date, other: dt.date) -> None:
    since, until = sorted((one, other))
    for relative in TABLE.predecessors(body.code, since, until):
        assert relative.area.stood(since)
        assert all(since < step.date <= until for step in relative.steps)
        back = {r.area.code: r.split for r in TABLE.successors(relative.area.code, since, until)}
        assert back[body.code] == relative.split


@given(dates)
def test_a_date_has_each_name_and_code_once(at: dt.date) -> None:
    standing = TABLE.municipalities(at)
    codes = [a.code for a in standing]
    assert codes == sorted(set(codes))
    assert all(a.stood(at) for a in standing)
