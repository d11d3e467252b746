"""Who is live, now and then: supersession by order of arrival, compaction, sweeping, verification."""

import datetime as dt
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from keiyu import register
from keiyu.ledger import Ledger
from keiyu.ledger.claims import desk
from keiyu.ledger.events import head
from keiyu.ledger.models import Entry, Event, FindingRow, Segment, Submission
from keiyu.receive import Storage, find_receipt
from keiyu.receive.storage import BytesLostError, landing_path
from keiyu.register.acceptance import ClaimLostError, SegmentGoneError
from tiny import APRIL, CONTRACT, House, body


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    with Ledger.open(database_url) as ledger:
        yield House(ledger, Storage(str(tmp_path / "data")))


def now(house: House) -> int:
    with house.ledger.read() as connection:
        return head(connection)


def states(house: House) -> list[str]:
    with house.ledger.read() as connection:
        return list(connection.scalars(select(Submission.state).order_by(Submission.received_seq)))


def clean(house: House, schemas: Path) -> bool:
    return register.verify(house.ledger, house.storage, schemas) == []


def test_a_correction_supersedes_and_the_past_stays(house: House, schemas: Path) -> None:
    house.receive(body({"131016": [10, 1], "131024": [20, 2]}))
    house.decide()
    before, instant = now(house), dt.datetime.now(dt.UTC)
    house.receive(body({"131016": [11, 1]}))
    house.decide()
    assert house.totals() == {"131016": 11, "131024": 20}
    assert house.totals(before) == {"131016": 10, "131024": 20}
    assert register.seq_at(house.ledger, instant) == before
    assert register.seq_at(house.ledger, dt.datetime(2000, 1, 1, tzinfo=dt.UTC)) == 0
    assert house.totals(0) == {}
    assert clean(house, schemas)


def test_of_two_in_one_batch_the_later_received_is_live(house: House, schemas: Path) -> None:
    house.receive(body({"131016": [10, 1]}), body({"131016": [11, 1]}), body({"131016": [12, 99]}))
    house.decide()
    assert house.totals() == {"131016": 11}
    assert states(house) == ["accepted", "accepted", "returned"]
    with house.ledger.read() as connection:
        spans = connection.execute(select(Entry.accepted_seq, Entry.superseded_seq).order_by(Entry.received_seq)).all()
    first, second, third = spans
    assert first.accepted_seq == first.superseded_seq
    assert (second.superseded_seq, third.accepted_seq) == (None, None)
    assert clean(house, schemas)


def test_processed_later_but_received_earlier_does_not_supersede(house: House, schemas: Path) -> None:
    early, late = house.receive(body({"131016": [10, 1], "131024": [5, 0]}), body({"131016": [11, 1]}))
    house.decide(only=[late.submission_id])
    house.decide(only=[early.submission_id])
    assert house.totals() == {"131016": 11, "131024": 5}
    assert clean(house, schemas)


def test_old_bytes_sent_again_do_not_become_live_again(house: House) -> None:
    old, new = body({"131016": [10, 1]}), body({"131016": [11, 1]})
    house.receive(old)
    house.decide()
    house.receive(new)
    house.decide()
    [receipt] = house.receive(old)
    assert receipt.duplicate
    assert not receipt.requeued
    assert house.decide() == 0
    assert house.totals() == {"131016": 11}


def test_a_file_of_many_is_taken_in_part(house: House) -> None:
    [receipt] = house.receive(body({"131016": [10, 1], "131024": [1, 2]}))
    house.decide()
    assert states(house) == ["partly_accepted"]
    assert house.totals() == {"131016": 10}
    told = find_receipt(house.ledger, receipt.id)
    assert told is not None
    assert told.row_count == 4
    assert told.control_totals == {"children_total": 11, "children_age0": 3, "area": 1.1}
    with house.ledger.read() as connection:
        found = connection.execute(
            select(FindingRow.rule_id, FindingRow.reporter, FindingRow.file, FindingRow.cell, Entry.state).join(
                Entry, Entry.id == FindingRow.entry_id
            )
        ).all()
    assert [tuple(row) for row in found] == [("tiny.sum", "131024", "0.json", "C1", "returned")]


def test_returned_bytes_sent_again_are_a_second_attempt(house: House, schemas: Path) -> None:
    wrong = body({"131016": [1, 2]})
    house.receive(wrong)
    house.decide()
    [again] = house.receive(wrong)
    assert again.requeued
    assert house.decide() == 1
    with house.ledger.read() as connection:
        assert sorted(connection.scalars(select(Entry.attempt))) == [1, 2]
    assert clean(house, schemas)


