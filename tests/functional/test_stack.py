"""A second stack beside the first: other ports, and nothing left behind however its supervisor ends."""

import os
import signal
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from keiyu.orchestration import processes, stack
from keiyu.orchestration.errors import StackFailedError
from keiyu.orchestration.places import Places, read_status
from keiyu.settings import Settings

pytestmark = [pytest.mark.airflow, pytest.mark.slow]


def writing_below(folder: Path) -> list[str]:
    """The processes that still write a log of a stack, whatever they call themselves."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if any(Path(one.path).is_relative_to(folder) for one in process.open_files()):
                found.append(process.name())
    return found


@pytest.fixture
def second(home: Path, tmp_path: Path):
    places = Places(tmp_path / "second")
    settings = Settings(home=home, storage=str(tmp_path / "data"), drop=str(tmp_path / "data" / "drop"))
    supervisor = stack.launch(settings, places, with_parent=True)
    yield settings, places, supervisor
    stack.stop(places)
    supervisor.process.wait()
    assert processes.marked(places.mark) == []


def test_a_killed_supervisor_leaves_nothing_that_down_does_not_end(running, second):
    settings, places, supervisor = second
    status = stack.await_ready(settings, places)
    assert status["api"] != running.status["api"]
    assert status["database_port"] != running.status["database_port"]

    os.kill(status["pid"], signal.SIGKILL)
    supervisor.process.wait()
    assert not stack.is_running(places)
    assert set(status["components"].values()) <= {process.pid for process in processes.marked(places.mark)}
    assert stack.stop(places)
    assert processes.marked(places.mark) == []
    assert writing_below(places.logs) == []
    assert stack.stop(places) is False, "nothing is left to end"
    assert stack.is_running(running.places), "the other stack is left alone"


def test_a_start_that_is_interrupted_ends_cleanly(second):
    settings, places, supervisor = second
    while "database_port" not in read_status(places):
        pass
    supervisor.process.send_signal(signal.SIGTERM)
    with pytest.raises(StackFailedError):
        stack.await_ready(settings, places)
    supervisor.process.wait()
    assert read_status(places)["state"] == "stopped"
    assert processes.marked(places.mark) == []
