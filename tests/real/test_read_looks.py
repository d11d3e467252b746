"""Diagonal lines, merges and hidden rows of real workbooks are those that another library sees."""

import warnings
from pathlib import Path

import openpyxl
import pytest

from keiyu.read.decode import decode

pytestmark = pytest.mark.real
EDITIONS = {
    "funabashi_2022-09-30": 143,
    "funabashi_2022-10-22": 140,
    "funabashi_2022-12-13": 140,
    "funabashi_2023-05-13a": 151,
    "funabashi_2023-06-03": 151,
    "funabashi_2023-09-14": 151,
    "funabashi_2023-10-28": 151,
    "funabashi_2024-02-23": 154,
}


@pytest.mark.parametrize("name", EDITIONS)
def test_looks_agree_with_openpyxl(shared: Path, name: str) -> None:
    path = shared / "vacancy" / f"{name}.xlsx"
    grid = decode(path.read_bytes()).grids[0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a header for the printer that openpyxl cannot parse
        page = openpyxl.load_workbook(path)[grid.name or ""]
    crossed = set()
    for row in page.iter_rows():
        for cell in row:
            line = cell.border.diagonal
            if (cell.border.diagonalUp or cell.border.diagonalDown) and line is not None and line.style:
                crossed.add((cell.row - 1, cell.column - 1))
    merged = {(r.min_row - 1, r.min_col - 1, r.max_row - 1, r.max_col - 1) for r in page.merged_cells.ranges}
    assert grid.looks.diagonals == crossed
    assert len(crossed) == EDITIONS[name]
    assert set(map(tuple, grid.looks.merges)) == merged
    assert grid.looks.hidden_rows == {r - 1 for r, d in page.row_dimensions.items() if d.hidden}
