"""Finding the header of a table in a sheet: which rows, and which texts stand over each column.

A header is a row of different short texts over columns of like values. Texts that a line knows count the
most; a table of none of the lines is found by its looks alone.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import starmap
from typing import Final

from keiyu.read.general.cues import LONGEST
from keiyu.read.general.shapes import VALUES, Shape, shape
from keiyu.read.general.standing import filled, first_texts, repeats
from keiyu.read.grid import Cell, Grid, Row

DEPTH: Final = 80
"""Rows from the top in which a header is looked for."""

_BELOW: Final = 24
_LEVELS: Final = 3
_MOST_TEXT: Final = 40
_FEWEST: Final = 2
_TEXT_SHARE: Final = 0.6
_BY_VALUES: Final = 1.5 + 0.3
"""Most that the values under a cell say for its row."""
_AGE: Final = "歳"
_ALL_AGES: Final = 6
_OF_AGES: Final = (_AGE, "才", "年齢")
_BRACKETED: Final = re.compile(r"\s*[(（\[［【〔<＜]?\s*(\d{1,9})\s*[)）\]］】〕>＞]?\s*")
"""A number alone, or in brackets: [0]."""

Knows = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Level:
    """One text over a column.

    Attributes:
        text: the text as it stands.
        row: its 0-based row.
        shared: whether it stands over several columns.
    """

    text: str
    row: int
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a table.

    Attributes:
        top: its first row, 0-based.
        bottom: its last row.
        levels: the texts over each column, from the top; none where there is no text.
        score: how much it looks like one.
        known: how many of its columns a line knows.
    """

    top: int
    bottom: int
    levels: tuple[tuple[Level, ...], ...]
    score: float
    known: int

    @property
    def rows(self) -> range:
        """Its rows, 0-based."""
        return range(self.top, self.bottom + 1)


