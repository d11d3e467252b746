"""Verification of what was released: every file against the ledger, every release against the audit chain."""

import hashlib
from collections.abc import Iterator
from typing import Any

from sqlalchemy import RowMapping, select

from keiyu.findings import Finding, Place, finding
from keiyu.ledger.models import Event, ReleaseFile
from keiyu.ledger.models import Release as ReleaseRow
from keiyu.receive.storage import Storage
from keiyu.receive.workspace import Workspace


def verify(workspace: Workspace) -> list[Finding]:
    """Check every release: its event, its manifest and its Parquet files.

    Returns:
        What does not agree; empty when all is well.
    """
    schemas = workspace.settings.schemas
    return [
        finding(schemas, "verify.release", Place(file=path), value=path, reason=reason)
        for path, reason in _wrong(workspace)
    ]


def _wrong(workspace: Workspace) -> Iterator[tuple[str, str]]:
    with workspace.ledger.read() as connection:
        rows = connection.execute(select(*ReleaseRow.__table__.columns)).mappings().all()
        payloads = connection.scalars(select(Event.payload).where(Event.kind == "release"))
        told = {payload["release"]: payload for payload in payloads}
        listed = connection.execute(select(ReleaseFile.path, ReleaseFile.digest)).all()
    for row in rows:
        yield from _against_event(row, told.pop(row["id"], None))
    yield from ((payload["path"], "no release in the ledger") for payload in told.values())
    expected = [(f"{row['path']}/manifest.json", row["manifest_digest"]) for row in rows]
    for path, digest in [*expected, *((file.path, file.digest) for file in listed)]:
        reason = _bytes(workspace.storage, path, digest)
        if reason is not None:
            yield path, reason


def _against_event(row: RowMapping, payload: dict[str, Any] | None) -> Iterator[tuple[str, str]]:
    if payload is None:
        yield row["path"], "no event"
    elif any(payload[name] != row[name] for name in ("stage", "number", "at_seq", "path", "manifest_digest")):
        yield row["path"], "differs from its event"


def _bytes(storage: Storage, path: str, digest: str) -> str | None:
    try:
        data = storage.read(path)
    except OSError:
        return "absent"
    return None if hashlib.sha256(data).hexdigest() == digest else "digest differs"
