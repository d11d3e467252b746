"""What the intake's one task does: whatever is accepted is shown at once, and the next of a stream need not wait."""

import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from keiyu import publish
from keiyu.contract import template
from keiyu.ledger import open_collection
from keiyu.orchestration.steps import drain, publish_due
from keiyu.publish import parquet
from keiyu.publish.alone import alone
from keiyu.publish.current import current_path
from keiyu.publish.session import NationalTableError
from keiyu.receive import receive
from keiyu.receive.workspace import Workspace
from keiyu.settings import Settings
from ministry import APRIL, CHIYODA, CHUO, LINE, small_home


@pytest.fixture
def workspace(home: Path, tmp_path: Path, database_url: str) -> Iterator[Workspace]:
    small = small_home(home, tmp_path / "home")
    shutil.copytree(home / "expectations", small / "expectations")
    settings = Settings(home=small, storage=str(tmp_path / "data"), database_url=database_url)
    with Workspace.open(settings) as opened:
        open_collection(opened.ledger, APRIL)
        yield opened


def send(workspace: Workspace, code: str) -> None:
    line, area = workspace.contract(LINE), workspace.areas.get(code, APRIL.as_of)
    zeros = {field.name: 0 for table in line.tables for field in table.measures}
    form = template.render(line, reporter=area, as_of=APRIL.as_of, values=zeros)
    receive(workspace.ledger, workspace.storage, form, filename=f"{code}.xlsx", sender=code, channel="cli")


def shown(workspace: Workspace) -> set[str]:
    """Reporters whose figures stand in ``current/``."""
    rows = parquet.decode(workspace.storage.read(current_path(APRIL, "municipality"))).to_pylist()
    return {row["area_code"] for row in rows if row["waiting_total"] is not None}


def test_what_is_accepted_is_shown_before_anything_else_is_woken(workspace: Workspace) -> None:
    send(workspace, CHIYODA)
    drained = drain(workspace, linger=0)
    assert (drained.counts["accepted"], drained.empty) == (1, True)
    assert shown(workspace) == {CHIYODA}
    assert publish_due(workspace, LINE, "2025-04-01")["published"] is None
    assert not publish.refresh_current(workspace, APRIL), "nothing was left to the national DAG"


def test_the_next_of_a_stream_is_taken_by_the_same_task(workspace: Workspace) -> None:
    send(workspace, CHIYODA)
    later = threading.Timer(0.3, send, (workspace, CHUO))
    later.start()
    drained = drain(workspace, linger=3)
    later.join()
    assert (drained.counts["accepted"], drained.empty) == (2, True)
    assert shown(workspace) == {CHIYODA, CHUO}


def test_nobody_lingers_who_found_no_work(workspace: Workspace) -> None:
    started = time.monotonic()
    assert drain(workspace, linger=60).empty
    assert time.monotonic() - started < 30


def test_a_table_that_cannot_be_made_undoes_no_acceptance_and_is_reported_by_the_national_run(
    workspace: Workspace,
) -> None:
    [sql] = (workspace.settings.schemas / "lines" / LINE / "tables").glob("national.sql")
    sql.write_text("SELECT nothing FROM respondents", encoding="utf-8")
    send(workspace, CHIYODA)
    assert drain(workspace, linger=0).counts["accepted"] == 1
    with pytest.raises(NationalTableError):
        publish_due(workspace, LINE, "2025-04-01")


@pytest.mark.postgres
def test_what_another_publishes_at_this_moment_is_left_to_the_national_run(
    home: Path, tmp_path: Path, postgres_url: str
) -> None:
    settings = Settings(home=home, storage=str(tmp_path / "data"), database_url=postgres_url)
    with Workspace.open(settings) as workspace:
        open_collection(workspace.ledger, APRIL)
        send(workspace, CHIYODA)
        with alone(workspace.ledger, APRIL):
            assert drain(workspace, linger=0).counts["accepted"] == 1
            assert not workspace.storage.exists(current_path(APRIL, "municipality"))
        publish_due(workspace, LINE, "2025-04-01")
        assert shown(workspace) == {CHIYODA}
