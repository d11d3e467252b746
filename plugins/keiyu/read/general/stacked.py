"""Records of as many rows as their header has: 名称 and 住所 above, 電話番号 and 定員 below, in the same columns.

Where every row of the header is of known labels and the values below them differ in shape row by row, the rows of a
record are put beside each other. Where a row stands alone (a title, a sum) it is left where it is; other rows that
fill no record are not read, and told.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Final

from keiyu.read import fold
from keiyu.read.general.headers import Header, Level
from keiyu.read.general.shapes import shape
from keiyu.read.general.spread import LONGEST, Spread, carried
from keiyu.read.grid import Cell, Grid
from keiyu.read.values import raw

if TYPE_CHECKING:
    from keiyu.read.general.table import Found

_MOST: Final = 4
"""Rows of one record."""
_LOOKED_AT: Final = 60
_FEWEST: Final = 2
_SHARE: Final = 0.8

Seat = tuple[int, int]
"""A row of a record, and a column."""

Telling = Sequence[tuple[int, tuple[str, ...]]]
"""Columns, and the shapes of their values row by row."""


@dataclass(frozen=True)
class Stacker:
    """Puts rows of one record beside each other.

    Attributes:
        labels: the texts that some line knows to stand over a column, folded.
        sums: tells whether a text names a row that adds up others.
    """

    labels: AbstractSet[str]
    sums: Callable[[str], bool]

    def stacked(self, found: "Found") -> "Found | None":
        """Return a table with each record in one row; none where its records have one already, or it is not certain.

        Args:
            found: the table.
        """
        grid, head = found.grid, self._head(found.grid, found.header)
        if len(head) < _FEWEST or grid.features or len(grid.rows) > LONGEST:
            return None
        seats = _seats([grid.rows[row] for row in head])
        stack = _Stack(replace(grid, rows=list(grid.rows)), head, seats, self.sums)
        if not stack.telling or not stack.holds():
            return None
        made, header, spread = stack.made(found.header)
        return replace(found, grid=made, header=header, spread=spread)

    def _head(self, grid: Grid, header: Header) -> range:
        """Return the rows of labels that begin a header, or stand right above it."""
        above = header.top - 1
        top = above if above >= 0 and self._is_label(grid.rows[above], _FEWEST) else header.top
        bottom = top
        while (
            bottom - top < _MOST and bottom < len(grid.rows) and self._is_label(grid.rows[bottom], bottom == top or 1)
        ):
            bottom += 1
        return range(top, bottom)

    def _is_label(self, row: Sequence[Cell], least: int) -> bool:
        """Return whether a row holds labels and nothing else, each once."""
        texts = [cell for cell in row if cell != ""]
        known = all(isinstance(text, str) and fold.joined(text) in self.labels for text in texts)
        return len(texts) >= least and known and len(set(texts)) == len(texts)


def _seats(head: Sequence[Sequence[Cell]]) -> list[Seat]:
    """Return where labels stand in columns in which several do."""
    told = [(n, at) for n, row in enumerate(head) for at, cell in enumerate(row) if cell != ""]
    several = {at for at, times in Counter(at for _, at in told).items() if times > 1}
    return [seat for seat in told if seat[1] in several]


@dataclass(frozen=True)
class _Stack:
    """A table whose records have several rows."""

    grid: Grid
    head: range
    seats: Sequence[Seat]
    sums: Callable[[str], bool]

    @cached_property
    def telling(self) -> Telling:
        """The columns whose values differ in shape row by row, and how: as in the first record, so in most others."""
        first = next((row for row in self._parted(()) if row >= 0), None)
        if first is None:
            return ()
        depth = range(len(self.head))
        shapes = ((at, tuple(self._shape(first + n, at) for n in depth)) for at in sorted({at for _, at in self.seats}))
        told = [(at, names) for at, names in shapes if len(set(names)) > 1 and "blank" not in names]
        some = [row for row in islice(self._parted(told), _LOOKED_AT) if row >= 0]
        return [(at, names) for at, names in told if self._share(some, at, names) >= _SHARE]

    def _share(self, records: Sequence[int], at: int, names: Sequence[str]) -> float:
        """Return in how many records the values of a column have the shapes of those of the first."""
        alike = sum(all(self._shape(row + n, at) == name for n, name in enumerate(names)) for row in records)
        return alike / max(len(records), 1)

    @cached_property
    def records(self) -> Sequence[int]:
        """The first row of each record."""
        return [first for first in self._parted(self.telling) if first >= 0]

    @cached_property
    def left(self) -> dict[int, str]:
        """Rows that fill no record and are no sums, each with its first text."""
        rows = [~row for row in self._parted(self.telling) if row < 0]
        texts = {row: [raw(cell).strip() for cell in self.grid.rows[row] if cell != ""][:_FEWEST] for row in rows}
        return {row: said[0] for row, said in texts.items() if not any(map(self.sums, said))}

    def holds(self) -> bool:
        """Return whether most rows fill records."""
        return len(self.records) >= _FEWEST and 2 * len(self.left) <= len(self.records)

    def _parted(self, telling: Telling) -> Iterator[int]:
        """Yield the first row of each record; of each row that fills none its complement."""
        row, count, depth = self.head.stop, len(self.grid.rows), len(self.head)
        heads = [self.grid.rows[at] for at in self.head]
        while row < count:
            cells = self.grid.rows[row : row + depth]
            filled = [len(each) - each.count("") for each in cells]
            if cells[0] in heads or filled[0] < _FEWEST:
                row += 1
            elif (
                len(cells) == depth and all(filled) and not any(c in heads for c in cells) and self._fits(row, telling)
            ):
                yield row
                row += depth
            else:
                yield ~row
                row += 1

    def _fits(self, first: int, telling: Telling) -> bool:
        """Return whether no cell looks like that of another row of the record."""
        return not any(
            (seen := self._shape(first + n, at)) != name and seen in names and seen != "blank"
            for at, names in telling
            for n, name in enumerate(names)
        )

    def _shape(self, row: int, at: int) -> str:
        return shape(self._cell(row, at))

    def _cell(self, row: int, at: int) -> Cell:
        cells = self.grid.rows[row]
        return cells[at] if at < len(cells) else ""

    def made(self, header: Header) -> tuple[Grid, Header, Spread]:
        """Return the table, its header and where its cells stand."""
        width = max(self.grid.width, max(at for _, at in self.seats) + 1)
        firsts, depth = self.records, len(self.head)
        moved = {at for _, at in self.seats}
        placed = {width + n: seat for n, seat in enumerate(self.seats)}
        whole = replace(header, top=self.head.start, bottom=self.head.stop - 1, levels=self._levels(range(width)))
        spread = Spread(
            whole,
            (),
            {column: at for column, (_, at) in placed.items()},
            {(first, column): first + n for first in firsts for column, (n, _) in placed.items()},
            {first: range(first, first + depth) for first in firsts},
            left=tuple(dict.fromkeys(self.left.values())),
        )
        levels = [() if at in moved else own for at, own in enumerate(whole.levels)]
        levels += [(Level(str(self._cell(self.head.start + n, at)), self.head.stop - 1),) for n, at in placed.values()]
        heads = [self.grid.rows[at] for at in self.head]
        again = {n for n, row in enumerate(self.grid.rows) if n >= self.head.stop and row in heads}
        rows: list[list[Cell]] = [
            [] if n in self.left or n in again else list(row) for n, row in enumerate(self.grid.rows)
        ]
        for first in firsts:
            own = [self._one(first, at) if at not in moved else "" for at in range(width)]
            rows[first : first + depth] = [
                [*own, *(self._cell(first + n, at) for n, at in placed.values())],
                *[[]] * (depth - 1),
            ]
        grid = replace(self.grid, rows=rows, look=lambda: carried(self.grid, spread))
        return grid, replace(whole, levels=tuple(levels)), spread

    def _levels(self, columns: range) -> tuple[tuple[Level, ...], ...]:
        texts = [[(row, cell) for row in self.head if (cell := self._cell(row, at)) != ""] for at in columns]
        return tuple(tuple(Level(str(cell), row) for row, cell in told) for told in texts)

    def _one(self, first: int, at: int) -> Cell:
        """Return what a record says in a column of one label, in whichever of its rows."""
        cells = (self._cell(first + n, at) for n in range(len(self.head)))
        return next((cell for cell in cells if cell != ""), "")
