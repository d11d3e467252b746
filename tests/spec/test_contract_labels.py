"""Headers of real lists, as municipalities across the country write them, and the fields they mean."""

from pathlib import Path

import pytest

from keiyu.contract import load
from keiyu.contract.vocabulary import Vocabulary, vocabulary
from keiyu.read.labels import Labels

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"


def table(text: str) -> list[tuple[str, str]]:
    """Read ``header = field`` lines; ``-`` is no field, ``a|b`` may be either."""
    pairs = (line.rsplit(" = ", 1) for line in text.splitlines() if line.strip())
    return [(header.strip(), field.strip()) for header, field in pairs]


STANDARD = """
    全国地方公共団体コード = area_code
    ID = facility_id
    地方公共団体名 = municipality
    名称 = name
    名称_カナ = name_kana
    種別 = facility_type
    所在地_連結表記 = address
    所在地_都道府県 = prefecture
    所在地_市区町村 = municipality
    所在地_町字 = -
    建物名等(方書) = building
    電話番号 = phone
    内線番号 = extension
    FAX番号 = fax
    連絡先FormURL = -
    郵便番号 = postal_code
    団体名 = operator_name
    許可等年月日 = licensed_date
    収容定員 = capacity
    受入年齢 = accepted_ages
    利用可能曜日 = days_open
    開始時間 = open_time
    終了時間 = close_time
    利用可能日時特記事項 = hours_note
    一時預かりの有無 = temporary_care
    子供預かり_料金 = -
    病児保育の有無 = sick_child_care
    画像_ライセンス = -
"""

PAPAMAMA = """
    HID = facility_id
    Type = facility_type
    Kodomo = -
    Name = name
    Label = -
    AgeS = age_min
    AgeE = age_max
    Full = capacity
    Open = open_time
    Close = close_time
    H24 = -
    Memo = hours_note
    Temp = temporary_care
    Add1 = address|municipality
    Add2 = building|address
    TEL = phone
    Owner = operator_name
    Ownership = ownership
    Proof = -
    Y = latitude
    X = longitude
    Vacancy = -
    VacancyDate = as_of_date
"""

AGES = """
    定員（０歳児） = capacity_age0
    0歳児定員 = capacity_age0
    利用定員_1才 = capacity_age1
    認可定員（２歳児クラス） = capacity_age2
    定員４・５歳児 = capacity_age4_5
    4歳以上定員 = capacity_age4_5
    定員（3～5歳） = capacity_age3plus
    2号定員 = -
    定員（3歳未満） = -
    3号定員 = -
    定員合計 = capacity
    病後児保育 = -
    保育標準時間の開始時間 = -
    開園時間(土曜日) = -
    設置主体 = ownership|operator_name
    施設区分 = facility_type|ownership
    開所日 = opened_date|days_open
    受入可能数 = -
"""

VACANCIES = """
    標準地域コード = area_code
    施設・事業名 = name
    No. = facility_id
    ０歳児 = vacancy_age0
    5才 = vacancy_age5
    空き（１歳） = vacancy_age1
    2歳児受入れ可能数 = vacancy_age2
    募集人数（3歳) = vacancy_age3
    欠員数_4歳児クラス = vacancy_age4
    admitte5 = vacancy_age5
    ４・５歳児 = -
    空き合計 = -
    入所待ち人数（1歳児） = waiting_age1
    待機児童数（５歳以上） = waiting_age5
    待機児童数（計） = waiting
    入所児童数（合計） = enrolled
    在園児数0歳 = enrolled_age0
    申込状況(2歳) = applicants_age2
    entry3 = applicants_age3
    定員 = capacity
    定員（1歳児） = capacity_age1
    市外受入枠 = -
"""

