"""Full disks, crashes in between, and many workers at once."""

import errno
import os
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

import tiny
from faults.workers import Workers, Zygote
from keiyu import intake, register
from keiyu.ledger import open_collection
from keiyu.ledger.models import Entry, Event, ReceiptRow, Submission
from keiyu.receive import receive
from keiyu.settings import Settings
from tiny import APRIL, House, TinyWorkspace, body


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def count(workspace: TinyWorkspace, model: type) -> int:
    with workspace.ledger.read() as connection:
        return connection.scalar(select(func.count()).select_from(model)) or 0


def files(workspace: TinyWorkspace) -> list[str]:
    return sorted(path for path, _ in workspace.storage.list(""))


@pytest.mark.parametrize("step", [(os, "fsync"), (Path, "replace"), (os, "open")])
def test_a_full_disk_leaves_no_receipt(
    workspace: TinyWorkspace, step: tuple[object, str], monkeypatch: pytest.MonkeyPatch, schemas: Path
) -> None:
    def send() -> None:
        receive(workspace.ledger, workspace.storage, body({"131016": [1, 0]}), filename="a", sender=None, channel="cli")

    with monkeypatch.context() as patched:
        patched.setattr(*step, full)
        with pytest.raises(OSError, match="No space"):
            send()
    assert count(workspace, ReceiptRow) == count(workspace, Submission) == 0
    assert [path for path in files(workspace) if path.startswith(".tmp")] == []
    send()
    assert count(workspace, ReceiptRow) == 1
    assert register.verify(workspace.ledger, workspace.storage, schemas) == []


@pytest.mark.parametrize("step", [(os, "fsync"), (Path, "replace")])
def test_a_full_disk_while_registering_leaves_everything_waiting(
    workspace: TinyWorkspace, step: tuple[object, str], monkeypatch: pytest.MonkeyPatch, schemas: Path
) -> None:
    house = House(workspace.ledger, workspace.storage)
    house.receive(body({"131016": [1, 0]}))
    _small_reader(monkeypatch)
    with monkeypatch.context() as patched:
        patched.setattr(*step, full)
        with pytest.raises(OSError, match="No space"):
            intake.ingest(workspace)
    assert count(workspace, Entry) == 0
    assert intake.ingest(workspace).accepted == 1
    assert register.verify(workspace.ledger, workspace.storage, schemas) == []


def test_an_error_after_the_segments_leaves_only_orphans(
    workspace: TinyWorkspace, monkeypatch: pytest.MonkeyPatch, schemas: Path
) -> None:
    house = House(workspace.ledger, workspace.storage)
    house.receive(body({"131016": [1, 0]}))
    _small_reader(monkeypatch)
    with monkeypatch.context() as patched:
        patched.setattr(register.acceptance, "_conclude", full)
        with pytest.raises(OSError, match="No space"):
            intake.ingest(workspace)
    assert house.totals() == {}
    orphans = [path for path in files(workspace) if path.startswith("core/")]
    assert len(orphans) == 2
    assert intake.ingest(workspace).accepted == 1
    assert house.totals() == {"131016": 1}
    assert register.verify(workspace.ledger, workspace.storage, schemas) == []


def _small_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keiyu.intake.batch.read", tiny.read_as_intake_does)
    monkeypatch.setattr("keiyu.intake.checking.check", tiny.check_as_intake_does)


@pytest.fixture
def served(postgres_url: str, tmp_path: Path, home: Path) -> Iterator[TinyWorkspace]:
    settings = Settings(home=home, storage=str(tmp_path / "data"), database_url=postgres_url)
    with TinyWorkspace.open(settings) as workspace:
        open_collection(workspace.ledger, APRIL)
        yield workspace


@pytest.mark.postgres
def test_four_workers_at_once_lose_and_double_nothing(served: TinyWorkspace, zygote: Zygote, schemas: Path) -> None:
    house, workers = House(served.ledger, served.storage), Workers(zygote, served.settings)
    sent = [(f"{number % 40:06d}", number) for number in range(400)]
    random.shuffle(sent)
    house.receive(*(body({reporter: [total, 0]}) for reporter, total in sent))
    statuses = [workers.wait(pid) for pid in [workers.start("ingest", 7) for _ in range(4)]]
    assert statuses == [0] * 4
    assert house.totals() == dict(sorted(dict(sent).items()))
    with served.ledger.read() as connection:
        per_submission = Counter(connection.scalars(select(Entry.submission_id)))
        batches = connection.scalar(select(func.count()).where(Event.kind == "accept"))
    assert set(per_submission.values()) == {1}
    assert len(per_submission) == 400
    assert batches >= 400 // 7
    assert register.verify(served.ledger, served.storage, schemas) == []


def test_the_same_files_received_by_many_processes(workspace: TinyWorkspace, workers: Workers, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number in range(30):
        (tmp_path / "in" / f"{number}.json").write_bytes(body({"131016": [number, 0]}))
    pids = [workers.start("receive", tmp_path / "in", tmp_path / f"told{number}") for number in range(4)]
    assert [workers.wait(pid) for pid in pids] == [0] * 4
    assert count(workspace, Submission) == count(workspace, ReceiptRow) == 30
    assert len({(tmp_path / f"told{number}").read_text() for number in range(4)}) == 1
