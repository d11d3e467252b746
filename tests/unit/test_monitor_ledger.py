"""Extensions, exemptions, closing and reminders against real ledgers, on both databases."""

import datetime as dt
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from keiyu import publish
from keiyu.contract.model import Collection
from keiyu.ledger import close_collection, close_entry, collection_states, open_collection
from keiyu.ledger.collections import received_before_closing
from keiyu.ledger.dispensations import dispensations, exempt, extend
from keiyu.ledger.events import broken, head
from keiyu.ledger.models import Event
from keiyu.ledger.reminders import MOST_ATTEMPTS, Key, claim, conclude, settled
from keiyu.publish.monitor.assessment import JAPAN, assess
from keiyu.publish.monitor.closing import close, door
from keiyu.publish.monitor.delivery import Delivered, deliver, pending
from keiyu.publish.monitor.directory import Contact, DirectoryError, load
from keiyu.publish.monitor.message import Message
from keiyu.publish.monitor.position import position
from ministry import (
    APRIL,
    CHIYODA,
    CHUO,
    HACHIOJI,
    HAYAMA,
    LINE,
    OSHIMA,
    SEVEN,
    YOKOHAMA,
    YOKOSUKA,
    Ministry,
)

TOKYO, KANAGAWA = "130001", "140007"
CLOSINGS = ("entry_closes", "corrections_close")


@pytest.fixture
def ministry(small: Path, tmp_path: Path, database_url: str) -> Iterator[Ministry]:
    opened = Ministry.open(small, str(tmp_path / "data"), database_url)
    yield opened
    opened.workspace.close()


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=JAPAN)


def statuses(ministry: Ministry, when: str) -> dict[str, str]:
    judged = assess(position(ministry.workspace, APRIL), at(when))
    return {one.reporter.code: one.status for one in judged.standings}


def on(day: dt.date, later: int = 0) -> dt.datetime:
    """The evening of a day in Japan."""
    return dt.datetime.combine(day + dt.timedelta(later), dt.time(23), JAPAN)


def kinds(ministry: Ministry) -> list[str]:
    with ministry.workspace.ledger.read() as connection:
        return list(connection.scalars(select(Event.kind).order_by(Event.seq)))


def test_the_way_of_each_reporter_is_that_of_the_date(ministry: Ministry) -> None:
    told = {one.code: (one.level, one.relay) for one in position(ministry.workspace, APRIL).reporters}
    assert told[CHIYODA] == ("municipality", TOKYO)
    assert told[HACHIOJI] == ("prefecture", None)
    assert told[YOKOHAMA] == ("prefecture", None)
    assert told[HAYAMA] == ("municipality", KANAGAWA)


def test_extensions_and_exemptions_are_events_and_the_later_holds(ministry: Ministry) -> None:
    ledger = ministry.workspace.ledger
    extend(ledger, APRIL, [KANAGAWA, CHUO], dt.date(2035, 6, 29), "台風")
    first = extend(ledger, APRIL, [CHUO], dt.date(2035, 5, 31), "台風（改）")
    exempt(ledger, APRIL, [OSHIMA, HACHIOJI], "噴火")
    exempt(ledger, APRIL, [HACHIOJI], "取消", holds=False)
    with ledger.read() as connection:
        given = dispensations(connection, APRIL)
        then = dispensations(connection, APRIL, first - 1)
        assert list(broken(connection)) == []
    assert (given.extensions[CHUO].until, given.extensions[CHUO].reason) == (dt.date(2035, 5, 31), "台風（改）")
    assert then.extensions[CHUO].until == dt.date(2035, 6, 29)
    assert set(given.exemptions) == {OSHIMA}
    assert kinds(ministry) == ["open", "extend", "extend", "exempt", "exempt"]
    assert statuses(ministry, "2035-05-31T09:00") == {
        CHIYODA: "overdue", CHUO: "due", HACHIOJI: "overdue", OSHIMA: "exempt", YOKOHAMA: "due", YOKOSUKA: "due",
        HAYAMA: "due",
    }  # fmt: skip


def test_arrivals_come_from_the_ledger(ministry: Ministry) -> None:
    ministry.submit({CHIYODA: {"waiting_total": 1}})
    ministry.submit({CHIYODA: {"waiting_total": 2}})
    facts = position(ministry.workspace, APRIL)
    assert [(deed.reporter, deed.accepted, deed.live) for deed in facts.deeds] == [
        (CHIYODA, True, False), (CHIYODA, True, True)
    ]  # fmt: skip
    judged = assess(facts, dt.datetime.now(dt.UTC))
    assert judged.counts["reported"] == 1
    assert judged.standings[0].first == facts.deeds[0].received_at


