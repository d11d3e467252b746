"""What facilities and their municipality tell differently is asked, once, until a correction or a reason answers it."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from belfry import listening
from keiyu.cli import main
from keiyu.intake import ingest
from keiyu.ledger import open_collection
from keiyu.ledger.models import ReceiptRow
from keiyu.publish import inquiry, rollup
from keiyu.receive.workspace import Workspace
from keiyu.settings import Settings
from ministry import CHIYODA, CHUO, HAYAMA
from nurseries import HIKARI, LIST, MIDORI, MONTHLY, REGISTER, SORA, decide, listing, month, receive, survey
from office import THIS_YEAR, Office

Run = Callable[..., dict[str, Any]]
DAYCARE = {"capacity_daycare_total", "capacity_daycare_age1_2"}


@pytest.fixture(scope="module")
def listed(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an installation of three wards and towns whose registers are in."""
    folder = tmp_path_factory.mktemp("listed")
    office = Office.open(home, folder, (CHIYODA, CHUO, HAYAMA))
    for collection in (REGISTER, MONTHLY):
        open_collection(office.workspace.ledger, collection)
    for area, rows in LIST.items():
        receive(office, listing(rows, area), f"{area}.csv", collection=REGISTER)
    decide(office)
    office.workspace.close()
    return folder


@pytest.fixture
def office(listed: Path, tmp_path: Path) -> Iterator[Office]:
    """A copy of it; neither months nor surveys are in."""
    here = shutil.copytree(listed, tmp_path / "copy")
    database = f"sqlite:///{here / 'ledger.db'}"
    office = Office(Workspace.open(Settings(home=here / "home", storage=str(here / "data"), database_url=database)))
    yield office
    office.workspace.close()


