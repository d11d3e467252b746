"""One file, several readings: a list per line, per date, and for each other line whose fields its columns hold.

A workbook with a sheet per month is a reading per month. A list of facilities with columns of vacancies is the
register's and the vacancy line's: asked once, used twice. Which line a field belongs to, the contracts say.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from keiyu.codes.areas import Areas
from keiyu.contract.model import Contract
from keiyu.read.general.concealed import concealed
from keiyu.read.general.gather import List, Whole, is_copy
from keiyu.read.general.rows import Rows, is_list, is_of_line
from keiyu.read.general.shapes import shape
from keiyu.read.general.table import Table
from keiyu.read.grid import address
from keiyu.read.held import together
from keiyu.read.model import Reading
from keiyu.read.notes import Notes
from keiyu.read.owner import Owner, home_of, owner_of
from keiyu.read.reporters import Resolver

LAYOUT: Final = "general"
"""What a reading says of a file whose columns were weighed."""

MOST: Final = 2_000
"""Parts of a file; the number of a row holds no more."""


@dataclass
class Sorter:
    """Sorts the tables of a file into readings.

    Attributes:
        reading: the reading of what the file is about.
        whole: its tables.
        contracts: the lines whose rows they may be.
        areas: the dated area table.
        hint: the collection that the sender named, if any.
        sender: who sent it, 6 digits.
        notes: where findings of the reading go.
        begin: makes the notes of another reading.
    """

    reading: Reading
    whole: Whole
    contracts: Sequence[Contract]
    areas: Areas
    hint: dt.date | None
    sender: str | None
    notes: Notes
    begin: Callable[[], Notes]
    _made: dict[tuple[str, dt.date | None], Reading] = field(default_factory=dict)

    def sort(self) -> None:
        """Complete the reading, and add the others that the file holds."""
        self._tell()
        parts = {id(table): number for number, table in enumerate(t for each in self.whole.lists for t in each)}
        own = [(each, at) for each in self._lists() for at in self._dates(each)]
        rows = [self._read(each, at, parts) for each, at in own]
        for found in rows:
            for contract in self.contracts:
                if is_list(contract) and (contract.line, found.reading.as_of) not in self._made:
                    self._read_also(found, contract)

    def _lists(self) -> Iterator[List]:
        """Yield the lists, that which the file is about first."""
        for number, each in enumerate(self.whole.lists):
            if not number or is_of_line(each[0]):
                yield each

    def _dates(self, each: List) -> list[dt.date | None]:
        """Return the dates of a list, that which the sender named first, and last that which nothing says."""
        return sorted(dict.fromkeys(t.as_of for t in each), key=lambda day: (day is None, day != self.hint))

    def _read(self, each: List, day: dt.date | None, parts: dict[int, int]) -> "_Read":
        tables = [t for t in each if t.as_of == day and parts[id(t)] < MOST]
        contract = tables[0].line.contract
        reading, notes = self._begun(contract, day)
        if reading is self.reading and day is not None and self.hint not in (None, day):
            notes.add("read.as_of.collection", value=day.isoformat(), expected=str(self.hint))
        if reading.as_of is None:
            notes.add("read.as_of.missing", expected="、".join(contract.waves))
        at = reading.as_of or dt.date.max
        resolver = Resolver(self.areas, at, municipalities=contract.respondents.kind == "municipality")
        owners = _Owners(tables, self, at, notes)
        rows = [
            Rows(t, self.areas, resolver, notes, owners.asked(t), parts[id(t)], home_of(self.sender, self.areas, at))
            for t in tables
        ]
        reading.tables += [found for one in rows for found in one.read()]
        return _Read(reading, rows)

    def _begun(self, contract: Contract, day: dt.date | None) -> tuple[Reading, Notes]:
        """Return the reading of a line and date, begun; the first is that of the file."""
        reading, notes = self.reading, self.notes
        if self._made:
            notes = self.begin()
            reading = Reading(self.reading.file, self.reading.digest, findings=notes.findings)
            self.reading.also.append(reading)
        memory = self.whole.main.understanding.memory
        reading.line, reading.as_of = contract.line, day or (self.hint if not self._made else None)
        reading.layout = memory.layout.layout if memory is not None and memory.exact else LAYOUT
        reading.encoding = self.reading.encoding
        self._made[contract.line, day or reading.as_of] = reading
        return reading, notes

    def _read_also(self, found: "_Read", contract: Contract) -> None:
        """Read the rows that columns of another line form."""
        of = [one for one in found.rows if one.holds(contract)]
        if not of:
            return
        day = found.reading.as_of
        reading, notes = self._begun(contract, day)
        resolver = Resolver(self.areas, day or dt.date.max, municipalities=contract.respondents.kind == "municipality")
        reading.tables = [made for one in of for made in one.of_line(contract, resolver, notes).tables()]
        reading.derived = True
        if not reading.tables:
            self.reading.also.remove(reading)
            return
        rows = sum(len(table.rows) for table in reading.tables)
        sheet = reading.tables[0].placement.sheet
        self.notes.add("read.line.also", sheet=sheet, value=f"{rows}", name_ja=contract.name_ja, line=contract.line)

    def _tell(self) -> None:
        """Tell which tables are not read, and what titles say."""
        for copy, of in self.whole.copies:
            count, first = len(copy.body.records), of.found.grid.name or "—"
            rule = "read.table.copy" if is_copy(copy, of) else "read.table.rival"
            self.notes.add(rule, sheet=copy.found.grid.name, value=str(count), first=first)
        for table in self.whole.left:
            head = "、".join(filter(None, map(table.found.over, range(len(table.found.header.levels)))))
            self.notes.add("read.table.left", sheet=table.found.grid.name, value=head[:100])
        for hidden in concealed(t for each in self._lists() for t in each):
            self.notes.add("read.table.hidden", sheet=hidden.sheet, value=hidden.places)
        for table in (t for each in self._lists() for t in each):
            self._tell_titles(table)
            self._tell_left(table)
        months = [t for t in self.whole.lists[0] if t.found.month is not None and t.as_of is not None]
        for sheet in dict.fromkeys(t.found.grid.name for t in months):
            said = "、".join(f"{t.as_of:%Y-%m}" for t in months if t.found.grid.name == sheet)
            self.notes.add("read.table.months", sheet=sheet, value=said)

    def _tell_left(self, table: Table) -> None:
        """Tell of rows with words among the records that are neither records nor titles, sums or remarks."""
        body, grid = table.body, table.found.grid
        last = body.records[-1] if body.records else 0
        for row in (row for row, kind in body.aside.items() if kind == "rest" and row < last):
            words = [(at, cell) for at, cell in enumerate(grid.rows[row]) if shape(cell) in ("text", "long")]
            for at, cell in words[:1]:
                self.notes.add("read.row.left", sheet=grid.name, cell=address(row, at), value=str(cell)[:200])

    def _tell_titles(self, table: Table) -> None:
        sheet = table.found.grid.name
        for name, texts in table.given.items():
            different, _ = together([texts], len(texts))
            words = "、".join(text for (text,) in different if text)
            told = table.line.fields[name]
            facts = {"value": words[:200], "label_ja": told.label_ja, "label_en": told.label_en}
            self.notes.add("read.section.given", sheet=sheet, field=name, **facts)
        columns = [table.sections, *table.given.values()] if table.sections else []
        said, _ = together(columns, len(table.sections))
        silent = [title for title, *texts in said if title and not any(texts)]
        if silent:
            self.notes.add("read.section.unknown", sheet=sheet, value="、".join(dict.fromkeys(silent))[:200])


@dataclass(frozen=True)
class _Read:
    """A reading, and what made its rows."""

    reading: Reading
    rows: Sequence[Rows]


class _Owners:
    """Tells whose the tables of one list are where no column says so: each by itself, else as the others."""

    def __init__(self, tables: Sequence[Table], sorter: Sorter, at: dt.date, notes: Notes) -> None:
        self._tables = tables
        self._sorter = sorter
        self._at = at
        self._notes = notes
        self._told: dict[str, None] = {}

    def asked(self, table: Table) -> Callable[[], str | None]:
        """Return what answers for a table when it is asked."""
        return lambda: self._owner(table)

    def _owner(self, table: Table) -> str | None:
        memory = table.understanding.memory
        code = memory.layout.fixed.get(table.line.contract.respondents.field) if memory is not None else None
        found = self._found(table)
        if code is not None and (found is None or found.area.code6 == code):
            return code
        if found is None:
            others = {o.area.code6: o for t in self._tables if t is not table and (o := self._found(t))}
            found = others.popitem()[1] if len(others) == 1 else None
        sheet = table.found.grid.name
        if found is None:
            self._notes.add("read.reporter.unsaid", sheet=sheet, field=table.line.contract.respondents.field)
            return None
        code6 = found.area.code6
        if code6 not in self._told:
            self._told[code6] = None
            self._notes.add(found.rule, sheet=sheet, reporter=code6, value=code6, name=found.area.name)
        return code6

    def _found(self, table: Table) -> Owner | None:
        sorter = self._sorter
        return owner_of(table, sorter.reading.file, sorter.areas, self._at, sorter.sender)
