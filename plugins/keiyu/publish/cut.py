"""Cutting a release: files durable, folder in place, one ledger transaction, and only then ``latest.json``.

That order makes a crash harmless at every line. A folder that the ledger never learnt of is swept, and a
``latest.json`` that was not replaced in time is replaced by the next call.
"""

import hashlib
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection, insert

from keiyu.contract.model import Collection
from keiyu.ledger import Ledger
from keiyu.ledger.events import Draft as EventDraft
from keiyu.ledger.events import append
from keiyu.ledger.models import Release as ReleaseRow
from keiyu.ledger.models import ReleaseFile
from keiyu.publish import describe, diff, parquet, promise
from keiyu.publish.document import as_json
from keiyu.publish.estimation.release import attached
from keiyu.publish.folder import Draft, Stored, drafting, releases_path
from keiyu.publish.history import STILL_TRUE, History, Release
from keiyu.publish.manifest import Cut, Part, manifest
from keiyu.publish.snapshot import Snapshot
from keiyu.receive.storage import Storage
from keiyu.receive.workspace import Workspace

LATEST: Final = "latest.json"


def freeze(workspace: Workspace, cut: Cut, divided: list[Part], before: History) -> Release:
    """Publish a release.

    Args:
        workspace: the installation.
        cut: what it is.
        divided: its Parquet files.
        before: the releases so far; files made from equal inputs are shared with the last.

    Returns:
        The release: in place, in the ledger, and named by ``latest.json``.
    """
    with drafting(workspace.storage, cut.taken.collection, cut.id) as draft:
        pending = [(part, _add(draft, part, before)) for part in divided]
        files = [(part, stored.result()) for part, stored in pending]
        difference = diff.between(workspace, cut, divided, before)
        cells = diff.encode(difference)
        told = manifest(workspace, cut, files) | {"diff": difference.facts(cells)}
        estimated = attached(workspace, cut.taken, cut.stage)
        told |= {"estimate": estimated.facts} if estimated else {}
        promised = promise.told(workspace, cut.taken.contract, cut.taken.collection)
        described = describe.files(cut.taken.contract, told, promised) | diff.files(workspace, difference, cells, told)
        described |= estimated.files if estimated else {}
        digests = {part.name: stored.sha256 for part, stored in files}
        digests |= {name: hashlib.sha256(data).hexdigest() for name, data in described.items()}
        for name, data in {**described, "SHA256SUMS": describe.checksums(digests)}.items():
            draft.write(name, partial(bytes, data))
        draft.publish()
    row = _row(cut, draft.target, digests["manifest.json"])
    with workspace.ledger.begin() as connection:
        row = _record(connection, row, files)
    point(workspace.storage, row)
    return Release.of(row, told, created=True)


def differs(storage: Storage, divided: list[Part], before: History) -> bool:
    """Whether any row differs from the last release's, among the files whose inputs differ.

    A submission that says the same again, in another form, changes inputs and no figure.
    """
    return any(_differs(storage, part, before) for part in divided)


def confirm(ledger: Ledger, taken: Snapshot, before: History) -> None:
    """Record that the last release is still true: entries changed since, but no figure of it did."""
    release = before.last["id"] if before.last else None
    told = {"release": release, "at_seq": taken.seq}
    draft = EventDraft(STILL_TRUE, str(taken.collection), f"{STILL_TRUE}:{taken.collection}:{taken.seq}", told)
    with ledger.begin() as connection:
        append(connection, [draft])


def point(storage: Storage, row: Mapping[str, Any]) -> None:
    """Have ``latest.json`` name a release; nothing is written where it does already.

    Args:
        storage: where.
        row: the release's columns in the ledger.
    """
    path = f"{releases_path(Collection(row['line'], row['as_of']))}/{LATEST}"
    title_ja, title_en = describe.title(row["stage"], row["number"])
    told = {
        "release": row["id"],
        "stage": row["stage"],
        "number": row["number"],
        "title_ja": title_ja,
        "title_en": title_en,
        "path": row["path"],
        "at": row["at"].isoformat(timespec="microseconds"),
        "as_of_seq": row["at_seq"],
        "manifest_sha256": row["manifest_digest"],
    }
    data = as_json(told)
    if not storage.exists(path) or storage.read(path) != data:
        storage.replace(path, data)


def _differs(storage: Storage, part: Part, before: History) -> bool:
    former = before.files.get((part.table, part.shard))
    if former is None:
        return True
    if former.inputs_digest == part.inputs_digest:
        return False
    try:
        rows = parquet.decode(storage.read(former.path))
    except OSError:
        return True
    return not rows.equals(part.rows)


def _add(draft: Draft, part: Part, before: History) -> Future[Stored]:
    build = partial(parquet.encode, part.rows)
    former = before.files.get((part.table, part.shard))
    if former is not None and former.inputs_digest == part.inputs_digest:
        return draft.share(part.name, former.path, former.digest, build)
    return draft.write(part.name, build)


def _row(cut: Cut, path: str, manifest_digest: str) -> dict[str, Any]:
    contract, taken = cut.taken.contract, cut.taken
    return {
        "id": cut.id,
        "line": contract.line,
        "as_of": taken.collection.as_of,
        "stage": cut.stage,
        "number": cut.number,
        "at_seq": taken.seq,
        "at": cut.at,
        "path": path,
        "manifest_digest": manifest_digest,
        "contract_version": contract.version,
        "contract_digest": contract.digest,
        "entries": len(taken.live),
        "respondents": taken.owing,
        "previous_id": cut.previous,
    }


def _record(connection: Connection, row: dict[str, Any], files: Sequence[tuple[Part, Stored]]) -> dict[str, Any]:
    """Write the release, its files and its event in one transaction; returns the release's columns."""
    subject = str(Collection(row["line"], row["as_of"]))
    kept = ("stage", "number", "at_seq", "path", "manifest_digest", "entries", "respondents")
    told = {"release": row["id"], **{name: row[name] for name in kept}}
    key = f"release:{subject}:{row['stage']}:{row['number']}"
    [stamp] = append(connection, [EventDraft("release", subject, key, told)])
    row = {**row, "seq": stamp.seq}
    connection.execute(insert(ReleaseRow).values(**row))
    columns = [
        {
            "release_id": row["id"],
            "table": part.table,
            "shard": part.shard,
            "path": f"{row['path']}/{part.name}",
            "digest": stored.sha256,
            "rows": part.rows.num_rows,
            "bytes": stored.bytes,
            "inputs_digest": part.inputs_digest,
        }
        for part, stored in files
    ]
    connection.execute(insert(ReleaseFile), columns)
    return row
