"""Reminders through Airflow's own notifiers to a real mail server and a real web server on this machine."""

import email
import email.policy
import http.server
import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ministry import CHIYODA, CHUO, HAYAMA, OSHIMA, Ministry, small_home

TOKYO, KANAGAWA = "130001", "140007"
REFUSED = "full@hayama.example"
SECRET = 987_654


class Mailbox:
    """What a mail server took; one address is refused."""

    def __init__(self) -> None:
        self.taken: list[Any] = []

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:  # noqa: N802 -- aiosmtpd's name
        if address == REFUSED:
            return "552 mailbox full"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802 -- aiosmtpd's name
        self.taken.append(envelope)
        return "250 OK"


@pytest.fixture
def mail() -> Iterator[tuple[Mailbox, int]]:
    controllers = pytest.importorskip("aiosmtpd.controller")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    box = Mailbox()
    controller = controllers.Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()


@pytest.fixture
def web() -> Iterator[tuple[list[tuple[dict[str, str], dict[str, Any]]], str]]:
    posted: list[tuple[dict[str, str], dict[str, Any]]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path == "/moved":
                self.send_response(302)
                self.send_header("Location", "/hook")
            else:
                posted.append((dict(self.headers), body))
                self.send_response(204)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield posted, f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def ministry(home: Path, tmp_path: Path) -> Iterator[Ministry]:
    small = small_home(home, tmp_path / "home")
    opened = Ministry.open(small, str(tmp_path / "data"), f"sqlite:///{tmp_path}/ledger.db")
    opened.submit({CHIYODA: {"waiting_total": SECRET}, OSHIMA: {"waiting_total": SECRET}})
    yield opened
    opened.workspace.close()


def send(ministry: Ministry, directory: Path, port: int) -> tuple[dict[str, int], str]:
    """Send what is due on 22 May 2025 in a process that has Airflow; returns the counts and what it logged."""
    settings = ministry.workspace.settings
    connection = {
        "conn_type": "smtp", "host": "127.0.0.1", "port": port,
        "extra": {"disable_ssl": True, "disable_tls": True, "from_email": "keiyu@ministry.example", "retry_limit": 0},
    }  # fmt: skip
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "KEIYU"))} | {
        "AIRFLOW_HOME": str(directory.parent / "airflow"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{directory.parent}/airflow.db",
        "AIRFLOW_CONN_SMTP_DEFAULT": json.dumps(connection),
    }
    probe = Path(__file__).with_name("reminder_probe.py")
    at = "2025-05-22T09:00:00+09:00"
    told = [str(settings.home), settings.storage, settings.database_url, str(directory), at]
    done = subprocess.run(
        [sys.executable, str(probe), *told], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout.splitlines()[-1]), done.stdout + done.stderr


def test_one_message_each_by_mail_and_web_and_never_a_figure(ministry, mail, web, tmp_path):
    pytest.importorskip("airflow.providers.smtp")
    (box, port), (posted, address) = mail, web
    directory = tmp_path / "directory.csv"
    rows = [
        "organisation,channel,address",
        f"{CHUO},mail,a@chuo.example;b@chuo.example",
        f"{HAYAMA},mail,{REFUSED}",
        f"{TOKYO},webhook,{address}/hook",
        f"{KANAGAWA},webhook,{address}/moved",
    ]
    directory.write_text("\n".join(rows) + "\n", encoding="utf-8")

    first, log = send(ministry, directory, port)
    assert first == {"sent": 2, "failed": 2, "unreachable": 5}
    assert "552" in log

    [envelope] = box.taken
    assert envelope.rcpt_tos == ["a@chuo.example", "b@chuo.example"]
    message = email.message_from_bytes(envelope.content, policy=email.policy.default)
    assert message["From"] == "keiyu@ministry.example"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Subject"] == "【経由調査】提出についてのお知らせ（2件） / Relay surveys: reminder (2)"
    html = message.get_body(("html",)).get_content()
    assert html.startswith("<p>中央区 御担当者 様</p>")
    assert "提出期限を過ぎています" in html
    assert "Entry is about to close" in html
    assert not re.search("{{|{%", html)

    [(headers, body)] = posted
    assert headers["Idempotency-Key"] == f"{TOKYO}:waiting_children/2025-04-01:overdue:2025-05-16"
    assert [(item["kind"], item["members"], item["relayed"]) for item in body["items"]] == [
        ("overdue", 3, 3), ("closing", 3, 3)
    ]  # fmt: skip
    for said in (html, json.dumps(body, ensure_ascii=False)):
        assert str(SECRET) not in said
        assert f"{SECRET:,}" not in said

    again, _ = send(ministry, directory, port)
    assert again == {"sent": 0, "failed": 2, "unreachable": 5}
    assert (len(box.taken), len(posted)) == (1, 1)
