"""The rows that are live now, and those that were live then: segments joined with the ledger's entries."""

import datetime as dt
from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import and_, select

from keiyu.contract import arrow
from keiyu.contract.model import Contract
from keiyu.ledger import Ledger
from keiyu.ledger.models import Entry, Segment
from keiyu.ledger.selection import LOT
from keiyu.receive.storage import Storage
from keiyu.register.living import live_in
from keiyu.register.segments import ENTRY_ID, in_order, read

_READERS: Final = 8


def current(
    ledger: Ledger,
    storage: Storage,
    contract: Contract,
    table: str,
    as_of: dt.date,
    *,
    at_seq: int | None = None,
    entries: Collection[str] | None = None,
) -> pa.Table:
    """Return the live rows of a core table.

    Args:
        ledger: the ledger.
        storage: where the segments lie.
        contract: the line.
        table: one of its core tables.
        as_of: reference date.
        at_seq: as known at this sequence; now by default.
        entries: only the rows of these entries; of all live ones by default.

    Returns:
        The contract's columns, ``entry_id``, ``submission_id``, ``source_row`` and ``marks``, in order of
        area and reporter. A column that older segments lack is null there.
    """
    query = select(Entry.id, Segment.path).join(Segment, and_(Segment.part_id == Entry.part_id, Segment.table == table))
    if entries is not None and len(entries) <= LOT:
        query = query.where(Entry.id.in_(entries))
    with ledger.read() as connection:
        rows = connection.execute(query.where(live_in(connection, contract.line, as_of, at_seq))).all()
    wanted: dict[str, list[str]] = {}
    for entry_id, path in rows:
        if entries is None or entry_id in entries:
            wanted.setdefault(path, []).append(entry_id)
    schema = arrow.schema(contract.table(table), provenance=True)
    parts = _read_all(storage, wanted)
    if not parts:
        return schema.empty_table()
    together = pa.concat_tables([schema.empty_table(), *parts], promote_options="default").select(schema.names)
    return in_order(together.cast(schema), contract.respondents.field)


def _read_all(storage: Storage, wanted: dict[str, list[str]]) -> list[pa.Table]:
    with ThreadPoolExecutor(min(_READERS, len(wanted) or 1)) as pool:
        return list(pool.map(lambda item: only(read(storage, item[0]), item[1]), wanted.items()))


def only(rows: pa.Table, entry_ids: Iterable[str]) -> pa.Table:
    """Return the rows of some entries."""
    return rows.filter(pc.is_in(rows[ENTRY_ID], value_set=pa.array(entry_ids, pa.string())))
