"""2022, HER-SYS: a known error could not be corrected, because the system's cut-off had passed.

Here entry closes and a correction still comes in: it is a numbered release of its own, with the notice (正誤) of what
it changes, and the release before it stays as it was.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from keiyu.ledger import close_entry
from ministry import CHUO, SEVEN
from office import THIS_YEAR, Office, applicants


@pytest.fixture
def office(home: Path, tmp_path: Path) -> Iterator[Office]:
    opened = Office.open(home, tmp_path)
    opened.send({code: applicants(5000) for code in SEVEN})
    yield opened
    opened.workspace.close()


def test_a_known_error_is_corrected_after_the_cut_off(office: Office) -> None:
    final = office.publish()
    files = {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in office.folder(final).rglob("*.*")}
    assert close_entry(office.workspace.ledger, THIS_YEAR)
    _, report = office.send({CHUO: applicants(5003)})
    assert (report.accepted, report.returned) == (1, 0)
    correction = office.publish()
    assert (correction.title_ja, office.nation("applicants")) == ("訂正1", 35003)
    notice = (office.folder(correction) / "diff.html").read_text(encoding="utf-8")
    assert "全国の申込者数は35,003人で、前回公表（確報）より3人増えた。東京都中央区の訂正による。" in notice
    assert {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in files} == files
    assert office.nation("applicants", final.at) == 35000
    assert office.intact()


def test_corrections_of_corrections_have_their_own_numbers(office: Office) -> None:
    office.publish()
    titles = []
    for total in (5003, 4999, 5001):
        office.send({CHUO: applicants(total)})
        titles.append(office.publish().title_ja)
    assert titles == ["訂正1", "訂正2", "訂正3"]
