"""What a column looks like from its values alone, for telling which field it is."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from keiyu.read import fold
from keiyu.read.grid import Cell
from keiyu.read.kinds.traits import LIST, looker
from keiyu.read.values import raw as seen

__all__ = ["LIST", "Profile", "profile"]

_SAMPLE: Final = 160
_SEEN: Final = 20_000
_SIGN: Final = re.compile(r"[-*/\\・･…‥.,※ ]+")


@dataclass(frozen=True, slots=True)
class Profile:
    """The look of a column.

    Attributes:
        size: number of cells.
        filled: share of cells in which something stands.
        signs: share of the filled cells that hold only a sign such as ``-``, ``*``, ``／`` or ``…``; they are not
            looked at further.
        distinct: share of different values among the filled cells looked at; 1 for an identifier.
        length: mean length of their texts.
        least: smallest number among them; none where no cell is a number.
        most: largest number among them.
        shares: trait → share of the filled cells looked at that have it.

            Figures: ``count_small`` (below 1,000), ``count_large``, ``count_with_unit``, ``several_counts``,
            ``number``, ``age_bare``, ``latitude``, ``longitude``, ``sexagesimal``.

            Codes: ``phone``, ``phone_local``, ``postal_code``, ``area_code``, ``area_code_short``,
            ``corporate_number``, ``digits13``, ``identifier``.

            Times: ``date``, ``month``, ``time``, ``time_range``, ``time_text``, ``age``, ``ages``, ``weekdays``.

            Words: ``flag``, ``kana``, ``facility_name``, ``legal_form``, ``address``, ``prefecture``,
            ``municipality``, ``url``, ``email``, ``long_text``, and ``list:<name>`` for labels of a code list.
    """

    size: int
    filled: float
    signs: float
    distinct: float
    length: float
    least: float | None
    most: float | None
    shares: Mapping[str, float]

    def share(self, trait: str) -> float:
        """Return the share of a trait; 0 where no cell has it."""
        return self.shares.get(trait, 0.0)


def profile(cells: Sequence[Cell | None], schemas: Path) -> Profile:
    """Look at a column.

    The cells looked at are spread evenly over the column, the same ones each time.

    Args:
        cells: the column's cells, header excluded.
        schemas: the ``schemas/`` folder, for the words.

    Returns:
        Its profile.
    """
    looked = _spread(cells, _SEEN)
    filled = [c for c in looked if c is not None and c != "" and not (isinstance(c, str) and c.isspace())]
    values = [c for c in filled if not (isinstance(c, str) and len(c) < 9 and _SIGN.fullmatch(fold.value(c)))]
    chosen: Sequence[Any] = _spread(values, _SAMPLE)
    look = looker(schemas)
    counts = Counter(trait for cell in chosen for trait in look.traits(cell))
    numbers = [n for n in map(_number, chosen) if n is not None]
    of = len(chosen)
    return Profile(
        size=len(cells),
        filled=len(filled) / len(looked) if looked else 0.0,
        signs=1 - len(values) / len(filled) if filled else 0.0,
        distinct=len(set(map(seen, chosen))) / of if of else 0.0,
        length=sum(len(seen(cell)) for cell in chosen) / of if of else 0.0,
        least=min(numbers, default=None),
        most=max(numbers, default=None),
        shares={trait: count / of for trait, count in counts.items()},
    )


def _spread(cells: Sequence[Any], most: int) -> Sequence[Any]:
    """Return at most so many of some cells, evenly spread, the first among them."""
    count = len(cells)
    return cells if count <= most else [cells[i * count // most] for i in range(most)]


def _number(cell: Cell) -> float | None:
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        return None
    try:
        number = float(cell)
    except (ValueError, OverflowError):
        return None
    return number if abs(number) < 1e15 else None
