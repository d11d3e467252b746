"""Whoever empties the queue has the facilities recognised; what goes wrong there loses no acceptance."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from keiyu import register
from keiyu.contract.model import Collection
from keiyu.intake import ingest
from keiyu.ledger import open_collection
from keiyu.receive import Arrival, receive_many
from keiyu.receive.workspace import Workspace
from keiyu.register.identity import identified
from keiyu.settings import Settings

REGISTER, SHEET = "nursery_facility", "nursery_vacancy"
FUNABASHI, DAY = "122041", dt.date(2025, 4, 1)
LIST = """施設名称,種別,定員,電話番号,住所
みどり保育園,認可保育所,90,047-400-1111,千葉県船橋市本町1-2-3
そらいろ保育園,認可保育所,60,047-400-9999,千葉県船橋市夏見9-9-9
ひまわり保育園,認可保育所,45,047-400-5555,千葉県船橋市海神5-5-5
"""
VACANCIES = """保育所等の空き状況一覧（令和７年４月）
施設名,種別,定員,0歳,1歳,2歳,3歳,4歳,5歳
みどり,認可保育所,90,1,0,2,0,0,3
そらいろ,認可保育所,60,0,0,1,1,0,0
ひまわり,認可保育所,45,2,1,0,0,1,0
"""

Identities = Callable[[str], dict[str, str | None]]


@pytest.fixture
def space(home: Path, tmp_path: Path) -> Iterator[Workspace]:
    settings = Settings(home=home, storage=str(tmp_path / "data"), database_url=f"sqlite:///{tmp_path / 'ledger.db'}")
    with Workspace.open(settings) as opened:
        for line in (REGISTER, SHEET):
            open_collection(opened.ledger, Collection(line, DAY))
        sheet = Arrival(VACANCIES.encode(), "空き状況.csv", FUNABASHI, "cli", SHEET, Collection(SHEET, DAY))
        listed = Arrival(LIST.encode(), "一覧.csv", None, "cli", REGISTER, Collection(REGISTER, DAY))
        receive_many(opened.ledger, opened.storage, [sheet, listed])
        yield opened


@pytest.fixture
def identities(space: Workspace) -> Identities:
    def told(line: str) -> dict[str, str | None]:
        rows = identified(space, line, DAY).to_pylist()
        return {row["name"].removesuffix("保育園"): row["identity"] for row in rows}

    return told


def test_an_empty_queue_leaves_every_facility_recognised_the_register_first(
    space: Workspace, identities: Identities
) -> None:
    assert ingest(space).accepted == 2
    assert set(identities(SHEET).values()) == {None}
    assert ingest(space).claimed == 0
    assert None not in identities(REGISTER).values()
    assert identities(SHEET) == identities(REGISTER)


def test_a_failure_loses_no_acceptance_and_is_made_good_the_next_time(
    space: Workspace, identities: Identities, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*args: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr("keiyu.register.identity.rounds.identify", broken)
        assert ingest(space).accepted == 2
        assert ingest(space).claimed == 0
    assert f"the facilities of {REGISTER} could not be recognised" in caplog.text
    assert [len(register.live(space.ledger, line, DAY)) for line in (REGISTER, SHEET)] == [1, 1]
    ingest(space)
    assert identities(SHEET) == identities(REGISTER)
    assert register.verify(space.ledger, space.storage, space.settings.schemas) == []
