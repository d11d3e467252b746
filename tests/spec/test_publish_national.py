"""National tables of the survey of waiting children, on seven municipalities whose every figure can be seen.

東京都 has 千代田区, 中央区, 八王子市 (core city) and 大島町; 神奈川県 has 横浜市 (designated city), 横須賀市 (core
city) and 葉山町. The core and designated cities report to the ministry themselves.
"""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import pytest

from keiyu import contract
from keiyu.publish import session
from keiyu.publish.beside import listed
from ministry import APRIL, CHIYODA, CHUO, HACHIOJI, HAYAMA, LINE, OSHIMA, SEVEN, YOKOHAMA, YOKOSUKA, frame, small_home
from nation import inputs

Cells = Mapping[str, Mapping[str, int | str]]

WAITING: Cells = {
    CHIYODA: {"applicants_age0": 10, "using_daycare_age0": 7, "waiting_age0": 3},
    CHUO: {"applicants_age0": 20, "using_daycare_age0": 15, "using_municipal_age0": 4, "waiting_age0": 1},
    HACHIOJI: {"applicants_age0": 30, "using_community_age0": 30},
    OSHIMA: {"applicants_age0": 1, "waiting_age0": 1},
    YOKOHAMA: {"applicants_age0": 100, "using_integrated_age0": 90, "parental_leave_age0": 10},
    YOKOSUKA: {"applicants_age0": 40, "using_kindergarten_type_age0": 38, "waiting_age0": 2},
    HAYAMA: {},
}


