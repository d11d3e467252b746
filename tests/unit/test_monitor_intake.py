"""The real intake at the door of a collection whose entry has closed."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

import tiny
from keiyu import intake, register
from keiyu.contract.model import Contract
from keiyu.ledger import close_collection, close_entry, open_collection
from keiyu.ledger.dispensations import extend
from keiyu.ledger.models import FindingRow, Submission
from keiyu.receive import receive, receive_nil
from keiyu.settings import Settings
from tiny import APRIL, House, TinyWorkspace, body

IN, LATE, EXTENDED, NIL = "131016", "131024", "131032", "131041"
DATES = {
    "deadline": {"prefecture": {"businessDays": 25}, "municipality": {"before": "prefecture", "businessDays": 5}},
    "entry_closes": {"businessDays": 40},
    "corrections_close": {"businessDays": 80},
    "minimumBusinessDays": 5,
}
DATED = replace(tiny.CONTRACT, dates=DATES)


class DatedWorkspace(TinyWorkspace):
    """An installation whose only line is the tiny one, with a calendar."""

    def contract(self, line: str) -> Contract:
        return DATED


@pytest.fixture
def workspace(
    database_url: str, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[DatedWorkspace]:
    monkeypatch.setattr("keiyu.intake.batch.read", tiny.read_as_intake_does)
    monkeypatch.setattr("keiyu.intake.checking.check", tiny.check_as_intake_does)
    settings = Settings(home=home, storage=str(tmp_path / "data"), database_url=database_url)
    with DatedWorkspace.open(settings) as workspace:
        open_collection(workspace.ledger, APRIL)
        yield workspace


def send(workspace: DatedWorkspace, **figures: list[int]) -> None:
    data = body({code.removeprefix("_"): values for code, values in figures.items()})
    receive(workspace.ledger, workspace.storage, data, filename="a.json", sender=None, channel="cli")


def told(workspace: DatedWorkspace) -> list[tuple[str, str | None, str | None]]:
    with workspace.ledger.read() as connection:
        query = select(FindingRow.rule_id, FindingRow.reporter, FindingRow.message_ja).order_by(FindingRow.id)
        return [tuple(row) for row in connection.execute(query)]


def test_corrections_and_extended_first_submissions_come_in_and_late_ones_go_back(
    workspace: DatedWorkspace, schemas: Path
) -> None:
    send(workspace, _131016=[10, 1])
    intake.ingest(workspace)
    send(workspace, _131058=[5, 0])  # received before entry closes, decided after
    close_entry(workspace.ledger, APRIL)
    extend(workspace.ledger, APRIL, [EXTENDED], dt.date(2035, 6, 29), "地震")
    send(workspace, _131016=[11, 1], _131024=[7, 0])
    send(workspace, _131032=[9, 0])
    receive_nil(workspace.ledger, workspace.storage, line="tiny", as_of=APRIL.as_of, reporter=NIL, sender=NIL)
    report = intake.ingest(workspace)
    assert (report.accepted, report.returned) == (3, 1)
    assert House(workspace.ledger, workspace.storage).totals() == {IN: 11, EXTENDED: 9, "131058": 5}
    late = "「tiny/2025-04-01」の初回の提出は 2025-05-30 に締め切りました。受け付けているのは訂正だけです。"
    assert {(rule, message) for rule, _, message in told(workspace)} == {("intake.entry_closed", late)}
    assert {reporter for _, reporter, _ in told(workspace)} == {LATE, None}
    with workspace.ledger.read() as connection:
        states = list(connection.scalars(select(Submission.state).order_by(Submission.received_seq)))
    assert states == ["accepted", "accepted", "partly_accepted", "accepted", "returned"]
    assert register.verify(workspace.ledger, workspace.storage, schemas) == []


def test_what_came_before_everything_closed_is_decided_as_if_it_had_not(workspace: DatedWorkspace) -> None:
    send(workspace, _131016=[10, 1])
    close_collection(workspace.ledger, APRIL)
    send(workspace, _131024=[7, 0])
    report = intake.ingest(workspace)
    assert (report.accepted, report.returned) == (1, 1)
    assert [rule for rule, _, _ in told(workspace)] == ["intake.collection_not_open"]
