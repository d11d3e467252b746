"""Columns named by an age alone, in a file that does not say what it counts.

Places left over are mostly none: many a zero, or signs. Places, and children in them, hardly ever are.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from keiyu.contract.wording import Composition
from keiyu.read import fold
from keiyu.read.grid import Cell

_MOSTLY: Final = 0.35
"""Least share of nothing among the figures of what is left over; lists of places have less, small nurseries and all."""
_NOTHING: Final = frozenset({"0", "0.0", "×", "x", "✕", "なし", "無"})
_APART: Final = frozenset({"-", "/", "*", "…"})
"""Signs of ages that are not taken at all; so are they written whatever is counted."""
_SOME: Final = frozenset({"○", "〇", "◯", "◎", "△", "▲", "有", "あり", "若干名"})
_SIGNS: Final = 0.5
_LOOKED: Final = 48
_LONGEST: Final = 12


def left_over(columns: Iterable[Sequence[Cell]]) -> bool:
    """Return whether figures are what is left over of something, by how many of them are none.

    Args:
        columns: the first cells of each column whose header says an age alone.
    """
    texts = (fold.label(str(cell)) for cells in columns for cell in cells if cell != "")
    told = [text for text in texts if text not in _APART]
    if not told:
        return False
    nothing = sum(text in _NOTHING for text in told)
    some = sum(text in _SOME for text in told)
    return nothing >= _MOSTLY * len(told) or (some > 0 and nothing + some >= _SIGNS * len(told))


def row_by_row(columns: Iterable[Sequence[Cell]], compositions: Iterable[Composition]) -> bool:
    """Return whether a column tells row by row what the ages count: 定員, 現況, 空き under each other.

    Args:
        columns: the first cells of each column.
        compositions: families of columns of the line.
    """
    kinds = [d for c in compositions for d in c.dimensions if d.name in c.unsaid]
    named = [{fold.joined(t): code.code for code in d.codes for t in (code.label_ja, *code.synonyms)} for d in kinds]
    if not kinds:
        return False
    texts = [
        [fold.joined(c) for c in cells[:_LOOKED] if isinstance(c, str) and 0 < len(c) <= _LONGEST] for cells in columns
    ]
    return any(_several(told, codes) for codes in named for told in texts)


def _several(told: Sequence[str], codes: Mapping[str, str]) -> bool:
    """Return whether most of some texts are labels of two codes or more."""
    said = [codes[text] for text in told if text in codes]
    return len(set(said)) > 1 and len(said) >= _SIGNS * len(told)
