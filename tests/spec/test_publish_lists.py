"""National tables of the lists of vacancies and of shelters, on three municipalities whose every row can be seen."""

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from keiyu import contract
from keiyu.contract import arrow
from keiyu.publish import session
from ministry import CHIYODA, CHUO, HAYAMA, small_home
from nation import inputs

AS_OF = dt.date(2025, 4, 1)
Rows = Mapping[str, Sequence[Mapping[str, Any]]]


@pytest.fixture(scope="module")
def schemas(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_home(home, tmp_path_factory.mktemp("home"), (CHIYODA, CHUO, HAYAMA)) / "schemas"


def national(schemas: Path, name: str, rows: Rows, nil: Sequence[str] = ()) -> dict[str, dict[str, Any]]:
    """Make the table ``municipality`` of a line from some rows; a figure given as a text is a mark's status."""
    line = contract.load(name, schemas)
    told = {row["area_code"] for table in rows.values() for row in table}
    status = dict.fromkeys(nil, "none") | dict.fromkeys(told, "reported")
    seen = inputs(
        line, schemas, AS_OF, {table.name: core(table, rows.get(table.name, ())) for table in line.tables}, status
    )
    with session.opened(line) as opened:
        [wanted] = [table for table in line.national if table.name == "municipality"]
        found = opened.run(seen, [wanted])["municipality"]
    return {row["area_code"]: row for row in found.to_pylist()}


def core(table: contract.model.Table, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    marks = [
        [{"field": f, "status": v, "raw": v} for f, v in row.items() if f in figures(table) and isinstance(v, str)]
        for row in rows
    ]
    plain = [{f: None if f in figures(table) and isinstance(v, str) else v for f, v in row.items()} for row in rows]
    columns = {f.name: pa.array([r.get(f.name) for r in plain], f.type) for f in arrow.schema(table)}
    owners = pa.array([row["area_code"] for row in rows], pa.string())
    return pa.table({**columns, "marks": pa.array(marks, arrow.MARKS), "entry_id": owners})


def figures(table: contract.model.Table) -> set[str]:
    return {f.name for f in table.fields if f.type == "integer"}


def test_vacancies_add_up_and_signs_are_counted_not_guessed(schemas: Path) -> None:
    rows = [
        {
            "area_code": CHIYODA,
            "name": "みどり",
            "vacancy_age0": 2,
            "vacancy_age1": "unknown",
            "waiting": 3,
            "capacity": 60,
        },
        {"area_code": CHIYODA, "name": "ひかり", "vacancy_age0": 1, "vacancy_age5": 4, "enrolled": 40, "capacity": 50},
    ]
    found = national(schemas, "nursery_vacancy", {"vacancy": rows}, nil=[CHUO])
    names = (
        "facilities",
        "vacancy",
        "vacancy_age0",
        "vacancy_age1",
        "vacancies_unknown",
        "waiting",
        "enrolled",
        "capacity",
    )
    assert {code: tuple(row[name] for name in names) for code, row in found.items()} == {
        CHIYODA: (2, 7, 3, None, 1, 3, 40, 110),
        CHUO: (0,) * 8,
        HAYAMA: (None,) * 8,
    }
    assert found[HAYAMA]["value_status"] == "not_submitted"


def test_a_municipality_s_shelters_and_who_is_in_them(schemas: Path) -> None:
    rows = {
        "shelter": [
            {"area_code": CHIYODA, "name": "小学校", "shelter_capacity": 300},
            {"area_code": CHIYODA, "name": "公園"},
        ],
        "situation": [
            {"area_code": CHIYODA, "name": "小学校", "open_status": "full", "evacuees": 310, "households": 120},
            {"area_code": CHIYODA, "name": "公民館", "open_status": "closed", "evacuees": 0, "households": 0},
            {"area_code": CHUO, "name": "体育館", "evacuees": 5, "updated_at": "2025-04-01T18:00"},
        ],
    }
    found = national(schemas, "evacuation_shelter", rows)
    names = ("shelters", "shelter_capacity", "shelters_open", "shelters_with_evacuees", "evacuees", "households")
    assert {code: tuple(row[name] for name in names) for code, row in found.items()} == {
        CHIYODA: (2, 300, 1, 1, 310, 120),
        CHUO: (None, None, 0, 1, 5, None),
        HAYAMA: (None,) * 6,
    }
    assert found[CHUO]["updated_at"] == "2025-04-01T18:00"
