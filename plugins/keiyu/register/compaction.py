"""Compaction: many small segments become one, with every vintage kept.

Only where an entry's rows lie changes; which entries are live when does not. Old files stay for the
grace time of the sweeper, for readers that have already been told their names.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

import pyarrow as pa
from sqlalchemy import Connection, insert, select, update

from keiyu.contract.model import Collection, Contract
from keiyu.ledger import Ledger
from keiyu.ledger.events import Draft, append, digest, serialise
from keiyu.ledger.ids import new_id
from keiyu.ledger.models import Entry, Segment
from keiyu.ledger.selection import lots
from keiyu.receive.storage import Storage
from keiyu.register.segments import Written, in_order, read, write

SMALL: Final = 20_000
"""Rows up to which a segment is worth merging: below it, opening the file costs more than reading it."""

_Parts = dict[str, list[tuple[str, str]]]


def compact(ledger: Ledger, storage: Storage, contract: Contract, collection: Collection, *, least: int = 2) -> int:
    """Merge the small segments of a collection.

    Args:
        ledger: the ledger.
        storage: where the segments lie.
        contract: the collection's line.
        collection: the collection.
        least: do nothing with fewer micro-batches than this.

    Returns:
        How many micro-batches were merged; 0 if there was nothing to do or another worker did it.
    """
    with ledger.read() as connection:
        parts = _small(connection, collection)
    if len(parts) < max(least, 2):
        return 0
    part_id = new_id()
    written = _merge(storage, contract, collection, part_id, parts)
    with ledger.begin() as connection:
        serialise(connection)
        if not parts.items() <= _small(connection, collection).items():
            return 0
        _swap(connection, collection, parts, part_id, written)
    return len(parts)


def _small(connection: Connection, collection: Collection) -> _Parts:
    """Return part → (table, path) of its segments, for parts with few rows."""
    query = select(Segment.part_id, Segment.table, Segment.path, Segment.rows).where(
        Segment.line == collection.line, Segment.as_of == collection.as_of, Segment.state == "live"
    )
    parts: _Parts = {}
    large: set[str] = set()
    for part_id, table, path, rows in connection.execute(query.order_by(Segment.created_seq, Segment.path)):
        parts.setdefault(part_id, []).append((table, path))
        if rows > SMALL:
            large.add(part_id)
    return {part_id: segments for part_id, segments in parts.items() if part_id not in large}


def _merge(storage: Storage, contract: Contract, collection: Collection, part_id: str, parts: _Parts) -> list[Written]:
    tables: dict[str, list[pa.Table]] = {}
    for segments in parts.values():
        for table, path in segments:
            tables.setdefault(table, []).append(read(storage, path))
    return [
        write(
            storage,
            collection,
            table,
            part_id,
            in_order(pa.concat_tables(rows, promote_options="default"), contract.respondents.field),
        )
        for table, rows in tables.items()
    ]


def _swap(
    connection: Connection, collection: Collection, parts: _Parts, part_id: str, written: Sequence[Written]
) -> None:
    old = list(parts)
    payload = {"merged": len(old), "parts": digest(sorted(old)), "segments": [one.facts() for one in written]}
    [stamp] = append(connection, [Draft("compact", str(collection), f"compact:{part_id}", payload)])
    retired = {"state": "compacted", "retired_seq": stamp.seq, "retired_at": stamp.at}
    for lot in lots(old):
        connection.execute(update(Entry).where(Entry.part_id.in_(lot)).values(part_id=part_id))
        connection.execute(update(Segment).where(Segment.part_id.in_(lot)).values(**retired))
    rows = [{**asdict(segment), "state": "live", "created_seq": stamp.seq} for segment in written]
    connection.execute(insert(Segment), rows)
