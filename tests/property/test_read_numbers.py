"""Every figure comes back from every way of writing it, and nothing else is taken for one."""

from hypothesis import given
from hypothesis import strategies as st

from keiyu.read.numbers import LIMIT, Notation, parse
from keiyu.read.values import plain_figures
from reading import contract

NOTATION = Notation.of(contract().symbols, contract().negative, ["人"])
WIDE = str.maketrans("0123456789,.-()", "０１２３４５６７８９，．－（）")

counts = st.integers(0, LIMIT - 1)


@given(
    counts,
    st.sampled_from(["{}", "{:,}"]),
    st.sampled_from(["", "人", " 人", "　人"]),
    st.sampled_from(["", ".0", ".00"]),
    st.booleans(),
    st.sampled_from(["", " ", "　", "\n"]),
)
def test_a_count_survives_grouping_width_unit_and_blanks(
    count: int, style: str, unit: str, part: str, wide: bool, blank: str
) -> None:
    text = style.format(count) + part
    text = f"{blank}{text.translate(WIDE) if wide else text}{unit}{blank}"
    assert parse(text, NOTATION).value == count


@given(st.integers(1, LIMIT - 1), st.sampled_from(["-{}", "△{}", "▲{}", "({})", "－{}", "（{}）", "−{:,}", "△ {:,}"]))
def test_a_negative_survives_every_sign(count: int, style: str) -> None:
    assert parse(style.format(count), NOTATION).value == -count


@given(st.text(max_size=60))
def test_no_text_raises_and_only_digits_give_figures(text: str) -> None:
    figure = parse(text, NOTATION)
    if figure.readable and figure.value:
        assert any(c.isdigit() for c in text)
    assert figure.readable or figure.value is None


@given(st.lists(counts, min_size=1, max_size=90), st.booleans())
def test_a_row_of_plain_figures_is_taken_whole(figures: list[int], as_text: bool) -> None:
    cells = [str(f) if as_text else float(f) for f in figures]
    assert plain_figures(cells) == tuple(figures)


@given(
    st.lists(st.one_of(counts.map(float), counts.map(str)), max_size=5),
    st.one_of(
        st.just(""), st.booleans(), st.just(1.5), st.sampled_from(["01", "1,000", "１", "-", "1e3", " 1", "1_0", "٣"])
    ),
)
def test_a_row_with_anything_else_is_looked_at_cell_by_cell(plain: list[float | str], odd: object) -> None:
    assert plain_figures([*plain, odd]) is None  # type: ignore[list-item]
