"""2022, HER-SYS: 1,113 cases of a prefecture were never entered for a month: from fax to centre to nation, and no hop
knew what the one before had sent.

Here every hop has its receipt and its control totals, and what left is held against what arrived.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from keiyu.cli import main
from keiyu.publish.hops import Hop, reconcile
from ministry import CHIYODA, CHUO, HACHIOJI, OSHIMA
from office import THIS_YEAR, Office, applicants

TOKYO = "130001"
SENT = {CHIYODA: applicants(1113), CHUO: applicants(200), OSHIMA: applicants(100)}


@pytest.fixture
def office(home: Path, tmp_path: Path) -> Iterator[Office]:
    opened = Office.open(home, tmp_path)
    for code, figures in SENT.items():
        opened.send({code: figures}, sender=code)
    yield opened
    opened.workspace.close()


def hop(office: Office) -> Hop:
    [found] = reconcile(office.workspace, THIS_YEAR)
    return found


def test_nothing_is_missing_before_the_prefecture_forwards_anything(office: Office) -> None:
    assert reconcile(office.workspace, THIS_YEAR) == ()


def test_everything_that_left_arrived(office: Office) -> None:
    office.send(SENT, sender=TOKYO)
    found = hop(office)
    assert (found.via, found.sent, found.arrived, found.whole, found.missing) == (TOKYO, 3, 3, True, {})


def test_cases_lost_on_the_way_are_named_and_counted_to_the_last_one(office: Office) -> None:
    office.send({code: SENT[code] for code in (CHUO, OSHIMA)}, sender=TOKYO)
    found = hop(office)
    assert (found.sent, found.arrived, found.whole) == (3, 2, False)
    assert found.missing["applicants_total"] == 1113
    assert [(one.reporter, one.name, one.state) for one in found.passages if one.state != "equal"] == [
        (CHIYODA, "東京都千代田区", "lost")
    ]
    assert office.nation("applicants") == 1413, "the nation has seen them since the municipality sent them"


def test_figures_that_change_on_the_way_are_shown_from_both_sides(office: Office) -> None:
    office.send({**SENT, CHIYODA: applicants(1131)}, sender=TOKYO)
    [changed] = [one for one in hop(office).passages if one.state != "equal"]
    assert (changed.reporter, changed.state) == (CHIYODA, "differs")
    assert changed.differences["applicants_total"] == (1113, 1131)
    assert changed.sent != changed.arrived


def test_what_the_reporter_corrected_after_it_was_forwarded_is_no_loss_of_the_prefecture(office: Office) -> None:
    office.send(SENT, sender=TOKYO)
    office.send({CHIYODA: applicants(1115)}, sender=CHIYODA)
    assert {one.reporter: one.state for one in hop(office).passages} == {
        CHIYODA: "corrected_since",
        CHUO: "equal",
        OSHIMA: "equal",
    }


def test_a_city_that_reports_itself_has_no_hop(office: Office) -> None:
    office.send({HACHIOJI: applicants(300)}, sender=HACHIOJI)
    office.send(SENT, sender=TOKYO)
    assert HACHIOJI not in {one.reporter for one in hop(office).passages}


def test_the_command_line_tells_it(
    office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    office.send({code: SENT[code] for code in (CHUO, OSHIMA)}, sender=TOKYO)
    settings = office.workspace.settings
    for name in ("home", "storage", "database_url"):
        monkeypatch.setenv(f"KEIYU_{name.upper()}", str(getattr(settings, name)))
    assert main(["hops", str(THIS_YEAR), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["whole"], told["hops"][0]["missing"]["applicants_total"]) == (False, 1113)
    assert main(["hops", str(THIS_YEAR)]) == 0
    assert "経由先から届いていない" in capsys.readouterr().out