class HeaderFinder:
    """Finds the header of one sheet."""

    def __init__(self, grid: Grid, knows: Knows) -> None:
        """Prepare.

        Args:
            grid: the sheet.
            knows: tells whether some line knows a header text.
        """
        self._grid = grid
        self._rows = grid.rows
        self._knows = knows
        self._spans = _spans(grid)
        self._known_below: dict[int, list[Row]] = {}
        self._shaped: dict[int, tuple[Row, list[Shape | None]]] = {}

    def find(self) -> Header | None:
        """Return the header that looks most like one; none where nothing does."""
        best: tuple[float, int] | None = None
        for row in range(min(DEPTH, len(self._rows))):
            score = self._score(row, best[0] if best is not None else -math.inf)
            if score is not None:
                best = (score, row)
        return self.around(best[1], score=best[0]) if best is not None else None

    def around(self, row: int, *, since: int = 0, score: float = 0.0) -> Header:
        """Return the header of which one row is known.

        Args:
            row: that row, 0-based.
            since: the first row that it may begin in.
            score: how much it looks like one.
        """
        top, bottom = self._whole(row, since)
        levels = self._levels(top, bottom)
        known = sum(1 for column in levels if (column and self._knows(_joined(column))) or self._any(column))
        return Header(top, bottom, levels, score, known)

    def at(self, top: int, bottom: int) -> Header:
        """Return the header that stands in rows which are known.

        Args:
            top: its first row, 0-based.
            bottom: its last row.
        """
        levels = self._levels(top, bottom)
        return Header(top, bottom, levels, 0.0, sum(map(bool, levels)))

    def _any(self, column: Sequence[Level]) -> bool:
        return any(self._knows(level.text) for level in column)

    def _score(self, number: int, most: float) -> float | None:
        """Return how much a row looks like the header of what follows; none where another looks as much like one."""
        row = self._rows[number]
        blank = row.count("")
        if list(map(type, row)).count(str) - blank < _TEXT_SHARE * (len(row) - blank):
            return None
        cells = [(i, own) for i, own in enumerate(self._shapes(row)) if own not in (None, "blank")]
        texts = [str(row[i]) for i, own in cells if own in ("text", "link")]
        if len(cells) < _FEWEST or len(texts) < _TEXT_SHARE * len(cells):
            return None
        values = len(cells) - len(texts)
        own = 3.0 * len(texts) + 0.5 * len(set(texts)) - 2.0 * values - 0.01 * number
        if own + _BY_VALUES * len(cells) <= most:
            return None
        hits = sum(map(self._knows, texts))
        own = 3.0 * hits + 0.5 * len(set(texts)) - 2.0 * values - 0.01 * number
        if own + _BY_VALUES * len(cells) <= most:
            return None
        below = self._below(number)
        if not below and hits < _FEWEST:
            return None
        under = [(shaped, self._under(i, below)) for i, shaped in cells]
        contrast = sum(starmap(_stands_out, under))
        if hits < _FEWEST and hits + contrast <= values:
            return None  # a first record, under no header at all
        covered = sum(bool(shapes) for _, shapes in under)
        score = own + 1.5 * contrast + 0.3 * covered
        return score if score > most else None

    def _below(self, number: int) -> list[Row]:
        if number not in self._known_below:
            self._known_below[number] = self._filled_below(number)
        return self._known_below[number]

    def _filled_below(self, number: int) -> list[Row]:
        rows = (r for r in self._rows[number + 1 : number + 1 + 3 * _BELOW] if len(r) - r.count("") > 1)
        return [r for r, _ in zip(rows, range(_BELOW), strict=False)]

    def _shapes(self, row: Row) -> list[Shape | None]:
        """Return what the cells of a row look like, told once; none where nothing stands."""
        if id(row) not in self._shaped:
            self._shaped[id(row)] = row, [shape(cell) if cell != "" else None for cell in row]
        return self._shaped[id(row)][1]

    def _under(self, column: int, below: Sequence[Row]) -> Counter[Shape]:
        """Return how often the cells of a column look like what in some rows."""
        rows = map(self._shapes, below)
        return Counter([found for shapes in rows if column < len(shapes) and (found := shapes[column]) is not None])

    def _whole(self, row: int, since: int) -> tuple[int, int]:
        """Return the first and the last row of the header of which one row is known."""
        top = bottom = row
        while bottom - row < _LEVELS and bottom + 1 < len(self._rows) and self._continues(bottom + 1, row):
            bottom += 1
        while (
            row - top < _LEVELS
            and top > since
            and (self._is_reached(top, top - 1) or self._is_above(top - 1, top, bottom))
        ):
            top -= 1
        return top, bottom

    def _continues(self, number: int, first: int) -> bool:
        """Return whether a row goes on with the header above it: texts where those under it are values."""
        row = self._rows[number]
        cells = [(i, c) for i, c in enumerate(row) if c != ""]
        if not cells:
            return False
        above = self._rows[first]
        if self._is_of_ages(number) or self._is_reached(number, first):
            return True
        if all(_serial(c) == n + 1 for n, (_, c) in enumerate(cells)) and len(cells) > _FEWEST:
            return True  # columns numbered under their names
        if 10 * sum(shape(c) in VALUES - {"long"} for _, c in cells) > len(cells):
            return False
        if self._under_spans(number, cells, above):
            return True
        below = self._below(number)
        out = sum(_stands_out(shape(c), self._under(i, below)) for i, c in cells)
        of = sum(self._usual(i, below) not in (None, "text", "long") for i, _ in cells)
        hits = sum(isinstance(c, str) and self._knows(c) for _, c in cells)
        return (out > 1 and out >= 0.7 * of) or (hits > 2 and hits >= 0.4 * len(cells))

    def _is_of_ages(self, number: int) -> bool:
        """Return whether a row holds bare ages, 0 to 5 or 5 to 0, under one text of ages, or that a line knows."""
        row = self._rows[number] if number else ()
        cells = [(i, _serial(c)) for i, c in enumerate(row) if c != ""]
        ages = [age for _, age in cells]
        if len(ages) < _FEWEST + 1 or (ages != list(range(len(ages))) and ages[::-1] != list(range(len(ages)))):
            return False
        left, right = cells[0][0], cells[-1][0]
        above = self._rows[number - 1]
        over = str(above[left]) if left < len(above) else ""
        if self._spans.get((number - 1, left), -1) >= right:
            return any(word in over for word in _OF_AGES) or (len(ages) == _ALL_AGES and self._knows(over))
        alone = right - left < _ALL_AGES and not any(filled(above, i) for i in range(left + 1, right + 1))
        return len(ages) == _ALL_AGES and alone and self._knows(over)

    def _is_reached(self, number: int, first: int, fewest: int = _FEWEST) -> bool:
        """Return whether cells of the header are merged down into a row: no record stands beside them."""
        down = (m for m in self._grid.looks.merges if m.top <= first and m.top < number <= m.bottom)
        return sum(filled(self._rows[m.top], m.left) for m in down) >= fewest

    def _usual(self, column: int, below: Sequence[Row]) -> str | None:
        shapes = self._under(column, below)
        return shapes.most_common(1)[0][0] if shapes else None

    def _under_spans(self, number: int, cells: Sequence[tuple[int, Cell]], above: Row) -> bool:
        """Return whether all texts of a row stand under a text that spans columns, or divide one."""
        below = self._below(number)
        if not below or (len(cells) == 1 and self._is_title(cells[0][0], number - 1)):
            return False
        blank = [i for i, _ in cells if i >= len(above) or above[i] == ""]
        texts = all(isinstance(c, str) and len(c) <= _MOST_TEXT for _, c in cells)
        values = [i for i, _ in cells if self._usual(i, below) not in (None, "text", "long")]
        return (
            texts
            and bool(blank)
            and len(values) * 2 >= len(cells)
            and all(i in blank or (i + 1) in blank for i, _ in cells)
        )

    def _is_title(self, column: int, above: int) -> bool:
        """Return whether a lone text under a row stands under nothing that spans columns: it heads a section."""
        if not any(filled(self._rows[above], i) for i in range(column)):
            return True
        return any(m.left <= column <= m.right and m.top < above <= m.bottom for m in self._grid.looks.merges)

    def _is_above(self, number: int, top: int, bottom: int) -> bool:
        """Return whether a row is a level over the header below it."""
        row = self._rows[number]
        cells = [(i, c) for i, c in enumerate(row) if c != ""]
        lower, below = self._rows[top], first_texts(self._rows[top : bottom + 1])
        short = [(i, c) for i, c in cells if isinstance(c, str) and len(c) <= _MOST_TEXT]
        texts = [c for i, c in short if self._is_level(number, i, below)]
        if not cells or len(texts) < len(cells):
            return False
        if self._is_reached(top, number, 1) or repeats(cells, lower):
            return True
        spans = sum(self._heads_several(number, i, below) for i, _ in cells)
        fills = sum(i >= len(lower) or lower[i] == "" for i, _ in cells)
        without = self._known(top, bottom)
        better = self._known(number, bottom) > without
        if len(cells) == 1:
            merged = any(key[0] == number and end - key[1] > 0 for key, end in self._spans.items())
            group = spans > 0 and (self._knows(texts[0]) or self._is_between(number, lower))
            return (better or group) and (merged or cells[0][0] > 0)
        repeated = len(set(lower) - {""}) < len([c for c in lower if c != ""])
        return better or (spans + fills == len(cells) and spans > 0 and repeated)

    def _is_level(self, number: int, column: int, lower: Row) -> bool:
        """Return whether a cell may be a text of a header: a date only over several columns of other texts."""
        looks = shape(self._rows[number][column])
        return looks == "text" or (looks == "date" and column > 0 and self._heads_several(number, column, lower))

    def _is_between(self, number: int, lower: Row) -> bool:
        """Return whether the row above names a column for which a row and the one below it have no text."""
        row, above = self._rows[number], self._rows[number - 1] if number else ()
        free = (c for i, c in enumerate(above) if not filled(row, i) and not filled(lower, i))
        return any(isinstance(c, str) and c and self._knows(c) for c in free)

    def _heads_several(self, number: int, column: int, lower: Row) -> bool:
        end = self._spans.get((number, column))
        if end is not None:
            return end > column
        row = self._rows[number]
        after = column + 1
        return after < len(lower) and lower[after] != "" and (after >= len(row) or row[after] == "")

    def _known(self, top: int, bottom: int) -> int:
        return sum(bool(c) and (self._knows(_joined(c)) or self._knows(c[-1].text)) for c in self._levels(top, bottom))

    def _levels(self, top: int, bottom: int) -> tuple[tuple[Level, ...], ...]:
        """Return the texts over each column; a text that spans columns stands over all of them."""
        width = max(map(len, self._rows[top : bottom + 1 + _BELOW]))
        rows = [self._spread(number, width, top, bottom) for number in range(top, bottom + 1)]
        found = []
        for column in range(width):
            stack = [row[column] for row in rows if row[column] is not None]
            kept = [
                s
                for n, s in enumerate(stack)
                if s and (n == 0 or s.text != (stack[n - 1] or s).text or s.row != (stack[n - 1] or s).row)
            ]
            found.append(tuple(level for level in kept if level is not None))
        return tuple(found)

    def _spread(self, number: int, width: int, top: int, bottom: int) -> list[Level | None]:
        """Return a header row with its spanning texts repeated over the columns that they span."""
        row = self._rows[number]
        over: list[Level | None] = [None] * width
        filled_at = [i for i, c in enumerate(row[:width]) if c != "" and str(c).strip()]
        ages = _AGE if self._is_of_ages(number) else ""
        for place, column in enumerate(filled_at):
            following = filled_at[place + 1] if place + 1 < len(filled_at) else None
            end = self._end(number, column, following, width, top, bottom)
            text = row[column]
            level = Level((text[:LONGEST] if isinstance(text, str) else _plain(text)) + ages, number, end > column)
            over[column : end + 1] = [level] * (end + 1 - column)
        return over

    def _end(self, number: int, column: int, following: int | None, width: int, top: int, bottom: int) -> int:
        """Return the last column over which a text stands: as it is merged, else over blanks up to the next text."""
        if (number, column) in self._spans:
            return min(self._spans[number, column], width - 1)
        last = (following or width) - 1
        if number == bottom:
            limit = last if following is not None else column
            return self._without_own(column, limit, self._rows[top:number], self._below(bottom))
        if any(top <= row <= bottom for row, _ in self._spans):
            return column
        end, below = column, first_texts(self._rows[number + 1 : bottom + 1])
        while end < last and filled(below, end + 1):
            end += 1
        return end

    @staticmethod
    def _without_own(column: int, limit: int, above: Sequence[Row], below: Sequence[Row]) -> int:
        """Return the last of the columns beside one that hold values and have no text of their own."""
        end = column
        for i in range(column + 1, limit + 1):
            if any(filled(row, i) for row in above):
                break
            if any(filled(row, i) for row in below):
                end = i
        return end


def _stands_out(own: Shape | None, under: Counter[Shape]) -> bool:
    """Return whether a cell looks unlike those under it, which look alike."""
    if not under:
        return False
    usual, count = under.most_common(1)[0]
    return usual not in ("text", own) and 2 * count > under.total()


def _spans(grid: Grid) -> Mapping[tuple[int, int], int]:
    """Return the last column of each merged range by its first cell."""
    merges = grid.looks.merges
    return {(m.top, m.left): m.right for m in merges}


def _joined(column: Sequence[Level]) -> str:
    return "_".join(level.text for level in column)


def _serial(cell: Cell) -> int | None:
    if isinstance(cell, str):
        said = _BRACKETED.fullmatch(cell) if len(cell) <= _MOST_TEXT else None
        return int(said[1]) if said else None
    return (
        int(cell) if isinstance(cell, float | int) and not isinstance(cell, bool) and float(cell).is_integer() else None
    )


def _plain(cell: Cell) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
