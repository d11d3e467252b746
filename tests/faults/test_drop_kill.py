"""``kill -9`` of the reception of the watched directory, again and again: nothing lost, nothing twice."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from keiyu.ledger import Ledger
from keiyu.ledger.models import ReceiptRow, Submission
from keiyu.receive import Storage

pytestmark = pytest.mark.slow

FILES = 300
KILLS = 12
RECEIVER = """
import sys, time
from pathlib import Path
from keiyu.receive.drop import put_away
from keiyu.receive.reception import Reception
drop = Path(sys.argv[1])
reception = Reception.open(drop)
print("ready", flush=True)
while True:
    for batch in reception.waiting(set()):
        for start in range(0, len(batch), 25):
            for file in reception.take(batch[start : start + 25]):
                put_away(drop, file)
    if (drop / ".enough").exists() and not reception.waiting(set()):
        break
"""


def start(drop: Path, environment: dict[str, str]) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", RECEIVER, str(drop)], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    return child


def test_kills_lose_and_double_nothing(home: Path, tmp_path: Path):
    drop = tmp_path / "drop"
    environment = {**os.environ, "KEIYU_HOME": str(home), "KEIYU_STORAGE": str(tmp_path / "data")}
    environment.pop("KEIYU_DATABASE_URL", None)
    chance = random.Random(7)
    for number in range(FILES):
        path = drop / "131016" / f"{number}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"row,{number}\n")
        os.utime(path, (time.time() - 60,) * 2)
    for _ in range(KILLS):
        with start(drop, environment) as child:
            time.sleep(chance.uniform(0.0, 0.05))
            child.kill()
    (drop / ".enough").touch()
    with start(drop, environment) as child:
        assert child.wait(60) == 0

    with Ledger.open(f"sqlite:///{tmp_path}/data/ledger.db") as ledger, ledger.read() as connection:
        names = connection.scalars(select(ReceiptRow.filename)).all()
        digests = connection.scalars(select(Submission.digest)).all()
    storage = Storage(str(tmp_path / "data"))
    assert sorted(names) == sorted(f"{number}.csv" for number in range(FILES))
    assert {storage.landing_get(digest) for digest in digests} == {b"row,%d\n" % number for number in range(FILES)}
    assert list((drop / "131016").iterdir()) == []
