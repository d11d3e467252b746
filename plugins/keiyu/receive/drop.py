"""The watched directory (受付フォルダ): which files are whole, who sent them, and where they go afterwards.

Layout: ``<drop>/<sender>/…`` where the sender is an area code; a file directly in the root comes from
the ministry's own operator. ``<drop>/<sender>/<line>/<date>/`` may say more. Nothing here knows
Airflow, so the same code can be run and killed in a test.

A file is looked at again and again until it is gone (level-triggered): what was not moved away is
still to be done, so no crash can make us forget one. It is moved only after its receipt is durable
and only if it has not changed since; receiving it twice gives the same receipt.
"""

import hashlib
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

ACCEPTED: Final = ".accepted"
REFUSED: Final = ".refused"
_UNFINISHED: Final = (".part", ".partial", ".tmp", ".crdownload", ".filepart")
_HIDDEN: Final = (".", "~$")


@dataclass(frozen=True, slots=True)
class Dropped:
    """One file in the watched directory, as it stood when it was seen.

    Attributes:
        path: where it lies.
        relative: its path below the watched directory.
        inode: its identity on the disk.
        size: bytes.
        mtime_ns: when it was last written, in nanoseconds of the epoch.
    """

    path: Path
    relative: Path
    inode: int
    size: int
    mtime_ns: int

    @property
    def sender(self) -> str | None:
        """Code of the organisation in whose folder it lies; none in the root."""
        return self.relative.parts[0] if len(self.relative.parts) > 1 else None

    @property
    def hint(self) -> tuple[str, date] | None:
        """Line and date, when the file lies in ``<sender>/<line>/<date>/``."""
        if len(self.relative.parts) != 4:
            return None
        with suppress(ValueError):
            return self.relative.parts[1], date.fromisoformat(self.relative.parts[2])
        return None

    def is_stat(self, stat: os.stat_result) -> bool:
        """Whether that is still the same file with the same content."""
        return (stat.st_ino, stat.st_size, stat.st_mtime_ns) == (self.inode, self.size, self.mtime_ns)

    def read(self) -> bytes | None:
        """Return the content; none when the file is not, or no longer, the one that was seen."""
        try:
            with self.path.open("rb") as handle:
                data = handle.read()
                return data if self.is_stat(os.fstat(handle.fileno())) and len(data) == self.size else None
        except FileNotFoundError:
            return None

    def key(self, data: bytes) -> str:
        """Return the idempotency key: the same file seen twice, before and after a crash, has the same one."""
        facts = (self.relative, self.inode, self.mtime_ns, self.size, hashlib.sha256(data).hexdigest())
        return "drop:" + hashlib.sha256("\0".join(map(str, facts)).encode()).hexdigest()


def scan(drop: Path) -> Iterator[Dropped]:
    """Yield every file that looks finished by its name.

    Dot files, Office lock files (``~$…``) and the usual suffixes of unfinished transfers are left alone.
    Whatever disappears during the scan is passed over.
    """
    folders = [drop]
    while folders:
        with suppress(FileNotFoundError), os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.name.startswith(_HIDDEN):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    folders.append(Path(entry.path))
                elif entry.is_file(follow_symlinks=False) and not entry.name.lower().endswith(_UNFINISHED):
                    with suppress(FileNotFoundError):
                        yield _dropped(drop, entry)


def _dropped(drop: Path, entry: os.DirEntry[str]) -> Dropped:
    stat = entry.stat(follow_symlinks=False)
    path = Path(entry.path)
    return Dropped(path, path.relative_to(drop), stat.st_ino, stat.st_size, stat.st_mtime_ns)


class Settled:
    """Tells files that are whole from files that are still being written.

    A file is whole when nobody has written to it for ``quiet`` seconds. One that was finished
    elsewhere and renamed into place is older than that and is whole at once.
    """

    def __init__(self, quiet: float = 1.0) -> None:
        """Begin with nothing seen."""
        self._quiet = quiet
        self._since: dict[Dropped, float] = {}

    def of(self, files: Sequence[Dropped]) -> list[Dropped]:
        """Return those of the files now in the directory that are whole."""
        now, clock = time.time(), time.monotonic()
        self._since = {file: self._since.get(file, clock) for file in files}
        return [
            file
            for file, since in self._since.items()
            if now - file.mtime_ns / 1e9 >= self._quiet or clock - since >= self._quiet
        ]


def put_away(drop: Path, file: Dropped, folder: str = ACCEPTED) -> Path | None:
    """Move a received file out of sight, unless it has changed since it was read.

    Args:
        drop: the watched directory.
        file: the file as it was when it was read.
        folder: hidden folder that takes it, by day (UTC).

    Returns:
        Where it lies now; none when it had changed (it will be received again) or is gone.
    """
    try:
        if not file.is_stat(file.path.stat()):
            return None
    except FileNotFoundError:
        return None
    day = drop / folder / datetime.now(UTC).date().isoformat() / file.relative.parent
    day.mkdir(parents=True, exist_ok=True)
    target = day / file.path.name
    if target.exists():
        target = day / f"{file.path.stem}.{file.mtime_ns}{file.path.suffix}"
    file.path.replace(target)
    return target


def forget(drop: Path, before: date) -> int:
    """Remove the days of received files before a date; their bytes are in the landing store.

    Args:
        drop: the watched directory.
        before: first day that stays.

    Returns:
        How many days were removed.
    """
    kept = drop / ACCEPTED
    days = [day for day in kept.iterdir() if day.name < before.isoformat()] if kept.is_dir() else []
    for day in days:
        shutil.rmtree(day)
    return len(days)
