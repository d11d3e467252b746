"""Headers in other spellings name the same field; ages count what stands over them."""

from pathlib import Path

import pytest

from keiyu import contract
from keiyu.codes import areas
from keiyu.read.inspect import inspect

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"
CONTRACTS = [contract.load(line, SCHEMAS) for line in contract.lines(SCHEMAS)]
AREAS = areas.load(SCHEMAS)

VACANCIES = """\
松本市 保育施設の空き状況（令和7年10月1日現在）,,,,,,
施設名,{group},,,,,
,{ages}
ひまわり保育園,1,3,3,4,0,3
さくら保育園,3,4,4,3,4,3
みどり保育園,0,1,4,1,3,2
あおぞら保育園,3,1,3,4,1,3
"""
YEARS = ",".join(f"{n}歳児（令和{7 - n}年4月2日～）" for n in range(6))


def fields(text: str) -> list[str | None]:
    answer = inspect(text.encode(), "list.csv", CONTRACTS, AREAS, schemas=SCHEMAS)
    return [c["field"] for c in answer["columns"] if not c["needs_review"]]


@pytest.mark.parametrize(
    ("group", "ages", "item"),
    [
        ("欠員", "0,1,2,3,4,5", "vacancy"),
        ("年齢別待機児童数", "0歳,1歳,2歳,3歳,4歳,5歳", "waiting"),
        ("現員", YEARS, "enrolled"),
        ("当月初日入所児童数", "0歳,1歳,2歳,3歳,4歳,5歳", "enrolled"),
        ("入所決定後の待機（人）", "0歳,1歳,2歳,3歳,4歳,5歳", "waiting"),
        ("受入れ可能枠", "0歳,1歳,2歳,3歳,4歳,5歳", "vacancy"),
        ("入園可能見込数", "0歳,1歳,2歳,3歳,4歳,5歳", "vacancy"),
        ("受け入れできる人数", "0歳,1歳,2歳,3歳,4歳,5歳", "vacancy"),
        ("現在籍児童数", "0歳,1歳,2歳,3歳,4歳,5歳", "enrolled"),
        ("入所待機児童", "0歳,1歳,2歳,3歳,4歳,5歳", "waiting"),
        ("新規申込者数", "0歳,1歳,2歳,3歳,4歳,5歳", "applicants"),
    ],
)
def test_ages_count_what_stands_over_them(group: str, ages: str, item: str) -> None:
    assert fields(VACANCIES.format(group=group, ages=ages)) == ["name", *(f"{item}_age{n}" for n in range(6))]


@pytest.mark.parametrize(
    ("header", "value", "field"),
    [
        ("受け入れ可能年令", "0歳～5歳", "accepted_ages"),
        ("施設名ヨミ", "ヒマワリホイクエン", "name_kana"),
        ("整理№", "12", "facility_id"),
        ("入園できる月齢", "6か月", "age_min"),
        ("一時", "○", "temporary_care"),
        ("本部電話番号", "0263-11-2222", None),
    ],
)
def test_a_word_in_another_spelling_is_that_word(header: str, value: str, field: str | None) -> None:
    rows = "".join(f"{name}保育園,松本市大手{n}丁目1番{n}号,{value}\n" for n, name in enumerate("旭桐県東西", 1))
    found = fields(f"施設名,所在地,{header}\n{rows}")
    assert found[2:] == ([field] if field else [])


@pytest.mark.parametrize(
    ("cell", "status"), [("満", "none"), ("募集停止", "none"), ("5人以上", "unknown"), ("多数", "unknown")]
)
def test_what_vacancy_cells_say_in_words(cell: str, status: str) -> None:
    rows = "".join(f"{name}保育園,{cell if n % 2 else 2},1,0\n" for n, name in enumerate("旭桐県東西"))
    text = f"保育施設の空き状況（令和7年10月1日現在）,,,\n施設名,0歳児,1歳児,2歳児\n{rows}"
    answer = inspect(text.encode(), "list.csv", CONTRACTS, AREAS, schemas=SCHEMAS)
    assert [r["status"].get("vacancy_age0") for r in (*answer["rows"], *answer["further_rows"])][1] == status
