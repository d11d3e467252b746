"""Processes in groups: start one with its own group and log, end it with everything it left behind."""

import logging
import os
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

_log = logging.getLogger(__name__)
MARK: Final = "KEIYU_STACK"
"""Variable that tells which stack a process belongs to."""
UNTITLED: Final = "SPT_NOENV"
"""Variable that keeps setproctitle, which Airflow uses, from writing a title over the environment and its mark."""
_UNTIL_GONE: Final = 2.0
_TICK: Final = 0.02


@dataclass(frozen=True)
class Child:
    """One process of the stack, leader of its own group.

    Attributes:
        name: what it is called in logs and in the status.
        process: the handle of the process.
        log: where its output goes.
        patience: seconds it is given to end when it is asked.
    """

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    patience: float = 10.0

    @property
    def ended(self) -> int | None:
        """The exit status once it has ended."""
        return self.process.poll()


def start(
    name: str, command: Sequence[str], environment: Mapping[str, str], log: Path, patience: float = 10.0
) -> Child:
    """Start a process in a session of its own, its output appended to ``log``.

    A session keeps the terminal's Ctrl-C away from it: the supervisor alone decides the order in
    which processes end.
    """
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 -- our own programs, with arguments that no sender can choose
            command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd="/",
        )
    return Child(name, process, log, patience)


def signal_group(child: Child, number: int) -> None:
    """Send a signal to the process and to all in its group."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.process.pid, number)


def end(children: Iterable[Child], number: int = signal.SIGTERM) -> None:
    """End processes: ask all at once, wait for each as long as its patience lasts, then kill its group.

    Args:
        children: the processes.
        number: the signal with which to ask.
    """
    asked, began = list(children), time.monotonic()
    below = [one for child in asked for one in _descendants(child)]
    for child in asked:
        if child.ended is None:
            child.process.send_signal(number)
    for child in sorted(asked, key=lambda child: child.patience):
        try:
            child.process.wait(max(0.0, began + child.patience - time.monotonic()))
        except subprocess.TimeoutExpired:
            _log.warning("%s did not end within %.0f s and is killed", child.name, child.patience)
        signal_group(child, signal.SIGKILL)
        child.process.wait()
    _await_end(below, _UNTIL_GONE)


def _await_end(waited: Iterable[psutil.Process], patience: float) -> list[psutil.Process]:
    """Wait for processes that may not be our children; returns those that still live."""
    limit = time.monotonic() + patience
    while (living := [process for process in waited if _lives(process)]) and time.monotonic() < limit:
        time.sleep(_TICK)
    return living


def _lives(process: psutil.Process) -> bool:
    """Whether it still does anything; a dead one that nobody has reaped yet does not."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _descendants(child: Child) -> list[psutil.Process]:
    try:
        return psutil.Process(child.process.pid).children(recursive=True)
    except psutil.Error:
        return []


def marked(mark: str) -> list[psutil.Process]:
    """Return every other living process that carries the mark of this stack in its environment."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.pid != os.getpid() and _lives(process) and process.environ().get(MARK) == mark:
                found.append(process)
    return found


def end_marked(mark: str, patience: float = 10.0) -> int:
    """End what an interrupted stack left behind, e.g. workers whose scheduler was killed.

    Args:
        mark: value of the mark in their environment.
        patience: seconds before they are killed.

    Returns:
        How many processes there were.
    """
    orphans = marked(mark)
    for orphan in orphans:
        with suppress(psutil.Error):
            orphan.send_signal(signal.SIGINT if orphan.name() == "postgres" else signal.SIGTERM)
    deaf = _await_end(orphans, patience)
    for orphan in deaf:
        with suppress(psutil.Error):
            orphan.kill()
    _await_end(deaf, _UNTIL_GONE)
    return len(orphans)
