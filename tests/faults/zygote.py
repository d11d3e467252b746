"""Forks workers that die: imports once, then obeys lines on standard input.

``warm`` imports what the real check needs; ``start <settings> <job> …`` forks a worker and answers its
process id; ``wait <pid>`` answers its exit status.
"""

import json
import os
import sys
import traceback
from pathlib import Path

import tiny
from keiyu import intake
from keiyu.intake import batch, checking
from keiyu.receive import receive
from keiyu.settings import Settings


def ingest(settings: Settings, limit: str) -> None:
    """Work on the tiny line until nothing is left."""
    batch.read = tiny.read_as_intake_does
    checking.check = tiny.check_as_intake_does
    with tiny.TinyWorkspace.open(settings) as workspace:
        while intake.ingest(workspace, int(limit)).claimed:
            pass


def receive_all(settings: Settings, folder: str, acknowledged: str) -> None:
    """Receive every file of a folder, noting each receipt as the sender would."""
    with tiny.TinyWorkspace.open(settings) as workspace, Path(acknowledged).open("a") as told:
        for path in sorted(Path(folder).iterdir()):
            receipt = receive(
                workspace.ledger,
                workspace.storage,
                path.read_bytes(),
                filename=path.name,
                sender=None,
                channel="cli",
                idempotency_key=path.name,
            )
            told.write(f"{path.name} {receipt.id}\n")
            told.flush()


def command_line(settings: Settings, *words: str) -> None:
    """Run ``keiyu …`` itself, with no patch at all."""
    from keiyu.cli import main as keiyu

    for name in ("home", "storage", "database_url", "drop"):
        os.environ[f"KEIYU_{name.upper()}"] = str(getattr(settings, name))
    os.environ["KEIYU_BATCH_FILES"] = "15"
    raise SystemExit(keiyu(words))


def main() -> None:
    """Obey."""
    jobs = {"ingest": ingest, "receive": receive_all, "keiyu": command_line}
    for line in sys.stdin:
        command, *words = line.split("\t")
        words = [word.strip() for word in words]
        if command.strip() == "warm":
            from keiyu.check import engine

            print(len(engine.__name__), flush=True)
            continue
        if command == "wait":
            _, status = os.waitpid(int(words[0]), 0)
            print(status, flush=True)
            continue
        pid = os.fork()
        if not pid:
            status = 1
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            try:
                jobs[words[1]](Settings(**json.loads(words[0])), *words[2:])
                status = 0
            except SystemExit as end:
                status = int(end.code or 0)
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(status)
        print(pid, flush=True)


if __name__ == "__main__":
    main()
