"""Identifiers that a spreadsheet has written as 1.11E+08: the digits are gone, and no program can bring them back.

They are returned with their cell, never rounded to somebody else's code, and other rows of the file are taken.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ministry import CHIYODA, CHUO
from office import LAST_YEAR, Office, applicants


@pytest.fixture
def office(home: Path, tmp_path: Path) -> Iterator[Office]:
    opened = Office.open(home, tmp_path)
    yield opened
    opened.workspace.close()


@pytest.mark.parametrize("written", ["1.11E+08", "1.31E+05", "1.31016E+05", "１．３１Ｅ＋０５"])
def test_an_identifier_in_scientific_notation_is_returned_with_its_cell(office: Office, written: str) -> None:
    whole = office.listing({CHIYODA: applicants(100), CHUO: applicants(200)})
    receipt, _ = office.send({}, data=whole.replace(f"\r\n{CHIYODA},".encode(), f"\r\n{written},".encode()))
    [told] = [one for one in office.findings(receipt) if one["severity"] == "error"]
    assert (told["rule_id"], told["cell"]) == ("read.code.scientific", "A2")
    assert told["message_ja"] and told["hint_ja"] and told["hint_en"]
    assert office.row(CHIYODA)["value_status"] == "not_submitted"


def test_a_figure_in_scientific_notation_is_returned_too(office: Office) -> None:
    figures = office.listing({CHIYODA: applicants(111)}).replace(b",111,", b",1.11E+08,", 1)
    receipt, report = office.send({}, data=figures)
    assert (report.accepted, report.returned) == (0, 1)
    [told] = office.findings(receipt)
    assert (told["severity"], told["cell"], told["value"]) == ("error", "B2", "1.11E+08")


def test_a_file_of_nothing_else_is_returned_alike_where_there_is_a_last_collection(office: Office) -> None:
    listed = office.listing({CHIYODA: applicants(100)})
    office.send({CHIYODA: applicants(90)}, to=LAST_YEAR)
    receipt, _ = office.send({}, data=listed.replace(CHIYODA.encode(), b"1.31E+05"))
    assert [(one["rule_id"], one["cell"]) for one in office.findings(receipt)] == [("read.code.scientific", "A2")]
