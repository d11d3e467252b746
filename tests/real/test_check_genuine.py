"""The genuine national file: not one error, and only the queries that its figures were measured to raise."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

from keiyu.check import Checked, check
from keiyu.codes import areas
from keiyu.contract import load
from keiyu.read import read
from keiyu.read.model import Reading, TableReading

pytestmark = pytest.mark.real

AS_OF = dt.date(2025, 4, 1)
QUERIES = {
    ("WC-Q1", "北海道更別村"): "利用児童数（４類型） 88 が定員 55 の 1.60 倍です。",
    ("WC-Q1", "青森県蓬田村"): "利用児童数（４類型） 34 が定員 20 の 1.70 倍です。",
    ("WC-Q1", "青森県西目屋村"): "利用児童数（４類型） 38 が定員 20 の 1.90 倍です。",
    ("WC-Q1", "群馬県甘楽町"): "利用児童数（４類型） 305 が定員 250 の 1.22 倍です。",
    ("WC-Q1", "奈良県川上村"): "利用児童数（４類型） 24 が定員 19 の 1.26 倍です。",
    ("WC-Q1", "福岡県大任町"): "利用児童数（４類型） 220 が定員 160 の 1.38 倍です。",
    ("WC-Q2", "沖縄県竹富町"): "４類型の利用児童数が 122 人いるのに４類型の定員が0で、"
    "定員 270 はすべて特例保育等・企業主導型・地方単独に計上されています。",
}


@pytest.fixture(scope="module")
def national(shared: Path, schemas: Path) -> Reading:
    path = shared / "waiting_children" / "cfa_2025-04-01_capacity_applicants.xlsx"
    return read(path.read_bytes(), path.name, [load("waiting_children", schemas)], areas.load(schemas), schemas=schemas)


def run(home: Path, readings: list[Reading], senders: list[str | None]) -> Checked:
    schemas = home / "schemas"
    return check(
        load("waiting_children", schemas),
        readings,
        areas=areas.load(schemas),
        expectations=home / "expectations",
        senders=senders,
        as_of=AS_OF,
    )


def said(checked: Checked, home: Path) -> dict[tuple[str, str], str]:
    bodies = areas.load(home / "schemas")
    found = {}
    for _, finding in checked.findings:
        area = bodies.get(finding.place.reporter or "", AS_OF)
        assert area is not None
        found[finding.rule_id, area.prefecture_name + area.name] = finding.message_ja
    return found


def test_no_error_and_only_the_predicted_queries(national: Reading, home: Path) -> None:
    checked = run(home, [national], [None])
    assert said(checked, home) == QUERIES
    assert {f.severity for _, f in checked.findings} == {"query"}
    assert len(checked.verdicts) == 1741
    assert all(v.accepted for v in checked.verdicts)
    assert {name: rows.num_rows for name, rows in checked.frames.items()} == {"capacity": 1741, "applicants": 1741}


def split(national: Reading, by: Callable[[str], str]) -> dict[str, Reading]:
    """Cut the national file into one file per relaying body, cells staying where they were."""
    files: dict[str, Reading] = {}
    for table in national.tables:
        rows: dict[str, list[int]] = defaultdict(list)
        for index, code in enumerate(table.columns["area_code"]):
            rows[by(code)].append(index)
        for body, own in rows.items():
            reading = files.setdefault(body, Reading(f"{body}.xlsx", body, line=national.line))
            columns = {name: [column[n] for n in own] for name, column in table.columns.items()}
            reading.tables.append(TableReading(table.table, table.placement, [table.rows[n] for n in own], columns))
    return files


def test_the_same_through_the_129_bodies_that_relay_it(national: Reading, home: Path) -> None:
    schemas = home / "schemas"
    bodies, direct = areas.load(schemas), load("waiting_children", schemas).relay.direct
    files = split(national, lambda code: bodies.reporting_body(code, AS_OF, direct))
    assert len(files) == 129
    checked = run(home, list(files.values()), list(files))
    assert said(checked, home) == QUERIES
    assert sum(v.accepted for v in checked.verdicts) == 1741


def test_the_same_from_each_municipality_itself(national: Reading, home: Path) -> None:
    files = split(national, str)
    checked = run(home, list(files.values()), list(files))
    assert said(checked, home) == QUERIES
    assert all(v.accepted for v in checked.verdicts)


def test_one_figure_changed_in_the_national_file_is_found_at_its_cell(national: Reading, home: Path) -> None:
    applicants = national.tables[1]
    column = applicants.columns["waiting_age1"]
    otsu = applicants.columns["area_code"].index("252018")
    changed = {**applicants.columns, "waiting_age1": [*column[:otsu], column[otsu] + 1, *column[otsu + 1 :]]}
    tables = [
        national.tables[0],
        TableReading("applicants", applicants.placement, applicants.rows, changed, [], applicants.totals, 1751),
    ]
    checked = run(home, [Reading(national.file, "x", line=national.line, tables=tables)], [None])
    errors = {f.rule_id: f.place.cell for _, f in checked.findings if f.severity == "error"}
    assert set(errors) == {"WC-H1", "WC-H2", "WC-H4"}
    assert errors["WC-H4"] == applicants.placement.cell("waiting_age1", 1751)
    assert errors["WC-H2"] == applicants.placement.cell("waiting_total", applicants.rows[otsu])
