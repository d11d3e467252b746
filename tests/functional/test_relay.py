"""A real Airflow end to end: files dropped into the watched directory become checked national tables."""

import os
import signal
import time
from pathlib import Path

import httpx
import psutil
import pytest
from sqlalchemy import func, select

from keiyu import contract, publish, sample
from keiyu.codes import areas
from keiyu.ledger.collections import open_collection
from keiyu.ledger.models import Entry, ReceiptRow, Submission
from keiyu.orchestration import outcome, processes, stack
from keiyu.receive import receive
from keiyu.receive.doorbell import ring

pytestmark = [pytest.mark.airflow, pytest.mark.slow]

REPORTERS = 40
MANY = 600


def count(running, query) -> int:
    with running.workspace.ledger.read() as connection:
        return connection.scalar(query) or 0


def receipts(running, channel: str = "directory") -> int:
    return count(running, select(func.count()).select_from(ReceiptRow).where(ReceiptRow.channel == channel))


def undecided(running) -> int:
    return count(running, select(func.count()).select_from(Submission).where(Submission.state == "received"))


def live(running, collection) -> int:
    mine = (Entry.line == collection.line, Entry.as_of == collection.as_of)
    query = select(func.count()).select_from(Entry)
    return count(running, query.where(*mine, Entry.state == "accepted", Entry.superseded_seq.is_(None)))


def place(data: bytes, target: Path) -> None:
    """Put a file where it belongs as a careful sender does: complete, by rename."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f"{target.name}.part")
    partial.write_bytes(data)
    os.utime(partial, (time.time() - 60,) * 2)
    partial.replace(target)


def dropped(running) -> list[Path]:
    return [path for path in running.drop.rglob("*") if path.is_file() and ".accepted" not in path.parts]


@pytest.fixture(scope="module")
def made(running, tmp_path_factory):
    """A sample of some municipalities, its collection open."""
    schemas = running.settings.schemas
    line = next(line for line in contract.lines(schemas) if (schemas / "lines" / line / "sample.yaml").exists())
    folder = tmp_path_factory.mktemp("sample")
    manifest = sample.make(
        folder,
        contract.load(line, schemas),
        areas.load(schemas),
        as_of=areas.dt.date(2025, 4, 1),
        faults=0.3,
        reporters=REPORTERS,
    )
    open_collection(running.workspace.ledger, manifest.collection)
    return folder, manifest


def test_dropped_files_become_national_tables(running, made):
    """Wave one comes back with exactly the planted findings; after the corrections every total is right."""
    folder, manifest = made
    first, second = manifest.wave(1), manifest.wave(2)
    for file in first:
        place((folder / file.path).read_bytes(), running.drop / file.sender / Path(file.path).name)
    running.until("first wave decided", lambda: receipts(running) == len(first) and not undecided(running))
    outcome.compare_findings(running.workspace, folder, first)
    running.until("first wave put away", lambda: dropped(running) == [])

    for file in second:
        place((folder / file.path).read_bytes(), running.drop / file.sender / Path(file.path).name)
    running.until("all reporters live", lambda: live(running, manifest.collection) == REPORTERS)
    due = lambda: publish.due(running.workspace, manifest.collection)  # noqa: E731
    running.until("current tables fresh", lambda: due().action == "nothing")

    stored = running.workspace.storage.local_path(
        f"published/current/{manifest.collection.line}/national/{manifest.collection.as_of}.parquet"
    )
    rows = outcome.pq.read_table(stored).to_pylist()
    outcome.compare_totals(running.workspace.contract(manifest.collection.line), manifest, rows)
    assert due().reporters_in == REPORTERS


def test_received_files_leave_the_directory(running, made):
    """What was received lies in the hidden folder; nothing is left to do."""
    _, manifest = made
    running.until("directory empty", lambda: dropped(running) == [])
    kept = [path for path in (running.drop / ".accepted").rglob("*") if path.is_file()]
    assert len(kept) == len(manifest.files)


def test_the_bell_wakes_the_intake(running):
    """A receipt by another way than the directory, and one ring: a run that no clock started decides it."""
    before = asset_runs(running)
    data = "これは報告ではありません\n".encode()
    receive(running.workspace.ledger, running.workspace.storage, data, filename="a.csv", sender=None, channel="cli")
    assert ring(running.settings)
    running.until("decided", lambda: not undecided(running))
    running.until("a run by the bell", lambda: asset_runs(running) > before)


def asset_runs(running) -> int:
    with httpx.Client(base_url=running.status["api"], timeout=30) as client:
        headers = {"Authorization": f"Bearer {stack.token(client, running.places)}"}
        found = client.get(
            "/api/v2/dags/intake/dagRuns", params={"run_type": "asset_triggered", "limit": 1}, headers=headers
        )
    return int(found.raise_for_status().json()["total_entries"])


def test_killing_the_triggerer_while_files_arrive_loses_nothing(running):
    """Measured elsewhere: a naive watcher lost 450 of 600 files to one such kill."""
    before = receipts(running)
    for number in range(MANY):
        place(b"kill,%d\n" % number, running.drop / "131016" / f"{number}.csv")
        if number == MANY // 3:
            running.until("reception has begun", lambda: receipts(running) > before)
            os.killpg(running.status["components"]["triggerer"], signal.SIGKILL)
    running.until("everything received", lambda: receipts(running) >= before + MANY)
    running.until("directory empty", lambda: dropped(running) == [])
    assert receipts(running) == before + MANY, "a file received twice"
    assert running.status["restarts"] == {"triggerer": 1}, "restarted, and said so"
    running.until("all decided", lambda: not undecided(running))


def test_everything_listens_on_loopback_only(running):
    listening = {
        connection.laddr.ip
        for process in processes.marked(running.places.mark)
        for connection in process.net_connections()
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {"127.0.0.1"}


def test_no_airflow_appears_in_the_home_directory(running):
    assert not (running.user_home / "airflow").exists()


def test_secrets_are_for_their_owner_only(running):
    places = running.places
    for path in (places.secrets, places.passwords, places.environment, places.status):
        assert path.stat().st_mode & 0o077 == 0, path.name


def test_a_second_start_finds_the_first(running):
    with pytest.raises(BlockingIOError), running.places.lock.open() as handle:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert stack.is_running(running.places)
