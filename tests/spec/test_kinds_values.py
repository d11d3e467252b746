"""値の読み方 — how values of each kind are read: what stands in the file, the value, what is said of it.

A value of ``None`` with a note is one that is not certain; nothing here is a guess.
"""

import datetime as dt
from typing import Any

import pytest

from keiyu.read.kinds import normalise
from kinds import terms

Row = tuple[str, Any, Any] | tuple[str, Any, Any, str] | tuple[str, Any, Any, str | None, dict[str, Any]]

TEXTS: list[Row] = [
    ("text", "　みどり保育園　", "みどり保育園"),
    ("text", "一時保育 〇<BR> 休日保育 -", "一時保育 〇\n休日保育 -", "read.value.html_stripped"),
    ("text", "A&amp;B<br/>C", "A&B\nC", "read.value.html_stripped"),
    ("text", "<注>要確認 a<b", "<注>要確認 a<b"),
    ("text", "１行目\r\n２行目", "１行目\n２行目"),
    ("text", "ハ\u309aン", "パン"),
    ("text", "なし", "なし"),
    ("text", "－", None),
    ("text", 12.0, "12"),
    ("text", "#N/A", None, "read.value.error"),
    ("text", "#1号館", "#1号館"),
    ("name", "神\ufa19社", "神\ufa19社"),
    ("name", "㈱ﾆﾁｲ①", "㈱ﾆﾁｲ①"),
    ("name", "外字\ue000保育園", "外字\ue000保育園", "read.text.private_use"),
    ("name", "�橋　志眞子", "�橋　志眞子", "read.text.replacement"),
    ("name", "〓橋", "〓橋", "read.text.replacement"),
    ("name", "葛\U000e0100城", "葛\U000e0100城", "read.text.variation"),
    ("name", "\ud800", None, "read.text.replacement"),
    ("kana", "ﾊﾁｵｳｼﾞｼﾘﾂｺﾔｽﾎｲｸｴﾝ", "ﾊﾁｵｳｼﾞｼﾘﾂｺﾔｽﾎｲｸｴﾝ", "read.kana.half_width"),
    ("kana", "ｺｺﾌｧﾝ･ﾅｰｻﾘｰ", "ｺｺﾌｧﾝ･ﾅｰｻﾘｰ", "read.kana.half_width"),
    ("kana", "みどりほいくえん", "みどりほいくえん"),
    ("kana", "ニンテイコドモエン　フジヨウチエン", "ニンテイコドモエン　フジヨウチエン"),
    ("address", "子安町四丁目31ｰ1 ", "子安町四丁目31ｰ1"),
]

FIGURES: list[Row] = [
    ("integer", "150名", 150),
    ("integer", "90 人", 90),
    ("integer", "１，２３４", 1234),
    ("integer", "△ 379", -379),
    ("integer", 35.0, 35),
    ("integer", "0", 0),
    ("integer", "35(昼間）、35（夜間）", None, "read.figure.several", {"others": ("35（昼間）", "35（夜間）")}),
    ("integer", "屋内480人／屋外3,350人", None, "read.figure.several", {"others": ("480（屋内）", "3,350（屋外）")}),
    ("integer", "60・90", None, "read.figure.unclear"),
    ("integer", "屋内480人／屋外3,350人(面積の1/2)", None, "read.figure.unclear"),
    ("integer", "約300人", 300, "read.figure.approximate"),
    ("integer", "300人程度", 300, "read.figure.approximate"),
    ("integer", "--", None),
    ("integer", "300人（体育館）", 300, None, {"remark": "体育館"}),
    ("integer", "1,000人（2階）", 1000, None, {"remark": "2階"}),
    ("integer", "約120名（車内泊含む）", 120, "read.figure.approximate", {"remark": "車内泊含む"}),
    ("integer", "19※1", 19, None, {"remark": "1"}),
    ("integer", "30人（うち女性12人）", None, "read.figure.unclear"),
    ("integer", "0（3）", None, "read.figure.unclear"),
    ("integer", "50（世帯）", None, "read.figure.unclear"),
    ("integer", "300人以上", None, "read.figure.unclear"),
    ("integer", "300人（予定）", None, "read.figure.unclear"),
    ("integer", "10～12", None, "read.figure.unclear"),
    ("integer", "(60)", None, "read.figure.unclear"),
    ("integer", "12.5", None, "read.figure.unclear"),
    ("integer", "ー", None),
    ("number", "１２．５", 12.5),
    ("number", float("nan"), None, "read.figure.unclear"),
    ("latitude", "35.727356", 35.727356),
    ("latitude", "３５．７２７３５６", 35.727356),
    ("latitude", "35°43'38\"", 35.72722222),
    ("latitude", "北緯35度43分38秒", 35.72722222),
    ("latitude", "35:43:38", 35.72722222),
    ("latitude", "N35.7272", 35.7272),
    ("latitude", "E35.7272", None, "read.coordinate.unclear"),
    ("latitude", "35 43", None, "read.coordinate.unclear"),
    ("latitude", "35°61'00\"", None, "read.coordinate.unclear"),
    ("latitude", "139.9934", None, "read.coordinate.outside"),
    ("latitude", 0.0, None, "read.coordinate.outside"),
    ("longitude", "東経139度59分36秒", 139.99333333),
    ("longitude", 139.9934, 139.9934),
    ("longitude", "35.7", None, "read.coordinate.outside"),
]

