"""What was promised to readers is kept: a contract that breaks it is refused until its version says so."""

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from keiyu import publish
from keiyu.contract.compatibility import BreakingChangeError
from keiyu.contract.model import Collection
from keiyu.ledger import open_collection
from ministry import APRIL, CHIYODA, LINE, SEVEN, Ministry, small_home

OCTOBER = Collection(LINE, dt.date(2025, 10, 1))


@pytest.fixture
def ministry(home: Path, tmp_path: Path) -> Iterator[Ministry]:
    opened = Ministry.open(
        small_home(home, tmp_path / "home"), str(tmp_path / "data"), f"sqlite:///{tmp_path}/ledger.db"
    )
    opened.submit({code: {"waiting_total": 1} for code in SEVEN})
    assert publish.publish(opened.workspace, APRIL)
    open_collection(opened.workspace.ledger, OCTOBER)
    yield opened
    opened.workspace.close()


def edit(ministry: Ministry, name: str, change: Callable[[str], str]) -> None:
    path = ministry.workspace.settings.schemas / "lines" / LINE / name
    old = path.read_text(encoding="utf-8")
    new = change(old)
    assert new != old
    path.write_text(new, encoding="utf-8")


def raised(text: str, number: str) -> str:
    return re.sub(r"^version: .*$", f"version: {number}", text, count=1, flags=re.MULTILINE)


def rename(ministry: Ministry) -> None:
    edit(ministry, "tables/ranking.yaml", lambda text: text.replace("name: ranked", "name: placed"))
    edit(ministry, "tables/ranking.sql", lambda text: re.sub(r"\branked\b", "placed", text))


def test_a_renamed_column_is_refused_until_the_major_version_rises(ministry: Ministry) -> None:
    rename(ministry)
    october = Ministry(ministry.workspace, OCTOBER)
    october.submit({CHIYODA: {"waiting_total": 2}}, "october")
    with pytest.raises(BreakingChangeError) as refused:
        publish.publish(ministry.workspace, OCTOBER, stage="preliminary")
    assert refused.value.changes == "field_removed national.ranking.ranked"
    assert refused.value.needed == "2.0.0"
    current = Path(ministry.workspace.storage.uri(f"published/current/{LINE}/prefecture"))
    assert [path.name for path in current.iterdir()] == ["2025-04-01.parquet"]
    edit(ministry, "contract.yaml", lambda text: raised(text, "2.0.0"))
    made = publish.publish(ministry.workspace, OCTOBER, stage="preliminary")
    assert made is not None
    assert made.manifest["contract"]["version"] == "2.0.0"


def test_the_dictionary_says_since_when_a_column_has_been_there(ministry: Ministry) -> None:
    extra = """  - name: told
    label_ja: 追加
    label_en: Added
    definition_ja: 追加した列。
    definition_en: A column that was added.
    type: integer
    source: この契約（提出の記録）
"""
    edit(ministry, "tables/prefecture.yaml", lambda text: text.rstrip("\n") + "\n" + extra)
    edit(ministry, "tables/prefecture.sql", lambda text: f"SELECT *, 1::BIGINT AS told FROM (\n{text}\n)")
    edit(ministry, "contract.yaml", lambda text: raised(text, "1.1.0"))
    Ministry(ministry.workspace, OCTOBER).submit({code: {"waiting_total": 2} for code in SEVEN}, "october")
    made = publish.publish(ministry.workspace, OCTOBER)
    assert made is not None
    text = ministry.workspace.storage.read(f"{made.path}/dictionary.csv").decode()
    rows = [
        row for row in csv.DictReader(io.StringIO(text)) if (row["kind"], row["table"]) == ("national", "prefecture")
    ]
    ages = {row["field"]: (row["since"], row["first_collection"]) for row in rows}
    assert ages.pop("told") == ("1.1.0", "2025-10-01")
    assert set(ages.values()) == {("1.0.0", "2025-04-01")}
    assert "| 1.1.0（2025-10-01） |" in ministry.workspace.storage.read(f"{made.path}/dictionary.md").decode()
