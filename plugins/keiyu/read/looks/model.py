"""What can be known of how a sheet's cells look."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Final, NamedTuple, TypeVar

MOST_STYLED: Final = 1_000_000
"""Cells whose style is kept; of a sheet with more the rest is not known."""

Place = TypeVar("Place")

Cells = Mapping[tuple[int, int], int]
"""(0-based row, column) → position of its style."""


class Later(Mapping[Place, int]):
    """Positions of styles that are read at the first question: most readers never ask how a cell looks."""

    def __init__(self, read: Callable[[], Mapping[Place, int]]) -> None:
        """Remember how to read them."""
        self._read = read

    @cached_property
    def _found(self) -> Mapping[Place, int]:
        return self._read()

    def __getitem__(self, place: Place) -> int:
        """Return the position of the style of a cell or a column."""
        return self._found[place]

    def __iter__(self) -> Iterator[Place]:
        """Go through the places that have one."""
        return iter(self._found)

    def __len__(self) -> int:
        """Return how many have one."""
        return len(self._found)


class Range(NamedTuple):
    """A block of cells, 0-based, its last row and column included."""

    top: int
    left: int
    bottom: int
    right: int

    def holds(self, row: int, column: int) -> bool:
        """Return whether a cell lies in it."""
        return self.top <= row <= self.bottom and self.left <= column <= self.right


class Style(NamedTuple):
    """How a cell looks.

    Attributes:
        format: number format code, e.g. ``yyyy"年"m"月"``.
        diagonal: whether a diagonal line crosses it.
        boxed: whether it has a border on any side.
        fill: background colour, ``RRGGBB``, ``theme4`` or ``indexed22``; none where it has none.
        colour: colour of its text, likewise.
        struck: whether its text is struck through.
    """

    format: str = "General"
    diagonal: bool = False
    boxed: bool = False
    fill: str | None = None
    colour: str | None = None
    struck: bool = False


DEFAULT: Final = Style()


@dataclass(frozen=True, slots=True)
class Looks:
    """How the cells of one sheet look. All rows and columns are 0-based.

    Attributes:
        known: whether the file's kind tells such things at all, and could be read.
        merges: merged blocks, in the file's order.
        diagonals: cells that a diagonal line crosses.
        hidden_rows: rows that are not shown.
        hidden_columns: columns that are not shown.
        comments: cell → what is noted beside it.
        styles: the styles of the file.
        cells: the style of each cell that has its own.
        row_styles: the style of rows whose cells have none of their own.
        column_styles: the same for columns.
    """

    known: bool = True
    merges: tuple[Range, ...] = ()
    diagonals: frozenset[tuple[int, int]] = frozenset()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    comments: Mapping[tuple[int, int], str] = field(default_factory=lambda: MappingProxyType({}))
    styles: tuple[Style, ...] = (DEFAULT,)
    cells: Cells = field(default_factory=lambda: MappingProxyType({}), repr=False)
    row_styles: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))
    column_styles: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))

    def style(self, row: int, column: int) -> Style:
        """Return how a cell looks.

        Args:
            row: 0-based row.
            column: 0-based column.
        """
        at = self.cells.get((row, column), self.row_styles.get(row, self.column_styles.get(column, 0)))
        return self.styles[at] if 0 <= at < len(self.styles) else DEFAULT

    def merge(self, row: int, column: int) -> Range | None:
        """Return the merged block that a cell lies in."""
        return next((r for r in self.merges if r.holds(row, column)), None)


PLAIN: Final = Looks()
"""A text file: nothing is merged, coloured or hidden."""

UNKNOWN: Final = Looks(known=False)
"""A kind of file whose looks are not read."""
