"""All tables of a file, put together into lists: a sheet per ward or per month is one list in several parts.

Tables under the same header are understood together. Tables of one line whose columns are much the same are parts
of one list. A table whose records stand in another table of the same date already (an overview, a copy for
printing) is left out, so that nothing is counted twice.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from keiyu.codes.areas import Areas
from keiyu.read import fold
from keiyu.read.drift import Change
from keiyu.read.general.across import by_month
from keiyu.read.general.joining import join
from keiyu.read.general.mapping import Understanding
from keiyu.read.general.months import dated
from keiyu.read.general.rows import is_of_line
from keiyu.read.general.search import find_tables
from keiyu.read.general.sections import with_titles
from keiyu.read.general.table import ANCHORS, Found, LineWords, Table, table_of, understand
from keiyu.read.general.telltale import describes
from keiyu.read.grid import Workbook
from keiyu.read.held import chosen
from keiyu.read.kinds import kind_of
from keiyu.read.values import raw

MODIFIED: Final = "dateModified"
"""Concept (GIF) of the date to which a row refers."""

MOST: Final = 32
"""Different headers of a file that are understood."""

_KNOWN: Final = 2
_ALIKE: Final = 0.5
_SAME: Final = 0.8
_FEWEST: Final = 2

_TOLD_BY: Final = ("name", "address")
"""What tells records of a list in any order; their numbers change with the order."""

List = tuple[Table, ...]


@dataclass(frozen=True)
class Whole:
    """The tables of a file.

    Attributes:
        lists: the lists, each in the order of the file; the first is the one that the file is about.
        copies: tables that are left out, each with the one that holds its records already.
        left: tables that belong to none of the lists.
    """

    lists: tuple[List, ...]
    copies: tuple[tuple[Table, Table], ...] = ()
    left: tuple[Table, ...] = ()

    @property
    def main(self) -> Table:
        """The first table of the list that the file is about."""
        return self.lists[0][0]


def gather(workbook: Workbook, lines: Sequence[LineWords], name: str, schemas: Path, areas: Areas) -> Whole | None:
    """Read all tables of a file.

    Args:
        workbook: the file, decoded.
        lines: the lines that it may belong to.
        name: the file's name.
        schemas: the ``schemas/`` folder.
        areas: the dated area table.

    Returns:
        Its tables; none where it has none with a header, or only one without a record of which nothing is understood.
    """
    found = [part for one in find_tables(workbook, lines, name) for part in _apart(one, lines)]
    if not found:
        return None
    understood = [table for table in _understood(found, lines, name, schemas) if not describes(table)]
    if not understood:
        return None
    tables = join(_named_first(_told_once(understood)), name, schemas)
    if all(not len(table.body.records) and not table.understanding.fields for table in tables):
        return None
    lists, left = _lists(tables)
    copies: list[tuple[Table, Table]] = []
    whole = []
    for parts in lists:
        kept, again = _once(dated(sorted(parts, key=lambda t: _place(workbook, t)), name))
        copies += again
        at = next((t.as_of for t in kept if t.as_of), dt.date.max)
        whole.append(tuple(_with_dates(with_titles(kept, areas, at)) if len(kept) > 1 or _is_cut(kept[0]) else kept))
    return Whole(tuple(whole), tuple(copies), tuple(left))


def _apart(found: Found, lines: Sequence[LineWords]) -> Sequence[Found]:
    """Return the table of each month, where its columns hold figures of several and it is of no known form."""
    known = found.month is not None or any(line.known.exact(found.form) for line in lines)
    months = [] if known else by_month(found, lines)
    own = months[0].month.own if months and months[0].month else frozenset()
    if not own:
        return [found]
    line, understanding = understand(months[0], lines)
    held = [column for column in understanding.columns if column.index in own]
    figures = any(column.field and kind_of(line.fields[column.field]).figure for column in held)
    return months if figures and not any(column.review for column in held) else [found]


def _understood(found: Sequence[Found], lines: Sequence[LineWords], name: str, schemas: Path) -> Iterator[Table]:
    """Yield the tables, the likeliest first, those under the same header behind each other."""
    alike: dict[tuple[object, ...], list[Found]] = {}
    for one in found:
        under = [id(line.lexis.under(one.title)) for line in lines]
        alike.setdefault((*under, *map(one.over, range(len(one.header.levels)))), []).append(one)
    main: Table | None = None
    for number, same in enumerate(alike.values()):
        if number and (number >= MOST or (same[0].header.known < _KNOWN and same[0].month is None)):
            continue
        whole = replace(same[0], beside=tuple(same[1:])) if len(same) > 1 else same[0]
        line, understanding = understand(whole, lines)
        if main is not None and line is not main.line:
            mine = understand(whole, [main.line])
            line, understanding = mine if _are_like(mine[1], main.understanding) else (line, understanding)
        for one in same:
            table = table_of(one, line, understanding, name, schemas)
            main = main or table
            yield table


def _told_once(tables: Sequence[Table]) -> list[Table]:
    """Tell nothing of what differs from a known form where another table of the file is of that very form.

    Of a form of several sheets the first table tells which of them the file does not have.
    """
    memories = [table.understanding.memory for table in tables]
    exact = {memory.layout for memory in memories if memory is not None and memory.exact}
    lost: dict[str, list[Change]] = {}
    if tables[0].found.grid.name is not None:
        for layout in tables[0].line.known.lost(memory.layout for memory in memories if memory is not None):
            lost.setdefault(layout.layout, []).append(Change("sheet_lost", layout.form.sheet if layout.form else None))
    told = []
    for table, memory in zip(tables, memories, strict=True):
        if memory is not None:
            changes = () if not memory.exact and memory.layout in exact else memory.changes
            memory = replace(memory, changes=(*changes, *lost.pop(memory.layout.layout, ())))
            table = replace(table, understanding=replace(table.understanding, memory=memory))
        told.append(table)
    return told


def _named_first(tables: Sequence[Table]) -> list[Table]:
    """Put a table of a line, with names of records, before others if the first is of no line and names nothing.

    What is ordered for districts stands over the shelters that are open, with households and people of its own.
    """
    first = tables[0].understanding
    doubtful = {c.field for m in first.columns if m.review for c in m.candidates}
    if ANCHORS[0] in doubtful.union(first.fields) or first.memory is not None:
        return list(tables)
    at = next((n for n, t in enumerate(tables) if ANCHORS[0] in t.understanding.fields and is_of_line(t)), 0)
    return [tables[at], *tables[:at], *tables[at + 1 :]]


def _lists(tables: Sequence[Table]) -> tuple[list[list[Table]], list[Table]]:
    """Put the parts of each line's list together; returns the lists and what belongs to none."""
    lists: dict[str, list[Table]] = {}
    left: list[Table] = []
    for number, table in enumerate(tables):
        line = table.line.contract.line
        if not number or (line not in lists and is_of_line(table) and _is_its_own(table, tables[0])):
            lists[line] = [table]
        elif line in lists and table.body.records and _belongs(table, lists[line][0]):
            lists[line].append(table)
        else:
            left.append(table)
    return list(lists.values()), left


