"""Figures as people write them, and the markers that stand where a figure should.

What a marker means differs between publishers (rule L3-03 of the government's machine-readability
rules, 2026-03-31), so each line's contract brings its own symbol map. Text that is neither a figure
nor a known marker is never guessed: ``35(昼間）、35（夜間）`` is two values, not 3535.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from keiyu.contract.model import Symbol
from keiyu.read import fold
from keiyu.read.model import ValueStatus

LIMIT: Final = 2**53
"""Larger figures are refused: a spreadsheet has lost their last digits already."""

_FIGURE: Final = re.compile(
    r"(?P<open>\( ?)?(?:(?P<sign>[^\d() ]) ?)?(?P<whole>[1-9]\d{0,2}(?:,\d{3})+|\d+)(?:\.(?P<part>\d+))?"
    r"(?: ?(?P<unit>[^\d() ]{1,4}))?(?P<close> ?\))?",
    re.ASCII,
)
_LONGEST: Final = 40


@dataclass(frozen=True, slots=True)
class Figure:
    """What one cell of a measure says.

    Attributes:
        value: the figure, none where there is none.
        status: why it is what it is.
        plain: whether the text was the figure and nothing else, so that no mark need be kept.
        readable: whether it was understood; if not, the status is unknown.
    """

    value: int | float | None
    status: ValueStatus
    plain: bool = False
    readable: bool = True


UNREADABLE: Final = Figure(None, ValueStatus.UNKNOWN, readable=False)


@dataclass(frozen=True)
class Notation:
    """How a line writes figures.

    Attributes:
        markers: folded text → what it means.
        negative: signs that make a figure negative.
        units: what may follow a figure, folded, e.g. ``人``.
    """

    markers: Mapping[str, Figure]
    negative: frozenset[str]
    units: frozenset[str]

    @classmethod
    def of(cls, symbols: Sequence[Symbol], negative: Sequence[str], units: Sequence[str]) -> "Notation":
        """Fold a contract's symbol map, negative signs and units."""
        return cls(
            markers={_marker(t): Figure(s.value, ValueStatus(s.status)) for s in symbols for t in s.texts},
            negative=frozenset({"-", *map(fold.value, negative)}),
            units=frozenset(map(fold.value, units)),
        )

    def marker(self, text: str) -> Figure | None:
        """Return what a text means where it is a marker and no figure."""
        return self.markers.get(_marker(text)) if len(text) <= self._longest else None

    @cached_property
    def has_digits(self) -> bool:
        """Whether a marker looks like a figure, such as 9999 for unknown."""
        return any(map(str.isdigit, "".join(self.markers)))

    @cached_property
    def _longest(self) -> int:
        """Length beyond which no text is looked up; blanks may widen a marker to twice its own."""
        return 2 * max(map(len, self.markers), default=0) + 8


def parse(text: str, notation: Notation, *, whole: bool = True) -> Figure:
    """Read one cell's text.

    Args:
        text: the text as it stands.
        notation: how the line writes figures.
        whole: whether only whole figures are allowed; ``12.0`` is whole.

    Returns:
        The figure; :data:`UNREADABLE` where the text is anything but one figure or one marker.
    """
    marker = notation.marker(text)
    if marker is not None:
        return marker
    match = _FIGURE.fullmatch(fold.value(text)) if len(text) <= _LONGEST else None
    if match is None or not _well_formed(match, notation):
        return UNREADABLE
    return _figure(match, text, whole=whole)


@lru_cache(maxsize=65_536)
def _marker(text: str) -> str:
    """Fold a text for comparing markers; a dash may be drawn by several (``--``, ``ーー``)."""
    folded = fold.value(text).replace(" ", "").casefold() if len(text) <= _LONGEST else text
    return "-" if folded and not folded.strip("-") else folded


def _well_formed(match: re.Match[str], notation: Notation) -> bool:
    """Tell whether sign, unit and brackets are ones that the line writes."""
    if bool(match["open"]) != bool(match["close"]):
        return False
    if match["sign"] and (match["open"] or match["sign"] not in notation.negative | {"+"}):
        return False
    return not match["unit"] or match["unit"] in notation.units


def _figure(match: re.Match[str], text: str, *, whole: bool) -> Figure:
    digits = match["whole"].replace(",", "")
    part = (match["part"] or "").rstrip("0")
    if (part and whole) or int(digits) >= LIMIT:
        return UNREADABLE
    number: int | float = float(f"{digits}.{part}") if part else int(digits)
    if number and (match["open"] or match["sign"] not in {None, "+"}):
        number = -number
    return Figure(number, ValueStatus.REPORTED if number else ValueStatus.TRUE_ZERO, plain=str(number) == text)


def from_number(number: float, *, whole: bool = True) -> Figure:
    """Read a cell that already is a number; a spreadsheet keeps ``12`` as ``12.0``."""
    if abs(number) >= LIMIT or (whole and not float(number).is_integer()):
        return UNREADABLE
    figure = int(number) if float(number).is_integer() else number
    return Figure(figure, ValueStatus.REPORTED if figure else ValueStatus.TRUE_ZERO, plain=True)
