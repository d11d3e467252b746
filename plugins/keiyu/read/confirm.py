"""What a person says of the columns of a table, put together with what the reader found."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final

from keiyu.contract.model import Contract, Field
from keiyu.contract.model import Table as ContractTable
from keiyu.read import fold
from keiyu.read.form import Stack
from keiyu.read.general.table import Table
from keiyu.read.grid import letters
from keiyu.read.refusals import (
    ColumnsInDoubtError,
    FieldTwiceError,
    FieldUnknownError,
    HeaderUnknownError,
    NothingOfLineError,
)

_NAMED: Final = 3
_MOST: Final = 12


@dataclass(frozen=True)
class Settled:
    """A column about which nothing is open.

    Attributes:
        at: 0-based column.
        stack: what stands in its header cells.
        field: the field that it holds; none if it is not used.
        part: which part of the field it is, where the field lies in several columns.
        confirmed: whether a person has said so.
    """

    at: int
    stack: Stack
    field: Field | None
    part: int | None
    confirmed: bool


@dataclass(frozen=True)
class Confirmations:
    """What a person says of columns, each named by its letter or its header.

    Attributes:
        fields: column → field.
        ignored: columns that are not to be used.
        values: field → its value for every record, where no column says it.
    """

    fields: Sequence[tuple[str, str]] = ()
    ignored: Sequence[str] = ()
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def sheets(self) -> frozenset[str]:
        """The sheets that are named before columns."""
        return frozenset(said.rpartition("!")[0] for said in (*(said for said, _ in self.fields), *self.ignored))

    def shared(self, tables: Sequence[Table]) -> list["Confirmations"]:
        """Return what is said of each of several tables.

        A header speaks of every table in which it stands; a column's letter only with its sheet before it, as in
        ``公立!D``.

        Args:
            tables: the tables, each on a sheet of its own.

        Raises:
            HeaderUnknownError: a confirmation names a column of none of them.
        """
        if len(tables) == 1:
            return [self]
        own = [
            Confirmations(
                [(text, name) for said, name in self.fields for text in _here(said, table)],
                [text for said in self.ignored for text in _here(said, table)],
                self.values,
            )
            for table in tables
        ]
        for said in (*(said for said, _ in self.fields), *self.ignored):
            if not any(_here(said, table) for table in tables):
                called = (_called(at, t, t.found.grid.name) for t in tables for at in range(len(t.found.form.stacks)))
                raise HeaderUnknownError(said, "、".join(list(called)[:_MOST]))
        return own

    def settle(self, table: Table, sheet: str | None = None) -> tuple[Settled, ...]:
        """Return what each column of a table holds.

        Args:
            table: the table as the reader understands it.
            sheet: its sheet, where the file has several tables.

        Raises:
            HeaderUnknownError: a confirmation names no column, or several.
            FieldUnknownError: a confirmation names no field of the line.
            FieldTwiceError: two columns would hold one field.
            ColumnsInDoubtError: a column is in doubt and no confirmation speaks of it.
        """
        told: dict[int, Field | None] = {}
        pairs: Iterable[tuple[str, str | None]] = (*self.fields, *((text, None) for text in self.ignored))
        for text, name in pairs:
            told[_column(text, table)] = _field(name, table) if name is not None else None
        columns = tuple(_columns(told, table))
        doubtful = [m.index for m in table.understanding.columns if m.review and m.index not in told]
        _tell_twice(columns)
        if doubtful:
            raise ColumnsInDoubtError("、".join(_in_doubt(at, table, sheet) for at in doubtful))
        return columns

    def fixed(self, table: Table) -> dict[str, str]:
        """Return the values that every record has.

        Args:
            table: the table.

        Raises:
            FieldUnknownError: one is of no field of the line.
        """
        return {_field(name, table).name: value for name, value in self.values.items()}

    def table(self, contract: Contract, columns: Sequence[Settled], file: str) -> ContractTable:
        """Return the table of the line of which most fields are there.

        Args:
            contract: the line.
            columns: what the columns hold.
            file: the file's name.

        Raises:
            NothingOfLineError: there is no field of any.
        """
        names = {c.field.name for c in columns if c.field is not None}
        shares = [(len(names & set(t.by_name)), t) for t in contract.tables]
        most, found = max(shares, key=lambda item: item[0])
        if not most:
            raise NothingOfLineError(file, contract.line)
        return found


def _columns(told: Mapping[int, Field | None], table: Table) -> Iterator[Settled]:
    """Yield the columns of the header, and those to the right of it that hold a field without a text over them."""
    form = table.found.form
    for at in range(max(len(form.stacks), len(table.understanding.columns))):
        stack = form.stacks[at] if at < len(form.stacks) else ("",) * form.depth
        column = _settled(at, stack, told, table)
        if at < len(form.stacks) or column.field is not None:
            yield column


def _settled(at: int, stack: Stack, told: Mapping[int, Field | None], table: Table) -> Settled:
    if at in told:
        return Settled(at, stack, told[at], None, True)
    mapped = table.understanding.columns[at]
    parts = {n for name, seats in table.understanding.parts.items() if not told.keys() & set(seats) for n in [name]}
    part = mapped.part if mapped.field in parts else None
    held = mapped.field if mapped.part is None or part is not None else None
    return Settled(at, stack, table.line.fields[held] if held is not None else None, part, False)


def _here(text: str, table: Table) -> list[str]:
    """Return what a person says of a column of one of several tables, if it is one of this table."""
    sheet, _, own = text.rpartition("!")
    if sheet:
        return [own] if sheet == table.found.grid.name else []
    return [text] if _named(text, table) else []


def _named(text: str, table: Table) -> list[int]:
    """Return the columns over which a text stands."""
    form = table.found.form
    wanted = fold.label(text)
    return [
        at
        for at, stack in enumerate(form.stacks)
        if wanted and wanted in (fold.label(table.found.over(at)), fold.label(form.said(at)), *map(fold.label, stack))
    ]


def _column(text: str, table: Table) -> int:
    """Return the column that a person names."""
    form, named = table.found.form, _named(text, table)
    lettered = [at for at in range(len(table.understanding.columns)) if letters(at) == text.strip().upper()]
    found = named if len(named) == 1 else lettered
    if len(found) != 1:
        raise HeaderUnknownError(text, "、".join(_called(at, table) for at in range(min(len(form.stacks), _MOST))))
    return found[0]


def _field(name: str, table: Table) -> Field:
    fields = table.line.fields
    if name not in fields:
        near = get_close_matches(name, fields, n=_NAMED, cutoff=0.4)
        known = [*near, *(n for n in table.line.contract.fields if n not in near)]
        raise FieldUnknownError(name, table.line.contract.line, "、".join(_listed(known, fields)))
    return fields[name]


def _listed(names: Sequence[str], fields: Mapping[str, Field]) -> Iterator[str]:
    for name in names[:_MOST]:
        yield f"{name}（{fields[name].label_ja}）"
    if len(names) > _MOST:
        yield "…"


def _tell_twice(columns: Sequence[Settled]) -> None:
    held: dict[str, list[Settled]] = {}
    for column in columns:
        if column.field is not None:
            held.setdefault(column.field.name, []).append(column)
    for name, seats in held.items():
        if len(seats) > 1 and any(c.part is None for c in seats):
            raise FieldTwiceError(name, "、".join(letters(c.at) for c in seats))


def _in_doubt(at: int, table: Table, sheet: str | None) -> str:
    mapped = next(m for m in table.understanding.columns if m.index == at)
    candidates = "・".join(c.field for c in mapped.candidates[:_NAMED]) or "—"
    return f"{_called(at, table, sheet)} → {candidates}"


def _called(at: int, table: Table, sheet: str | None = None) -> str:
    return f"{sheet}!{letters(at)}「{table.found.over(at)}」" if sheet else f"{letters(at)}「{table.found.over(at)}」"
