"""Reading a list of no known form into the line that it fits, inside the pipeline."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from keiyu.codes.areas import Areas
from keiyu.contract.model import Contract
from keiyu.read.choose import IDENTITY, Fit
from keiyu.read.exact import is_exact, is_form
from keiyu.read.general.rows import Rows, is_list, is_of_line
from keiyu.read.general.table import Table, find_tables, line_words, read_table
from keiyu.read.grid import Workbook
from keiyu.read.model import Reading
from keiyu.read.notes import Notes
from keiyu.read.owner import owner_of
from keiyu.read.reporters import Resolver

LAYOUT: Final = "general"
"""What a reading says of a file whose columns were weighed."""


def is_remembered(workbook: Workbook, contracts: Sequence[Contract], schemas: Path, line: str | None = None) -> bool:
    """Return whether a sheet has the very header of a form that was accepted for one of the lines.

    Args:
        workbook: the file, decoded.
        contracts: the lines that it may belong to.
        schemas: the ``schemas/`` folder.
        line: the line that the sender named, if any.
    """
    shelves = [line_words(c, schemas).known for c in contracts if is_list(c) and line in (None, c.line)]
    return any(shelf.find(g) for shelf in shelves if shelf for g in workbook.grids if not g.hidden)


def is_known(fit: Fit | None, workbook: Workbook, notes: Notes) -> bool:
    """Return whether a file is of a known form, or says itself that it is of another line.

    Args:
        fit: the line and tables found by forms and labels.
        workbook: the file, decoded.
        notes: what was said of finding them.
    """
    if fit is None:
        return any(f.rule_id == "read.line.differs" for f in notes.findings)
    if not fit.regions or is_form(fit) or not is_list(fit.reader.contract):
        return True
    return is_exact(fit) and any(grid.name == IDENTITY for grid in workbook.grids)


def fill(
    reading: Reading,
    workbook: Workbook,
    contracts: Sequence[Contract],
    areas: Areas,
    hint: dt.date | None,
    notes: Notes,
    schemas: Path,
    sender: str | None = None,
) -> bool:
    """Read a list of no known form.

    Args:
        reading: the reading to complete.
        workbook: the file, decoded.
        contracts: the lines that it may belong to.
        areas: the dated area table.
        hint: the collection that the sender named, if any.
        notes: where findings go.
        schemas: the ``schemas/`` folder.
        sender: who sent it, 6 digits; a list that does not say whose it is may be its sender's.

    Returns:
        Whether there was one to read; if not, nothing was changed.
    """
    lines = [line_words(c, schemas) for c in contracts if is_list(c) and reading.line in (None, c.line)]
    found = find_tables(workbook, lines) if lines else []
    if not found:
        return False
    table = read_table(found[0], lines, reading.file, schemas)
    memory = table.understanding.memory
    exact = memory is not None and memory.exact
    if not exact and not is_of_line(table):
        return False
    contract = table.line.contract
    if table.as_of is not None and hint is not None and table.as_of != hint:
        notes.add("read.as_of.collection", value=table.as_of.isoformat(), expected=hint.isoformat())
    reading.line, reading.as_of = contract.line, table.as_of or hint
    reading.layout = memory.layout.layout if memory is not None and exact else LAYOUT
    if reading.as_of is None:
        notes.add("read.as_of.missing", expected="、".join(contract.waves))
    at = reading.as_of or dt.date.max
    resolver = Resolver(areas, at, municipalities=contract.respondents.kind == "municipality")
    reading.tables = Rows(
        table, areas, resolver, notes, lambda: _owner(table, areas, at, sender, reading.file, notes)
    ).read()
    return True


def _owner(table: Table, areas: Areas, at: dt.date, sender: str | None, file: str, notes: Notes) -> str | None:
    """Return whose list it is where no column says so, and tell how that is known."""
    memory = table.understanding.memory
    code = memory.layout.fixed.get(table.line.contract.respondents.field) if memory is not None else None
    if code is not None:
        return code
    found = owner_of(table, file, areas, at, sender)
    sheet = table.found.grid.name
    if found is None:
        notes.add("read.reporter.unsaid", sheet=sheet)
        return None
    notes.add(found.rule, sheet=sheet, reporter=found.area.code6, value=found.area.code6, name=found.area.name)
    return found.area.code6
