"""Map: header texts to fields. The evidence is exact labels only; what does not match is said, not used."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field

from keiyu.contract.model import Respondents, Table
from keiyu.read import fold
from keiyu.read.grid import Cell, Row
from keiyu.read.labels import Labels, codes_of
from keiyu.read.layouts import SheetLayout
from keiyu.read.places import one_row_each, places
from keiyu.read.words import Words


@dataclass(slots=True)
class Columns:
    """Which column of a table holds which field.

    Attributes:
        fields: field → 0-based column.
        period: column of the reference date, where there is one.
        unknown: columns whose header names nothing the line asks for.
        twice: columns that name a field another column has already named.
        unsure: columns whose header could name several fields, with those.
    """

    fields: dict[str, int] = field(default_factory=dict)
    period: int | None = None
    unknown: list[tuple[int, str]] = field(default_factory=list)
    twice: list[tuple[int, str]] = field(default_factory=list)
    unsure: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)

    def put(self, column: int, fields: Sequence[str]) -> None:
        """Note what a column's header may name: one field or several."""
        if len(fields) > 1:
            self.unsure.append((column, tuple(fields)))
        elif fields[0] in self.fields:
            self.twice.append((column, fields[0]))
        else:
            self.fields[fields[0]] = column

    def settle(self, held: Mapping[int, str | None]) -> None:
        """Let a known form say what columns hold, whatever else was understood of them.

        Args:
            held: column → field; none for a column that is not asked for.
        """
        taken = {name for name in held.values() if name is not None}
        self.fields = {n: at for n, at in self.fields.items() if at not in held and n not in taken}
        self.unknown = [(at, text) for at, text in self.unknown if at not in held]
        self.twice = [(at, name) for at, name in self.twice if at not in held]
        self.unsure = [(at, names) for at, names in self.unsure if at not in held]
        self.fields |= {name: at for at, name in held.items() if name is not None}


def flat(header: Row, labels: Labels, words: Words) -> tuple[Columns, tuple[Table, ...]]:
    """Map a table with one header row.

    One header row has one grain. The key fields that not every table has tell which: with 居住地コード in
    it, ``在籍児童数_０歳児`` is the count by residence, without it the count of the facility.

    Args:
        header: the header row.
        labels: the contract's labels.
        words: words of every line.

    Returns:
        The columns, and the tables that they can be of.
    """
    texts = [cell if type(cell) is str else str(cell) for cell in header]
    matched = [labels.match(text) for text in texts]
    tables = _of_grain(labels.contract.tables, {f[0] for f in matched if len(f) == 1})
    known = {f.name for t in tables for f in t.fields}
    found = Columns()
    for column, (text, fields) in enumerate(zip(texts, matched, strict=True)):
        here = tuple(f for f in fields if f in known) or fields
        if here:
            found.put(column, here)
        else:
            _put_other(found, column, text, labels, words.serials)
    return found, tables


def _of_grain(tables: Sequence[Table], named: set[str]) -> tuple[Table, ...]:
    """Return the tables whose own part of the key is exactly what a header names of such parts."""
    common = set.intersection(*(set(t.key) for t in tables))
    own = {t.name: set(t.key) - common for t in tables}
    grain = named & set().union(*own.values())
    return tuple(t for t in tables if own[t.name] == grain)


def _put_other(found: Columns, column: int, text: str, labels: Labels, ignore: frozenset[str]) -> None:
    folded = fold.label(text)
    if folded in labels.period and found.period is None:
        found.period = column
    elif folded not in ignore:
        found.unknown.append((column, text))


class Levels:
    """Mapping of a cube's sheet whose header names one dimension per row."""

    def __init__(self, layout: SheetLayout, table: Table, labels: Labels, words: Words) -> None:
        """Prepare the look-ups of one sheet of a known form."""
        by_name = dict(zip((d.name for d in table.dimensions), codes_of(table), strict=True))
        self.layout = layout
        self.table = table
        self._labels = labels
        self._ignore = layout.ignore | words.serials
        self._codes = tuple(by_name[level] for level in layout.levels)
        self._order = tuple(layout.levels.index(d.name) for d in table.dimensions)
        self._plain = {f.name for f in table.fields if not f.dimensions}

    def may_end(self, row: Row) -> bool:
        """Return whether a row looks like the last of such a header; the judgement needs no other row."""
        lowest = self._codes[-1]
        return sum(1 for c in row if type(c) is str and c and fold.joined(c) in lowest) > 1

    def header(self, rows: Sequence[Row], bottom: int) -> tuple[Row, ...] | None:
        """Return the header rows that end at a row, or none if there is no room for them."""
        top = bottom - len(self._codes) + 1
        return tuple(tuple(row) for row in rows[top : bottom + 1]) if top >= 0 else None

    def map(self, header: Sequence[Row]) -> Columns:
        """Map the columns under such a header.

        Args:
            header: its rows from the top; a blank in an upper row continues the cell to its left,
                as cells merged sideways are stored.

        Returns:
            The columns; nothing where none is a measure.
        """
        found = Columns()
        measures = self._measures([*map(_continued, header[:-1]), header[-1]])
        for column in range(max(map(len, header))) if measures else ():
            if column in measures:
                found.put(column, (measures[column],))
            else:
                self._other(found, column, [_text(row, column) for row in header])
        return found

    def _measures(self, header: Sequence[Sequence[Cell]]) -> dict[int, str]:
        """Return column → measure, for the columns over which a code of each dimension stands."""
        found = {}
        for column, cell in enumerate(header[-1]):
            if fold.joined(_said(cell)) not in self._codes[-1]:
                continue
            stack = [fold.joined(_text(row, column)) for row in header]
            measure = self._measure([look.get(text) for look, text in zip(self._codes, stack, strict=True)])
            if measure is not None:
                found[column] = measure
        return found

    def _measure(self, codes: Sequence[str | None]) -> str | None:
        if None in codes:
            return None
        known = self.table.by_codes.get(tuple(str(codes[i]) for i in self._order))
        return known.name if known else None

    def _other(self, found: Columns, column: int, texts: Sequence[str]) -> None:
        """Map a column that is no measure by the lowest text above it."""
        text = next((t for t in reversed(texts) if t), "")
        folded = fold.label(text)
        named = self.layout.columns.get(folded)
        fields = (named,) if named else tuple(f for f in self._labels.match(text) if f in self._plain)
        if fields:
            found.put(column, fields)
        else:
            _put_other(found, column, text, self._labels, self._ignore)


def _continued(row: Row) -> list[Cell]:
    filled: list[Cell] = []
    last: Cell = ""
    for cell in row:
        last = cell if cell != "" else last
        filled.append(last)
    return filled


def _text(row: Sequence[Cell], column: int) -> str:
    return _said(row[column]) if column < len(row) else ""


def _said(cell: Cell) -> str:
    return cell if type(cell) is str else str(cell)


def absent(table: Table, found: Container[str], respondents: Respondents) -> tuple[str, ...]:
    """Return the fields that a table must have and a header does not name.

    A cube with one row per reporter is asked for whole; of other tables the required fields. A code may
    be left out where both names stand in its place.

    Args:
        table: the table.
        found: the fields that the header names.
        respondents: who owes the line.
    """
    told = {p.code for p in places(table) if p.told_by(found)}
    whole = table.is_cube and one_row_each(table, respondents)
    needed = (f.name for f in table.fields if f.required or (whole and f.dimensions))
    return tuple(name for name in needed if name not in found and name not in told)
