"""The pieces of a sheet: lists side by side, lists below each other, each with a header of its own.

A list that is long is printed in two or three strips beside each other; public and private facilities stand
below each other under headers that differ a little. Each such list is a table; a header that only comes again
at the top of a page divides nothing.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import chain, pairwise
from typing import Final

import numpy as np

from keiyu.codes.eras import find_date, find_month
from keiyu.read import fold
from keiyu.read.general.headers import Header, HeaderFinder
from keiyu.read.general.shapes import VALUES, shape
from keiyu.read.grid import Cell, ColumnRows, Grid
from keiyu.read.held import labelled
from keiyu.read.looks.model import Looks

LONGEST: Final = 20_000
"""Rows of a sheet each of which is looked at; in a longer one, only those in which labels stand."""

MOST: Final = 200
"""Pieces of one sheet."""

_FEWEST: Final = 2
_SHARE: Final = 0.6
_LONG: Final = 40

Piece = tuple[Grid, Header]


class Splitter:
    """Divides the sheets of a file."""

    def __init__(
        self,
        knows: Callable[[str], bool],
        labels: AbstractSet[str],
        names: Callable[[str], bool],
        codes: Callable[[str], bool],
        sums: Callable[[str], bool],
    ) -> None:
        """Prepare.

        Args:
            knows: tells whether some line knows a header text.
            labels: the texts that some line knows for certain, folded.
            names: tells whether a header text stands over the names of records.
            codes: tells whether a text is a word of a code list, as titles of parts are.
            sums: tells whether a text names a row that adds up others.
        """
        self._knows = knows
        self._labels = labels
        self._names = names
        self._codes = codes
        self._sums = sums

    def pieces(self, grid: Grid, header: Header) -> Iterator[Piece]:
        """Yield the tables of a sheet whose first header is known, in reading order.

        Args:
            grid: the sheet.
            header: its likeliest header.
        """
        if grid.features:
            yield grid, header
            return
        for below in self._below(grid, header):
            strips = list(self._beside(*below))
            for strip in strips:
                yield from self._below(*strip) if len(strips) > 1 else (strip,)

    def _below(self, grid: Grid, header: Header) -> Iterator[Piece]:
        """Yield the tables that stand below each other."""
        heads = self._heads(grid, header)
        if len(heads) == 1:
            yield grid, header
            return
        header = heads[0]
        titles = [_title(grid, head, before.bottom + 1) for before, head in pairwise(heads)]
        ends = [*titles, len(grid.rows)]
        yield replace(grid, rows=grid.rows[: ends[0]], look=_part(grid, range(ends[0]))), header
        for head, title, end in zip(heads[1:], titles, ends[1:], strict=True):
            kept = 0 if _is_dated(grid.rows[title : head.top]) else header.top
            rows = _without(grid.rows[:end], range(kept, title))
            yield replace(grid, rows=rows, look=_part(grid, range(title, end))), head

    def _heads(self, grid: Grid, sure: Header) -> list[Header]:
        """Return the headers of a sheet from the top, each unlike the one before; one of them is sure."""
        finder = HeaderFinder(grid, self._knows)
        own = {fold.joined(text) for text in _texts(sure)}
        found: list[Header] = []
        long, below = _is_long(grid), 0
        for row in self._doubtful(grid, sure, own):
            if row < below or len(found) == MOST:
                continue
            if found and long and grid.rows[row] == grid.rows[found[-1].bottom]:
                continue
            since = found[-1].bottom + 1 if found else 0
            if row == sure.top or self._is_head(grid.rows[row], own):
                head = sure if row == sure.top else finder.around(row, since=since)
                if sure.top <= head.bottom and head.top <= sure.bottom:
                    head = sure
                if head is sure or self._begins(grid, found[-1] if found else None, head):
                    found.append(head)
                below = head.bottom + 1
        return found

    def _doubtful(self, grid: Grid, sure: Header, own: AbstractSet[str]) -> Iterable[int]:
        """Return the rows that may be headers: of a long list those in which several labels stand."""
        start, count = sure.bottom + 1, len(grid.rows)
        if not _is_long(grid):
            return range(count)
        hits = np.zeros(count - start, "int32")
        for at in range(len(sure.levels)):
            hits[labelled(grid.column(at, start), own | self._labels, fold.joined)] += 1
        return chain(range(start), (start + np.flatnonzero(hits >= _FEWEST)).tolist())

    def _begins(self, grid: Grid, before: Header | None, head: Header) -> bool:
        """Return whether another table begins: under a title or another header, or after a gap with other columns."""
        named = any(self._names(text) for text in _texts(head))
        if before is None:
            return named
        if named:
            return not _same(before, head) or _title(grid, head, before.bottom + 1) < head.top
        return not _same(before, head) and sum(c != "" for c in grid.rows[head.top - 1]) <= 1

    def _is_head(self, row: Sequence[Cell], own: Container[str]) -> bool:
        """Return whether a row holds labels, and no values."""
        if _has_numbers(row, len(row) // 10):
            return False
        filled = len(row) - row.count("")
        if filled < _FEWEST or _has_numbers(row, filled // 10):
            return False
        cells = [c for c in row if c != "" and shape(c) != "blank"]
        texts = {c for c in cells if isinstance(c, str) and len(c) <= _LONG}
        if len(texts) < _FEWEST or len(texts) < _SHARE * len(cells):
            return False
        hits = sum(folded in own or folded in self._labels for folded in map(fold.joined, texts))
        if hits < _FEWEST or hits < _SHARE * len(texts):
            return False
        return 10 * sum(shape(c) in VALUES for c in cells) <= len(cells)

    def _beside(self, grid: Grid, header: Header) -> Iterator[Piece]:
        """Yield the tables that stand side by side."""
        strips = self._strips(grid, header)
        if strips == [(0, len(header.levels))]:
            yield grid, header
            return
        for left, right in strips:
            view = _strip(grid, header.top, left, right)
            yield view, HeaderFinder(view, self._knows).around(header.bottom, since=header.top)

    def _strips(self, grid: Grid, header: Header) -> list[tuple[int, int]]:
        """Return the columns of each table beside others: where the column of names comes again."""
        whole = [(0, len(header.levels))]
        last = [fold.joined(column[-1].text) if column else "" for column in header.levels]
        named = [i for i, text in enumerate(last) if text and self._names(header.levels[i][-1].text)]
        blocks = _blocks(grid, header)
        starts = _parted(blocks, named, last) or _repeated(last, named)
        if not starts:
            return self._without_sums(grid, header, blocks, named) or whole
        ends = [*starts[1:], len(header.levels)]
        strips = list(zip([0, *starts[1:]], ends, strict=True))
        wide = all(len({*last[a:b]} - {""}) >= _FEWEST for a, b in strips)
        return strips if wide and self._are_parts(grid, header, strips) else whole

    def _are_parts(self, grid: Grid, header: Header, strips: Sequence[tuple[int, int]]) -> bool:
        """Return whether what stands over strips makes them parts of a list: 公立 and 私立, not 施設 and 設置者."""
        rows = grid.rows[: header.bottom][-_FEWEST:]
        rows = [row for row in rows if sum(any(c != "" for c in row[a:b]) for a, b in strips) > 1] or rows
        over = [[c for row in rows for c in row[a:b] if c != ""] for a, b in strips]
        own = {level.text for column in header.levels for level in column[-1:]}
        titles = [[c for c in cells if isinstance(c, str) and c not in own] for cells in over]
        if not any(titles[1:]):
            return True
        return (
            all(len(set(found)) == 1 and self._codes(found[0]) for found in titles)
            or len({*map(tuple, titles)}) == 1
            or self._is_reordered(grid, header, strips)
        )

    def _is_reordered(self, grid: Grid, header: Header, strips: Sequence[tuple[int, int]]) -> bool:
        """Return whether strips name the same records in another order, so that rows do not belong together."""
        named = [
            next((i for i in range(a, b) if header.levels[i] and self._names(header.levels[i][-1].text)), None)
            for a, b in strips
        ]
        columns = [[_text(c) for c in grid.column(i, header.bottom + 1)] for i in named if i is not None]
        if len(columns) < len(strips):
            return False
        first, *others = ({*filter(None, column)} for column in columns)
        alike = all(2 * len(first & other) >= len(other) > 0 for other in others)
        return alike and any(column != columns[0] for column in columns[1:])

    def _without_sums(
        self, grid: Grid, header: Header, blocks: Sequence[tuple[int, int]], named: Sequence[int]
    ) -> list[tuple[int, int]]:
        """Return the columns up to a table of sums beside the list, behind a blank column; none where there is none."""
        rows = grid.rows[header.bottom + 1 :]
        first = next((n for n, (a, b) in enumerate(blocks) if any(a <= i < b for i in named)), None)
        for start, end in blocks[first + 1 :] if first is not None else ():
            if any(isinstance(c, str) and self._sums(c) for row in rows[:LONGEST] for c in row[start:end]):
                return [(0, start)]
        return []


def _is_long(grid: Grid) -> bool:
    return isinstance(grid.rows, ColumnRows) or len(grid.rows) > LONGEST


def _without(rows: Sequence[list[Cell]], gap: range) -> Sequence[list[Cell]]:
    """Return rows, some of them blank."""
    if isinstance(rows, ColumnRows):
        return rows.without(gap)
    return [[] if i in gap else row for i, row in enumerate(rows)]


def _blocks(grid: Grid, header: Header) -> list[tuple[int, int]]:
    """Return the columns between those that are blank from the header down."""
    rows = grid.rows[header.top :]
    if isinstance(rows, ColumnRows):
        filled = [i < len(rows.columns) and not rows.column(i).void for i in range(len(header.levels))]
    else:
        filled = [any(i < len(row) and row[i] != "" for row in rows) for i in range(len(header.levels))]
    starts = [i for i, full in enumerate(filled) if full and (i == 0 or not filled[i - 1])]
    ends = [i for i, full in enumerate([*filled, False]) if not full and i and filled[i - 1]]
    return list(zip(starts, ends, strict=True))


def _parted(blocks: Sequence[tuple[int, int]], named: Sequence[int], last: Sequence[str]) -> list[int]:
    """Return where strips begin that blank columns part; none where there is one strip.

    Each strip of a list has a column of names, and columns that the first one has too: a blank column also stands
    between what is told of one facility and what else is told of it.
    """
    with_names = [start for start, end in blocks if any(start <= i < end for i in named)]
    if len(with_names) < _FEWEST or with_names[0] != blocks[0][0]:
        return []
    first, *others = ({*last[a:b]} - {""} for a, b in pairwise([*with_names, len(last)]))
    return with_names if all(len(first & other) >= _FEWEST for other in others) else []


def _repeated(last: Sequence[str], named: Sequence[int]) -> list[int]:
    """Return where strips begin of which each has the same texts in the same order; none where there is one strip."""
    alike = [i for i in named if last[i] == last[named[0]]]
    if len(alike) < _FEWEST or alike[0] >= (width := alike[1] - alike[0]):
        return []
    starts = [i - alike[0] for i in alike]
    first = list(last[starts[0] : starts[0] + width])
    kept = [text for text in first if text]
    same = all([t for t in last[s : s + width] if t] == kept for s in starts)
    regular = all(b - a == width for a, b in pairwise(starts))
    return starts if same and regular and len(kept) > _FEWEST else []


def _text(cell: Cell) -> str:
    return fold.joined(cell) if isinstance(cell, str) else ""


def _has_numbers(row: Sequence[Cell], most: int) -> bool:
    """Return whether more cells are numbers at a glance than so many: most rows under a header, which are passed."""
    for cell in row:
        if not isinstance(cell, str) or (cell[:1].isdigit() and cell[-1:].isdigit()):
            if not most:
                return True
            most -= 1
    return False


def _texts(header: Header) -> list[str]:
    return [level.text for column in header.levels for level in column]


def _same(one: Header, two: Header) -> bool:
    """Return whether a header only comes again: the same texts over the same columns."""
    return _last_texts(one) == _last_texts(two)


def _last_texts(header: Header) -> dict[int, str]:
    return {i: fold.joined(column[-1].text) for i, column in enumerate(header.levels) if column}


def _title(grid: Grid, head: Header, start: int) -> int:
    """Return the first of the rows right over a header that are its title, over one blank row at most.

    A title is one text in its row, or behind a blank row a few: with a date, a number of the page or a unit.
    """
    top, width = head.top, sum(map(bool, head.levels))
    row = top - 1 if top > start and not any(c != "" for c in grid.rows[top - 1]) else top
    first = row
    while first > start and _is_title(grid.rows[first - 1], 1):
        first -= 1
    while (
        first - 1 > start
        and not any(c != "" for c in grid.rows[first - 2])
        and _is_title(grid.rows[first - 1], width / 2)
    ):
        first -= 1
    return first if first < row else top


def _is_title(row: Sequence[Cell], most: float) -> bool:
    filled = [c for c in row if c != ""]
    return 0 < len(filled) <= most and isinstance(filled[0], str) and shape(filled[0]) not in VALUES


def _is_dated(rows: Sequence[Sequence[Cell]]) -> bool:
    """Return whether a title names a day or a month."""
    return any(isinstance(c, str) and (find_date(c) or find_month(c)) for row in rows for c in row)


def _strip(grid: Grid, top: int, left: int, right: int) -> Grid:
    """Return a sheet with one of the tables that stand side by side: columns of the others are blank."""
    rows = (
        grid.rows.between(top, left, right)
        if isinstance(grid.rows, ColumnRows)
        else [row if i < top else _between(row, left, right) for i, row in enumerate(grid.rows)]
    )
    return replace(grid, rows=rows, look=_part(grid, range(top, len(rows)), range(left, right)))


def _between(row: Sequence[Cell], left: int, right: int) -> list[Cell]:
    return [*[""] * min(left, len(row)), *row[left:right]]


def _part(grid: Grid, rows: range, columns: range | None = None) -> Callable[[], Looks]:
    """Return what reads the looks of a part of a sheet."""

    def look() -> Looks:
        looks = grid.looks
        inside = [m for m in looks.merges if m.bottom >= rows.start and m.top < rows.stop]
        merges = tuple(m for m in inside if columns is None or (m.left in columns and m.right in columns))
        crossed = ((r, c) for r, c in looks.diagonals if r in rows and (columns is None or c in columns))
        return replace(looks, merges=merges, diagonals=frozenset(crossed))

    return look
