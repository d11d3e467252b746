"""A list whose columns are not those of the last one is taken, and the sender is told column by column what changed."""

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

LINE, FUNABASHI, CHIBA = "nursery_vacancy", "122041", "121002"
PLAIN = """施設名,種別,定員,0歳,1歳,2歳,3歳,4歳,5歳,市外枠
みどり,認可保育所,90,1,0,2,0,0,3,有
そらいろ,認可保育所,60,0,0,1,1,0,0,無
ひまわり,認可保育所,45,2,1,0,0,1,0,有
"""
MOVED = """種別,施設名,0歳,1歳,2歳,3歳,4歳,5歳,市外枠※
認可保育所,みどり,1,0,2,0,0,3,有
認可保育所,そらいろ,0,0,1,1,0,0,無
認可保育所,ひまわり,2,1,0,0,1,0,有
"""
ASKED = PLAIN.replace("施設名", "地区,施設名").replace("み", "北,み").replace("そ", "北,そ").replace("ひ", "南,ひ")


@pytest.fixture
def space(home: Path, tmp_path: Path) -> Iterator[Workspace]:
    settings = Settings(home=home, storage=str(tmp_path / "data"), database_url=f"sqlite:///{tmp_path / 'ledger.db'}")
    with Workspace.open(settings) as opened:
        yield opened


def send(space: Workspace, month: int, text: str, sender: str = FUNABASHI) -> str:
    """Have a month's list received; returns its submission."""
    collection = Collection(LINE, dt.date(2025, month, 1))
    open_collection(space.ledger, collection)
    arrival = Arrival(text.encode(), f"{month}.csv", sender, "cli", LINE, collection)
    [receipt] = receive_many(space.ledger, space.storage, [arrival])
    return receipt.submission_id


def said(space: Workspace, submission: str) -> list[tuple[str, str, str | None]]:
    """What was said of a list's columns: severity, what happened, and where."""
    columns = (FindingRow.severity, FindingRow.rule_id, FindingRow.cell)
    query = select(*columns).where(FindingRow.submission_id == submission, FindingRow.rule_id.like("read.drift.%"))
    with space.ledger.read() as connection:
        return [(s, r.removeprefix("read.drift."), c) for s, r, c in connection.execute(query.order_by(FindingRow.id))]


def told(space: Workspace, month: int, text: str) -> list[str]:
    """Take a month's list; returns the sentences about its columns."""
    submission = send(space, month, text)
    assert ingest(space).accepted == 1
    query = select(FindingRow.message_ja).where(
        FindingRow.submission_id == submission, FindingRow.rule_id.like("read.drift.%")
    )
    with space.ledger.read() as connection:
        return sorted(connection.scalars(query))


def test_what_moved_came_and_went_is_told_once(space: Workspace) -> None:
    assert told(space, 4, PLAIN) == []
    assert told(space, 5, PLAIN.replace("90", "91")) == []
    assert told(space, 6, MOVED) == [
        "列「市外枠」（前回（2025-05-01）の一覧のJ列）の見出しが「市外枠※」（I列）に変わりました。",
        "列「種別」が、前回（2025-05-01）の一覧のB列からA列に移りました。",
        "前回（2025-05-01）の一覧にあった列「定員」（C列）がなく、利用定員（合計）を読めません。",
    ]
    assert told(space, 7, MOVED.replace("3,有", "2,有")) == []


def test_a_column_that_comes_in_moves_no_other(space: Workspace) -> None:
    assert told(space, 4, PLAIN) == []
    assert told(space, 5, ASKED) == ["列「地区」（A列）は、前回（2025-04-01）の一覧にはありませんでした。"]
    gone = "前回（2025-05-01）の一覧にあった列「地区」（A列）がありません。"
    assert told(space, 6, PLAIN.replace("90", "91")) == [gone]


def test_months_that_arrive_together_are_compared_in_their_order_each_with_its_own_senders(space: Workspace) -> None:
    sent = {
        (sender, month): send(space, month, text, sender)
        for sender, month, text in (
            (FUNABASHI, 6, PLAIN),
            (CHIBA, 5, PLAIN.replace("みどり", "あさひ")),
            (FUNABASHI, 5, ASKED),
            (FUNABASHI, 4, PLAIN.replace("90", "91")),
        )
    }
    assert ingest(space).accepted == len(sent)
    assert {key: said(space, one) for key, one in sent.items()} == {
        (FUNABASHI, 4): [],
        (FUNABASHI, 5): [("info", "added", "A1")],
        (FUNABASHI, 6): [("info", "removed", None)],
        (CHIBA, 5): [],
    }


def test_a_header_that_stands_lower_is_told(space: Workspace) -> None:
    assert told(space, 4, PLAIN) == []
    lower = "保育所等の空き状況\n\n" + PLAIN
    assert told(space, 5, lower) == ["見出しの行が、前回（2025-04-01）の一覧の1行目から3行目に移りました。"]
