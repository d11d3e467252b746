"""Areas: codes, names and reporting bodies on a date."""

import datetime as dt
import shutil
from collections import Counter
from pathlib import Path

import pytest

from keiyu.codes import areas
from keiyu.codes.areas import Areas
from keiyu.codes.errors import CodeTableError, MalformedCodeError, UnknownAreaError

R7 = dt.date(2025, 4, 1)
DIRECT = ("designated_city", "core_city")


@pytest.fixture(scope="module")
def table(schemas: Path) -> Areas:
    return areas.load(schemas)


@pytest.mark.parametrize(
    "code6", ["011002", "131016", "141003", "221384", "271004", "473821", "130001", "010006", "402311", "094111"]
)
def test_check_digits_of_official_codes(code6: str) -> None:
    assert areas.check_digit(code6[:5]) == code6[5]
    assert areas.is_valid6(code6)
    assert areas.to6(code6[:5]) == areas.to6(code6) == code6
    assert areas.to5(code6) == areas.to5(code6[:5]) == code6[:5]


@pytest.mark.parametrize("text", ["", "11002", "011003", "０１１００２", "01100 2", "0110020", "-11002", "²11002"])
def test_what_is_not_a_six_digit_code(text: str) -> None:
    assert not areas.is_valid6(text)


@pytest.mark.parametrize("text", ["", "1100", "011003", "０１１００", "abcde"])
def test_malformed_codes_are_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(MalformedCodeError, match="地方公共団体コード"):
        areas.to5(text)
    with pytest.raises(MalformedCodeError):
        areas.to6(text)


def test_the_country_on_2025_04_01(table: Areas) -> None:
    bodies = table.municipalities(R7)
    kinds = Counter(a.kind for a in bodies)
    assert len(bodies) == 1741
    assert kinds == {"designated_city": 20, "city": 772, "special_ward": 23, "town": 743, "village": 183}
    assert [a.code for a in bodies] == sorted(a.code for a in bodies)
    assert len(table.prefectures(R7)) == 47
    assert not {a.code for a in bodies} & {"01695", "01696", "01697", "01698", "01699", "01700"}
    assert table.municipalities(R7) is bodies


def test_82_cities_stand_separately(table: Areas) -> None:
    designations = Counter(table.designation(a.code, R7) for a in table.municipalities(R7))
    assert designations == {None: 1659, "core_city": 62, "designated_city": 20}
    bodies = {table.reporting_body(a.code, R7, DIRECT) for a in table.municipalities(R7)}
    assert len(bodies) == 129


@pytest.mark.parametrize(
    ("code", "at", "direct", "body"),
    [
        ("011002", R7, DIRECT, "011002"),
        ("01101", R7, DIRECT, "011002"),
        ("131016", R7, DIRECT, "130001"),
        ("132012", R7, DIRECT, "132012"),
        ("132012", R7, ("designated_city",), "130001"),
        ("132012", dt.date(2015, 3, 31), DIRECT, "130001"),
        ("473821", R7, DIRECT, "470007"),
        ("130001", R7, DIRECT, "130001"),
        ("011002", R7, (), "010006"),
    ],
)
def test_who_reports_to_the_ministry(table: Areas, code: str, at: dt.date, direct: tuple[str, ...], body: str) -> None:
    assert table.reporting_body(code, at, direct) == body


def test_an_unknown_body_reports_to_nobody(table: Areas) -> None:
    with pytest.raises(UnknownAreaError, match="403059"):
        table.reporting_body("403059", R7, DIRECT)


@pytest.mark.parametrize(
    ("code", "at", "name"),
    [
        ("403059", dt.date(2018, 9, 30), "那珂川町"),
        ("403059", dt.date(2018, 10, 1), None),
        ("40231", dt.date(2018, 9, 30), None),
        ("40231", dt.date(2018, 10, 1), "那珂川市"),
        ("09411", R7, "那珂川町"),
        ("28221", dt.date(2019, 4, 30), "篠山市"),
        ("28221", dt.date(2019, 5, 1), "丹波篠山市"),
        ("22131", dt.date(2023, 12, 31), "浜松市中区"),
        ("22131", dt.date(2024, 1, 1), None),
        ("221384", dt.date(2024, 1, 1), "浜松市中央区"),
        ("221385", dt.date(2024, 1, 1), None),
        ("47201", dt.date(1972, 5, 14), None),
        ("47201", dt.date(1972, 5, 15), "那覇市"),
        ("22202", dt.date(2007, 3, 31), "浜松市"),
        ("22130", dt.date(2007, 4, 1), "浜松市"),
        ("13100", R7, None),
        ("", R7, None),
    ],
)
def test_a_code_means_something_on_a_date(table: Areas, code: str, at: dt.date, name: str | None) -> None:
    area = table.get(code, at)
    assert (area.name if area else None) == name


def test_an_area_knows_itself(table: Areas) -> None:
    ward = table.get("221392", R7)
    assert ward == areas.Area(
        code="22139",
        code6="221392",
        name="浜松市浜名区",
        kana="ハママツシハマナク",
        kind="ward",
        prefecture_code="22",
        prefecture_name="静岡県",
        parent="22130",
        valid_from=dt.date(2024, 1, 1),
        valid_to=None,
    )
    assert not ward.is_municipality
    assert [a.code for a in table.wards("221309", R7)] == ["22138", "22139", "22140"]
    assert len(table.wards("22130", dt.date(2023, 12, 31))) == 7


