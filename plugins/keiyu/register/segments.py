"""Core segments: immutable Parquet, one per micro-batch, table and collection, named by their content."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from keiyu.contract.model import Collection
from keiyu.ledger.ids import new_id
from keiyu.receive.storage import Storage

CORE: Final = "core"
ENTRY_ID: Final = "entry_id"
_ROW_GROUP: Final = 128 * 1024


@dataclass(frozen=True, slots=True)
class Written:
    """A segment as written, before any transaction names it; columns as ``keiyu.ledger.models.Segment``."""

    id: str
    part_id: str
    line: str
    as_of: dt.date
    table: str
    path: str
    digest: str
    bytes: int
    rows: int

    def facts(self) -> dict[str, Any]:
        """Return what an event says of it."""
        return {"table": self.table, "digest": self.digest, "rows": self.rows}


def write(storage: Storage, collection: Collection, table: str, part_id: str, rows: pa.Table) -> Written:
    """Write a segment, durable before this returns.

    Args:
        storage: where.
        collection: the collection.
        table: core table.
        part_id: group of segments it belongs to.
        rows: its rows, in order.
    """
    sink = pa.BufferOutputStream()
    pq.write_table(rows, sink, compression="zstd", row_group_size=_ROW_GROUP)
    data = sink.getvalue().to_pybytes()
    digest = hashlib.sha256(data).hexdigest()
    path = f"{CORE}/{collection.line}/{collection.as_of.isoformat()}/{table}/{digest}.parquet"
    storage.write_once(path, data)
    return Written(new_id(), part_id, collection.line, collection.as_of, table, path, digest, len(data), rows.num_rows)


def read(storage: Storage, path: str, columns: Sequence[str] | None = None) -> pa.Table:
    """Read a segment's rows.

    Raises:
        FileNotFoundError: the file is gone.
    """
    local = storage.local_path(path)
    source = pa.memory_map(str(local)) if local is not None else pa.BufferReader(storage.read(path))
    with source, pq.ParquetFile(source) as file:
        return file.read(columns=None if columns is None else list(columns), use_threads=False)


def in_order(rows: pa.Table, reporter: str) -> pa.Table:
    """Sort rows by area, then reporter, then submission and source row."""
    order = dict.fromkeys(("area_code", reporter, "submission_id", "source_row"))
    return rows.sort_by([(name, "ascending") for name in order if name in rows.column_names])
