"""Tables across collections and lines (横断表): made when they are read and when a release is cut.

They read what lies outside their collection (earlier months, another line's survey), so that making them anew with
every arrival would cost more with every month of history. None is part of a release: each says what is known at the
instant at which it was made.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

import pyarrow as pa

from keiyu.contract.disclosure import Disclosure
from keiyu.contract.model import Collection, Contract, NationalTable
from keiyu.errors import ConfigurationError
from keiyu.publish import current, parquet, session
from keiyu.publish.beside import Beside
from keiyu.publish.build import build, inputs
from keiyu.publish.folder import PUBLISHED
from keiyu.publish.snapshot import Snapshot, take
from keiyu.receive.workspace import Workspace

_FORMS: Final = ("", "_tidy", "_earlier", "_identified")


@dataclass(eq=False)
class OpenlySensitiveError(ConfigurationError):
    """A table across collections reads protected figures and is not restricted."""

    table: str

    code: ClassVar[str] = "KEIYU-280"
    ja: ClassVar[str] = "横断表「{table}」は秘匿の対象となる表を読むため、restricted: true としてください。"
    en: ClassVar[str] = "The table {table!r} reads protected figures: it must say restricted: true."


def named(contract: Contract, name: str) -> NationalTable | None:
    """Return a table across collections by name; none where the line has no such table.

    Raises:
        OpenlySensitiveError: it reads protected figures and is not restricted.
    """
    found = next((table for table in contract.across if table.name == name), None)
    if found is not None and not found.restricted:
        refuse_openly_sensitive(contract, [(name, found.sql)])
    return found


def refuse_openly_sensitive(contract: Contract, queries: Sequence[tuple[str, Path]]) -> None:
    """Refuse queries (name and path) that read protected figures, where their results are for everybody.

    Raises:
        OpenlySensitiveError: one does.
    """
    sensitive = _sensitive(contract)
    for name, sql in queries:
        if session.reads(sql) & sensitive:
            raise OpenlySensitiveError(name)


def made(workspace: Workspace, taken: Snapshot, table: NationalTable, *, now: bool) -> pa.Table:
    """Return a table across collections as known at a snapshot.

    Args:
        workspace: the installation.
        taken: the collection at an instant.
        table: one of the line's ``across``.
        now: whether the instant is the present, so that ``current/`` may be read.

    Raises:
        NationalTableError: its SQL does not return what its YAML declares.
    """
    contract, prefectures = taken.contract, tuple(taken.inputs)
    read = session.reads(table.sql)
    own = {}
    if read & {one.name for one in contract.national}:
        own = current.tables_of(workspace, taken) if now else build(workspace, taken)
    besides = Beside.of(workspace, contract, taken.collection.as_of, taken.seq, [table.sql])
    seen = inputs(workspace, taken, [table.sql], prefectures, {**own, **besides.across()})
    with session.opened(contract) as opened:
        return opened.run(seen, [table])[table.name]


def write(workspace: Workspace, collection: Collection) -> list[str]:
    """Write the line's tables across collections that everybody may read to ``published/across/``.

    Returns:
        The paths written.
    """
    contract = workspace.contract(collection.line)
    wanted = [table for table in contract.across if not table.restricted and named(contract, table.name)]
    if not wanted:
        return []
    taken = take(workspace, collection)
    return [put(workspace, collection, table.name, made(workspace, taken, table, now=True)) for table in wanted]


def put(workspace: Workspace, collection: Collection, table: str, rows: pa.Table) -> str:
    """Write a table to ``published/across/``; returns its path."""
    path = f"{PUBLISHED}/across/{collection.line}/{table}/{collection.as_of.isoformat()}.parquet"
    workspace.storage.replace(path, parquet.encode(rows))
    return path


def _sensitive(contract: Contract) -> frozenset[str]:
    """Return the names under which protected figures can be read, national tables with any of them included."""
    core = {table + form for table in Disclosure.of(contract).tables for form in _FORMS}
    for table in session.ordered(contract.national) if core else ():
        if session.reads(table.sql) & core:
            core.add(table.name)
    return frozenset(core)
