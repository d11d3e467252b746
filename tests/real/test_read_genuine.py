"""The genuine national workbook, cell by cell against an independent reader; every other real file is opened."""

import datetime as dt
from pathlib import Path

import openpyxl
import pytest

from keiyu.read import Reading
from keiyu.read.decode import decode
from keiyu.read.sniff import RefusedError
from reading import DAY, contract, reading

GENUINE = "waiting_children/cfa_2025-04-01_capacity_applicants.xlsx"
PUBLISHED_AS = "20250828_policies_hoiku_torimatome_r7_04.xlsx"
FIRST, LAST, TOTAL = 10, 1750, 1751

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def found(shared: Path) -> Reading:
    return reading((shared / GENUINE).read_bytes(), PUBLISHED_AS)


def test_nothing_is_wrong_with_the_genuine_workbook(found: Reading) -> None:
    assert (found.line, found.layout, found.as_of, found.findings) == ("waiting_children", "national", DAY, [])
    assert [(t.table, len(t.rows), t.totals_row) for t in found.tables] == [
        ("capacity", 1741, TOTAL),
        ("applicants", 1741, TOTAL),
    ]


def test_every_figure_is_the_one_at_its_address(shared: Path, found: Reading) -> None:
    book = openpyxl.load_workbook(shared / GENUINE, data_only=True)
    compared = 0
    for table in found.tables:
        sheet = book[str(table.placement.sheet)]
        cells = {c.coordinate: c.value for row in sheet.iter_rows(min_row=FIRST, max_row=TOTAL) for c in row}
        for field in contract().table(table.table).measures:
            column = table.columns[field.name]
            told = [table.placement.cell(field.name, row) for row in table.rows]
            assert [cells[at or ""] for at in told] == list(column)
            assert cells[table.placement.cell(field.name, TOTAL) or ""] == table.totals[field.name] == sum(column)
            compared += len(column)
        names = [cells[table.placement.cell("municipality", row) or ""] for row in table.rows]
        assert names == list(table.columns["municipality"])
    assert compared == 153_208


def test_every_header_above_a_field_names_it(shared: Path, found: Reading) -> None:
    book = openpyxl.load_workbook(shared / GENUINE, read_only=True, data_only=True)
    for table in found.tables:
        ages, categories = contract().table(table.table).dimensions
        labels = [{c.code: c.label_ja for c in d.codes} for d in (ages, categories)]
        page = book[str(table.placement.sheet)]
        upper, lower = (list(row) for row in page.iter_rows(min_row=7, max_row=8, values_only=True))
        for field in contract().table(table.table).measures:
            at = openpyxl.utils.column_index_from_string(table.placement.columns[field.name]) - 1
            above = next(text for text in reversed(upper[: at + 1]) if text)
            assert (above, lower[at]) == tuple(
                names[field.dimensions[d.name]] for names, d in zip(labels, (ages, categories), strict=True)
            )


def test_every_municipality_is_resolved_even_the_one_with_a_variant_character(found: Reading) -> None:
    codes = found.tables[0].columns["area_code"]
    assert len(set(codes)) == 1741
    assert codes == found.tables[1].columns["area_code"]
    named = dict(zip(found.tables[0].columns["municipality"], codes, strict=True))
    assert named["梼原町"] == "394050"


def test_the_control_totals_come_out(found: Reading) -> None:
    sums = {f.name: sum(t.columns[f.name]) for t in found.tables for f in contract().table(t.table).measures}
    headline = {name: sum(sums[f] for f in of["fields"]) for name, of in contract().headline.items()}
    assert headline["capacity"] == 3_029_282
    assert headline["applicants"] == 2_765_235
    assert headline["enrolled"] == 2_678_417
    assert headline["waiting"] == 2_254
    assert sum(1 for n in found.tables[1].columns["waiting_total"] if n) == 211


REFUSED = {"nursery_lists/not_a_csv.csv": "JavaScript"}


def test_every_real_file_is_opened_or_refused_by_name(shared: Path) -> None:
    refused = {}
    for path in sorted(p for p in shared.rglob("*") if p.suffix in {".csv", ".xlsx", ".xls", ".geojson"}):
        try:
            book = decode(path.read_bytes())
        except RefusedError as refusal:
            refused[path.relative_to(shared).as_posix()] = refusal.value
        else:
            assert any(len(grid.rows) > 1 for grid in book.grids), path
    assert refused == REFUSED


def test_no_real_file_breaks_the_reader(shared: Path) -> None:
    for path in sorted(p for p in shared.rglob("*") if p.is_file() and p.stat().st_size < 2_000_000):
        found = reading(path.read_bytes(), path.name, as_of=dt.date(2025, 4, 1))
        assert found.findings or found.tables, path
