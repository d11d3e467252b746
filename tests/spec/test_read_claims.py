"""Which of several columns has the better claim to a field, and what a header says beside its label."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from keiyu import contract
from keiyu.codes import areas
from keiyu.read.inspect import inspect

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
CONTRACTS = [contract.load(line, SCHEMAS) for line in contract.lines(SCHEMAS)]
AREAS = areas.load(SCHEMAS)

NURSERIES = ["ひまわり保育園", "さくら保育園", "みどりこども園", "あおぞら保育園"]
SHELTERS = ["中央小学校", "西中学校", "南公民館", "東体育館"]
STREETS = ["元町3-24-1", "大横町11-35", "南町2-27", "東町551-1"]


def told(columns: dict[str, list[Any]], name: str = "list.csv") -> dict[str, Any]:
    out = io.StringIO()
    csv.writer(out).writerows([list(columns), *map(list, zip(*columns.values(), strict=True))])
    return inspect(out.getvalue().encode(), name, CONTRACTS, AREAS, schemas=SCHEMAS)


def mapped(columns: dict[str, list[Any]]) -> dict[str, str | None]:
    """Header → field; ``?`` where a person must look."""
    return {c["header"]: "?" if c["needs_review"] else c["field"] for c in told(columns)["columns"]}


def test_a_label_goes_before_a_weak_one_that_says_something_else() -> None:
    """自治体標準オープンデータセット: the body that publishes, and where the facility stands (a ward of it)."""
    found = mapped(
        {
            "全国地方公共団体コード": ["431001"] * 4,
            "地方公共団体名": ["熊本県熊本市"] * 4,
            "名称": NURSERIES,
            "所在地_全国地方公共団体コード": ["431010", "431028", "431036", "431044"],
            "所在地_市区町村": ["熊本市中央区", "熊本市東区", "熊本市西区", "熊本市南区"],
        }
    )
    assert (found["全国地方公共団体コード"], found["所在地_市区町村"]) == ("area_code", "municipality")
    assert (found["所在地_全国地方公共団体コード"], found["地方公共団体名"]) == (None, None)


def test_values_of_the_code_list_have_the_better_claim() -> None:
    found = mapped(
        {
            "施設名": SHELTERS,
            "施設の種類": ["学校", "学校", "公民館", "体育館"],
            "指定区分": ["避難場所", "避難所", "避難場所・避難所", "避難所"],
            "住所": STREETS,
        }
    )
    assert (found["施設の種類"], found["指定区分"]) == (None, "shelter_type")


def test_kinds_tell_which_line_a_list_without_japanese_headers_belongs_to() -> None:
    found = told({"name": SHELTERS, "address": STREETS, "kind": ["指定緊急避難場所", "指定避難所"] * 2})
    assert found["line"] == "evacuation_shelter"
    assert [c["field"] for c in found["columns"]] == ["name", "address", "shelter_type"]


@pytest.mark.parametrize(
    ("header", "values", "field"),
    [
        ("災害種別＝洪水", ["1", "0", "1", "0"], "flood"),
        ("収容人数（人）※2㎡／人", ["120", "300", "60", "90"], "shelter_capacity"),
        ("避難者数※男性のみ", ["12", "30", "6", "9"], None),
        ("津波避難ビル名称", SHELTERS, "name"),
        ("市区町村名", ["山県郡北広島町"] * 4, "municipality"),
    ],
)
def test_what_stands_beside_a_label_is_read_with_it(header: str, values: list[str], field: str | None) -> None:
    columns = {"避難所の名称": SHELTERS, "所在地": STREETS, "種別": ["指定避難所"] * 4, header: values}
    if field == "name":
        del columns["避難所の名称"]
    assert mapped(columns)[header] == field


def test_legal_forms_cut_short_say_who_founded() -> None:
    found = mapped(
        {
            "保育所名": NURSERIES,
            "設置主体": ["市", "社福", "株", "社福"],
            "経営主体": ["札幌市", "（福）札幌福祉会", "（株）こどもの森", "（福）光会"],
            "所在地": STREETS,
        }
    )
    assert (found["設置主体"], found["経営主体"]) == ("ownership", "operator_name")


def test_places_of_category_2_are_for_a_person_to_see() -> None:
    found = mapped({"施設名": NURSERIES, "所在地": STREETS, "1号定員": ["15"] * 4, "2号定員": ["45", "60", "30", "45"]})
    assert found["2号定員"] in (None, "?")


def test_numbers_cut_over_columns_are_put_together() -> None:
    answer = told(
        {
            "施設名称": NURSERIES,
            "郵便番号1": ["983", "984", "983", "982"],
            "郵便番号2": ["0012", "0831", "0045", "0011"],
            "市外局番": ["022"] * 4,
            "市内局番": ["305", "251", "287", "244"],
            "番号": ["0712", "3456", "0001", "9876"],
        }
    )
    assert [c["field"] for c in answer["columns"]] == ["name", *["postal_code"] * 2, *["phone"] * 3]
    assert (answer["rows"][0]["values"]["postal_code"], answer["rows"][0]["values"]["phone"]) == (
        "983-0012",
        "022-305-0712",
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("郵便番号上3桁", "郵便番号下4桁"),
        ("郵便番号（3桁）", "郵便番号（4桁）"),
        ("郵便番号（前）", "郵便番号（後）"),
    ],
)
def test_a_postal_code_cut_over_columns_gets_back_the_zeros_that_a_spreadsheet_ate(first: str, second: str) -> None:
    answer = told({"施設名称": NURSERIES, first: ["983", "984", "60", "982"], second: ["12", "831", "45", "0011"]})
    assert [c["field"] for c in answer["columns"]] == ["name", "postal_code", "postal_code"]
    assert [row["values"]["postal_code"] for row in answer["rows"]] == ["983-0012", "984-0831", "060-0045", "982-0011"]


def test_hours_of_which_only_a_part_is_certain_keep_the_rest_as_their_note() -> None:
    hours = ["7:00～18:00", "平日１３:００～", "7:30※1号認定は8:30", "終日"]
    answer = told({"施設名称": NURSERIES, "所在地": STREETS, "開所時間": hours, "定員": [90, 60, 45, 30]})
    assert [
        (*(r["values"][f] or r["status"][f] for f in ("open_time", "close_time", "hours_note")),)
        for r in answer["rows"]
    ] == [
        ("07:00", "18:00", "not_submitted"),
        ("13:00", "unknown", "not_submitted"),
        ("07:30", "unknown", "※1号認定は8:30"),
        ("unknown", "unknown", "not_submitted"),
    ]


def test_two_whole_numbers_are_not_one() -> None:
    numbers = ["042-622-3343", "042-625-0280", "042-675-0011", "042-661-1231"]
    found = mapped({"施設名称": NURSERIES, "電話番号1": numbers, "電話番号2": numbers[::-1], "所在地": STREETS})
    assert found["電話番号1"] in ("phone", "?") and found["電話番号2"] in (None, "?")


def test_a_part_of_the_column_on_the_left_is_counted_by_what_stands_there() -> None:
    found = mapped(
        {
            "施設名称": NURSERIES,
            "認可定員": ["90", "60", "120", "45"],
            "うち0歳": ["9", "6", "12", "3"],
            "うち3歳以上": ["51", "30", "60", "21"],
            "うち地域枠": ["3", "3", "6", "3"],
        }
    )
    assert [*found.values()] == ["name", "capacity", "capacity_age0", "capacity_age3plus", None]


def test_two_labels_in_one_header_leave_open_which() -> None:
    both = ["0944-22-3343\n0944-22-3344", "0944-22-0280\n0944-22-0281"] * 2
    assert mapped({"施設名称": NURSERIES, "所在地": STREETS, "TEL\nFAX": both})["TELFAX"] == "?"


def test_a_mark_for_the_text_above_is_that_text() -> None:
    answer = told({"市町村名": ["直方市", "〃", "大牟田市", "同上"], "保育所名": NURSERIES, "住所": STREETS})
    assert [row["values"]["municipality"] for row in answer["rows"]] == ["直方市"] * 2 + ["大牟田市"] * 2
    assert "「〃」2件" in answer["columns"][0]["evidence"]["ja"]


def test_a_date_under_the_table_is_taken_where_nothing_else_is_said() -> None:
    rows = [["園名", "定員", "0歳"], *([name, "60", "1"] for name in NURSERIES), ["令和８年１０月１５日現在", "", ""]]

    def as_of(lines: list[list[str]]) -> str | None:
        out = io.StringIO()
        csv.writer(out).writerows(lines)
        found: str | None = inspect(out.getvalue().encode(), "aki.csv", CONTRACTS, AREAS, schemas=SCHEMAS)["as_of"]
        return found

    assert as_of(rows) == "2026-10-15"
    assert as_of([["空き状況（令和８年１１月１日入所）", "", ""], *rows]) == "2026-11-01"
    assert as_of([*rows[:-1], ["※令和８年４月１日に定員を変更しました。", "", ""]]) is None


AGES = [["9", "12", "15", "18"], ["6", "8", "10", "12"], ["3", "0", "6", "9"]]


@pytest.mark.parametrize(
    ("header", "whole", "field"),
    [
        ("計（園児数）", ["18", "20", "31", "39"], "enrolled_age"),
        ("定員", ["18", "20", "31", "39"], "capacity_age"),
        ("定員", ["20", "20", "40", "40"], None),
        ("面積", ["18", "20", "31", "39"], None),
    ],
)
def test_ages_count_what_the_column_counts_that_adds_them_up(header: str, whole: list[str], field: str | None) -> None:
    ages = {f"{age}歳児": cells for age, cells in zip((3, 4, 5), AGES, strict=True)}
    found = mapped({"園名": NURSERIES, "所在地": STREETS, **ages, header: whole})
    assert [found[age] in ((f"{field}{age[0]}",) if field else (None, "?")) for age in ages] == [True] * 3


def test_a_group_that_is_a_part_of_the_one_before_keeps_its_own_name() -> None:
    rows = [["施設名", "申込児童数", "", "うち待機児童数", ""], ["", "0歳", "1歳", "0歳", "1歳"]]
    rows += [[name, "9", "12", "1", "0"] for name in NURSERIES]
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    answer = inspect(out.getvalue().encode(), "list.csv", CONTRACTS, AREAS, schemas=SCHEMAS)
    assert [c["field"] for c in answer["columns"]][3:] == ["waiting_age0", "waiting_age1"]


def test_a_word_under_a_group_tells_the_beginning_from_the_end() -> None:
    rows = [["施設名", "所在地", "開所時間帯", ""], ["", "", "開始", "終了"]]
    hours = [("7:00", "18:30"), ("24時間", "24時間"), ("24時間", "24時間"), ("7:30", "19:00")]
    rows += [[name, street, *pair] for name, street, pair in zip(NURSERIES, STREETS, hours, strict=True)]
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    answer = inspect(out.getvalue().encode(), "list.csv", CONTRACTS, AREAS, schemas=SCHEMAS)
    assert [c["field"] for c in answer["columns"]][2:] == ["open_time", "close_time"]


def test_what_a_file_is_called_in_latin_letters_tells_the_line() -> None:
    homes = {"施設名": ["ときわ苑", "桃山荘", "光の郷", "緑苑"], "住所": STREETS, "電話番号": ["088-685-1111"] * 4}
    found = told({**homes, "受入対象": ["高齢者", "障がい者"] * 2}, "fukushi_hinanjo.csv")
    assert (found["line"], found["columns"][3]["field"]) == ("evacuation_shelter", None)


def test_who_is_taken_is_no_age_where_no_age_is_said() -> None:
    found = mapped({"保育園名": NURSERIES, "住所": STREETS, "対象": ["市民", "どなたでも", "市民", "在勤者"]})
    assert found["対象"] in (None, "?")


def test_a_lone_text_over_a_group_is_a_level_of_the_header() -> None:
    rows = [
        ["指定緊急避難場所", "", "", "", ""],
        ["", "", "災害の種類", "", ""],
        ["名　称", "住　所", "洪水", "地震", "津波"],
        *([name, street, "○", "", "×"] for name, street in zip(SHELTERS, STREETS, strict=True)),
    ]
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    answer = inspect(out.getvalue().encode(), "list.csv", CONTRACTS, AREAS, schemas=SCHEMAS)
    assert (answer["header_rows"], answer["data_rows"]) == ([2, 3], 4)
    assert [c["field"] for c in answer["columns"]][2:] == ["flood", "earthquake", "tsunami"]


def test_a_form_to_be_filled_in_is_no_list() -> None:
    form = "入所申込書\n児童氏名,,生年月日,\n保護者氏名,,続柄,\n住所\n希望施設,第１希望,,第２希望\n"
    assert inspect(form.encode(), "form.csv", CONTRACTS, AREAS, schemas=SCHEMAS)["expect"] == "reject"
