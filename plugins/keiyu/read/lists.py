"""Reading a list of no known form into the line that it fits, inside the pipeline."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from keiyu.codes.areas import Areas
from keiyu.contract.model import Contract
from keiyu.read.choose import Fit
from keiyu.read.exact import is_exact, is_form
from keiyu.read.general.rows import Rows, is_list, is_of_line
from keiyu.read.general.table import find_tables, line_words, read_table
from keiyu.read.grid import Workbook
from keiyu.read.model import Reading
from keiyu.read.notes import Notes
from keiyu.read.reporters import Resolver

LAYOUT: Final = "general"
"""What a reading says of a file whose columns were weighed."""


def is_known(fit: Fit | None, notes: Notes) -> bool:
    """Return whether a file is of a known form, or says itself that it is of another line.

    Args:
        fit: the line and tables found by forms and labels.
        notes: what was said of finding them.
    """
    if fit is None:
        return any(f.rule_id == "read.line.differs" for f in notes.findings)
    return not fit.regions or is_exact(fit) or is_form(fit) or not is_list(fit.reader.contract)


def fill(
    reading: Reading,
    workbook: Workbook,
    contracts: Sequence[Contract],
    areas: Areas,
    hint: dt.date | None,
    notes: Notes,
    schemas: Path,
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

    Returns:
        Whether there was one to read; if not, nothing was changed.
    """
    lines = [line_words(c, schemas) for c in contracts if is_list(c) and reading.line in (None, c.line)]
    found = find_tables(workbook, lines) if lines else []
    if not found:
        return False
    table = read_table(found[0], lines, reading.file, schemas)
    if not is_of_line(table):
        return False
    contract = table.line.contract
    if table.as_of is not None and hint is not None and table.as_of != hint:
        notes.add("read.as_of.collection", value=table.as_of.isoformat(), expected=hint.isoformat())
    reading.line, reading.layout, reading.as_of = contract.line, LAYOUT, table.as_of or hint
    if reading.as_of is None:
        notes.add("read.as_of.missing", expected="、".join(contract.waves))
    resolver = Resolver(areas, reading.as_of or dt.date.max, municipalities=contract.respondents.kind == "municipality")
    reading.tables = Rows(table, areas, resolver, notes).read()
    return True