def _is_its_own(table: Table, main: Table) -> bool:
    """Return whether a table holds what only its line has: names and addresses alone may be any list's."""
    own, others = table.line.contract, main.line.contract
    return any(name in own.fields and name not in others.fields for name in table.understanding.fields)


def _belongs(table: Table, first: Table) -> bool:
    """Return whether a table is part of a list: of an accepted form, like its first, or another month of its rows."""
    one, two = table.found.month, first.found.month
    months = one is not None and two is not None and one.header is two.header
    return months or _is_accepted(table) or _is_like(table, first)


def _is_accepted(table: Table) -> bool:
    memory = table.understanding.memory
    return memory is not None and memory.exact


def _is_like(one: Table, two: Table) -> bool:
    return _are_like(one.understanding, two.understanding)


def _are_like(one: Understanding, two: Understanding) -> bool:
    """Return whether two tables have most of the columns of the narrower one in common, names of records among them."""
    mine, others = set(one.fields), set(two.fields)
    least = min(len(mine), len(others))
    return ANCHORS[0] in mine & others and len(mine & others) >= max(_ALIKE * least, _FEWEST)


def _place(workbook: Workbook, table: Table) -> tuple[int, int, int]:
    """Return where a table stands in the file."""
    header = table.found.header
    sheet = next(i for i, grid in enumerate(workbook.grids) if grid.name == table.found.grid.name)
    return sheet, header.top, next((i for i, levels in enumerate(header.levels) if levels), 0)


def _once(tables: Sequence[Table]) -> tuple[list[Table], list[tuple[Table, Table]]]:
    """Leave out tables whose records stand in others of the same date, the smaller in favour of the larger."""
    if len(tables) == 1:
        return list(tables), []
    again: list[tuple[Table, Table]] = []
    kept: list[tuple[Table, set[tuple[str, ...]]]] = []
    for table in sorted(tables, key=lambda t: -len(t.body.records)):
        mine = _records(table, tables)
        shared = [(t, len(mine & theirs)) for t, theirs in kept if t.as_of == table.as_of]
        holding = max(shared, key=lambda item: item[1], default=None)
        if holding and mine and sum(n for _, n in shared) >= _SAME * len(mine):
            again.append((table, holding[0]))
        else:
            kept.append((table, mine))
    first = {id(table) for table, _ in kept}
    return [table for table in tables if id(table) in first], again


def _records(table: Table, tables: Sequence[Table]) -> set[tuple[str, ...]]:
    """Return by what the records of a table are told, in the columns that all tables of a list have.

    Names and addresses are enough: a copy in another order, by date of opening, numbers its records anew.
    """
    common = [n for n in ANCHORS if all(n in t.understanding.fields for t in tables)]
    fields = [n for n in _TOLD_BY if n in common] if set(_TOLD_BY) <= set(common) else common
    return _told(table, [table.understanding.fields[name] for name in fields])


def is_copy(one: Table, two: Table) -> bool:
    """Return whether the records of a table say nothing that those of another do not say too.

    Args:
        one: the table.
        two: the other.
    """
    if set(one.understanding.fields) - set(two.understanding.fields):
        return False
    fields = [(at, two.understanding.fields[name]) for name, at in one.understanding.fields.items()]
    mine, theirs = (_told(t, [pair[side] for pair in fields]) for side, t in enumerate((one, two)))
    return mine <= theirs


def _told(table: Table, columns: Sequence[int]) -> set[tuple[str, ...]]:
    """Return what the records of a table say in some columns, folded."""
    if not columns:
        return {()} if table.body.records else set()
    cells = (chosen(table.found.grid.column(at), table.body.records) for at in columns)
    return set(zip(*([fold.joined(raw(cell)) for cell in column] for column in cells), strict=True))


def _is_cut(table: Table) -> bool:
    return table.found.piece or bool(table.body.titles)


def _with_dates(tables: list[Table]) -> list[Table]:
    """Give the records of a list that covers several months the month in which they stand."""
    fields = tables[0].line.contract.fields.values()
    about = next((f.name for f in fields if f.concept == MODIFIED), None)
    if about is None or len({t.as_of for t in tables}) < _FEWEST:
        return tables
    return [
        t
        if about in t.understanding.fields or t.as_of is None
        else replace(t, given={**t.given, about: [t.as_of.isoformat()] * len(t.body.records)})
        for t in tables
    ]
