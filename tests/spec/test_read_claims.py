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
