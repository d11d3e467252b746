"""Lists from places never seen: what decides a column is the method, shown on tiny invented tables."""

import csv
import io
import json
import time
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from files import sheet_bytes
from keiyu import contract
from keiyu.codes import areas
from keiyu.read.inspect import inspect

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
CONTRACTS = [contract.load(line, SCHEMAS) for line in contract.lines(SCHEMAS)]
AREAS = areas.load(SCHEMAS)

NAMES = ["ひまわり保育園", "さくら保育園", "みどりこども園", "あおぞら保育園"]
STREETS = ["元町3-24-1", "大横町11-35", "南町2-27", "東町551-1"]
PHONES = ["042-622-3343", "042-625-0280", "042-675-0011", "042-661-1231"]
LATITUDES = ["35.65288", "35.65882", "35.64305", "35.67122"]
LONGITUDES = ["139.33572", "139.31008", "139.27441", "139.25442"]

Columns = dict[str, list[Any]]


def told(columns: Columns, name: str = "list.csv") -> dict[str, Any]:
    out = io.StringIO()
    csv.writer(out).writerows([list(columns), *map(list, zip(*columns.values(), strict=True))])
    return inspect(out.getvalue().encode(), name, CONTRACTS, AREAS, schemas=SCHEMAS)


def mapped(answer: dict[str, Any]) -> dict[str, str | None]:
    """Header → field; ``?`` where a person must look."""
    return {c["header"]: "?" if c["needs_review"] else c["field"] for c in answer["columns"]}


@pytest.mark.parametrize(
    ("header", "values", "field"),
    [
        ("Cap0", ["6", "9", "3", "6"], "capacity_age0"),
        ("Capall", ["60", "90", "30", "45"], "capacity"),
        ("Vacancy3", ["1", "0", "2", "0"], "vacancy_age3"),
        ("current_enrollment", ["58", "91", "30", "44"], "enrolled"),
        ("hours.extended_close", ["19:00", "20:00", "19:30", "19:00"], "extended_close_time"),
        ("location.lat", LATITUDES, "latitude"),
        ("postalCode", ["100-0001", "100-0002", "100-0003", "100-0004"], "postal_code"),
        ("city", ["柏市"] * 4, "municipality"),
        ("weekday_opening_time", ["7:00", "7:30", "7:00", "7:15"], "open_time"),
        ("holiday_opening_time", ["8:00", "8:30", "8:00", "8:15"], None),
        ("何歳から", ["0", "1", "生後6か月", "3"], "age_min"),
        ("何歳まで", ["5", "2", "5", "5"], "age_max"),
        ("応募者数（１歳児）", ["12", "8", "15", "3"], "applicants_age1"),
        ("対象", ["57日～5歳", "6か月～2歳", "1歳～5歳", "0歳～2歳"], "accepted_ages"),
        ("1号定員", ["15", "0", "30", "9"], None),
        ("基本保育時間", ["7:00～18:00", "7:15～18:15", "7:00～18:00", "7:30～18:30"], "open_time"),
        ("※０歳児定員", ["6", "9", "3", "6"], "capacity_age0"),
        ("■ホームページ", ["http://a.example.jp/", "http://b.example.jp/"] * 2, "url"),
        ("link", ["http://a.example.jp/", "http://b.example.jp/"] * 2, "url"),
        ("P14_009", ["60", "90", "30", "45"], None),
        ("開園日", ["2010/4/1", "2011/4/1", "2012/4/1", "2013/4/1"], "opened_date"),
        ("開所日", ["月～土", "月～金", "月～土", "毎日"], "days_open"),
        ("携帯電話", ["090-1234-5678", "080-1234-5678"] * 2, None),
        ("立入調査年月日", ["R5.6.1", "R5.7.1", "R5.8.1", "R5.9.1"], None),
    ],
)
def test_a_short_or_english_header_is_understood(header: str, values: list[str], field: str | None) -> None:
    found = mapped(told({"name": NAMES, "address": STREETS, "tel": PHONES, header: values}))[header]
    assert found == field if field else found in (None, "?")


def test_what_the_rows_are_about_decides_the_line() -> None:
    answer = told({"名称": NAMES, "住所": STREETS, "種別": ["認可保育所"] * 4, "定員": ["60", "90", "30", "45"]})
    assert mapped(answer) == {"名称": "name", "住所": "address", "種別": "facility_type", "定員": "capacity"}
    english = told({"name": NAMES, "address": STREETS, "capacity": ["60", "90", "30", "45"]})
    assert mapped(english)["capacity"] == "capacity"


