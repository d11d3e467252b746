"""R, as far as Debian's packages go: Parquet by reticulate and pyarrow, and SDMX-CSV by base R alone.

Debian 12 has no package of the R libraries that read Parquet by themselves (arrow, nanoparquet, duckdb).
"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from environments import HOME
from keiyu import contract
from keiyu.publish import sdmx
from ministry import LINE
from readers.conftest import Published, rows_of

pytestmark = pytest.mark.slow


def run(folder: Path, program: str, *arguments: str) -> list[list[str]]:
    """Run an R program beside this file in a folder, not here, where reticulate would look for Poetry."""
    if shutil.which("Rscript") is None:
        pytest.skip("R is not installed here (Debian: r-base-core r-cran-reticulate)")
    command = ["Rscript", "--vanilla", str(Path(__file__).with_name(program)), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=folder)
    if "there is no package called" in done.stderr:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    return [line.split(",") for line in done.stdout.splitlines()]


def test_r_reads_the_published_folder(published: Published, tmp_path: Path) -> None:
    header, *rows = run(tmp_path, "reader.R", sys.executable, str(published.releases[1] / "municipality"))
    assert header == ["as_of", "area_code", "prefecture_code", "waiting_total", "value_status", "kind"]
    expected = rows_of(published.read(1, "municipality"))
    assert [row[:3] for row in rows] == [["2025-04-01", row["area_code"], row["prefecture_code"]] for row in expected]
    assert rows[0][1:3] == ["011002", "01"]
    assert [float(row[3]) if row[3] else None for row in rows] == [row["waiting_total"] for row in expected]
    assert [row[4] for row in rows] == [row["value_status"] for row in expected]
    assert {row[5] for row in rows} == {"Date character numeric"}


def test_base_r_reads_sdmx_csv_and_loses_no_zero(published: Published, tmp_path: Path) -> None:
    line = contract.load(LINE, HOME / "schemas")
    rows = published.read(1, "long")
    file = tmp_path / "long.csv"
    file.write_bytes(sdmx.encode(sdmx.structure(line, "long"), rows, HOME / "schemas"))
    _, *found = run(tmp_path, "sdmx.R", str(file))
    values = [(f"JP-{row['area_code']}", row["value"]) for row in rows_of(rows)]
    assert [(area, float(value) if value else None) for area, value, _, _ in found] == values
    assert {confidentiality for *_, confidentiality in found} == {"F", "C"}
