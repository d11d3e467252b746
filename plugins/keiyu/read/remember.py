"""Accepting a form: what the reader found and what a person has confirmed, kept as a small file of its own.

The next file with the same header is then read by it, without weighing anything. What is written can be read,
edited and reviewed by people; the command writes nothing that a hand could not.
"""

import datetime as dt
import json
import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from keiyu.codes.areas import Area, Areas
from keiyu.contract.model import Contract
from keiyu.read import layouts
from keiyu.read.confirm import Confirmations, Settled
from keiyu.read.decode import decode
from keiyu.read.form import Form
from keiyu.read.general.gather import gather
from keiyu.read.general.table import Table, line_words
from keiyu.read.grid import Workbook, letters
from keiyu.read.layouts import FOLDER
from keiyu.read.owner import owner_of
from keiyu.read.refusals import (
    FileRefusedError,
    KnownAlreadyError,
    LayoutNameError,
    LayoutUnwritableError,
    MonthsBesideError,
    NameTakenError,
    RowsOfOneError,
    SheetUnknownError,
)
from keiyu.read.sniff import RefusedError

NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_TABLE_NONE: Final = "read.table.none"
_PRINT: Final = 8


@dataclass(frozen=True)
class AcceptedSheet:
    """One table of a form as it is accepted.

    Attributes:
        table: the table of the contract.
        form: its header.
        columns: what each column holds.
        fingerprint: the digest by which it is known again.
        lacking: required fields of the table that neither a column nor a fixed value holds.
    """

    table: str
    form: Form
    columns: tuple[Settled, ...]
    fingerprint: str
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True)
class Accepted:
    """A form as it is accepted.

    Attributes:
        name: its name.
        contract: the line.
        sheets: its tables, one for each different header.
        fixed: field → its value for every record.
        source: name of the file.
        by: who accepts it.
        on: when.
        of: the municipality whose form it is, where the file tells.
    """

    name: str
    contract: Contract
    sheets: tuple[AcceptedSheet, ...]
    fixed: Mapping[str, str]
    source: str
    by: str
    on: dt.date
    of: Area | None = None

    @property
    def path(self) -> Path:
        """Where it is kept."""
        return self.contract.folder / FOLDER / f"{self.name}.yaml"

    def write(self, schemas: Path) -> Path:
        """Write the form to its file, and read it back.

        Args:
            schemas: the ``schemas/`` folder.

        Returns:
            The file.

        Raises:
            NameTakenError: there is one of that name.
            LayoutUnwritableError: the folder cannot be written to.
            ContractError: it does not read as it was written; it is not kept then.
        """
        if self.path.exists():
            raise NameTakenError(self.name, str(self.path))
        try:
            self.path.parent.mkdir(exist_ok=True)
            with self.path.open("x", encoding="utf-8", newline="\n") as file:
                file.write(self.as_yaml())
        except OSError as error:
            raise LayoutUnwritableError(str(self.path), error.strerror or type(error).__name__) from error
        try:
            layouts.load(self.contract, schemas)
        except BaseException:
            self.path.unlink()
            raise
        return self.path

    def as_yaml(self) -> str:
        """Return the form as its file has it."""
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        yield "# 確認して登録した一覧の様式。見出しが同じファイルは、この対応どおりに読む。手で直してもよい。"
        yield "# A form of a list, looked at and accepted: files with this header are read by it. Edit it as you like."
        yield f"layout: {self.name}"
        yield f"label_ja: {_quoted(self.source + 'の様式')}"
        yield f"label_en: {_quoted('Form of ' + self.source)}"
        yield f"source: {_quoted(self.source)}"
        if self.of is not None:
            yield f"of: {_quoted(self.of.code6)}  # {self.of.prefecture_name}{self.of.name}"
        yield f"accepted: {{ by: {_quoted(self.by)}, on: {_quoted(self.on.isoformat())} }}"
        yield "sheets:"
        for sheet in self.sheets:
            yield from self._sheet(sheet)

    def _sheet(self, sheet: AcceptedSheet) -> Iterator[str]:
        yield f"  - table: {sheet.table}"
        yield f"    fingerprint: {sheet.fingerprint}"
        if sheet.form.sheet is not None:
            yield f"    sheet: {_quoted(sheet.form.sheet)}"
        if sheet.form.row is not None:
            yield f"    header_row: {sheet.form.row}"
        if self.fixed:
            told = ", ".join(f"{name}: {_quoted(value)}" for name, value in self.fixed.items())
            yield f"    fixed: {{ {told} }}"
        yield "    columns:  # field のない列は使わない / a column without a field is not used"
        for column in sheet.columns:
            yield f"      - {{ {', '.join(_column(column))} }}{_label(column)}"


def _column(column: Settled) -> Iterator[str]:
    yield f"column: {letters(column.at)}"
    texts = [_quoted(" ".join(text.split())) for text in column.stack]
    yield f"header: {texts[0] if len(texts) == 1 else '[' + ', '.join(texts) + ']'}"
    if column.field is not None:
        yield f"field: {column.field.name}"
    if column.part is not None:
        yield f"part: {column.part}"


def _label(column: Settled) -> str:
    return f"  # {column.field.label_ja} / {column.field.label_en}" if column.field is not None else ""


def _quoted(text: str) -> str:
    """Return a text as YAML has it, whatever is in it."""
    return json.dumps(text, ensure_ascii=False)


