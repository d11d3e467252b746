"""``published/current/<line>/<table>/<date>.parquet``: always the latest, replaced atomically, one file a table.

Each file says in its footer what it was made from, prefecture by prefecture. That is all the state an
incremental build needs: it cannot disagree with the rows beside it.
"""

import json
from collections.abc import Container, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import pyarrow as pa

from keiyu.contract.model import Collection, Contract, NationalTable
from keiyu.ledger import Ledger
from keiyu.ledger.events import Draft, append
from keiyu.publish import parquet
from keiyu.publish.build import Former, build
from keiyu.publish.disclosure.composition import protected
from keiyu.publish.disclosure.record import RESTRICTED
from keiyu.publish.folder import PUBLISHED
from keiyu.publish.snapshot import Snapshot
from keiyu.publish.totals import reconcile
from keiyu.receive.storage import Storage
from keiyu.receive.workspace import Workspace

SHOWN: Final = "current"
"""Kind of the event that says: what is accepted up to this sequence can be read in ``current/``."""

_DIGEST: Final = "keiyu:inputs_digest"
_INPUTS: Final = "keiyu:inputs"
_SEQ: Final = "keiyu:as_of_seq"
_RELEASE: Final = "keiyu:release"
_WRITERS: Final = 2


def current_path(collection: Collection, table: str) -> str:
    """Return where the latest rows of a national table lie."""
    return f"{PUBLISHED}/current/{collection.line}/{table}/{collection.as_of.isoformat()}.parquet"


def whole_path(collection: Collection, table: NationalTable, hiding: Container[str]) -> str:
    """Return where the latest rows of a national table lie with nothing hidden.

    That is in ``current/`` itself, unless the table may hide figures: what changes with every arrival gives
    away what arrived, so that the public's copy of such a table follows the releases.
    """
    path = current_path(collection, table.name)
    return path.replace(PUBLISHED, RESTRICTED, 1) if table.name in hiding else path


def follow(workspace: Workspace, contract: Contract, row: Mapping[str, Any], files: Iterable[tuple[str, str]]) -> None:
    """Have ``current/`` show a release's rows of the tables that may hide figures; nothing else is touched.

    Args:
        workspace: the installation.
        contract: the line's contract.
        row: the release's columns in the ledger.
        files: table and path of each of its files.
    """
    collection, storage = Collection(row["line"], row["as_of"]), workspace.storage
    for name in _hiding(contract):
        path = current_path(collection, name)
        if parquet.facts(storage, path).get(_RELEASE) == row["id"]:
            continue
        shards = [parquet.decode(storage.read(at)) for table, at in sorted(files) if table == name]
        told = {_RELEASE: row["id"], _SEQ: str(row["at_seq"])}
        storage.replace(path, parquet.encode(pa.concat_tables(shards), **told))


def _hiding(contract: Contract) -> frozenset[str]:
    return frozenset(table.name for table in protected(contract))


def is_fresh(storage: Storage, taken: Snapshot) -> bool:
    """Whether every file of ``current/`` is made from what is live in a snapshot."""
    hiding = _hiding(taken.contract)
    paths = (whole_path(taken.collection, table, hiding) for table in taken.contract.national)
    return all(parquet.facts(storage, path).get(_DIGEST) == taken.digest for path in paths)


def read(workspace: Workspace, taken: Snapshot, table: str) -> pa.Table:
    """Return a national table of a snapshot: its file where that is up to date, computed where it is not."""
    former = _former(workspace.storage, taken, table)
    if former is not None and former.inputs == taken.inputs:
        return former.rows
    return tables_of(workspace, taken)[table]


def tables_of(workspace: Workspace, taken: Snapshot) -> dict[str, pa.Table]:
    """Return every national table of a snapshot, computing only what ``current/`` does not hold already.

    Raises:
        TotalsDifferError: they do not add up to what the ledger accepted.
    """
    sharded = [table.name for table in taken.contract.national if table.sharded]
    former = {name: found for name in sharded if (found := _former(workspace.storage, taken, name))}
    tables = build(workspace, taken, former)
    reconcile(taken, tables)
    return tables


def write(storage: Storage, taken: Snapshot, tables: dict[str, pa.Table]) -> None:
    """Replace the files of ``current/``; readers of each see the old or the new one."""
    told = {_DIGEST: taken.digest, _INPUTS: json.dumps(taken.inputs), _SEQ: str(taken.seq)}
    hiding = _hiding(taken.contract)

    def replace(table: NationalTable) -> None:
        storage.replace(whole_path(taken.collection, table, hiding), parquet.encode(tables[table.name], **told))

    with ThreadPoolExecutor(_WRITERS) as pool:
        list(pool.map(replace, taken.contract.national))
    for name in hiding:
        shown = current_path(taken.collection, name)
        if _DIGEST in parquet.facts(storage, shown):
            storage.delete(shown)


def record(ledger: Ledger, taken: Snapshot) -> None:
    """Record that everything accepted up to a snapshot can be read in ``current/``: the end of its way."""
    key = f"{SHOWN}:{taken.collection}:{taken.digest}:{taken.seq}"
    with ledger.begin() as connection:
        append(connection, [Draft(SHOWN, str(taken.collection), key, {"at_seq": taken.seq, "digest": taken.digest})])


def _former(storage: Storage, taken: Snapshot, table: str) -> Former | None:
    """Return a table as ``current/`` holds it; a file that cannot be read is as good as none."""
    named = next(one for one in taken.contract.national if one.name == table)
    path = whole_path(taken.collection, named, _hiding(taken.contract))
    try:
        rows = parquet.decode(storage.read(path))
    except OSError:
        return None
    told = rows.schema.metadata or {}
    return Former(rows, json.loads(told.get(_INPUTS.encode(), b"{}")))