SHELTERS = """
    共通ID = shelter_id
    施設・場所名 = name
    避難先名称 = name
    住所 = address
    洪水 = flood
    崖崩れ、土石流及び地滑り = landslide
    災害種別_高潮 = storm_surge
    地震（対応） = earthquake
    対象災害_津波 = tsunami
    大規模火災 = fire
    内水 = inland_flood
    火山現象 = volcano
    災害区分 = -
    指定避難所との重複 = -
    想定収容人数 = shelter_capacity
    収容可能人数（人） = shelter_capacity
    収容人数（一時） = -
    避難所名 = name
    避難種別 = shelter_type
    開設状況 = open_status
    開設日時 = -
    避難者数 = evacuees
    避難人数 = evacuees
    避難世帯数 = households
    更新日時 = updated_at
    指定区分 = shelter_type|designated
    管轄市町村名 = municipality
    緯度：北緯（世界測地系10進法） = latitude
"""

CASES = [
    (line, *pair)
    for line, text in (
        ("nursery_facility", STANDARD + PAPAMAMA + AGES),
        ("nursery_vacancy", VACANCIES),
        ("evacuation_shelter", SHELTERS),
    )
    for pair in table(text)
]


@pytest.fixture(scope="module")
def known() -> dict[str, Labels]:
    return {line: Labels(load(line, SCHEMAS)) for line in ("nursery_facility", "nursery_vacancy", "evacuation_shelter")}


@pytest.mark.parametrize(("line", "header", "field"), CASES)
def test_a_header_means_what_its_clerk_means(known: dict[str, Labels], line: str, header: str, field: str) -> None:
    assert "|".join(known[line].match(header)) == ("" if field == "-" else field)


def words(line: str) -> Vocabulary:
    return vocabulary(load(line, SCHEMAS))


def test_a_list_of_facilities_may_carry_the_columns_of_vacancies() -> None:
    facility = words("nursery_facility")
    assert {name: facility.terms[name].line for name in ("capacity_age0", "vacancy_age0", "waiting")} == {
        "capacity_age0": "nursery_facility",
        "vacancy_age0": "nursery_vacancy",
        "waiting": "nursery_vacancy",
    }
    assert [c.unsaid for c in facility.compositions] == [{}, {}]
    assert [c.unsaid for c in words("nursery_vacancy").compositions] == [{"item": "vacancy"}, {}]


def test_what_a_line_says_itself_wins() -> None:
    assert words("nursery_facility").ambiguous["受入可能数"].fields == ("capacity",)
    assert "受入可能数" not in words("nursery_vacancy").ambiguous
    assert "受入可能数" in words("nursery_vacancy").not_asked


def test_two_lines_know_the_labels_of_a_field_they_share() -> None:
    name = words("nursery_vacancy").terms["name"]
    assert (name.line, name.tables) == ("nursery_vacancy", ("vacancy",))
    assert "施設・事業名" in name.field.synonyms


def test_a_shelter_s_columns_lie_in_the_register_and_in_the_situation() -> None:
    terms = words("evacuation_shelter").terms
    assert (terms["name"].tables, terms["flood"].tables) == (("shelter", "situation"), ("shelter",))
    assert (terms["evacuees"].tables, terms["shelter_capacity"].tables) == (("situation",), ("shelter",))


def test_a_marker_means_what_its_column_makes_of_it() -> None:
    contract = load("nursery_vacancy", SCHEMAS)

    def meant(field: str) -> dict[str, str]:
        return {text: symbol.status for symbol in contract.symbols_of(field) for text in symbol.texts}

    assert (meant("vacancy_age0")[""], meant("capacity")[""]) == ("none", "not_submitted")
    assert (meant("vacancy_age0")["-"], meant("waiting_age0")["-"]) == ("not_applicable", "none")
    assert (meant("vacancy_age0")["○"], meant("vacancy_age0")["×"]) == ("unknown", "none")
    assert "○" not in meant("remarks")
    assert meant("vacancy_age0")["／"] == "not_applicable"
    crossed_out = contract.border_of("vacancy_age0", "diagonal")
    assert crossed_out is not None and crossed_out.status == "not_applicable"
    assert contract.border_of("capacity", "diagonal") is None
    assert {s.status for s in contract.legend if "該当クラスがない" in s.texts} == {"not_applicable"}
