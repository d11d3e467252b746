"""Tables in which one record has several rows: a row for each age, or places above and vacancies below.

A column says of each row which age or what it counts (``０歳児``, ``定員``, ``空き``), or for which disaster a shelter
is meant. Where its words are labels of the contract's codes, the rows of a record are put beside each other, under
headers put together of both. Where a record has a label twice, or none stands beside its first row, nothing is
rearranged.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from typing import Final

from keiyu.contract.code import Dimension
from keiyu.read import fold
from keiyu.read.general.headers import Header, Level
from keiyu.read.grid import Cell, Grid
from keiyu.read.looks.model import Looks
from keiyu.read.values import raw

LONGEST: Final = 300_000
"""Rows of a sheet that are put beside each other: a nation of facilities, with a row for each age."""

_LOOKED_AT: Final = 60
_SHARE: Final = 0.5
_FEWEST: Final = 2
_MOST: Final = 64
"""Different labels of the rows of one record."""
_LABEL: Final = 20
_AGES: Final = ("歳", "才", "年齢", "クラス")
_YEARS: Final = frozenset("012345")
"""Ages before school."""

Labels = tuple[str, ...]


@dataclass(frozen=True)
class Spread:
    """Where the cells of a rearranged table stand in the sheet.

    Attributes:
        header: the header as it stands.
        labels: columns that say what a row counts; none where the rows of the header do.
        sources: column of the rearranged table → the column of the sheet.
        rows: (first row of a record, column of the rearranged table) → the row of the sheet.
        of: first row of a record → all its rows.
        named: whether the name of its record stands in every row, so that each says by itself whose it is.
        left: labels that are none of the codes; their rows are not read.
    """

    header: Header
    labels: tuple[int, ...]
    sources: Mapping[int, int]
    rows: Mapping[tuple[int, int], int] = field(repr=False)
    of: Mapping[int, Sequence[int]] = field(default_factory=dict, repr=False)
    named: bool = False
    left: tuple[str, ...] = ()

    def offset(self, column: int, records: Iterable[int]) -> int | None:
        """Return how many rows below the first of each record a column stands; none where that differs or one has none.

        Args:
            column: column of the rearranged table.
            records: first rows of records.
        """
        offsets = {self.rows.get((first, column), -1) - first for first in records}
        return offset if len(offsets) == 1 and (offset := offsets.pop()) >= 0 else None


@dataclass(frozen=True)
class _Block:
    """The rows of one record: first row, and labels → row."""

    first: int
    name: str
    rows: Mapping[Labels, int]


@dataclass(frozen=True)
class Spreader:
    """Puts rows of one record beside each other.

    Attributes:
        dimensions: what rows may be told apart by.
        signed: names of dimensions of which a row says by itself that it is so (``災害種別``: ``洪水``).
        names: tells whether a header text stands over the names of records.
    """

    dimensions: Sequence[Dimension]
    signed: frozenset[str]
    names: Callable[[str], bool]

    @cached_property
    def _codes(self) -> Mapping[str, Mapping[str, str]]:
        """Dimension → folded label → code."""
        found: dict[str, dict[str, str]] = {}
        for dimension in self.dimensions:
            for code in dimension.codes:
                told = found.setdefault(dimension.name, {})
                told.update({fold.joined(t): code.code for t in (code.label_ja, code.label_en, *code.synonyms) if t})
        return found

    def spread(self, grid: Grid, header: Header) -> tuple[Grid, Header, Spread] | None:
        """Return a table with each record in one row; none where its records have one already, or it is not certain.

        Args:
            grid: the sheet.
            header: the table's header.
        """
        if len(grid.rows) > LONGEST or grid.features:
            return None
        name = next((i for i, levels in enumerate(header.levels) if any(self.names(one.text) for one in levels)), None)
        if name is None or not _may_go_on(grid.rows[header.bottom + 1 :], name):
            return None
        said = self._labels(grid, header)
        labels = tuple(said.values())
        if not labels or name in labels:
            return None
        grid = replace(grid, rows=list(grid.rows))
        blocks = _blocks(grid, header, name, labels, self._text)
        if blocks is None or 2 * sum(len(b.rows) > 1 for b in blocks) < max(len(blocks), 2 * _FEWEST):
            return None
        keys = dict.fromkeys(chain.from_iterable(block.rows for block in blocks))
        known = {text for codes in self._codes.values() for text in codes}
        left = frozenset(key for key in keys if any(fold.joined(text) not in known for text in key))
        return _Arranged(grid, header, name, labels, blocks, left, self.signed.issuperset(said)).made()

    def _labels(self, grid: Grid, header: Header) -> dict[str, int]:
        """Return dimension → the column whose cells are labels of its codes."""
        found: dict[str, int] = {}
        rows = grid.rows[header.bottom + 1 : header.bottom + 1 + _LOOKED_AT]
        for at, levels in enumerate(header.levels):
            cells = [row[at] for row in rows if at < len(row)]
            different = Counter(zip(map(type, cells), cells, strict=True)).items()
            told = [(fold.joined(t), times) for (_, cell), times in different if (t := self._text(cell, levels))]
            whole = sum(times for _, times in told)
            for name, codes in self._codes.items():
                said = [(codes[text], times) for text, times in told if text in codes]
                most = 0 < whole <= sum(times for _, times in said) / _SHARE
                if most and len({code for code, _ in said}) >= _FEWEST and name not in found:
                    found[name] = at
                    break
        return found

    def _text(self, cell: Cell, levels: Sequence[Level]) -> str:
        """Return the label that a cell is; under a header of ages a number is an age."""
        text = raw(cell).strip()
        if text.removesuffix(".0") in _YEARS:
            over = "".join(level.text for level in levels)
            aged = any(word in over for word in _AGES) and not any(map(str.isdecimal, over))
            return f"{text.removesuffix('.0')}歳" if aged else ""
        if not 0 < len(text) <= _LABEL:
            return ""
        return text if not text[0].isdecimal() or any(word in text for word in _AGES[:2]) else ""


def _blocks(
    grid: Grid,
    header: Header,
    name: int,
    labels: Sequence[int],
    text: Callable[[Cell, Sequence[Level]], str],
) -> list[_Block] | None:
    """Return the rows of each record; none where it is not certain which belong together."""
    found: list[tuple[int, list[str], dict[Labels, int]]] = []
    going = False
    over = [{level.text for level in header.levels[at]} for at in labels]
    for number in range(header.bottom + 1, len(grid.rows)):
        row = grid.rows[number]
        cells = [row[at] if at < len(row) else "" for at in labels]
        told = tuple(text(cell, header.levels[at]) for cell, at in zip(cells, labels, strict=True))
        if not all(told) or any(cell in texts for cell, texts in zip(cells, over, strict=True)):
            going = going and not any(cell != "" for cell in row)
            continue
        own = _name(row, name)
        if not going or told in found[-1][2] or (own and found[-1][1] and own != found[-1][1][-1]):
            found.append((number, [], {}))
            going = True
        found[-1][2][told] = number
        found[-1][1].extend([own] if own else [])
    if any(not names or len(set(names)) > 1 for _, names, _ in found):
        return None
    if len({labels for *_, rows in found for labels in rows}) > _MOST:
        return None
    middle = any(not _name(grid.rows[first], name) for first, *_ in found)
    if middle and len({tuple(rows) for *_, rows in found}) > 1:
        return None
    return [_Block(first, names[0], rows) for first, names, rows in found]


def _may_go_on(rows: Sequence[Sequence[Cell]], at: int) -> bool:
    """Return whether rows go on with the record above them: their name comes again behind it, or is blank."""
    names = (_name(row, at) for row in rows if row.count("") < len(row))
    before, going = None, 0
    for own in names:
        going += own in ("", before)
        before = own or before
    return going >= _FEWEST


def _name(row: Sequence[Cell], at: int) -> str:
    return raw(row[at]).strip() if at < len(row) else ""


@dataclass(frozen=True)
class _Arranged:
    """A table whose rows are put together."""

    grid: Grid
    header: Header
    name: int
    labels: tuple[int, ...]
    blocks: Sequence[_Block]
    left: frozenset[Labels]
    signed: bool

    def made(self) -> tuple[Grid, Header, Spread] | None:
        """Return it; none where no column differs between the rows of a record."""
        width = max(self.grid.width, len(self.header.levels))
        beside = [at for at in range(width) if at not in (self.name, *self.labels)]
        counts = [at for at in beside if self._differs(at)] or (list(self.labels) if self.signed else [])
        if not counts or self._merged(counts):
            return None
        keys = [k for k in dict.fromkeys(chain.from_iterable(b.rows for b in self.blocks)) if k not in self.left]
        seats = [(at, key) for key in keys for at in counts]
        placed = {width + n: seat for n, seat in enumerate(seats)}
        rows = {
            (block.first, column): block.rows[key]
            for block in self.blocks
            for column, (_, key) in placed.items()
            if key in block.rows
        }
        told = Spread(
            self.header,
            self.labels,
            {column: at for column, (at, _) in placed.items()},
            rows,
            {block.first: tuple(block.rows.values()) for block in self.blocks},
            all(_name(self.grid.rows[row], self.name) for block in self.blocks for row in block.rows.values()),
            tuple("・".join(key) for key in sorted(self.left)),
        )
        return self._grid(width, counts, told), self._header(width, counts, placed), told

    def _merged(self, counts: Sequence[int]) -> bool:
        """Return whether a figure stands in a merged cell, for several rows or columns together."""
        rows = {row for block in self.blocks for row in block.rows.values()}
        return any(
            any(m.left <= at <= m.right for at in counts) and any(row in rows for row in range(m.top, m.bottom + 1))
            for m in self.grid.looks.merges
        )

    def _differs(self, at: int) -> bool:
        """Return whether a column says something of the rows of a record, not of the record."""
        several = [block for block in self.blocks if len(block.rows) > 1]
        cells = [[self._cell(row, at) for row in block.rows.values()] for block in several]
        said = [[raw(cell).strip() for cell in of] for of in cells]
        if all(not any(texts) for texts in said):
            return False
        once = all(len(set(filter(None, texts))) <= 1 for texts in said)
        first = all(not any(texts[1:]) or len(set(texts)) == 1 for texts in said)
        whole = all(len(set(texts)) == 1 for texts in said)
        figures = all(_is_figure(text) for texts in said for text in texts if text)
        if once and whole and figures:
            return len({texts[0] for texts in said}) == 1
        return not (once and (first or not figures))

    def _cell(self, row: int, at: int) -> Cell:
        cells = self.grid.rows[row]
        return cells[at] if at < len(cells) else ""

    def _header(self, width: int, counts: Sequence[int], placed: Mapping[int, tuple[int, Labels]]) -> Header:
        gone = {*counts, *self.labels}
        old = [() if at in gone else levels for at, levels in enumerate(self.header.levels)]
        old += [()] * (width - len(old))
        return replace(self.header, levels=(*old, *(self._levels(at, key) for at, key in placed.values())))

    def _levels(self, at: int, key: Labels) -> tuple[Level, ...]:
        levels = self.header.levels[at] if at < len(self.header.levels) else ()
        texts = [*(level.text for level in levels), *key]
        last = len(texts) - 1
        return tuple(Level(text, self.header.bottom, n < last) for n, text in enumerate(texts))

    def _grid(self, width: int, counts: Sequence[int], told: Spread) -> Grid:
        gone = {*counts, *self.labels}
        rows: list[list[Cell]] = [list(row) for row in self.grid.rows]
        for block in self.blocks:
            kept = [self._one(block, at) if at not in gone else "" for at in range(width)]
            for row in block.rows.values():
                rows[row] = []
            new = (
                self._said(told.rows[block.first, column], at) if (block.first, column) in told.rows else ""
                for column, at in told.sources.items()
            )
            rows[block.first] = [*kept, *new]
        return replace(self.grid, rows=rows, look=lambda: carried(self.grid, told))

    def _said(self, row: int, at: int) -> Cell:
        """Return what a row says in a column; one that only says what it is of says that it is so."""
        return True if at in self.labels else self._cell(row, at)

    def _one(self, block: _Block, at: int) -> Cell:
        """Return what a record says in a column of which its rows say one thing."""
        return next((cell for row in block.rows.values() if (cell := self._cell(row, at)) != ""), "")


def carried(grid: Grid, told: Spread) -> Looks:
    """Return the looks of a sheet, the cells that are crossed out where they are put.

    Args:
        grid: the sheet.
        told: where they are put.
    """
    looks = grid.looks
    crossed = frozenset(
        (first, column) for (first, column), row in told.rows.items() if (row, told.sources[column]) in looks.diagonals
    )
    return replace(looks, diagonals=looks.diagonals | crossed)


def _is_figure(text: str) -> bool:
    return fold.value(text).replace(",", "").replace(".", "", 1).removesuffix("人").isdecimal()


def dimensions(of: Iterable[Iterable[Dimension]]) -> Iterator[Dimension]:
    """Yield the dimensions of several families of columns, each once.

    Args:
        of: the dimensions of each.
    """
    seen: dict[tuple[str, int], Dimension] = {}
    for one in chain.from_iterable(of):
        seen.setdefault((one.name, len(one.codes)), one)
    yield from seen.values()
