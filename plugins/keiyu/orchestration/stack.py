"""The whole of Keiyu on one machine: ``python -m keiyu.orchestration.stack up | down | demo``."""

import fcntl
import os
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import click
import httpx
import psutil
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from keiyu.contract import lines
from keiyu.errors import KeiyuError
from keiyu.orchestration import postgres, processes
from keiyu.orchestration.errors import StackFailedError
from keiyu.orchestration.places import Places, load_secrets, read_status
from keiyu.settings import Settings

_PATIENCE: Final = 240.0
_PATIENCE_STOP: Final = 60.0
_FIRST_ANSWER: Final = 60.0
_TICK: Final = 0.25
_STEPS: Final = {
    "database": "PostgreSQL を起動 / starting PostgreSQL",
    "migration": "Airflow の表を準備 / preparing Airflow's tables",
    "running": "Airflow を起動 / starting Airflow",
    "ready": "起動しました / ready",
}


def places_of(home: Path, name: str = "local") -> Places:
    """Return where the stack of that name keeps its state, below the project's folder."""
    return Places(home / ".run" / name)


def connected(settings: Settings, places: Places, status: Mapping[str, Any]) -> Settings:
    """Return the same settings with the running stack's ledger and bell."""
    secrets = load_secrets(places)
    return settings.model_copy(
        update={
            "database_url": postgres.url(status["database_port"], secrets.postgres, "keiyu"),
            "doorbell_url": status["api"],
            "doorbell_password": secrets.admin,
        }
    )


def is_running(places: Places) -> bool:
    """Whether a supervisor holds this state."""
    try:
        with places.lock.open("r", encoding="utf-8") as handle:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def launch(settings: Settings, places: Places, *, with_parent: bool = False) -> processes.Child:
    """Start a supervisor in the background.

    Args:
        settings: the installation; handed on by environment.
        places: state of the stack.
        with_parent: end the stack when this process ends, however it ends.

    Returns:
        The supervisor's process.
    """
    places.make()
    places.status.unlink(missing_ok=True)
    command = [sys.executable, "-m", "keiyu.orchestration.supervisor", str(places.root)]
    named = {"KEIYU_HOME": str(settings.home), "KEIYU_STORAGE": settings.storage, "KEIYU_DROP": settings.drop}
    return processes.start(
        "supervisor",
        [*command, "--with-parent"] if with_parent else command,
        {**os.environ, **named},
        places.logs / "supervisor.log",
    )


def await_ready(settings: Settings, places: Places, progress: Progress | None = None) -> dict[str, Any]:
    """Wait until every component answers and every DAG is known.

    Args:
        settings: the installation, whose lines name the DAGs.
        places: state of the stack.
        progress: where to show the steps.

    Returns:
        The status that the supervisor wrote.

    Raises:
        StackFailedError: the stack ended, or took too long.
    """
    bar = progress.add_task(_STEPS["database"], total=len(_STEPS)) if progress else None
    limit = time.monotonic() + _PATIENCE
    while time.monotonic() < limit:
        status = read_status(places)
        state = status.get("state", "database")
        if state in ("failed", "stopped"):
            told = status.get("failure", {"what": "Keiyu", "reason": state, "logs": str(places.logs)})
            raise StackFailedError(**told)
        ready = state == "running" and _answers(settings, places, status)
        if progress is not None and bar is not None and state in _STEPS:
            step = "ready" if ready else state
            progress.update(bar, description=_STEPS[step], completed=list(_STEPS).index(step) + ready)
        if ready:
            return status
        time.sleep(_TICK)
    raise StackFailedError("Keiyu", f"not ready after {_PATIENCE:.0f} s", str(places.logs))


def _answers(settings: Settings, places: Places, status: Mapping[str, Any]) -> bool:
    try:
        with httpx.Client(base_url=status["api"], timeout=_FIRST_ANSWER) as client:
            health = client.get("/api/v2/monitor/health").raise_for_status().json()
            client.get("/execution/health").raise_for_status()  # its first answer takes seconds; no task shall wait
            return _is_healthy(health, datetime.fromisoformat(status["at"])) and _knows_dags(client, settings, places)
    except httpx.HTTPError:
        return False


