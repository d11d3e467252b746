"""The cells of a real file as an independent library gives them: what gold is held against."""

import csv
import io
import itertools
import json
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import python_calamine

Grid = Mapping[int, Sequence[Any]]


def cells(path: Path, encoding: str | None, sheet: str | None) -> Grid:
    """Return row number (1-based) → cells: CSV records, worksheet rows or GeoJSON features."""
    if path.suffix == ".geojson":
        rows = _features(path)
    elif path.suffix == ".xlsx":
        rows = _workbook(path, sheet)
    elif path.suffix == ".xls":
        rows = (
            python_calamine.CalamineWorkbook.from_path(str(path))
            .get_sheet_by_name(sheet or "")
            .to_python(skip_empty_area=False)
        )
    else:
        rows = list(csv.reader(io.StringIO(path.read_bytes().decode(encoding or "utf-8"), newline="")))
    return dict(enumerate(rows, 1))


def headers(path: Path, grid: Grid, rows: Sequence[int], index: int) -> set[tuple[str, ...]]:
    """Return what may be said to stand over a column: a blank cell may belong to the nearest one to its left."""
    if path.suffix == ".geojson":
        return {((*_properties(path), "geometry")[index],)}
    levels = []
    for row in rows:
        texts = [_text(cell) for cell in grid[row][: index + 1] if cell not in (None, "")]
        own = grid[row][index] not in (None, "")
        levels.append(texts[-1:] if own else ["", *texts[-1:]])
    return {tuple(filter(None, parts)) for parts in itertools.product(*levels)}


def _text(cell: object) -> str:
    return "".join(str(cell).split())


def _features(path: Path) -> list[list[Any]]:
    names = _properties(path)
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    return [[*(f["properties"].get(name) for name in names), f["geometry"]] for f in features]


def _properties(path: Path) -> list[str]:
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    return list(dict.fromkeys(name for feature in features for name in feature["properties"]))


def _workbook(path: Path, sheet: str | None) -> list[list[Any]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a header for the printer that openpyxl cannot parse
        book = openpyxl.load_workbook(path, data_only=True)
    return [list(row) for row in book[sheet or ""].iter_rows(values_only=True)]
