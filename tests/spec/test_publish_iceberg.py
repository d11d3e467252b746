"""Releases in an Iceberg catalogue: a snapshot and a tag each, no row copied, every instant readable."""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pytest
from pyiceberg.table import StaticTable, Table
from pyiceberg.types import LongType, StringType

from keiyu import publish
from keiyu.ledger.models import ReleaseStage
from keiyu.publish import Release, iceberg
from ministry import APRIL, HAYAMA, LINE, SEVEN, YOKOSUKA, Ministry, small_home

TAGS = ("2025-04-01_preliminary_1", "2025-04-01_final_1", "2025-04-01_correction_1")


@pytest.fixture
def ministry(home: Path, tmp_path: Path) -> Iterator[Ministry]:
    small = small_home(home, tmp_path / "home")
    opened = Ministry.open(small, str(tmp_path / "data"), f"sqlite:///{tmp_path}/ledger.db")
    opened.submit({code: {"waiting_total": 1} for code in SEVEN if code != HAYAMA})
    yield opened
    opened.workspace.close()


def released(ministry: Ministry, stage: ReleaseStage) -> Release:
    made = publish.publish(ministry.workspace, APRIL, stage=stage)
    assert made is not None
    return made


def table(ministry: Ministry, name: str = "municipality") -> Table:
    return iceberg.catalogue(ministry.workspace).load_table(f"{LINE}.{name}")


def in_order(rows: pa.Table) -> list[dict[str, object]]:
    return sorted(rows.to_pylist(), key=str)


def test_a_release_is_a_snapshot_and_no_file_is_copied(ministry: Ministry, tmp_path: Path) -> None:
    releases = [released(ministry, "preliminary")]
    [first] = iceberg.register(ministry.workspace)
    assert (first.collection, first.tag) == (str(APRIL), TAGS[0])
    assert f"{LINE}.municipality" in first.tables
    ministry.submit({HAYAMA: {"waiting_total": 5}})
    releases.append(released(ministry, "final"))
    ministry.submit({YOKOSUKA: {"waiting_total": 9}})
    releases.append(released(ministry, "correction"))
    assert [one.tag for one in iceberg.register(ministry.workspace)] == list(TAGS[1:])
    assert iceberg.register(ministry.workspace) == []
    for name in ("municipality", "national", "long"):
        found = table(ministry, name)
        assert len(found.snapshots()) == 3
        for tag, release in zip(TAGS, releases, strict=True):
            rows = found.scan(snapshot_id=found.refs()[tag].snapshot_id).to_arrow()
            expected = ds.dataset(tmp_path / "data" / release.path / name).to_table()
            assert rows.schema.names == expected.schema.names
            assert in_order(rows) == in_order(expected), (name, tag)
            assert found.refs()[tag].snapshot_ref_type == "tag"
    assert not list((tmp_path / "data" / "published" / "iceberg").rglob("*.parquet"))


def test_what_was_published_at_an_instant_is_read_however_late_it_was_registered(ministry: Ministry) -> None:
    early = released(ministry, "preliminary")
    ministry.submit({HAYAMA: {"waiting_total": 5}})
    late = released(ministry, "final")
    iceberg.register(ministry.workspace, LINE)
    found = table(ministry)
    published = {
        dt.datetime.fromisoformat(told[iceberg.AT]): snapshot.snapshot_id
        for snapshot in found.snapshots()
        if snapshot.summary and iceberg.AT in (told := snapshot.summary.additional_properties)
    }
    assert sorted(published) == [early.at, late.at]
    for release, waiting in ((early, None), (late, 5)):
        rows = found.scan("area_code == '143014'", snapshot_id=published[release.at]).to_arrow()
        assert rows["waiting_total"].to_pylist() == [waiting]


def test_columns_keep_their_identifiers_and_tell_what_they_are(ministry: Ministry) -> None:
    released(ministry, "preliminary")
    iceberg.register(ministry.workspace)
    schema = table(ministry).schema()
    assert [field.field_id for field in schema.fields] == list(range(1, len(schema.fields) + 1))
    assert schema.find_type("area_code") == StringType()
    assert schema.find_type("waiting_total") == LongType()
    assert str(schema.find_field("waiting_total").doc).startswith("待機児童（合計） / ")
    assert [field.name for field in table(ministry).spec().fields] == ["as_of"]


def test_a_new_column_joins_the_table_and_is_null_before(ministry: Ministry) -> None:
    released(ministry, "preliminary")
    iceberg.register(ministry.workspace)
    folder = ministry.workspace.settings.schemas / "lines" / LINE
    described, query = folder / "tables" / "prefecture.yaml", folder / "tables" / "prefecture.sql"
    words = "label_ja: 追, label_en: Told, definition_ja: 追, definition_en: Told, unit: 件, source: テスト"
    told = f"  - {{name: told, {words}, type: integer}}\n"
    described.write_text(described.read_text(encoding="utf-8").rstrip("\n") + "\n" + told, encoding="utf-8")
    query.write_text(f"SELECT *, 7::BIGINT AS told FROM (\n{query.read_text(encoding='utf-8')}\n)", encoding="utf-8")
    contract = folder / "contract.yaml"
    text = contract.read_text(encoding="utf-8")
    contract.write_text(re.sub(r"^version: .*$", "version: 1.1.0", text, count=1, flags=re.MULTILINE), encoding="utf-8")
    ministry.submit({HAYAMA: {"waiting_total": 5}})
    released(ministry, "final")
    iceberg.register(ministry.workspace)
    found = table(ministry, "prefecture")
    assert set(found.scan().to_arrow()["told"].to_pylist()) == {7}
    assert "told" not in found.scan(snapshot_id=found.refs()[TAGS[0]].snapshot_id).to_arrow().column_names


def test_the_metadata_file_alone_is_enough_to_read(ministry: Ministry) -> None:
    released(ministry, "preliminary")
    iceberg.register(ministry.workspace)
    static = StaticTable.from_metadata(table(ministry).metadata_location)
    assert len(static.scan().to_arrow()) == len(SEVEN)


def test_registering_follows_a_release_only_where_the_settings_say_so(ministry: Ministry) -> None:
    released(ministry, "preliminary")
    assert iceberg.follow(ministry.workspace, LINE) == []
    ministry.workspace.settings.iceberg = True
    assert [one.tag for one in iceberg.follow(ministry.workspace, LINE)] == [TAGS[0]]


def test_a_new_major_version_has_tables_of_its_own() -> None:
    assert [iceberg.table_name("long", version) for version in ("0.9.0", "1.4.2", "2.0.0")] == [
        "long",
        "long",
        "long_v2",
    ]


@pytest.mark.postgres
def test_the_catalogue_may_be_a_database_server(ministry: Ministry, postgres_url: str) -> None:
    released(ministry, "preliminary")
    ministry.workspace.settings.iceberg_catalog = postgres_url
    assert [one.tag for one in iceberg.register(ministry.workspace)] == [TAGS[0]]
    assert len(table(ministry).scan().to_arrow()) == len(SEVEN)
