"""What every tier shares: the project's own schemas, and nothing that starts a server."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from postgres import database_url, postgres_server, postgres_url  # noqa: F401 -- fixtures for every tier

if TYPE_CHECKING:
    from ministry import Ministry

HOME = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def home() -> Path:
    """The project's folder."""
    return HOME


@pytest.fixture(scope="session")
def schemas() -> Path:
    """The project's ``schemas/`` folder."""
    return HOME / "schemas"


@pytest.fixture(scope="module")
def small(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation that knows seven municipalities."""
    from ministry import small_home

    return small_home(home, tmp_path_factory.mktemp("home"))


@pytest.fixture
def ministry(small: Path, tmp_path: Path) -> Iterator["Ministry"]:
    """A ministry of that installation, with nothing received."""
    from ministry import Ministry

    opened = Ministry.open(small, str(tmp_path / "data"), f"sqlite:///{tmp_path}/ledger.db")
    yield opened
    opened.workspace.close()
