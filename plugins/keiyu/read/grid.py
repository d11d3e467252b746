"""A decoded file: sheets of rows of cells, before anything is known of their meaning."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Cell = str | float | int | bool | dt.date | dt.datetime | dt.time | dt.timedelta
"""What a decoder yields for one cell; an empty cell is ``""``."""

Row = Sequence[Cell]

FileKind = Literal["xlsx", "xls", "csv"]


@lru_cache(maxsize=16_384)
def letters(column: int) -> str:
    """Return the letters of a 0-based column: 0 → ``A``, 27 → ``AB``."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def column_of(text: str) -> int:
    """Return the 0-based column of letters: ``A`` → 0."""
    number = 0
    for char in text.upper():
        number = number * 26 + ord(char) - ord("A") + 1
    return number - 1


def address(row: int, column: int) -> str:
    """Return the A1 address of a 0-based row and column."""
    return f"{letters(column)}{row + 1}"


@dataclass(slots=True)
class Grid:
    """One sheet, or the one table of a text file.

    Attributes:
        name: worksheet name; none for a text file.
        rows: rows of cells from A1 on; a text file's rows are its records and may differ in length.
        hidden: whether the sheet is hidden.
    """

    name: str | None
    rows: list[list[Cell]]
    hidden: bool = False


@dataclass(slots=True)
class Workbook:
    """One file, decoded.

    Attributes:
        kind: what the content is, whatever the file's name says.
        grids: its sheets in order.
        encoding: character encoding of a text file.
        delimiter: delimiter of a text file.
    """

    kind: FileKind
    grids: list[Grid]
    encoding: str | None = None
    delimiter: str | None = None
