"""Over which columns the texts of a row stand."""

from collections.abc import Sequence
from itertools import zip_longest
from typing import Final

from keiyu.read.grid import Cell, Row

_SEVERAL: Final = 2


def filled(row: Row, column: int) -> bool:
    """Return whether something stands in a column of a row."""
    return column < len(row) and row[column] != ""


def first_texts(rows: Sequence[Row]) -> Row:
    """Return what stands under a level of a header: the first text over each column in the rows below it."""
    return rows[0] if len(rows) == 1 else [next(filter(None, column), "") for column in zip_longest(*rows)]


def repeats(cells: Sequence[tuple[int, Cell]], lower: Row) -> bool:
    """Return whether each text of a row stands over several columns of different texts, once over each.

    Args:
        cells: the columns and texts of the row.
        lower: the row below it.
    """
    over: dict[Cell, list[int]] = {}
    for column, text in cells:
        over.setdefault(text, []).append(column)
    return all(
        len(at) >= _SEVERAL and at[-1] - at[0] < len(at) and len({lower[i] for i in at if filled(lower, i)}) == len(at)
        for at in over.values()
    )
