"""Tiny collections in; who is due, reminded, overdue, reminded of what, and what closes, out."""

import datetime as dt
from pathlib import Path

import pytest

from keiyu.contract import load
from keiyu.contract.calendar import hops
from keiyu.contract.model import Collection
from keiyu.ledger.dispensations import Dispensations, Granted
from keiyu.ledger.reminders import Key
from keiyu.publish.monitor import policy
from keiyu.publish.monitor.assessment import JAPAN, Assessment, assess
from keiyu.publish.monitor.closing import closing
from keiyu.publish.monitor.message import write
from keiyu.publish.monitor.position import Deed, Position, Reporter
from keiyu.publish.monitor.reminders import Digest, plan

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
CONTRACT = load("waiting_children", SCHEMAS)
COLLECTION = Collection(CONTRACT.line, dt.date(2025, 4, 1))
HOPS = hops(CONTRACT, COLLECTION.as_of)
POLICY = policy.load(SCHEMAS)
"""Municipalities: 30 April; prefectures and the cities that report themselves: 9 May; entry until 30 May."""

TOKYO, CHUO, CHIYODA, HACHIOJI = "130001", "131024", "131016", "132012"
KANAGAWA, HAYAMA = "140007", "143014"


def reporter(code: str, *, direct: bool = False) -> Reporter:
    prefecture = {"13": TOKYO, "14": KANAGAWA}[code[:2]]
    areas = {code: "municipality", prefecture: "prefecture"}
    return Reporter(code, "prefecture" if direct else "municipality", None if direct else prefecture, areas)


REPORTERS = (reporter(CHIYODA), reporter(CHUO), reporter(HACHIOJI, direct=True), reporter(HAYAMA))


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=JAPAN)


def deed(code: str, received: str, *, accepted: bool = True, nil: bool = False) -> Deed:
    return Deed(code, "form", accepted, nil, accepted, at(received), at(received), 1 if accepted else None)


def granted(**until: str) -> dict[str, Granted]:
    return {
        area.removeprefix("_"): Granted(area, "地震", at("2025-04-01T00:00"), dt.date.fromisoformat(day))
        for area, day in until.items()
    }


def judge(
    when: str,
    *deeds: Deed,
    extensions: dict[str, Granted] | None = None,
    exempt: tuple[str, ...] = (),
    reminded: tuple[str, ...] = (),
    state: str = "open",
    opened: str = "2025-04-01T09:00",
) -> Assessment:
    excused = {code: Granted(code, "被災", at("2025-04-01T00:00")) for code in exempt}
    position = Position(
        COLLECTION,
        HOPS,
        state,  # type: ignore[arg-type]  # a literal
        REPORTERS,
        deeds,
        Dispensations(extensions or {}, excused),
        frozenset(reminded),
        opened_at=at(opened),
    )
    return assess(position, at(when))


def statuses(assessment: Assessment) -> dict[str, str]:
    return {one.reporter.code: one.status for one in assessment.standings}


def test_the_last_minute_of_the_day_is_on_time_and_the_next_is_not() -> None:
    told = judge("2025-05-01T09:00", deed(CHIYODA, "2025-04-30T23:59"), deed(CHUO, "2025-05-01T00:00"))
    assert statuses(told) == {CHIYODA: "reported", CHUO: "reported", HACHIOJI: "due", HAYAMA: "overdue"}
    assert [one.on_time for one in told.standings] == [True, False, None, False]
    assert told.on_time_rate == pytest.approx(1 / 3)


def test_before_the_deadline_nobody_is_late_and_no_rate_is_made_up() -> None:
    told = judge("2025-04-30T23:00", reminded=(CHUO,))
    assert statuses(told) == {CHIYODA: "due", CHUO: "reminded", HACHIOJI: "due", HAYAMA: "due"}
    assert told.on_time_rate is None
    assert (told.days_left(HOPS[0].deadline), told.days_left(HOPS[1].deadline)) == (0, 5)


