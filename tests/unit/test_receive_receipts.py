"""Receiving on both databases: one submission for the same bytes, a receipt for every arrival."""

import datetime as dt
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from keiyu.contract.model import Collection
from keiyu.ledger import Ledger
from keiyu.ledger.models import Event, ReceiptRow, Submission
from keiyu.receive import (
    Arrival,
    FileTooLargeError,
    KeyReusedError,
    Storage,
    find_receipt,
    receipts_of,
    receive,
    receive_many,
    receive_nil,
)

APRIL = Collection("waiting", dt.date(2025, 4, 1))


@dataclass
class House:
    ledger: Ledger
    storage: Storage

    def count(self, model: type) -> int:
        with self.ledger.read() as connection:
            return connection.scalar(select(func.count()).select_from(model)) or 0

    def set_state(self, state: str) -> None:
        with self.ledger.begin() as connection:
            connection.execute(update(Submission).values(state=state))


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    with Ledger.open(database_url) as ledger:
        yield House(ledger, Storage(str(tmp_path / "data")))


def test_a_receipt_says_what_came(house: House) -> None:
    receipt = receive(
        house.ledger, house.storage, b"abc", filename="a.csv", sender="131016", channel="cli", collection=APRIL
    )
    assert receipt.digest == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert (receipt.bytes, receipt.sender, receipt.filename) == (3, "131016", "a.csv")
    assert not receipt.duplicate
    assert receipt.state == "received"
    assert receipt.at.tzinfo is dt.UTC
    assert house.storage.landing_get(receipt.digest) == b"abc"
    assert find_receipt(house.ledger, receipt.id) == receipt
    assert find_receipt(house.ledger, "none") is None


def test_the_same_bytes_are_one_submission_with_two_receipts(house: House) -> None:
    first = receive(house.ledger, house.storage, b"abc", filename="a.csv", sender="131016", channel="cli")
    second = receive(house.ledger, house.storage, b"abc", filename="b.csv", sender="131016", channel="cli")
    assert first.submission_id == second.submission_id
    assert (first.duplicate, second.duplicate) == (False, True)
    assert "受領済み" in second.message_ja
    assert [receipt.filename for receipt in receipts_of(house.ledger, first.submission_id)] == ["a.csv", "b.csv"]
    assert house.count(Submission) == 1


def test_the_same_key_returns_the_same_receipt(house: House) -> None:
    arrival = Arrival(b"abc", "a.csv", "131016", "gateway", idempotency_key="k1")
    first = receive_many(house.ledger, house.storage, [arrival])
    again = receive_many(house.ledger, house.storage, [arrival, arrival])
    assert again == first * 2
    assert house.count(ReceiptRow) == 1
    other_sender = Arrival(b"xyz", "a.csv", "132012", "gateway", idempotency_key="k1")
    assert receive_many(house.ledger, house.storage, [other_sender])[0].digest != first[0].digest
    with pytest.raises(KeyReusedError):
        receive_many(house.ledger, house.storage, [Arrival(b"abd", "a.csv", "131016", "gateway", idempotency_key="k1")])


def test_a_key_twice_in_one_burst_is_one_receipt(house: House) -> None:
    arrival = Arrival(b"abc", "a.csv", None, "cli", idempotency_key="k" * 500)
    first, second = receive_many(house.ledger, house.storage, [arrival, arrival])
    assert first == second
    assert house.count(Event) == 1


def test_a_burst_is_one_transaction_in_order(house: House) -> None:
    burst = [Arrival(b"%d" % (number % 700), f"{number}.csv", None, "directory") for number in range(1000)]
    receipts = receive_many(house.ledger, house.storage, burst)
    assert [receipt.filename for receipt in receipts] == [arrival.filename for arrival in burst]
    assert [receipt.seq for receipt in receipts] == list(range(1, 1001))
    assert sum(receipt.duplicate for receipt in receipts) == 300
    assert house.count(Submission) == 700


def test_a_file_above_the_limit_leaves_nothing(house: House) -> None:
    burst = [Arrival(b"ok", "a.csv", None, "cli"), Arrival(b"x" * 11, "b.csv", None, "cli")]
    with pytest.raises(FileTooLargeError):
        receive_many(house.ledger, house.storage, burst, max_bytes=10)
    assert house.count(ReceiptRow) == 0
    assert list(house.storage.list("landing")) == []


def test_returned_bytes_are_read_again_when_they_come_again(house: House) -> None:
    receive(house.ledger, house.storage, b"abc", filename="a.csv", sender="131016", channel="cli")
    house.set_state("returned")
    again = receive(house.ledger, house.storage, b"abc", filename="a.csv", sender="130001", channel="cli")
    assert (again.duplicate, again.requeued, again.state) == (True, True, "received")
    house.set_state("accepted")
    third = receive(house.ledger, house.storage, b"abc", filename="a.csv", sender="131016", channel="cli")
    assert (third.duplicate, third.requeued, third.state) == (True, False, "accepted")
    with house.ledger.read() as connection:
        row = connection.execute(select(Submission.sender, Submission.received_seq)).one()
    assert tuple(row) == ("130001", again.seq)


def test_saying_nil_twice_is_one_submission(house: House) -> None:
    def nil() -> str:
        told = receive_nil(
            house.ledger, house.storage, line="waiting", as_of=APRIL.as_of, reporter="131016", sender="131016"
        )
        return told.submission_id

    assert nil() == nil()
    with house.ledger.read() as connection:
        row = connection.execute(select(Submission.kind, Submission.line_hint, Submission.as_of_hint)).one()
    assert tuple(row) == ("nil", "waiting", APRIL.as_of)


def test_names_no_database_can_store_are_made_visible(house: House) -> None:
    name = b"\x95\x95.xlsx".decode("utf-8", "surrogateescape") + "\0"
    receipt = receive(house.ledger, house.storage, b"abc", filename=name, sender="x" * 80, channel="directory")
    assert receipt.filename == "\\udc95\\udc95.xlsx␀"
    assert find_receipt(house.ledger, receipt.id) == receipt


def test_the_same_bytes_from_many_at_once_are_one_submission(house: House) -> None:
    receipts = []

    def send(number: int) -> None:
        receipts.append(receive(house.ledger, house.storage, b"same", filename=f"{number}", sender=None, channel="cli"))

    threads = [threading.Thread(target=send, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(receipt.seq for receipt in receipts) == list(range(1, 9))
    assert sum(receipt.duplicate for receipt in receipts) == 7
    assert house.count(Submission) == 1
