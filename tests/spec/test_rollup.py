"""Asked once, used twice: facilities' monthly reports against the municipality's survey, from files as sent."""

import datetime as dt
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest

from keiyu import publish
from keiyu.cli import main
from keiyu.contract import template
from keiyu.contract.model import Collection
from keiyu.findings import Severity
from keiyu.ledger import open_collection
from keiyu.publish import prefill, registry, rollup
from keiyu.publish.reading import NotShownError
from keiyu.publish.trace import trace
from keiyu.read import read
from keiyu.receive.workspace import Workspace
from ministry import CHIYODA, CHUO, HAYAMA
from nurseries import AS_OF, CAPACITY, LIST, MIDORI, MONTHLY, REGISTER, UMI, decide, listing, month, receive, survey
from office import THIS_YEAR, Office

Capture = pytest.CaptureFixture[str]


@dataclass(frozen=True)
class Told:
    """An office after everything arrived, and the instant at which みどり保育園 alone had reported."""

    office: Office
    early: dt.datetime

    def reconcile(self, at: dt.datetime | None = None) -> rollup.Reconciliation:
        return rollup.reconcile(self.office.workspace, MONTHLY, at)


@pytest.fixture(scope="module")
def told(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    office = Office.open(home, tmp_path_factory.mktemp("office"), (CHIYODA, CHUO, HAYAMA))
    for collection in (REGISTER, MONTHLY):
        open_collection(office.workspace.ledger, collection)
    for area, rows in LIST.items():
        receive(office, listing(rows, area), f"{area}.csv", collection=REGISTER)
    decide(office)
    figures = {
        CHIYODA: survey(
            capacity_daycare_age1_2=24, capacity_integrated_age1_2=45, using_daycare_age1=20, using_integrated_age1=30
        ),
        CHUO: survey(capacity_community_age1_2=12, using_daycare_age1=3, using_community_age1=10),
        HAYAMA: survey(capacity_integrated_age1_2=30, using_integrated_age1=25),
    }
    receive(office, office.listing(figures), "R7.4.1.csv", collection=THIS_YEAR)
    instants = []
    for whose, capacity in CAPACITY.items():
        teachers = 9 if whose in (MIDORI, UMI) else 2
        receive(office, month(office, whose, capacity, teachers), f"{'-'.join(whose)}.xlsx", sender=whose[0])
        decide(office)
        instants.append(dt.datetime.now(dt.UTC))
    yield Told(office, instants[0])
    office.workspace.close()


def differing(rows: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    wanted = ("area_code", "field", "from_facilities", "from_survey", "difference")
    return [tuple(row[name] for name in wanted) for row in rows if row["state"] == "differs"]


def test_two_facilities_of_one_number_in_two_municipalities_are_two(told: Told) -> None:
    rows = publish.read(told.office.workspace, MONTHLY, "occupancy").to_pylist()
    assert [(row["name"], row["enrolled"]) for row in rows] == [
        ("みどり保育園", 24),
        ("ひかりこども園", 30),
        ("そら保育室", 10),
        ("うみこども園", 25),
    ]


def test_differences_are_told_by_location_and_by_residence(told: Told) -> None:
    rows = told.reconcile().rows.to_pylist()
    assert differing(rows) == [
        (CHIYODA, "capacity_integrated_total", 40, 45, -5),
        (CHIYODA, "capacity_integrated_age1_2", 40, 45, -5),
        (CHUO, "using_daycare_total", 4, 3, 1),
        (CHUO, "using_daycare_age1", 4, 3, 1),
    ]
    states = {(row["area_code"], row["field"]): row["state"] for row in rows}
    assert states[CHUO, "using_community_age1"] == "equal"
    # The kind of centre is not told: nothing there can be compared.
    assert {state for (area, _), state in states.items() if area == HAYAMA} == {"incomplete"}


def test_a_difference_is_a_query_with_the_cells_of_both_sides(told: Told) -> None:
    said = {found.place.field: (found, ours, theirs) for _, found, ours, theirs in told.reconcile().queries(CHUO)}
    found, ours, theirs = said["using_daycare_age1"]
    assert (found.rule_id, found.severity.value, found.value, found.expected) == ("rollup.differs", "query", "3", "4")
    assert found.place.file == "R7.4.1.csv"
    assert found.place.cell == theirs[0].cell
    assert [(one.file, one.sheet, one.cell, one.value) for one in ours] == [
        ("131016-1.xlsx", "居住地別の在籍児童数", "G3", 4)
    ]
    assert "保育所を利用している者" in found.message_ja
    assert "add up to 4" in found.message_en


def test_only_what_is_not_protected_is_published(told: Told) -> None:
    office = told.office
    [path] = rollup.write(office.workspace, THIS_YEAR)
    assert path == "published/across/nursery_monthly/reconciliation/2025-04-01.parquet"
    rows = pq.read_table(io.BytesIO(office.workspace.storage.read(path))).to_pylist()
    assert {row["rollup"] for row in rows} == {"capacity"}
    with pytest.raises(NotShownError):
        publish.read(office.workspace, MONTHLY, "staffing_review")
    verdicts = publish.read(office.workspace, MONTHLY, "staffing_review", audience="ministry").to_pylist()
    assert [(row["name"], row["required"], row["teachers"], row["verdict"]) for row in verdicts] == [
        ("みどり保育園", 4, 9.0, "met"),
        ("ひかりこども園", 5, 2.0, "query"),
        ("そら保育室", 3, 2.0, "query"),
        ("うみこども園", 4, 9.0, "met"),
    ]


def test_while_reports_are_missing_only_what_exceeds_the_survey_differs(told: Told) -> None:
    rows = told.reconcile(told.early).rows.to_pylist()
    assert differing(rows) == [
        (CHUO, "using_daycare_total", 4, 3, 1),
        (CHUO, "using_daycare_age1", 4, 3, 1),
    ]
    states = {(row["area_code"], row["field"]): (row["from_facilities"], row["state"]) for row in rows}
    assert states[CHIYODA, "capacity_daycare_total"] == (24, "incomplete")
    assert states[CHIYODA, "capacity_integrated_total"] == (None, "incomplete")


@pytest.fixture
def run(told: Told, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> Callable[..., tuple[int, dict[str, Any]]]:
    """The command line in the office."""
    settings = told.office.workspace.settings
    monkeypatch.setenv("KEIYU_HOME", str(settings.home))
    monkeypatch.setenv("KEIYU_STORAGE", settings.storage)
    monkeypatch.setenv("KEIYU_DATABASE_URL", settings.database_url)

    def command(*words: str) -> tuple[int, dict[str, Any]]:
        code = main([*words, "--json"])
        out = capsys.readouterr().out
        return code, json.loads(out) if out else {}

    return command


def test_the_reconciliation_is_a_command(run: Callable[..., tuple[int, dict[str, Any]]]) -> None:
    code, said = run("reconcile", str(MONTHLY), "--reporter", CHUO)
    assert code == 0
    assert (said["states"]["differs"], said["queries"][0]["field"]) == (4, "using_daycare_total")
    assert [(one["cell"], one["value"]) for one in said["queries"][1]["facilities"]] == [("G3", 4)]


def test_a_prefilled_form_is_a_command(run: Callable[..., tuple[int, dict[str, Any]]], tmp_path: Path) -> None:
    form = ("template", THIS_YEAR.line, "--prefill", "-o", str(tmp_path / "form.xlsx"), "--as-of", AS_OF.isoformat())
    code, said = run(*form, "--reporter", CHIYODA)
    assert (code, said["reporter"], said["prefilled"]) == (0, CHIYODA, 63)
    assert "前記入" in openpyxl.load_workbook(tmp_path / "form.xlsx").sheetnames
    assert [(one["ja"], one["figures"]) for one in said["filled"]] == [
        ("施設の報告の積み上げ（定員（施設の所在地・類型別））", 28),
        ("施設の報告の積み上げ（利用児童数（児童の居住地・類型別））", 35),
    ]
    assert run(*form)[0] == 2


def test_next_month_s_forms_carry_the_register_s_rows(
    told: Told, run: Callable[..., tuple[int, dict[str, Any]]], tmp_path: Path
) -> None:
    """Ids, names and capacities; what is counted anew is left open, and what could not be filled in is said."""
    made = ("--prefill", "--as-of", "2025-05-01", "--force", "-o", str(tmp_path / "form.xlsx"))
    _, said = run("template", REGISTER.line, "--reporter", CHIYODA, *made)
    assert (said["rows"], said["filled"][0]["file"], said["unfilled"]) == (2, f"{CHIYODA}.csv", [])
    page = openpyxl.load_workbook(tmp_path / "form.xlsx").worksheets[0]
    assert [[cell.value for cell in row[:5]] for row in page.iter_rows(min_row=2, max_row=3)] == [
        [CHIYODA, "1", None, None, "みどり保育園"],
        [CHIYODA, "2", None, None, "ひかりこども園"],
    ]
    data, name = (tmp_path / "form.xlsx").read_bytes(), f"{REGISTER.line}_2025-05-01.xlsx"
    assert refusals(told.office.workspace, data, name, REGISTER.line) == {"read.prefilled.unconfirmed"}
    _, said = run("template", MONTHLY.line, "--reporter", "/".join(MIDORI), *made)
    assert {(one["file"], one["figures"], one["rows"]) for one in said["filled"]} == {("131016-1.xlsx", 7, 3)}
    pages = openpyxl.load_workbook(tmp_path / "form.xlsx").worksheets
    assert [pages[0][f"B{row}"].value for row in (3, 4, 5)] == [*MIDORI, "みどり保育園"]
    assert [row[2].value for row in pages[1].iter_rows(min_row=2, max_row=3)] == [CHIYODA, CHUO]
    assert pages[1]["E2"].value is None
    _, said = run("template", MONTHLY.line, "--reporter", f"{HAYAMA}/9", *made)
    assert [one["table"] for one in said["unfilled"]] == ["enrolment", "residence", "staff"]
    assert "no row of a register" in said["unfilled"][0]["en"]


def test_the_register_of_a_day_is_a_command(run: Callable[..., tuple[int, dict[str, Any]]]) -> None:
    assert len(run("read", str(REGISTER), "register", "--valid-on", "2025-04-01")[1]["rows"]) == 4
    assert run("read", str(REGISTER), "register", "--valid-on", "2025-03-31")[1]["rows"] == []
    assert run("read", str(MONTHLY), "occupancy", "--valid-on", "2025-03-31")[0] == 2


def test_the_next_form_is_filled_in_and_taken_only_once_confirmed(told: Told, tmp_path: Path) -> None:
    space = told.office.workspace
    given = prefill.prefilled(space, THIS_YEAR, CHIYODA)
    # Facilities of the ward are all in, and so is the nation; last year nothing was reported.
    assert given.values["capacity_daycare_age1_2"] == 24
    assert given.values["capacity_integrated_total"] == 40
    assert given.values["using_integrated_age1"] == 30
    assert "applicants_total" not in given.values
    contract = space.contract(THIS_YEAR.line)
    form = template.render(contract, reporter=space.areas.get(CHIYODA, AS_OF), as_of=AS_OF, prefilled=given)
    book = openpyxl.load_workbook(io.BytesIO(form))
    cells = {row[2].value: row for row in book["前記入"].iter_rows(min_row=2)}
    sheet, at, _, value, origin = (one.value for one in cells[contract.fields["capacity_daycare_total"].label_ja])
    assert (book[sheet][at].value, value, book[sheet][at].fill.fgColor.rgb) == (24, 24, "FFF8CBAD")
    assert origin.startswith("施設の報告の積み上げ（定員")
    assert refusals(space, form) == {"read.prefilled.unconfirmed"}
    for page in book.worksheets:
        if page["B2"].value == "前記入・未確認":
            page["B2"] = "前記入・確認済"
    confirmed = io.BytesIO()
    book.save(confirmed)
    assert "read.prefilled.unconfirmed" not in refusals(space, confirmed.getvalue())


def refusals(space: Workspace, data: bytes, name: str = "form.xlsx", line: str = THIS_YEAR.line) -> set[str]:
    contracts = [space.contract(line) for line in space.lines]
    found = read(data, name, contracts, space.areas, schemas=space.settings.schemas)
    assert found.line == line
    return {one.rule_id for one in found.findings if one.severity is Severity.ERROR}


def test_a_facility_s_figure_leads_to_its_cell(told: Told) -> None:
    """Its number is another's too, in another municipality."""
    found = trace(told.office.workspace, MONTHLY, "occupancy", ("みどり保育園", "enrolled_age1"))
    assert (found.value, found.agrees) == (24, True)
    assert [(one.file, one.sheet, one.value) for one in found.sources] == [
        ("131016-1.xlsx", "定員・在籍・受入可能数", 24)
    ]


def test_a_release_hides_small_numbers_of_staff_and_residents_everywhere(told: Told) -> None:
    """2 teachers at ひかり and 2 at そら: neither the facility, the ward, Tokyo nor the nation tells them."""
    space = told.office.workspace
    assert publish.publish(space, MONTHLY) is not None
    seen = {
        name: {
            audience: publish.read(space, MONTHLY, name, audience=audience).to_pylist()
            for audience in ("public", "ministry")
        }
        for name in ("staffing", "workforce", "residents", "occupancy")
    }
    by_name = {row["name"]: (row["teachers"], row["teachers_status"]) for row in seen["staffing"]["public"]}
    assert by_name["みどり保育園"] == (9.0, "reported")
    assert by_name["ひかりこども園"] == by_name["そら保育室"] == (None, "suppressed")
    assert {row["teachers"] for row in seen["staffing"]["ministry"]} == {9.0, 2.0}
    hidden = {
        (row["area_code"], row["qualification"])
        for row in seen["workforce"]["public"]
        if row["full_time_status"] == "suppressed"
    }
    assert {(CHUO, "nursery_teacher"), (CHUO, "total"), (CHIYODA, "nursery_teacher")} <= hidden
    shown = {(r["area_code"], r["age_band"]): r["value"] for r in seen["residents"]["public"]}
    assert shown[CHIYODA, "age1"] == 50
    assert space.storage.exists("published/across/nursery_monthly/over_capacity/2025-04-01.parquet")
    assert seen["occupancy"]["public"] == seen["occupancy"]["ministry"]


def test_the_register_is_read_as_of_any_day(told: Told) -> None:
    rows = publish.read(told.office.workspace, REGISTER, "register")
    assert {(row["name"], row["valid_from"], row["is_current"]) for row in rows.to_pylist()} == {
        ("みどり保育園", AS_OF, True),
        ("ひかりこども園", AS_OF, True),
        ("そら保育室", AS_OF, True),
        ("うみこども園", AS_OF, True),
    }
    assert registry.valid_on(rows, "register", dt.date(2025, 3, 31)).num_rows == 0
    assert registry.valid_on(rows, "register", AS_OF).num_rows == 4
    with pytest.raises(registry.NoPeriodsError):
        registry.valid_on(rows.drop_columns(["valid_to"]), "register", AS_OF)


def test_last_year_s_figures_fill_what_facilities_do_not_tell(told: Told) -> None:
    next_year = Collection(THIS_YEAR.line, dt.date(2026, 4, 1))
    given = prefill.prefilled(told.office.workspace, next_year, CHUO)
    assert given.values["using_daycare_age1"] == 3
    assert str(given.origins["using_daycare_age1"]) == "前回（令和７年４月１日）の報告 / reported for 2025-04-01"