def _is_healthy(health: Mapping[str, Mapping[str, str | None]], since: datetime) -> bool:
    """Whether each component has shown life in this run; one of an earlier run may look healthy for a while."""
    for name in ("scheduler", "triggerer", "dag_processor"):
        beat = health[name][f"latest_{name}_heartbeat"]
        if beat is None or datetime.fromisoformat(beat) < since:
            return False
    return True


def token(client: httpx.Client, places: Places, user: str = "admin") -> str:
    """Return a token for Airflow's API."""
    login = {"username": user, "password": load_secrets(places).admin}
    answer = client.post("/auth/token", json=login).raise_for_status()
    return str(answer.json()["access_token"])


def _knows_dags(client: httpx.Client, settings: Settings, places: Places) -> bool:
    headers = {"Authorization": f"Bearer {token(client, places)}"}
    found = client.get("/api/v2/dags", headers=headers, params={"limit": 1000}).raise_for_status().json()["dags"]
    wanted = {"intake", *(f"national_{line}" for line in lines(settings.schemas))}
    return wanted <= {dag["dag_id"] for dag in found}


def stop(places: Places) -> bool:
    """End a stack and whatever an earlier, interrupted one left behind.

    Returns:
        Whether there was anything to end.
    """
    running = is_running(places)
    if running:
        supervisor = psutil.Process(read_status(places)["pid"])
        with suppress(psutil.Error):
            supervisor.send_signal(signal.SIGTERM)
            supervisor.wait(_PATIENCE_STOP)
        with suppress(psutil.Error):
            supervisor.kill()
    return processes.end_marked(places.mark) > 0 or running


def progress_bar() -> Progress:
    """Return the progress display of every command of this module."""
    return Progress(
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"), TimeElapsedColumn()
    )


@click.group(help="Keiyu を一台で動かします。/ Run all of Keiyu on one machine.")
def main() -> None:
    """Group of the three commands."""


@main.command(help="起動して、そのまま動かし続けます。/ Start everything and leave it running.")
def up() -> None:
    """Start the stack in the background and print where to find it."""
    settings, console = Settings(), Console()
    places = places_of(settings.home)
    Path(settings.drop).mkdir(parents=True, exist_ok=True)
    if not is_running(places):
        launch(settings, places)
    with progress_bar() as progress:
        status = await_ready(settings, places, progress)
    for label, value in _addresses(places, status).items():
        console.print(f"{label:<28} {value}", soft_wrap=True)


def _addresses(places: Places, status: Mapping[str, Any]) -> dict[str, str]:
    return {
        "画面 / web interface": status["api"],
        "利用者 / user": f"{status['user']}  (password: {load_secrets(places).admin})",
        "受付フォルダ / drop here": status["drop"],
        "データ / data": status["storage"],
        "台帳 / database": f"127.0.0.1:{status['database_port']}",
        "keiyu コマンド / for keiyu": f". '{places.environment}'",
        "停止 / stop": "make down",
    }


@main.command(help="起動したものをすべて終了します。/ End everything that was started.")
def down() -> None:
    """End every stack of this project; nothing to end is no error."""
    settings, console = Settings(), Console()
    ended = [
        stop(Places(root)) for root in sorted((settings.home / ".run").glob("*/")) if (root / "secrets.json").exists()
    ]
    console.print("終了しました。/ Stopped." if any(ended) else "動いているものはありません。/ Nothing was running.")


@main.command(
    help="見本の全国集計を、到着から確報まで動かします。/ A sample national collection, from arrival to release."
)
@click.option("--line", help="報告ライン / reporting line (default: the first that has a sample)")
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    default="2025-04-01",
    show_default=True,
    help="基準日 / reference date",
)
def demo(line: str | None, as_of: datetime) -> None:
    """Run the demonstration and print what came of it."""
    from keiyu.orchestration.demo import Demo
    from keiyu.orchestration.outcome import show

    with progress_bar() as progress:
        outcome = Demo(Settings().home, progress).run(line, as_of.date())
    Console().print(show(outcome), soft_wrap=True)


def run() -> int:
    """Run the commands; an error of ours ends them with its sentence and its exit code."""
    try:
        main(standalone_mode=False)
    except KeiyuError as failure:
        Console(stderr=True).print(str(failure), soft_wrap=True)
        return failure.exit_code
    except click.ClickException as failure:
        failure.show()
        return failure.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(run())
