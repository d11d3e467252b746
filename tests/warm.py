"""A ``keiyu`` for scripts of many commands: each is a fork of one process that has imported the libraries.

What runs is the command line itself, in a process of its own; only the seconds that a fresh interpreter would spend
on importing Great Expectations and its like are spent once.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HOME = Path(__file__).resolve().parents[1]
SHIM = """#!{python} -IS
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as bell:
    bell.connect({address!r})
    told = json.dumps([os.getcwd(), dict(os.environ), sys.argv[1:]]).encode()
    socket.send_fds(bell, [len(told).to_bytes(4, "big")], [0, 1, 2])
    bell.sendall(told)
    sys.exit(bell.recv(1)[0])
"""


@contextmanager
def warm_keiyu(folder: Path) -> Iterator[Path]:
    """Yield a folder to put first on ``PATH``: its ``keiyu`` answers as the installed one does."""
    address, shim = folder / "s", folder / "keiyu"
    shim.write_text(SHIM.format(python=sys.executable, address=str(address)), encoding="utf-8")
    shim.chmod(0o755)
    paths = os.pathsep.join(map(str, (HOME / "plugins", HOME / "tests")))
    server = subprocess.Popen([sys.executable, "-m", "warm", str(address)], env={**os.environ, "PYTHONPATH": paths})
    try:
        while not address.exists():
            assert server.poll() is None, "the warm process ended"
            time.sleep(0.05)
        yield folder
    finally:
        server.terminate()
        server.wait()


def serve(address: Path) -> None:
    """Answer commands until terminated, each in a fork."""
    from keiyu import cli, intake, publish
    from keiyu.check import engine
    from keiyu.publish import estimation, monitor

    loaded = [getattr(room, name) for room in (publish, monitor) for name in room.__all__]
    assert all((cli, intake, engine, estimation, loaded))
    with socket.socket(socket.AF_UNIX) as door:
        opening = address.with_suffix(".opening")
        door.bind(str(opening))
        door.listen()
        opening.rename(address)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        while True:
            bell, _ = door.accept()
            if os.fork() == 0:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                answer(bell)
            bell.close()


def answer(bell: socket.socket) -> None:
    """Run one command as if it had been started where its caller stands."""
    from keiyu.cli import main

    size, streams, _, _ = socket.recv_fds(bell, 4, 3)
    told = b""
    while len(told) < int.from_bytes(size, "big"):
        told += bell.recv(1 << 16)
    folder, environment, words = json.loads(told)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    code = main(words)
    sys.stdout.flush()
    sys.stderr.flush()
    bell.send(bytes([code]))
    os._exit(0)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
