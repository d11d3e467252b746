"""2022, HER-SYS: a prefecture's 1,125 was published as 41. The error was seen; it was published all the same.

Here the 41 is accepted, registered and held: the last good value goes on being shown, flagged, the reporter is asked,
and only its answer or a correction lets anything new be shown.
"""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from keiyu import publish, register
from keiyu.cli.decisions import held
from keiyu.publish.snapshot import take
from keiyu.register.holds import NoReasonError, NothingHeldError
from ministry import CHIYODA, SEVEN
from office import LAST_YEAR, THIS_YEAR, Office, applicants

OTHERS = {code: applicants(100) for code in SEVEN if code != CHIYODA}
TRUE, WRONG = applicants(1125), applicants(41)
QUERY = "申込者数（合計） が前回の 1,125 から 41 へ、27.44 倍の開きがあります。"


@pytest.fixture
def office(home: Path, tmp_path: Path) -> Iterator[Office]:
    opened = Office.open(home, tmp_path)
    opened.send({CHIYODA: TRUE, **OTHERS}, to=LAST_YEAR)
    opened.send(OTHERS)
    yield opened
    opened.workspace.close()


def test_a_first_report_that_lost_digits_is_held_and_not_counted(office: Office) -> None:
    _, report = office.send({CHIYODA: WRONG})
    assert (report.accepted, report.returned) == (1, 0)
    row = office.row(CHIYODA)
    assert (row["flag"], row["value_status"]) == ("held", "unknown")
    assert row["applicants_total"] != 41
    assert office.nation("applicants") == 600
    made = office.publish("preliminary")
    [told] = made.manifest["held"]
    assert (told["reporter"], told["ground"], told["shown"], told["settlement"]) == (CHIYODA, "implausible", None, None)
    assert told["findings"][0]["message_ja"] == QUERY
    for name in ("RELEASE.md", "diff.html"):
        text = (office.folder(made) / name).read_text(encoding="utf-8")
        assert QUERY in text
        assert "確認できるまで合計に含めない。" in text
    assert publish.due(office.workspace, THIS_YEAR).action == "nothing", "確報 waits for the answer"
    assert office.intact()


def test_where_a_good_value_is_shown_it_stays_and_is_flagged(office: Office) -> None:
    office.send({CHIYODA: TRUE})
    office.publish()
    office.send({CHIYODA: WRONG})
    row = office.row(CHIYODA)
    assert (row["applicants_total"], row["flag"], row["value_status"]) == (1125, "held", "reported")
    assert office.nation("applicants") == 1725
    [waiting] = [one for one in held(take(office.workspace, THIS_YEAR)) if one["ground"] == "implausible"]
    assert waiting["message_ja"].endswith("前の報告の値を示している。")


def test_the_corrected_report_takes_the_place_of_the_held_one(office: Office) -> None:
    office.send({CHIYODA: WRONG})
    office.send({CHIYODA: applicants(1130)})
    row = office.row(CHIYODA)
    assert (row["applicants_total"], row["flag"]) == (1130, None)
    made = office.publish()
    assert (made.stage, made.manifest["held"], made.manifest["footnotes"]) == ("final", [], [])
    with office.workspace.ledger.read() as connection:
        settlements = [hold.settlement for hold in register.holds_of(connection, THIS_YEAR)]
    assert settlements == ["overtaken"]
    assert office.intact()


def test_a_confirmed_figure_is_shown_with_its_reason_and_before_that_it_was_not(office: Office) -> None:
    reason = "町の合併により対象児童の大部分が隣の区に移ったため"
    office.send({CHIYODA: WRONG})
    before = dt.datetime.now(dt.UTC)
    settled = register.settle(office.workspace.ledger, THIS_YEAR, CHIYODA, "confirmed", reason=reason, by=CHIYODA)
    assert settled.state == "accepted"
    row = office.row(CHIYODA)
    assert (row["applicants_total"], row["flag"]) == (41, "confirmed")
    made = office.publish()
    [note] = made.manifest["footnotes"]
    assert (made.stage, note["reason"], note["settled_by"]) == ("final", reason, CHIYODA)
    assert f"報告者の回答「{reason}」" in (office.folder(made) / "RELEASE.md").read_text(encoding="utf-8")
    assert reason in (office.folder(made) / "diff.html").read_text(encoding="utf-8")
    assert (office.nation("applicants"), office.nation("applicants", before)) == (641, 600)
    assert office.row(CHIYODA, before)["flag"] == "held"
    assert office.intact()


def test_what_was_confirmed_once_is_not_asked_again(office: Office) -> None:
    office.send({CHIYODA: WRONG})
    register.settle(office.workspace.ledger, THIS_YEAR, CHIYODA, "confirmed", reason="合併", by=CHIYODA)
    office.send({CHIYODA: {**WRONG, "capacity_special_total": 5, "capacity_special_age3plus": 5}})
    assert (office.row(CHIYODA)["capacity_special_total"], held(take(office.workspace, THIS_YEAR))) == (5, [])
    office.send({CHIYODA: applicants(40)})
    assert (office.row(CHIYODA)["applicants_total"], office.row(CHIYODA)["flag"]) == (41, "held")


def test_a_decision_needs_a_reason_and_something_to_decide(office: Office) -> None:
    ledger = office.workspace.ledger
    with pytest.raises(NothingHeldError):
        register.settle(ledger, THIS_YEAR, CHIYODA, "confirmed", reason="x")
    office.send({CHIYODA: WRONG})
    with pytest.raises(NoReasonError):
        register.settle(ledger, THIS_YEAR, CHIYODA, "confirmed", reason=" ")
    assert office.row(CHIYODA)["flag"] == "held"
