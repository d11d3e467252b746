"""Parquet as statisticians get it: every column inside, text codes, Int64 counts, checked pages."""

import pyarrow as pa
import pyarrow.parquet as pq

from keiyu.receive.storage import Storage

WHOLE = "JP"
_FEW = 8_192
"""Rows of a table up to which its pages are so short that zstd takes longer than everything else and gains little."""


def encode(table: pa.Table, **facts: str) -> bytes:
    """Return a table as Parquet.

    Args:
        table: the rows; the metadata of its fields goes into the file.
        **facts: further key-value metadata of the file.
    """
    told = {**(table.schema.metadata or {}), **{key.encode(): value.encode() for key, value in facts.items()}}
    sink = pa.BufferOutputStream()
    packing = "zstd" if table.num_rows > _FEW else "snappy"
    pq.write_table(table.replace_schema_metadata(told), sink, compression=packing, write_page_checksum=True)
    return bytes(sink.getvalue())


def decode(data: bytes) -> pa.Table:
    """Return the rows of a Parquet file, refusing pages whose checksum is wrong.

    Raises:
        OSError: the bytes are not Parquet, or were altered.
    """
    try:
        with pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True) as file:
            return file.read()
    except pa.ArrowInvalid as error:
        raise OSError(str(error)) from error


def facts(storage: Storage, path: str) -> dict[str, str]:
    """Return the key-value metadata of a stored Parquet file; empty where there is none such."""
    local = storage.local_path(path)
    try:
        source = str(local) if local is not None else pa.BufferReader(storage.read(path))
        told = pq.read_schema(source).metadata or {}
    except (FileNotFoundError, pa.ArrowInvalid):
        return {}
    return {key.decode(): value.decode() for key, value in told.items()}


def shard(prefecture_code: str) -> str:
    """Return the name of a prefecture's shard: its ISO 3166-2 code, text to every reader."""
    return f"JP-{prefecture_code}"
