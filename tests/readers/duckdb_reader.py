"""Run by a Python whose DuckDB has its Iceberg extension: tells what it reads by Iceberg metadata, as JSON.

Arguments are ``metadata file=snapshot``.
"""

import datetime as dt
import json
import sys
from pathlib import Path

import duckdb

TYPES = {"VARCHAR": "text", "BIGINT": "integer", "DOUBLE": "number", "DATE": "date", "BOOLEAN": "boolean"}

connection = duckdb.connect(config={"autoinstall_known_extensions": "false"})
for name in ("avro", "iceberg"):
    folder = Path(duckdb.__file__).parents[1] / f"duckdb_extension_{name}" / "extensions" / f"v{duckdb.__version__}"
    connection.execute(f"LOAD '{folder / name}.duckdb_extension'")
told = {}
for wanted in sys.argv[1:]:
    metadata, snapshot = wanted.rsplit("=", 1)
    found = connection.sql(f"SELECT * FROM iceberg_scan('{metadata}', snapshot_from_id={int(snapshot)})")
    rows = [[value.isoformat() if isinstance(value, dt.date) else value for value in row] for row in found.fetchall()]
    told[wanted] = {
        "columns": [[name, TYPES[str(kind)]] for name, kind in zip(found.columns, found.types, strict=True)],
        "rows": sorted(rows, key=json.dumps),
    }
json.dump(told, sys.stdout)
