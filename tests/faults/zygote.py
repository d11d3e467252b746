"""Forks workers that die: imports once, then obeys lines on standard input.

``start <settings> <job> …`` forks a worker and answers its process id; ``wait <pid>`` answers its exit status.
"""

import json
import os
import sys
import traceback
from pathlib import Path

import tiny
from keiyu import intake
from keiyu.receive import receive
from keiyu.settings import Settings


def ingest(settings: Settings, limit: str) -> None:
    """Work until nothing is left."""
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


def main() -> None:
    """Obey."""
    intake.read = tiny.read_as_intake_does
    intake.check = tiny.check_as_intake_does
    jobs = {"ingest": ingest, "receive": receive_all}
    for line in sys.stdin:
        command, *words = line.split("\t")
        words = [word.strip() for word in words]
        if command == "wait":
            _, status = os.waitpid(int(words[0]), 0)
            print(status, flush=True)
            continue
        pid = os.fork()
        if not pid:
            status = 1
            try:
                jobs[words[1]](Settings(**json.loads(words[0])), *words[2:])
                status = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(status)
        print(pid, flush=True)


if __name__ == "__main__":
    main()
