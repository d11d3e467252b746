"""Environments of their own for tools whose dependencies collide with ours: made from a lock, under ``.run/``."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HOME = Path(__file__).resolve().parents[1]


def locked_environment(name: str, lock: Path) -> Path:
    """Return the virtual environment made from a lock; skips on a laptop that cannot install it, fails in CI."""
    place = HOME / ".run" / name
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    mark = place / "made-from.sha256"
    place.parent.mkdir(exist_ok=True)
    with place.with_suffix(".lock").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)  # test workers run side by side
        if not mark.is_file() or mark.read_text() != digest:
            try:
                _make(place, lock)
            except (subprocess.CalledProcessError, subprocess.TimeoutExpired, OSError) as error:
                cannot(f"{lock.name} cannot be installed here: {getattr(error, 'stderr', None) or error}")
            mark.write_text(digest)
    return place


def cannot(reason: str) -> None:
    """Skip what this machine has not got; in CI, where it must be there, fail."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def _make(place: Path, lock: Path) -> None:
    """Make the environment, with uv where there is one."""
    python, uv = str(place / "bin" / "python"), shutil.which("uv")
    if uv:
        made = [uv, "venv", "-q", "--clear", "-p", sys.executable, str(place)]
        filled = [uv, "pip", "install", "-q", "-p", python]
    else:
        made = [sys.executable, "-m", "venv", "--clear", str(place)]
        filled = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    for step in (made, [*filled, "--require-hashes", "-r", str(lock)]):
        subprocess.run(step, check=True, capture_output=True, text=True, timeout=600)