NUMBERS: list[Row] = [
    ("phone", "０８７９－８２－５１２７", "0879-82-5127"),
    ("phone", "03.1234.5678", "03-1234-5678"),
    ("phone", "34.677341", None, "read.phone.unclear"),
    ("phone", "042ー622－3343", "042-622-3343"),
    ("phone", "03(1234)5678", "03-1234-5678"),
    ("phone", "（０３）１２３４−５６７８", "03-1234-5678"),
    ("phone", "042 622 3343", "042-622-3343"),
    ("phone", "072--781-8511", "072-781-8511"),
    ("phone", "0489401732", "0489401732"),
    ("phone", "0879-815134", "0879-815134"),
    ("phone", "090-9761-9436", "090-9761-9436"),
    ("phone", "+81-3-1234-5678", "03-1234-5678"),
    ("phone", "42-622-3343", "042-622-3343", "read.phone.zero_restored"),
    ("phone", 489401732.0, "0489401732", "read.phone.zero_restored"),
    ("phone", 9012345678, "09012345678", "read.phone.zero_restored"),
    ("phone", "452-1413", "452-1413", "read.phone.local"),
    ("phone", "042-622-334", "042-622-334", "read.phone.malformed"),
    ("phone", "042-622-3343（内線12）", "042-622-3343", None, {"extension": "12"}),
    ("phone", "TEL：042-622-3343（代表）", "042-622-3343"),
    ("phone", "042-622-3343 平日のみ", "042-622-3343", None, {"remark": "平日のみ"}),
    ("phone", "03-1234-5678、03-8765-4321", "03-1234-5678", "read.phone.several", {"others": ("03-8765-4321",)}),
    ("phone", "03-1234-5678～9", "03-1234-5678", "read.phone.several"),
    ("phone", "489401732.0", "0489401732", "read.phone.zero_restored"),
    ("phone", "市役所", None, "read.phone.unclear"),
    ("phone", "なし", None),
    ("postal_code", "〒１０２－００８５", "102-0085"),
    ("postal_code", 1020085, "102-0085"),
    ("postal_code", 600000.0, "060-0000", "read.postal.zero_restored"),
    ("postal_code", "1020085.0", "102-0085"),
    ("postal_code", "60-0001", "060-0001", "read.postal.zero_restored"),
    ("postal_code", "〒192-0081 八王子市", "192-0081", None, {"remark": "八王子市"}),
    ("postal_code", "102", None, "read.postal.unclear"),
    ("corporate_number", "1000020132012", "1000020132012"),
    ("corporate_number", 1000020132012.0, "1000020132012"),
    ("corporate_number", "1000020132012.0", "1000020132012"),
    ("corporate_number", "T1000020132012", "1000020132012"),
    ("corporate_number", "1320101000058", "1320101000058", "read.corporate_number.check_digit"),
    ("corporate_number", "1.32E+12", None, "read.value.scientific"),
    ("corporate_number", "012301234567", None, "read.corporate_number.unclear"),
    ("area_code", "132012", "132012"),
    ("area_code", 11002.0, "011002", "read.area_code.restored"),
    ("area_code", "13201", "132012", "read.area_code.restored"),
    ("area_code", "132013", None, "read.area_code.unclear"),
    ("area_code", "1.3E+05", None, "read.value.scientific"),
    ("identifier", "0012", "0012"),
    ("identifier", 1001.0, "1001"),
    ("identifier", "1.11E+08", None, "read.value.scientific"),
]

