"""What waits for a decision, who is excused, and what creeps: totals and boards say each for what it is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from sqlalchemy import select

from keiyu.ledger.dispensations import exempt
from keiyu.ledger.models import Entry
from keiyu.publish.monitor import tables
from keiyu.publish.monitor.assessment import assess
from keiyu.publish.monitor.position import position
from keiyu.register import settle
from ministry import CHIYODA, CHUO, HAYAMA, OSHIMA, SEVEN
from office import LAST_YEAR, THIS_YEAR, Office, applicants


@pytest.fixture
def office(home: Path, tmp_path: Path) -> Iterator[Office]:
    opened = Office.open(home, tmp_path)
    yield opened
    opened.workspace.close()


def statuses(office: Office) -> dict[str, str]:
    judged = assess(position(office.workspace, THIS_YEAR), office.workspace.ledger.now())
    return {one.reporter.code: one.status for one in judged.standings}


def completeness(office: Office) -> list[dict[str, Any]]:
    tables.refresh(office.workspace, THIS_YEAR, office.workspace.ledger.now())
    stored = office.workspace.storage.uri(tables.path(THIS_YEAR, "completeness"))
    return pq.ParquetFile(stored).read().to_pylist()


def states(office: Office) -> list[str]:
    mine = (Entry.line == THIS_YEAR.line, Entry.as_of == THIS_YEAR.as_of)
    with office.workspace.ledger.read() as connection:
        return list(connection.scalars(select(Entry.state).where(*mine).order_by(Entry.received_seq, Entry.reporter)))


def test_a_first_report_that_is_held_is_neither_overdue_nor_in_until_it_is_decided(office: Office) -> None:
    """Long after the deadline: 1,125 became 41, and nobody else came."""
    office.send({CHIYODA: applicants(1125), CHUO: applicants(900)}, to=LAST_YEAR)
    office.send({CHIYODA: applicants(41)})
    assert (statuses(office)[CHIYODA], statuses(office)[CHUO]) == ("held", "overdue")
    tokyo, _ = completeness(office)
    assert [tokyo[name] for name in ("reported", "held", "missing", "overdue", "late")] == [0, 1, 4, 3, 1]
    settle(office.workspace.ledger, THIS_YEAR, CHIYODA, "confirmed", reason="合併")
    assert statuses(office)[CHIYODA] == "reported"


def test_a_report_that_is_declined_is_owed_again(office: Office) -> None:
    office.send({CHIYODA: applicants(1125)}, to=LAST_YEAR)
    office.send({CHIYODA: applicants(41)})
    settle(office.workspace.ledger, THIS_YEAR, CHIYODA, "declined", reason="桁落ち")
    assert statuses(office)[CHIYODA] == "overdue"


def test_who_is_excused_is_no_gap_of_the_total_but_the_total_says_that_it_leaves_them_out(office: Office) -> None:
    """Five of seven report, one is excused, one is missing until the end: 大島 excused, 葉山 last."""
    exempt(office.workspace.ledger, THIS_YEAR, [OSHIMA], "噴火")
    office.send({code: applicants(100) for code in SEVEN if code not in (OSHIMA, HAYAMA)})
    office.publish("preliminary")

    def said(table: str, **where: str) -> tuple[Any, ...]:
        wanted = {"table": "headline", "category": "applicants", "age_band": "total", **where}
        rows = office.table(table)
        [row] = rows.loc[(rows[list(wanted)] == list(wanted.values())).all(axis=1)].to_dict("records")
        return tuple(row[name] for name in ("value", "value_status", "values_missing", "reporters_in", "reporters_due"))

    assert said("national") == (500, "not_submitted", 1, 5, 6)
    assert said("prefecture", area_code="130001", scope="whole") == (300, "excluded", 0, 3, 3)
    office.send({HAYAMA: applicants(100)})
    assert said("national") == (600, "excluded", 0, 6, 6)
    assert office.publish().stage == "final"
    assert (office.row(OSHIMA)["value_status"], office.row(OSHIMA)["values_missing"]) == ("excluded", 0)


def test_many_small_corrections_wait_as_one_large_one_does(office: Office) -> None:
    """The policy, after 確報: of one correction 0.2 % of the nation (140 of 70,000), of all together 1 % (700)."""
    office.send({code: applicants(10_000) for code in SEVEN})
    office.publish()
    for code in SEVEN[:6]:
        office.send({code: applicants(10_130)})
    assert states(office)[7:] == [*["accepted"] * 5, "held"]
    assert office.nation("applicants") == 70_650
    office.send({SEVEN[0]: applicants(10_000)})
    assert states(office)[-1] == "accepted"
    settle(office.workspace.ledger, THIS_YEAR, SEVEN[5], "approved", reason="確認済み")
    office.send({SEVEN[6]: applicants(10_130)})
    assert (states(office)[-1], office.nation("applicants")) == ("accepted", 70_780)


def test_small_corrections_of_one_batch_are_counted_together(office: Office) -> None:
    office.send({code: applicants(10_000) for code in SEVEN})
    office.publish()
    office.send({code: applicants(10_130) for code in SEVEN[:6]})
    assert sorted(states(office)[7:]) == [*["accepted"] * 5, "held"]
