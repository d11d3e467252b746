"""Find: where in a sheet the tables of a line begin, and which field stands where.

A header once understood is remembered, so that the thousandth file of a form costs a few look-ups.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from keiyu.contract.model import Contract, Table
from keiyu.read import columns, fold
from keiyu.read.columns import Columns, Levels
from keiyu.read.grid import Cell, Grid, Row
from keiyu.read.labels import Labels, codes_of
from keiyu.read.layouts import SheetLayout
from keiyu.read.places import places
from keiyu.read.words import Words

DEPTH: Final = 60
"""Rows from the top in which a header is looked for."""

FLAT: Final = "flat"
FORM: Final = "form"
_MEMORY: Final = 4_096


@dataclass(frozen=True, eq=False)
class TableColumns:
    """One table's part of a header.

    Attributes:
        table: the table.
        fields: the fields the header names, in the contract's order.
        at: 0-based column of each.
        missing: fields that it should name and does not.
    """

    table: Table
    fields: tuple[str, ...]
    at: tuple[int, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Wide:
    """A table with a record per row.

    Attributes:
        layout: the form it is known by.
        header: header rows, from the top.
        columns: what each column holds.
        tables: the tables found in it.
        matched: how many of the tables' own fields it names.
    """

    layout: str
    header: tuple[Row, ...]
    columns: Columns
    tables: tuple[TableColumns, ...]
    matched: int

    def fits(self, rows: Sequence[Row], row: int) -> bool:
        """Return whether the header's rows end at a row."""
        top = row - len(self.header) + 1
        return top >= 0 and all(tuple(rows[top + i]) == header for i, header in enumerate(self.header))


@dataclass(frozen=True, eq=False)
class Matrix:
    """A cube filled in as on paper: one dimension across, one down, one reporter per sheet.

    Attributes:
        layout: the form it is known by.
        header: the row of labels across.
        table: the table.
        fields: the measures found.
        at: (rows below the header, 0-based column) of each.
        labels: (rows below the header, 0-based column, label) of each label down.
        missing: measures that have no cell.
    """

    layout: str
    header: Row
    table: Table
    fields: tuple[str, ...]
    at: tuple[tuple[int, int], ...]
    labels: tuple[tuple[int, int, Cell], ...]
    missing: tuple[str, ...]

    @property
    def matched(self) -> int:
        """How many of the table's own fields it names."""
        return len(self.fields)

    @cached_property
    def depth(self) -> int:
        """Rows below the header that belong to it."""
        return max(down for down, _ in self.at)

    def fits(self, rows: Sequence[Row], row: int) -> bool:
        """Return whether its labels stand below a header row."""
        return row + self.depth < len(rows) and all(
            len(rows[row + down]) > column and rows[row + down][column] == label for down, column, label in self.labels
        )


Plan = Wide | Matrix


@dataclass(frozen=True, slots=True)
class Region:
    """A table found in a sheet.

    Attributes:
        plan: what its header says.
        grid: the sheet.
        row: 0-based row at which the header ends (matrix: the row of labels across).
    """

    plan: Plan
    grid: Grid
    row: int


