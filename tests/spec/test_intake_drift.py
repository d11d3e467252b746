"""A list whose columns are not where the last one had them is taken, and the sender is told what moved."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from keiyu.contract.model import Collection
from keiyu.intake import ingest
from keiyu.ledger import open_collection
from keiyu.ledger.models import FindingRow
from keiyu.receive import Arrival, receive_many
from keiyu.receive.workspace import Workspace
from keiyu.settings import Settings

LINE, FUNABASHI = "nursery_vacancy", "122041"
PLAIN = """施設名,種別,定員,0歳,1歳,2歳,3歳,4歳,5歳
みどり,認可保育所,90,1,0,2,0,0,3
そらいろ,認可保育所,60,0,0,1,1,0,0
ひまわり,認可保育所,45,2,1,0,0,1,0
"""
MOVED = """種別,施設名,0歳,1歳,2歳,3歳,4歳,5歳
認可保育所,みどり,1,0,2,0,0,3
認可保育所,そらいろ,0,0,1,1,0,0
認可保育所,ひまわり,2,1,0,0,1,0
"""


@pytest.fixture
def space(home: Path, tmp_path: Path) -> Iterator[Workspace]:
    settings = Settings(home=home, storage=str(tmp_path / "data"), database_url=f"sqlite:///{tmp_path / 'ledger.db'}")
    with Workspace.open(settings) as opened:
        yield opened


def told(space: Workspace, month: int, text: str) -> list[str]:
    """Take a month's list; returns what was said of its columns."""
    collection = Collection(LINE, dt.date(2025, month, 1))
    open_collection(space.ledger, collection)
    arrival = Arrival(text.encode(), f"{month}.csv", FUNABASHI, "cli", LINE, collection)
    [receipt] = receive_many(space.ledger, space.storage, [arrival])
    assert ingest(space).accepted == 1
    query = select(FindingRow.message_ja).where(
        FindingRow.submission_id == receipt.submission_id, FindingRow.rule_id == "intake.columns_differ"
    )
    with space.ledger.read() as connection:
        return list(connection.scalars(query))


def test_what_moved_came_and_went_is_told_once(space: Workspace) -> None:
    assert told(space, 4, PLAIN) == []
    assert told(space, 5, PLAIN.replace("90", "91")) == []
    [said] = told(space, 6, MOVED)
    assert "（2025-05-01）" in said
    assert all(words in said for words in ("施設名（A → B）", "種別（B → A）", "利用定員（合計）（C → —）"))
    assert told(space, 7, MOVED.replace("3\n", "2\n")) == []
