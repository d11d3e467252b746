"""Accepting a form: what the reader found and what a person has confirmed, kept as a small file of its own.

The next file with the same header is then read by it, without weighing anything. What is written can be read,
edited and reviewed by people; the command writes nothing that a hand could not.
"""

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from keiyu.codes.areas import Area, Areas
from keiyu.contract.model import Contract
from keiyu.read import layouts
from keiyu.read.confirm import Confirmations, Settled
from keiyu.read.decode import decode
from keiyu.read.form import Form
from keiyu.read.general.table import Table, find_tables, line_words, read_table
from keiyu.read.grid import Workbook, letters
from keiyu.read.layouts import FOLDER
from keiyu.read.owner import owner_of
from keiyu.read.refusals import (
    FileRefusedError,
    KnownAlreadyError,
    LayoutNameError,
    LayoutUnwritableError,
    NameTakenError,
    RowsOfOneError,
    SheetUnknownError,
)
from keiyu.read.sniff import RefusedError

NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_TABLE_NONE: Final = "read.table.none"
_PRINT: Final = 8


@dataclass(frozen=True)
class Accepted:
    """A form as it is accepted.

    Attributes:
        name: its name.
        contract: the line.
        table: the table of the contract.
        form: its header.
        columns: what each column holds.
        fixed: field → its value for every record.
        source: name of the file.
        by: who accepts it.
        on: when.
        of: the municipality whose form it is, where the file tells.
        lacking: required fields of the table that neither a column nor a fixed value holds.
    """

    name: str
    contract: Contract
    table: str
    form: Form
    columns: tuple[Settled, ...]
    fixed: Mapping[str, str]
    source: str
    by: str
    on: dt.date
    of: Area | None = None
    lacking: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """The digest by which the form is known again."""
        return self.form.fingerprint(self.contract.line, self.table)

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
        yield f"  - table: {self.table}"
        yield f"    fingerprint: {self.fingerprint}"
        if self.form.sheet is not None:
            yield f"    sheet: {_quoted(self.form.sheet)}"
        if self.form.row is not None:
            yield f"    header_row: {self.form.row}"
        if self.fixed:
            told = ", ".join(f"{name}: {_quoted(value)}" for name, value in self.fixed.items())
            yield f"    fixed: {{ {told} }}"
        yield "    columns:  # field のない列は使わない / a column without a field is not used"
        for column in self.columns:
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
    table = examine(data, filename, [contract], schemas, sheet)
    form = table.found.form
    _tell_needless(table, filename)
    columns = confirmations.settle(table)
    about = confirmations.table(contract, columns, filename)
    fixed = confirmations.fixed(table)
    print_ = form.fingerprint(contract.line, about.name)
    chosen = _named(name, filename, print_, contract.folder / FOLDER)
    owner = contract.respondents.field
    held = {owner, *fixed, *(c.field.name for c in columns if c.field is not None)}
    lacking = tuple(f.name for f in about.fields if f.required and f.name not in held)
    of = _owner(table, filename, areas, on, fixed.get(owner))
    return Accepted(chosen, contract, about.name, form, columns, fixed, filename, by, on, of, lacking)


def _tell_needless(table: Table, filename: str) -> None:
    """Refuse a form that is known already, and one that is read by what its rows say."""
    memory, spread = table.understanding.memory, table.found.spread
    if memory is not None and memory.exact:
        raise KnownAlreadyError(filename, memory.layout.layout)
    if spread is not None:
        raise RowsOfOneError(filename, "、".join(table.found.written(at) or letters(at) for at in spread.labels))


def _owner(table: Table, filename: str, areas: Areas, at: dt.date, code: str | None) -> Area | None:
    """Return whose form it is: who was named, else whom the file's name or its addresses tell."""
    if code is not None:
        return areas.get(code, at)
    found = owner_of(table, filename, areas, at, None)
    return found.area if found is not None else None


def examine(
    data: bytes, filename: str, contracts: Sequence[Contract], schemas: Path, sheet: str | None = None
) -> Table:
    """Find and understand the table of a file as the reader does.

    Args:
        data: the file.
        filename: its name.
        contracts: the lines that it may belong to.
        schemas: the ``schemas/`` folder.
        sheet: the sheet on which it stands; the likeliest by default.

    Returns:
        The table.

    Raises:
        FileRefusedError: the file is no table.
        SheetUnknownError: it has no such sheet.
    """
    try:
        workbook = decode(data)
    except RefusedError as refusal:
        raise FileRefusedError.of(schemas, filename, refusal.rule_id, refusal.value, refusal.expected) from refusal
    lines = [line_words(contract, schemas) for contract in contracts]
    found = find_tables(_only(workbook, sheet, filename), lines)
    if not found:
        raise FileRefusedError.of(schemas, filename, _TABLE_NONE)
    return read_table(found[0], lines, filename, schemas)


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
