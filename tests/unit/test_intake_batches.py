"""Intake on the tiny line: sorting, returning, and never getting stuck on one file."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

import tiny
from keiyu import intake, register
from keiyu.check.model import Checked, RuleFailedError
from keiyu.contract.model import Contract
from keiyu.errors import ContractError
from keiyu.ledger import close_collection, open_collection
from keiyu.ledger.models import Entry, FindingRow, Segment, Submission
from keiyu.read.model import Reading
from keiyu.receive import receive, receive_nil, requeue
from keiyu.receive.storage import landing_path
from keiyu.receive.workspace import Workspace
from keiyu.settings import Settings
from tiny import APRIL, MAY, House, TinyWorkspace, body


@pytest.fixture
def workspace(
    database_url: str, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TinyWorkspace]:
    monkeypatch.setattr("keiyu.intake.batch.read", tiny.read_as_intake_does)
    monkeypatch.setattr("keiyu.intake.checking.check", tiny.check_as_intake_does)
    settings = Settings(home=home, storage=str(tmp_path / "data"), database_url=database_url)
    with TinyWorkspace.open(settings) as workspace:
        open_collection(workspace.ledger, APRIL)
        yield workspace


def send(workspace: Workspace, data: bytes, filename: str = "a.json", **facts: Any) -> str:
    facts = {"sender": None, "channel": "cli", **facts}
    return receive(workspace.ledger, workspace.storage, data, filename=filename, **facts).submission_id


def states(workspace: Workspace) -> list[str]:
    with workspace.ledger.read() as connection:
        return list(connection.scalars(select(Submission.state).order_by(Submission.received_seq)))


def findings(workspace: Workspace) -> list[str]:
    with workspace.ledger.read() as connection:
        return list(connection.scalars(select(FindingRow.rule_id).order_by(FindingRow.id)))


def totals(workspace: Workspace) -> dict[str, int]:
    return House(workspace.ledger, workspace.storage).totals()


def test_nothing_waiting_is_nothing_done(workspace: Workspace) -> None:
    assert intake.ingest(workspace) == intake.IngestReport()


def test_a_batch_is_decided_once(workspace: Workspace, schemas: Path) -> None:
    send(workspace, body({"131016": [10, 1]}))
    send(workspace, body({"131024": [1, 2]}))
    send(workspace, body({"131032": [7, 0], "131041": [1, 2]}))
    report = intake.ingest(workspace)
    assert report == intake.IngestReport(3, 2, 1, {APRIL}, 2)
    assert states(workspace) == ["accepted", "returned", "partly_accepted"]
    assert totals(workspace) == {"131016": 10, "131032": 7}
    assert intake.ingest(workspace).claimed == 0
    assert register.verify(workspace.ledger, workspace.storage, schemas) == []


def test_a_limit_takes_the_oldest(workspace: Workspace) -> None:
    for number in range(5):
        send(workspace, body({f"13101{number}": [1, 0]}))
    assert intake.ingest(workspace, limit=2).claimed == 2
    assert states(workspace) == ["accepted"] * 2 + ["received"] * 3


def test_what_belongs_nowhere_is_returned(workspace: Workspace) -> None:
    send(workspace, body({"131016": [1, 0]}, "a"), line="nowhere")
    send(workspace, body({"131016": [1, 0]}, "b"), "undated.json")
    send(workspace, body({"131016": [1, 0]}, "c"), collection=MAY)
    send(workspace, body({}, "d"))
    report = intake.ingest(workspace)
    assert (report.returned, report.collections_changed) == (4, set())
    assert sorted(findings(workspace)) == [
        "intake.as_of_unknown", "intake.collection_not_open", "intake.line_unknown", "intake.nothing_read",
    ]  # fmt: skip


def test_a_closed_collection_takes_nothing(workspace: Workspace) -> None:
    close_collection(workspace.ledger, APRIL)
    data = body({"131016": [1, 0]})
    send(workspace, data)
    intake.ingest(workspace)
    assert findings(workspace) == ["intake.collection_not_open"]
    open_collection(workspace.ledger, APRIL)
    send(workspace, data)
    assert intake.ingest(workspace).accepted == 1


def test_a_file_that_crashes_the_reader_goes_back_alone(workspace: Workspace) -> None:
    send(workspace, b"crash", "crash.json")
    send(workspace, body({"131016": [1, 0]}))
    report = intake.ingest(workspace)
    assert (report.accepted, report.returned) == (1, 1)
    with workspace.ledger.read() as connection:
        told = connection.execute(select(FindingRow.rule_id, FindingRow.message_en, FindingRow.file)).one()
    assert told.rule_id == "intake.failed"
    assert "KEIYU-315 ValueError" in told.message_en


@pytest.mark.parametrize("name", ["a.json", "rule.json"])
def test_a_file_that_crashes_the_check_is_found_and_set_aside(workspace: Workspace, name: str, schemas: Path) -> None:
    for number in range(20):
        send(workspace, body({f"1310{number:02d}": [1, 0]}))
        if number in {3, 17}:
            send(workspace, body({f"poison{number}": [1, 0]}), name)
    report = intake.ingest(workspace)
    assert (report.claimed, report.accepted, report.returned) == (22, 20, 2)
    assert len(totals(workspace)) == 20
    assert findings(workspace) == ["intake.failed"] * 2
    assert register.verify(workspace.ledger, workspace.storage, schemas) == []


def test_a_broken_rule_returns_nobody(workspace: Workspace) -> None:
    for number in range(20):
        send(workspace, body({f"poison{number}": [1, 0]}), "rule.json")
    with pytest.raises(RuleFailedError):
        intake.ingest(workspace)
    assert states(workspace) == ["received"] * 20


@pytest.mark.parametrize(
    "trouble", [OSError(28, "No space left"), ContractError("x", "y"), OperationalError("", None, OSError())]
)
def test_trouble_that_is_nobodys_fault_returns_nobody(
    workspace: Workspace, trouble: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(workspace, body({"131016": [1, 0]}))

    def fail(*_: object, **__: object) -> None:
        raise trouble

    with monkeypatch.context() as patched:
        patched.setattr("keiyu.intake.checking.check", fail)
        with pytest.raises(type(trouble)):
            intake.ingest(workspace)
    assert states(workspace) == ["received"]
    assert intake.ingest(workspace).accepted == 1


def test_lost_bytes_are_asked_for_again(workspace: Workspace) -> None:
    data = body({"131016": [1, 0]})
    send(workspace, data)
    [path] = [path for path, _ in workspace.storage.list("landing")]
    workspace.storage.delete(path)
    intake.ingest(workspace)
    assert findings(workspace) == ["intake.bytes_lost"]
    send(workspace, data)
    assert intake.ingest(workspace).accepted == 1
    assert workspace.storage.exists(landing_path(path.rpartition("/")[2]))


def test_a_nil_return_is_live_without_rows(workspace: Workspace, schemas: Path) -> None:
    def nil(reporter: str, sender: str | None = None) -> str:
        told = receive_nil(
            workspace.ledger, workspace.storage, line="tiny", as_of=APRIL.as_of, reporter=reporter, sender=sender
        )
        return told.submission_id

    first = nil("131016", "131016")
    nil("999999")
    nil("131024", "131016")
    nil("131032", "130001")
    intake.ingest(workspace)
    assert states(workspace) == ["accepted", "returned", "returned", "accepted"]
    assert sorted(findings(workspace)) == ["intake.nil_reporter", "intake.nil_sender"]
    assert [entry.nil for entry in register.live(workspace.ledger, "tiny", APRIL.as_of)] == [True, True]
    send(workspace, body({"131016": [4, 0]}))
    intake.ingest(workspace)
    assert totals(workspace) == {"131016": 4}
    again = nil("131016", "131016")
    assert again != first
    assert nil("131016", "131016") == again
    intake.ingest(workspace)
    assert totals(workspace) == {}
    assert json.loads(workspace.storage.landing_get(_digest(workspace, again)))["replaces"]
    assert register.verify(workspace.ledger, workspace.storage, schemas) == []


def _digest(workspace: Workspace, submission_id: str) -> str:
    with workspace.ledger.read() as connection:
        return connection.scalars(select(Submission.digest).where(Submission.id == submission_id)).one()


def test_many_small_batches_are_merged(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keiyu.intake.run._SEGMENTS", 4)
    for number in range(6):
        send(workspace, body({f"13101{number}": [number, 0]}))
        intake.ingest(workspace)
    with workspace.ledger.read() as connection:
        parts = connection.scalars(select(Segment.part_id).where(Segment.state == "live").distinct()).all()
        assert set(connection.scalars(select(Entry.part_id))) == set(parts)
    assert len(parts) == 3
    assert len(totals(workspace)) == 6


def test_what_another_sender_sent_too_is_heard(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def check(
        contract: Contract, readings: Sequence[Reading], *, senders: Sequence[str | None], **_: object
    ) -> Checked:
        checked = tiny.check(readings)
        verdicts = [replace(one, accepted=senders[one.reading] == "130001") for one in checked.verdicts]
        return replace(checked, verdicts=verdicts)

    monkeypatch.setattr("keiyu.intake.checking.check", check)
    data = body({"131016": [1, 0]})
    send(workspace, data, sender="140007")
    send(workspace, data, sender="130001")
    send(workspace, data, sender="130001")
    assert intake.ingest(workspace).returned == 1
    assert states(workspace) == ["received"]
    assert intake.ingest(workspace).accepted == 1
    assert intake.ingest(workspace).claimed == 0


def test_what_was_set_aside_is_read_again_on_request(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    first = send(workspace, body({"131016": [1, 0]}), "crash.json")
    later = send(workspace, body({"131016": [2, 0]}))
    intake.ingest(workspace)
    monkeypatch.setattr("keiyu.intake.batch.read", lambda data, filename, *_, **__: tiny.read(data, filename))
    assert requeue(workspace.ledger, [first, later], reason="the reader was mended") == 1
    assert requeue(workspace.ledger, [first], reason="twice") == 0
    assert intake.ingest(workspace).accepted == 1
    assert totals(workspace) == {"131016": 2}
