"""A release folder: whole or not there, on a local disk and on a store that has no rename."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fsspec.implementations.memory import MemoryFileSystem

from keiyu import publish
from keiyu.publish import folder
from keiyu.publish.folder import drafting, leftovers
from keiyu.receive.storage import Storage
from ministry import APRIL, CHIYODA, SEVEN, YOKOHAMA, Ministry, small_home


@pytest.fixture
def memory() -> Iterator[str]:
    MemoryFileSystem.store.clear()
    yield "memory://keiyu"
    MemoryFileSystem.store.clear()


@pytest.fixture(params=["local", "memory"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    return Storage(str(tmp_path / "data") if request.param == "local" else request.getfixturevalue("memory"))


def names(storage: Storage) -> set[str]:
    return {path for path, _ in storage.list("published")}


def test_a_published_folder_is_whole_and_one_given_up_is_gone(storage: Storage) -> None:
    with drafting(storage, APRIL, "one") as draft:
        stored = draft.write("long/JP-13.parquet", lambda: b"13").result()
        draft.write("manifest.json", lambda: b"{}")
        draft.publish()
    assert (stored.bytes, stored.shared) == (2, False)
    assert names(storage) == {f"{draft.target}/long/JP-13.parquet", f"{draft.target}/manifest.json"}
    if storage.local:
        with pytest.raises(KeyError), drafting(storage, APRIL, "two") as draft:
            draft.write("long/JP-13.parquet", lambda: b"13")
            raise KeyError
        assert len(names(storage)) == 2


def test_a_failed_write_stops_the_publication(tmp_path: Path) -> None:
    def broken() -> bytes:
        raise OSError("disk full")

    storage = Storage(str(tmp_path / "data"))
    with pytest.raises(OSError, match="disk full"), drafting(storage, APRIL, "one") as draft:
        draft.write("manifest.json", broken)
        draft.publish()
    assert names(storage) == set()


def test_sharing_links_or_copies_and_makes_anew_what_is_damaged(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with drafting(storage, APRIL, "one") as draft:
        first = draft.write("a", lambda: b"rows").result()
        draft.publish()
    former = f"{draft.target}/a"
    with drafting(storage, APRIL, "two") as draft:
        linked = draft.share("a", former, first.sha256, lambda: b"anew").result()
        damaged = draft.share("b", former, "0" * 64, lambda: b"anew").result()
        absent = draft.share("c", f"{former}.nowhere", first.sha256, lambda: b"anew").result()
        monkeypatch.setattr(folder, "_linked", lambda *_: False)
        copied = draft.share("d", former, first.sha256, lambda: b"anew").result()
        draft.publish()
    assert [one.shared for one in (linked, damaged, absent, copied)] == [True, False, False, True]
    assert [storage.read(f"{draft.target}/{name}") for name in "abcd"] == [b"rows", b"anew", b"anew", b"rows"]


def test_leftovers_are_what_the_ledger_does_not_know(storage: Storage) -> None:
    for name in ("known", "orphan"):
        with drafting(storage, APRIL, name) as draft:
            draft.write("long/JP-13.parquet", lambda: b"13")
            draft.publish()
    storage.replace(f"published/{APRIL}/latest.json", b"{}")
    storage.replace(f"published/.staging/{APRIL}/dead/long/JP-13.parquet", b"1")
    removed = leftovers(storage, APRIL, frozenset({"known"}))
    assert removed == [
        f"published/.staging/{APRIL}/dead/long/JP-13.parquet",
        f"published/{APRIL}/orphan/long/JP-13.parquet",
    ]
    assert names(storage) == {f"published/{APRIL}/known/long/JP-13.parquet", f"published/{APRIL}/latest.json"}
    assert leftovers(storage, APRIL, frozenset({"known"})) == []


def test_a_store_without_rename_serves_as_well(home: Path, tmp_path: Path, memory: str) -> None:
    small = small_home(home, tmp_path / "home")
    ministry = Ministry.open(small, memory, f"sqlite:///{tmp_path}/ledger.db")
    with ministry.workspace:
        ministry.submit({code: {"waiting_total": 1} for code in SEVEN})
        first = publish.publish(ministry.workspace, APRIL)
        ministry.submit({YOKOHAMA: {"waiting_total": 5}})
        second = publish.publish(ministry.workspace, APRIL)
        assert first is not None
        assert second is not None
        assert second.title_ja == "訂正1"
        rows = publish.read(ministry.workspace, APRIL, "municipality")
        assert dict(zip(rows["area_code"].to_pylist(), rows["waiting_total"].to_pylist(), strict=True))[CHIYODA] == 1
        shared = {file["path"] for file in second.manifest["files"] if file["shared"]}
        assert shared == {"long/JP-13.parquet", "municipality/JP-13.parquet", "rate/JP-13.parquet"}
        former = ministry.workspace.storage.read(f"{first.path}/long/JP-13.parquet")
        assert ministry.workspace.storage.read(f"{second.path}/long/JP-13.parquet") == former
