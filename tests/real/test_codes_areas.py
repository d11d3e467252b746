"""The area tables against what ministries published."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from keiyu.codes import areas
from keiyu.codes.areas import Areas
from keiyu.codes.eras import find_date, find_month

pytestmark = pytest.mark.real

R7 = dt.date(2025, 4, 1)
SHORTENED = {"39405": ("檮原町", "梼原町")}
"""The ministry's code tables print 39405 with the shortened character; the town's own name is longer."""


@pytest.fixture(scope="module")
def table(schemas: Path) -> Areas:
    return areas.load(schemas)


def sheet(path: Path, name: int | str) -> list[list[str]]:
    frame = pd.read_excel(path, sheet_name=name, header=None, dtype=str, engine="calamine")
    rows: list[list[str]] = frame.fillna("").to_numpy().tolist()
    return rows


def ministry_names(shared: Path, file: str) -> dict[str, str]:
    """Return 6-digit code → name from both sheets of a table of the ministry, the northern villages left out."""
    names: dict[str, str] = {}
    for row in sheet(shared / "area_codes" / file, 0)[1:]:
        names[row[0]] = row[2] or row[1]
    wards = sheet(shared / "area_codes" / file, 1)
    names |= {row[0]: row[2] if len(row) == 5 else row[1] for row in wards if row[0].isdigit()}
    return {code: name for code, name in names.items() if not "01695" <= code[:5] <= "01700"}


@pytest.mark.parametrize(
    ("file", "at"),
    [("mic_codes_2019-05-01.xls", dt.date(2019, 5, 1)), ("mic_codes_2024-01-01.xlsx", dt.date(2024, 1, 1))],
)
def test_the_tables_of_the_ministry_are_reproduced(shared: Path, table: Areas, file: str, at: dt.date) -> None:
    bodies = (*table.prefectures(at), *table.municipalities(at))
    ours = {a.code6: a.name for body in bodies for a in (body, *table.wards(body.code, at))}
    theirs = ministry_names(shared, file)
    assert ours.keys() == theirs.keys()
    assert {c[:5]: (ours[c], theirs[c]) for c in ours if ours[c] != theirs[c]} == SHORTENED


def test_every_name_of_the_genuine_workbook_resolves(shared: Path, table: Areas) -> None:
    path = shared / "waiting_children" / "cfa_2025-04-01_capacity_applicants.xlsx"
    official = {a.name for a in table.municipalities(R7)}
    for name in (0, 1):
        pairs = [(row[2], row[3]) for row in sheet(path, name)[9:1750]]
        found = [table.find(municipality, prefecture, R7) for prefecture, municipality in pairs]
        assert len(pairs) == 1741
        assert {a.code for a in found if a} == {a.code for a in table.municipalities(R7)}
        assert [m for _, m in pairs if m not in official] == ["梼原町"]


def test_the_genuine_workbook_puts_our_core_cities_first(shared: Path, table: Areas) -> None:
    """It lists 指定都市 and 中核市 before the rest of a prefecture, except in 東京都 and for 吹田市."""
    path = shared / "waiting_children" / "cfa_2025-04-01_capacity_applicants.xlsx"
    late: list[str] = []
    seen: set[str] = set()
    for row in sheet(path, 0)[9:1750]:
        area = table.find(row[3], row[2], R7)
        assert area
        if table.designation(area.code, R7) is None:
            seen.add(area.prefecture_code)
        elif area.prefecture_code in seen:
            late.append(area.name)
    assert late == ["八王子市", "吹田市"]


def test_names_with_their_districts_resolve(shared: Path, table: Areas) -> None:
    path = shared / "statistics" / "FY2025-population_dynamics_municipal.xlsx"
    rows = [row for row in sheet(path, 0) if areas.is_valid6(row[0]) and table.get(row[0], R7)]
    assert len(rows) == 47 + 1741 + 171
    missed = [row[2] for row in rows if row[2] != "-" and table.find(row[2], row[1], R7) != table.get(row[0], R7)]
    assert missed == []


def test_reference_dates_of_genuine_titles(shared: Path) -> None:
    path = shared / "waiting_children" / "cfa_2025-04-01_capacity_applicants.xlsx"
    titles = [cell for row in sheet(path, 0)[:6] for cell in row if cell]
    assert {day for cell in titles if (day := find_date(cell))} == {R7}
    corners = [next(filter(None, sheet(path, 0)[0])) for path in sorted((shared / "vacancy").glob("*.xlsx"))]
    assert [f"{m:%Y-%m}" for m in map(find_month, corners) if m] == [
        "2022-11", "2022-12", "2023-02", "2023-06", "2023-07", "2023-10", "2023-12", "2024-04",
    ]  # fmt: skip