def test_live_entries_name_what_lies_behind_a_figure(house: House) -> None:
    [receipt] = house.receive(body({"131016": [10, 1], "131024": [20, 2]}), sender="130001")
    house.decide()
    entries = register.live(house.ledger, "tiny", APRIL.as_of)
    assert [entry.reporter for entry in entries] == ["131016", "131024"]
    assert entries[0].submission_id == receipt.submission_id
    assert (entries[0].digest, entries[0].sender) == (receipt.digest, "130001")
    assert entries[0].control_totals == {"children_total": 10, "children_age0": 1, "area": 1.0}
    assert [path.split("/")[3] for path in entries[0].segments] == ["children", "rooms"]
    assert register.live(house.ledger, "tiny", APRIL.as_of, 0) == []
    rows = register.current(house.ledger, house.storage, CONTRACT, "children", APRIL.as_of)
    assert rows["entry_id"].to_pylist() == [entry.entry_id for entry in entries]
    assert rows["source_row"].to_pylist() == [1, 2]


def test_an_older_segment_lacks_a_newer_column(house: House) -> None:
    house.receive(body({"131016": [10, 1]}))
    house.decide()
    table = CONTRACT.tables[0]
    newer = replace(table.fields[1], name="children_age1", dimensions={"age": "age1"})
    contract = replace(CONTRACT, tables=(replace(table, fields=(*table.fields, newer)),))
    rows = register.current(house.ledger, house.storage, contract, "children", APRIL.as_of)
    assert rows["children_age1"].to_pylist() == [None]


def test_nothing_yet_is_an_empty_table_of_the_right_shape(house: House) -> None:
    rows = register.current(house.ledger, house.storage, CONTRACT, "children", APRIL.as_of)
    assert rows.num_rows == 0
    assert rows.column_names[:3] == ["area_code", "children_total", "children_age0"]


def test_compaction_keeps_every_vintage(house: House, schemas: Path) -> None:
    history = []
    for number in range(12):
        house.receive(body({f"13101{number % 4}": [100 + number, 1], "131024": [number, 0]}))
        house.decide()
        history.append((now(house), house.totals()))
    assert register.compact(house.ledger, house.storage, CONTRACT, APRIL, least=20) == 0
    assert register.compact(house.ledger, house.storage, CONTRACT, APRIL) == 12
    assert register.compact(house.ledger, house.storage, CONTRACT, APRIL) == 0
    assert [(seq, house.totals(seq)) for seq, _ in history] == history
    with house.ledger.read() as connection:
        assert sorted(connection.scalars(select(Segment.state))) == ["compacted"] * 24 + ["live"] * 2
    assert clean(house, schemas)
    assert register.sweep(house.ledger, house.storage) == []
    assert len(register.sweep(house.ledger, house.storage, grace=dt.timedelta(0))) == 24
    assert [(seq, house.totals(seq)) for seq, _ in history] == history
    assert clean(house, schemas)


def test_two_compactions_at_once_merge_once(house: House, monkeypatch: pytest.MonkeyPatch, schemas: Path) -> None:
    for number in range(3):
        house.receive(body({"131016": [number, 0]}))
        house.decide()
    merge, done = register.compaction._merge, []

    def slow(*args: object) -> object:
        written = merge(*args)
        if not done:
            done.append(True)
            done.append(register.compact(house.ledger, house.storage, CONTRACT, APRIL))
        return written

    monkeypatch.setattr(register.compaction, "_merge", slow)
    assert register.compact(house.ledger, house.storage, CONTRACT, APRIL) == 0
    assert done == [True, 3]
    assert house.totals() == {"131016": 2}
    assert clean(house, schemas)


def test_a_crash_before_the_commit_leaves_only_files_for_the_sweeper(house: House, schemas: Path) -> None:
    house.receive(body({"131016": [10, 1]}))
    with desk(house.ledger) as held:
        [claimed] = held.claim(10, 1 << 20)
        _stage(house, claimed)
    assert house.totals() == {}
    assert states(house) == ["received"]
    orphans = [path for path, _ in house.storage.list("core")]
    house.decide()
    assert clean(house, schemas)
    assert sorted(register.sweep(house.ledger, house.storage, grace=dt.timedelta(0))) == sorted(orphans)
    assert house.totals() == {"131016": 10}


