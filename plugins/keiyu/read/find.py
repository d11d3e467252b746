"""Find: where in a sheet the tables of a line begin, and which field stands where.

A header once understood is remembered, so that the thousandth file of a form costs a few look-ups.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from keiyu.contract.model import Contract, Table
from keiyu.read import columns
from keiyu.read.columns import Columns, Levels
from keiyu.read.crossing import DEPTH, Crosser, Crossing, Matrix
from keiyu.read.drift import changes
from keiyu.read.form import Form
from keiyu.read.general.remembered import settled_by
from keiyu.read.grid import Grid, Row
from keiyu.read.known import Memory, Shelf
from keiyu.read.labels import Labels
from keiyu.read.layouts import SheetLayout
from keiyu.read.places import places
from keiyu.read.words import Words

FLAT: Final = "flat"
_FEWEST: Final = 2
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
        memory: the known form by which the columns were understood, wholly or in part.
    """

    layout: str
    header: tuple[Row, ...]
    columns: Columns
    tables: tuple[TableColumns, ...]
    matched: int
    memory: Memory | None = None

    def fits(self, rows: Sequence[Row], row: int) -> bool:
        """Return whether the header's rows end at a row."""
        top = row - len(self.header) + 1
        return top >= 0 and all(tuple(rows[top + i]) == header for i, header in enumerate(self.header))


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


@dataclass(frozen=True)
class _Hints:
    """What a row could be by itself: a flat header, the last row of a known form's header, labels across."""

    flat: tuple[Wide, ...]
    levels: tuple[Levels, ...]
    crossings: tuple[Crossing, ...]


_UNSEEN: Final = _Hints((), (), ())


class Finder:
    """Finds the tables of one line in any sheet."""

    def __init__(self, contract: Contract, layouts: Sequence[SheetLayout], words: Words, *, lists: bool) -> None:
        """Prepare the look-ups of one contract.

        Args:
            contract: the line.
            layouts: its known forms.
            words: words of every line.
            lists: whether lists of any form are read for the line; their known forms are looked up there.
        """
        self.contract = contract
        self.labels = Labels(contract)
        self._words = words
        self._levels = [Levels(s, contract.table(s.table), self.labels, words) for s in layouts if s.levels]
        self._shelf = Shelf(contract.line, () if lists else layouts)
        self._crosser = Crosser(contract)
        self._own = {table.name: _own(table) for table in contract.tables}
        self._telling = frozenset().union(*self._own.values())
        self._known: dict[Row, list[Plan]] = {}
        self._hints: dict[Row, _Hints | None] = {}

    def find(self, grid: Grid, headers: Sequence[int]) -> list[Region]:
        """Return the tables that stand in a sheet, from the top.

        Args:
            grid: the sheet.
            headers: its rows that may be headers, as ``headers`` tells.
        """
        found: list[Region] = []
        below = 0
        for row in headers:
            if row < below:
                continue
            key = tuple(grid.rows[row])
            hints = self._hints.get(key, _UNSEEN)
            if hints is _UNSEEN:
                hints = self._hint(key)
            plan = self._remembered(grid, row)
            if plan is None and hints is not None:
                plan = self._plan(grid.rows, row, key, hints)
            if plan is not None:
                found.append(Region(plan, grid, row))
                below = row + plan.depth + 1 if isinstance(plan, Matrix) else len(grid.rows)
        return found

    def _remembered(self, grid: Grid, row: int) -> Plan | None:
        """Return the known form of records whose header ends at a row."""
        place = self._shelf.ends(grid, row)
        if place is None:
            return None
        layout, header = place.layout, tuple(tuple(cells) for cells in grid.rows[place.top : row + 1])
        found = Columns()
        for column, name in sorted(layout.held.items()):
            if name is not None:
                found.put(column, (name,))
        tables = sorted(self.contract.tables, key=lambda t: t.name != layout.table)
        parts, matched = self._parts(found, tables)
        form = Form.of(grid, place.top, row)
        memory = Memory(layout, True, changes(layout.form or form, form, layout.held, layout.held))
        return Wide(layout.layout, header, found, tuple(parts), matched, memory) if parts else None

    def _near(self, key: Row) -> Iterator[Wide]:
        """Yield what a header row says by the texts that the nearest known form has for it."""
        if not self._shelf:
            return
        form = Form.of_row(key)
        layout = self._shelf.near(form)
        if layout is None:
            return
        found, tables = columns.flat(key, self.labels, self._words)
        settled = settled_by(layout, form)
        found.settle({at: mapped.field for at, mapped in settled.items()})
        holds: dict[int, str | None] = {at: name for name, at in found.fields.items()}
        told = changes(layout.form, form, layout.held, holds) if layout.form is not None else ()
        memory = Memory(layout, False, told)
        name = layout.layout if layout.form is None else FLAT
        yield from (replace(wide, memory=memory) for wide in self._wide(name, (key,), found, tables))

    def _plan(self, rows: Sequence[Row], row: int, key: Row, hints: _Hints) -> Plan | None:
        """Return what stands under a row: what it was before if its surroundings are the same, else what fits best."""
        known = self._known.get(key, ())
        plan = next((p for p in known if p.fits(rows, row)), None)
        if plan is None:
            plan = max(self._study(rows, row, hints), key=lambda p: p.matched, default=None)
            if plan is not None:
                _keep(self._known, key, [*known, plan])
        return plan

    def _hint(self, key: Row) -> _Hints | None:
        """Judge a row by itself, once; most rows are nothing."""
        made = _Hints(
            flat=(*self._near(key), *self._flat(key)),
            levels=tuple(levels for levels in self._levels if levels.may_end(key)),
            crossings=self._crosser.across(key),
        )
        hints = made if made.flat or made.levels or made.crossings else None
        _keep(self._hints, key, hints)
        return hints

    def _flat(self, key: Row) -> Iterator[Wide]:
        """Yield what a row says as the whole header of a table, if a cell of it names a field that tells one."""
        named = (self.labels.match(cell if type(cell) is str else str(cell)) for cell in key)
        if not all(map(self._telling.isdisjoint, named)):
            yield from self._wide(FLAT, (key,), *columns.flat(key, self.labels, self._words))

    def _study(self, rows: Sequence[Row], row: int, hints: _Hints) -> Iterator[Plan]:
        for levels in hints.levels:
            header = levels.header(rows, row)
            if header:
                yield from self._wide(levels.layout.layout, header, levels.map(header), (levels.table,))
        yield from hints.flat
        for crossing in hints.crossings:
            yield from crossing.find(rows, row)

    def _wide(self, layout: str, header: tuple[Row, ...], found: Columns, tables: Sequence[Table]) -> Iterator[Wide]:
        parts, matched = self._parts(found, tables)
        if parts and (self._mostly(matched, parts) or (matched > 1 and _mostly_known(found, header[-1]))):
            yield Wide(layout, header, found, tuple(parts), matched)

    def _mostly(self, matched: int, parts: Sequence[TableColumns]) -> bool:
        """Return whether half of what tells one of the tables from others is there."""
        return 2 * matched >= min(len(self._own[t.table.name]) for t in parts)

    def _parts(self, found: Columns, tables: Sequence[Table]) -> tuple[list[TableColumns], int]:
        """Return the tables of which a header has fields, and how many of their own it has."""
        parts, matched = [], 0
        for table in tables:
            own = self._own[table.name] & found.fields.keys()
            if not own or (not table.is_cube and len(own) < 2):
                continue
            named = [f.name for f in table.fields if f.name in found.fields]
            missing = columns.absent(table, found.fields, self.contract.respondents)
            parts.append(TableColumns(table, tuple(named), tuple(found.fields[n] for n in named), missing))
            matched += len(own)
        return parts, matched


