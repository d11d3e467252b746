"""Leading zeros: a spreadsheet turns 011002 into 11002, and a reader of the open data turns "01" into 1.

On the way in a code without its zero is told, and never taken for another's; on the way out codes are text to every
reader.
"""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pytest

from office import Office, applicants

SAPPORO, HAKODATE, CHIYODA = "011002", "012025", "131016"


@pytest.fixture
def office(home: Path, tmp_path: Path) -> Iterator[Office]:
    opened = Office.open(home, tmp_path, (SAPPORO, HAKODATE, CHIYODA))
    yield opened
    opened.workspace.close()


def test_a_code_that_lost_its_zero_is_read_where_the_names_agree(office: Office) -> None:
    whole = office.listing({SAPPORO: applicants(100), CHIYODA: applicants(200)}, named=True)
    receipt, report = office.send({}, data=whole.replace(b"\r\n011002,", b"\r\n11002,"))
    [told] = office.findings(receipt)
    assert (told["rule_id"], told["severity"], told["cell"], told["value"]) == (
        "read.code.leading_zero",
        "info",
        "A2",
        "11002",
    )
    assert (report.accepted, report.returned) == (1, 0)
    assert {code: office.row(code)["applicants_total"] for code in (SAPPORO, CHIYODA)} == {SAPPORO: 100, CHIYODA: 200}


@pytest.mark.parametrize(("code", "guess"), [("11002", "正しくは 011002 と思われます。"), ("11003", "")])
def test_without_names_it_is_returned_with_a_guess_and_never_taken_for_anybodys(
    office: Office, code: str, guess: str
) -> None:
    whole = office.listing({SAPPORO: applicants(100)})
    receipt, report = office.send({}, data=whole.replace(b"\r\n011002,", f"\r\n{code},".encode()))
    assert (report.accepted, report.returned) == (0, 1)
    [told] = office.findings(receipt)
    assert (told["rule_id"], told["cell"]) == ("read.code.digits", "A2")
    assert told["message_ja"] == f"団体コード「{code}」は６桁ではありません。{guess}"
    assert office.row(SAPPORO)["value_status"] == "not_submitted"


def test_codes_are_text_to_every_reader(office: Office) -> None:
    office.send({code: applicants(100) for code in (SAPPORO, HAKODATE, CHIYODA)})
    path = str(office.folder(office.publish()) / "municipality" / "JP-01.parquet")
    readers = {
        "pandas": pd.read_parquet(path)["area_code"].tolist(),
        "polars": pl.read_parquet(path)["area_code"].to_list(),
        "duckdb": [code for (code,) in duckdb.sql(f"SELECT area_code FROM '{path}'").fetchall()],
    }
    assert readers == {name: [SAPPORO, HAKODATE] for name in readers}
    assert pd.read_parquet(path)["prefecture_code"].tolist() == ["01", "01"]
