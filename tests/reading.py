"""What the tests of reading share: a short way from rows to bytes and from bytes to a reading."""

import csv
import datetime as dt
import io
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import xlsxwriter

from keiyu.codes import areas
from keiyu.codes.areas import Areas
from keiyu.contract import lines, load
from keiyu.contract.model import Contract
from keiyu.read import Reading, read

SCHEMAS = Path(__file__).resolve().parents[1] / "schemas"
WAITING = "waiting_children"
DAY = dt.date(2025, 4, 1)
Rows = Sequence[Sequence[Any]]


@cache
def contract(line: str = WAITING) -> Contract:
    return load(line, SCHEMAS)


@cache
def contracts() -> tuple[Contract, ...]:
    return tuple(load(line, SCHEMAS) for line in lines(SCHEMAS))


@cache
def all_areas() -> Areas:
    return areas.load(SCHEMAS)


def csv_bytes(rows: Rows, encoding: str = "utf-8", delimiter: str = ",", end: str = "\r\n") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=end).writerows(rows)
    return text.getvalue().encode(encoding)


def xlsx_bytes(sheets: dict[str, Rows]) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
    return target.getvalue()


def reading(data: bytes, name: str = "報告_R7.4.1.csv", **hints: Any) -> Reading:
    return read(data, name, contracts(), all_areas(), schemas=SCHEMAS, **hints)


def rules(found: Reading) -> list[str]:
    return [f.rule_id for f in found.findings]


def measures(line: str = WAITING) -> list[str]:
    return [f.name for t in contract(line).tables for f in t.measures]


def flat_rows(*reporters: tuple[str, str, str], value: Any = 1) -> list[list[Any]]:
    """A flat table of the waiting-children line, every figure the same."""
    labels = [f.label_ja for t in contract().tables for f in t.measures]
    return [
        ["全国地方公共団体コード", "都道府県", "市区町村", *labels],
        *([*reporter, *[value] * len(labels)] for reporter in reporters),
    ]
