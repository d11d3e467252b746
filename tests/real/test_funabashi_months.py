"""Eight editions of one city's vacancy sheet are eight months of one line: received, read, checked, registered."""

import datetime as dt
import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from keiyu import register
from keiyu.contract.model import Collection
from keiyu.intake import ingest
from keiyu.ledger import open_collection
from keiyu.ledger.models import FindingRow, Submission
from keiyu.receive import Arrival, receive_many
from keiyu.receive.workspace import Workspace
from keiyu.register.identity import identified
from keiyu.settings import Settings
from real import scoring

SHEETS, REGISTER = "nursery_vacancy", "nursery_facility"
FUNABASHI, NARA = "122041", "292010"
MONTHS = {
    "funabashi_2022-09-30.xlsx": dt.date(2022, 11, 1),
    "funabashi_2022-10-22.xlsx": dt.date(2022, 12, 1),
    "funabashi_2022-12-13.xlsx": dt.date(2023, 2, 1),
    "funabashi_2023-05-13a.xlsx": dt.date(2023, 6, 1),
    "funabashi_2023-06-03.xlsx": dt.date(2023, 7, 1),
    "funabashi_2023-09-14.xlsx": dt.date(2023, 10, 1),
    "funabashi_2023-10-28.xlsx": dt.date(2023, 12, 1),
    "funabashi_2024-02-23.xlsx": dt.date(2024, 4, 1),
}
"""The month that each title names; the file's own name and the 作成日 in it say others."""

PUBLISHED_2016 = Collection(REGISTER, dt.date(2016, 4, 1))
GOLD = {Path(gold["file"]).name: gold for gold in scoring.load_all()}


@dataclass
class City:
    """An installation to which a city sends its lists as they are."""

    workspace: Workspace

    def send(self, name: str, data: bytes, sender: str | None, to: Collection | None = None) -> str:
        """Have one file received and decided; returns its submission."""
        line = to.line if to else None
        arrival = Arrival(data, name, sender, "cli", line, to)
        [receipt] = receive_many(self.workspace.ledger, self.workspace.storage, [arrival])
        ingest(self.workspace)
        return receipt.submission_id

    def row(self, submission: str) -> Any:
        """What the ledger says of a submission."""
        with self.workspace.ledger.read() as connection:
            return connection.execute(select(*Submission.__table__.columns).where(Submission.id == submission)).one()

    def rules(self, submission: str) -> list[tuple[str, str]]:
        """The rules of what was said of a submission, with their severities."""
        query = select(FindingRow.rule_id, FindingRow.severity).where(FindingRow.submission_id == submission)
        with self.workspace.ledger.read() as connection:
            return [(rule, severity) for rule, severity in connection.execute(query)]

    def rows(self, collection: Collection, table: str, at_seq: int | None = None) -> dict[int, dict[str, Any]]:
        """Live rows by the row of their file, each with the status of its marks."""
        contract = self.workspace.contract(collection.line)
        ledger, storage = self.workspace.ledger, self.workspace.storage
        told = register.current(ledger, storage, contract, table, collection.as_of, at_seq=at_seq).to_pylist()
        return {row["source_row"]: {**row, "status": {m["field"]: m["status"] for m in row["marks"]}} for row in told}


