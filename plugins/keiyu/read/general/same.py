"""Whether two columns say the same: sorts of values differ in what may be written differently.

Coordinates of one place are measured twice, addresses are written with and without what stands before or behind
them; two figures that differ are two figures.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from keiyu.read import fold
from keiyu.read.grid import Cell

_ANSWERS: Final = frozenset({"flag", "designated"})
_KEY: Final = "identifier"
_APART: Final = frozenset({"name", _KEY})
"""Sorts of fields by which records are told apart."""
_ABOVE: Final = ("都", "道", "府", "県", "郡", "市")
"""What stands before the name of a municipality, or of a ward of one."""
_ROUNDED: Final = 0.0005
_NEAR: Final = 0.01
"""Degrees within which two points are one facility: about a kilometre, the gate and the centre of a block."""
_MOST: Final = 0.98
_SEVERAL: Final = 4
_MANY: Final = 20
_NUMBERED: Final = re.compile(r"[\d一二三四五六七八九十]")


def same(sort: str, one: Sequence[Cell], other: Sequence[Cell]) -> bool:
    """Return whether two columns say the same wherever both say something.

    Of yes and no a blank says something too: ○ in one column and nothing in the other are two answers.

    Args:
        sort: the sort of the field that both may hold.
        one: the cells of the first.
        other: the cells of the second, in the same rows.
    """
    pairs = zip(one, other, strict=False)
    both = [(a, b) for a, b in pairs if (a != "" and b != "") or (sort in _ANSWERS and (a != "" or b != ""))]
    if not both or all(a == "" for a in one) or all(b == "" for b in other):
        return all(a == "" for a in one) or all(b == "" for b in other)
    alike, least = _SORTS.get(sort, (_alike, _MOST))
    return sum(alike(a, b) for a, b in both) >= least * len(both)


def tells_less(sort: str, one: Sequence[Cell], other: Sequence[Cell]) -> bool:
    """Return whether a column tells records apart less well than another does, where their field is there for that.

    What says the same few things is no name and no key; a number that comes twice is no key beside one that never does.

    Args:
        sort: the sort of the field that both may hold.
        one: the cells of the first.
        other: the cells of the second.
    """
    if sort not in _APART:
        return False
    if _says_few(one) or _says_few(other):
        return not _says_few(other)
    return sort == _KEY and _repeats(one) and not _repeats(other)


def _says_few(cells: Sequence[Cell]) -> bool:
    """Return whether a column says one thing in several rows, or in many rows at most half as many things."""
    said = [str(cell) for cell in cells if cell != ""]
    different = len(set(said))
    return (different == 1 and len(said) >= _SEVERAL) or (len(said) >= _MANY and 2 * different <= len(said))


def _repeats(cells: Sequence[Cell]) -> bool:
    said = [str(cell) for cell in cells]
    return len(set(said)) < len(said)


def is_mostly_blank(cells: Sequence[Cell]) -> bool:
    """Return whether a column says nothing in most rows.

    Args:
        cells: its cells.
    """
    return 2 * cells.count("") > len(cells)


def _alike(one: Cell, other: Cell) -> bool:
    """Return whether two cells say the same; decimals may be rounded differently."""
    if str(one).strip() == str(other).strip():
        return True
    return "." in f"{one}{other}" and _within(one, other, _ROUNDED)


def _near(one: Cell, other: Cell) -> bool:
    """Return whether two cells are coordinates of one place."""
    return _within(one, other, _NEAR) or _alike(one, other)


def _within(one: Cell, other: Cell, most: float) -> bool:
    try:
        return abs(float(str(one)) - float(str(other))) < most
    except ValueError:
        return False


def _one_place(one: Cell, other: Cell) -> bool:
    """Return whether two addresses are one, widths and blanks apart, one of them with more before or behind."""
    short, long = sorted((fold.joined(str(one)), fold.joined(str(other))), key=len)
    return short == long or (_NUMBERED.search(short) is not None and (long.endswith(short) or long.startswith(short)))


def _one_town(one: Cell, other: Cell) -> bool:
    """Return whether two names are one municipality's, one of them with its prefecture before it: 愛媛県今治市."""
    short, long = sorted((fold.joined(str(one)), fold.joined(str(other))), key=len)
    return short == long or (bool(short) and long.endswith(short) and long[: -len(short)].endswith(_ABOVE))


def _folded(one: Cell, other: Cell) -> bool:
    return fold.joined(str(one)) == fold.joined(str(other))


_SORTS: Final[Mapping[str, tuple[Callable[[Cell, Cell], bool], float]]] = {
    "latitude": (_near, 0.9),
    "longitude": (_near, 0.9),
    "address": (_one_place, 0.9),
    "municipality": (_one_town, 0.9),
    "name": (_folded, _MOST),
    "phone": (_folded, _MOST),
}
"""Sorts that may be written differently, and the least share of rows in which they agree."""
