"""Laws of a form's fingerprint and of what is told to have changed in it."""

import unicodedata
from random import Random

from hypothesis import assume, given
from hypothesis import strategies as st

from keiyu.read.drift import align, changes
from keiyu.read.form import Form
from keiyu.read.grid import Grid

LINE, TABLE = "nursery_vacancy", "vacancy"
TEXTS = st.text(st.sampled_from("施設名定員電話歳児空き有無０１２３ＡＢａｂアイｱｲー（）・"), min_size=1, max_size=6)
HEADERS = st.lists(TEXTS, min_size=2, max_size=8, unique_by=lambda t: unicodedata.normalize("NFKC", t).casefold())
BLANKS = st.text(st.sampled_from(" 　\n\t"), max_size=2)


def form(texts: list[str], sheet: str | None = None, above: int = 0) -> Form:
    grid = Grid(sheet, [*([[]] * above), list(texts)])
    return Form.of(grid, above, above)


def kinds(before: list[str], now: list[str]) -> set[str]:
    return {change.kind for change in changes(form(before), form(now), {}, {})}


@given(HEADERS, st.data())
def test_widths_blanks_place_and_sheet_make_no_other_fingerprint(header: list[str], data: st.DataObject) -> None:
    forms = st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"])
    written = [data.draw(BLANKS) + unicodedata.normalize(data.draw(forms), text) + data.draw(BLANKS) for text in header]
    other = form([*written, *data.draw(st.lists(BLANKS, max_size=3))], "別の表", data.draw(st.integers(0, 5)))
    assert other.fingerprint(LINE, TABLE) == form(header).fingerprint(LINE, TABLE)


@given(HEADERS, st.randoms(use_true_random=False))
def test_another_order_line_or_table_is_another_fingerprint(header: list[str], random: Random) -> None:
    shuffled = list(header)
    random.shuffle(shuffled)
    assume(shuffled != header)
    prints = {form(header).fingerprint(line, table) for line in (LINE, "x") for table in (TABLE, "y")}
    assert len(prints) == 4
    assert form(shuffled).fingerprint(LINE, TABLE) not in prints
    assert kinds(header, shuffled) <= {"moved"}
    assert kinds(header, shuffled)


@given(HEADERS, TEXTS, st.data())
def test_a_column_more_is_the_only_change_that_is_told(header: list[str], text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(header)))
    more = [*header[:at], text, *header[at:]]
    assume(len(set(form(more).folded)) == len(more))
    assert form(more).fingerprint(LINE, TABLE) != form(header).fingerprint(LINE, TABLE)
    assert kinds(header, more) == {"added"}
    assert kinds(more, header) == {"removed"}


@given(st.lists(st.one_of(TEXTS, st.just("")), max_size=8), st.lists(st.one_of(TEXTS, st.just("")), max_size=8))
def test_columns_are_aligned_one_to_one_and_by_what_they_say(one: list[str], two: list[str]) -> None:
    before, now = form(one), form(two)
    same = align(before, now).same
    assert len(set(same.values())) == len(same)
    assert all(now.paths[at] == before.paths[was] for at, was in same.items())
    assert changes(before, before, {}, {}) == ()
