"""A real list of facilities that counts vacancies too: sent once, rows of the register and of the vacancy line."""

import datetime as dt
from pathlib import Path

import pytest

from keiyu import register
from keiyu.contract.model import Collection
from keiyu.intake import ingest
from keiyu.ledger import open_collection
from keiyu.receive import Arrival, receive_many
from keiyu.receive.workspace import Workspace
from keiyu.settings import Settings

HAMAMATSU, DAY = "221309", dt.date(2021, 10, 1)
LINES = ("nursery_facility", "nursery_vacancy")


@pytest.mark.slow
def test_a_list_with_vacancies_is_a_report_of_two_lines(shared: Path, home: Path, tmp_path: Path) -> None:
    data = (shared / "nursery_lists" / "hamamatsu_2021-10.csv").read_bytes()
    settings = Settings(home=home, storage=str(tmp_path / "data"), database_url=f"sqlite:///{tmp_path / 'ledger.db'}")
    with Workspace.open(settings) as space:
        for line in LINES:
            open_collection(space.ledger, Collection(line, DAY))
        receive_many(
            space.ledger, space.storage, [Arrival(data, "hamamatsu_2021-10.csv", HAMAMATSU, "cli", None, None)]
        )
        report = ingest(space)
        assert (report.accepted, {c.line for c in report.collections_changed}) == (1, set(LINES))
        rows = {
            line: register.current(space.ledger, space.storage, space.contract(line), table, DAY).to_pylist()
            for line, table in zip(LINES, ("facility", "vacancy"), strict=True)
        }
    assert {line: len(found) for line, found in rows.items()} == dict.fromkeys(LINES, 359)
    assert {row["name"] for row in rows[LINES[0]]} == {row["name"] for row in rows[LINES[1]]}
    assert sum(row["waiting"] or row["vacancy_age0"] or 0 for row in rows[LINES[1]]) > 0