@pytest.fixture(scope="module")
def schemas(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_home(home, tmp_path_factory.mktemp("home")) / "schemas"


class National:
    """The national tables made from some figures, and a short way to look into them."""

    def __init__(self, schemas: Path, cells: Cells, nil: tuple[str, ...] = ()) -> None:
        line = contract.load(LINE, schemas)
        status = dict.fromkeys(nil, "none") | dict.fromkeys(cells, "reported")
        core = {table.name: frame(table, cells, line) for table in line.tables}
        owned = {name: rows.append_column("entry_id", rows["area_code"]) for name, rows in core.items()}
        census = {"child_population": listed(schemas / "codes" / "child_population.csv")}
        seen = inputs(line, schemas, APRIL.as_of, owned, status, census)
        with session.opened(line) as opened:
            self.tables = opened.run(seen, session.ordered(line.national))

    def rows(self, table: str, /, **where: str) -> list[dict[str, object]]:
        found = self.tables[table].to_pylist()
        return [row for row in found if all(row[name] == value for name, value in where.items())]

    def municipality(self, code: str) -> dict[str, object]:
        [row] = self.rows("municipality", area_code=code)
        return row


@pytest.fixture(scope="module")
def everyone(schemas: Path) -> National:
    return National(schemas, WAITING)


def test_a_municipality_is_one_row_with_its_codes_and_names(everyone: National) -> None:
    told = ("as_of", "prefecture_code", "prefecture", "municipality", "designation", "reporting_body", "value_status")
    assert [tuple(everyone.municipality(code)[name] for name in told) for code in SEVEN] == [
        (dt.date(2025, 4, 1), "13", "東京都", "千代田区", None, "130001", "reported"),
        (dt.date(2025, 4, 1), "13", "東京都", "中央区", None, "130001", "reported"),
        (dt.date(2025, 4, 1), "13", "東京都", "八王子市", "core_city", "132012", "reported"),
        (dt.date(2025, 4, 1), "13", "東京都", "大島町", None, "130001", "reported"),
        (dt.date(2025, 4, 1), "14", "神奈川県", "横浜市", "designated_city", "141003", "reported"),
        (dt.date(2025, 4, 1), "14", "神奈川県", "横須賀市", "core_city", "142018", "reported"),
        (dt.date(2025, 4, 1), "14", "神奈川県", "葉山町", None, "140007", "reported"),
    ]


def test_headlines_take_the_first_four_types_only(schemas: Path) -> None:
    types = ("daycare", "integrated", "kindergarten_type", "community", "special", "company_led", "municipal")
    capacity = {f"capacity_{name}_age0": 10**place for place, name in enumerate(types)}
    using = {f"using_{name}_age0": 2 * 10**place for place, name in enumerate(types)}
    row = National(schemas, {CHIYODA: {**capacity, **using, "applicants_age0": 2_222_222}}).municipality(CHIYODA)
    assert row["headline_capacity_age0"] == 1_111
    assert row["headline_enrolled_age0"] == 2_222
    assert row["headline_on_hold_age0"] == 2_220_000
    assert row["headline_excluded_age0"] == 2_000_000


def test_prefectures_are_told_whole_and_split_without_counting_a_city_twice(everyone: National) -> None:
    told = [
        (row["scope"], row["area_code"], row["area"], row["value"], row["reporters_in"], row["reporters_due"])
        for row in everyone.rows("prefecture", table="headline", category="waiting", age_band="age0")
    ]
    assert told == [
        ("whole", "130001", "東京都", 5, 4, 4),
        ("excluding_cities", "130001", "東京都", 5, 3, 3),
        ("city", "132012", "八王子市", 0, 1, 1),
        ("whole", "140007", "神奈川県", 2, 3, 3),
        ("excluding_cities", "140007", "神奈川県", 0, 1, 1),
        ("city", "141003", "横浜市", 0, 1, 1),
        ("city", "142018", "横須賀市", 2, 1, 1),
    ]


def test_the_nation_is_the_sum_of_either_way(everyone: National) -> None:
    def total(*scopes: str) -> dict[tuple[object, object, object], int]:
        sums: dict[tuple[object, object, object], int] = {}
        for row in everyone.rows("prefecture"):
            if row["scope"] in scopes:
                key = (row["table"], row["category"], row["age_band"])
                sums[key] = sums.get(key, 0) + int(str(row["value"]))
        return sums

    nation = {(r["table"], r["category"], r["age_band"]): r["value"] for r in everyone.rows("national")}
    assert total("whole") == nation
    assert total("excluding_cities", "city") == nation
    assert total("whole", "city") != nation


@pytest.mark.parametrize(
    ("category", "expected"),
    [
        ("applicants", 201),
        ("enrolled", 180),
        ("waiting", 7),
        ("excluded", 14),
        ("on_hold", 21),
    ],
)
def test_national_headlines(everyone: National, category: str, expected: int) -> None:
    [row] = everyone.rows("national", table="headline", category=category, age_band="age0")
    assert (row["value"], row["value_status"], row["values_missing"]) == (expected, "reported", 0)


def test_municipalities_with_waiting_children_are_counted(schemas: Path) -> None:
    made = National(schemas, {CHIYODA: {"waiting_total": 3}, CHUO: {"waiting_total": 1}, HAYAMA: {}})
    [row] = made.rows("national", category="municipalities_waiting")
    assert (row["value"], row["unit"], row["label_ja"]) == (2, "団体", "待機児童のいる市区町村数")


def test_one_who_is_missing_keeps_its_place_and_makes_no_sum_complete(schemas: Path) -> None:
    made = National(schemas, {code: row for code, row in WAITING.items() if code != YOKOSUKA})
    row = made.municipality(YOKOSUKA)
    assert (row["value_status"], row["values_missing"], row["waiting_age0"]) == ("not_submitted", 88, None)
    cells = made.rows("long", area_code=YOKOSUKA)
    assert len(cells) == 88
    assert {(cell["value"], cell["value_status"]) for cell in cells} == {(None, "not_submitted")}
    [nation] = made.rows("national", table="headline", category="waiting", age_band="age0")
    assert (nation["value"], nation["value_status"], nation["values_missing"]) == (5, "not_submitted", 1)
    assert (nation["reporters_in"], nation["reporters_due"]) == (6, 7)
    [city] = made.rows(
        "prefecture", table="headline", category="waiting", age_band="age0", scope="city", area="横須賀市"
    )
    assert (city["value"], city["value_status"], city["reporters_in"]) == (None, "not_submitted", 0)


def test_a_suppressed_value_never_passes_as_zero(schemas: Path) -> None:
    cells = {**WAITING, CHIYODA: {**WAITING[CHIYODA], "using_daycare_age0": "x"}}
    made = National(schemas, cells)
    row = made.municipality(CHIYODA)
    assert (row["using_daycare_age0"], row["values_missing"]) == (None, 1)
    assert row["headline_enrolled_age0"] is None
    assert row["headline_enrolled_age1"] == 0
    assert row["headline_on_hold_age0"] is None
    [enrolled] = made.rows("national", table="headline", category="enrolled", age_band="age0")
    assert (enrolled["value"], enrolled["value_status"], enrolled["values_missing"]) == (173, "suppressed", 1)


def test_a_difference_leaves_out_a_municipality_of_which_a_part_is_missing(schemas: Path) -> None:
    cells = {**WAITING, CHIYODA: {**WAITING[CHIYODA], "using_daycare_age0": "…"}}
    [on_hold] = National(schemas, cells).rows("national", table="headline", category="on_hold", age_band="age0")
    assert (on_hold["value"], on_hold["value_status"]) == (21 - 3, "unknown")


@pytest.mark.parametrize(
    ("written", "value", "status", "missing"),
    [
        (5, 5, "reported", 0),
        (0, 0, "true_zero", 0),
        ("－", 0, "none", 0),
        ("・", None, "not_applicable", 0),
        ("…", None, "unknown", 1),
        ("ｘ", None, "suppressed", 1),
        ("", None, "not_submitted", 1),
    ],
)
def test_every_way_of_writing_a_value(
    schemas: Path, written: int | str, value: int | None, status: str, missing: int
) -> None:
    made = National(schemas, {OSHIMA: {"waiting_age0": written}})
    [cell] = made.rows("long", area_code=OSHIMA, category="waiting", age_band="age0")
    assert (cell["value"], cell["value_status"]) == (value, status)
    assert made.municipality(OSHIMA)["values_missing"] == missing


def test_a_nil_return_counts_as_zero_and_as_in(schemas: Path) -> None:
    made = National(schemas, {CHIYODA: WAITING[CHIYODA]}, nil=(OSHIMA,))
    row = made.municipality(OSHIMA)
    assert (row["value_status"], row["values_missing"], row["waiting_age0"]) == ("none", 0, 0)
    assert row["headline_capacity_total"] == 0
    assert {(c["value"], c["value_status"]) for c in made.rows("long", area_code=OSHIMA)} == {(0, "none")}
    [town] = made.rows(
        "prefecture", category="waiting", age_band="age0", table="headline", scope="whole", area="東京都"
    )
    assert (town["reporters_in"], town["reporters_due"], town["values_missing"]) == (2, 4, 2)


def test_the_tidy_table_has_the_cells_of_the_form_in_its_order(everyone: National) -> None:
    cells = everyone.rows("long", area_code=CHIYODA)
    assert [(c["table"], c["age_band"], c["category"]) for c in cells[:3]] == [
        ("capacity", "total", "daycare"),
        ("capacity", "total", "integrated"),
        ("capacity", "total", "kindergarten_type"),
    ]
    assert [c["category"] for c in cells if c["value"]] == ["applicants", "using_daycare", "waiting"]
    assert len(cells) == 88
    assert len(everyone.rows("long")) == 7 * 88