def accept(
    data: bytes,
    filename: str,
    contract: Contract,
    confirmations: Confirmations,
    *,
    schemas: Path,
    areas: Areas,
    by: str,
    on: dt.date,
    name: str | None = None,
    sheet: str | None = None,
) -> Accepted:
    """Take the form of a file as the reader finds it and a person confirms it. Nothing is written yet.

    Args:
        data: the file.
        filename: its name.
        contract: the line.
        confirmations: what the person says of columns.
        schemas: the ``schemas/`` folder.
        areas: the dated area table, for telling whose form it is.
        by: who accepts it.
        on: when.
        name: name of the form; by default the file's name, or the beginning of the fingerprint.
        sheet: the sheet on which the table stands, where the file has several.

    Returns:
        The form.

    Raises:
        UserError: the file is no table, a header or field is not known, a field is given to two columns, a column
            is still in doubt, the name is taken, or the form is known already.
        ContractError: a layout or the words of the line are wrong.
    """
    found = examine(data, filename, [contract], schemas, areas, sheet, also=confirmations.sheets)
    tables = _needed(found, filename)
    sheets = tuple(
        _sheet(table, said, contract, filename, several=len(tables) > 1)
        for table, said in zip(tables, confirmations.shared(tables), strict=True)
    )
    fixed = confirmations.fixed(tables[0])
    chosen = _named(name, filename, sheets[0].fingerprint, contract.folder / FOLDER)
    of = _owner(tables[0], filename, areas, on, fixed.get(contract.respondents.field))
    return Accepted(chosen, contract, sheets, fixed, filename, by, on, of)


def _sheet(table: Table, said: Confirmations, contract: Contract, filename: str, *, several: bool) -> AcceptedSheet:
    """Take the form of one table."""
    columns = said.settle(table, table.found.grid.name if several else None)
    about = said.table(contract, columns, filename)
    held = {contract.respondents.field, *said.fixed(table), *(c.field.name for c in columns if c.field is not None)}
    lacking = tuple(f.name for f in about.fields if f.required and f.name not in held)
    form = table.found.form
    return AcceptedSheet(about.name, form, columns, form.fingerprint(contract.line, about.name), lacking)


def _needed(tables: Sequence[Table], filename: str) -> list[Table]:
    """Return the tables whose form is not known; refuse those that are, and one read by what its rows say."""
    fresh = []
    for table in tables:
        memory, spread = table.understanding.memory, table.found.spread
        if memory is None or not memory.exact:
            fresh.append(table)
        if table.found.month is not None:
            raise MonthsBesideError(filename)
        if spread is not None:
            raise RowsOfOneError(filename, "、".join(table.found.written(at) or letters(at) for at in spread.labels))
    memory = tables[0].understanding.memory
    if not fresh and memory is not None:
        raise KnownAlreadyError(filename, memory.layout.layout)
    return fresh


def _owner(table: Table, filename: str, areas: Areas, at: dt.date, code: str | None) -> Area | None:
    """Return whose form it is: who was named, else whom the file's name or its addresses tell."""
    if code is not None:
        return areas.get(code, at)
    found = owner_of(table, filename, areas, at, None)
    return found.area if found is not None else None


def examine(
    data: bytes,
    filename: str,
    contracts: Sequence[Contract],
    schemas: Path,
    areas: Areas,
    sheet: str | None = None,
    also: Container[str] = (),
) -> list[Table]:
    """Find and understand the tables of the list in a file as the reader does, one for each different header.

    Args:
        data: the file.
        filename: its name.
        contracts: the lines that it may belong to.
        schemas: the ``schemas/`` folder.
        areas: the dated area table.
        sheet: the sheet on which it stands; all by default.
        also: sheets whose tables a person says to be of the list, though the reader does not see it.

    Returns:
        The tables, in the order of the file.

    Raises:
        FileRefusedError: the file is no table.
        SheetUnknownError: it has no such sheet.
    """
    try:
        workbook = decode(data)
    except RefusedError as refusal:
        raise FileRefusedError.of(schemas, filename, refusal.rule_id, refusal.value, refusal.expected) from refusal
    lines = [line_words(contract, schemas) for contract in contracts]
    whole = gather(_only(workbook, sheet, filename), lines, filename, schemas, areas)
    if whole is None:
        raise FileRefusedError.of(schemas, filename, _TABLE_NONE)
    tables = (*whole.lists[0], *(table for table in whole.left if table.found.grid.name in also))
    return list({table.found.form.folded: table for table in reversed(tables)}.values())[::-1]


def _only(workbook: Workbook, sheet: str | None, filename: str) -> Workbook:
    if sheet is None:
        return workbook
    named = [grid for grid in workbook.grids if grid.name == sheet]
    if not named:
        known = "、".join(grid.name for grid in workbook.grids if grid.name is not None) or "—"
        raise SheetUnknownError(filename, sheet, known)
    return Workbook(workbook.kind, named, workbook.encoding, workbook.delimiter)


def _named(name: str | None, filename: str, print_: str, folder: Path) -> str:
    """Return the name that was chosen, or that the file's name gives, or else the fingerprint; it must be free."""
    stem = re.sub(r"[^a-z0-9]+", "_", Path(filename).stem.lower()).strip("_")
    plain = NAME.fullmatch(stem) and Path(filename).stem.isascii()
    chosen = name if name is not None else stem if plain else f"form_{print_[:_PRINT]}"
    if not NAME.fullmatch(chosen):
        raise LayoutNameError(chosen)
    path = folder / f"{chosen}.yaml"
    if path.exists():
        raise NameTakenError(chosen, str(path))
    return chosen
