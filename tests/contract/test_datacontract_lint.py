"""Every contract is clean under ``datacontract lint``, in an environment of its own.

The command's dependencies collide with Airflow's, so it has a hashed lock beside this file and a
virtual environment under ``.run/`` that is made once per lock.
"""

import subprocess
from pathlib import Path

import pytest

from environments import locked_environment
from keiyu.contract import lines

HOME = Path(__file__).resolve().parents[2]
LOCK = Path(__file__).with_name("datacontract-requirements.lock")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def datacontract() -> Path:
    """The command; skipped on a laptop that cannot install it, failed in CI."""
    return locked_environment("datacontract-venv", LOCK) / "bin" / "datacontract"


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