@pytest.fixture(scope="module")
def city(shared: Path, home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    folder = tmp_path_factory.mktemp("city")
    settings = Settings(home=home, storage=str(folder / "data"), database_url=f"sqlite:///{folder / 'ledger.db'}")
    with Workspace.open(settings) as space:
        for day in MONTHS.values():
            open_collection(space.ledger, Collection(SHEETS, day))
        open_collection(space.ledger, PUBLISHED_2016)
        yield City(space)


@pytest.fixture(scope="module")
def sent(city: City, shared: Path) -> dict[str, str]:
    """Each edition, in the order of its publication, and its submission."""
    return {name: city.send(name, (shared / "vacancy" / name).read_bytes(), FUNABASHI) for name in MONTHS}


@pytest.mark.parametrize("name", MONTHS)
def test_an_edition_is_taken_for_the_month_of_its_title(name: str, city: City, sent: dict[str, str]) -> None:
    gold = GOLD[name]
    assert dt.date.fromisoformat(gold["as_of"]) == MONTHS[name]
    row = city.row(sent[name])
    assert (row.state, row.row_count) == ("accepted", gold["data_rows"])
    [live] = register.live(city.workspace.ledger, SHEETS, MONTHS[name])
    assert (live.reporter, live.submission_id) == (FUNABASHI, sent[name])
    assert "error" not in {severity for _, severity in city.rules(sent[name])}
    assert ("read.reporter.sender", "info") in city.rules(sent[name])


@pytest.mark.parametrize("name", MONTHS)
def test_values_stand_under_their_fields_with_the_status_of_the_legend(
    name: str, city: City, sent: dict[str, str]
) -> None:
    assert sent
    rows = city.rows(Collection(SHEETS, MONTHS[name]), "vacancy")
    assert len(rows) == GOLD[name]["data_rows"]
    compared = 0
    for told in GOLD[name]["rows"]:
        row = rows[told["row"]]
        for column, value in told["values"].items():
            if column != "facility_type":  # the gold has it as written, the register its code
                assert row[column] == value, (told["row"], column)
                compared += 1
        for column, status in told.get("status", {}).items():
            assert row["status"][column] == status, (told["row"], column)
    assert compared > 50
    assert {row["area_code"] for row in rows.values()} == {FUNABASHI}
    assert all(row["facility_type"] for row in rows.values())


DRIFT: dict[str, list[tuple[str, str | None, str | None, str | None]]] = {
    "funabashi_2022-09-30.xlsx": [],
    "funabashi_2022-10-22.xlsx": [("added", "B9", None, "No.")],
    "funabashi_2022-12-13.xlsx": [("header_row", None, "9", "5"), ("lost", None, "No.", None)],
    "funabashi_2023-05-13a.xlsx": [("header_row", None, "5", "9"), ("renamed", "N9", "市外受入枠", "市外受入枠※")],
    "funabashi_2023-06-03.xlsx": [],
    "funabashi_2023-09-14.xlsx": [],
    "funabashi_2023-10-28.xlsx": [("sheet", None, "入所可能性一覧", "受け入れ可能性")],
    "funabashi_2024-02-23.xlsx": [("removed", None, "市外受入枠※", None)],
}
"""What each edition has that the one before it has not: what happened, the header cell, before, now."""


def drift(city: City, submission: str) -> list[tuple[str, str | None, str | None, str | None]]:
    """What was said of an edition's columns."""
    named = (FindingRow.rule_id, FindingRow.cell, FindingRow.expected, FindingRow.value)
    query = select(*named).where(FindingRow.submission_id == submission, FindingRow.rule_id.like("read.drift.%"))
    with city.workspace.ledger.read() as connection:
        return [(rule.rpartition(".")[2], *told) for rule, *told in connection.execute(query.order_by(FindingRow.id))]


def test_drift_between_editions_is_told_as_it_is(city: City, sent: dict[str, str]) -> None:
    assert {name: drift(city, sent[name]) for name in MONTHS} == DRIFT


def test_drift_is_the_same_where_all_editions_arrive_at_once(shared: Path, home: Path, tmp_path: Path) -> None:
    settings = Settings(home=home, storage=str(tmp_path / "data"), database_url=f"sqlite:///{tmp_path / 'ledger.db'}")
    with Workspace.open(settings) as space:
        for day in MONTHS.values():
            open_collection(space.ledger, Collection(SHEETS, day))
        names = sorted(MONTHS, key=lambda name: GOLD[name]["data_rows"])
        arrivals = [Arrival((shared / "vacancy" / n).read_bytes(), n, FUNABASHI, "cli", None, None) for n in names]
        receipts = receive_many(space.ledger, space.storage, arrivals)
        assert ingest(space).accepted == len(MONTHS)
        told = {name: drift(City(space), r.submission_id) for name, r in zip(names, receipts, strict=True)}
    assert told == DRIFT


def test_a_facility_keeps_its_identity_through_the_months(city: City, sent: dict[str, str]) -> None:
    assert sent
    assert ingest(city.workspace).claimed == 0
    told = [identified(city.workspace, SHEETS, day).to_pylist() for day in MONTHS.values()]
    assert all(row["identity"] is not None for rows in told for row in rows)
    assert all(len({row["identity"] for row in rows}) == len(rows) for rows in told)
    months = [{row["name"]: row["identity"] for row in rows} for rows in told]
    for before, after in itertools.pairwise(months):
        kept = [before[name] == after[name] for name in before.keys() & after.keys()]
        assert sum(kept) >= 0.98 * len(kept)
        assert len(set(before.values()) & set(after.values())) >= 160


def test_a_corrected_copy_supersedes_its_month_and_no_other(city: City, sent: dict[str, str], shared: Path) -> None:
    name = "funabashi_2023-10-28.xlsx"
    month = Collection(SHEETS, MONTHS[name])
    ledger = city.workspace.ledger
    before, others = _seqs(city), register.seq_at(ledger, dt.datetime.now(dt.UTC))
    book = openpyxl.load_workbook(shared / "vacancy" / name)
    book.worksheets[0]["K10"] = 7
    buffer = io.BytesIO()
    book.save(buffer)
    correction = city.send("訂正版.xlsx", buffer.getvalue(), FUNABASHI)
    assert city.row(correction).state == "accepted"
    [live] = register.live(ledger, SHEETS, month.as_of)
    assert live.submission_id == correction
    now, then = city.rows(month, "vacancy"), city.rows(month, "vacancy", others)
    assert (now[10]["vacancy_age3"], then[10]["vacancy_age3"]) == (7, None)
    assert (then[10]["status"]["vacancy_age3"], len(then)) == ("none", len(now))
    after = _seqs(city)
    assert {day for day in after if after[day] != before[day]} == {month.as_of}
    assert register.verify(ledger, city.workspace.storage, city.workspace.settings.schemas) == []
    assert sent[name] != correction


def test_a_sheet_that_nobody_says_whose_it_is_goes_back(city: City, shared: Path) -> None:
    name = "funabashi_2024-02-23.xlsx"
    book = openpyxl.load_workbook(shared / "vacancy" / name)
    buffer = io.BytesIO()
    book.save(buffer)
    returned = city.send(name, buffer.getvalue(), None)
    assert city.row(returned).state == "returned"
    assert ("read.reporter.unsaid", "error") in city.rules(returned)


def test_a_list_of_nurseries_says_by_its_addresses_whose_it_is(city: City, shared: Path) -> None:
    name = "nara_2016.csv"
    taken = city.send(name, (shared / "nursery_lists" / name).read_bytes(), None, PUBLISHED_2016)
    row = city.row(taken)
    assert (row.state, row.row_count) == ("accepted", GOLD[name]["data_rows"])
    assert ("read.reporter.addresses", "info") in city.rules(taken)
    [table] = city.workspace.contract(REGISTER).table_names
    rows = city.rows(PUBLISHED_2016, table)
    assert {row["area_code"] for row in rows.values()} == {NARA}
    for told in GOLD[name]["rows"]:
        got = rows[told["row"]]
        for column in ("name", "address", "phone", "capacity", "open_time", "close_time", "latitude"):
            if column in told["values"]:
                assert got[column] == told["values"][column], (told["row"], column)


def _seqs(city: City) -> dict[dt.date, list[int]]:
    """Month → the sequences of its live entries."""
    return {day: [e.accepted_seq for e in register.live(city.workspace.ledger, SHEETS, day)] for day in MONTHS.values()}
