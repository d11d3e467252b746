"""The genuine national workbook, read by openpyxl alone: the oracle that owes nothing to our reader."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import openpyxl

from keiyu.codes.areas import Area, Areas
from keiyu.contract.model import Contract, Table

AS_OF = dt.date(2025, 4, 1)
LINE = "waiting_children"
_SHEETS = {"定員の状況": "capacity", "申込者の状況": "applicants"}
_OUTER, _INNER, _FIRST, _LAST, _COLUMN = 7, 8, 10, 1750, 5


@dataclass(frozen=True)
class Genuine:
    """What the workbook says.

    Attributes:
        values: area code → measure → figure.
        totals: measure → figure of the row 計.
        reporters: area code → area.
    """

    values: dict[str, dict[str, int]]
    totals: dict[str, int]
    reporters: dict[str, Area]


def load(shared: Path, contract: Contract, areas: Areas) -> Genuine:
    """Read both sheets cell by cell."""
    book = openpyxl.load_workbook(shared / "waiting_children" / "cfa_2025-04-01_capacity_applicants.xlsx")
    values: dict[str, dict[str, int]] = {}
    totals: dict[str, int] = {}
    reporters: dict[str, Area] = {}
    for title, table in _SHEETS.items():
        sheet = book[title]
        columns = _columns(sheet, contract.table(table))
        for row in range(_FIRST, _LAST + 1):
            area = areas.find(sheet.cell(row, 4).value, sheet.cell(row, 3).value, AS_OF)
            if area is None:
                raise LookupError(sheet.cell(row, 1).value)
            reporters[area.code6] = area
            values.setdefault(area.code6, {}).update(
                {name: sheet.cell(row, column).value for name, column in columns.items()}
            )
        totals.update({name: sheet.cell(_LAST + 1, column).value for name, column in columns.items()})
    return Genuine(values, totals, reporters)


def _columns(sheet: object, table: Table) -> dict[str, int]:
    outer, inner = table.dimensions
    codes = [{c.label_ja: c.code for c in d.codes} for d in (outer, inner)]
    found: dict[str, int] = {}
    above = ""
    for column in range(_COLUMN, sheet.max_column + 1):  # type: ignore[attr-defined]
        above = sheet.cell(_OUTER, column).value or above  # type: ignore[attr-defined]
        below = sheet.cell(_INNER, column).value  # type: ignore[attr-defined]
        if below is None:
            break
        wanted = {outer.name: codes[0][above], inner.name: codes[1][below]}
        found[next(m.name for m in table.measures if m.dimensions == wanted)] = column
    return found
