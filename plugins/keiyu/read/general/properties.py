"""The header of records that name their properties: JSON and GeoJSON.

Some programs that turn a list into records take its second header row, the labels for people, for the first record.
"""

from collections.abc import Callable
from typing import Final

from keiyu.read.general.headers import Header, Level
from keiyu.read.grid import Cell, Grid, Row

_LABELS: Final = 5
"""Least number of labels in a row of labels."""
_MOST: Final = 0.6
_SECOND: Final = 2


def properties(grid: Grid, knows: Callable[[str], bool]) -> Header:
    """Return the names of properties as a header, with the labels under them where the first record is no record.

    Args:
        grid: the records; the first row holds the names of their properties.
        knows: tells whether some line knows a header text.
    """
    rows = grid.rows[: 2 if _is_labels(grid, knows) else 1]
    levels = tuple(
        tuple(Level(str(row[at]), number) for number, row in enumerate(rows) if at < len(row) and row[at] != "")
        for at in range(len(rows[0]))
    )
    return Header(0, len(rows) - 1, levels, 1.0, sum(bool(each) and knows(each[0].text) for each in levels))


def _is_labels(grid: Grid, knows: Callable[[str], bool]) -> bool:
    """Return whether the first record says what the properties are called, and the second does not."""
    return len(grid.rows) > _SECOND and _labelled(grid.rows[1], knows) and not _labelled(grid.rows[_SECOND], knows)


def _labelled(row: Row, knows: Callable[[str], bool]) -> bool:
    texts: list[Cell] = [cell for cell in row if cell != ""]
    said = sum(isinstance(text, str) and knows(text) for text in texts)
    return said >= max(_LABELS, _MOST * len(texts))
