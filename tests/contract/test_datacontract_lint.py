"""Every contract is clean under ``datacontract lint``, in an environment of its own.

The command's dependencies collide with Airflow's, so it has a hashed lock beside this file and a
virtual environment under ``.run/`` that is made once per lock.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from keiyu.contract import lines

HOME = Path(__file__).resolve().parents[2]
LOCK = Path(__file__).with_name("datacontract-requirements.lock")
PLACE = HOME / ".run" / "datacontract-venv"

pytestmark = pytest.mark.slow


def make(place: Path) -> None:
    """Make the environment, with uv where there is one."""
    python = place / "bin" / "python"
    uv = shutil.which("uv")
    if uv:
        steps = [
            [uv, "venv", "-q", "--clear", "-p", sys.executable, str(place)],
            [uv, "pip", "install", "-q", "-p", str(python), "--require-hashes", "-r", str(LOCK)],
        ]
    else:
        steps = [
            [sys.executable, "-m", "venv", "--clear", str(place)],
            [
                str(python),
                "-m",
                "pip",
                "install",
                "-q",
                "--disable-pip-version-check",
                "--require-hashes",
                "-r",
                str(LOCK),
            ],
        ]
    for step in steps:
        subprocess.run(step, check=True, capture_output=True, text=True, timeout=600)


@pytest.fixture(scope="session")
def datacontract() -> Path:
    """The command; skipped on a laptop that cannot install it, failed in CI."""
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    mark = PLACE / "made-from.sha256"
    PLACE.parent.mkdir(exist_ok=True)
    with PLACE.with_suffix(".lock").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)  # test workers run side by side
        if not mark.is_file() or mark.read_text() != digest:
            try:
                make(PLACE)
            except (subprocess.CalledProcessError, subprocess.TimeoutExpired, OSError) as error:
                reason = f"datacontract-cli cannot be installed here: {getattr(error, 'stderr', None) or error}"
                if os.environ.get("CI") == "true":
                    pytest.fail(reason)
                pytest.skip(reason)
            mark.write_text(digest)
    return PLACE / "bin" / "datacontract"


@pytest.mark.parametrize("line", lines(HOME / "schemas"))
def test_a_contract_is_clean_under_datacontract_lint(datacontract: Path, line: str) -> None:
    contract = HOME / "schemas" / "lines" / line / "contract.yaml"
    done = subprocess.run([datacontract, "lint", contract], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "v3.1.0" in done.stdout


def test_the_lock_pins_by_hash_and_names_no_registry() -> None:
    text = LOCK.read_text(encoding="utf-8")
    assert "datacontract-cli==" in text
    assert "://" not in text
    assert "index-url" not in text
