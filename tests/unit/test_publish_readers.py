"""What statisticians open with: every reader sees the same columns, types, texts and figures."""

import datetime as dt
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from keiyu import publish
from keiyu.contract.model import Collection
from keiyu.ledger import open_collection
from ministry import APRIL, HAYAMA, SEVEN, Ministry, small_home

SAPPORO = "011002"
EIGHT = (SAPPORO, *SEVEN)
TABLES = ("municipality", "long", "prefecture", "national")


@pytest.fixture(scope="module")
def published(home: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The folder of a release, and that of ``current/``, which has two collections."""
    folder = tmp_path_factory.mktemp("installation")
    small = small_home(home, folder / "home", EIGHT)
    ministry = Ministry.open(small, str(folder / "data"), f"sqlite:///{folder}/ledger.db")
    with ministry.workspace as workspace:
        ministry.submit({code: {"waiting_total": 3_000_000_000 + n} for n, code in enumerate(EIGHT) if code != HAYAMA})
        made = publish.publish(workspace, APRIL, stage="preliminary")
        october = Collection(APRIL.line, dt.date(2025, 10, 1))
        open_collection(workspace.ledger, october)
        Ministry(workspace, october).submit({HAYAMA: {"waiting_total": 1}}, note="october")
        publish.refresh_current(workspace, october)
        assert made is not None
        return folder / "data" / made.path, folder / "data" / "published" / "current" / APRIL.line


@pytest.mark.parametrize("table", TABLES)
def test_every_reader_sees_the_same(published: tuple[Path, Path], table: str) -> None:
    folder = published[0] / table
    expected = ds.dataset(folder).to_table()
    assert pq.read_table(folder).equals(expected)
    assert pl.read_parquet(folder / "*.parquet").to_arrow().cast(expected.schema).equals(expected)
    assert pl.scan_parquet(folder).collect().shape == (expected.num_rows, expected.num_columns)
    frame = pd.read_parquet(folder, dtype_backend="pyarrow")
    assert pa.Table.from_pandas(frame, schema=expected.schema, preserve_index=False).equals(expected)
    with duckdb.connect() as connection:
        found = connection.sql(f"SELECT * FROM '{folder}/*.parquet'").to_arrow_table()
    assert found.cast(expected.schema).equals(expected)


def test_codes_keep_their_zero_and_counts_are_64_bits_wide(published: tuple[Path, Path]) -> None:
    frame = pd.read_parquet(published[0] / "municipality")
    assert frame["area_code"].tolist()[0] == SAPPORO
    assert frame["prefecture_code"].tolist()[0] == "01"
    assert pl.read_parquet(published[0] / "municipality" / "*.parquet")["waiting_total"].sum() == 7 * 3_000_000_000 + 21
    schema = pq.read_schema(published[0] / "municipality" / "JP-01.parquet")
    assert {str(schema.field(name).type) for name in ("waiting_total", "values_missing")} == {"int64"}
    assert schema.field("waiting_total").metadata[b"label_ja"].decode() == "待機児童（合計）"


@pytest.mark.parametrize("table", TABLES)
def test_a_bare_read_of_current_is_right(published: tuple[Path, Path], table: str) -> None:
    folder = published[1] / table
    assert sorted(path.name for path in folder.iterdir()) == ["2025-04-01.parquet", "2025-10-01.parquet"]
    frame = pd.read_parquet(folder)
    assert sorted(set(frame["as_of"])) == [dt.date(2025, 4, 1), dt.date(2025, 10, 1)]
    assert len(frame) == pl.scan_parquet(folder).collect().height == ds.dataset(folder).count_rows()


def test_a_missing_municipality_is_null_to_everyone(published: tuple[Path, Path]) -> None:
    frame = pd.read_parquet(published[0] / "municipality").set_index("area_code")
    assert pd.isna(frame.loc[HAYAMA, "waiting_total"])
    assert frame.loc[HAYAMA, "value_status"] == "not_submitted"
