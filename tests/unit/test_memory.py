"""Peaks are measured for one program, whoever started it."""

import os
import subprocess
import sys
from pathlib import Path

from memory import peak_mib

TESTS = Path(__file__).resolve().parents[1]


def test_a_child_of_a_large_process_reports_its_own_peak() -> None:
    large = bytearray(200 << 20)
    large[:: 1 << 12] = b"x" * len(large[:: 1 << 12])
    child = subprocess.run(
        [sys.executable, "-c", "from memory import peak_mib; print(peak_mib())"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
    )
    assert float(child.stdout) < 150
    assert peak_mib() > 200
    del large
