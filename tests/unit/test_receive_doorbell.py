"""A bell that cannot be rung is no error: the receipt is durable and the clock looks at the ledger anyway."""

import socket

from keiyu.receive.doorbell import ring
from keiyu.settings import Settings


def test_an_installation_without_a_bell_rings_none(home):
    assert ring(Settings(home=home)) is False


def test_nobody_answers(home):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        assert ring(Settings(home=home, doorbell_url=url, doorbell_password="x")) is False
