"""Bytes at rest: durable before visible, write-once, inside the storage, local or not."""

import datetime as dt
import hashlib
from pathlib import Path

import pytest

from keiyu.receive.storage import BadPathError, BytesLostError, Storage, landing_path

DIGEST = hashlib.sha256(b"abc").hexdigest()


@pytest.fixture(params=["local", "memory"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    return Storage(str(tmp_path / "a b%c") if request.param == "local" else f"memory://{tmp_path.name}")


def test_landing_gives_back_the_bytes(storage: Storage) -> None:
    [path] = storage.landing_put({DIGEST: b"abc"}).values()
    assert path == landing_path(DIGEST) == f"landing/sha256/ba/{DIGEST}"
    assert storage.landing_get(DIGEST) == b"abc"
    assert [name for name, _ in storage.list("landing")] == [path]
    assert abs(next(storage.list("landing"))[1] - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=1)


def test_altered_bytes_are_noticed_and_healed(storage: Storage) -> None:
    storage.replace(landing_path(DIGEST), b"abd")
    with pytest.raises(BytesLostError, match="digest differs"):
        storage.landing_get(DIGEST)
    storage.landing_put({DIGEST: b"abc"})
    assert storage.landing_get(DIGEST) == b"abc"


def test_absent_bytes_are_noticed(storage: Storage) -> None:
    with pytest.raises(BytesLostError, match="absent"):
        storage.landing_get(DIGEST)


def test_a_written_file_never_changes(storage: Storage) -> None:
    storage.write_once("published/x/a.parquet", b"1")
    storage.write_once("published/x/a.parquet", b"1")
    with pytest.raises(BytesLostError):
        storage.write_once("published/x/a.parquet", b"2")
    assert storage.read("published/x/a.parquet") == b"1"


def test_a_replaceable_file_changes_whole(storage: Storage) -> None:
    storage.replace("published/x/latest.json", b"1")
    storage.replace("published/x/latest.json", b"2")
    assert storage.read("published/x/latest.json") == b"2"
    assert storage.size("published/x/latest.json") == 1


def test_deleting_what_is_not_there_is_nothing(storage: Storage) -> None:
    storage.write_once("a", b"1")
    storage.delete("a")
    storage.delete("a")
    assert not storage.exists("a")
    assert list(storage.list("none")) == []


@pytest.mark.parametrize("path", ["/etc/passwd", "../x", "a/../../x"])
def test_no_path_leaves_the_storage(storage: Storage, path: str) -> None:
    with pytest.raises(BadPathError):
        storage.write_once(path, b"")


def test_local_files_are_read_only_and_nothing_is_left_beside(tmp_path: Path) -> None:
    storage = Storage(str(tmp_path))
    storage.landing_put({hashlib.sha256(b"%d" % n).hexdigest(): b"%d" % n for n in range(50)})
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 50
    assert {path.stat().st_mode & 0o777 for path in files} == {0o444}
    assert storage.local_path("x") == tmp_path / "x"
