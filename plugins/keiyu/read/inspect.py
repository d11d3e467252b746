"""What a file holds, as one JSON document: where its table stands, what its columns are, what its records say.

``schemas/schema/inspect.json`` describes the document. Nothing is guessed in it: a column that is not sure
has no field and says what it may be, and why. A file of a known form is told as the pipeline reads it.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from pathlib import Path
from typing import Any, Final

from keiyu.codes.areas import Areas
from keiyu.contract.model import Contract
from keiyu.findings import Finding, Place, Severity, finding
from keiyu.read.choose import Fit, choose, prepared
from keiyu.read.decode import decode
from keiyu.read.drift import RULES, facts
from keiyu.read.exact import is_exact
from keiyu.read.formed import formed
from keiyu.read.general.concealed import concealed
from keiyu.read.general.gather import MODIFIED, Whole, gather
from keiyu.read.general.mapping import Mapped
from keiyu.read.general.rows import is_list
from keiyu.read.general.table import Table, line_words
from keiyu.read.general.telling import told
from keiyu.read.general.telltale import tells
from keiyu.read.general.written import row_of, written
from keiyu.read.grid import Workbook, letters
from keiyu.read.lists import is_empty, is_known, is_remembered
from keiyu.read.model import Reading
from keiyu.read.notes import Notes
from keiyu.read.owner import owner_of
from keiyu.read.reader import read
from keiyu.read.records import as_json, records_of, said_in
from keiyu.read.sniff import RefusedError

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
    "reporter": None,
    "columns": [],
    "rows": [],
    "further_rows": [],
    "tables": [],
    "drift": [],
    "findings": [],
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
        return _of_form(read(data, filename, among, areas, schemas=schemas, line=line), fit, areas)
    words = [line_words(c, schemas) for c in among if line is not None or is_list(c)]
    whole = gather(workbook, words, filename, schemas, areas)
    if whole is None:
        return {
            **_refused(filename, finding(schemas, "read.table.none", Place(file=filename))),
            "encoding": workbook.encoding,
        }
    document = {**_document(filename, workbook, whole, areas), **_remembered(filename, whole, schemas)}
    document["findings"] = [_said(said) for said in _remarks(filename, workbook, schemas)]
    document["findings"] += [_said(said) for said in _hidden(filename, whole, schemas)]
    return _doubted(document, whole.main, schemas, line)


def _doubted(document: dict[str, Any], main: Table, schemas: Path, line: str | None) -> dict[str, Any]:
    """Tell of a table that it has no record, or that nothing says which line it belongs to."""
    if is_empty(main) and not document["further_rows"]:
        empty = finding(schemas, "read.table.empty", Place(document["file"], main.found.grid.name))
        document |= {"expect": "reject", "reason": _said(empty)}
    if line is None and document["layout"] is None and not tells(main):
        document["line"] = None
        document["findings"].append(_of_no_line(document["file"], main, schemas))
    return document


def _remarks(filename: str, workbook: Workbook, schemas: Path) -> Iterator[Finding]:
    """Yield what the decoder has to say of a file that it could read."""
    for remark in workbook.remarks:
        place = Place(filename, remark.sheet, remark.cell)
        yield finding(schemas, remark.rule_id, place, value=remark.value, expected=remark.expected)


def _hidden(filename: str, whole: Whole, schemas: Path) -> Iterator[Finding]:
    """Yield which rows and columns were read that nobody sees."""
    for hidden in concealed(table for each in whole.lists for table in each):
        yield finding(schemas, "read.table.hidden", Place(filename, hidden.sheet), value=hidden.places)


def _of_no_line(filename: str, table: Table, schemas: Path) -> dict[str, Any]:
    """Tell that nothing says which line a table belongs to, and by whose words it was understood."""
    nearest, place = table.line.contract, Place(filename, table.found.grid.name)
    return _said(finding(schemas, "read.line.nearest", place, line=nearest.line, name_ja=nearest.name_ja))


def _refused(filename: str, said: Finding) -> dict[str, Any]:
    return {"file": filename, **_NOTHING, "reason": _said(said)}


def _said(said: Finding) -> dict[str, Any]:
    return {
        "rule_id": said.rule_id,
        "ja": said.message_ja,
        "en": said.message_en,
        "hint_ja": said.hint_ja,
        "hint_en": said.hint_en,
    }


def _document(filename: str, workbook: Workbook, whole: Whole, areas: Areas) -> dict[str, Any]:
    table, parts = whole.main, whole.lists[0]
    inside = [part for part in parts if _seat(part) == _seat(table)]
    here = records_of(inside, areas)
    if table.found.month is not None:
        here = sorted(here, key=lambda record: record["row"])
    further = records_of([part for part in parts if part not in inside], areas)
    numbers = [part.found.grid.number(row) for part in inside for row in _ends(part)]
    return {
        "file": filename,
        **_NOTHING,
        "expect": "accept",
        "line": table.line.contract.line,
        "encoding": workbook.encoding,
        "sheet": table.found.grid.name,
        "header_rows": _header_rows(table),
        "first_data_row": min(numbers, default=None),
        "last_data_row": max(numbers, default=None),
        "data_rows": len(here),
        "as_of": _dated(table, areas) if len({part.as_of for part in inside}) == 1 else None,
        "reporter": _reporter(parts, filename, areas),
        "columns": _columns(whole.lists[0]),
        "rows": here,
        "further_rows": further,
        "tables": [
            _told(part, part.line is table.line and n == 0)
            for n, each in enumerate(whole.lists)
            for t in each
            for part in (t, *(joined.table for joined in t.joined))
        ],
    }


def _seat(table: Table) -> tuple[str | None, frozenset[int] | None]:
    """Return the sheet on which a table stands, and its columns where those of other months stand beside them."""
    return table.found.grid.name, table.found.month.own if table.found.month is not None else None


def _reporter(tables: Sequence[Table], file: str, areas: Areas) -> dict[str, str] | None:
    """Tell whose list a table is: by its column of codes, else as the pipeline tells it of what anybody sends."""
    table = tables[0]
    at, field = table.as_of or dt.date.max, table.line.contract.respondents.field
    if field in table.understanding.fields:
        return _of_column({code for each in tables for code in said_in(each, {field}, areas)}, areas, at)
    owner = owner_of(table, file, areas, at, None)
    by = owner.rule.rpartition(".")[2] if owner is not None else ""
    return {"area_code": owner.area.code6, "name": owner.area.name, "by": by} if owner is not None else None


def _of_column(codes: Set[Any], areas: Areas, at: dt.date) -> dict[str, str] | None:
    """Tell the one reporter whose code all rows carry."""
    area = areas.get(str(next(iter(codes))), at) if len(codes) == 1 else None
    return {"area_code": area.code6, "name": area.name, "by": "column"} if area is not None else None


def _ends(table: Table) -> Sequence[int]:
    """Return the first and the last row of a table that tells of a record."""
    records, spread = table.body.records, table.found.spread
    if not records:
        return ()
    several = spread.of if spread is not None and spread.named else {}
    return records[0], max(several.get(records[-1], (records[-1],)))


def _header_rows(table: Table) -> list[int]:
    return [] if table.found.grid.features else [row + 1 for row in table.found.header.rows]


def _told(table: Table, listed: bool) -> dict[str, Any]:
    """Tell of one of the tables of a file."""
    number, records, own = table.found.grid.number, table.body.records, table.understanding.fields
    first = number(records[0]) if records else None
    rows = {name: row_of(table.found, records[0], at) for name, at in own.items()} if first else {}
    return {
        "line": table.line.contract.line,
        "table": next(
            (t.name for t in table.line.contract.tables if set(t.by_name) & set(table.understanding.fields)), None
        ),
        "sheet": table.found.grid.name,
        "header_rows": _header_rows(table),
        "rows": len(records),
        "first_row": first,
        "totals_row": next((number(row) for row, kind in table.body.aside.items() if kind == "total"), None),
        "as_of": table.as_of.isoformat() if table.as_of else None,
        "listed": listed,
        "columns": {
            name: f"{letters(table.found.source(own[name]))}{number(row)}"
            for name, row in rows.items()
            if row is not None
        },
        "given": {name: list(dict.fromkeys(filter(None, texts))) for name, texts in table.given.items()},
    }


def _remembered(filename: str, whole: Whole, schemas: Path) -> dict[str, Any]:
    """Tell of the known forms by which the tables of a list were understood, and what has changed in them."""
    memory = whole.main.understanding.memory
    return {
        "layout": memory.layout.layout if memory is not None and memory.exact else None,
        "drift": [change for table in whole.lists[0] for change in changes_of(filename, table, schemas)],
    }


def changes_of(filename: str, table: Table, schemas: Path) -> list[dict[str, Any]]:
    """Tell what has changed in the known form by which a table was understood.

    Args:
        filename: the file's name.
        table: the table.
        schemas: the ``schemas/`` folder.

    Returns:
        Each change with its rule, its sheet and header cell, and what there is to say of it in both languages.
    """
    memory, found = table.understanding.memory, table.found
    if memory is None:
        return []
    labels = {name: (field.label_ja, field.label_en) for name, field in table.line.fields.items()}
    told_of = [facts(change, memory.layout.named, labels, found.form) for change in memory.changes]
    said = [
        finding(schemas, f.pop("rule_id"), Place(filename, found.grid.name, f.pop("cell", None)), **f) for f in told_of
    ]
    return list(map(_change, said))


def _change(said: Finding) -> dict[str, Any]:
    return {
        "rule_id": said.rule_id,
        "sheet": said.place.sheet,
        "cell": said.place.cell,
        "ja": said.message_ja,
        "en": said.message_en,
    }


def _dated(table: Table, areas: Areas) -> str | None:
    """Return the date to which a table refers, where nothing above it says one the date that all its rows carry."""
    if table.as_of is not None:
        return table.as_of.isoformat()
    about = {name for name, field in table.line.fields.items() if field.concept == MODIFIED}
    days = Counter(day for day in said_in(table, about, areas) if isinstance(day, dt.date))
    [(day, times)] = days.items() if len(days) == 1 else [(None, 0)]
    return day.isoformat() if day is not None and 2 * times >= len(table.body.records) else None


def _columns(tables: Sequence[Table]) -> list[dict[str, Any]]:
    """Tell of the columns of the first table, and of those beside it on its sheet."""
    first, columns = tables[0], list[dict[str, Any]]()
    for table in tables:
        if table is first or (table.found.grid.name == first.found.grid.name and _is_beside(table, first)):
            columns += [_column(table, m) for m in written(table)[len(columns) :]]
    return columns


def _is_beside(one: Table, two: Table) -> bool:
    return one.found.header.top <= two.found.header.bottom and two.found.header.top <= one.found.header.bottom


def _column(table: Table, mapped: Mapped) -> dict[str, Any]:
    return {
        "index": mapped.index,
        "header": table.found.written(mapped.index),
        "field": mapped.field,
        "confidence": round(mapped.confidence, 3),
        "needs_review": mapped.review,
        "candidates": [{"field": c.field, "confidence": round(c.confidence, 3)} for c in mapped.candidates],
        "evidence": told(mapped, table.line.schemas),
    }


def _of_form(reading: Reading, fit: Fit, areas: Areas) -> dict[str, Any]:
    """Tell of a file of a known form what the pipeline reads in it."""
    errors = (f for f in reading.findings if f.severity is Severity.ERROR and f.place.reporter is None)
    if not reading.tables and not reading.nil:
        return {**_refused(reading.file, next(errors)), "encoding": reading.encoding}
    told = formed(reading, fit, as_json)
    rows = [*told.get("rows", ()), *told.get("further_rows", ())]
    field, at = fit.reader.contract.respondents.field, reading.as_of or dt.date.max
    return {
        "file": reading.file,
        **_NOTHING,
        "expect": "accept",
        "line": reading.line,
        "layout": reading.layout,
        "encoding": reading.encoding,
        "data_rows": 0,
        "as_of": reading.as_of.isoformat() if reading.as_of else None,
        "reporter": _of_column({row["values"].get(field) for row in rows}, areas, at),
        "drift": [_change(f) for f in reading.findings if f.rule_id in RULES.values()],
        **told,
    }
