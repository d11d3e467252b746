"""A correction costs the same whether the register holds one month or ten years."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from operator import sub
from pathlib import Path
from statistics import median

import pytest
from sqlalchemy import func, insert, select

from keiyu import register
from keiyu.ledger import Ledger
from keiyu.ledger.ids import new_id
from keiyu.ledger.models import Entry, Segment, Submission
from keiyu.receive import Storage
from postgres import database
from tiny import APRIL, CONTRACT, House, body

pytestmark = pytest.mark.slow

REPORTERS = 600
MONTHS = 120
ROUNDS = 45


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def houses(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[House, House]]:
    """Two installations with the same collection."""
    with ExitStack() as stack:
        made = []
        for name in ("small", "large"):
            url = f"sqlite:///{tmp_path}/{name}.db"
            if request.param == "postgres":
                url = stack.enter_context(database(request.getfixturevalue("postgres_server")))
            house = House(stack.enter_context(Ledger.open(url)), Storage(str(tmp_path / name)))
            house.receive(*(body({f"{number:06d}": [number, 0]}) for number in range(REPORTERS)))
            house.decide()
            made.append(house)
        yield made[0], made[1]


def grow(house: House) -> None:
    """Copy the collection's ledger rows to the months before it, as if they had been collected too."""
    with house.ledger.read() as connection:
        tables = [
            (model, [row._asdict() for row in connection.execute(select(*model.__table__.columns))])
            for model in (Submission, Entry, Segment)
        ]
    for month in range(1, MONTHS):
        as_of = APRIL.as_of.replace(year=2025 - 1 - month // 12, month=month % 12 + 1)
        part, ids = new_id(), dict[str, str]()
        changes = {"part_id": part, "as_of": as_of, "path": f"core/{as_of}", "digest": f"{as_of}"}
        with house.ledger.begin() as connection:
            for model, rows in tables:
                moved = [
                    {
                        **row,
                        **{name: value for name, value in changes.items() if name in row},
                        "id": ids.setdefault(row["id"], new_id()),
                        **({"submission_id": ids[row["submission_id"]]} if "submission_id" in row else {}),
                        **({"digest": new_id()} if model is Submission else {}),
                        **({"path": new_id()} if model is Segment else {}),
                    }
                    for row in rows
                ]
                connection.execute(insert(model), moved)


def costs(house: House, number: int) -> dict[str, float]:
    """Seconds of receiving, deciding and reading one correction."""
    marks = [time.perf_counter()]
    house.receive(body({f"{number:06d}": [number, 1]}))
    marks.append(time.perf_counter())
    assert house.decide() == 1
    marks.append(time.perf_counter())
    assert len(house.totals()) == REPORTERS
    marks.append(time.perf_counter())
    assert len(register.live(house.ledger, "tiny", APRIL.as_of)) == REPORTERS
    marks.append(time.perf_counter())
    register.compact(house.ledger, house.storage, CONTRACT, APRIL)
    return dict(zip(("receive", "decide", "current", "live"), map(sub, marks[1:], marks), strict=True))


def test_the_cost_of_a_correction_does_not_grow_with_history(houses: tuple[House, House]) -> None:
    small, large = houses
    grow(large)
    with large.ledger.read() as connection:
        assert connection.scalar(select(func.count()).select_from(Entry)) == REPORTERS * MONTHS
    rounds = [(costs(small, number), costs(large, number)) for number in range(ROUNDS)][ROUNDS // 3 :]
    told = {
        name: (median(1000 * one[name] for one, _ in rounds), median(1000 * other[name] for _, other in rounds))
        for name in rounds[0][0]
    }
    ratio = median(sum(other.values()) / sum(one.values()) for one, other in rounds)
    print(f"ms with 1 month and with {MONTHS}: {told}; ratio {ratio:.2f}")
    assert ratio < 1.3, told
