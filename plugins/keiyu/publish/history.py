"""What has been released of a collection, and what has changed in the ledger since."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from keiyu.contract.model import Collection
from keiyu.ledger import Ledger
from keiyu.ledger.models import Entry, Event, ReleaseFile, ReleaseStage
from keiyu.ledger.models import Release as ReleaseRow
from keiyu.publish.describe import title
from keiyu.receive.storage import BytesLostError, Storage

STILL_TRUE: Final = "still_true"
"""Kind of the event that says: entries changed since the last release, but no published figure did."""


@dataclass(frozen=True)
class Release:
    """A release (公表).

    Attributes:
        id: its UUID; name of its folder.
        collection: of which collection.
        stage: ``preliminary`` 速報, ``final`` 確報 or ``correction`` 訂正.
        number: n-th of its stage, from 1.
        at_seq: ledger sequence whose live entries it shows.
        at: when it was published (UTC).
        path: its folder in the storage.
        manifest: its manifest.
        created: whether it was published just now, or had been before.
    """

    id: str
    collection: Collection
    stage: ReleaseStage
    number: int
    at_seq: int
    at: dt.datetime
    path: str
    manifest: Mapping[str, Any]
    created: bool = False

    @classmethod
    def of(cls, row: Mapping[str, Any], manifest: Mapping[str, Any], *, created: bool = False) -> "Release":
        """Make it from its columns in the ledger and its manifest."""
        return cls(
            id=row["id"],
            collection=Collection(row["line"], row["as_of"]),
            stage=row["stage"],
            number=row["number"],
            at_seq=row["at_seq"],
            at=row["at"],
            path=row["path"],
            manifest=manifest,
            created=created,
        )

    @property
    def title_ja(self) -> str:
        """Its name in Japanese, e.g. 訂正1."""
        return title(self.stage, self.number)[0]

    @property
    def title_en(self) -> str:
        """Its name in English, e.g. Correction 1."""
        return title(self.stage, self.number)[1]

    def __str__(self) -> str:
        """Return collection, name and folder."""
        return f"{self.collection} {self.title_ja} {self.id}"


@dataclass(frozen=True, slots=True)
class File:
    """A Parquet file of a release."""

    path: str
    digest: str
    inputs_digest: str


@dataclass(frozen=True)
class History:
    """The releases of a collection so far.

    Attributes:
        last: columns of the latest release; none before the first.
        files: its Parquet files, by table and shard.
        released: stage → how many.
        since: sequence up to which the last release is known to be true; 0 before the first.
    """

    last: Mapping[str, Any] | None
    files: Mapping[tuple[str, str], File]
    released: Mapping[ReleaseStage, int]
    since: int

    def is_made_from(self, digests: Mapping[str, str]) -> bool:
        """Whether the last release is made from inputs with these digests (shard → digest)."""
        return bool(self.files) and all(
            digests.get(shard) == file.inputs_digest for (_, shard), file in self.files.items()
        )


@dataclass(frozen=True, slots=True)
class Changes:
    """What happened to the entries of a collection after a sequence.

    Attributes:
        changed: entries became live.
        corrected: entries that were live before were superseded.
    """

    changed: bool
    corrected: bool


def history(connection: Connection, collection: Collection) -> History:
    """Return what has been released of a collection."""
    mine = and_(ReleaseRow.line == collection.line, ReleaseRow.as_of == collection.as_of)
    last = last_release(connection, mine)
    if last is None:
        return History(None, {}, {}, 0)
    counted = select(ReleaseRow.stage, func.count()).where(mine).group_by(ReleaseRow.stage)
    released: dict[ReleaseStage, int] = {row[0]: row[1] for row in connection.execute(counted)}
    of_it = ReleaseFile.release_id == last["id"]
    named = select(
        ReleaseFile.table, ReleaseFile.shard, ReleaseFile.path, ReleaseFile.digest, ReleaseFile.inputs_digest
    )
    files = {(table, shard): File(*rest) for table, shard, *rest in connection.execute(named.where(of_it))}
    return History(last, files, released, max(last["at_seq"], _still_true(connection, collection, last["seq"])))


def last_release(connection: Connection, *which: ColumnElement[bool]) -> dict[str, Any] | None:
    """Return the columns of the last of some releases; none where there is none of them."""
    query = select(*ReleaseRow.__table__.columns).where(*which).order_by(ReleaseRow.seq.desc()).limit(1)
    row = connection.execute(query).mappings().first()
    return None if row is None else dict(row)


def changes(connection: Connection, collection: Collection, since: int, until: int) -> Changes:
    """Return what happened to the entries of a collection after ``since`` and up to ``until``."""
    mine = and_(Entry.line == collection.line, Entry.as_of == collection.as_of, Entry.state == "accepted")
    lived = or_(Entry.superseded_seq.is_(None), Entry.superseded_seq > Entry.accepted_seq)
    came = and_(mine, lived, Entry.accepted_seq > since, Entry.accepted_seq <= until)
    ended = and_(mine, Entry.accepted_seq <= since, Entry.superseded_seq > since, Entry.superseded_seq <= until)
    found = [connection.scalar(select(Entry.id).where(where).limit(1)) is not None for where in (came, ended)]
    return Changes(*found)


def names(ledger: Ledger, collection: Collection) -> frozenset[str]:
    """Return the identifiers of a collection's releases."""
    mine = and_(ReleaseRow.line == collection.line, ReleaseRow.as_of == collection.as_of)
    with ledger.read() as connection:
        return frozenset(connection.scalars(select(ReleaseRow.id).where(mine)))


def released_files(connection: Connection, collection: Collection, table: str, at: dt.datetime | None) -> list[str]:
    """Return the files of a table in the last release up to an instant (now by default), in order of shard."""
    mine = and_(ReleaseRow.line == collection.line, ReleaseRow.as_of == collection.as_of)
    if at is not None:
        mine = and_(mine, ReleaseRow.at <= at)
    last = select(ReleaseRow.id).where(mine).order_by(ReleaseRow.seq.desc()).limit(1).scalar_subquery()
    of_it = (ReleaseFile.release_id == last, ReleaseFile.table == table)
    return list(connection.scalars(select(ReleaseFile.path).where(*of_it).order_by(ReleaseFile.shard)))


def load(storage: Storage, row: Mapping[str, Any]) -> Release:
    """Return a release with its manifest.

    Args:
        storage: where it lies.
        row: its columns in the ledger.

    Raises:
        BytesLostError: its manifest is absent or is not what the ledger says.
    """
    path = f"{row['path']}/manifest.json"
    try:
        data = storage.read(path)
    except FileNotFoundError as error:
        raise BytesLostError(path, "absent") from error
    if hashlib.sha256(data).hexdigest() != row["manifest_digest"]:
        raise BytesLostError(path, "digest differs")
    return Release.of(row, json.loads(data))


def _still_true(connection: Connection, collection: Collection, after: int) -> int:
    """Return the sequence at which the last release was found still true; 0 where it never was."""
    query = select(Event.payload).where(Event.subject == str(collection), Event.kind == STILL_TRUE, Event.seq > after)
    payload = connection.scalar(query.order_by(Event.seq.desc()).limit(1))
    return int(payload["at_seq"]) if payload else 0
