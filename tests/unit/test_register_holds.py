"""What is held is registered and not live; a decision makes it live from then on, and every instant stays as it was."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from keiyu import register
from keiyu.ledger import Ledger, open_collection
from keiyu.ledger.claims import desk
from keiyu.ledger.events import head
from keiyu.ledger.holds import Hold
from keiyu.ledger.models import Entry
from keiyu.receive import Storage
from keiyu.register import HoldDraft
from keiyu.register.holds import NothingHeldError
from tiny import APRIL, CONTRACT, House, body, check, read


class Careful(House):
    """A house that holds a report whose total is over 100 (and, over 1000, on a second ground)."""

    def decide(self, only: object = None, files: int = 10_000) -> int:
        with desk(self.ledger) as held:
            claimed = held.claim(files, 1 << 40, only)  # type: ignore[arg-type]
            readings = [read(self.storage.landing_get(one.digest), one.filename) for one in claimed]
            group = register.Group(CONTRACT, APRIL.as_of, claimed, readings, check(readings))
            staged = register.stage(self.storage, [group])
            grounds = (("implausible", 100), ("revision", 1000))
            staged.hold(
                [
                    HoldDraft(draft.id, ground, {"findings": []})  # type: ignore[arg-type]
                    for draft in staged.entries[APRIL]
                    for ground, limit in grounds
                    if draft.control_totals["children_total"] > limit
                ]
            )
            with held.writing() as connection:
                register.accept(connection, self.storage, staged)
        return len(claimed)

    def send(self, **figures: int) -> int:
        """Have a report decided; returns the sequence after it."""
        self.receive(body({code.removeprefix("c"): [total, 0] for code, total in figures.items()}, note=str(figures)))
        self.decide()
        return self.seq()

    def seq(self) -> int:
        with self.ledger.read() as connection:
            return head(connection)

    def settle(self, settlement: str) -> str:
        told = register.settle(self.ledger, APRIL, "131016", settlement, reason="r", by="b")  # type: ignore[arg-type]
        return told.state

    def settlements(self, at_seq: int | None = None) -> list[str | None]:
        with self.ledger.read() as connection:
            return [hold.settlement for hold in register.holds_of(connection, APRIL, at_seq)]


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[Careful]:
    with Ledger.open(database_url) as ledger:
        open_collection(ledger, APRIL)
        yield Careful(ledger, Storage(str(tmp_path / "data")))


def intact(house: Careful, schemas: Path) -> bool:
    return register.verify(house.ledger, house.storage, schemas) == []


def test_a_held_entry_becomes_live_by_the_decision_and_not_before(house: Careful, schemas: Path) -> None:
    good = house.send(c131016=10)
    held = house.send(c131016=500)
    assert (house.totals(), house.settlements()) == ({"131016": 10}, [None])
    assert intact(house, schemas)
    assert house.settle("confirmed") == "accepted"
    assert [house.totals(seq) for seq in (good, held, None)] == [{"131016": 10}, {"131016": 10}, {"131016": 500}]
    assert [house.settlements(seq) for seq in (good, held, None)] == [[], [None], ["confirmed"]]
    assert intact(house, schemas)


def test_two_grounds_need_two_decisions_or_the_ministrys_one(house: Careful, schemas: Path) -> None:
    house.send(c131016=5000)
    assert house.settle("confirmed") == "held"
    with pytest.raises(NothingHeldError):
        house.settle("confirmed")
    assert house.totals() == {}
    assert house.settle("approved") == "accepted"
    assert house.totals() == {"131016": 5000}
    house.send(c131016=6000)
    assert house.settle("approved") == "accepted"
    assert house.totals() == {"131016": 6000}
    assert intact(house, schemas)


def test_a_declined_entry_never_lives_and_is_kept(house: Careful, schemas: Path) -> None:
    house.send(c131016=10)
    house.send(c131016=500)
    assert house.settle("declined") == "declined"
    assert house.totals() == {"131016": 10}
    register.compact(house.ledger, house.storage, CONTRACT, APRIL)
    assert intact(house, schemas)


@pytest.mark.parametrize("later", [20, 700])
def test_a_later_report_takes_the_place_of_a_held_one(house: Careful, schemas: Path, later: int) -> None:
    house.send(c131016=500)
    house.send(c131016=later)
    assert house.settlements()[0] == "overtaken"
    if later > 100:
        assert house.settle("confirmed") == "accepted"
    assert house.totals() == {"131016": later}
    assert intact(house, schemas)


def test_other_reporters_of_the_same_file_are_live_at_once(house: Careful) -> None:
    house.send(c131016=500, c131024=20)
    assert house.totals() == {"131024": 20}


def test_a_state_that_no_event_vouches_for_is_found(house: Careful, schemas: Path) -> None:
    house.send(c131016=500)
    with house.ledger.begin() as connection:
        connection.execute(update(Entry).values(state="accepted", accepted_seq=1))
    assert [told.rule_id for told in register.verify(house.ledger, house.storage, schemas)] == ["verify.entries"]
    with house.ledger.begin() as connection:
        connection.execute(update(Hold).values(settlement="confirmed", settled_seq=1))
    assert [told.rule_id for told in register.verify(house.ledger, house.storage, schemas)] == ["verify.entries"]
