"""The watched directory: what is taken, what is left alone, and what survives a crash."""

import os
import time
from datetime import date
from pathlib import Path

import pytest

from keiyu.receive.drop import Dropped, Settled, forget, put_away, scan

LONG_AGO = time.time() - 3600


def drop_file(path: Path, data: bytes = b"a,b\n", age: float | None = LONG_AGO) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    if age is not None:
        os.utime(path, (age, age))
    return path


def seen(drop: Path) -> list[str]:
    return sorted(str(file.relative) for file in scan(drop))


def only(drop: Path) -> Dropped:
    [file] = scan(drop)
    return file


@pytest.mark.parametrize("name", [".hidden.csv", "~$book.xlsx", "a.csv.part", "a.CSV.TMP", "a.crdownload"])
def test_unfinished_and_hidden_files_are_left_alone(tmp_path, name):
    drop_file(tmp_path / "131016" / name)
    assert seen(tmp_path) == []


def test_files_are_found_in_the_root_and_in_every_folder(tmp_path):
    for name in ("a.csv", "131016/b.xlsx", "131016/line/2025-04-01/c.xls", "131016/深い/層/d.csv"):
        drop_file(tmp_path / name)
    drop_file(tmp_path / ".accepted" / "2025-04-01" / "old.csv")
    assert seen(tmp_path) == ["131016/b.xlsx", "131016/line/2025-04-01/c.xls", "131016/深い/層/d.csv", "a.csv"]


def test_the_folder_names_the_sender(tmp_path):
    drop_file(tmp_path / "a.csv")
    assert only(tmp_path).sender is None
    drop_file(tmp_path / "a.csv").unlink()
    drop_file(tmp_path / "131016" / "a.csv")
    assert only(tmp_path).sender == "131016"


@pytest.mark.parametrize(
    ("place", "hint"),
    [
        ("131016/line/2025-04-01/a.csv", ("line", date(2025, 4, 1))),
        ("131016/line/令和七年/a.csv", None),
        ("131016/line/a.csv", None),
        ("131016/a.csv", None),
    ],
)
def test_deeper_folders_may_name_line_and_date(tmp_path, place, hint):
    drop_file(tmp_path / place)
    assert only(tmp_path).hint == hint


def test_a_file_renamed_into_place_is_whole_at_once(tmp_path):
    drop_file(tmp_path / "a.csv")
    assert Settled().of(list(scan(tmp_path))) == list(scan(tmp_path))


def test_a_file_that_is_being_written_is_not_whole(tmp_path):
    settled = Settled(quiet=30)
    drop_file(tmp_path / "a.csv", age=None)
    assert settled.of(list(scan(tmp_path))) == []
    assert settled.of(list(scan(tmp_path))) == []


def test_a_file_from_a_clock_that_runs_ahead_is_whole_once_it_rests(tmp_path):
    settled = Settled(quiet=0.05)
    drop_file(tmp_path / "a.csv", age=time.time() + 3600)
    assert settled.of(list(scan(tmp_path))) == []
    time.sleep(0.06)
    assert len(settled.of(list(scan(tmp_path)))) == 1


def test_a_received_file_is_moved_out_of_sight(tmp_path):
    drop_file(tmp_path / "131016" / "a.csv", b"1")
    kept = put_away(tmp_path, only(tmp_path))
    assert kept is not None
    assert kept.read_bytes() == b"1"
    assert kept.parent.name == "131016"
    assert seen(tmp_path) == []


def test_two_files_of_one_name_are_both_kept(tmp_path):
    for data in (b"1", b"2"):
        drop_file(tmp_path / "a.csv", data)
        put_away(tmp_path, only(tmp_path))
    assert sorted(path.read_bytes() for path in (tmp_path / ".accepted").rglob("*.csv")) == [b"1", b"2"]


def test_a_file_that_changed_after_it_was_read_stays(tmp_path):
    path = drop_file(tmp_path / "a.csv", b"1")
    file = only(tmp_path)
    drop_file(path, b"12", age=None)
    assert file.read() is None
    assert put_away(tmp_path, file) is None
    assert path.read_bytes() == b"12"


def test_a_file_that_is_gone_is_no_error(tmp_path):
    path = drop_file(tmp_path / "a.csv")
    file = only(tmp_path)
    path.unlink()
    assert file.read() is None
    assert put_away(tmp_path, file) is None


def test_the_same_file_seen_again_has_the_same_key(tmp_path):
    path = drop_file(tmp_path / "a.csv", b"1")
    first = only(tmp_path).key(b"1")
    assert only(tmp_path).key(b"1") == first
    os.utime(path, (LONG_AGO + 1, LONG_AGO + 1))
    assert only(tmp_path).key(b"1") != first, "the same bytes sent again are a second arrival"


def test_received_files_are_forgotten_by_day(tmp_path):
    assert forget(tmp_path, date(2025, 4, 1)) == 0
    for day in ("2025-03-30", "2025-03-31", "2025-04-01"):
        drop_file(tmp_path / ".accepted" / day / "131016" / "a.csv")
    assert forget(tmp_path, date(2025, 4, 1)) == 2
    assert [path.name for path in (tmp_path / ".accepted").iterdir()] == ["2025-04-01"]
