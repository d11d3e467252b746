"""Bytes at rest: landing, core and published data, on a local disk or any fsspec address.

On a local disk a write is durable before it is visible: temporary file, fsync, rename, fsync of the
folder. Elsewhere it is one plain PUT; what is so is decided in the ledger, never by a conditional PUT
(measured: servers exist that let two of them win).
"""

import datetime as dt
import hashlib
import os
import uuid
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final

from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from keiyu.errors import ConfigurationError, IntegrityError

STAGING: Final = ".tmp"
_FROZEN: Final = 0o444
_REPLACEABLE: Final = 0o644
_WRITERS: Final = 8


@dataclass(eq=False)
class BytesLostError(IntegrityError):
    """Bytes that the ledger names are absent or are not what they were."""

    path: str
    reason: str

    code: ClassVar[str] = "KEIYU-311"
    ja: ClassVar[str] = "保管したデータ {path} が失われたか、変わっています（{reason}）。"
    en: ClassVar[str] = "The stored bytes at {path} are lost or altered ({reason})."


@dataclass(eq=False)
class BadPathError(ConfigurationError):
    """A path that would leave the storage."""

    path: str

    code: ClassVar[str] = "KEIYU-261"
    ja: ClassVar[str] = "保管先の外を指すパスです: {path}"
    en: ClassVar[str] = "The path {path} points outside the storage."


class Storage:
    """A tree of write-once files under one address.

    Attributes:
        url: fsspec address or local folder.
        root: the same, as the file system spells it.
        local: whether it is a local disk.
    """

    def __init__(self, url: str) -> None:
        """Use ``url``; a local folder is created on the first write."""
        self.url = url
        self._fs, self.root = url_to_fs(url, use_listings_cache=False)
        self.local = isinstance(self._fs, LocalFileSystem)

    def landing_put(self, bodies: Mapping[str, bytes]) -> dict[str, str]:
        """Keep received bytes by digest, several at a time; every one is durable when this returns.

        Damaged earlier bytes are healed.

        Returns:
            Digest → path.
        """
        paths = {digest: landing_path(digest) for digest in bodies}
        self._write_all({paths[digest]: data for digest, data in bodies.items()})
        return paths

    def landing_get(self, digest: str) -> bytes:
        """Return received bytes.

        Raises:
            BytesLostError: they are absent or do not have that digest.
        """
        path = landing_path(digest)
        try:
            data = self.read(path)
        except FileNotFoundError as error:
            raise BytesLostError(path, "absent") from error
        if hashlib.sha256(data).hexdigest() != digest:
            raise BytesLostError(path, "digest differs")
        return data

    def write_once(self, path: str, data: bytes) -> None:
        """Write a file that never changes afterwards; equal bytes may be written again.

        Raises:
            BytesLostError: other bytes stand there already.
        """
        if self.exists(path) and self.read(path) != data:
            raise BytesLostError(path, "other bytes stand there")
        self._write_all({path: data})

    def replace(self, path: str, data: bytes) -> None:
        """Put a file in place of another; readers see the old or the new one, never a mixture."""
        self._write_all({path: data}, mode=_REPLACEABLE)

    def read(self, path: str) -> bytes:
        """Return a file's bytes.

        Raises:
            FileNotFoundError: there is none.
        """
        full = self.uri(path)
        if self.local:
            return Path(full).read_bytes()
        body: bytes = self._fs.cat_file(full)
        return body

    def exists(self, path: str) -> bool:
        """Whether a file stands at ``path``."""
        return bool(self._fs.exists(self.uri(path)))

    def size(self, path: str) -> int:
        """Return a file's size in bytes.

        Raises:
            FileNotFoundError: there is none.
        """
        return int(self._fs.size(self.uri(path)))

    def list(self, prefix: str) -> Iterator[tuple[str, dt.datetime]]:
        """Walk every file below ``prefix``: its path and when it was written (UTC), in no order."""
        folder = self.uri(prefix)
        if not self._fs.exists(folder):
            return
        for full, facts in self._fs.find(folder, detail=True).items():
            yield full[len(self.root) :].lstrip("/"), _written(facts)

    def delete(self, path: str) -> None:
        """Remove a file; nothing happens where there is none."""
        if self.exists(path):
            self._fs.rm_file(self.uri(path))

    def local_path(self, path: str) -> Path | None:
        """Return the path on this machine's disk; none where the storage is elsewhere."""
        return Path(self.uri(path)) if self.local else None

    def uri(self, path: str) -> str:
        """Return the address of ``path`` as the file system spells it.

        Raises:
            BadPathError: it would leave the storage.
        """
        if path.startswith("/") or ".." in path.split("/"):
            raise BadPathError(path)
        return f"{self.root}/{path}" if path else str(self.root)

    def _write_all(self, files: Mapping[str, bytes], mode: int = _FROZEN) -> None:
        if not self.local:
            for path, data in files.items():
                self._fs.pipe_file(self.uri(path), data)
            return
        targets = {Path(self.uri(path)): data for path, data in files.items()}
        staging = Path(self.uri(STAGING))
        for folder in {staging, *(target.parent for target in targets)}:
            make_folder(folder)
        if len(targets) == 1:
            [(target, data)] = targets.items()
            _place(staging, target, data, mode)
        else:
            with ThreadPoolExecutor(_WRITERS) as pool:
                list(pool.map(lambda item: _place(staging, item[0], item[1], mode), targets.items()))
        for folder in {target.parent for target in targets}:
            sync_folder(folder)


def landing_path(digest: str) -> str:
    """Return where received bytes with this SHA-256 lie."""
    return f"landing/sha256/{digest[:2]}/{digest}"


def _place(staging: Path, target: Path, data: bytes, mode: int) -> None:
    """Write, fsync and rename; the folder is synced by the caller, once for all its files."""
    draft = staging / uuid.uuid4().hex
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with open(descriptor, "wb") as handle:  # noqa: PTH123 -- a descriptor, opened with its final mode
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
        draft.replace(target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def make_folder(folder: Path) -> None:
    """Create a folder and its parents, each one durable in the one above."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Make the entries of a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _written(facts: Mapping[str, Any]) -> dt.datetime:
    """Read the time of writing, which each file system names in its own way."""
    stamp = next((facts[key] for key in ("mtime", "LastModified", "last_modified", "created") if key in facts), None)
    if isinstance(stamp, dt.datetime):
        return stamp if stamp.tzinfo else stamp.replace(tzinfo=dt.UTC)
    return dt.datetime.fromtimestamp(float(stamp or 0), dt.UTC)
