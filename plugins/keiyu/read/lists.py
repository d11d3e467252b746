"""Reading a list of no known form into the line that it fits, inside the pipeline."""

import datetime as dt
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from keiyu.codes.areas import Areas
from keiyu.contract.model import Contract
from keiyu.read.choose import IDENTITY, Fit
from keiyu.read.exact import is_exact, is_form
from keiyu.read.general.gather import gather
from keiyu.read.general.rows import has_header, is_list, is_of_line
from keiyu.read.general.table import Table, line_words
from keiyu.read.general.telltale import tells
from keiyu.read.grid import Workbook
from keiyu.read.model import Reading
from keiyu.read.notes import Notes
from keiyu.read.parts import LAYOUT, Sorter

__all__ = ["LAYOUT", "fill", "is_empty", "is_known", "is_remembered"]


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
        Whether there was one; if not, nothing was changed. One that does not tell its line is told, not read.
    """
    lines = [line_words(c, schemas) for c in contracts if is_list(c) and reading.line in (None, c.line)]
    whole = gather(workbook, lines, reading.file, schemas, areas) if lines else None
    if whole is None:
        return False
    memory = whole.main.understanding.memory
    known = memory is not None and memory.exact
    if not known and not is_of_line(whole.main):
        return _tell_empty(reading, whole.main, notes)
    if not known and reading.line is None and not tells(whole.main):
        nearest = whole.main.line.contract
        notes.add("read.line.untold", sheet=whole.main.found.grid.name, line=nearest.line, name_ja=nearest.name_ja)
        return True
    begin = partial(Notes, schemas, reading.file)
    Sorter(reading, whole, contracts, areas, hint, sender, notes, begin).sort()
    return True


def is_empty(table: Table) -> bool:
    """Return whether a list has its header and no record; one with a column of codes may be a nil return.

    Args:
        table: the table, understood.
    """
    coded = table.line.contract.respondents.field in table.understanding.fields
    return not table.body.records and not coded and has_header(table)


def _tell_empty(reading: Reading, table: Table, notes: Notes) -> bool:
    """Tell of a list that has no record."""
    if not is_empty(table) or (reading.line is None and not tells(table)):
        return False
    notes.add("read.table.empty", sheet=table.found.grid.name)
    reading.line = table.line.contract.line
    return True
