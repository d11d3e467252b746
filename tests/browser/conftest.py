"""A headless Chromium: absent on a laptop is fine, absent where CI=true is not."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-default-apps", "--disable-extensions", "--disable-sync", "--hide-scrollbars", "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)  # fmt: skip

Browser = Callable[..., str]


@pytest.fixture(scope="session")
def chromium() -> str:
    """Address of the browser."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        message = "no Chromium on this machine: apt-get install chromium fonts-noto-cjk"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    return str(found)


@pytest.fixture
def browse(chromium: str, tmp_path: Path) -> Browser:
    """Open a file in the browser, without any network; returns what it wrote."""

    def run(*options: str, page: Path) -> str:
        command = [chromium, *_FLAGS, f"--user-data-dir={tmp_path / 'profile'}", *options, page.as_uri()]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    return run
