"""What a file holds, as one JSON document: where its table stands, what its columns are, what its records say.

``schemas/schema/inspect.json`` describes the document. Nothing is guessed in it: a column that is not sure
has no field and says what it may be, and why.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from keiyu.codes.areas import Areas
from keiyu.contract.model import Contract
from keiyu.findings import Place, finding
from keiyu.read.decode import decode
from keiyu.read.general.table import Table, find_tables, line_words, read_table
from keiyu.read.general.telling import told
from keiyu.read.general.values import FieldValues, read_values
from keiyu.read.grid import Workbook
from keiyu.read.kinds.model import Value
from keiyu.read.model import ValueStatus
from keiyu.read.sniff import RefusedError

_AS_WRITTEN = {"listed", "choice", "kana"}
_SIMPLE = {ValueStatus.REPORTED, ValueStatus.TRUE_ZERO}


def inspect(
    data: bytes,
    filename: str,
    contracts: Sequence[Contract],
    areas: Areas,
    *,
    schemas: Path,
    line: str | None = None,
) -> dict[str, Any]:
    """Tell what a file holds.

    Args:
        data: the file.
        filename: its name; its extension is not believed.
        contracts: the lines it may belong to.
        areas: the dated area table.
        schemas: the ``schemas/`` folder.
        line: the line that it belongs to, where that is known.

    Returns:
        The document that ``schemas/schema/inspect.json`` describes.

    Raises:
        ContractError: the words of a line are wrong.
    """
    try:
        workbook = decode(data)
    except RefusedError as refusal:
        return _refused(filename, refusal, schemas)
    among = [line_words(c, schemas) for c in contracts if line in (None, c.line)]
    found = find_tables(workbook, among)
    if not found:
        first = workbook.grids[0].name if workbook.grids else None
        return _refused(filename, RefusedError("read.table.none", sheet=first), schemas, workbook)
    table = read_table(found[0], among, filename, schemas)
    return _document(filename, workbook, table, read_values(table, areas))


def _refused(
    filename: str, refusal: RefusedError, schemas: Path, workbook: Workbook | None = None
) -> dict[str, Any]:
    place = Place(file=filename, sheet=refusal.sheet)
    said = finding(schemas, refusal.rule_id, place, value=refusal.value, expected=refusal.expected)
    return {
        "file": filename,
        "expect": "reject",
        "line": None,
        "encoding": workbook.encoding if workbook else None,
        "sheet": None,
        "header_rows": [],
        "first_data_row": None,
        "last_data_row": None,
        "data_rows": None,
        "as_of": None,
        "columns": [],
        "rows": [],
        "reason": {"rule_id": said.rule_id, "ja": said.message_ja, "en": said.message_en, "hint_ja": said.hint_ja, "hint_en": said.hint_en},
    }


def _document(filename: str, workbook: Workbook, table: Table, values: Sequence[FieldValues]) -> dict[str, Any]:
    grid, records = table.found.grid, table.body.records
    return {
        "file": filename,
        "expect": "accept",
        "line": table.line.contract.line,
        "encoding": workbook.encoding,
        "sheet": grid.name,
        "header_rows": [] if grid.features else [row + 1 for row in table.found.header.rows],
        "first_data_row": grid.number(records[0]) if records else None,
        "last_data_row": grid.number(records[-1]) if records else None,
        "data_rows": len(records),
        "as_of": table.as_of.isoformat() if table.as_of else None,
        "columns": _columns(table),
        "rows": _rows(table, values),
        "reason": None,
    }


def _columns(table: Table) -> list[dict[str, Any]]:
    return [
        {
            "index": m.index,
            "header": table.found.over(m.index),
            "field": m.field,
            "confidence": round(m.confidence, 3),
            "needs_review": m.review,
            "candidates": [{"field": c.field, "confidence": round(c.confidence, 3)} for c in m.candidates],
            "evidence": told(m, table),
        }
        for m in table.understanding.columns
    ]


def _rows(table: Table, values: Sequence[FieldValues]) -> list[dict[str, Any]]:
    number = table.found.grid.number
    rows: list[dict[str, Any]] = [{"row": number(row), "values": {}, "status": {}} for row in table.body.records]
    for each in values:
        sort = table.line.judge.sorts[each.field]
        for row, read in zip(rows, each.read, strict=True):
            row["values"][each.field] = plain(read, sort)
            if read.status not in _SIMPLE:
                row["status"][each.field] = read.status.value
    return rows


def plain(read: Value, sort: str) -> Any:
    """Return a value as JSON has it: dates in ISO form; kinds of facilities and readings as they are written."""
    if sort in _AS_WRITTEN and read.value is not None:
        return read.raw.strip()
    return read.value.isoformat() if isinstance(read.value, dt.date) else read.value
