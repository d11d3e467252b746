"""Rates and rankings of municipalities, on seven whose every figure can be seen."""

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pytest

from keiyu import contract
from keiyu.publish import session
from ministry import APRIL, CHIYODA, CHUO, HACHIOJI, HAYAMA, LINE, OSHIMA, YOKOHAMA, YOKOSUKA, frame, small_home
from nation import inputs

CELLS: dict[str, dict[str, int | str]] = {
    CHIYODA: {"applicants_total": 30, "waiting_total": 3, "using_daycare_total": 20, "capacity_daycare_total": 25},
    CHUO: {"applicants_total": 60, "waiting_total": 3, "using_community_total": 50, "capacity_community_total": 40},
    HACHIOJI: {"applicants_total": 10, "waiting_total": 0, "using_municipal_total": 10, "capacity_municipal_total": 9},
    OSHIMA: {"applicants_total": 0, "waiting_total": 0},
    YOKOHAMA: {"applicants_total": 9, "waiting_total": 5, "using_daycare_total": "x", "capacity_daycare_total": 7},
    YOKOSUKA: {"applicants_age1": 4, "applicants_age2": 6, "waiting_age1": 1, "waiting_age2": 2},
}


CENSUSES = pa.table(
    {
        "area_code": [CHIYODA, CHIYODA, CHIYODA, CHUO, YOKOHAMA],
        "valid_from": [dt.date(year, 10, 1) for year in (2015, 2020, 2025, 2020, 2020)],
        "under15": ["5", "2000", "7", "0", "400000"],
    }
)


class Tables:
    """The tables made from the figures above; 葉山町 has not reported."""

    def __init__(self, folder: Path, home: Path) -> None:
        schemas = small_home(home, folder) / "schemas"
        line = contract.load(LINE, schemas)
        core = {table.name: frame(table, CELLS, line) for table in line.tables}
        owned = {name: rows.append_column("entry_id", rows["area_code"]) for name, rows in core.items()}
        status = dict.fromkeys(CELLS, "reported")
        seen = inputs(line, schemas, APRIL.as_of, owned, status, {"child_population": CENSUSES})
        with session.opened(line) as opened:
            made = opened.run(seen, session.ordered(line.national))
        self.rates = {(row["area_code"], row["age_band"]): row for row in made["rate"].to_pylist()}
        self.ranking = made["ranking"].to_pylist()

    def told(self, code: str, *columns: str, age_band: str = "total") -> list[object]:
        return [self.rates[code, age_band][name] for name in columns]

    def ranks(self, measure: str, scope: str) -> list[tuple[object, ...]]:
        rows = (row for row in self.ranking if (row["measure"], row["scope"]) == (measure, scope))
        return [(row["area_code"], row["value"], row["rank"], row["equals"], row["ranked"]) for row in rows]


@pytest.fixture(scope="module")
def made(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return Tables(tmp_path_factory.mktemp("home"), home)


RATES = ("waiting_rate", "occupancy_rate", "on_hold_rate")


def test_rates_stand_beside_what_they_are_made_of(made: Tables) -> None:
    figures = ("applicants", "waiting", "enrolled", "capacity", "on_hold")
    assert made.told(CHIYODA, *figures, *RATES) == [30, 3, 20, 25, 10, 3 / 30, 20 / 25, 10 / 30]


def test_only_the_first_four_types_fill_a_municipality(made: Tables) -> None:
    assert made.told(HACHIOJI, "enrolled", "capacity", "on_hold", *RATES) == [0, 0, 10, 0.0, None, 1.0]


def test_there_is_no_rate_of_nobody(made: Tables) -> None:
    assert made.told(OSHIMA, *RATES, "value_status") == [None, None, None, "reported"]


def test_a_withheld_part_makes_no_rate_and_says_so(made: Tables) -> None:
    assert made.told(YOKOHAMA, "enrolled", *RATES, "value_status") == [None, 5 / 9, None, None, "suppressed"]
    assert made.told(HAYAMA, "applicants", *RATES, "value_status") == [None, None, None, None, "not_submitted"]


def test_children_of_the_latest_census_before_the_date_are_the_denominator(made: Tables) -> None:
    columns = ("children", "children_at", "waiting_per_thousand")
    assert made.told(CHIYODA, *columns) == [2000, dt.date(2020, 10, 1), 1000 * 3 / 2000]
    assert made.told(YOKOHAMA, *columns) == [400_000, dt.date(2020, 10, 1), 1000 * 5 / 400_000]
    assert made.told(CHUO, *columns) == [0, dt.date(2020, 10, 1), None]
    assert made.told(HACHIOJI, *columns) == [None, None, None]
    assert made.told(CHIYODA, *columns, age_band="age0") == [None, None, None]


def test_ages_one_and_two_are_joined(made: Tables) -> None:
    assert made.told(YOKOSUKA, "applicants", "waiting", "waiting_rate", age_band="age1_2") == [10, 3, 0.3]
    assert [age for code, age in made.rates if code == YOKOSUKA] == ["total", "age0", "age1_2", "age3plus"]


def test_equal_values_share_a_rank_and_the_next_is_passed_over(made: Tables) -> None:
    assert made.ranks("waiting", "nation") == [
        (YOKOHAMA, 5.0, 1, 1, 6),
        (CHIYODA, 3.0, 2, 2, 6),
        (CHUO, 3.0, 2, 2, 6),
        (HACHIOJI, 0.0, 4, 3, 6),
        (OSHIMA, 0.0, 4, 3, 6),
        (YOKOSUKA, 0.0, 4, 3, 6),
        (HAYAMA, None, None, None, 6),
    ]


def test_a_prefecture_is_ranked_on_its_own_and_who_has_no_value_is_last(made: Tables) -> None:
    assert made.ranks("waiting_rate", "prefecture") == [
        (CHIYODA, 0.1, 1, 1, 3),
        (CHUO, 0.05, 2, 1, 3),
        (HACHIOJI, 0.0, 3, 1, 3),
        (OSHIMA, None, None, None, 3),
        (YOKOHAMA, 5 / 9, 1, 1, 1),
        (YOKOSUKA, None, None, None, 1),
        (HAYAMA, None, None, None, 1),
    ]
    assert made.ranks("occupancy_rate", "nation")[:2] == [(CHUO, 1.25, 1, 1, 2), (CHIYODA, 0.8, 2, 1, 2)]


def test_every_municipality_stands_in_every_ranking(made: Tables) -> None:
    assert len(made.ranking) == 3 * 2 * 7
    assert {row["value_status"] for row in made.ranking if row["value"] is not None} == {"reported"}
    assert {row["value_status"] for row in made.ranking if row["area_code"] == HAYAMA} == {"not_submitted"}
