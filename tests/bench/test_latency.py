"""From a receipt to the national table in ``current/``, in a real Airflow: single arrivals, and a burst.

Every instant is read from the ledger's own events: the receipt, the acceptance, and the event that says
``current/`` shows everything up to a sequence. ``KEIYU_BENCH_SINGLES`` sets how many single submissions are
timed (200 for the figures of record).
"""

import bisect
import datetime as dt
import os
import random
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import func, select

from keiyu import contract, sample
from keiyu.codes import areas
from keiyu.ledger.collections import open_collection
from keiyu.ledger.models import Entry, Event, Submission
from keiyu.orchestration import stack
from keiyu.orchestration.places import Places
from keiyu.publish.current import SHOWN
from keiyu.receive.doorbell import ring
from keiyu.receive.receipts import Receipt
from keiyu.receive.receive import Arrival, receive_many
from keiyu.receive.workspace import Workspace
from keiyu.sample.manifest import SampleManifest
from keiyu.settings import Settings

pytestmark = [pytest.mark.airflow, pytest.mark.slow]

SINGLES = int(os.environ.get("KEIYU_BENCH_SINGLES", "60"))
MEAN_GAP = 1.5
PATIENCE = 300.0
AS_OF = dt.date(2025, 4, 1)


@dataclass
class Season:
    """A running stack and the files of a whole, faultless collection."""

    workspace: Workspace
    settings: Settings
    manifest: SampleManifest
    arrivals: list[Arrival]


@pytest.fixture(scope="module")
def season(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Season]:
    root = tmp_path_factory.mktemp("latency")
    places = Places(root / "state")
    settings = Settings(home=home, storage=str(root / "data"), drop=str(root / "data" / "drop"))
    line = contract.load("waiting_children", settings.schemas)
    manifest = sample.make(root / "sample", line, areas.load(settings.schemas), as_of=AS_OF, faults=0.0)
    files = sorted(path for path in (root / "sample" / "wave1").rglob("*") if path.is_file())
    arrivals = [Arrival(path.read_bytes(), path.name, path.parent.name, "bench") for path in files]
    random.Random(11).shuffle(arrivals)
    supervisor = stack.launch(settings, places, with_parent=True)
    try:
        connected = stack.connected(settings, places, stack.await_ready(settings, places))
        with Workspace.open(connected) as workspace:
            open_collection(workspace.ledger, manifest.collection)
            yield Season(workspace, connected, manifest, arrivals)
    finally:
        stack.stop(places)
        supervisor.process.wait()


def send(season: Season, arrivals: Sequence[Arrival]) -> list[Receipt]:
    receipts = receive_many(season.workspace.ledger, season.workspace.storage, arrivals)
    ring(season.settings)
    return receipts


def await_shown(season: Season, seq: int) -> None:
    """Wait until ``current/`` shows everything accepted, and something newer than ``seq`` was."""
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit:
        with season.workspace.ledger.read() as connection:
            waiting = connection.scalar(select(func.count()).select_from(Entry).where(Entry.accepted_seq > seq))
            newest = connection.scalar(select(func.max(Entry.accepted_seq))) or 0
        if waiting and shown(season) and shown(season)[-1][0] >= newest and not undecided(season):
            return
        time.sleep(0.2)
    pytest.fail(f"not shown within {PATIENCE:.0f} s")


def undecided(season: Season) -> int:
    with season.workspace.ledger.read() as connection:
        query = select(func.count()).select_from(Submission).where(Submission.state == "received")
        return int(connection.scalar(query) or 0)


def shown(season: Season) -> list[tuple[int, dt.datetime]]:
    """Return up to which sequence ``current/`` was shown, and when, in order."""
    with season.workspace.ledger.read() as connection:
        rows = connection.execute(select(Event.payload, Event.at).where(Event.kind == SHOWN).order_by(Event.seq)).all()
    return [(int(payload["at_seq"]), at) for payload, at in rows]


def ways(season: Season, receipts: Sequence[Receipt]) -> list[tuple[float, float]]:
    """Return seconds from each receipt to its acceptance, and from there to ``current/``."""
    steps = shown(season)
    seqs = [seq for seq, _ in steps]
    with season.workspace.ledger.read() as connection:
        query = select(Entry.submission_id, Entry.accepted_seq, Event.at).join(Event, Event.seq == Entry.accepted_seq)
        accepted = {row.submission_id: (row.accepted_seq, row.at) for row in connection.execute(query)}
    found = []
    for receipt in receipts:
        seq, at = accepted[receipt.submission_id]
        end = steps[bisect.bisect_left(seqs, seq)][1]
        found.append(((at - receipt.at).total_seconds(), (end - at).total_seconds()))
    return found


def test_single_submissions_are_national_within_seconds(season: Season) -> None:
    chance = random.Random(5)
    send(season, season.arrivals[:1])
    await_shown(season, 0)
    receipts = []
    for arrival in season.arrivals[1 : SINGLES + 1]:
        time.sleep(chance.expovariate(1 / MEAN_GAP))
        receipts += send(season, [arrival])
    await_shown(season, receipts[-1].seq)
    steps = ways(season, receipts)
    whole = sorted(first + second for first, second in steps)
    median, p95 = statistics.median(whole), whole[int(len(whole) * 0.95) - 1]
    share = sum(first for first, _ in steps) / sum(whole)
    print(
        f"\nreceipt → current/, {len(whole)} single submissions: median {median:.2f} s, p95 {p95:.2f} s, "
        f"longest {whole[-1]:.2f} s; receipt → accepted {share:.0%}, accepted → current/ {1 - share:.0%}"
    )
    assert median < 2.0
    assert p95 < 5.0


def test_a_burst_of_a_whole_country_is_national_within_a_minute(season: Season) -> None:
    rest = season.arrivals[SINGLES + 1 :]
    size = max(1, len(rest) // 60)
    started = time.monotonic()
    receipts: list[Receipt] = []
    for second, first in enumerate(range(0, len(rest), size)):
        receipts += send(season, rest[first : first + size])
        time.sleep(max(0.0, started + second + 1 - time.monotonic()))
    await_shown(season, receipts[-1].seq)
    end = shown(season)[-1][1]
    after = (end - receipts[-1].at).total_seconds()
    span = (receipts[-1].at - receipts[0].at).total_seconds()
    print(f"\nburst of {len(receipts)} in {span:.0f} s: all national {after:.1f} s after the last")
    assert after < 60.0
