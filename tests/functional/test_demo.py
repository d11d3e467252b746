"""The demonstration as a person starts it: everyone's files, a real Airflow, a final release, nothing left running."""

import subprocess
import sys

import pytest

from keiyu.orchestration import processes, stack

pytestmark = [pytest.mark.airflow, pytest.mark.slow]


def test_the_demonstration_ends_in_a_final_release(home):
    done = subprocess.run(
        [sys.executable, "-m", "keiyu.orchestration.stack", "demo"],
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for words in ("files in", "returned", "last arrival to release", "pandas:", "DuckDB:"):
        assert words in done.stdout
    assert processes.marked(stack.places_of(home, "demo").mark) == []
