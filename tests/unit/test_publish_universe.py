"""Who owes a submission: municipalities of the date, or the facilities that a register knows."""

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from keiyu import publish
from keiyu.contract.model import Collection
from keiyu.errors import UserError
from keiyu.ledger import open_collection
from keiyu.publish.universe import municipalities, universe
from ministry import APRIL, CHIYODA, HAYAMA, SEVEN, YOKOHAMA, Ministry, small_home

REGISTER, MONTHLY = "nursery_facility", "nursery_monthly"


@pytest.fixture
def ministry(home: Path, tmp_path: Path) -> Iterator[Ministry]:
    small = small_home(home, tmp_path / "home")
    opened = Ministry.open(small, str(tmp_path / "data"), f"sqlite:///{tmp_path}/ledger.db")
    yield opened
    opened.workspace.close()


def test_municipalities_are_those_of_the_date(ministry: Ministry) -> None:
    frame = universe(ministry.workspace, ministry.contract, APRIL.as_of)
    assert list(frame.due) == list(SEVEN)
    assert set(frame.due.values()) == {"13", "14"}
    assert len(frame.municipalities) == 7


def test_designation_and_route_are_those_of_the_date(ministry: Ministry) -> None:
    def told(at: dt.date) -> dict[str, tuple[str | None, str]]:
        rows = municipalities(ministry.workspace.areas, at, ("designated_city", "core_city"))
        return {row["municipality"]: (row["designation"], row["reporting_body"]) for row in rows}

    assert told(dt.date(2015, 3, 31))["八王子市"] == (None, "130001")
    assert told(dt.date(2015, 4, 1))["八王子市"] == ("core_city", "132012")


def test_facilities_are_those_that_stood_on_the_date(ministry: Ministry) -> None:
    workspace = ministry.workspace
    monthly = workspace.contract(MONTHLY)
    june = dt.date(2025, 6, 1)
    assert universe(workspace, monthly, june).due == {}
    listed = Collection(REGISTER, dt.date(2025, 4, 1))
    open_collection(workspace.ledger, listed)
    Ministry(workspace, listed).submit(
        {
            YOKOHAMA: {"facility_id": "y1", "valid_from": dt.date(2010, 4, 1)},
            CHIYODA: {"facility_id": "c1", "valid_from": dt.date(2010, 4, 1), "valid_to": dt.date(2025, 6, 2)},
            HAYAMA: {"facility_id": "h1", "valid_from": dt.date(2010, 4, 1), "valid_to": june},
        },
        note="register",
    )
    assert universe(workspace, monthly, june).due == {f"{CHIYODA}/c1": "13", f"{YOKOHAMA}/y1": "14"}
    assert universe(workspace, monthly, dt.date(2025, 3, 1)).due == {}


def test_an_edition_for_a_month_replaces_one_municipality_s_list_alone(ministry: Ministry) -> None:
    monthly = ministry.workspace.contract(MONTHLY)
    lists = {
        dt.date(2025, 4, 1): {CHIYODA: {"facility_id": "1"}, YOKOHAMA: {"facility_id": "1"}},
        dt.date(2025, 5, 1): {CHIYODA: {"facility_id": "2"}},
    }
    for as_of, figures in lists.items():
        listed = Collection(REGISTER, as_of)
        open_collection(ministry.workspace.ledger, listed)
        Ministry(ministry.workspace, listed).submit(figures)
    due = {as_of: list(universe(ministry.workspace, monthly, as_of).due) for as_of in lists}
    assert list(due.values()) == [[f"{CHIYODA}/1", f"{YOKOHAMA}/1"], [f"{CHIYODA}/2", f"{YOKOHAMA}/1"]]


def test_a_line_without_national_tables_publishes_nothing(home: Path, tmp_path: Path) -> None:
    small = small_home(home, tmp_path / "home")
    shutil.rmtree(small / "schemas" / "lines" / REGISTER / "tables")
    ministry = Ministry.open(small, str(tmp_path / "data"), f"sqlite:///{tmp_path}/ledger.db")
    listed = Collection(REGISTER, dt.date(2025, 4, 1))
    open_collection(ministry.workspace.ledger, listed)
    Ministry(ministry.workspace, listed).submit({CHIYODA: {"facility_id": "c1"}}, note="register")
    assert publish.due(ministry.workspace, listed).action == "nothing"
    assert publish.publish(ministry.workspace, listed) is None
    with pytest.raises(UserError, match="no national tables"):
        publish.publish(ministry.workspace, listed, stage="preliminary")
    ministry.workspace.close()
