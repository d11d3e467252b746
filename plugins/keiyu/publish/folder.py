"""A release folder in the making: nobody sees it before it is whole and durable.

On a local disk it grows in ``published/.staging/``; when every file and folder in it is on the disk, one
rename puts it in its place. Elsewhere its objects are written straight to a name that nothing refers to
yet. Either way it counts only once the ledger names it.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from keiyu.contract.model import Collection
from keiyu.receive.storage import Storage, make_folder, sync_folder

PUBLISHED: Final = "published"
_STAGING: Final = f"{PUBLISHED}/.staging"
_FROZEN: Final = 0o444
_WRITERS: Final = 4


def releases_path(collection: Collection) -> str:
    """Return the folder of a collection's releases."""
    return f"{PUBLISHED}/{collection}"


@dataclass(frozen=True, slots=True)
class Stored:
    """A file as it stands in the folder: its SHA-256, its size, and whether an earlier release shares it."""

    sha256: str
    bytes: int
    shared: bool = False


class Draft:
    """A release folder being filled. Get one from ``drafting``."""

    def __init__(self, storage: Storage, collection: Collection, name: str) -> None:
        """Prepare a folder of that name; ``target`` is its path once it is visible."""
        self.target = f"{releases_path(collection)}/{name}"
        self._storage = storage
        self._staging = storage.local_path(f"{_STAGING}/{collection}/{name}")
        self._pool = ThreadPoolExecutor(_WRITERS)
        self._pending: list[Future[Stored]] = []

    def write(self, name: str, build: Callable[[], bytes]) -> Future[Stored]:
        """Write a file, read-only and durable, in the background.

        Args:
            name: its name in the folder.
            build: makes its bytes.
        """
        return self._submit(lambda: self._write(name, build()))

    def share(self, name: str, former: str, digest: str, build: Callable[[], bytes]) -> Future[Stored]:
        """Put an earlier release's file here too: a hard link on a local disk, elsewhere a copy.

        Args:
            name: the file's name in this folder.
            former: its path in the storage.
            digest: its SHA-256; where the earlier file is absent or damaged, it is made anew.
            build: makes its bytes.
        """
        return self._submit(lambda: self._share(name, former, digest, build))

    def publish(self) -> None:
        """Make the folder durable, then visible at ``target``."""
        for pending in self._pending:
            pending.result()
        if self._staging is None:
            return
        target = Path(self._storage.uri(self.target))
        make_folder(target.parent)
        for folder, _, _ in os.walk(self._staging):
            sync_folder(Path(folder))
        self._staging.rename(target)
        sync_folder(target.parent)

    def close(self) -> None:
        """End the writers and remove what was not published."""
        self._pool.shutdown(cancel_futures=True)
        if self._staging is not None:
            shutil.rmtree(self._staging, ignore_errors=True)

    def _submit(self, work: Callable[[], Stored]) -> Future[Stored]:
        pending = self._pool.submit(work)
        self._pending.append(pending)
        return pending

    def _write(self, name: str, data: bytes) -> Stored:
        if self._staging is None:
            self._storage.write_once(f"{self.target}/{name}", data)
        else:
            path = self._staging / name
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FROZEN)
            with open(descriptor, "wb") as handle:  # noqa: PTH123 -- a descriptor, opened with its final mode
                handle.write(data)
                handle.flush()
                os.fsync(handle.fileno())
        return Stored(hashlib.sha256(data).hexdigest(), len(data))

    def _share(self, name: str, former: str, digest: str, build: Callable[[], bytes]) -> Stored:
        try:
            data = self._storage.read(former)
        except OSError:
            return self._write(name, build())
        if hashlib.sha256(data).hexdigest() != digest:
            return self._write(name, build())
        if self._staging is None or not _linked(Path(self._storage.uri(former)), self._staging / name):
            self._write(name, data)
        return Stored(digest, len(data), shared=True)


@contextmanager
def drafting(storage: Storage, collection: Collection, name: str) -> Iterator[Draft]:
    """Fill a folder in this block; what is not published at its end is removed."""
    draft = Draft(storage, collection, name)
    try:
        yield draft
    finally:
        draft.close()


def leftovers(storage: Storage, collection: Collection, known: frozenset[str]) -> list[str]:
    """Remove what no release names: half-made folders, and whole ones that the ledger never learnt of.

    Call it under the collection's lock, so that nobody is filling a folder.

    Args:
        storage: where.
        collection: whose.
        known: names of the folders that the ledger knows.

    Returns:
        The paths removed.
    """
    base = releases_path(collection)
    inside = {path: path.removeprefix(f"{base}/").split("/") for path, _ in storage.list(base)}
    orphans = [path for path, parts in inside.items() if len(parts) > 1 and parts[0] not in known]
    orphans += [path for path, _ in storage.list(f"{_STAGING}/{collection}")]
    for path in orphans:
        storage.delete(path)
    for gone in {f"{base}/{inside[path][0]}" for path in orphans if path in inside} | {f"{_STAGING}/{collection}"}:
        local = storage.local_path(gone)
        if local is not None:
            shutil.rmtree(local, ignore_errors=True)
    return sorted(orphans)


def _linked(former: Path, path: Path) -> bool:
    """Hard-link a file; whether the file system could."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.hardlink_to(former)
    except OSError:
        return False
    return True
