"""Receiving what lies in the watched directory: whole files, in batches, durable before anything is said."""

import logging
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from keiyu.codes.areas import is_valid6, to6
from keiyu.codes.errors import MalformedCodeError
from keiyu.contract import Collection
from keiyu.receive import Arrival, FileTooLargeError, receive_many
from keiyu.receive.drop import REFUSED, Dropped, Settled, put_away, scan
from keiyu.receive.workspace import Workspace

_log = logging.getLogger(__name__)
_CHANNEL: Final = "directory"
_FILES: Final = 500
_BYTES: Final = 64 * 1024 * 1024


@dataclass
class Reception:
    """The watched directory of one installation, with the ledger into which it is received.

    Attributes:
        workspace: settings, ledger and storage.
        drop: the watched directory.
        settled: tells whole files from unfinished ones.
    """

    workspace: Workspace
    drop: Path
    settled: Settled = field(default_factory=Settled)
    _unreadable: set[Dropped] = field(default_factory=set)

    @classmethod
    def open(cls, drop: Path) -> "Reception":
        """Open the installation that the environment describes, and make the directory if need be."""
        drop.mkdir(parents=True, exist_ok=True)
        return cls(Workspace.open(), drop)

    def close(self) -> None:
        """Give back the ledger's connections."""
        self.workspace.close()

    def waiting(self, in_flight: Set[Dropped]) -> list[tuple[Dropped, ...]]:
        """Return the whole files that wait, oldest first, in batches that fit into memory.

        Args:
            in_flight: files that are received already and only wait to be moved away.
        """
        whole = [file for file in self.settled.of(list(scan(self.drop))) if file not in in_flight]
        return list(_batches(sorted(whole, key=lambda file: (file.mtime_ns, file.relative))))

    def take(self, batch: Sequence[Dropped]) -> Iterator[Dropped]:
        """Receive a batch in one transaction; a file that is too large is put aside with the reason.

        Returns:
            The files that are durable now. Those that changed meanwhile are not among them.
        """
        read = [(file, arrival) for file in batch if (arrival := self._read(file)) is not None]
        if read:
            receive_many(
                self.workspace.ledger,
                self.workspace.storage,
                [arrival for _, arrival in read],
                max_bytes=self.workspace.settings.max_file_bytes,
            )
        return (file for file, _ in read)

    def _read(self, file: Dropped) -> Arrival | None:
        limit = self.workspace.settings.max_file_bytes
        if file.size > limit:
            self._refuse(file, FileTooLargeError(file.path.name, file.size, limit))
            return None
        try:
            data = file.read()
        except OSError as refusal:
            if file not in self._unreadable:
                _log.warning("%s cannot be read: %s", file.relative, refusal)
                self._unreadable.add(file)
            return None
        return None if data is None else _arrival(file, data)

    def _refuse(self, file: Dropped, reason: FileTooLargeError) -> None:
        _log.warning("%s", reason)
        if (kept := put_away(self.drop, file, REFUSED)) is not None:
            kept.with_name(f"{kept.name}.reason.txt").write_text(
                f"{reason.message_ja}\n{reason.message_en}\n", encoding="utf-8"
            )


def _arrival(file: Dropped, data: bytes) -> Arrival:
    line, as_of = file.hint or (None, None)
    return Arrival(
        data=data,
        filename=file.path.name,
        sender=_code(file.sender),
        channel=_CHANNEL,
        line=line,
        collection=Collection(line, as_of) if line and as_of else None,
        idempotency_key=file.key(data),
    )


def _code(folder: str | None) -> str | None:
    """Return the sender's 6-digit code; a folder that is no code stays as it is, for the checks to refuse."""
    if folder is None or is_valid6(folder):
        return folder
    try:
        return to6(folder)
    except MalformedCodeError:
        return folder


def _batches(files: Iterable[Dropped]) -> Iterator[tuple[Dropped, ...]]:
    batch: list[Dropped] = []
    held = 0
    for file in files:
        if batch and (len(batch) == _FILES or held + file.size > _BYTES):
            yield tuple(batch)
            batch, held = [], 0
        batch.append(file)
        held += file.size
    if batch:
        yield tuple(batch)