def test_who_was_excused_is_not_waited_for_and_is_told_apart(ministry: Ministry) -> None:
    workspace = ministry.workspace
    ministry.submit({code: {"waiting_total": 1} for code in SEVEN if code not in (OSHIMA, HAYAMA)})
    assert publish.due(workspace, APRIL).missing == (OSHIMA, HAYAMA)
    exempt(workspace.ledger, APRIL, [OSHIMA, HAYAMA], "東日本大震災")
    due = publish.due(workspace, APRIL)
    assert (due.action, due.missing, due.reporters_in, due.reporters_due) == ("final", (), 5, 5)
    release = publish.publish(workspace, APRIL)
    assert release is not None
    coverage = release.manifest["coverage"]
    assert coverage["exempt"] == [
        {"area_code": OSHIMA, "reason": "東日本大震災"}, {"area_code": HAYAMA, "reason": "東日本大震災"}
    ]  # fmt: skip
    rows = publish.read(workspace, APRIL, "long", None)
    told = dict(zip(rows["area_code"].to_pylist(), rows["value_status"].to_pylist(), strict=True))
    assert (told[OSHIMA], told[CHIYODA]) == ("excluded", "true_zero")
    ministry.submit({OSHIMA: {"waiting_total": 1}})
    assert publish.due(workspace, APRIL).reporters_due == 6


FUTURE = Collection(LINE, dt.date(2035, 4, 1))
"""Its entry closes on 30 May 2035, its corrections on 27 July."""


@pytest.fixture
def future(ministry: Ministry) -> Ministry:
    """A collection whose dates are all to come."""
    open_collection(ministry.workspace.ledger, FUTURE)
    return Ministry(ministry.workspace, FUTURE)


def states(ministry: Ministry) -> str:
    return collection_states(ministry.workspace.ledger)[ministry.collection]


def test_closing_happens_once_and_a_person_may_open_again(future: Ministry) -> None:
    workspace = future.workspace
    door_closes, corrections_close = (getattr(position(workspace, FUTURE).hops[-1], name) for name in CLOSINGS)
    assert close(workspace, on(door_closes)) == []
    [closed] = close(workspace, on(door_closes, later=1))
    assert (closed.collection, closed.state, states(future)) == (FUTURE, "entry_closed", "entry_closed")
    assert close(workspace, on(door_closes, later=1)) == []
    assert open_collection(workspace.ledger, FUTURE)
    assert close(workspace, on(door_closes, later=2)) == []
    assert states(future) == "open"
    [closed] = close(workspace, on(corrections_close, later=1))
    assert closed.state == "closed"
    assert not close_entry(workspace.ledger, FUTURE)
    assert kinds(future) == ["open", "open", "close_entry", "open", "close"]


def test_what_is_opened_long_after_its_dates_is_left_to_whoever_opened_it(ministry: Ministry) -> None:
    assert close(ministry.workspace, dt.datetime.now(dt.UTC)) == []


def test_after_entry_corrections_come_in_and_first_submissions_only_with_time_left(ministry: Ministry) -> None:
    workspace = ministry.workspace
    ministry.submit({CHIYODA: {"waiting_total": 1}})
    assert door(workspace, APRIL, dt.datetime.now(dt.UTC)) is None
    close_entry(workspace.ledger, APRIL)
    extend(workspace.ledger, APRIL, [HAYAMA], dt.date(2035, 6, 29), "地震")
    found = door(workspace, APRIL, dt.datetime.now(dt.UTC))
    assert found is not None
    with workspace.ledger.read() as connection:
        late = head(connection) + 1
    assert [code for code in SEVEN if found.closed_to(code, late)] == [CHUO, HACHIOJI, OSHIMA, YOKOHAMA, YOKOSUKA]
    assert found.closed_to(CHUO, late) == dt.date(2025, 5, 30)
    assert found.closed_to(CHUO, found.since - 1) is None


def test_what_was_received_before_the_end_does_not_suffer_for_waiting(ministry: Ministry) -> None:
    ledger = ministry.workspace.ledger
    with ledger.read() as connection:
        before = head(connection) + 1
    extend(ledger, APRIL, [CHUO], dt.date(2025, 6, 20), "地震")
    assert not received_before_closing(ledger, APRIL, before)
    close_collection(ledger, APRIL)
    assert received_before_closing(ledger, APRIL, before)
    assert not received_before_closing(ledger, APRIL, before + 9)


DAY = dt.date(2025, 5, 1)


