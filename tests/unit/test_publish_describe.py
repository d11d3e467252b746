"""The data package beside the data: resources that exist, with their digests and schemas, and a dictionary."""

import csv
import hashlib
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from keiyu import publish
from ministry import APRIL, SEVEN, Ministry, small_home

FRICTIONLESS = {
    "string": "string",
    "int64": "integer",
    "double": "number",
    "date32[day]": "date",
    "bool": "boolean",
    "list<element: string>": "list",
}


@pytest.fixture(scope="module")
def folder(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("installation")
    ministry = Ministry.open(small_home(home, base / "home"), str(base / "data"), f"sqlite:///{base}/ledger.db")
    with ministry.workspace as workspace:
        ministry.submit({code: {"waiting_total": 1} for code in SEVEN})
        made = publish.publish(workspace, APRIL)
        assert made is not None
        return base / "data" / made.path


def test_every_resource_is_a_file_with_its_digest_and_schema(folder: Path) -> None:
    package = json.loads((folder / "datapackage.json").read_bytes())
    assert package["name"] == f"{APRIL.line}-2025-04-01"
    assert package["title"].endswith("（2025-04-01、確報）")
    paths = [resource["path"] for resource in package["resources"]]
    assert sorted(paths) == sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.parquet"))
    assert len({resource["name"] for resource in package["resources"]}) == len(paths)
    for resource in package["resources"]:
        data = (folder / resource["path"]).read_bytes()
        assert resource["hash"] == f"sha256:{hashlib.sha256(data).hexdigest()}"
        declared = json.loads((folder / resource["schema"]).read_bytes())["fields"]
        found = [(field.name, FRICTIONLESS[str(field.type)]) for field in pq.read_schema(folder / resource["path"])]
        assert [(field["name"], field["type"]) for field in declared] == found
        assert all(field["title"] and field["titleEn"] and " / " in field["description"] for field in declared)


def test_the_dictionary_has_every_column_of_every_national_table(folder: Path) -> None:
    with (folder / "dictionary.csv").open(encoding="utf-8", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["kind"] == "national"]
    for table in ("municipality", "long", "prefecture", "national"):
        path = next((folder / table).glob("*.parquet"))
        assert [row["field"] for row in rows if row["table"] == table] == pq.read_schema(path).names
    assert all(row["label_ja"] and row["label_en"] and row["definition_ja"] and row["definition_en"] for row in rows)
    assert "待機児童" in (folder / "dictionary.md").read_text(encoding="utf-8")


def test_the_notes_are_short_and_in_two_languages(folder: Path) -> None:
    notes = (folder / "RELEASE.md").read_text(encoding="utf-8")
    assert "2025-04-01 確報" in notes
    assert "2025-04-01: Final" in notes
    assert "**7 / 7**" in notes
    assert "待機児童数 / Waiting children: 7" in notes
    assert "未提出 / Not submitted: 0" in notes
    assert len(notes.splitlines()) < 25
