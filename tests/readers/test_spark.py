"""Spark reads the published folders as pyarrow does: columns, types, values, zeros in front, absent values."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from environments import cannot
from readers.conftest import Published, told

PROGRAM = Path(__file__).with_name("spark_reader.py")

pytestmark = pytest.mark.slow


def test_spark_reads_what_was_published(published: Published, python: Path, tmp_path: Path) -> None:
    if shutil.which("java") is None:
        cannot("Spark needs Java, which this machine has not got")
    places = {str(published.releases[n] / table): (n, table) for n in (0, 1) for table in published.tables}
    current = published.data / "published" / "current" / published.releases[0].parts[-3]
    places |= {str(current / table): (1, table) for table in published.tables}
    out = tmp_path / "told.json"
    done = subprocess.run([python, PROGRAM, out, *places], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(out.read_text(encoding="utf-8"))
    assert len(found) == 18
    for place, (number, table) in places.items():
        assert found[place] == told(published.read(number, table)), place


def test_the_lock_pins_by_hash_and_names_no_registry() -> None:
    text = Path(__file__).with_name("requirements.lock").read_text(encoding="utf-8")
    assert "pyspark==" in text
    assert "://" not in text
    assert "index-url" not in text