def test_points_measured_twice_are_one_place() -> None:
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [float(x) + 0.0011, float(y) - 0.0009]},
            "properties": {"Name": name, "Y": y, "X": x},
        }
        for name, y, x in zip(NAMES, LATITUDES, LONGITUDES, strict=True)
    ]
    data = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    answer = inspect(data, "map.geojson", CONTRACTS, AREAS, schemas=SCHEMAS)
    assert [c["field"] for c in answer["columns"]] == ["name", "latitude", "longitude", None, None]
    assert not any(c["needs_review"] for c in answer["columns"])
    assert answer["rows"][0]["values"]["latitude"] == 35.65288


def test_points_of_two_places_are_for_a_person_to_see() -> None:
    elsewhere = [str(float(y) + 0.5) for y in LATITUDES]
    found = mapped(told({"名称": NAMES, "緯度": LATITUDES, "緯度（世界測地系）": elsewhere, "経度": LONGITUDES}))
    assert (found["緯度"], found["緯度（世界測地系）"], found["経度"]) == ("?", "?", "longitude")


def test_swapped_coordinates_are_believed_only_as_a_pair() -> None:
    pair = told({"名称": NAMES, "住所": STREETS, "Y": LONGITUDES, "X": LATITUDES})
    assert (mapped(pair)["Y"], mapped(pair)["X"]) == ("longitude", "latitude")
    assert "値は別の項目" in pair["columns"][2]["evidence"]["ja"]
    assert mapped(told({"名称": NAMES, "住所": STREETS, "Y": LONGITUDES}))["Y"] == "?"


def test_counts_are_no_coordinates() -> None:
    assert mapped(told({"名称": NAMES, "住所": STREETS, "Enji": ["28", "32", "35", "31"]}))["Enji"] is None
    book = sheet_bytes({"表": [["名称", "Enji"], *([name, n] for n, name in enumerate(NAMES, 28))]})
    answer = inspect(book, "list.xlsx", CONTRACTS, AREAS, schemas=SCHEMAS)
    assert [c["field"] for c in answer["columns"]] == ["name", None]
    assert mapped(told({"名称": NAMES, "最高気温": ["34.1", "35.6", "33.0", "36.2"]}))["最高気温"] is None


def test_seven_digits_alone_are_no_postal_code() -> None:
    people = ["5098000", "5147000", "5151366", "5223000"]
    assert mapped(told({"名称": NAMES, "住所": STREETS, "日本人人口": people}))["日本人人口"] == "?"
    assert mapped(told({"名称": NAMES, "住所": STREETS, "〒": people}))["〒"] == "postal_code"


def test_a_cell_of_very_many_figures_costs_no_more_than_another() -> None:
    begun = time.process_time()
    found = mapped(
        told({"名称": NAMES, "住所": STREETS, "定員": ["60", "90", "30", "45"], "備考": ["", "", "", "0" * 130_000]})
    )
    assert (found["名称"], found["定員"]) == ("name", "capacity")
    assert time.process_time() - begun < 10
    assert told({"名称": ["0" * 9_000], "住所": ["1"], "定員": ["60"]})["expect"] in {"accept", "reject"}


@pytest.mark.parametrize("filling", [" ", "　", "0", "０", "※", "(", "令和6年", "※ x"])
def test_a_header_of_very_many_letters_costs_no_more_than_another(filling: str) -> None:
    begun = time.process_time()
    found = told({"名称": NAMES, "住所": STREETS, f"備考{filling * (100_000 // len(filling))}x": [""] * 4})
    assert [c["field"] for c in found["columns"][:2]] == ["name", "address"]
    assert time.process_time() - begun < 10


def test_of_two_columns_that_say_the_same_the_fuller_one_is_used() -> None:
    sparse = [LONGITUDES[0], "", "", ""]
    found = mapped(told({"X": sparse, "名称": NAMES, "緯度": LATITUDES, "longitude": LONGITUDES}))
    assert (found["X"], found["longitude"]) == (None, "longitude")


def test_an_address_with_more_before_it_is_the_same_address() -> None:
    whole = [f"東京都八王子市{street}" for street in STREETS]
    found = mapped(told({"名称": NAMES, "住所": STREETS, "所在地": whole, "電話": PHONES}))
    assert [field for field in found.values() if field == "address"] == ["address"]
    assert "?" not in found.values()


