"""The one process that starts, watches and ends all others: ``python -m keiyu.orchestration.supervisor``.

It imports no Airflow. A component that ends by itself is started again, said so in the log and in
the status, and after the third time the whole stack ends: better a visible stop than a loop.
"""

import argparse
import fcntl
import json
import logging
import os
import shlex
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from sqlalchemy.exc import OperationalError

from keiyu.errors import KeiyuError
from keiyu.orchestration import airflow_env, postgres, processes
from keiyu.orchestration.airflow_env import COMPONENTS, Component
from keiyu.orchestration.errors import StackFailedError
from keiyu.orchestration.places import USER, Places, choose_ports, load_secrets, write_private
from keiyu.settings import Settings

_log = logging.getLogger(__name__)
_TICK: Final = 0.2
_RESTARTS: Final = 3
_SERVER_PATIENCE: Final = 60.0


class Supervisor:
    """One running stack, from the empty folder to the last process ended.

    Attributes:
        settings: the installation.
        places: state of the stack.
        parent: process without which the stack shall not live; none for ``up``.
    """

    def __init__(self, settings: Settings, places: Places, parent: int | None = None) -> None:
        """Prepare folders, secrets, ports and environment; start nothing."""
        places.make()
        self.settings, self.places, self.parent = settings, places, parent
        self._secrets, self._ports = load_secrets(places), choose_ports()
        self._environment = airflow_env.variables(settings, places, self._ports, self._secrets)
        self._components: dict[str, processes.Child] = {}
        self._restarts: Counter[str] = Counter()
        self._stopping = threading.Event()

    def run(self) -> None:
        """Start everything, watch until told to stop, end everything.

        Raises:
            StackFailedError: something did not start or ended by itself once too often.
        """
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: self._stopping.set())
        left = processes.end_marked(self.places.mark)
        _log.info("started; %d process(es) of an earlier run ended first", left)
        with ExitStack() as exits:
            exits.callback(self._write_status, "stopped")
            exits.callback(processes.end_marked, self.places.mark)
            try:
                self._start(exits)
                self._watch()
            except StackFailedError as failure:
                exits.callback(self._write_status, "failed", failure=failure.attrs())
                raise
            self._write_status("stopping")

    def _start(self, exits: ExitStack) -> None:
        airflow_env.write_files(self.places, self._secrets)
        self._write_status("database")
        exits.enter_context(self._database())
        self._write_status("migration")
        self._migrate()
        exits.callback(self._end_components)
        if not self._stopping.is_set():
            for name in COMPONENTS:
                self._start_component(name)
            self._write_environment()
            self._write_status("running")

    @contextmanager
    def _database(self) -> Iterator[None]:
        postgres.initialise(self.places, self._secrets.postgres)
        postgres.forget_dead_server(self.places)
        command = postgres.command(self.places, self._ports["postgres"])
        server = processes.start("postgres", command, self._environment, self.places.logs / "postgres.log")
        try:
            self._await_database(server)
            yield
        finally:
            processes.end([server], signal.SIGINT)

    def _await_database(self, server: processes.Child) -> None:
        limit = time.monotonic() + _SERVER_PATIENCE
        while True:
            try:
                postgres.ensure_databases(self._ports["postgres"], self._secrets.postgres)
            except OperationalError as refusal:
                if server.ended is not None or time.monotonic() > limit or self._stopping.wait(_TICK / 4):
                    raise StackFailedError("PostgreSQL", str(refusal.orig), str(self.places.logs)) from refusal
            else:
                return

    def _migrate(self) -> None:
        """Bring Airflow's tables up to date, unless this very version has already done so."""
        done = self.places.postgres / "airflow-version"
        version = metadata.version("apache-airflow")
        if done.exists() and done.read_text(encoding="utf-8") == version:
            return
        child = self._run("migration", Component(("db", "migrate")))
        while child.ended is None and not self._stopping.wait(_TICK):
            pass
        processes.end([child])
        if child.ended == 0:
            done.write_text(version, encoding="utf-8")
        elif not self._stopping.is_set():
            raise StackFailedError("airflow db migrate", f"status {child.ended}", str(self.places.logs))

    def _run(self, name: str, component: Component) -> processes.Child:
        command = [sys.executable, "-m", "airflow", *component.arguments]
        log = self.places.logs / f"{name}.log"
        return processes.start(name, command, self._environment, log, component.patience)

    def _start_component(self, name: str) -> None:
        self._components[name] = self._run(name, COMPONENTS[name])

    def _end_components(self) -> None:
        """Let tasks finish while the api-server, to which they report, still answers."""
        last = self._components.pop("api-server", None)
        processes.end(self._components.values())
        if last is not None:
            processes.end([last])

    def _watch(self) -> None:
        while not self._stopping.wait(_TICK):
            if self.parent is not None and os.getppid() != self.parent:
                _log.warning("the process that wanted this stack is gone")
                return
            for name, child in self._components.items():
                if (status := child.ended) is not None:
                    self._revive(name, status)

    def _revive(self, name: str, status: int) -> None:
        processes.signal_group(self._components[name], signal.SIGKILL)
        self._restarts[name] += 1
        if self._restarts[name] > _RESTARTS:
            raise StackFailedError(name, f"ended {_RESTARTS + 1} times, last with {status}", str(self.places.logs))
        _log.error("%s ended by itself with %d; start %d of %d", name, status, self._restarts[name], _RESTARTS)
        self._start_component(name)
        self._write_status("running")

    def _write_environment(self) -> None:
        shared = airflow_env.keiyu_variables(self.settings, self._ports, self._secrets)
        lines = [f"export {name}={shlex.quote(value)}" for name, value in shared.items()]
        write_private(self.places.environment, "\n".join(lines) + "\n")

    def _write_status(self, state: str, **more: Any) -> None:
        _log.info("%s", state)
        status = {
            "state": state,
            "at": datetime.now(UTC).isoformat(),
            "pid": os.getpid(),
            "user": USER,
            "api": airflow_env.api_url(self._ports),
            "drop": self.settings.drop,
            "storage": self.settings.storage,
            "database_port": self._ports["postgres"],
            "components": {name: child.process.pid for name, child in self._components.items()},
            "restarts": dict(self._restarts),
            **more,
        }
        write_private(self.places.status, json.dumps(status, ensure_ascii=False, indent=1))


@contextmanager
def _sole_owner(places: Places) -> Iterator[None]:
    """Hold the lock of this state; the system lets go of it however this process ends."""
    places.root.mkdir(parents=True, exist_ok=True)
    with places.lock.open("w", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            raise StackFailedError("supervisor", "another one holds this state", str(places.logs)) from taken
        yield


def main() -> int:
    """Run one stack until it is told to stop; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=Path, help="folder of the stack's state")
    parser.add_argument("--with-parent", action="store_true", help="end when the process that started this one ends")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    parent = os.getppid() if arguments.with_parent else None
    try:
        with _sole_owner(places := Places(arguments.root)):
            Supervisor(Settings(), places, parent).run()
    except KeiyuError as failure:
        _log.error("%s", failure)
        return failure.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
