"""列の見かけ — what columns look like from their values alone."""

import datetime as dt
from typing import Any

import pytest

from keiyu.read.kinds import profile
from kinds import SCHEMAS

LOOKS: list[tuple[str, list[Any]]] = [
    ("count_small", ["60", "120", 19.0, "0"]),
    ("count_large", ["3,350", "18550", 2250]),
    ("count_with_unit", ["60人", "120 名"]),
    ("several_counts", ["屋内480人／屋外3,350人(面積の1/2)"]),
    ("latitude", ["35.727356", 34.695817, "37.3906811"]),
    ("longitude", ["139.99342", 137.735751]),
    ("sexagesimal", ["35°43'38\"", "北緯35度43分38秒"]),
    ("phone", ["042-622-3343", "０８７９－８２－５１２７", "03(1234)5678", "0489401732"]),
    ("phone_local", ["452-1413"]),
    ("postal_code", ["102-0085", "〒102-0085", 1020085]),
    ("area_code", ["132012", 122041.0]),
    ("corporate_number", ["1000020132012"]),
    ("identifier", ["CC0000000518", "T-101"]),
    ("date", ["2018/11/1", "令和６年４月１日", "19710519", "H30.6.1", dt.date(2020, 1, 1)]),
    ("month", ["R2.2月", "令和4年11月"]),
    ("time", ["7:00", "７時３０分", dt.time(7, 30)]),
    ("time_range", ["7:00～18:00", "８時から17時まで"]),
    ("age", ["57日", "生後6か月", "1歳10か月", "産休明", "就学前"]),
    ("ages", ["0歳～5歳", "産休明け～2歳児"]),
    ("weekdays", ["月;火;水;木;金;土", "平日,祝日"]),
    ("flag", ["○", "×", "有", "Y", "1", "1.0"]),
    ("kana", ["フナバシアサヒコドモエン", "ﾊﾁｵｳｼﾞｼﾘﾂｺﾔｽﾎｲｸｴﾝ", "みどりほいくえん"]),
    (
        "facility_name",
        ["白旗保育所", "認定こども園（保育所型）かもめ幼稚園", "七尾東部中学校", "和倉地区コミュニティセンター"],
    ),
    ("legal_form", ["社会福祉法人愛和会", "（株）ホクラニ", "㈱ユタカ"]),
    ("address", ["千葉県船橋市夏見台5-7-13", "公郷町6-7-1", "南11条西10丁目1番3号", "黒崎２９１番地"]),
    ("prefecture", ["千葉県", "東京", "北海道"]),
    ("municipality", ["船橋市", "札幌市中央区", "有田川町"]),
    ("url", ["http://a.jp/", "https://b.example.com/x?y=1", "restcare.co.jp"]),
    ("email", ["care-village@necess.jp"]),
    ("long_text", ["集団保育が可能な心身に障害を有するお子さんの保育を行っています。詳しくは園まで。"]),
    ("list:ownerships", ["公立", "私立", "区市町村"]),
    ("list:nursery_facility_types", ["認可保育所", "幼保連携型認定こども園", "小規模保育事業Ａ型"]),
]


@pytest.mark.parametrize(("trait", "cells"), LOOKS, ids=[trait for trait, _ in LOOKS])
def test_every_cell_of_a_column_has_its_trait(trait: str, cells: list[Any]) -> None:
    assert profile(cells, SCHEMAS).share(trait) == 1


NOT = [
    ("latitude", ["139.99", "60", "35.7"]),
    ("phone", ["102-0085", "2018/11/1", "1000020132012"]),
    ("date", ["7:00", "35.727356", "042-622-3343", "0-0"]),
    ("time", ["24時間", "2018/11/1"]),
    ("flag", ["2", "△", "60"]),
    ("kana", ["白旗保育所", "7:00", "ABC"]),
    ("address", ["白旗保育所", "042-622-3343", "7:00～18:00"]),
    ("area_code", ["132013", "999999", "60"]),
    ("weekdays", ["みどり", "7:00"]),
    ("age", ["60人", "7:00", "2018/11/1"]),
]


@pytest.mark.parametrize(("trait", "cells"), NOT, ids=[trait for trait, _ in NOT])
def test_no_cell_of_a_column_has_a_trait_of_others(trait: str, cells: list[Any]) -> None:
    assert profile(cells, SCHEMAS).share(trait) == 0


def test_signs_and_blanks_are_counted_apart() -> None:
    looked = profile(["0", "*", "1", "", "－", None, "…", "　"], SCHEMAS)
    assert looked.filled == 5 / 8
    assert looked.signs == pytest.approx(3 / 5)
    assert looked.share("count_small") == 1
    assert (looked.least, looked.most, looked.distinct, looked.length) == (0, 1, 1, 1)


def test_an_empty_column_looks_like_nothing() -> None:
    looked = profile(["", None], SCHEMAS)
    assert (looked.size, looked.filled, looked.shares) == (2, 0, {})


def test_a_long_column_is_looked_at_all_over() -> None:
    looked = profile([str(i) for i in range(100_000)], SCHEMAS)
    assert looked.size == 100_000
    assert looked.least == 0
    assert looked.most is not None
    assert looked.most > 99_000