@pytest.mark.parametrize(
    ("name", "prefecture", "code"),
    [
        ("府中市", "東京都", "13206"),
        ("府中市", "広島県", "34208"),
        ("府中市", "34", "34208"),
        ("府中市", "東京", "13206"),
        ("府中市", "130001", "13206"),
        ("府中市", "大阪府", None),
        ("府中市", "", None),
        ("那珂川町", "栃木県", "09411"),
        ("那珂川町", "福岡県", None),
        ("那珂川市", "福岡県", "40231"),
        ("檮原町", "高知県", "39405"),
        ("梼原町", "高知県", "39405"),
        ("高岡郡梼原町", "高知県", "39405"),
        ("須惠町", "福岡県", "40344"),
        ("鎌ヶ谷市", "千葉県", "12224"),
        ("茅ケ崎市", "神奈川県", "14207"),
        ("石狩郡当別町", "北海道", "01303"),
        ("空知郡当別町", "北海道", None),
        ("北海道札幌市", "北海道", "01100"),
        ("札幌市　中央区", "北海道", "01101"),
        (" 札幌市 ", " 北海道 ", "01100"),
        ("中央区", "北海道", None),
        ("中央区", "東京都", "13102"),
        ("宝\ufa10市", "兵庫県", "28214"),
        ("東京都", "東京都", "13000"),
        ("計", "東京都", None),
        ("", "東京都", None),
    ],
)
def test_a_name_needs_its_prefecture(table: Areas, name: str, prefecture: str, code: str | None) -> None:
    area = table.find(name, prefecture, R7)
    assert (area.code if area else None) == code


def test_a_name_borne_twice_in_a_prefecture_is_refused_unless_its_district_tells(table: Areas) -> None:
    then = dt.date(2000, 4, 1)
    assert table.find("一宮町", "兵庫県", then) is None
    assert {table.find(f"{d}一宮町", "兵庫県", then).code for d in ("津名郡", "宍粟郡")} == {"28684", "28523"}  # type: ignore[union-attr]


def test_municipalities_through_the_years(table: Areas) -> None:
    """Counts of 市町村 as 総務省 publishes them; the 23 special wards are not among them."""
    published = {
        "1975-04-01": 3257,
        "1985-04-01": 3253,
        "1995-04-01": 3234,
        "1999-03-31": 3232,
        "2002-04-01": 3218,
        "2004-05-01": 3100,
        "2005-04-01": 2395,
        "2006-03-31": 1821,
        "2010-03-31": 1727,
        "2014-04-05": 1718,
        "2025-04-01": 1718,
    }
    counted = {day: len(table.municipalities(dt.date.fromisoformat(day))) - 23 for day in published}
    assert counted == published


def test_core_cities_through_the_years(table: Areas) -> None:
    """Published counts (中核市市長会): 12 at the start, 41 in 2012, 54 in 2018, 62 since 2021."""
    published = {1996: 12, 2009: 41, 2010: 40, 2012: 41, 2017: 48, 2018: 54, 2019: 58, 2020: 60, 2021: 62}
    days = {year: dt.date(year, 4, 1) for year in published}
    counted = {
        year: sum(table.designation(a.code, day) == "core_city" for a in table.municipalities(day))
        for year, day in days.items()
    }
    assert counted == published


def _copy(schemas: Path, to: Path) -> Path:
    shutil.copytree(schemas / "codes", to / "codes")
    return to


def test_loading_is_cached_until_a_table_changes(schemas: Path, tmp_path: Path) -> None:
    folder = _copy(schemas, tmp_path)
    first = areas.load(folder)
    assert areas.load(folder) is first
    with (folder / "codes" / "area_aliases.csv").open("a", encoding="utf-8") as file:
        file.write("13,千代田特別区,13101,test\n")
    assert areas.load(folder).find("千代田特別区", "東京都", R7) == first.find("千代田区", "東京都", R7)


@pytest.mark.parametrize(
    ("table_name", "row", "reason"),
    [
        ("areas.csv", "48201,某市,ボウシ,city,48,,,2026-01-01,", "no prefecture"),
        ("areas.csv", "1320,某市,ボウシ,city,13,,,2026-01-01,", "no prefecture"),
        ("areas.csv", "13299,某市,ボウシ,city,13,,,令和8年1月1日,", "is not YYYY-MM-DD"),
        ("designations.csv", "13201,core_city", "2 cells, not 4"),
        ("successions.csv", "2026/1/1,x,13201,13202,merger", "is not YYYY-MM-DD"),
    ],
)
def test_a_wrong_row_is_named_by_file_and_line(
    schemas: Path, tmp_path: Path, table_name: str, row: str, reason: str
) -> None:
    path = _copy(schemas, tmp_path) / "codes" / table_name
    with path.open("a", encoding="utf-8") as file:
        file.write(row + "\n")
    with pytest.raises(CodeTableError, match=reason) as caught:
        areas.load(tmp_path)
    assert caught.value.path == str(path)
    assert caught.value.line == len(path.read_text(encoding="utf-8").splitlines())


def test_a_wrong_header_is_named(schemas: Path, tmp_path: Path) -> None:
    path = _copy(schemas, tmp_path) / "codes" / "areas.csv"
    path.write_text("code,name\n", encoding="utf-8")
    with pytest.raises(CodeTableError, match="the header must be code,name,kana"):
        areas.load(tmp_path)
