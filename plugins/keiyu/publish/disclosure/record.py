"""What each release showed and hid, kept apart from what is published: the memory that no differencing can use.

``restricted/<line>/<date>/<release>/`` holds the cells of a release, what they are made of, and the audit. It is
written before the ledger learns of the release, so that no release is without it.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse

from keiyu.contract.model import Collection
from keiyu.publish import parquet
from keiyu.publish.disclosure.composition import Cells, Parts
from keiyu.publish.disclosure.system import Flags, Ints, System
from keiyu.publish.document import as_json
from keiyu.receive.storage import Storage

RESTRICTED: Final = "restricted"


@dataclass(frozen=True)
class Vintage:
    """The cells of one release.

    Attributes:
        cells: ``key`` (which figure, the same in every release) and ``hidden`` of each.
        parts: the figures behind: ``name``, ``reporter``, ``place``, ``sensitive``, ``value``.
        members: cells by parts.
    """

    cells: pa.Table
    parts: pa.Table
    members: sparse.csr_matrix

    @classmethod
    def of(cls, cells: Cells, parts: Parts, hidden: Flags) -> "Vintage":
        """Make it from what is about to be published; parts that no cell shows are left out."""
        used = np.flatnonzero(np.diff(cells.members.tocsc().indptr))
        rows = pa.table({"key": cells.rows["key"], "hidden": pa.array(hidden, pa.bool_())})
        return cls(rows, parts.rows.take(pa.array(used)), cells.members.tocsc()[:, used].tocsr())


def folder(collection: Collection, release: str) -> str:
    """Return where the memory of a release lies."""
    return f"{RESTRICTED}/{collection}/{release}"


def keep(storage: Storage, path: str, vintage: Vintage, audit: Mapping[str, Any]) -> None:
    """Write the memory of a release; a second time it changes nothing."""
    sink = io.BytesIO()
    sparse.save_npz(sink, vintage.members)
    storage.write_once(f"{path}/cells.parquet", parquet.encode(vintage.cells))
    storage.write_once(f"{path}/parts.parquet", parquet.encode(vintage.parts))
    storage.write_once(f"{path}/members.npz", sink.getvalue())
    storage.write_once(f"{path}/audit.json", as_json(audit))


def load(storage: Storage, path: str) -> Vintage | None:
    """Return the memory of a release; none of one that was cut when the line protected nothing."""
    if not storage.exists(f"{path}/audit.json"):
        return None
    cells, parts = (parquet.decode(storage.read(f"{path}/{name}.parquet")) for name in ("cells", "parts"))
    members = sparse.load_npz(io.BytesIO(storage.read(f"{path}/members.npz")))
    return Vintage(cells, parts, members.tocsr())


def system_of(vintages: Sequence[Vintage]) -> System:
    """Return the table system of releases; the last is the one about to be cut."""
    parts = pa.concat_tables([vintage.parts for vintage in vintages])
    name, first = _numbered(parts["name"])
    once = parts.take(pa.array(first))
    members, start = [], 0
    for vintage in vintages:
        coo = vintage.members.tocoo()
        where = name[start : start + vintage.parts.num_rows][coo.col]
        members.append(sparse.csr_matrix((coo.data, (coo.row, where)), shape=(coo.shape[0], len(first))))
        start += vintage.parts.num_rows
    whole = sparse.vstack(members, format="csr")
    whole.sort_indices()
    cells = pa.concat_tables([vintage.cells for vintage in vintages])
    fresh = np.arange(cells.num_rows) >= cells.num_rows - vintages[-1].cells.num_rows
    return System(
        members=whole,
        values=once["value"].to_numpy(),
        fresh=fresh,
        hidden=cells["hidden"].to_numpy() & ~fresh,
        sensitive=once["sensitive"].to_numpy(),
        reporter=_numbered(once["reporter"])[0],
        block=_numbered(once["place"])[0],
        key=_numbered(cells["key"])[0],
    )


def _numbered(texts: pa.ChunkedArray) -> tuple[Ints, Ints]:
    """Number texts, equal ones alike; returns the numbers and the first place of each."""
    encoded = pc.dictionary_encode(texts.combine_chunks())
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    numbers = np.asarray(encoded.indices.to_numpy(zero_copy_only=False), np.int64)
    return numbers, np.unique(numbers, return_index=True)[1]
