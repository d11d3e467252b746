"""Whether a table says of itself that it is about a line's things: names and addresses alone do not.

A list of public toilets has names, addresses and coordinates too, and fits every register a little.
"""

from typing import Final

from keiyu.read import fold
from keiyu.read.general.table import Table

_LEAST: Final = 0.2
"""Least share of values of one column that must name a thing of the line."""
_MEASURED: Final = "OBS_VALUE"
"""Concept (SDMX) of fields that are measured, such as 避難者数."""
_NAME: Final = "name"
_ADDRESS: Final = "address"
_FEWEST: Final = 4
_LONGEST: Final = 300
"""Rows of a table that may describe columns."""
_TELLING: Final = frozenset({"flag", "designated", "age", "ages"})
"""Sorts of fields that no list of other things has under the same headers."""


def tells(table: Table) -> bool:
    """Return whether a table tells which line it belongs to.

    By its title or the name of its file, by a header or by values that name the line's things (避難所, 保育園), or by
    columns that only such a list has: hazards, ages, what is offered.

    Args:
        table: the table, understood by the words of the line that fits it best.
    """
    line, found, used = table.line, table.found, table.understanding.fields
    own = [line.contract.fields[name] for name in used if name in line.contract.fields]
    if any(f.dimensions or f.concept == _MEASURED or line.judge.sorts[f.name] in _TELLING for f in own):
        return True
    headers = (level.text for column in found.header.levels for level in column)
    if line.named_in(found.title) or any(map(line.subjects.names, (*found.title.split("\n"), *headers))):
        return True
    return line.subjects.share({name: found.seen[at].sample for name, at in used.items()}) >= _LEAST


def describes(table: Table) -> bool:
    """Return whether a table describes the columns of another: what stands under its names are headers.

    Args:
        table: the table, understood.
    """
    fields = table.understanding.fields
    if _NAME not in fields or _ADDRESS in fields or len(table.body.records) > _LONGEST:
        return False
    at, rows = fields[_NAME], (table.found.grid.rows[row] for row in table.body.records)
    texts = {fold.joined(str(row[at])) for row in rows if at < len(row) and row[at] != ""}
    headers = len(texts & table.line.labels)
    return headers >= _FEWEST and 2 * headers >= len(texts)
