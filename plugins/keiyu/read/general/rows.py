"""From an understood table to typed columns of the line, with findings for what is not certain."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import numpy as np

from keiyu.codes.areas import Areas
from keiyu.contract.model import Contract
from keiyu.contract.model import Table as ContractTable
from keiyu.read.drift import WIDEST
from keiyu.read.general.given import NOWHERE, given_columns
from keiyu.read.general.joining import joined_columns
from keiyu.read.general.mapping import Mapped
from keiyu.read.general.signs import find_signs
from keiyu.read.general.table import MONTHLY, Table
from keiyu.read.general.telling import told
from keiyu.read.general.values import FieldColumn, read_columns
from keiyu.read.general.written import apart, seats, written
from keiyu.read.grid import Cell, address, letters
from keiyu.read.held import Coded, together, which
from keiyu.read.kinds.model import Value
from keiyu.read.known import tell_changes
from keiyu.read.marks import Marks
from keiyu.read.model import PART, Placement, TableReading
from keiyu.read.notes import Notes
from keiyu.read.places import Where, one_row_each, places
from keiyu.read.reporters import Resolver
from keiyu.read.tell import tell_identity

_FEWEST: Final = 2
_NAMED: Final = 3
_MOST: Final = 12


def is_list(contract: Contract) -> bool:
    """Return whether municipalities send lists for a line, a record per row, in forms of their own."""
    whole = all(one_row_each(t, contract.respondents) for t in contract.tables)
    return contract.respondents.kind == "municipality" and not whole


def is_of_line(table: Table) -> bool:
    """Return whether a table has records, and a header of the line."""
    return bool(table.body.records) and has_header(table)


def has_header(table: Table) -> bool:
    """Return whether a table has what tells the line from others: a required field and two more of its own."""
    contract, used = table.line.contract, set(table.understanding.fields)
    used = {*used, *(name for each in table.joined for name in each.fields)}
    doubtful = {c.field for m in table.understanding.columns if m.review for c in m.candidates[:1]}
    where = {name for t in contract.tables for place in places(t) for name in place.fields}
    own = [f for f in contract.fields.values() if (f.name in used or f.name in doubtful) and f.name not in where]
    return any(f.required for f in own) and len(own) > _FEWEST


@dataclass
class Rows:
    """What makes typed columns of a table.

    Attributes:
        table: the table.
        areas: the dated area table.
        resolver: resolves codes and names on the reference date.
        notes: where findings go.
        owner: tells whose list it is where no column says so; asked once.
        part: which part of the list the table is.
        home: prefecture of who sent it, for names of municipalities beside which none stands.
        contract: the line whose rows are wanted, where it is not the table's own.
    """

    table: Table
    areas: Areas
    resolver: Resolver
    notes: Notes
    owner: Callable[[], str | None] = lambda: None
    part: int = 0
    home: str | None = None
    contract: Contract | None = None

    @cached_property
    def _owner(self) -> str | None:
        return self.owner()

    def read(self) -> list[TableReading]:
        """Return the tables of the line that the file holds; what is not sure is told."""
        self._tell_spread()
        self._tell_columns()
        self._tell_signs()
        for each in self.table.joined:
            replace(self, table=each.table)._tell_joined(self.table)
        tables = self.tables()
        self._tell_changes(tables)
        return tables

    @cached_property
    def _columns(self) -> dict[str, FieldColumn]:
        given, joined = given_columns(self.table, self.areas), joined_columns(self.table, self.areas)
        return {c.field: c for c in (*given, *joined, *read_columns(self.table, self.areas))}

    def tables(self) -> list[TableReading]:
        """Return the tables of the line whose rows are wanted."""
        own = (self.contract or self.table.line.contract).tables
        return [self._table(t, self._columns) for t in own if self._is_in(t, self._columns)]

    def holds(self, contract: Contract) -> bool:
        """Return whether columns of the table hold fields of another line, which the contracts say are its rows."""
        own, terms = self.table.line.contract.line, self.table.line.vocabulary.terms
        return contract.line != own and any(
            terms[name].line == contract.line
            for fields in (self.table.understanding.fields, *(each.fields for each in self.table.joined))
            for name in fields
        )

    def of_line(self, contract: Contract, resolver: Resolver, notes: Notes) -> "Rows":
        """Return what makes rows of another line of the same table.

        Args:
            contract: that line.
            resolver: resolves codes and names for it.
            notes: where its findings go.
        """
        other = replace(self, contract=contract, resolver=resolver, notes=notes)
        other._columns = self._columns
        return other

    def _is_in(self, table: ContractTable, columns: Mapping[str, Any]) -> bool:
        where = {name for place in places(table) for name in place.fields}
        own = [f.name for f in table.fields if f.name in columns and f.name not in where]
        beyond = [name for name in own if not table.by_name[name].key]
        return len(own) >= _FEWEST and bool(beyond)

    def _table(self, table: ContractTable, columns: Mapping[str, Any]) -> TableReading:
        here = {name: columns[name] for name in table.by_name if name in columns}
        marks = Marks()
        placement, records = self._placement.of(here), self.table.body.records
        reading = TableReading(table.name, placement, _moved(records, self._first), {}, marks)
        where = next(iter(places(table)), None)
        codes = self._codes(where, columns) if where else None
        for name, column in here.items():
            if where is not None and name == where.code:
                continue
            reading.columns[name] = column.values
            marks.add(name, column.marked)
            if self._is_own(name):
                self._note(reading, table, name, column.marked, codes)
        if where is not None and codes is not None:
            reading.columns[where.code] = codes
        self._tell_missing(table, reading.columns)
        return reading

    @property
    def _first(self) -> int:
        """The number in the list of the first row of the sheet."""
        return self.table.found.grid.number(0) + self.part * PART

    @cached_property
    def _placement(self) -> Placement:
        """Where all fields stand."""
        found, form = self.table.found, self.table.found.form
        own = {name: column.column for name, column in self._columns.items() if column.column != NOWHERE}
        fixed = seats(self.table, own)
        return Placement(
            self._sheet,
            {name: letters(column) for name, (column, _) in fixed.items()},
            form=form if len(form.stacks) <= WIDEST and found.spread is None and found.month is None else None,
            part=self.part,
            down={name: rows for name, (_, rows) in fixed.items() if rows},
            apart=apart(self.table, own, self._first),
        )

    @property
    def _sheet(self) -> str | None:
        return self.table.found.grid.name

    def _note(
        self,
        reading: TableReading,
        table: ContractTable,
        name: str,
        marked: Sequence[tuple[int, Value]],
        codes: Sequence[str | None] | None,
    ) -> None:
        field = table.by_name[name]
        for at, value in which(marked, lambda value: value is not None and value.note is not None):
            self.notes.add(
                value.note,
                sheet=reading.placement.sheet_of(name),
                cell=reading.placement.cell(name, reading.rows[at]),
                table=table.name,
                field=name,
                reporter=codes[at] if codes else None,
                value=value.raw[:200],
                expected=_said(value),
                label_ja=field.label_ja,
                label_en=field.label_en,
            )

    def _is_own(self, name: str) -> bool:
        """Return whether a field is one of which another line's rows do not tell already."""
        return self.contract is None or self.table.line.vocabulary.terms[name].line == self.contract.line

    def _by_home(self, where: Where, columns: Mapping[str, Any]) -> Sequence[str | None]:
        """Resolve names of municipalities by the sender's prefecture, if all of them are in it."""
        if self.home is None or where.municipality is None or where.municipality not in columns:
            return ()
        cells = columns[where.municipality].cells
        known = {cell: self.resolver.resolve("", self.home, cell).code for cell in dict.fromkeys(cells)}
        if not all(known.values()):
            return ()
        names = "、".join(dict.fromkeys(str(cell) for cell in cells))
        self.notes.add("read.reporter.home", sheet=self.table.found.grid.name, value=names[:200])
        return [known[cell] for cell in cells]

    def _codes(self, where: Where, columns: Mapping[str, Any]) -> Sequence[str | None] | None:
        """Resolve whose rows they are: equal cells once."""
        if not where.told_by(columns):
            at_home = self._by_home(where, columns)
            if at_home:
                return at_home
            return [self._owner] * len(self.table.body.records) if self._owner else None
        count = len(self.table.body.records)
        nothing = Coded([""], np.zeros(count, "int64"))
        seats = [columns[name].cells if name and name in columns else nothing for name in where.fields]
        different, at = together(seats, count)
        known = [self.resolver.resolve(*_three(cells)) for cells in different]
        about = next(name for name in where.fields if name and name in columns)
        for row in at.rows({n for n, found in enumerate(known) if found.rule is not None}).tolist():
            found = known[at.at[row]]
            cell = self._placement.cell(about, self.table.body.records[row] + self._first)
            place = {"sheet": self._placement.sheet_of(about), "cell": cell, "field": where.code}
            tell_identity(found, self.notes, reporter=found.code, **place)
        return Coded([found.code for found in known], at.at)

    def _tell_changes(self, tables: Sequence[TableReading]) -> None:
        """Tell whose known form it is, or of a form that is nobody's, what has changed in it."""
        found, memory = self.table.found, self.table.understanding.memory
        if memory is None:
            return
        owner = self.table.line.contract.respondents.field
        codes = {code for table in tables for code in table.columns.get(owner, ())}
        if codes and memory.layout.of is not None and memory.layout.of not in codes:
            return
        labels = {name: (field.label_ja, field.label_en) for name, field in self.table.line.fields.items()}
        tell_changes(memory, found.form, found.grid.name, labels, self.notes)

    def _tell_signs(self) -> None:
        """Tell of columns of figures in which signs stand."""
        columns, signs = find_signs(self._columns.values(), self.table.line.fields)
        if columns:
            sheet, cell = next(filter(None, (self._over(c.field) for c in columns)), (self._sheet, None))
            labels = [self.table.line.fields[c.field] for c in columns]
            self.notes.add(
                "read.column.signs",
                sheet=sheet,
                cell=cell,
                value="、".join(signs),
                labels_ja="、".join(f.label_ja for f in labels[:_MOST]),
                labels_en=", ".join(f.label_en for f in labels[:_MOST]),
            )

    def _over(self, name: str) -> tuple[str | None, str] | None:
        """Return the sheet, and the cell of the header over a field; none where it stands in no column."""
        for table in (self.table, *(each.table for each in self.table.joined)):
            if name in table.understanding.fields:
                at = table.found.source(table.understanding.fields[name])
                return table.found.grid.name, address(table.found.header.bottom, at)
        return None

    def _tell_joined(self, main: Table) -> None:
        """Tell that a table was joined to another, and what there is to say of its own columns."""
        place = {"sheet": self.table.found.grid.name, "cell": address(self.table.found.header.bottom, 0)}
        first = main.found.grid.name or "—"
        self.notes.add("read.table.joined", **place, value=str(len(self.table.body.records)), first=first)
        self._tell_spread()
        self._tell_columns()

    def _tell_spread(self) -> None:
        """Tell that the rows of a record were put beside each other, and by which column."""
        spread, found = self.table.found.spread, self.table.found
        if spread is not None:
            by = "、".join(found.written(at) or letters(at) for at in spread.labels)
            at = next(iter((*spread.labels, *spread.sources.values())))
            place = {"sheet": found.grid.name, "cell": address(found.header.bottom, at)}
            records = self.table.body.records
            rows = sum(len(spread.of.get(first, (first,))) for first in records)
            rule = "read.table.spread" if by else "read.table.paired" if found.grid.features else "read.table.stacked"
            self.notes.add(rule, **place, value=by or str(len(found.header.rows)), rows=rows, count=len(records))
            if spread.left:
                self.notes.add("read.table.spread_left", **place, value="、".join(spread.left)[:200])

    def _tell_columns(self) -> None:
        """Tell which columns were not used because they are not certain, and which are not asked for."""
        sheet, bottom = self.table.found.grid.name, self.table.found.header.bottom
        for mapped in written(self.table):
            if mapped.ditto:
                first = min(self.table.ditto[mapped.index])
                place = {"sheet": sheet, "cell": address(first, mapped.index), "field": mapped.field}
                self.notes.add(
                    "read.column.ditto", **place, value=self.table.found.written(mapped.index), count=mapped.ditto
                )
            if mapped.review:
                why = told(mapped, self.table.line.schemas)
                self.notes.add(
                    "read.column.review",
                    sheet=sheet,
                    cell=address(bottom, mapped.index),
                    value=self.table.found.written(mapped.index),
                    expected="、".join(self._labels(mapped)),
                    reason_ja=why["ja"],
                    reason_en=why["en"],
                )
            elif (
                mapped.field is None
                and mapped.known is None
                and mapped.why != MONTHLY
                and self.table.found.seen[mapped.index].sample
            ):
                text = self.table.found.over(mapped.index) or "（見出しなし / no header）"
                self.notes.add("read.column.unknown", sheet=sheet, cell=address(bottom, mapped.index), value=text)

    def _labels(self, mapped: Mapped) -> Iterator[str]:
        for candidate in mapped.candidates[:_NAMED]:
            yield self.table.line.fields[candidate.field].label_ja

    def _tell_missing(self, table: ContractTable, found: Mapping[str, Any]) -> None:
        """Tell which required fields no column holds, and which one is only likely to hold."""
        doubtful = {c.field: m for m in self.table.understanding.columns if m.review for c in m.candidates[:1]}
        lacking = [f for f in table.fields if f.required and f.name not in found]
        bottom, sheet = self.table.found.header.bottom, self.table.found.grid.name
        for field in lacking:
            mapped = doubtful.get(field.name)
            if mapped is not None:
                self.notes.add(
                    "read.column.review_required",
                    sheet=sheet,
                    cell=address(bottom, self.table.found.source(mapped.index)),
                    table=table.name,
                    field=field.name,
                    value=self.table.found.over(mapped.index),
                    label_ja=field.label_ja,
                    label_en=field.label_en,
                )
        where = {place.code for place in places(table)}
        absent = [f for f in lacking if f.name not in doubtful and f.name not in where]
        if absent:
            self.notes.add(
                "read.column.missing",
                sheet=sheet,
                cell=address(bottom, 0),
                table=table.name,
                field=absent[0].name,
                value="、".join(f.label_ja for f in absent),
                labels_en=", ".join(f.label_en for f in absent),
                label_ja=table.label_ja,
                label_en=table.label_en,
            )


def _said(value: Value) -> str | None:
    """Return what a cell was read as, or the figures of which it is not certain which counts."""
    said = "、".join(value.more.get("others", ())) if value.value is None else str(value.value)
    return said[:200] or None


def _moved(rows: Sequence[int], by: int) -> Sequence[int]:
    """Return numbers of rows, counted from elsewhere."""
    return range(rows.start + by, rows.stop + by) if isinstance(rows, range) else [row + by for row in rows]


def _three(cells: Sequence[Cell]) -> tuple[Cell, Cell, Cell]:
    code, prefecture, name = (*cells, "", "", "")[:3]
    return code, prefecture, name