TIMES: list[Row] = [
    ("date", "令和６年４月１日", dt.date(2024, 4, 1)),
    ("date", "19710519", dt.date(1971, 5, 19)),
    ("date", 43647.0, dt.date(2019, 7, 1)),
    ("date", dt.datetime(2021, 5, 31), dt.date(2021, 5, 31)),
    ("date", "平成31年5月1日", dt.date(2019, 5, 1), "read.date.past_era"),
    ("date", "199911", None, "read.date.unclear"),
    ("date", "2/1現在", None, "read.date.unclear"),
    ("date", "27年4月新設", None, "read.date.unclear"),
    ("moment", "令和6年1月9日午後6時時点", "2024-01-09T18:00"),
    ("moment", "2024/1/9", "2024-01-09"),
    ("moment", "2024/01/09 17:59:25", "2024-01-09T17:59"),
    ("moment", "2024年1月9日24時", "2024-01-09T24:00"),
    ("moment", "平成30年7月7日正午", "2018-07-07T12:00"),
    ("moment", "2024-01-09T22:00:00Z", "2024-01-10T07:00"),
    ("moment", "2024-01-10T07:00:00+09:00", "2024-01-10T07:00"),
    ("moment", "20240109180000", "2024-01-09T18:00"),
    ("moment", "4/19/2016 7:54:17", "2016-04-19T07:54"),
    ("moment", "4/5/2016 7:54", None, "read.date.unclear"),
    ("moment", "10/13 7:00", None, "read.date.unclear"),
    ("time", "7:00", "07:00"),
    ("time", "７：００", "07:00"),
    ("time", "7時30分", "07:30"),
    ("time", "7時半", "07:30"),
    ("time", "午後1時", "13:00"),
    ("time", "正午", "12:00"),
    ("time", dt.time(7, 30), "07:30"),
    ("time", 0.3125, "07:30"),
    ("time", "7:00～18:00", "07:00", None, {"until": "18:00"}),
    ("time", "7：00－18：00", "07:00", None, {"until": "18:00"}),
    ("time", "7時から18時まで", "07:00", None, {"until": "18:00"}),
    ("time", "平日１３:００～", "13:00"),
    ("time", "月-土曜日...午前7:00-午後7:00", "07:00", None, {"until": "19:00"}),
    (
        "time",
        "月～金9時～15時、園庭：9時～17時",
        "09:00",
        "read.time.remark",
        {"until": "15:00", "remark": "園庭：9時～17時"},
    ),
    ("time", "7:30※1号認定は8：30", "07:30", "read.time.remark", {"remark": "※1号認定は8：30"}),
    ("time", "AM7:00～PM6:00", "07:00", None, {"until": "18:00"}),
    ("time", "【平日】7:00～19:00【土曜】7:00～18:00", "07:00", "read.time.remark", {"until": "19:00"}),
    ("time", "月曜～金曜：7:15-18:15／土曜：7:15-17:15", "07:15", "read.time.remark", {"until": "18:15"}),
    ("time", "午前7:00～6:00", None, "read.time.unclear"),
    ("time", "保育短時間 8:30～16:30", None, "read.time.unclear"),
    ("time", "9:00～12:00、13:00～15:00", None, "read.time.unclear"),
    ("time", "午後5時頃から9時頃まで", None, "read.time.unclear"),
    ("time", "午後12時", None, "read.time.unclear"),
    ("time", "24時間", None, "read.time.unclear"),
    ("time", 7.0, None, "read.time.unclear"),
    ("end_time", "7:00～18:00", "18:00", None, {"since": "07:00"}),
    ("end_time", "～18:00", "18:00"),
    ("end_time", "18:00(延長19:00)", "18:00", "read.time.remark", {"remark": "(延長19:00)"}),
    ("end_time", "24:00:00", "24:00"),
    ("end_time", "26:00:00", "26:00"),
    ("end_time", "翌3:00", "27:00"),
    ("end_time", dt.timedelta(hours=26), "26:00"),
    ("end_time", "4:00", "04:00"),
]

AGES: list[Row] = [
    ("age", "57日", "57d"),
    ("age", "生後57日から", "57d"),
    ("age", "生後8週", "8w"),
    ("age", "生後６ヶ月", "6m"),
    ("age", "6カ月～", "6m"),
    ("age", "1歳10か月", "22m"),
    ("age", "2歳半", "30m"),
    ("age", "満３歳", "3y"),
    ("age", "2歳児クラス", "2y"),
    ("age", "0歳（57日目）", "57d"),
    ("age", "0歳（３ヶ月）", "3m"),
    ("age", 0.0, "0y"),
    ("age", "産休明", "産休明"),
    ("age", "就学前", "就学前"),
    ("age", "2歳未満", "2歳未満", "read.age.worded"),
    ("age", "満3歳児保育あり", "満3歳児保育あり", "read.age.worded"),
    ("age", "57", None, "read.age.unclear"),
    ("ages", "0～5歳", "0～5歳", None, {"since": "0y", "until": "5y"}),
    ("ages", "産休明け～2歳児", "産休明け～2歳児", None, {"since": "産休明け", "until": "2y"}),
    ("ages", "6か月以上2歳児まで", "6か月以上2歳児まで", None, {"since": "6m", "until": "2y"}),
    ("ages", "1歳クラスから", "1歳クラスから", None, {"since": "1y"}),
]