def headers(grid: Grid) -> tuple[int, ...]:
    """Return the rows of a sheet that may be headers: a third of what they hold is words.

    Told once for all lines; most rows of a form are figures, and each line would study them in vain.

    Args:
        grid: the sheet.
    """
    return tuple(row for row, cells in enumerate(grid.rows[:DEPTH]) if _may_head(cells))


def _may_head(cells: Row) -> bool:
    filled = len(cells) - cells.count("")
    if filled < _FEWEST:
        return False
    texts = [c for c in cells if type(c) is str and c]
    if 3 * (len(texts) - sum(map(str.isdigit, texts))) < filled:
        return False
    return 3 * sum(map(_is_word, texts)) >= filled


def _is_word(text: str) -> bool:
    """Return whether a text is no figure or mark: ０歳児 is a word, １,２３４ and △3 and - are not."""
    return text[0].isalpha() or not (text[-1].isdigit() or len(text) == 1)


def _keep(memory: dict[Row, Any], key: Row, value: object) -> None:
    """Remember something of a row; a full memory is emptied, for titles and names would fill it for good."""
    if len(memory) >= _MEMORY:
        memory.clear()
    memory[key] = value


def _mostly_known(found: Columns, header: Row) -> bool:
    """Return whether half of the header's cells name a field."""
    return 2 * len(found.fields) >= sum(1 for cell in header if cell != "")


def _own(table: Table) -> frozenset[str]:
    """Return the fields that tell a table from others: a cube's measures, a record's own fields."""
    if table.is_cube:
        return frozenset(f.name for f in table.measures)
    where = {name for place in places(table) for name in place.fields}
    return frozenset(f.name for f in table.fields if f.name not in where)