def test_a_street_is_no_building() -> None:
    assert mapped(told({"名称": NAMES, "市区町村": ["水戸市"] * 4, "建物名": STREETS}))["建物名"] == "?"
    found = mapped(told({"Name": NAMES, "Add1": ["茨城県水戸市"] * 4, "Add2": STREETS}))
    assert (found["Add1"], found["Add2"]) == ("municipality", "address")
    housed = ["", "駅前ビル2F", "", "メゾン101号室"]
    found = mapped(told({"Name": NAMES, "Add1": [f"水戸市{s}" for s in STREETS], "Add2": housed}))
    assert (found["Add1"], found["Add2"]) == ("address", "building")


def test_the_wards_of_a_city_are_no_municipalities_and_nothing_to_ask_about() -> None:
    city = {"名称": NAMES, "区": ["中央区", "北区", "白石区", "手稲区"], "住所": STREETS}
    assert mapped(told(city))["区"] is None
    tokyo = {"Name": NAMES, "Add1": ["東京都新宿区", "東京都練馬区", "東京都港区", "東京都北区"], "Add2": STREETS}
    assert mapped(told(tokyo))["Add1"] == "municipality"


def test_a_founder_by_kind_is_ownership_and_by_name_the_operator() -> None:
    kinds = ["社会福祉法人", "学校法人", "株式会社", "市町村"]
    bodies = ["社会福祉法人ひまわり会", "学校法人緑学園", "株式会社青空", "○○市"]
    assert mapped(told({"施設名": NAMES, "住所": STREETS, "設置主体": kinds}))["設置主体"] == "ownership"
    assert mapped(told({"施設名": NAMES, "住所": STREETS, "設置主体": bodies}))["設置主体"] == "operator_name"


def test_public_and_private_under_a_header_of_kinds() -> None:
    split = {
        "施設種別": ["認可保育所"] * 4,
        "種別": ["公立", "私立", "私立", "公立"],
        "保育園名": NAMES,
        "所在地": STREETS,
    }
    assert (mapped(told(split))["施設種別"], mapped(told(split))["種別"]) == ("facility_type", "ownership")


@pytest.mark.parametrize(
    ("header", "values", "field"),
    [
        ("種別", ["公立", "民間", "民間", "公立"], "ownership"),
        ("区分", ["保", "こ", "小", "保"], "facility_type"),
        ("類型", ["保育所", "小規模", "認定こども園", "保育所"], "facility_type"),
    ],
)
def test_kinds_and_founders_are_told_by_the_values(header: str, values: list[str], field: str) -> None:
    table = {header: values, "園名": NAMES, "所在地": STREETS, "定員": ["60", "90", "19", "45"]}
    assert mapped(told(table))[header] == field


def test_dates_are_no_phone_numbers() -> None:
    days = ["2013-03-01", "2013-03-02", "2013-03-03", "2013-03-04"]
    assert mapped(told({"園名": NAMES, "所在地": STREETS, "締結日": days}))["締結日"] is None


def test_two_labels_in_one_header_are_for_a_person_to_see() -> None:
    both = [f"{phone}/{phone[:-1]}9" for phone in PHONES]
    assert mapped(told({"施設名": NAMES, "所在地": STREETS, "電話/FAX": both}))["電話/FAX"] in ("?", None)
    called = [f"{name}\n{phone}" for name, phone in zip(NAMES, PHONES, strict=True)]
    assert (
        mapped(told({"施設名・電話番号": called, "所在地": STREETS, "定員": ["60", "90", "19", "45"]}))[
            "施設名・電話番号"
        ]
        == "?"
    )
    found = mapped(told({"施設名": NAMES, "所在地": STREETS, "設置者・事業者の名称": ["社会福祉法人若葉会"] * 4}))
    assert found["設置者・事業者の名称"] == "operator_name"


def test_null_in_words_is_a_blank() -> None:
    answer = told({"Name": NAMES, "Add1": STREETS, "Temp": ["Y", "null", "null", "null"]})
    assert mapped(answer)["Temp"] == "temporary_care"
    assert [row["status"].get("temporary_care") for row in answer["rows"][1:]] == ["not_submitted"] * 3


@pytest.mark.parametrize(
    ("name", "figures", "field"),
    [
        ("list.csv", ["6", "9", "3", "12"], None),
        ("list.csv", ["34", "40", "―", "―"], None),
        ("list.csv", ["0", "0", "2", "0"], "vacancy_age0"),
        ("list.csv", ["○", "×", "△", "×"], "vacancy_age0"),
        ("申込者数.csv", ["6", "9", "0", "0"], "applicants_age0"),
        ("保育所の利用定員.csv", ["6", "9", "3", "12"], "capacity_age0"),
    ],
)
def test_a_bare_age_counts_what_the_file_says_or_nothing(name: str, figures: list[str], field: str | None) -> None:
    found = mapped(told({"施設名": NAMES, "0歳": figures, "1歳": figures[::-1], "2歳": figures}, name))
    assert found["0歳"] in (field, "?") if field is None else found["0歳"] == field


