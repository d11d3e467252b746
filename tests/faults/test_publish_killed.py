"""kill -9 while it publishes: readers never meet half a release, and the next call goes on."""

import hashlib
import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from keiyu import publish
from keiyu.ledger.models import Release as ReleaseRow
from keiyu.publish import parquet
from ministry import APRIL, SEVEN, Ministry, small_home

ROUNDS = 15
CHILD = """
import itertools, sys
from pathlib import Path
from keiyu import publish
from ministry import APRIL, YOKOHAMA, Ministry
home, storage, database, start = sys.argv[1:]
ministry = Ministry.open(Path(home), storage, database)
print("ready", flush=True)
for n in itertools.count(int(start)):
    ministry.submit({YOKOHAMA: {"waiting_total": n}}, note=str(n))
    publish.publish(ministry.workspace, APRIL)
    print(n, flush=True)
"""


def whole(folder: Path) -> int:
    """Check every sum of a release folder; returns the figure that changes with each release."""
    sums = [line.split("  ") for line in (folder / "SHA256SUMS").read_text().splitlines()]
    assert all(hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest for digest, name in sums)
    rows = parquet.decode((folder / "municipality" / "JP-14.parquet").read_bytes())
    return max(rows["waiting_total"].to_pylist())


@pytest.mark.slow
def test_killed_at_any_moment(home: Path, tmp_path: Path) -> None:
    small = small_home(home, tmp_path / "home")
    storage, database = tmp_path / "data", f"sqlite:///{tmp_path}/ledger.db"
    ministry = Ministry.open(small, str(storage), database)
    ministry.submit({code: {"waiting_total": 0} for code in SEVEN})
    publish.publish(ministry.workspace, APRIL)
    rng, acknowledged = random.Random(20250401), 0
    latest = storage / "published" / str(APRIL) / "latest.json"
    for turn in range(1, ROUNDS + 1):
        command = [sys.executable, "-c", CHILD, str(small), str(storage), database, str(turn * 1000)]
        path = [str(Path(__file__).parents[1]), str(home / "plugins")]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": ":".join(path), "PATH": ""}
        ) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            until = time.monotonic() + rng.uniform(0.0, 1.0)
            while time.monotonic() < until:
                told = json.loads(latest.read_bytes())
                assert whole(storage / told["path"]) >= acknowledged
            child.send_signal(signal.SIGKILL)
            said = child.stdout.read().split()
        acknowledged = max([acknowledged, *(int(n) for n in said)])
        told = json.loads(latest.read_bytes())
        assert whole(storage / told["path"]) >= acknowledged
        with ministry.workspace.ledger.read() as connection:
            folders = list(connection.scalars(select(ReleaseRow.path)))
        assert all((storage / folder / "SHA256SUMS").is_file() for folder in folders)
    last = publish.publish(ministry.workspace, APRIL)
    assert last is not None
    publish.sweep(ministry.workspace, APRIL)
    kept = {path.name for path in latest.parent.iterdir() if path.is_dir()}
    with ministry.workspace.ledger.read() as connection:
        assert kept == set(connection.scalars(select(ReleaseRow.id)))
    assert not list((storage / "published" / ".staging").rglob("*.*"))
    assert json.loads(latest.read_bytes())["release"] == last.id
    for name in kept:
        whole(latest.parent / name)
    ministry.workspace.close()
