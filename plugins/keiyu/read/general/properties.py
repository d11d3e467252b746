"""The header of records that name their properties: JSON and GeoJSON.

Some programs that turn a list into records take its second header row, the labels for people, for the first record.
Where names and labels contradict each other, a column was added to one row of the header only, and the labels, which
went the way of the values, are believed.
"""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from typing import Final

from keiyu.read.general.cues import LONGEST
from keiyu.read.general.headers import Header, Level
from keiyu.read.grid import Cell, Grid, Row

_LABELS: Final = 5
"""Least number of labels in a row of labels."""
_MOST: Final = 0.6
_SECOND: Final = 2
_SHIFTED: Final = 3
"""So many contradictions are no slip."""


def properties(grid: Grid, means: Callable[[str], AbstractSet[str] | None]) -> Header:
    """Return the names of properties as a header, with the labels under them where the first record is no record.

    Args:
        grid: the records; the first row holds the names of their properties.
        means: tells the fields that a header text may name; none for one that no line knows.
    """

    def knows(text: str) -> bool:
        return means(text) is not None

    rows = grid.rows[: 2 if _is_labels(grid, knows) else 1]
    levels = [
        tuple(
            Level(str(row[at])[:LONGEST], n)
            for n, row in enumerate(rows)
            if at < len(row) and row[at] != "" and not (n and _is_bracketed(row[at]))
        )
        for at in range(len(rows[0]))
    ]
    if sum(_contradict(each, means) for each in levels) >= _SHIFTED:
        levels = [each[-1:] for each in levels]
    return Header(0, len(rows) - 1, tuple(levels), 1.0, sum(bool(each) and knows(each[0].text) for each in levels))


def _is_bracketed(cell: Cell) -> bool:
    """Return whether a cell holds a point or a list, which is no label."""
    return str(cell).startswith(("{", "["))


def _contradict(levels: tuple[Level, ...], means: Callable[[str], AbstractSet[str] | None]) -> bool:
    """Return whether a name and the label under it name two fields."""
    named = [fields for level in levels if (fields := means(level.text))]
    return len(named) > 1 and not set.intersection(*map(set, named))


def _is_labels(grid: Grid, knows: Callable[[str], bool]) -> bool:
    """Return whether the first record says what the properties are called, and the second does not."""
    return len(grid.rows) > _SECOND and _labelled(grid.rows[1], knows) and not _labelled(grid.rows[_SECOND], knows)


def _labelled(row: Row, knows: Callable[[str], bool]) -> bool:
    texts: list[Cell] = [cell for cell in row if cell != ""]
    said = sum(isinstance(text, str) and knows(text) for text in texts)
    return said >= max(_LABELS, _MOST * len(texts))
