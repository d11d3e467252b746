"""The Excel form of a line, empty or filled in for a reporter.

``python -m keiyu.contract.template`` writes every line's ``template.xlsx`` anew after a contract changed.
"""

import datetime as dt
import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from keiyu.codes.areas import Area
from keiyu.codes.eras import to_wareki
from keiyu.contract.fill import Cell, Form
from keiyu.contract.form import TITLE, Sheet, draw, sheets
from keiyu.contract.loader import TEMPLATE, lines, load
from keiyu.contract.model import Contract, Table
from keiyu.contract.prefilled import Prefilled
from keiyu.settings import find_home

_NO_DATE: Final = "令和　　年　　月　　日"
_forms: Final[dict[tuple[str, str, str], Form]] = {}


def render(
    contract: Contract,
    *,
    reporter: Area | None = None,
    as_of: dt.date | None = None,
    values: Mapping[str, Any] | None = None,
    prefilled: Prefilled | None = None,
) -> bytes:
    """Return the line's form as an xlsx workbook.

    The first copy draws the form; further copies only fill it and take about a millisecond.

    Args:
        contract: the line.
        reporter: who reports; its code and names stand in the reporter's block.
        as_of: the reference date in the title, in the Japanese calendar; left open if none.
        values: what to fill in: field → figure or text for sheets in matrix form (a reporter's field
            here goes before ``reporter``), table → rows (field → value) for sheets of records.
            Texts are written as they are, so that a form can show what a clerk typed; a code becomes the
            label that its drop-down shows.
        prefilled: figures to fill in for the reporter: visibly marked, and to be confirmed before they are sent.

    Returns:
        The workbook; ``form.sheets`` tells where each field stands.
    """
    given = {**({**prefilled.values, **prefilled.rows} if prefilled else {}), **(values or {})}
    if reporter is not None:
        given = _about(reporter) | given
    cells: dict[int, dict[str, Cell]] = {}
    rows: dict[int, list[dict[str, Cell]]] = {}
    for number, (table, sheet) in enumerate(zip(contract.tables, sheets(contract), strict=True), 1):
        if sheet.matrix:
            cells[number] = {TITLE: _title(contract, table, as_of), **_placed(sheet, given)}
        else:
            labels = _labels(table, contract)
            rows[number] = [_placed(sheet, row, labels) for row in _rows(given.get(table.name))]
    form = Form(draw(contract, prefilled)) if prefilled else _form(contract)
    return form.fill(cells, rows)


def contents(workbook: bytes) -> dict[str, bytes]:
    """Return the parts of a workbook: what must be equal, however the archive was compressed."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def refresh(schemas: Path) -> list[Path]:
    """Write the empty form of every line whose ``template.xlsx`` is not what its contract gives.

    Args:
        schemas: the ``schemas/`` folder.

    Returns:
        The files written.
    """
    written = []
    for line in lines(schemas):
        form = render(load(line, schemas))
        path = schemas / "lines" / line / TEMPLATE
        if not path.is_file() or contents(path.read_bytes()) != contents(form):
            path.write_bytes(form)
            written.append(path)
    return written


def _about(reporter: Area) -> dict[str, Any]:
    return {"area_code": reporter.code6, "prefecture": reporter.prefecture_name, "municipality": reporter.name}


def _title(contract: Contract, table: Table, as_of: dt.date | None) -> str:
    date = to_wareki(as_of) if as_of else _NO_DATE
    return f"{contract.name_ja}　{table.label_ja}（{date}）"


def _rows(given: object) -> Sequence[Mapping[str, Any]]:
    return given if isinstance(given, Sequence) and not isinstance(given, str) else ()


def _placed(
    sheet: Sheet, given: Mapping[str, Any], labels: Mapping[tuple[str, Any], str] | None = None
) -> dict[str, Cell]:
    told = labels or {}
    return {cell: told.get((name, given[name]), given[name]) for name, cell in sheet.cells.items() if name in given}


def _labels(table: Table, contract: Contract) -> dict[tuple[str, Any], str]:
    """Return (field, code) → the label that the field's drop-down shows."""
    listed = {f.name: contract.codelists.get(f.codelist or "", ()) for f in table.fields}
    return {(name, code.code): code.label_ja for name, codes in listed.items() for code in codes}


def _form(contract: Contract) -> Form:
    key = (contract.line, contract.version, contract.form_digest)
    if key not in _forms:
        _forms[key] = Form(draw(contract))
    return _forms[key]


if __name__ == "__main__":
    refresh(find_home() / "schemas")
