"""名称と所在地の照合 — which names and addresses are one when compared; what is stored is never changed."""

import pytest

from keiyu.read.kinds import address_key, fold_address, fold_name
from kinds import terms

SAME_ADDRESS = [
    ("八王子市子安町四丁目31ｰ1", "八王子市子安町4-31-1"),
    ("郡山市芳賀二丁目５番６号", "福島県郡山市芳賀2-5-6"),
    ("千葉市中央区祐光1の9の5", "千葉県千葉市中央区祐光１－９－５"),
    ("札幌市中央区南11条西10丁目1番3号", "札幌市中央区南11条西10-1-3"),
    ("北5条西14丁目1番地29", "北５条西１４－１－２９"),
    ("有田川町大字熊井98-7", "有田川町熊井98番地の7"),
    ("郡山市大槻町字宮ノ前78-4", "郡山市大槻町宮の前78-4"),
    ("堺市西区鳳北町10丁7番地", "堺市西区鳳北町10-7"),
    ("郡山市希望ヶ丘31-7", "郡山市希望ケ丘 31‐7"),
    ("横須賀市二十五丁目3", "横須賀市25-3"),
]

OTHER_ADDRESS = [
    ("子安町4-31-1", "子安町4-3-11"),
    ("子安町4-31-1", "子安町43-11"),
    ("富田町字十文字31", "富田町字十文31"),
]


@pytest.mark.parametrize(("one", "other"), SAME_ADDRESS)
def test_two_spellings_are_one_address(one: str, other: str) -> None:
    assert fold_address(one) == fold_address(other)


@pytest.mark.parametrize(("one", "other"), OTHER_ADDRESS)
def test_two_places_stay_two(one: str, other: str) -> None:
    assert fold_address(one) != fold_address(other)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("郡山市大町一丁目4-3　大町ホワイトビル2階", "郡山市大町1-4-3"),
        ("八王子市長房町588 都営西29号棟", "八王子市長房町588"),
        ("北8条西18丁目35番100号エアリービル１F", "北8条西18-35-100"),
        ("二口町一丁目2-4 アルトリオ１階", "二口町1-2-4"),
        ("父島字奥村", "父島字奥村"),
    ],
)
def test_the_key_of_an_address_ends_at_its_numbers(text: str, key: str) -> None:
    assert address_key(text) == key


SAME_NAME = [
    ("社会福祉法人みどり会", "みどり会"),
    ("㈱あさなぎ", "株式会社 あさなぎ"),
    ("（福）越前市社会福祉協議会", "社会福祉法人越前市社会福祉協議会"),
    ("ﾆﾁｲｷｯｽﾞ郡山ｴｽﾊﾟﾙ保育園", "ニチイキッズ郡山エスパル保育園"),
    ("AIAI NURSERY　宮本", "ａｉａｉ nursery宮本"),
    ("希望ヶ丘こども園", "希望ケ丘こども園"),
    ("ココファン・ナーサリー", "ココファンナーサリー"),
    ("インフォテクノ（株）", "インフォテクノ"),
]


@pytest.mark.parametrize(("one", "other"), SAME_NAME)
def test_two_spellings_are_one_name(one: str, other: str) -> None:
    assert fold_name(one, terms().lexicon) == fold_name(other, terms().lexicon)


@pytest.mark.parametrize(
    ("one", "other"),
    [("みどり保育園", "みどりこども園"), ("みどり保育園", "みどり保育園分園"), ("光明第一保育園", "光明第三保育園")],
)
def test_two_facilities_stay_two(one: str, other: str) -> None:
    assert fold_name(one, terms().lexicon) != fold_name(other, terms().lexicon)


def test_a_name_that_is_only_a_legal_form_keeps_its_letters() -> None:
    assert fold_name("株式会社", terms().lexicon)