def test_nil_exempt_and_extended_are_not_overdue() -> None:
    told = judge(
        "2025-05-08T09:00",
        deed(CHIYODA, "2025-04-10T09:00", nil=True),
        extensions=granted(_143014="2025-05-16"),
        exempt=(CHUO,),
    )
    assert statuses(told) == {CHIYODA: "nil", CHUO: "exempt", HACHIOJI: "due", HAYAMA: "due"}
    assert told.standings[3].extended
    assert told.on_time_rate == 1.0


def test_an_exemption_of_a_prefecture_excuses_all_in_it_and_a_report_still_counts() -> None:
    told = judge("2025-05-20T09:00", deed(CHUO, "2025-05-12T09:00"), exempt=(TOKYO,))
    assert statuses(told) == {CHIYODA: "exempt", CHUO: "reported", HACHIOJI: "exempt", HAYAMA: "overdue"}


def test_an_extension_of_a_prefecture_reaches_its_municipalities_and_leaves_it_its_working_days() -> None:
    told = judge("2025-05-08T09:00", extensions=granted(_130001="2025-06-09"))
    assert {one.reporter.code: one.due.isoformat() for one in told.standings} == {
        CHIYODA: "2025-06-02",
        CHUO: "2025-06-02",
        HACHIOJI: "2025-06-09",
        HAYAMA: "2025-04-30",
    }
    assert statuses(told)[HAYAMA] == "overdue"


def test_of_two_extensions_the_longer_counts_and_none_shortens() -> None:
    told = judge(
        "2025-05-01T09:00", extensions=granted(_131016="2025-05-20", _130001="2025-05-15", _143014="2025-04-10")
    )
    assert [one.due.isoformat() for one in told.standings] == ["2025-05-20", "2025-05-08", "2025-05-15", "2025-04-30"]


def test_what_was_returned_is_still_owed() -> None:
    told = judge("2025-05-01T09:00", deed(CHIYODA, "2025-04-20T09:00", accepted=False))
    assert statuses(told)[CHIYODA] == "overdue"


def test_what_happened_after_the_instant_is_not_seen() -> None:
    told = judge("2025-04-20T09:00", deed(CHIYODA, "2025-04-25T09:00"))
    assert statuses(told)[CHIYODA] == "due"


def planned(assessment: Assessment, *settled: Key) -> dict[str, list[tuple[str, str, bool, int, int]]]:
    return {
        digest.organisation: [
            (item.key.kind, item.key.day.isoformat(), item.own, item.members, item.relayed) for item in digest.items
        ]
        for digest in plan([assessment], POLICY, settled)
    }


@pytest.mark.parametrize("when", ["2025-04-21T09:00", "2025-04-29T09:00", "2025-05-03T09:00"])
def test_nobody_is_reminded_too_early_or_on_a_holiday(when: str) -> None:
    assert planned(judge(when)) == {}


def test_five_working_days_before_each_own_date_everyone_is_told_once() -> None:
    own, whole = ("upcoming", "2025-04-22", True, 0, 0), ("upcoming", "2025-04-22", False, 2, 2)
    one = ("upcoming", "2025-04-22", False, 1, 1)
    assert planned(judge("2025-04-22T09:00")) == {
        TOKYO: [whole],
        CHIYODA: [own],
        CHUO: [own],
        KANAGAWA: [one],
        HAYAMA: [own],
    }
    # A run that was missed is made up for, as the same reminder; what was sent is not sent again.
    sent = [Key(code, COLLECTION, "upcoming", dt.date(2025, 4, 22)) for code in (TOKYO, CHIYODA)]
    assert planned(judge("2025-04-23T09:00"), *sent) == {CHUO: [own], KANAGAWA: [one], HAYAMA: [own]}


def test_a_body_that_relays_sees_how_many_are_missing_and_a_city_of_its_own_sees_itself() -> None:
    told = planned(judge("2025-05-01T09:00", deed(CHIYODA, "2025-04-10T09:00")))
    assert told[TOKYO] == [("overdue", "2025-05-01", False, 1, 2)]
    assert told[CHUO] == [("overdue", "2025-05-01", True, 0, 0)]
    assert told[HACHIOJI] == [("upcoming", "2025-04-30", True, 0, 0)]
    assert CHIYODA not in told


