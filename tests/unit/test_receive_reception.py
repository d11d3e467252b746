"""Receiving from the watched directory: durable first, once only, and nothing refused without a word."""

import os
import time
from pathlib import Path

import pytest

from keiyu.ledger import Ledger
from keiyu.receive import Storage
from keiyu.receive.drop import ACCEPTED, put_away, scan
from keiyu.receive.reception import Reception
from keiyu.receive.workspace import Workspace
from keiyu.settings import Settings


@pytest.fixture
def reception(tmp_path: Path, home: Path):
    settings = Settings(home=home, storage=str(tmp_path), max_file_bytes=1000)
    workspace = Workspace(settings, Ledger.open(settings.database_url), Storage(settings.storage))
    drop = tmp_path / "drop"
    drop.mkdir()
    yield Reception(workspace, drop)
    workspace.close()


def drop_file(reception: Reception, name: str, data: bytes, age: float = 3600) -> Path:
    path = reception.drop / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, (time.time() - age,) * 2)
    return path


def take_all(reception: Reception):
    return [file for batch in reception.waiting(set()) for file in reception.take(batch)]


def receipts(reception: Reception):
    with reception.workspace.ledger.read() as connection:
        from sqlalchemy import select

        from keiyu.ledger.models import ReceiptRow

        return connection.execute(select(ReceiptRow).order_by(ReceiptRow.at)).all()


def test_a_file_is_received_with_its_sender(reception):
    drop_file(reception, "131016/a.csv", b"1")
    drop_file(reception, "b.csv", b"2", age=1800)
    assert len(take_all(reception)) == 2
    assert [(row.sender, row.filename, row.channel) for row in receipts(reception)] == [
        ("131016", "a.csv", "directory"),
        (None, "b.csv", "directory"),
    ]


def test_a_five_digit_folder_means_the_same_sender(reception):
    drop_file(reception, "13101/a.csv", b"1")
    take_all(reception)
    assert receipts(reception)[0].sender == "131016"


def test_a_crash_between_receipt_and_move_makes_no_second_receipt(reception):
    drop_file(reception, "131016/a.csv", b"1")
    take_all(reception)
    take_all(reception)
    assert len(receipts(reception)) == 1


def test_the_same_bytes_dropped_again_are_a_second_receipt(reception):
    for age in (3600, 1800):
        drop_file(reception, "131016/a.csv", b"1", age)
        for file in take_all(reception):
            put_away(reception.drop, file)
    assert len(receipts(reception)) == 2
    assert len({row.submission_id for row in receipts(reception)}) == 1


def test_what_is_in_flight_is_not_offered_again(reception):
    drop_file(reception, "131016/a.csv", b"1")
    assert reception.waiting(set(scan(reception.drop))) == []


def test_older_files_come_first(reception):
    drop_file(reception, "a.csv", b"late", age=100)
    drop_file(reception, "b.csv", b"early", age=200)
    [batch] = reception.waiting(set())
    assert [file.path.name for file in batch] == ["b.csv", "a.csv"]


def test_a_burst_is_cut_into_batches(reception):
    for number in range(501):
        drop_file(reception, f"{number}.csv", b"%d" % number)
    assert [len(batch) for batch in reception.waiting(set())] == [500, 1]


def test_a_file_that_is_too_large_is_put_aside_with_the_reason(reception):
    drop_file(reception, "131016/big.csv", b"x" * 1001)
    drop_file(reception, "131016/small.csv", b"x")
    assert [file.path.name for file in take_all(reception)] == ["small.csv"]
    [reason] = (reception.drop / ".refused").rglob("*.txt")
    assert "上限の 1000 バイト" in reason.read_text(encoding="utf-8")
    assert not (reception.drop / ACCEPTED).exists()
    assert not (reception.drop / "131016" / "big.csv").exists()
