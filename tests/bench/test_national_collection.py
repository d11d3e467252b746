"""A whole national collection, as a ratio to decoding the same files and writing the same figures."""

import datetime as dt
import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from keiyu import contract, sample
from keiyu.codes import areas

HOME = Path(__file__).resolve().parents[2]
TESTS = HOME / "tests"
ROUNDS = 3
AIM = 3.0
REACHED = 6.5
"""What is kept, of CPU seconds, whatever else the machine does; reading takes half, publishing a third."""

PEAK_MIB = 1024


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory, schemas: Path) -> Path:
    """A faultless sample of 1,741 files in the mixture of shapes."""
    out = tmp_path_factory.mktemp("collection") / "sample"
    line = contract.load("waiting_children", schemas)
    sample.make(out, line, areas.load(schemas), as_of=dt.date(2025, 4, 1), seed=7, faults=0.0)
    return out / "wave1"


def once(side: str, folder: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.collection", side, str(folder)],
        cwd=TESTS,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{HOME / 'plugins'}:{TESTS}", "GX_ANALYTICS_ENABLED": "false"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_a_national_collection_costs_a_few_times_its_decoding(files: Path) -> None:
    pairs = [(once("floor", files), once("pipeline", files)) for _ in range(ROUNDS)]
    assert {p["files"] for _, p in pairs} == {1741}
    ratios = [p["cpu"] / f["cpu"] for f, p in pairs]
    walls = [p["seconds"] / f["seconds"] for f, p in pairs]
    peak = max(p["peak_mib"] for _, p in pairs)
    print(
        f"\nnational collection: {statistics.median(p['seconds'] for _, p in pairs):.2f} s, "
        f"floor {statistics.median(f['seconds'] for f, _ in pairs):.2f} s, "
        f"wall ratio {statistics.median(walls):.2f}, cpu ratio {statistics.median(ratios):.2f}, peak {peak:.0f} MiB"
    )
    print(f"  target: {AIM:.1f} ×")
    assert statistics.median(ratios) <= REACHED
    assert peak < PEAK_MIB
