"""A collection with two releases, registered in Iceberg, and what pyarrow reads of it."""

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
import pytest

from environments import locked_environment
from keiyu import publish
from keiyu.publish import iceberg
from ministry import APRIL, HAYAMA, SEVEN, Ministry, small_home

SAPPORO = "011002"
EIGHT = (SAPPORO, *SEVEN)


@dataclass(frozen=True)
class Published:
    """A data folder with a 速報, in which a municipality is missing, and a 確報.

    Attributes:
        data: the folder.
        releases: the folders of the two releases.
    """

    data: Path
    releases: tuple[Path, Path]

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the national tables."""
        return tuple(sorted(path.name for path in self.releases[0].iterdir() if list(path.glob("*.parquet"))))

    def read(self, number: int, table: str) -> pa.Table:
        """Return a table of a release, as pyarrow reads it."""
        return ds.dataset(self.releases[number] / table).to_table()


@pytest.fixture(scope="session")
def published(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Published:
    folder = tmp_path_factory.mktemp("installation")
    small = small_home(home, folder / "home", EIGHT)
    ministry = Ministry.open(small, str(folder / "data"), f"sqlite:///{folder}/ledger.db")
    with ministry.workspace as workspace:
        ministry.submit({code: {"waiting_total": 3_000_000_000 + n} for n, code in enumerate(EIGHT) if code != HAYAMA})
        early = publish.publish(workspace, APRIL, stage="preliminary")
        ministry.submit({HAYAMA: {"waiting_total": "x"}})
        late = publish.publish(workspace, APRIL)
        assert early is not None
        assert late is not None
        iceberg.register(workspace)
    return Published(folder / "data", (folder / "data" / early.path, folder / "data" / late.path))


@pytest.fixture(scope="session")
def python() -> Path:
    """A Python with Spark, and with a DuckDB that has its Iceberg extension."""
    return locked_environment("readers-venv", Path(__file__).with_name("requirements.lock")) / "bin" / "python"


def told(table: pa.Table) -> dict[str, Any]:
    """A table as the programs beside this file tell theirs: columns with types, and rows in a settled order."""
    columns = [[field.name, TYPES[field.type]] for field in table.schema]
    rows = [
        [value.isoformat() if isinstance(value, dt.date) else value for value in row.values()] for row in rows_of(table)
    ]
    return {"columns": columns, "rows": sorted(rows, key=json.dumps)}


def rows_of(table: pa.Table) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


TYPES = {pa.string(): "text", pa.int64(): "integer", pa.float64(): "number", pa.date32(): "date", pa.bool_(): "boolean"}
