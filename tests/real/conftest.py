"""The real files that nobody here wrote; absent on most machines."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real files, or a skip that says so."""
    if not SHARED.is_dir():
        pytest.skip("the real files are absent: ../shared/data is not beside this checkout")
    return SHARED
