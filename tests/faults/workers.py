"""Workers in processes of their own, forked quickly enough that many can be killed."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from keiyu.settings import Settings

_TESTS = Path(__file__).resolve().parents[1]


class Zygote:
    """A process that has imported everything and forks on demand."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "faults.zygote"],
            env={**os.environ, "PYTHONPATH": str(_TESTS)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, *words: object) -> int:
        """Send one line; returns the number that comes back."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the zygote has no pipes")
        self._process.stdin.write("\t".join(map(str, words)) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """Let it end."""
        self._process.communicate(timeout=60)


class Workers:
    """Workers on one installation."""

    def __init__(self, zygote: Zygote, settings: Settings) -> None:
        self._zygote = zygote
        told = {name: str(getattr(settings, name)) for name in ("home", "storage", "database_url", "drop")}
        self._settings = json.dumps(told)

    def start(self, *words: object) -> int:
        """Start a job; returns its process id."""
        return self._zygote.ask("start", self._settings, *words)

    def warm(self) -> None:
        """Import Great Expectations once, so that workers need not."""
        self._zygote.ask("warm")

    def wait(self, pid: int) -> int:
        """Wait for a job; returns its exit status as ``os.waitpid`` tells it."""
        return self._zygote.ask("wait", pid)


@contextmanager
def zygote_process() -> Iterator[Zygote]:
    """A zygote for as long as the block."""
    zygote = Zygote()
    try:
        yield zygote
    finally:
        zygote.close()
