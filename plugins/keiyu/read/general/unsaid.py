"""Columns named by an age alone, in a file that does not say what it counts.

Places left over are mostly none: many a zero, or signs. Places, and children in them, hardly ever are.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from keiyu.read import fold
from keiyu.read.grid import Cell

_MOSTLY: Final = 0.35
"""Least share of nothing among the figures of what is left over; lists of places have less, small nurseries and all."""
_NOTHING: Final = frozenset({"0", "0.0", "-", "×", "x", "✕", "なし", "無"})
_SOME: Final = frozenset({"○", "〇", "◯", "◎", "△", "▲", "有", "あり", "若干名"})
_SIGNS: Final = 0.5


def left_over(columns: Iterable[Sequence[Cell]]) -> bool:
    """Return whether figures are what is left over of something, by how many of them are none.

    Args:
        columns: the first cells of each column whose header says an age alone.
    """
    told = [fold.label(str(cell)) for cells in columns for cell in cells if cell != ""]
    if not told:
        return False
    nothing = sum(text in _NOTHING for text in told)
    some = sum(text in _SOME for text in told)
    return nothing >= _MOSTLY * len(told) or (some > 0 and nothing + some >= _SIGNS * len(told))