class Finder:
    """Finds the tables of one line in any sheet."""

    def __init__(self, contract: Contract, layouts: Sequence[SheetLayout], words: Words) -> None:
        """Prepare the look-ups of one contract.

        Args:
            contract: the line.
            layouts: its known forms.
            words: words of every line.
        """
        self.contract = contract
        self.labels = Labels(contract)
        self._words = words
        self._levels = [Levels(s, contract.table(s.table), self.labels, words) for s in layouts if s.levels]
        self._cubes = [(t, codes_of(t)) for t in contract.tables if len(t.dimensions) == 2]
        self._known: dict[Row, list[Plan]] = {}
        self._barren: set[Row] = set()
        self._flat: dict[Row, tuple[Wide, ...]] = {}

    def find(self, grid: Grid) -> list[Region]:
        """Return the tables that stand in a sheet, from the top; each table at most once per header.

        Args:
            grid: the sheet.
        """
        found: list[Region] = []
        below = 0
        for row, cells in enumerate(grid.rows[:DEPTH]):
            if row < below:
                continue
            key = tuple(cells)
            if key in self._barren:
                continue
            plan = self._plan(grid.rows, row, key)
            if plan is not None:
                found.append(Region(plan, grid, row))
                below = row + plan.depth + 1 if isinstance(plan, Matrix) else len(grid.rows)
        return found

    def _plan(self, rows: Sequence[Row], row: int, key: Row) -> Plan | None:
        known = self._known.get(key, ())
        plan = next((p for p in known if p.fits(rows, row)), None)
        if plan is not None:
            return plan
        if not self._says_anything(key):
            _remember(self._barren, key)
            return None
        plan = max(self._study(rows, row, key), key=lambda p: p.matched, default=None)
        if plan is not None and len(self._known) < _MEMORY:
            self._known.setdefault(key, []).append(plan)
        return plan

    def _says_anything(self, key: Row) -> bool:
        """Return whether two cells of a row could be labels; the judgement needs no other row."""
        texts = [c for c in key if type(c) is str and c]
        hits = 0
        for text in texts:
            joined = fold.joined(text)
            hits += bool(self.labels.match(text)) or any(joined in look for _, looks in self._cubes for look in looks)
            if hits > 1:
                return True
        return False

    def _study(self, rows: Sequence[Row], row: int, key: Row) -> Iterator[Plan]:
        for levels in self._levels:
            header = levels.header(rows, row)
            if header:
                yield from self._wide(levels.layout.layout, header, levels.map(header), (levels.table,))
        yield from self._flats(key)
        for table, (first, second) in self._cubes:
            yield from _matrix(table, rows, row, first, second, turned=False)
            yield from _matrix(table, rows, row, second, first, turned=True)

    def _flats(self, key: Row) -> tuple[Wide, ...]:
        """Return what a row is as a header by itself; that needs no other row and is remembered."""
        found = self._flat.get(key)
        if found is None:
            found = tuple(self._wide(FLAT, (key,), *columns.flat(key, self.labels, self._words)))
            if len(self._flat) < _MEMORY:
                self._flat[key] = found
        return found

    def _wide(self, layout: str, header: tuple[Row, ...], found: Columns, tables: Sequence[Table]) -> Iterator[Wide]:
        parts, matched = [], 0
        for table in tables:
            named = [f.name for f in table.fields if f.name in found.fields]
            own = [n for n in named if n in _own(table)]
            if not own or (not table.is_cube and len(own) < 2):
                continue
            missing = columns.absent(table, found.fields, self.contract.respondents.field)
            parts.append(TableColumns(table, tuple(named), tuple(found.fields[n] for n in named), missing))
            matched += len(own)
        labelled = sum(1 for cell in header[-1] if cell != "")
        if parts and 2 * matched >= min(labelled, *(len(_own(t.table)) for t in parts)):
            yield Wide(layout, header, found, tuple(parts), matched)


def _own(table: Table) -> frozenset[str]:
    """Return the fields that tell a table from others: a cube's measures, a record's own fields."""
    if table.is_cube:
        return frozenset(f.name for f in table.measures)
    where = {name for place in places(table) for name in place.fields}
    return frozenset(f.name for f in table.fields if f.name not in where)


def _remember(memory: set[Row], key: Row) -> None:
    if len(memory) < _MEMORY:
        memory.add(key)


def _matrix(
    table: Table,
    rows: Sequence[Row],
    row: int,
    across: Mapping[str, str],
    down: Mapping[str, str],
    *,
    turned: bool,
) -> Iterator[Matrix]:
    """Yield the matrix whose labels across stand in a row, if there is one."""
    over = {c: across[t] for c, t in _folded(rows[row]) if t in across}
    if len(over) < 2 or len(set(over.values())) < len(over):
        return
    side = _labels_down(rows, row, min(over), down)
    if len(side) < 2:
        return
    placed: dict[str, tuple[int, int]] = {}
    for offset, _, code in side:
        for column, other in over.items():
            field = table.by_codes.get((code, other) if turned else (other, code))
            if field is not None:
                placed.setdefault(field.name, (offset, column))
    names = tuple(f.name for f in table.measures if f.name in placed)
    if 2 * len(names) < len(table.measures):
        return
    yield Matrix(
        layout=FORM,
        header=tuple(rows[row]),
        table=table,
        fields=names,
        at=tuple(placed[n] for n in names),
        labels=tuple((offset, column, rows[row + offset][column]) for offset, column, _ in side),
        missing=tuple(f.name for f in table.measures if f.name not in placed),
    )


def _labels_down(rows: Sequence[Row], row: int, first: int, down: Mapping[str, str]) -> list[tuple[int, int, str]]:
    """Return (rows below, column, code) of the labels left of a matrix's figures, until they repeat."""
    found: list[tuple[int, int, str]] = []
    seen: set[str] = set()
    for offset, cells in enumerate(rows[row + 1 : row + 1 + DEPTH], 1):
        labelled = [(c, down[t]) for c, t in _folded(cells[:first]) if t in down]
        if len(labelled) != 1 or labelled[0][1] in seen:
            if found and labelled:
                break
            continue
        seen.add(labelled[0][1])
        found.append((offset, *labelled[0]))
    return found


def _folded(cells: Sequence[Cell]) -> Iterator[tuple[int, str]]:
    return ((i, fold.joined(c)) for i, c in enumerate(cells) if type(c) is str and c)
