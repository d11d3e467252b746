"""``kill -9`` of ``keiyu ingest`` itself on a sample of the real line, fifty times."""

import datetime as dt
import os
import random
import signal
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from faults.workers import Workers, Zygote
from keiyu import intake, register, sample
from keiyu.contract.model import Collection
from keiyu.ledger import open_collection
from keiyu.ledger.models import Entry, FindingRow, Submission
from keiyu.receive import Arrival, receive_many
from keiyu.receive.workspace import Workspace
from keiyu.settings import Settings

pytestmark = pytest.mark.slow

KILLS = 50
REPORTERS = 400


def arrivals(folder: Path) -> list[Arrival]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [Arrival(path.read_bytes(), path.name, path.parent.name, "directory") for path in files]


def outcome(workspace: Workspace, collection: Collection) -> tuple[object, ...]:
    """Everything that must come out the same with and without kills."""
    contract = workspace.contract(collection.line)
    rows = [
        register.current(workspace.ledger, workspace.storage, contract, name, collection.as_of)
        .drop_columns(["entry_id", "submission_id"])
        .to_pylist()
        for name in contract.table_names
    ]
    with workspace.ledger.read() as connection:
        states = connection.execute(
            select(Submission.digest, Submission.state, Submission.attempt).order_by(Submission.digest)
        ).all()
        entries = connection.execute(
            select(Entry.reporter, Entry.state, func.count())
            .group_by(Entry.reporter, Entry.state)
            .order_by(Entry.reporter)
        ).all()
        findings = connection.execute(
            select(FindingRow.rule_id, FindingRow.reporter, func.count())
            .group_by(FindingRow.rule_id, FindingRow.reporter)
            .order_by(FindingRow.rule_id, FindingRow.reporter)
        ).all()
    return rows, states, entries, findings


def drain(workspace: Workspace) -> None:
    while intake.ingest(workspace).claimed:
        pass


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_killing_keiyu_ingest(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, home: Path, zygote: Zygote, schemas: Path
) -> None:
    url = request.getfixturevalue("postgres_url") if kind == "postgres" else ""
    shot = Settings(home=home, storage=str(tmp_path / "shot"), database_url=url)
    with Workspace.open(shot) as victim, Workspace.open(Settings(home=home, storage=str(tmp_path / "calm"))) as calm:
        line = next(line for line in calm.lines if (calm.contract(line).folder / "sample.yaml").exists())
        collection = Collection(line, dt.date(2025, 4, 1))
        sample.make(
            tmp_path / "sample",
            calm.contract(line),
            calm.areas,
            as_of=collection.as_of,
            faults=0.1,
            reporters=REPORTERS,
        )
        sent = arrivals(tmp_path / "sample" / "wave1")
        for workspace in (calm, victim):
            open_collection(workspace.ledger, collection)
        receive_many(calm.ledger, calm.storage, sent)
        drain(calm)
        workers = Workers(zygote, shot)
        workers.warm()
        assert _shoot(victim, workers, sent, schemas) > KILLS // 3
        drain(victim)
        assert register.verify(victim.ledger, victim.storage, schemas) == []
        assert outcome(victim, collection) == outcome(calm, collection)


def _shoot(workspace: Workspace, workers: Workers, sent: list[Arrival], schemas: Path) -> int:
    """Receive a few files, start the command, kill it; returns how many died of it."""
    died, share = 0, len(sent) // KILLS + 1
    for number in range(KILLS):
        receive_many(workspace.ledger, workspace.storage, sent[number * share : (number + 1) * share])
        pid = workers.start("keiyu", "ingest")
        time.sleep(random.uniform(0.05, 1.5))
        os.kill(pid, signal.SIGKILL)
        died += workers.wait(pid) == signal.SIGKILL
        assert register.verify(workspace.ledger, workspace.storage, schemas) == []
    receive_many(workspace.ledger, workspace.storage, sent[KILLS * share :])
    assert workers.wait(workers.start("keiyu", "ingest")) == 0
    return died
