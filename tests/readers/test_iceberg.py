"""DuckDB's own Iceberg extension reads each release by its tag, as pyarrow reads its folder."""

import json
import subprocess
from pathlib import Path

import pytest
from pyiceberg.catalog.sql import SqlCatalog

from readers.conftest import Published, told

PROGRAM = Path(__file__).with_name("duckdb_reader.py")
TAGS = ("2025-04-01_preliminary_1", "2025-04-01_final_1")

pytestmark = pytest.mark.slow


def test_duckdb_reads_every_release_by_its_tag(published: Published, python: Path) -> None:
    folder = published.data / "published" / "iceberg"
    catalogue = SqlCatalog("keiyu", uri=f"sqlite:///{folder}/catalog.db", warehouse=folder.as_uri())
    places = {}
    for table in published.tables:
        found = catalogue.load_table(f"{published.releases[0].parts[-3]}.{table}")
        for number, tag in enumerate(TAGS):
            metadata = found.metadata_location.removeprefix("file://")
            places[f"{metadata}={found.refs()[tag].snapshot_id}"] = (number, table)
    done = subprocess.run([python, PROGRAM, *places], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    read = json.loads(done.stdout)
    assert len(read) == 12
    for place, (number, table) in places.items():
        assert read[place] == told(published.read(number, table)), place
