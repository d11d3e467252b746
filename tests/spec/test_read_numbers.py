"""Figures as people write them, and what they are read as."""

import pytest

from keiyu.read.numbers import Notation, parse
from reading import contract

NOTATION = Notation.of(contract().symbols, contract().negative, ["人", "名"])

FIGURES = [
    ("1234", 1234),
    ("1,234", 1234),
    ("1,234,567", 1234567),
    ("１２３４", 1234),
    ("１，２３４", 1234),
    ("１，２３４ 人", 1234),
    ("123人", 123),
    ("１２３　名", 123),
    (" 12 ", 12),
    ("12\n", 12),
    ("12.0", 12),
    ("１２．０", 12),
    ("+5", 5),
    ("-3", -3),
    ("－３", -3),
    ("−3", -3),
    ("‐3", -3),
    ("ー3", -3),
    ("ｰ3", -3),
    ("△3", -3),
    ("▲3", -3),
    ("△ 379", -379),
    ("(3)", -3),
    ("（１，０００）", -1000),
    ("0", 0),
    ("００", 0),
    ("△0", 0),
]

MARKERS = [
    ("-", "none", 0),
    ("－", "none", 0),
    ("−", "none", 0),
    ("ー", "none", 0),
    ("―", "none", 0),
    ("ｰ", "none", 0),
    (" - ", "none", 0),
    ("該当なし", "none", 0),
    ("…", "unknown", None),
    ("...", "unknown", None),
    ("・・・", "unknown", None),
    ("不明", "unknown", None),
    ("x", "suppressed", None),
    ("Ｘ", "suppressed", None),
    ("χ", "suppressed", None),
    ("・", "not_applicable", None),
    ("／", "not_applicable", None),
    ("", "not_submitted", None),
    ("　", "not_submitted", None),
]

NEVER_GUESSED = [
    "35(昼間）、35（夜間）",
    "約100",
    "10～12",
    "10-12",
    "12²",
    "③",
    "1 234",
    "12,34",
    "1,2345",
    "1.5",
    "1.11E+08",
    "５、６",
    "12\n13",
    "(3",
    "3)",
    "△-3",
    "(△3)",
    "△",
    "人",
    "12円",
    "12人程度",
    "5%",
    "十二",
    "#N/A",
    "=SUM(C5:C9)",
    "調査中",
    "99999999999999999999",
]


@pytest.mark.parametrize(("text", "value"), FIGURES)
def test_a_figure_is_read_in_every_width_and_habit(text: str, value: int) -> None:
    figure = parse(text, NOTATION)
    assert (figure.value, figure.readable) == (value, True)
    assert figure.status == ("reported" if value else "true_zero")


@pytest.mark.parametrize(("text", "status", "value"), MARKERS)
def test_a_marker_means_what_the_line_says(text: str, status: str, value: int | None) -> None:
    figure = parse(text, NOTATION)
    assert (figure.status, figure.value, figure.readable) == (status, value, True)


@pytest.mark.parametrize("text", NEVER_GUESSED)
def test_what_is_not_one_figure_is_never_guessed(text: str) -> None:
    figure = parse(text, NOTATION)
    assert (figure.value, figure.status, figure.readable) == (None, "unknown", False)


def test_one_line_may_write_symbols_that_another_does_not() -> None:
    other = Notation.of(contract("nursery_monthly").symbols, ["△"], ["人"])
    assert parse("＊", other).status == "not_applicable"
    assert not parse("＊", NOTATION).readable
    assert parse("1.5", other, whole=False).value == 1.5
    assert not parse("▲3", other).readable