CHOICES: list[Row] = [
    *(
        ("flag", yes, True)
        for yes in (
            "○",
            "〇",
            "◯",
            "有",
            "あり",
            "Ｙ",
            "1.0",
            1,
            1.0,
            True,
            "実施",
            "○（土曜のみ）",
            "1:有",
            "有、要予約",
            "● 月曜",
        )
    ),
    *(
        ("flag", no, False)
        for no in ("×", "✕", "無", "なし", "N", "0", 0.0, False, "未実施", "未　実施", "無（近隣にあり）")
    ),
    ("flag", "△", None, "read.flag.unclear"),
    ("flag", "有・無", None, "read.flag.unclear"),
    ("flag", "有、無", None, "read.flag.unclear"),
    ("flag", "○（×）", None, "read.flag.unclear"),
    ("flag", 2, None, "read.flag.unclear"),
    ("flag", "-", None),
    ("designated", "指定避難所", True),
    ("designated", "未指定", False),
    ("designated", "○", True),
    *(
        ("ownership", text, "public")
        for text in ("公立", "市", "市立", "区市町村", "浜松市立", "事務組合", "独立行政法人国立病院機構")
    ),
    *(
        ("ownership", text, "private")
        for text in ("私", "民間", "社福法人", "個人", "株式会社ニチイ学館", "愛和会（学校法人）")
    ),
    ("ownership", "公設民営", "public_private"),
    ("ownership", "その他", None, "read.choice.unlisted"),
    ("ownership", "他の法人", None, "read.choice.unlisted"),
    ("listed", "公　立", "public"),
    ("listed", "どこか", "どこか", "read.choice.unlisted"),
    ("choice", "どこか", None, "read.choice.unlisted"),
    ("weekdays", "月;火;水;木;金;土", "月;火;水;木;金;土", None, {"days": (1, 2, 3, 4, 5, 6)}),
    ("weekdays", "月曜日から金曜日まで", "月曜日から金曜日まで", None, {"days": (1, 2, 3, 4, 5)}),
    ("weekdays", "平日,祝日", "平日,祝日", None, {"days": (1, 2, 3, 4, 5), "holidays": True}),
    ("weekdays", "月～土（祝日を除く）", "月～土（祝日を除く）", None, {"days": (1, 2, 3, 4, 5, 6)}),
    ("weekdays", "土～月", "土～月", None, {"days": (1, 6, 7)}),
    ("weekdays", "火水金のみ", "火水金のみ"),
    ("url", "http：／／www.a.jp/", "http://www.a.jp/"),
    ("url", "http://www10.ocn.ne.jp/‾souen.h/", "http://www10.ocn.ne.jp/‾souen.h/"),
    ("url", "restcare.co.jp", "restcare.co.jp", "read.url.unclear"),
    ("email", "ａ＠ｂ．ｊｐ", "a@b.jp"),
    ("email", "a（at）b.jp", "a（at）b.jp", "read.email.unclear"),
]


@pytest.mark.parametrize("row", [*TEXTS, *FIGURES, *NUMBERS, *TIMES, *AGES, *CHOICES], ids=repr)
def test_a_cell_is_read_as(row: Row) -> None:
    kind, cell, wanted, note, more = (*row, *(None, {})[len(row) - 3 :]) if len(row) < 5 else row
    read = normalise(kind, cell, terms())
    assert read.value == wanted
    assert type(read.value) is type(wanted)
    assert read.note == note
    assert {name: read.more[name] for name in more} == more


STATUSES = [
    ("integer", "", "not_submitted"),
    ("integer", "-", "none"),
    ("integer", "*", "not_applicable"),
    ("integer", "NA", "unknown"),
    ("integer", "x", "suppressed"),
    ("integer", "0", "true_zero"),
    ("integer", "1", "reported"),
    ("integer", "10～12", "unknown"),
    ("phone", "－", "none"),
    ("phone", "非公表", "suppressed"),
    ("time", "", "not_submitted"),
    ("flag", "なし", "reported"),
    ("text", "…", "unknown"),
    ("text", "　", "not_submitted"),
    ("date", None, "not_submitted"),
]


@pytest.mark.parametrize(("kind", "cell", "status"), STATUSES)
def test_what_a_missing_value_means_is_told(kind: str, cell: str | None, status: str) -> None:
    assert normalise(kind, cell, terms()).status.value == status
