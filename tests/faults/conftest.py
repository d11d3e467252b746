"""What the faults share: the tiny installation, and workers on it that can be killed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from faults.workers import Workers, Zygote, zygote_process
from keiyu.ledger import open_collection
from keiyu.settings import Settings
from tiny import APRIL, TinyWorkspace


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    with zygote_process() as zygote:
        yield zygote


@pytest.fixture
def workspace(database_url: str, tmp_path: Path, home: Path) -> Iterator[TinyWorkspace]:
    settings = Settings(home=home, storage=str(tmp_path / "data"), database_url=database_url)
    with TinyWorkspace.open(settings) as workspace:
        open_collection(workspace.ledger, APRIL)
        yield workspace


@pytest.fixture
def workers(zygote: Zygote, workspace: TinyWorkspace) -> Workers:
    return Workers(zygote, workspace.settings)
