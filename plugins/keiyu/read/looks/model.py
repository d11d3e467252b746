"""What can be known of how a sheet's cells look."""

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
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


class _Walk:
    """The merged blocks that a walk down a sheet has met, from left to right; none overlaps another."""

    def __init__(self) -> None:
        self._met: list[tuple[int, Range]] = []

    def meet(self, block: Range) -> bool:
        """Meet the next block, and return whether it overlaps none; blocks come in the order of their first rows."""
        first = last = bisect_right(self._met, block.left, key=itemgetter(0))
        if first and self._met[first - 1][1].right >= block.left:
            first -= 1
        while last < len(self._met) and self._met[last][0] <= block.right:
            last += 1
        if any(met.bottom >= block.top for _, met in self._met[first:last]):
            return False
        self._met[first:last] = [(block.left, block)]
        return True

    def at(self, row: int, column: int) -> Range | None:
        """Return the block that holds a cell of a row which the walk has reached."""
        place = bisect_right(self._met, column, key=itemgetter(0))
        block = self._met[place - 1][1] if place else None
        return block if block is not None and block.holds(row, column) else None


def apart(merges: Iterable[Range], rows: int) -> tuple[Range, ...]:
    """Return the merged blocks of a sheet that no spreadsheet would refuse, as far as its rows go.

    Blocks never overlap (ECMA-376, part 1, 18.3.1.55); of those that do, the uppermost stays. So no column has more
    merged rows than the sheet has rows, whatever a file says.

    Args:
        merges: the blocks.
        rows: number of rows of the sheet.
    """
    inside = dict.fromkeys(m if m.bottom < rows else m._replace(bottom=rows - 1) for m in merges)
    walk = _Walk()
    kept = {m for m in sorted(inside) if m.top <= m.bottom and m.left <= m.right and walk.meet(m)}
    return tuple(m for m in inside if m in kept)


def holding(merges: Iterable[Range], cells: Iterable[tuple[int, int]]) -> set[Range]:
    """Return the merged blocks that hold one of some cells.

    Args:
        merges: blocks that do not overlap.
        cells: (0-based row, column) of each cell.
    """
    walk, ahead = _Walk(), deque(sorted(merges))
    found: set[Range | None] = set()
    for row, column in sorted(cells):
        while ahead and ahead[0].top <= row:
            walk.meet(ahead.popleft())
        found.add(walk.at(row, column))
    return {block for block in found if block is not None}


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
