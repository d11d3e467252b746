"""Columns named by an age alone, in a file that does not say what it counts.

Places left over are mostly none: many a zero, or signs. Places, and children in them, hardly ever are.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from keiyu.contract.wording import Composition
from keiyu.read import fold
from keiyu.read.general.cues import Cues
from keiyu.read.grid import Cell

_MOSTLY: Final = 0.35
"""Least share of nothing among the figures of what is left over; lists of places have less, small nurseries and all."""
_SIGNS: Final = 0.5
_LOOKED: Final = 48
_LONGEST: Final = 12
_FEWEST: Final = 2
_ALL: Final = 0.9
"""Share of the rows in which a sum is the sum of its parts: city halls err too."""
_DIFFERENT: Final = 3
"""So many different sums are no chance; nor are fewer, of so many figures each."""


def left_over(columns: Iterable[Sequence[Cell]], cues: Cues) -> bool:
    """Return whether figures are what is left over of something, by how many of them are none.

    Args:
        columns: the first cells of each column whose header says an age alone.
        cues: words for none and for some; signs of ages that are not taken at all are written whatever is counted.
    """
    texts = (fold.label(str(cell)) for cells in columns for cell in cells if cell != "")
    told = [text for text in texts if text not in cues.no_matter]
    if not told:
        return False
    nothing = sum(text in cues.none_left for text in told)
    some = sum(text in cues.some_left for text in told)
    return nothing >= _MOSTLY * len(told) or (some > 0 and nothing + some >= _SIGNS * len(told))


def whole_of(ages: Sequence[Sequence[Cell]], others: Mapping[int, Sequence[Cell]]) -> int | None:
    """Return the column that adds up columns of single ages in each row; none where there is none, or several.

    Args:
        ages: the first cells of each column whose header says an age alone.
        others: the first cells of the other columns, in the same rows.
    """
    if len(ages) < _FEWEST:
        return None
    rows = [[figure for figure in row if figure] for row in zip(*map(_figures, ages), strict=True)]
    sums = [sum(row) for row in rows]
    long = sum(len(row) >= _DIFFERENT for row in rows) >= _SIGNS * len(rows)
    wholes = [at for at, cells in others.items() if _adds_up(sums, _figures(cells), _FEWEST if long else _DIFFERENT)]
    return wholes[0] if len(wholes) == 1 else None


def _figures(cells: Sequence[Cell]) -> list[float | None]:
    """Return the figures of a column, each different cell read once."""
    known = {cell: _figure(cell) for cell in set(cells)}
    return [known[cell] for cell in cells]


def _adds_up(sums: Sequence[float], figures: Sequence[float | None], least: int) -> bool:
    right = wrong = 0
    different: set[float] = set()
    for one, whole in zip(sums, figures, strict=True):
        if whole is not None:
            different.add(whole)
            right, wrong = (right + 1, wrong) if one == whole else (right, wrong + 1)
            if wrong > (1 - _ALL) * len(figures):
                return False
    return right >= _ALL * (right + wrong) and len(different) >= least


def _figure(cell: Cell) -> float | None:
    if isinstance(cell, int | float):
        return float(cell)
    if not isinstance(cell, str) or not cell.lstrip()[:1].isdecimal():
        return None
    text = fold.value(cell).replace(",", "").strip().removesuffix("人").removesuffix("名")
    return float(text) if text.isascii() and text.isdecimal() else None


def short_texts(columns: Iterable[Sequence[Cell]]) -> list[list[str]]:
    """Return the first texts of each column that may be labels, folded.

    Args:
        columns: the first cells of each column.
    """
    return [
        [fold.joined(c) for c in cells[:_LOOKED] if isinstance(c, str) and 0 < len(c) <= _LONGEST] for cells in columns
    ]


def codes_unsaid(compositions: Iterable[Composition]) -> list[dict[str, str]]:
    """Return folded label → code of each dimension that tells what the ages count.

    Args:
        compositions: families of columns of a line.
    """
    kinds = [d for c in compositions for d in c.dimensions if d.name in c.unsaid]
    return [{fold.joined(t): code.code for code in d.codes for t in (code.label_ja, *code.synonyms)} for d in kinds]


def row_by_row(texts: Sequence[Sequence[str]], unsaid: Iterable[Mapping[str, str]]) -> bool:
    """Return whether a column tells row by row what the ages count: 定員, 現況, 空き under each other.

    Args:
        texts: the first short texts of each column, folded.
        unsaid: what :func:`codes_unsaid` tells of the line.
    """
    return any(_several(told, codes) for codes in unsaid for told in texts)


def _several(told: Sequence[str], codes: Mapping[str, str]) -> bool:
    """Return whether most of some texts are labels of two codes or more."""
    said = [codes[text] for text in told if text in codes]
    return len(set(said)) > 1 and len(said) >= _SIGNS * len(told)
