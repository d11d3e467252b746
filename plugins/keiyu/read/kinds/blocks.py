"""Blocks of texts in plain form, told by one look at them all together instead of one look at each."""

import datetime as dt
import math
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from keiyu.read.kinds.terms import Terms
from keiyu.read.numbers import LIMIT

Block = Callable[[Sequence[str], Terms], Sequence[Any] | None]
"""Returns the values of texts that are all in plain form, or none; a blank is none."""

Numbers = Callable[[Sequence[float], Terms], Sequence[Any] | None]
"""Returns the values of numbers, or none where any is not certain."""

WHOLE: Final = r"0|[1-9]\d{0,14}"
DECIMAL: Final = r"\d{1,3}\.\d{1,15}"


def matching(pattern: str, value: Callable[[Sequence[str]], Sequence[Any]] | None = None) -> Block:
    """Return a block reader for texts that match a pattern, or are blank.

    Args:
        pattern: what a text in plain form looks like.
        value: turns such texts into values, a blank into an empty one; if none, they are their own values.
    """
    whole = re.compile(rf"(?:(?:{pattern})?\n)*", re.ASCII)

    def plain(cells: Sequence[str], terms: Terms) -> Sequence[Any] | None:
        del terms
        block = "\n".join(cells) + "\n"
        if whole.fullmatch(block) is None or block.count("\n") != len(cells):
            return None
        values = cells if value is None else value(cells)
        return [v or None for v in values] if "" in values else list(values)

    return plain


def numbers(
    value: Callable[[float], Any] | None = None, inside: Callable[[Terms], tuple[float, float]] | None = None
) -> Numbers:
    """Return a block reader for cells that are numbers already.

    Args:
        value: turns one into a value that must equal it, such as ``int``; if none, it is its own value.
        inside: gives the range in which all must lie.
    """

    def plain(cells: Sequence[float], terms: Terms) -> Sequence[Any] | None:
        low, high = inside(terms) if inside else (-LIMIT + 1.0, LIMIT - 1.0)
        try:
            values = list(cells) if value is None else list(map(value, cells))
        except (ValueError, OverflowError):
            return None
        sure = values == cells and low <= min(values) and max(values) <= high
        return values if sure and not any(map(math.isnan, values)) else None

    return plain


def positive(terms: Terms) -> tuple[float, float]:
    """Return the range of figures that are no marker: below zero a line may have one, such as -1 for unknown."""
    del terms
    return 0.0, LIMIT - 1.0


def figures(pattern: str, value: Callable[[str], Any], inside: Callable[[Terms], tuple[float, float]] | None) -> Block:
    """Return a block reader for figures, none of them blank.

    Args:
        pattern: what a figure in plain form looks like.
        value: turns it into a number.
        inside: gives the range in which all must lie.
    """
    whole = re.compile(rf"(?:(?:{pattern})\n)*", re.ASCII)

    def plain(cells: Sequence[str], terms: Terms) -> Sequence[Any] | None:
        block = "\n".join(cells) + "\n"
        if whole.fullmatch(block) is None or block.count("\n") != len(cells):
            return None
        values = list(map(value, cells))
        low, high = inside(terms) if inside else (float("-inf"), float("inf"))
        return values if not values or (low <= min(values) and max(values) <= high) else None

    return plain


def days(cells: Sequence[str]) -> list[dt.date | str]:
    """Turn ISO dates into days; a blank stays blank."""
    known = {text: dt.date.fromisoformat(text) if text else text for text in set(cells)}
    return [known[text] for text in cells]
