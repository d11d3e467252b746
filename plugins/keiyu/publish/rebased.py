"""``published/current/<line>/series/<table>/<date>.parquet``: what was released, on the boundaries of today.

A bare read of the folder is the time series of a table: each collection as its last release shows it, with the
figures of municipalities that became one added up. (On the boundaries of then, ``current/<line>/<table>/`` itself is
the series.) A file says in its footer of which release it is and since when the boundaries have stood, so that one
file is made for each release, and all of them only when a municipality has become another.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Final

import pyarrow as pa
from sqlalchemy import select

from keiyu.contract.model import Collection
from keiyu.ledger.models import Release as ReleaseRow
from keiyu.publish import parquet
from keiyu.publish.folder import PUBLISHED
from keiyu.publish.history import released_files
from keiyu.publish.series import NotAdditiveError, Recast
from keiyu.publish.stage import today
from keiyu.receive.workspace import Workspace

_RELEASE: Final = "keiyu:release"
_BOUNDARIES: Final = "keiyu:boundaries_since"


def path_of(collection: Collection, table: str) -> str:
    """Return where a collection's part of a table's series lies."""
    return f"{PUBLISHED}/current/{collection.line}/series/{table}/{collection.as_of.isoformat()}.parquet"


def refresh(workspace: Workspace, line: str, only: Collection | None = None, on: dt.date | None = None) -> list[str]:
    """Write the files of a line's series that are out of date.

    Args:
        workspace: the installation.
        line: the line.
        only: look at this collection alone.
        on: the day whose boundaries are meant; today in Japan by default.

    Returns:
        The paths written.
    """
    until = on or today()
    since = workspace.areas.last_change(until)
    written = []
    for recast in _recasts(workspace, line, until):
        for collection, release in _released(workspace, line, until).items():
            path = path_of(collection, recast.name)
            told = {_RELEASE: release, _BOUNDARIES: since.isoformat() if since else ""}
            if only in (None, collection) and not told.items() <= parquet.facts(workspace.storage, path).items():
                rows = recast.table(_rows(workspace, collection, recast.name), collection.as_of)
                workspace.storage.replace(path, parquet.encode(rows, **told))
                written.append(path)
    return written


def _recasts(workspace: Workspace, line: str, until: dt.date) -> Iterator[Recast]:
    """Yield how each table of a line is put on other boundaries, where it can be."""
    for table in workspace.contract(line).national:
        try:
            yield Recast.of(table, workspace.areas, until)
        except NotAdditiveError:
            continue


def _released(workspace: Workspace, line: str, until: dt.date) -> dict[Collection, str]:
    """Return each released collection up to a date with its last release."""
    columns = (ReleaseRow.as_of, ReleaseRow.id)
    query = select(*columns).where(ReleaseRow.line == line, ReleaseRow.as_of <= until).order_by(ReleaseRow.seq)
    with workspace.ledger.read() as connection:
        return {Collection(line, as_of): release for as_of, release in connection.execute(query)}


def _rows(workspace: Workspace, collection: Collection, table: str) -> pa.Table:
    with workspace.ledger.read() as connection:
        files = released_files(connection, collection, table, None)
    return pa.concat_tables([parquet.decode(workspace.storage.read(path)) for path in files])