@pytest.fixture
def run(office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command line in the office."""
    settings = office.workspace.settings
    monkeypatch.setenv("KEIYU_HOME", str(settings.home))
    monkeypatch.setenv("KEIYU_STORAGE", settings.storage)
    monkeypatch.setenv("KEIYU_DATABASE_URL", settings.database_url)

    def command(*words: str) -> dict[str, Any]:
        assert main([*words, "--json"]) == 0
        return dict(json.loads(capsys.readouterr().out))

    return command


def report(office: Office, whose: tuple[str, str], capacity: int) -> None:
    receive(office, month(office, whose, capacity, 9), f"{whose[0]}-{whose[1]}.xlsx", sender=whose[0])


def send(office: Office, whose: tuple[str, str], capacity: int) -> None:
    report(office, whose, capacity)
    decide(office)


def surveyed(office: Office, name: str = "R7.4.1.csv", **figures: int) -> None:
    receive(office, office.listing({CHIYODA: survey(**figures)}), name, collection=THIS_YEAR)
    decide(office)


def asked(run: Run, about: str = "capacity_") -> list[dict[str, Any]]:
    [found] = run("status", str(THIS_YEAR))["collections"]
    [other] = run("status", str(MONTHLY))["collections"]
    assert found["queries"] == other["queries"]
    return [one for one in found["queries"] if one["field"].startswith(about)]


def found(office: Office, run: Run, file: str) -> list[tuple[str, str, str]]:
    """What the clerk who sent a file is told of it."""
    query = select(ReceiptRow.id).where(ReceiptRow.filename == file)
    with office.workspace.ledger.read() as connection:
        said = run("receipt", str(connection.scalar(query)))["findings"]
    mine = (one for one in said if one["rule_id"] == "rollup.differs" and one["field"].startswith("capacity_"))
    return [(one["cell"], one["value"], one["expected"]) for one in mine]


def test_a_difference_is_asked_when_the_second_of_the_two_arrives(office: Office, run: Run) -> None:
    report(office, MIDORI, 24)
    send(office, HIKARI, 40)
    assert asked(run) == []
    surveyed(office, capacity_daycare_age1_2=20, capacity_integrated_age1_2=40)
    told = asked(run)
    assert [(one["reporter"], one["field"], one["value"], one["expected"]) for one in told] == [
        (CHIYODA, "capacity_daycare_age1_2", "20", "24"),
        (CHIYODA, "capacity_daycare_total", "20", "24"),
    ]
    cells = told[0]["cells"]
    assert [(one["file"], one["cell"], one["value"]) for one in cells["survey"]] == [("R7.4.1.csv", "P2", 20)]
    assert [(one["file"], one["sheet"], one["value"]) for one in cells["facilities"]] == [
        ("131016-1.xlsx", "定員・在籍・受入可能数", 24),
        ("131016-1.xlsx", "定員・在籍・受入可能数", 0),
    ]
    # Among the findings of the survey that the ward's clerk sent, too; and asked once, however often one looks.
    assert found(office, run, "R7.4.1.csv") == [("P2", "20", "24"), ("B2", "20", "24")]
    assert {(value, expected) for _, value, expected in found(office, run, "131016-1.xlsx")} == {("20", "24")}
    assert inquiry.inquire(office.workspace) == 0
    assert ingest(office.workspace).claimed == 0
    assert len(asked(run)) == 2
    # A correction of either side ends it.
    surveyed(office, "R7.4.1訂正.csv", capacity_daycare_age1_2=24, capacity_integrated_age1_2=39)
    assert {one["field"] for one in asked(run)} == {"capacity_integrated_total", "capacity_integrated_age1_2"}
    send(office, HIKARI, 39)
    assert asked(run) == []
    assert found(office, run, "R7.4.1訂正.csv") == []
    assert office.intact()


def test_nothing_is_asked_of_a_municipality_whose_register_is_not_in(home: Path, tmp_path: Path) -> None:
    """Nobody knows which facilities stand there: that none has reported is no sum of 0."""
    other = Office.open(home, tmp_path / "other", (CHIYODA, CHUO))
    for collection in (REGISTER, MONTHLY):
        open_collection(other.workspace.ledger, collection)
    receive(other, listing(LIST[CHIYODA], CHIYODA), "R7.csv", collection=REGISTER)
    receive(other, other.listing({CHUO: survey(capacity_community_age1_2=12)}), "R7.4.1.csv", collection=THIS_YEAR)
    decide(other)
    states = rollup.reconcile(other.workspace, MONTHLY).rows.to_pylist()
    assert {one["state"] for one in states if one["area_code"] == CHUO} == {"incomplete"}
    other.workspace.close()


def test_a_reason_answers_it_and_is_kept_until_a_figure_changes(
    office: Office, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    report(office, MIDORI, 24)
    surveyed(office, capacity_daycare_age1_2=20)
    # One facility of two is in: only what exceeds the survey already differs, whichever came second.
    assert {one["field"] for one in asked(run)} == DAYCARE
    with listening(monkeypatch) as rung:
        said = run("answer", str(THIS_YEAR), CHIYODA, "--reason", "認可定員は20人", "--by", "千代田区")
    assert rung == [7]
    assert set(said["fields"]) >= DAYCARE
    assert asked(run) == []
    # Readers of the next release are told, but for figures of children by residence, which not everybody may read.
    release = office.publish("preliminary")
    answers = {(one["field"], one["from_survey"], one["from_facilities"]) for one in release.manifest["answers"]}
    assert answers == {(name, 20, 24) for name in DAYCARE}
    assert "市区町村の回答「認可定員は20人」" in (office.folder(release) / "RELEASE.md").read_text()
    assert "認可定員は20人" in (office.folder(release) / "diff.html").read_text()
    send(office, HIKARI, 40)
    assert not {one["field"] for one in asked(run)} & DAYCARE
    send(office, MIDORI, 25)
    assert {(one["field"], one["expected"]) for one in asked(run)} >= {(name, "25") for name in DAYCARE}
    assert inquiry.explained(office.workspace, THIS_YEAR) == []
    assert main(["answer", str(THIS_YEAR), CHUO, "--reason", "—"]) == 2
    with office.workspace.ledger.read() as connection:
        kept = [one for one in inquiry.queries_of(connection, MONTHLY) if one.ending == "explained"]
    assert {(one.field, one.reason, one.ended_by) for one in kept} >= {
        (name, "認可定員は20人", "千代田区") for name in DAYCARE
    }
    assert office.intact()


@pytest.mark.slow
def test_a_child_counts_where_it_lives_and_only_the_municipality_concerned_is_read(
    office: Office, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """4 children of Chuo are in Chiyoda's day nursery: Chuo is asked as soon as its survey tells fewer."""
    for whose in (MIDORI, HIKARI, SORA):
        send(office, whose, 10)
    surveyed(office, capacity_daycare_age1_2=20)
    seen: list[tuple[Any, ...]] = []
    ask = rollup.Reconciliation.queries

    def watched(self: rollup.Reconciliation, *args: Any) -> Any:
        seen.append((self.within, set(self._read.live)))
        return ask(self, *args)

    monkeypatch.setattr(rollup.Reconciliation, "queries", watched)
    data = office.listing({CHUO: survey(using_daycare_age1=3, using_community_age1=10)})
    receive(office, data, "中央区.csv", collection=THIS_YEAR)
    decide(office)
    # そら stands in Chuo, and children of Chuo are in みどり; ひかり has nothing to do with it.
    assert seen == [({CHUO}, {f"{CHUO}/1", f"{CHIYODA}/1"})]
    found = {one["field"]: one for one in asked(run, "using_") if one["reporter"] == CHUO}
    assert (found["using_daycare_age1"]["value"], found["using_daycare_age1"]["expected"]) == ("3", "4")
    [cell] = found["using_daycare_age1"]["cells"]["facilities"]
    assert (cell["file"], cell["cell"], cell["value"]) == ("131016-1.xlsx", "G3", 4)