@pytest.mark.parametrize(
    ("when", "day"),
    [
        ("2025-05-01", "2025-05-01"),
        ("2025-05-02", "2025-05-01"),
        ("2025-05-08", "2025-05-07"),
        ("2025-05-13", "2025-05-09"),
        ("2025-05-19", "2025-05-16"),
        ("2025-05-27", "2025-05-23"),
    ],
)
def test_the_overdue_are_told_at_growing_distance(when: str, day: str) -> None:
    own = [item for item in planned(judge(f"{when}T09:00"))[HAYAMA] if item[0] == "overdue"]
    assert [item[1] for item in own] == [day]


def test_before_entry_closes_the_overdue_are_told_in_the_same_digest() -> None:
    kinds = [item[0] for item in planned(judge("2025-05-22T09:00"))[HAYAMA]]
    assert kinds == ["overdue", "closing"]
    assert planned(judge("2025-05-22T09:00", state="entry_closed")) == {}


def test_a_message_says_counts_and_dates_in_both_languages_and_nothing_else() -> None:
    [digest] = [one for one in plan([judge("2025-05-01T09:00")], POLICY, ()) if one.organisation == TOKYO]
    assert isinstance(digest, Digest)
    message = write(digest, POLICY, dt.date(2025, 5, 1), "東京都", lambda _: CONTRACT)
    assert message.subject == "【経由調査】提出についてのお知らせ（1件） / Relay surveys: reminder (1)"
    assert "東京都 御担当者 様" in message.text
    assert "取りまとめる2団体のうち2団体が、提出期限（令和７年４月３０日）を過ぎても未提出です。" in message.text
    assert "2 have not reported though theirs were due on 2025-04-30" in message.text
    assert "keiyu status waiting_children/2025-04-01" in message.text
    assert message.html.startswith("<p>東京都 御担当者 様</p><p>")
    assert message.payload["items"] == [
        {
            "collection": "waiting_children/2025-04-01", "kind": "overdue", "day": "2025-05-01",
            "due": "2025-04-30", "own": False, "members": 2, "relayed": 2,
        }
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_text_can_be_finished(language: str) -> None:
    for when in ("2025-04-22", "2025-05-01", "2025-05-22"):
        for digest in plan([judge(f"{when}T09:00")], POLICY, ()):
            text = write(digest, POLICY, dt.date.fromisoformat(when), "x", lambda _: CONTRACT).text
            assert "{" not in text, language


@pytest.mark.parametrize(
    ("when", "state", "extensions", "expected"),
    [
        ("2025-05-30T23:59", "open", {}, None),
        ("2025-05-31T00:00", "open", {}, ("entry_closed", "2025-05-30")),
        ("2025-05-31T00:00", "entry_closed", {}, None),
        ("2025-06-05T09:00", "open", {"_143014": "2025-06-10"}, None),
        ("2025-06-11T09:00", "open", {"_143014": "2025-06-10"}, ("entry_closed", "2025-06-10")),
        ("2025-07-28T09:00", "entry_closed", {}, None),
        ("2025-07-29T09:00", "entry_closed", {}, ("closed", "2025-07-28")),
        ("2025-07-29T09:00", "open", {}, ("closed", "2025-07-28")),
        ("2025-07-29T09:00", "closed", {}, None),
    ],
)
def test_entry_and_corrections_close_after_their_last_day(
    when: str, state: str, extensions: dict[str, str], expected: tuple[str, str] | None
) -> None:
    found = closing(judge(when, state=state, extensions=granted(**extensions)))
    assert (found and (found.state, found.day.isoformat())) == expected


@pytest.mark.parametrize(
    ("opened", "when", "expected"),
    [
        ("2025-05-30T23:59", "2025-06-02T09:00", "entry_closed"),
        ("2025-05-31T00:00", "2025-06-02T09:00", None),
        ("2025-05-31T00:00", "2025-07-29T09:00", "closed"),
        ("2025-08-01T09:00", "2026-01-05T09:00", None),
    ],
)
def test_what_a_person_opens_after_its_dates_stays_open(opened: str, when: str, expected: str | None) -> None:
    found = closing(judge(when, opened=opened))
    assert (found and found.state) == expected
