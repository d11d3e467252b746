"""What a file holds, as one JSON document: where its table stands, what its columns are, what its records say.

``schemas/schema/inspect.json`` describes the document. Nothing is guessed in it: a column that is not sure
has no field and says what it may be, and why. A file of a known form is told as the pipeline reads it.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from keiyu.codes.areas import Areas
from keiyu.contract.model import Contract
from keiyu.findings import Finding, Place, Severity, finding
from keiyu.read.choose import choose, prepared
from keiyu.read.decode import decode
from keiyu.read.drift import facts
from keiyu.read.exact import is_exact
from keiyu.read.general.rows import is_list
from keiyu.read.general.table import Table, find_tables, line_words, read_table
from keiyu.read.general.telling import told
from keiyu.read.general.values import FieldValues, read_values
from keiyu.read.grid import Workbook, column_of, letters
from keiyu.read.kinds.model import Value
from keiyu.read.lists import is_known, is_remembered
from keiyu.read.model import Reading, TableReading, ValueStatus
from keiyu.read.notes import Notes
from keiyu.read.reader import read
from keiyu.read.sniff import RefusedError

_SIMPLE: Final = {ValueStatus.REPORTED, ValueStatus.TRUE_ZERO}
_AS_WRITTEN: Final = {"listed", "choice", "kana"}
MODIFIED: Final = "dateModified"
"""Concept (GIF) of the date to which a row refers."""
_NOTHING: Final[Mapping[str, Any]] = {
    "expect": "reject",
    "line": None,
    "layout": None,
    "encoding": None,
    "sheet": None,
    "header_rows": [],
    "first_data_row": None,
    "last_data_row": None,
    "data_rows": None,
    "as_of": None,
    "columns": [],
    "rows": [],
    "tables": [],
    "drift": [],
    "reason": None,
}


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
        place = Place(file=filename, sheet=refusal.sheet)
        said = finding(schemas, refusal.rule_id, place, value=refusal.value, expected=refusal.expected)
        return _refused(filename, said)
    among = [c for c in contracts if line in (None, c.line)]
    tried = Notes(schemas, filename)
    remembered = is_remembered(workbook, among, schemas)
    fit = None if remembered else choose(workbook, [prepared(c, schemas) for c in among], line, tried)
    if fit is not None and is_known(fit, workbook, tried) and (is_exact(fit) or not fit.regions):
        return _of_form(read(data, filename, among, areas, schemas=schemas, line=line))
    words = [line_words(c, schemas) for c in among if line is not None or is_list(c)]
    found = find_tables(workbook, words)
    if not found:
        return {
            **_refused(filename, finding(schemas, "read.table.none", Place(file=filename))),
            "encoding": workbook.encoding,
        }
    table = read_table(found[0], words, filename, schemas)
    return {**_document(filename, workbook, table, read_values(table, areas)), **_remembered(filename, table, schemas)}


def _refused(filename: str, said: Finding) -> dict[str, Any]:
    reason = {
        "rule_id": said.rule_id,
        "ja": said.message_ja,
        "en": said.message_en,
        "hint_ja": said.hint_ja,
        "hint_en": said.hint_en,
    }
    return {"file": filename, **_NOTHING, "reason": reason}


def _document(filename: str, workbook: Workbook, table: Table, values: Sequence[FieldValues]) -> dict[str, Any]:
    grid, records = table.found.grid, table.body.records
    return {
        "file": filename,
        **_NOTHING,
        "expect": "accept",
        "line": table.line.contract.line,
        "encoding": workbook.encoding,
        "sheet": grid.name,
        "header_rows": [] if grid.features else [row + 1 for row in table.found.header.rows],
        "first_data_row": grid.number(records[0]) if records else None,
        "last_data_row": grid.number(records[-1]) if records else None,
        "data_rows": len(records),
        "as_of": _dated(table, values),
        "columns": _columns(table),
        "rows": _rows(table, values),
    }


def _remembered(filename: str, table: Table, schemas: Path) -> dict[str, Any]:
    """Tell of the known form by which a table was understood, and what has changed in it."""
    memory, found = table.understanding.memory, table.found
    if memory is None:
        return {}
    labels = {name: (field.label_ja, field.label_en) for name, field in table.line.fields.items()}
    told_of = [facts(change, memory.layout.named, labels, found.form) for change in memory.changes]
    said = [
        finding(schemas, f.pop("rule_id"), Place(filename, found.grid.name, f.pop("cell", None)), **f) for f in told_of
    ]
    return {
        "layout": memory.layout.layout if memory.exact else None,
        "drift": [{"rule_id": f.rule_id, "cell": f.place.cell, "ja": f.message_ja, "en": f.message_en} for f in said],
    }


def _dated(table: Table, values: Sequence[FieldValues]) -> str | None:
    """Return the date to which a table refers, where nothing above it says one the date that all its rows carry."""
    if table.as_of is not None:
        return table.as_of.isoformat()
    about = [each for each in values if table.line.fields[each.field].concept == MODIFIED]
    days = [value.value for each in about for value in each.read if isinstance(value.value, dt.date)]
    return days[0].isoformat() if len(set(days)) == 1 and 2 * len(days) >= len(table.body.records) else None


def _columns(table: Table) -> list[dict[str, Any]]:
    return [
        {
            "index": m.index,
            "header": table.found.over(m.index),
            "field": m.field,
            "confidence": round(m.confidence, 3),
            "needs_review": m.review,
            "candidates": [{"field": c.field, "confidence": round(c.confidence, 3)} for c in m.candidates],
            "evidence": told(m),
        }
        for m in table.understanding.columns
    ]


def _rows(table: Table, values: Sequence[FieldValues]) -> list[dict[str, Any]]:
    number = table.found.grid.number
    rows: list[dict[str, Any]] = [{"row": number(row), "values": {}, "status": {}} for row in table.body.records]
    for each in values:
        sort = table.line.judge.sorts[each.field]
        for row, value in zip(rows, each.read, strict=True):
            row["values"][each.field] = plain(value, sort)
            if value.status not in _SIMPLE:
                row["status"][each.field] = value.status.value
    return rows


def plain(value: Value, sort: str) -> Any:
    """Return a value as JSON has it: dates in ISO form; kinds of facilities and readings as they are written.

    Args:
        value: the value.
        sort: the sort of its field.
    """
    if sort in _AS_WRITTEN and value.value is not None:
        return value.raw.strip()
    return _json(value.value)


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _of_form(reading: Reading) -> dict[str, Any]:
    """Tell of a file of a known form what the pipeline reads in it."""
    errors = (f for f in reading.findings if f.severity is Severity.ERROR and f.place.reporter is None)
    if not reading.tables and not reading.nil:
        return {**_refused(reading.file, next(errors)), "encoding": reading.encoding}
    first = reading.tables[0] if reading.tables else None
    records = _records(first) if first else []
    return {
        "file": reading.file,
        **_NOTHING,
        "expect": "accept",
        "line": reading.line,
        "layout": reading.layout,
        "encoding": reading.encoding,
        "sheet": first.placement.sheet if first else None,
        "first_data_row": records[0]["row"] if records else None,
        "last_data_row": records[-1]["row"] if records else None,
        "data_rows": len(records),
        "as_of": reading.as_of.isoformat() if reading.as_of else None,
        "columns": list(_placed(first)) if first else [],
        "rows": records,
        "tables": [_told(t) for t in reading.tables],
    }


def _placed(table: TableReading) -> Iterator[dict[str, Any]]:
    """Yield the columns of a table of a known form; a form filled in like a sheet of paper has none."""
    columns = {} if table.placement.matrix else table.placement.columns
    evidence = {"ja": "登録済みの様式", "en": "a known form"}
    for name, at in sorted(columns.items(), key=lambda item: column_of(item[1])):
        yield {
            "index": column_of(at),
            "header": letters(column_of(at)),
            "field": name,
            "confidence": 1.0,
            "needs_review": False,
            "candidates": [{"field": name, "confidence": 1.0}],
            "evidence": evidence,
        }


def _records(table: TableReading) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [{"row": row, "values": {}, "status": {}} for row in table.rows]
    for name, values in table.columns.items():
        for row, value in zip(rows, values, strict=True):
            row["values"][name] = _json(value)
    for mark in table.marks:
        if mark.status not in _SIMPLE:
            rows[mark.index]["status"][mark.field] = mark.status.value
    return rows


def _told(table: TableReading) -> dict[str, Any]:
    first = table.rows[0] if table.rows else 0
    return {
        "table": table.table,
        "sheet": table.placement.sheet,
        "rows": len(table.rows),
        "first_row": first or None,
        "totals_row": table.totals_row,
        "columns": {name: table.placement.cell(name, first) for name in table.columns if first},
    }
