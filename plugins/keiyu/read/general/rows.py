"""From an understood table to typed columns of the line, with findings for what is not certain."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from keiyu.codes.areas import Areas
from keiyu.contract.model import Contract
from keiyu.contract.model import Table as ContractTable
from keiyu.read.drift import facts
from keiyu.read.general.mapping import Mapped
from keiyu.read.general.table import Table
from keiyu.read.general.telling import told
from keiyu.read.general.values import read_columns
from keiyu.read.grid import Cell, address, letters
from keiyu.read.kinds.model import Value
from keiyu.read.model import Mark, Placement, TableReading
from keiyu.read.notes import Notes
from keiyu.read.places import Where, one_row_each, places
from keiyu.read.reporters import Resolver
from keiyu.read.tell import tell_identity

_FEWEST: Final = 2
_NAMED: Final = 3


def is_list(contract: Contract) -> bool:
    """Return whether municipalities send lists for a line, a record per row, in forms of their own."""
    whole = all(one_row_each(t, contract.respondents) for t in contract.tables)
    return contract.respondents.kind == "municipality" and not whole


def is_of_line(table: Table) -> bool:
    """Return whether a table has what tells the line from others: a required field and two more of its own."""
    contract, used = table.line.contract, table.understanding.fields
    doubtful = {c.field for m in table.understanding.columns if m.review for c in m.candidates[:1]}
    where = {name for t in contract.tables for place in places(t) for name in place.fields}
    own = [f for f in contract.fields.values() if (f.name in used or f.name in doubtful) and f.name not in where]
    return any(f.required for f in own) and len(own) > _FEWEST and bool(table.body.records)


@dataclass
class Rows:
    """What makes typed columns of a table.

    Attributes:
        table: the table.
        areas: the dated area table.
        resolver: resolves codes and names on the reference date.
        notes: where findings go.
        owner: tells whose list it is where no column says so; asked once.
    """

    table: Table
    areas: Areas
    resolver: Resolver
    notes: Notes
    owner: Callable[[], str | None] = lambda: None

    @cached_property
    def _owner(self) -> str | None:
        return self.owner()

    def read(self) -> list[TableReading]:
        """Return the tables of the line that the file holds; what is not sure is told."""
        self._tell_changes()
        self._tell_columns()
        columns = {c.field: c for c in read_columns(self.table, self.areas)}
        own = self.table.line.contract.tables
        return [self._table(t, columns) for t in own if self._is_in(t, columns)]

    def _is_in(self, table: ContractTable, columns: Mapping[str, Any]) -> bool:
        where = {name for place in places(table) for name in place.fields}
        own = [f.name for f in table.fields if f.name in columns and f.name not in where]
        beyond = [name for name in own if not table.by_name[name].key]
        return len(own) >= _FEWEST and bool(beyond)

    def _table(self, table: ContractTable, columns: Mapping[str, Any]) -> TableReading:
        grid, records = self.table.found.grid, self.table.body.records
        here = {name: columns[name] for name in table.by_name if name in columns}
        placed = {name: letters(c.column) for name, c in here.items()}
        reading = TableReading(
            table.name, Placement(grid.name, placed, form=self.table.found.form), [grid.number(r) for r in records], {}
        )
        where = next(iter(places(table)), None)
        codes = self._codes(where, columns) if where else None
        for name, column in here.items():
            if where is not None and name == where.code:
                continue
            reading.columns[name] = column.values
            self._mark(reading, table, name, column.marked, codes)
        if where is not None and codes is not None:
            reading.columns[where.code] = codes
        self._tell_missing(table, reading.columns)
        return reading

    def _mark(
        self,
        reading: TableReading,
        table: ContractTable,
        name: str,
        marked: Sequence[tuple[int, Value]],
        codes: Sequence[str | None] | None,
    ) -> None:
        field = table.by_name[name]
        for at, value in marked:
            reading.marks.append(Mark(at, name, value.status, value.raw))
            if value.note is not None:
                self.notes.add(
                    value.note,
                    sheet=reading.placement.sheet,
                    cell=reading.placement.cell(name, reading.rows[at]),
                    table=table.name,
                    field=name,
                    reporter=codes[at] if codes else None,
                    value=value.raw[:200],
                    expected=None if value.value is None else str(value.value)[:200],
                    label_ja=field.label_ja,
                    label_en=field.label_en,
                )

    def _codes(self, where: Where, columns: Mapping[str, Any]) -> list[str | None] | None:
        """Resolve whose rows they are: equal cells once."""
        if not where.told_by(columns):
            return [self._owner] * len(self.table.body.records) if self._owner else None
        seats = [columns[name].cells if name and name in columns else None for name in where.fields]
        count = len(self.table.body.records)
        rows: list[tuple[Cell, ...]] = list(zip(*(s if s is not None else [""] * count for s in seats), strict=True))
        known = {cells: self.resolver.resolve(*_three(cells)) for cells in dict.fromkeys(rows)}
        about = next(columns[name].column for name in where.fields if name and name in columns)
        for at, cells in enumerate(rows):
            found = known[cells]
            if found.rule is not None:
                cell = address(self.table.body.records[at], about)
                place = {"sheet": self.table.found.grid.name, "cell": cell, "field": where.code}
                tell_identity(found, self.notes, reporter=found.code, **place)
        return [known[cells].code for cells in rows]

    def _tell_changes(self) -> None:
        """Tell what has changed in the known form by which the table was understood."""
        found, memory = self.table.found, self.table.understanding.memory
        if memory is None:
            return
        labels = {name: (field.label_ja, field.label_en) for name, field in self.table.line.fields.items()}
        for change in memory.changes:
            told_of = facts(change, memory.layout.named, labels, found.form)
            self.notes.add(told_of.pop("rule_id"), sheet=found.grid.name, **told_of)

    def _tell_columns(self) -> None:
        """Tell which columns were not used because they are not certain, and which are not asked for."""
        sheet, bottom = self.table.found.grid.name, self.table.found.header.bottom
        for mapped in self.table.understanding.columns:
            if mapped.review:
                why = told(mapped)
                self.notes.add(
                    "read.column.review",
                    sheet=sheet,
                    cell=address(bottom, mapped.index),
                    value=self.table.found.over(mapped.index),
                    expected="、".join(self._labels(mapped)),
                    reason_ja=why["ja"],
                    reason_en=why["en"],
                )
            elif mapped.field is None and mapped.known is None and self.table.found.seen[mapped.index].sample:
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
                    cell=address(bottom, mapped.index),
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


def _three(cells: Sequence[Cell]) -> tuple[Cell, Cell, Cell]:
    code, prefecture, name = (*cells, "", "", "")[:3]
    return code, prefecture, name