def _stage(house: House, *claimed: object) -> register.Staged:
    import tiny

    readings = [tiny.read(house.storage.landing_get(one.digest), one.filename) for one in claimed]
    return register.stage(
        house.storage, [register.Group(CONTRACT, APRIL.as_of, claimed, readings, tiny.check(readings))]
    )


def test_a_swept_segment_is_noticed_before_the_commit(house: House) -> None:
    house.receive(body({"131016": [10, 1]}))
    with pytest.raises(SegmentGoneError), desk(house.ledger) as held:
        staged = _stage(house, *held.claim(10, 1 << 20))
        for segment in staged.segments:
            house.storage.delete(segment.path)
        with held.writing() as connection:
            register.accept(connection, house.storage, staged)
    assert states(house) == ["received"]
    assert house.decide() == 1


def test_what_is_decided_cannot_be_decided_again(house: House) -> None:
    house.receive(body({"131016": [10, 1]}))
    with desk(house.ledger) as held:
        staged = _stage(house, *held.claim(10, 1 << 20))
        with held.writing() as connection:
            register.accept(connection, house.storage, staged)
    before = now(house)
    with pytest.raises(ClaimLostError), house.ledger.begin() as connection:
        register.accept(connection, house.storage, staged)
    assert now(house) == before


def test_claims_are_bounded_by_files_and_bytes(house: House) -> None:
    house.receive(*(body({f"{number:06d}": [1, 0]}) for number in range(150)))
    size = len(body({"000000": [1, 0]}))
    with desk(house.ledger) as held:
        assert len(held.claim(1000, 1 << 30)) == 150
        assert len(held.claim(70, 1 << 30)) == 70
        assert len(held.claim(1000, 100 * size)) == 100
        assert len(held.claim(1000, 1)) == 1
        assert held.claim(0, 1) == []


@pytest.mark.postgres
def test_two_workers_on_postgres_share_the_queue(postgres_url: str, tmp_path: Path) -> None:
    with Ledger.open(postgres_url) as ledger:
        house = House(ledger, Storage(str(tmp_path)))
        house.receive(*(body({f"{number:06d}": [1, 0]}) for number in range(100)))
        with desk(ledger) as first, desk(ledger) as second:
            mine, yours = first.claim(30, 1 << 30), second.claim(1000, 1 << 30)
        assert len({one.id for one in (*mine, *yours)}) == len(mine) + len(yours) == 100


def test_verification_notices_every_tampering(house: House, schemas: Path) -> None:
    house.receive(body({"131016": [10, 1]}), body({"131024": [10, 1]}))
    house.decide()

    def rules() -> set[str]:
        return {found.rule_id for found in register.verify(house.ledger, house.storage, schemas)}

    def tamper(statement: object) -> None:
        with house.ledger.begin() as connection:
            connection.execute(statement)

    assert rules() == set()
    with house.ledger.read() as connection:
        digest = connection.scalars(select(Submission.digest)).first()
        path = connection.scalars(select(Segment.path)).first()
    landed, segment = house.storage.read(landing_path(digest)), house.storage.read(path)
    house.storage.replace(landing_path(digest), b"x" * len(landed))
    assert rules() == {"verify.landing"}
    house.storage.landing_put({digest: landed})
    house.storage.delete(path)
    assert rules() == {"verify.segment"}
    house.storage.write_once(path, segment)
    with pytest.raises(BytesLostError):
        house.storage.write_once(path, segment[:-1])
    tamper(update(Entry).where(Entry.reporter == "131016").values(row_count=1))
    assert rules() == {"verify.entries", "verify.segment"}
    tamper(update(Entry).where(Entry.reporter == "131016").values(row_count=2))
    tamper(update(Entry).where(Entry.reporter == "131016").values(superseded_seq=3))
    assert rules() == {"verify.live"}
    tamper(update(Entry).values(superseded_seq=None))
    assert rules() == set()
    tamper(update(Event).where(Event.seq == 2).values(kind="invented"))
    assert rules() == {"verify.chain"}


def test_a_storage_elsewhere_serves_as_well(database_url: str, schemas: Path, tmp_path: Path) -> None:
    with Ledger.open(database_url) as ledger:
        house = House(ledger, Storage(f"memory://{tmp_path.name}-{os.getpid()}"))
        house.receive(body({"131016": [10, 1]}))
        house.decide()
        house.receive(body({"131016": [11, 1]}))
        house.decide()
        assert register.compact(ledger, house.storage, CONTRACT, APRIL) == 2
        assert len(register.sweep(ledger, house.storage, grace=dt.timedelta(0))) == 4
        assert house.totals() == {"131016": 11}
        assert clean(house, schemas)
