"""A list told in another way is read the same: in another encoding, file, order or layout; lists invented here."""

from random import Random

import pytest

from relations import CAREFUL, EXACT, in_text
from retelling import Answer, Listed, answer, compare

NURSERIES = Listed(
    (
        *("都道府県コード又は市区町村コード", "NO", "都道府県名", "市区町村名", "名称", "名称_カナ", "種別", "住所"),
        *("郵便番号", "緯度", "経度", "電話番号", "法人番号", "認可等年月日", "収容定員", "受入年齢"),
        *("利用可能曜日", "開始時間", "終了時間", "利用可能日時特記事項", "一時預かりの有無", "URL", "備考"),
    ),
    tuple(
        (
            *("014257", f"{n:010}", "北海道", "上砂川町", f"{name}保育園", f"{kana}ホイクエン", "認可保育所"),
            *(f"上砂川町本町{n}丁目{n + 2}-1", f"07302{n:02}", f"43.4{n:02}123", f"141.9{n:02}456"),
            *(f"012562{3000 + n}", "1000020014257", f"20{n:02}-04-0{n}", f"{20 * n}", "1歳クラスから"),
            *(
                "月;火;水;木;金;土",
                "07:30",
                "18:30",
                "延長保育あり、19:00まで" + "\n土曜日は要相談" * (n % 2),
                "有" if n % 2 else "無",
            ),
            *(f"https://www.example.jp/{n}.html", "令和6年度　改築\n予定, 未定" if n % 3 else ""),
        )
        for n, (name, kana) in enumerate(
            [
                ("ひまわり", "ヒマワリ"),
                ("つくし", "ツクシ"),
                ("ガーデン", "ガーデン"),
                ("あおば", "アオバ"),
                ("ﾊﾟﾝﾀﾞ", "パンダ"),
            ],
            1,
        )
    ),
)
VACANCIES = Listed(
    (
        *(
            "施設名",
            "公私",
            "所在地",
            "電話",
            "定員",
            "空き_0歳",
            "空き_1歳",
            "空き_2歳",
            "空き_3歳",
            "空き_4歳",
            "空き_5歳",
        ),
        *("待機_0歳", "待機_1歳", "待機_2歳"),
    ),
    tuple(
        (
            *(f"第{n}保育園", "公立" if n < 3 else "私立", f"本町{n}-{n + 4}", f"047-436-23{n:02}", f"{60 + 10 * n}"),
            *(f"{(n * k) % 4}" for k in range(1, 7)),
            *(f"{(n + k) % 3}" for k in range(3)),
        )
        for n in range(1, 7)
    ),
)
SHELTERS = Listed(
    (
        *("X", "市区町村コード", "施設・場所名", "住所", "洪水", "崖崩れ、土石流及び地滑り", "高潮", "地震", "津波"),
        *("想定収容人数", "備考１", "備考２", "latitude", "longitude", "開催日数"),
    ),
    tuple(
        (
            *(
                f"137.{70000 + 41 * n}" if n > 5 else "",
                "221390",
                f"{name}小学校",
                f"西区大字{name}{n}番地の{n}",
                "1",
                "" if n % 2 else "1",
            ),
            *("", "1", "1" if n % 3 else "", f"{150 * n}", f"{name}　" * 7, f"{name}　体育館"),
            *(f"34.{70000 + 37 * n}", f"137.{70000 + 41 * n}", f"{30 + n}"),
        )
        for n, name in enumerate(["馬郡", "篠原", "舞阪", "雄踏", "神ヶ谷", "大久保"], 1)
    ),
)
LISTS = {"nurseries": NURSERIES, "vacancies": VACANCIES, "shelters": SHELTERS}
FIELDS = {
    "nurseries": {
        *("area_code", "facility_id", "prefecture", "municipality", "name", "name_kana", "facility_type", "address"),
        *("postal_code", "latitude", "longitude", "phone", "corporate_number", "licensed_date", "capacity"),
        *("accepted_ages", "days_open", "open_time", "close_time", "hours_note", "temporary_care", "url", "remarks"),
    },
    "vacancies": {
        *("name", "ownership", "address", "phone", "capacity"),
        *(f"vacancy_age{age}" for age in range(6)),
        *(f"waiting_age{age}" for age in range(3)),
    },
    "shelters": {
        *(
            "area_code",
            "name",
            "address",
            "flood",
            "landslide",
            "storm_surge",
            "earthquake",
            "tsunami",
            "shelter_capacity",
        ),
        *("latitude", "longitude", "remarks"),
    },
}


def base(listed: Listed) -> Answer:
    told = in_text(listed, Random(0))
    assert told is not None
    return answer(told.data, told.name)


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_read_in_whole(name: str) -> None:
    said = base(LISTS[name])
    assert said["data_rows"] == len(LISTS[name].rows)
    assert {c["field"] for c in said["columns"]} - {None} == FIELDS[name]
    assert all(row["values"]["address"] and row["values"].get("longitude", 1) for row in said["rows"])


@pytest.mark.parametrize("name", LISTS)
def test_a_list_told_in_another_way_is_read_the_same(name: str) -> None:
    listed, said, differences = LISTS[name], base(LISTS[name]), {}
    tried = 0
    for relation, tell in EXACT.items():
        told = tell(listed, Random(relation))
        if told is not None:
            tried += 1
            found = compare(listed, said, told, answer(told.data, told.name))
            differences |= {relation: found} if found.wrong or found.asked else {}
    assert differences == {}
    assert tried > len(EXACT) - 10


@pytest.mark.parametrize("name", LISTS)
def test_what_is_told_with_less_is_asked_about_and_never_wrong(name: str) -> None:
    listed, said, wrong = LISTS[name], base(LISTS[name]), {}
    for relation, tell in CAREFUL.items():
        told = tell(listed, Random(relation))
        if told is not None:
            found = compare(listed, said, told, answer(told.data, told.name))
            wrong |= {relation: found.wrong} if found.wrong else {}
    assert wrong == {}
