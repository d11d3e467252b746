"""What every tier shares: the project's own schemas, and nothing that starts a server."""

from pathlib import Path

import pytest

from postgres import database_url, postgres_server, postgres_url  # noqa: F401 -- fixtures for every tier

HOME = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def home() -> Path:
    """The project's folder."""
    return HOME


@pytest.fixture(scope="session")
def schemas() -> Path:
    """The project's ``schemas/`` folder."""
    return HOME / "schemas"
