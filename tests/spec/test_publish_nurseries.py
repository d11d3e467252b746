"""National tables of facilities, on a few whose every row can be seen."""

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from keiyu import contract
from keiyu.contract import arrow
from keiyu.publish import beside, session
from ministry import CHIYODA, CHUO, HAYAMA, small_home
from nation import inputs
from spec.test_publish_lists import core

AS_OF = dt.date(2025, 4, 1)
Rows = Sequence[Mapping[str, Any]]

REGISTER: Rows = [
    {"identity": "m", "area_code": CHIYODA, "facility_id": "1", "name": "みどり保育園", "facility_type": "daycare"},
    {"identity": "h", "area_code": CHIYODA, "facility_id": "2", "name": "ひかり", "facility_type": "small_scale_a"},
    {"identity": "s", "area_code": CHUO, "facility_id": "1", "name": "そら", "facility_type": "small_scale"},
    {"identity": "u", "area_code": HAYAMA, "facility_id": "1", "name": "うみ", "facility_type": "certified"},
]


@pytest.fixture(scope="module")
def schemas(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_home(home, tmp_path_factory.mktemp("home"), (CHIYODA, CHUO, HAYAMA)) / "schemas"


class Line:
    """A line's national tables, made from rows that are given."""

    def __init__(self, schemas: Path, name: str, as_of: dt.date = AS_OF) -> None:
        self.schemas, self.as_of = schemas, as_of
        self.contract = contract.load(name, schemas)
        self.facilities = table(self.register("facility"), REGISTER)

    def register(self, table_name: str) -> pa.Schema:
        own = arrow.schema(contract.load("nursery_facility", self.schemas).table(table_name))
        return pa.schema([pa.field("identity", pa.string()), *own])

    def made(self, rows: Mapping[str, Rows], **views: pa.Table) -> dict[str, list[dict[str, Any]]]:
        """Make every national table; reporters are those of the rows, the other facilities have not reported."""
        line = self.contract
        lists = {path.stem: beside.listed(path) for path in (self.schemas / "codes").glob("*.csv")}
        del lists["areas"]
        tables = {one.name: core(one, rows.get(one.name, ())) for one in line.tables}
        keys = line.respondents.identity
        reported = {"/".join(row[key] for key in keys) for table in rows.values() for row in table}
        due = sorted({tuple(row[key] for key in keys) for row in REGISTER}) if len(keys) > 1 else None
        views = {**lists, "facilities": self.facilities, **views}
        seen = inputs(line, self.schemas, self.as_of, tables, dict.fromkeys(reported, "reported"), views, due)
        with session.opened(line) as opened:
            found = opened.run(seen, session.ordered(line.national))
            further = opened.run(seen, line.across) if "enrolment_earlier" in views else {}
        return {name: made.to_pylist() for name, made in {**found, **further}.items()}


def table(schema: pa.Schema, rows: Rows) -> pa.Table:
    return pa.Table.from_pylist([dict(row) for row in rows], schema)


def told(rows: Rows, *columns: str, **where: Any) -> list[tuple[Any, ...]]:
    chosen = (row for row in rows if all(row[name] == value for name, value in where.items()))
    return [tuple(row[name] for name in columns) for row in chosen]


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


# --- the register -----------------------------------------------------------------------------------------------------

PERIODS = [
    {"identity": "m", "valid_from": day("2010-04-01"), "valid_to": day("2024-10-01"), "fields": [], "capacity": 60,
     "area_code": CHIYODA, "name": "みどり幼稚園", "facility_type": "kindergarten", "ownership": "public"},
    {"identity": "m", "valid_from": day("2024-10-01"), "valid_to": None, "fields": ["name", "facility_type"],
     "area_code": CHIYODA, "name": "みどりこども園", "facility_type": "integrated", "ownership": "public",
     "capacity": 90},
    {"identity": "h", "valid_from": day("2020-04-01"), "valid_to": None, "fields": [],
     "area_code": CHIYODA, "name": "ひかり", "facility_type": "small_scale_a", "ownership": "private", "capacity": 19},
    {"identity": "n", "valid_from": day("2025-05-01"), "valid_to": None, "fields": [],
     "area_code": CHUO, "name": "新設", "facility_type": "daycare", "ownership": None, "capacity": None},
]  # fmt: skip


def register(schemas: Path) -> dict[str, list[dict[str, Any]]]:
    line = Line(schemas, "nursery_facility")
    own = line.register("facility")
    periods = pa.schema([*own, pa.field("fields", pa.list_(pa.string()))])
    return line.made({"facility": [{"area_code": CHIYODA}]}, periods=table(periods, PERIODS))


def test_a_facility_keeps_its_identity_through_a_rename_and_a_new_licence(schemas: Path) -> None:
    rows = register(schemas)["register"]
    assert told(rows, "name", "valid_from", "valid_to", "is_current", "changed", "category", identity="m") == [
        ("みどり幼稚園", day("2010-04-01"), day("2024-10-01"), False, "", None),
        ("みどりこども園", day("2024-10-01"), None, True, "name|facility_type", "integrated"),
    ]


def test_facilities_are_counted_by_kind_and_ownership_as_they_stand(schemas: Path) -> None:
    made = register(schemas)
    figures = ("facility_type", "ownership", "facilities", "capacity", "capacity_unknown")
    assert told(made["municipality"], *figures, area_code=CHIYODA) == [
        ("integrated", "public", 1, 90, 0),
        ("integrated", "total", 1, 90, 0),
        ("small_scale_a", "private", 1, 19, 0),
        ("small_scale_a", "total", 1, 19, 0),
        ("total", "private", 1, 19, 0),
        ("total", "public", 1, 90, 0),
        ("total", "total", 2, 109, 0),
    ]
    assert told(made["municipality"], *figures, area_code=CHUO) == [("total", "total", 0, None, 0)]
    both = told(made["prefecture"], "prefecture_code", *figures[2:], facility_type="total", ownership="total")
    assert both == [("00", 2, 109, 0), ("13", 2, 109, 0), ("14", 0, None, 0)]


# --- the monthly report -----------------------------------------------------------------------------------------------


def month(identity: tuple[str, str], **figures: int) -> dict[str, Any]:
    ages = {f"{item}_age{n}": 0 for item in ("capacity", "enrolled", "vacancy") for n in range(6)}
    totals = {"capacity": 0, "enrolled": 0, "vacancy": 0}
    return {"area_code": identity[0], "facility_id": identity[1], **totals, **ages, **figures}


def teachers(identity: tuple[str, str], fte: float, qualification: str = "nursery_teacher") -> dict[str, Any]:
    return {"area_code": identity[0], "facility_id": identity[1], "qualification": qualification, "fte": fte}


MIDORI, HIKARI, SORA, UMI = (CHIYODA, "1"), (CHIYODA, "2"), (CHUO, "1"), (HAYAMA, "1")
AGES = {"enrolled_age0": 6, "enrolled_age1": 10, "enrolled_age2": 12, "enrolled_age3": 20, "enrolled_age4": 24,
        "enrolled_age5": 26, "enrolled": 98}  # fmt: skip


def test_occupancy_by_facility_municipality_and_nation(schemas: Path) -> None:
    full = month(MIDORI, capacity=90, enrolled=99, capacity_age0=6, enrolled_age0=3)
    made = Line(schemas, "nursery_monthly").made({"enrolment": [full, month(SORA, capacity=10, enrolled=5)]})
    columns = ("name", "category", "report_status", "capacity", "enrolled", "occupancy", "occupancy_age0")
    assert told(made["occupancy"], *columns) == [
        ("みどり保育園", "daycare", "reported", 90, 99, 1.1, 0.5),
        ("ひかり", "community", "not_submitted", None, None, None, None),
        ("そら", "community", "reported", 10, 5, 0.5, None),
        ("うみ", "municipal", "not_submitted", None, None, None, None),
    ]
    sums = ("facilities_due", "facilities_in", "values_missing", "capacity", "enrolled", "occupancy")
    assert told(made["municipality"], "area_code", *sums) == [
        (CHIYODA, 2, 1, 21, 90, 99, None),
        (CHUO, 1, 1, 0, 10, 5, 0.5),
        (HAYAMA, 1, 0, 21, None, None, None),
    ]
    assert told(made["prefecture"], "prefecture_code", *sums)[0] == ("00", 4, 2, 42, 100, 104, None)


@pytest.mark.parametrize(
    ("as_of", "required", "tolerated"),
    [
        # 6/3 + 22/6 + 20/20 + 50/30 = 2.0 + 3.6 + 1.0 + 1.6 = 8.2
        ("2024-03-01", 8, 8),
        # 6/3 + 22/6 + 20/15 + 50/25 = 2.0 + 3.6 + 1.3 + 2.0 = 8.9
        ("2024-04-01", 9, 8),
    ],
)
def test_the_standard_is_that_of_the_date_and_the_old_ratios_are_tolerated(
    schemas: Path, as_of: str, required: int, tolerated: int
) -> None:
    rows = {"enrolment": [month(MIDORI, **AGES, capacity=100)], "staff": [teachers(MIDORI, 8.0)]}
    made = Line(schemas, "nursery_monthly", day(as_of)).made(rows)
    figures = ("required", "required_tolerated", "teachers", "teachers_status")
    assert told(made["staffing"], *figures, facility_id="1", area_code=CHIYODA) == [
        (required, tolerated, 8.0, "reported")
    ]


def test_few_teachers_are_asked_about_and_never_a_reason_to_refuse(schemas: Path) -> None:
    enrolment = [
        month(MIDORI, **AGES, capacity=100),
        month(HIKARI, capacity=19, enrolled=6, enrolled_age0=3, enrolled_age1=3),
        month(SORA, capacity=10, enrolled=5, enrolled_age1=5),
        month(UMI, capacity=10, enrolled=5, enrolled_age1=5),
    ]
    staff = [teachers(MIDORI, 8.0), teachers(MIDORI, 3.0, "cook"), teachers(HIKARI, 2.0), teachers(SORA, 9.0)]
    line = Line(schemas, "nursery_monthly")
    earlier = pa.table({"as_of": pa.nulls(4, pa.date32()), **dict(core_columns(line, enrolment))})
    made = line.made({"enrolment": enrolment, "staff": staff}, enrolment_earlier=earlier)
    views = {row["name"]: (row["required"], row["teachers"], row["verdict"]) for row in made["staffing_review"]}
    assert views == {
        "みどり保育園": (9, 8.0, "tolerated"),  # 8 by the old ratios
        "ひかり": (3, 2.0, "query"),  # 1.0 + 0.5 = 1.5 → 2, and one more in small-scale childcare of type A
        "そら": (None, None, "unknown"),  # a type that is not stated has no standard
        "うみ": (None, None, "unknown"),  # nor has a programme of the municipality's own
    }


def core_columns(line: Line, rows: Rows) -> list[tuple[str, Any]]:
    made = core(line.contract.table("enrolment"), rows)
    return [(name, made[name]) for name in made.column_names]


def test_residents_are_counted_wherever_their_facility_stands(schemas: Path) -> None:
    def living(at: tuple[str, str], where: str, count: int | str) -> dict[str, Any]:
        ages = {f"resident_age{n}": 0 for n in range(6)}
        own = {"area_code": at[0], "facility_id": at[1], "residence_area_code": where}
        return {**own, **ages, "resident": count, "resident_age1": count}

    rows = [
        living(MIDORI, CHIYODA, 30),
        living(MIDORI, CHUO, 2),
        living(SORA, CHUO, 8),
        living(SORA, HAYAMA, "suppressed"),
    ]
    made = Line(schemas, "nursery_monthly").made({"residence": rows})["residents"]
    assert told(made, "level", "area_code", "value", age_band="age1") == [
        ("municipality", CHIYODA, 30),
        ("municipality", CHUO, 10),
        ("nation", "00", 40),
        ("prefecture", "130001", 40),
    ]


def test_staff_adds_up_to_prefecture_and_nation(schemas: Path) -> None:
    def staff(at: tuple[str, str], qualification: str, full: int, part: int | None) -> dict[str, Any]:
        return {**teachers(at, 1.0, qualification), "full_time": full, "part_time": part}

    rows = [staff(MIDORI, "nursery_teacher", 8, 2), staff(MIDORI, "cook", 1, None), staff(SORA, "cook", 2, 1)]
    made = Line(schemas, "nursery_monthly").made({"staff": rows})["workforce"]
    columns = ("qualification", "full_time", "part_time", "part_time_status")
    assert told(made, *columns, area_code=CHIYODA) == [
        ("cook", 1, None, "not_submitted"),
        ("nursery_teacher", 8, 2, "reported"),
        ("total", 9, 2, "reported"),
    ]
    assert told(made, "level", "full_time", "part_time", qualification="cook") == [
        ("municipality", 1, None),
        ("municipality", 2, 1),
        ("nation", 3, 1),
        ("prefecture", 3, 1),
    ]


def test_over_capacity_is_told_year_by_year(schemas: Path) -> None:
    line = Line(schemas, "nursery_monthly", day("2025-03-01"))
    months = [(day(f"{2019 + (n + 3) // 12}-{(n + 3) % 12 + 1:02}-01"), n) for n in range(72)]
    # Over by a fifth from April 2020 on, but for one month of fiscal 2019.
    rows = [month(MIDORI, capacity=100, enrolled=100 if n == 5 else 120) for _, n in months]
    earlier = pa.table({"as_of": pa.array([at for at, _ in months]), **dict(core_columns(line, rows))})
    made = line.made({"enrolment": rows[-1:]}, enrolment_earlier=earlier)["over_capacity"]
    columns = ("fiscal_year", "months", "months_over", "is_over", "years_over", "is_reduced_next")
    assert told(made, *columns) == [
        (2019, 12, 11, False, 0, False),
        (2020, 12, 12, True, 1, False),
        (2021, 12, 12, True, 2, False),
        (2022, 12, 12, True, 3, False),
        (2023, 12, 12, True, 4, False),
        (2024, 12, 12, True, 5, True),
    ]


# --- vacancies --------------------------------------------------------------------------------------------------------


def test_parents_find_where_there_is_a_place(schemas: Path) -> None:
    line = Line(schemas, "nursery_vacancy")
    line.facilities = table(line.facilities.schema, [{**REGISTER[0], "address": "千代田区一丁目", "phone": "03-1"}])
    rows = [
        {"area_code": CHIYODA, "name": "みどり", "vacancy_age0": 2, "vacancy_age1": "unknown", "vacancy_age2": 0},
        {"area_code": CHIYODA, "name": "どこか", "vacancy_age0": "not_applicable"},
    ]
    own = core(line.contract.table("vacancy"), rows)
    known = own.add_column(0, "identity", pa.array(["m", None], pa.string()))
    made = line.made({"vacancy": rows}, vacancy_identified=known)["facility"]
    columns = ("name", "name_register", "address", "vacancy_age0", "vacancy_age1", "vacancy_age1_status", "open_ages")
    assert told(made, *columns) == [
        ("どこか", None, None, None, None, "not_submitted", ""),
        ("みどり", "みどり保育園", "千代田区一丁目", 2, None, "unknown", "age0|age1"),
    ]
    assert told(made, "vacancy_age0_status", "category") == [("not_applicable", None), ("reported", "daycare")]