def test_a_reminder_is_claimed_once_retried_when_refused_and_given_up_at_last(ministry: Ministry) -> None:
    ledger = ministry.workspace.ledger
    one, other = Key(CHUO, APRIL, "overdue", DAY), Key(CHUO, APRIL, "closing", DAY)
    assert claim(ledger, [one, other], "mail") == [one, other]
    assert claim(ledger, [one], "mail") == []
    conclude(ledger, [one], "sent")
    for _ in range(MOST_ATTEMPTS - 1):
        conclude(ledger, [other], "failed")
        assert settled(ledger, [APRIL]) == {one}
        assert claim(ledger, [one, other], "mail") == [other]
    conclude(ledger, [other], "failed")
    assert claim(ledger, [other], "mail") == []
    assert settled(ledger, [APRIL]) == {one, other}


@pytest.fixture
def contacts(ministry: Ministry, tmp_path: Path) -> Path:
    path = tmp_path / "directory.csv"
    rows = [f"{CHUO},mail,a@chuo.example;b@chuo.example", f"{TOKYO},webhook,https://tokyo.example/hook"]
    path.write_text("\n".join(["organisation,channel,address", *rows]) + "\n", encoding="utf-8")
    ministry.workspace.settings.directory = str(path)
    return path


def test_every_organisation_gets_one_message_a_day_however_often_it_runs(ministry: Ministry, contacts: Path) -> None:
    workspace, box = ministry.workspace, list[tuple[Message, Contact]]()
    when = at("2025-05-22T09:00")
    assert {digest.organisation for digest in pending(workspace, when)} == {*SEVEN, TOKYO, KANAGAWA}
    for _ in range(3):
        done = deliver(workspace, when, lambda message, contact: box.append((message, contact)))
    assert done == Delivered(0, 0, 7)
    assert sorted((message.organisation, contact.addresses) for message, contact in box) == [
        (TOKYO, ("https://tokyo.example/hook",)),
        (CHUO, ("a@chuo.example", "b@chuo.example")),
    ]
    assert all({item["kind"] for item in message.items} == {"overdue", "closing"} for message, _ in box)
    assert statuses(ministry, "2025-05-22T10:00")[CHUO] == "overdue"


def test_two_runs_at_once_do_not_send_twice(ministry: Ministry, contacts: Path) -> None:
    """The other run claims between planning and sending."""
    workspace, box = ministry.workspace, list[str]()
    when = at("2025-05-01T09:00")

    def send(message: Message, _: Contact) -> None:
        box.append(message.organisation)
        if len(box) == 1:
            deliver(workspace, when, lambda other, _: box.append(other.organisation))

    deliver(workspace, when, send)
    assert sorted(box) == [TOKYO, CHUO]


def test_a_refused_message_stops_nobody_else_and_is_tried_again(ministry: Ministry, contacts: Path) -> None:
    workspace, when = ministry.workspace, at("2025-05-01T09:00")
    calls = itertools.count()

    def refuse(*_: object) -> None:
        next(calls)
        raise OSError("550 mailbox unavailable")

    assert deliver(workspace, when, refuse) == Delivered(0, 2, 7)
    assert deliver(workspace, when, lambda *_: None) == Delivered(2, 0, 7)
    assert deliver(workspace, when, refuse) == Delivered(0, 0, 7)
    assert next(calls) == 2


def test_nothing_is_sent_on_a_holiday(ministry: Ministry, contacts: Path) -> None:
    assert pending(ministry.workspace, at("2025-05-05T09:00")) == []


@pytest.mark.parametrize(
    "row",
    ["131016,fax,03-0000-0000", "131016,mail,nobody", "131016,mail,a@b,c", ",mail,a@b.example",
     "131016,mail,a{{x}}@b.example", "131016,webhook,http://example.jp/", "131016,webhook,file:///etc/passwd",
     "131016,mail,a@b.example\n131016,mail,a@c.example"],
)  # fmt: skip
def test_a_directory_that_cannot_be_used_is_refused_by_row(tmp_path: Path, row: str) -> None:
    path = tmp_path / "directory.csv"
    path.write_text(f"organisation,channel,address\n{row}\n", encoding="utf-8")
    with pytest.raises(DirectoryError):
        load(path)


def test_an_absent_directory_is_empty_and_loopback_may_be_plain(tmp_path: Path) -> None:
    assert load(tmp_path / "none.csv") == {}
    path = tmp_path / "directory.csv"
    path.write_text("organisation,channel,address\n1,webhook,http://127.0.0.1:9/x\n", encoding="utf-8")
    assert load(path)["1"].addresses == ("http://127.0.0.1:9/x",)
