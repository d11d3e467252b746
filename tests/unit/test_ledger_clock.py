"""The ledger's clock: recorded time is what it tells, whoever asks, in UTC and never twice the same."""

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import select

from keiyu import publish
from keiyu.ledger import open_collection
from keiyu.ledger.events import broken
from keiyu.ledger.models import Event
from keiyu.receive.workspace import Workspace
from keiyu.settings import Settings
from ministry import APRIL, SEVEN, Ministry, small_home
from season import JST, Clock

MIDNIGHT = dt.datetime(2025, 5, 1, 0, 0, tzinfo=JST)


@pytest.fixture
def clock() -> Clock:
    return Clock(MIDNIGHT)


@pytest.fixture
def ministry(home: Path, tmp_path: Path, database_url: str, clock: Clock) -> Iterator[Ministry]:
    small = small_home(home, tmp_path / "home")
    settings = Settings(home=small, storage=str(tmp_path / "data"), database_url=database_url)
    with Workspace.open(settings, clock) as space:
        open_collection(space.ledger, APRIL)
        yield Ministry(space)


def instants(ministry: Ministry) -> list[dt.datetime]:
    with ministry.workspace.ledger.read() as connection:
        assert not list(broken(connection))
        return list(connection.scalars(select(Event.at).order_by(Event.seq)))


def test_recorded_time_is_the_clock_s_and_grows_though_the_clock_stands_or_goes_back(
    ministry: Ministry, clock: Clock
) -> None:
    ministry.submit({code: {"waiting_total": 1} for code in SEVEN[:3]})
    clock.at = MIDNIGHT - dt.timedelta(days=1)
    ministry.submit({code: {"waiting_total": 1} for code in SEVEN[3:]})
    told = instants(ministry)
    assert told[0] == MIDNIGHT
    assert {one.utcoffset() for one in told} == {dt.timedelta(0)}
    assert all(one < other for one, other in pairwise(told))
    assert told[-1] - told[0] < dt.timedelta(seconds=1)


def test_a_release_and_the_day_of_a_policy_are_of_the_same_clock(ministry: Ministry, clock: Clock) -> None:
    ministry.submit({code: {"waiting_total": 1} for code in SEVEN})
    clock.at = dt.datetime(2025, 6, 1, 12, tzinfo=JST)
    made = publish.publish(ministry.workspace, APRIL)
    assert made is not None
    assert made.at == clock.at
    rows = publish.read(ministry.workspace, APRIL, "national", MIDNIGHT - dt.timedelta(seconds=1))
    assert all(value is None for value in rows["value"].to_pylist())
