"""``kill -9`` at random moments: nothing accepted is lost or doubled, nothing half-written is visible."""

import datetime as dt
import os
import random
import signal
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select

from faults.workers import Workers
from keiyu import register
from keiyu.ledger.models import Entry, ReceiptRow, Submission
from keiyu.receive import find_receipt
from tiny import APRIL, House, TinyWorkspace, body

FILES = 300
SENT = 120
REPORTERS = 100


def figures(number: int) -> dict[str, list[int]]:
    """File n of a reporter says n; each thirteenth is wrong."""
    return {f"{number % REPORTERS:06d}": [number, number + 1 if number % 13 == 0 else 0]}


def expected() -> dict[str, int]:
    told = {}
    for number in range(FILES):
        [(reporter, (total, age0))] = figures(number).items()
        if age0 <= total:
            told[reporter] = total
    return dict(sorted(told.items()))


def kill_one(workers: Workers, longest: float, *words: object) -> bool:
    """Start a worker and kill it after a random while; returns whether it still ran."""
    pid = workers.start(*words)
    time.sleep(random.uniform(0, longest))
    os.kill(pid, signal.SIGKILL)
    return workers.wait(pid) == signal.SIGKILL


def assert_sound(workspace: TinyWorkspace, schemas: Path) -> None:
    """Nothing is half there, whatever has been done so far."""
    assert register.verify(workspace.ledger, workspace.storage, schemas) == []
    with workspace.ledger.read() as connection:
        decided = connection.execute(
            select(Submission.id, Submission.state, func.count(Entry.id))
            .outerjoin(Entry, Entry.submission_id == Submission.id)
            .group_by(Submission.id, Submission.state)
        ).all()
    assert {(state == "received", count) for _, state, count in decided} <= {(True, 0), (False, 1)}


def ingest_under_fire(workspace: TinyWorkspace, workers: Workers, schemas: Path, kills: int) -> None:
    house = House(workspace.ledger, workspace.storage)
    bodies = [body(figures(number)) for number in range(FILES)]
    share = FILES // kills
    died = 0
    for number in range(kills):
        house.receive(*bodies[number * share : (number + 1) * share])
        died += kill_one(workers, 0.02 + 0.015 * share / 5, "ingest", 5)
        assert_sound(workspace, schemas)
    house.receive(*bodies[kills * share :])
    for _ in range(20):
        assert workers.wait(workers.start("ingest", 50)) == 0
        with workspace.ledger.read() as connection:
            waiting = connection.scalar(select(func.count()).where(Submission.state == "received"))
        if not waiting:
            break
        time.sleep(0.1)
    assert_sound(workspace, schemas)
    assert house.totals() == expected()
    assert died >= kills // 3
    register.compact(workspace.ledger, workspace.storage, workspace.contract("tiny"), APRIL)
    register.sweep(workspace.ledger, workspace.storage, grace=dt.timedelta(0))
    assert_sound(workspace, schemas)
    assert house.totals() == expected()


def test_killing_the_intake(workspace: TinyWorkspace, workers: Workers, schemas: Path) -> None:
    ingest_under_fire(workspace, workers, schemas, 5)


@pytest.mark.slow
def test_killing_the_intake_fifty_times(workspace: TinyWorkspace, workers: Workers, schemas: Path) -> None:
    ingest_under_fire(workspace, workers, schemas, 50)


def receive_under_fire(workspace: TinyWorkspace, workers: Workers, schemas: Path, kills: int, folder: Path) -> None:
    (folder / "in").mkdir()
    for number in range(SENT):
        (folder / "in" / f"{number:04d}.json").write_bytes(body(figures(number)))
    acknowledged = folder / "acknowledged"
    for _ in range(kills):
        kill_one(workers, 0.3, "receive", folder / "in", acknowledged)
        for line in acknowledged.read_text().splitlines() if acknowledged.exists() else []:
            name, _, receipt_id = line.partition(" ")
            receipt = find_receipt(workspace.ledger, receipt_id)
            assert receipt is not None
            assert workspace.storage.landing_get(receipt.digest) == (folder / "in" / name).read_bytes()
        assert register.verify(workspace.ledger, workspace.storage, schemas) == []
    assert workers.wait(workers.start("receive", folder / "in", acknowledged)) == 0
    receipts = Counter(acknowledged.read_text().split()[1::2])
    with workspace.ledger.read() as connection:
        assert set(connection.scalars(select(ReceiptRow.id))) == set(receipts)
        assert connection.scalar(select(func.count()).select_from(Submission)) == SENT == len(receipts)


def test_killing_the_reception(workspace: TinyWorkspace, workers: Workers, schemas: Path, tmp_path: Path) -> None:
    receive_under_fire(workspace, workers, schemas, 5, tmp_path)


@pytest.mark.slow
def test_killing_the_reception_fifty_times(
    workspace: TinyWorkspace, workers: Workers, schemas: Path, tmp_path: Path
) -> None:
    receive_under_fire(workspace, workers, schemas, 50, tmp_path)