def test_a_beginning_and_an_end_under_one_header() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("一覧")
        sheet.write_row(0, 0, ["施設名称", "所在地"])
        sheet.merge_range(0, 2, 0, 4, "開所時間")
        sheet.write(0, 5, "電話番号")
        for row, (name, street, phone) in enumerate(zip(NAMES, STREETS, PHONES, strict=True), 1):
            sheet.write_row(row, 0, [name, street, "7:00", "～", "19:30", phone])
    answer = inspect(out.getvalue(), "list.xlsx", CONTRACTS, AREAS, schemas=SCHEMAS)
    fields = [c["field"] for c in answer["columns"]]
    assert fields == ["name", "address", "open_time", None, "close_time", "phone"]
    assert (answer["rows"][0]["values"]["open_time"], answer["rows"][0]["values"]["close_time"]) == ("07:00", "19:30")


def grouped(groups: list[tuple[str, list[tuple[str, list[Any]]]]]) -> dict[str, Any]:
    """Inspect a sheet whose header has groups over labels."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet, at = book.add_worksheet("一覧"), 0
        for group, labels in groups:
            if len(labels) > 1:
                sheet.merge_range(0, at, 0, at + len(labels) - 1, group)
            else:
                sheet.write(0, at, group)
            for label, values in labels:
                sheet.write_column(1, at, [label, *values])
                at += 1
    return inspect(out.getvalue(), "list.xlsx", CONTRACTS, AREAS, schemas=SCHEMAS)


def test_what_stands_under_another_body_is_not_the_facility_s() -> None:
    answer = grouped(
        [
            ("施設", [("名称", NAMES), ("所在地", STREETS), ("電話番号", PHONES)]),
            ("設置者", [("名称", ["社会福祉法人若葉会"] * 4), ("所在地", STREETS[::-1]), ("電話番号", PHONES[::-1])]),
            ("定員", [("０歳", [6, 9, 3, 6]), ("１歳", [10, 12, 6, 9]), ("計", [16, 21, 9, 15])]),
            ("開所時間", [("平日", ["7:00～19:00"] * 4), ("土曜", ["8:00～17:00"] * 4)]),
        ]
    )
    fields = [c["field"] for c in answer["columns"]]
    assert fields[:4] == ["name", "address", "phone", "operator_name"]
    assert fields[4:6] == [None, None]
    assert fields[6:] == ["capacity_age0", "capacity_age1", "capacity", "open_time", None]
    assert not any(c["needs_review"] for c in answer["columns"])


@pytest.mark.parametrize(
    "header", ["市役所電話", "保育課TEL", "区役所電話番号", "相談窓口電話", "学童電話", "第三者委員電話"]
)
def test_a_phone_of_somebody_else_is_asked_about(header: str) -> None:
    """That the values are phone numbers tells nothing of whose."""
    told_by = told({"施設名": NAMES, "所在地": STREETS, header: PHONES, "定員": ["60", "90", "30", "45"]})
    assert mapped(told_by)[header] == "?"


@pytest.mark.parametrize(
    "header", ["定員（送迎車）", "定員：学童", "放課後児童クラブ定員", "予定定員", "一時預かり定員"]
)
def test_places_of_something_else_are_no_places_of_the_facility(header: str) -> None:
    told_by = told({"施設名": NAMES, "所在地": STREETS, "電話番号": PHONES, header: ["10", "20", "5", "8"]})
    assert mapped(told_by)[header] in {None, "?"}


@pytest.mark.parametrize("header", ["洪水", "内水氾濫", "津波"])
def test_a_depth_under_the_name_of_a_hazard_is_no_flag(header: str) -> None:
    columns = {"避難所名": NAMES, "所在地": STREETS, "収容人数": ["100", "250", "80", "60"]}
    assert mapped(told(columns | {header: ["0.5", "0", "1.2", "1"]}))[header] in {None, "?"}
    assert mapped(told(columns | {header: ["1", "0", "1", "1"]}))[header] is not None


@pytest.mark.parametrize("day", ["\nR6.4.2～", "\nR31.4.2〜", "（R6.4.2～R7.4.1）", " 令和6年4月2日～"])
def test_a_birthday_from_which_an_age_begins_changes_nothing(day: str) -> None:
    told_by = told({"施設名": NAMES, "住所": STREETS, f"定員_５歳児{day}": ["6", "9", "3", "6"]})
    assert list(mapped(told_by).values())[-1] == "capacity_age5"
