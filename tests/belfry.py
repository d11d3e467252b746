"""As much of Airflow's API as a bell is rung by."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from keiyu.receive.doorbell import BELL


@contextmanager
def listening(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Have whatever the command line rings heard; yields the times that the bell has rung."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Bell) as server:
        server.rung = []  # type: ignore[attr-defined]
        Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("KEIYU_DOORBELL_URL", f"http://127.0.0.1:{server.server_port}")
        yield server.rung  # type: ignore[attr-defined]
        server.shutdown()


class _Bell(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._say({"assets": [{"id": 7, "name": BELL}]})

    def do_POST(self) -> None:
        told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path.endswith("/assets/events"):
            self.server.rung.append(told["asset_id"])  # type: ignore[attr-defined]
        self._say({"access_token": "t"})

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _say(self, answer: object) -> None:
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
