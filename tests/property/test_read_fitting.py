"""A line that cannot fit a table best is told from its headers alone, whatever the values are."""

from hypothesis import given, settings
from hypothesis import strategies as st

from keiyu.read.decode import decode
from keiyu.read.general.fitting import fits
from keiyu.read.general.rows import is_list
from keiyu.read.general.search import find_tables
from keiyu.read.general.table import Start, line_words
from reading import SCHEMAS, contracts, csv_bytes

HEADERS = [
    "名称", "施設名", "施設番号", "所在地", "電話番号", "FAX", "緯度", "経度", "定員", "収容人数", "種別", "公私区分",
    "0歳", "1歳児", "空き状況", "開所時間", "終了時間", "郵便番号", "洪水", "備考", "URL", "数", "Name", "",
]  # fmt: skip
VALUES = [
    ["ひまわり保育園", "さくらこども園", "第二保育所", "みどり幼稚園"],
    ["千代田区一番町1-1", "中央区銀座2-3", "港区芝3-4-5", "新宿区西新宿1-2"],
    ["03-1234-5678", "03-2345-6789", "045-123-4567", "06-6123-4567"],
    ["35.681236", "35.658581", "34.702485", "43.068661"],
    ["139.767125", "139.745433", "135.495951", "141.350755"],
    ["公立", "私立", "公立", "私立"],
    ["認可保育所", "認定こども園", "小規模保育事業", "認可保育所"],
    ["0", "3", "12", "120"],
    ["○", "×", "△", "○"],
    ["7:00", "7:30", "18:00", "19:00"],
    ["100-0001", "104-0061", "105-0014", "160-0023"],
    ["https://example.jp/1", "https://example.jp/2", "https://example.jp/3", "https://example.jp/4"],
    ["", "", "", ""],
]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(HEADERS), st.sampled_from(VALUES)), min_size=2, max_size=14))
def test_no_line_fits_better_than_its_headers_allow(columns: list[tuple[str, list[str]]]) -> None:
    lines = [line_words(c, SCHEMAS) for c in contracts() if is_list(c)]
    rows = [[header for header, _ in columns], *map(list, zip(*(cells for _, cells in columns), strict=True))]
    for found in find_tables(decode(csv_bytes(rows)), lines, "一覧.csv"):
        for line in lines:
            start = Start(found, line)
            assert fits(line, start.understood(), found)[0] <= start.most
