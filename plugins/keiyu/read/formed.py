"""What ``inspect`` tells of a file of a known form: what the pipeline reads in it, under the header that it has."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from keiyu.read.choose import Fit
from keiyu.read.find import Region, Wide
from keiyu.read.general.headers import Header, HeaderFinder
from keiyu.read.general.table import Found
from keiyu.read.grid import column_of, letters
from keiyu.read.model import Reading, TableReading, ValueStatus

SIMPLE: Final = frozenset({ValueStatus.REPORTED, ValueStatus.TRUE_ZERO})
"""Statuses of which nothing needs to be told."""

_EVIDENCE: Final = {"ja": "登録済みの様式", "en": "a known form"}


def formed(reading: Reading, fit: Fit, plain: Callable[[Any], Any]) -> dict[str, Any]:
    """Tell what stands in a file of a known form.

    Args:
        reading: what the pipeline read.
        fit: its line and the tables found by its form.
        plain: returns a value as JSON has it.

    Returns:
        The parts of the document of ``schemas/schema/inspect.json`` that tell of tables, columns and rows.
    """
    first = reading.tables[0] if reading.tables else None
    if first is None:
        return {}
    same = [table for table in reading.tables if table.table == first.table]
    found = {id(table): _found(table, fit) for table in reading.tables}
    records = [record for table in same for record in _records(table, plain)]
    here = [record for record in records if record["sheet"] == first.placement.sheet]
    return {
        "sheet": first.placement.sheet,
        "header_rows": _header_rows(found[id(first)]),
        "first_data_row": here[0]["row"] if here else None,
        "last_data_row": here[-1]["row"] if here else None,
        "data_rows": len(here),
        "columns": list(_columns(first, found[id(first)], _evidence(fit))),
        "rows": here,
        "further_rows": [record for record in records if record["sheet"] != first.placement.sheet],
        "tables": [_told(reading, table, found[id(table)], table in same) for table in reading.tables],
    }


def _found(table: TableReading, fit: Fit) -> Found | None:
    """Return where the header of a table stands; a form filled in like a sheet of paper has none."""
    if table.placement.matrix:
        return None
    region = next((r for r in fit.regions if _holds(r, table)), None)
    return Found(region.grid, _header(region)) if region is not None else None


def _holds(region: Region, table: TableReading) -> bool:
    tables = region.plan.tables if isinstance(region.plan, Wide) else ()
    return region.grid.name == table.placement.sheet and any(t.table.name == table.table for t in tables)


def _header(region: Region) -> Header:
    depth = len(region.plan.header) if isinstance(region.plan, Wide) else 1
    return HeaderFinder(region.grid, lambda _: False).at(region.row - depth + 1, region.row)


def _header_rows(found: Found | None) -> list[int]:
    return [] if found is None or found.grid.features else [row + 1 for row in found.header.rows]


def _evidence(fit: Fit) -> dict[str, str]:
    """Return what speaks for the columns: which form is known, and since when, where a person has accepted it."""
    memories = (r.plan.memory for r in fit.regions if isinstance(r.plan, Wide))
    memory = next((m for m in memories if m is not None and m.exact), None)
    return _EVIDENCE if memory is None else dict(zip(("ja", "en"), memory.layout.evidence, strict=True))


def _columns(table: TableReading, found: Found | None, evidence: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Yield the columns of a table of a known form."""
    columns = {} if table.placement.matrix else table.placement.columns
    for name, at in sorted(columns.items(), key=lambda item: column_of(item[1])):
        index = column_of(at)
        yield {
            "index": index,
            "header": _text(found, index) or letters(index),
            "field": name,
            "confidence": 1.0,
            "needs_review": False,
            "candidates": [{"field": name, "confidence": 1.0}],
            "evidence": evidence,
        }


def _text(found: Found | None, index: int) -> str:
    return found.over(index) if found is not None and index < len(found.header.levels) else ""


def _records(table: TableReading, plain: Callable[[Any], Any]) -> list[dict[str, Any]]:
    sheet, source = table.placement.sheet, table.placement.source
    rows: list[dict[str, Any]] = [
        {"row": source(r), "sheet": sheet, "section": None, "values": {}, "status": {}} for r in table.rows
    ]
    for name, values in table.columns.items():
        for row, value in zip(rows, values, strict=True):
            row["values"][name] = plain(value)
    for mark in table.marks:
        if mark.status not in SIMPLE:
            rows[mark.index]["status"][mark.field] = mark.status.value
    return rows


def _told(reading: Reading, table: TableReading, found: Found | None, listed: bool) -> dict[str, Any]:
    first = table.rows[0] if table.rows else 0
    cells: Mapping[str, str | None] = {name: table.placement.cell(name, first) for name in table.columns if first}
    return {
        "line": reading.line,
        "table": table.table,
        "sheet": table.placement.sheet,
        "header_rows": _header_rows(found),
        "rows": len(table.rows),
        "first_row": table.placement.source(first) if first else None,
        "totals_row": table.totals_row,
        "as_of": reading.as_of.isoformat() if reading.as_of else None,
        "listed": listed,
        "columns": cells,
        "given": {},
    }
