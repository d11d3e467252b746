"""2022, HER-SYS: a prefecture's 409 was published as 704, counted twice; the cut-off had passed.

Here the 704 waits, whichever way it comes: as a first report beside last year's 409, or as a "correction" of a
published 409, which says before it is taken what it would move.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from keiyu import publish, register
from keiyu.cli.decisions import held, impacts
from keiyu.ledger.models import Event
from keiyu.publish.snapshot import take
from ministry import CHIYODA, CHUO, SEVEN
from office import LAST_YEAR, THIS_YEAR, Office, applicants

OTHERS = {code: applicants(500) for code in SEVEN if code != CHIYODA}


@pytest.fixture
def office(home: Path, tmp_path: Path) -> Iterator[Office]:
    opened = Office.open(home, tmp_path)
    opened.send({CHIYODA: applicants(400), **OTHERS}, to=LAST_YEAR)
    opened.send({CHIYODA: applicants(409), **OTHERS})
    opened.publish()
    yield opened
    opened.workspace.close()


def test_a_doubled_figure_changes_nothing_that_is_shown(office: Office) -> None:
    office.send({CHIYODA: applicants(704)})
    assert (office.row(CHIYODA)["applicants_total"], office.row(CHIYODA)["flag"]) == (409, "held")
    assert office.nation("applicants") == 3409
    grounds = {one["ground"] for one in held(take(office.workspace, THIS_YEAR))}
    assert grounds == {"implausible", "revision"}


def test_the_impact_is_stated_before_it_is_accepted(office: Office) -> None:
    receipt, _ = office.send({CHIYODA: applicants(704)})
    [told] = impacts(office.workspace, receipt.submission_id)
    measure = told["measures"]["applicants"]
    assert (told["reporter"], told["state"]) == (CHIYODA, "held")
    assert (measure["own"], measure["prefecture"], measure["nation"]) == ([409, 704], [1909, 2204], [3409, 3704])
    assert (measure["rank"], measure["prefecture_rank"]) == ([7, 1], [1, 1])
    assert told["files"] == [
        "long/JP-13", "municipality/JP-13", "national/JP", "prefecture/JP", "ranking/JP", "rate/JP-13",
    ]  # fmt: skip
    with office.workspace.ledger.read() as connection:
        query = select(Event.payload).where(Event.kind == "accept").order_by(Event.seq.desc()).limit(1)
        payload = connection.scalar(query)
    assert payload is not None
    assert payload["impacts"][payload["holds"][0]["entry_id"]]["measures"]["applicants"]["own"] == [409, 704]


def test_the_reporters_confirmation_alone_does_not_move_the_nation_so_far(office: Office) -> None:
    ledger = office.workspace.ledger
    office.send({CHIYODA: applicants(704)})
    answered = register.settle(ledger, THIS_YEAR, CHIYODA, "confirmed", reason="再確認済み", by=CHIYODA)
    assert (answered.state, office.nation("applicants")) == ("held", 3409)
    approved = register.settle(ledger, THIS_YEAR, CHIYODA, "approved", reason="現地確認済み")
    assert (approved.state, office.nation("applicants")) == ("accepted", 3704)
    made = office.publish()
    assert (made.title_ja, [note["reason"] for note in made.manifest["footnotes"]]) == (
        "訂正1",
        ["再確認済み", "現地確認済み"],
    )
    assert office.intact()


def test_what_was_declined_is_kept_and_never_shown(office: Office) -> None:
    receipt, _ = office.send({CHIYODA: applicants(704)})
    settled = register.settle(office.workspace.ledger, THIS_YEAR, CHIYODA, "declined", reason="二重計上")
    assert settled.state == "declined"
    assert (office.row(CHIYODA)["applicants_total"], office.row(CHIYODA)["flag"]) == (409, None)
    assert publish.due(office.workspace, THIS_YEAR).action in ("nothing", "current")
    [told] = impacts(office.workspace, receipt.submission_id)
    assert told["state"] == "declined"
    assert office.intact()


def test_a_small_correction_is_published_by_itself(office: Office) -> None:
    office.send({CHUO: applicants(503)})
    assert held(take(office.workspace, THIS_YEAR)) == []
    assert (office.publish().title_ja, office.nation("applicants")) == ("訂正1", 3412)
