"""Whose a list is that has no column for it: its addresses' municipality, else its sender; else it is asked."""

import datetime as dt
import io
from pathlib import Path

import pytest
import xlsxwriter

from keiyu import contract
from keiyu.codes import areas
from keiyu.read import read
from keiyu.read.model import Reading

FUNABASHI, NARA, CHIBA_PREFECTURE = "122041", "292010", "120006"
HEADER = "施設名称,種別,定員,電話番号,住所"


def listed(schemas: Path, addresses: tuple[str, ...], sender: str | None, name: str = "list.csv") -> Reading:
    names = ("三笠保育園", "春日保育園", "大宮保育園", "都跡保育園")
    rows = [
        f"{name},認可保育所,{90 + n},0742-22-701{n},{a}"
        for n, (name, a) in enumerate(zip(names, addresses, strict=True))
    ]
    data = "\n".join([HEADER, *rows]).encode()
    day, lines = dt.date(2025, 4, 1), [contract.load("nursery_facility", schemas)]
    return read(data, name, lines, areas.load(schemas), schemas=schemas, as_of=day, sender=sender)


IN_NARA = ("奈良県奈良市西之阪町9", "奈良県奈良市西木辻町165-2", "奈良県 奈良市大宮町1-2", "奈良県奈良市四条大路5")
BARE = ("奈良市西之阪町9", "奈良市西木辻町165-2", "奈良市大宮町1-2", "奈良市四条大路5")
QUARTERS = ("栄町２", "本町１", "栄町３", "湊町１")
TWO = (*IN_NARA[:3], "奈良県生駒市東新町8-38")


@pytest.mark.parametrize(
    ("addresses", "sender", "code", "rule"),
    [
        (IN_NARA, None, NARA, "read.reporter.addresses"),
        (IN_NARA, NARA, NARA, "read.reporter.addresses"),
        (IN_NARA, FUNABASHI, NARA, "read.reporter.addresses"),  # the check then says that another sent it
        (BARE, NARA, NARA, "read.reporter.sender"),
        (BARE, None, None, "read.reporter.unsaid"),
        (QUARTERS, FUNABASHI, FUNABASHI, "read.reporter.sender"),  # 栄町 is a town of 千葉県, too
        (QUARTERS, CHIBA_PREFECTURE, None, "read.reporter.unsaid"),
        (TWO, None, None, "read.reporter.unsaid"),
        (TWO, NARA, None, "read.reporter.unsaid"),
    ],
)
def test_whose_list_it_is(
    schemas: Path, addresses: tuple[str, ...], sender: str | None, code: str | None, rule: str
) -> None:
    reading = listed(schemas, addresses, sender)
    [table] = reading.tables
    assert set(table.columns.get("area_code", [None])) == {code}
    told = [f for f in reading.findings if f.rule_id.startswith("read.reporter.")]
    assert [(f.rule_id, f.place.reporter) for f in told] == [(rule, code)]


@pytest.mark.parametrize(
    ("name", "code"), [("292010_list.csv", NARA), ("292011_list.csv", None), ("201604_1.csv", None)]
)
def test_a_code_in_the_name_of_the_file_tells_it(schemas: Path, name: str, code: str | None) -> None:
    reading = listed(schemas, BARE, None, name)
    [table] = reading.tables
    assert set(table.columns.get("area_code", [None])) == {code}
    assert ("read.reporter.file_name" in {f.rule_id for f in reading.findings}) is (code is not None)


@pytest.mark.parametrize(
    ("sender", "codes", "rule"),
    [
        (CHIBA_PREFECTURE, ["122041", "122041", "122033", "122033"], "read.reporter.home"),
        (None, [None] * 4, "read.reporter.unsaid"),
        (NARA[:2] + "0009", [None] * 4, "read.reporter.unsaid"),
    ],
)
def test_a_sheet_is_that_of_the_municipality_that_it_is_named_after(
    schemas: Path, sender: str | None, codes: list[str | None], rule: str
) -> None:
    header = HEADER.split(",")
    members = {}
    for n, city in enumerate(("船橋市", "市川市")):
        rows = [
            header,
            *([f"{city}第{i}保育園", "認可保育所", 90 + i, f"047-400-{n}11{i}", f"本町{i}"] for i in (1, 2)),
        ]
        members[city] = rows
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        for city, rows in members.items():
            page = book.add_worksheet(city)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
    day, lines = dt.date(2025, 4, 1), [contract.load("nursery_facility", schemas)]
    found = read(out.getvalue(), "一覧.xlsx", lines, areas.load(schemas), schemas=schemas, as_of=day, sender=sender)
    assert [code for table in found.tables for code in table.columns.get("area_code", [None] * 2)] == codes
    assert {f.rule_id for f in found.findings if f.rule_id.startswith("read.reporter.")} == {rule}


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("千葉県船橋市　保育所一覧", FUNABASHI),
        ("令和６年度　船橋市保育所一覧（４月１日現在）", FUNABASHI),
        ("保育施設一覧【奈良県 奈良市】", NARA),
        ("北広島市の保育所", "012343"),  # 広島市 is not meant
        ("府中市の保育所", None),  # one in 東京都, one in 広島県
        ("広島県府中市の保育所", "342084"),
        ("栄町の保育所", None),  # a town of 千葉県, and a quarter of many cities
        ("中央区の保育所", None),  # of 東京都, and a ward of ten cities
        ("船橋市・市川市の保育所", None),
        ("保育所一覧", None),
    ],
)
def test_a_title_or_the_name_of_the_file_tells_it(schemas: Path, title: str, code: str | None) -> None:
    names = ("三笠保育園", "春日保育園", "大宮保育園")
    rows = [f"{name},認可保育所,{90 + n},0742-22-701{n},西之阪町{n}" for n, name in enumerate(names)]
    day, lines = dt.date(2025, 4, 1), [contract.load("nursery_facility", schemas)]
    for above, file, rule in (([title], "list.csv", "title"), ([], f"{title}.csv", "file_name")):
        data = "\n".join([*above, HEADER, *rows]).encode()
        reading = read(data, file, lines, areas.load(schemas), schemas=schemas, as_of=day)
        [table] = reading.tables
        assert set(table.columns.get("area_code", [None])) == {code}
        told = {f.rule_id for f in reading.findings if f.rule_id.startswith("read.reporter.")}
        assert told == {f"read.reporter.{rule if code else 'unsaid'}"}


@pytest.mark.parametrize("row", ["", "該当なし,,,,", "－,該当なし,0,,"])
def test_a_list_without_a_record_is_said_to_be_empty(schemas: Path, row: str) -> None:
    day, lines = dt.date(2025, 4, 1), [contract.load("nursery_facility", schemas)]
    data = f"船橋市保育所一覧\n{HEADER}\n{row}\n".encode()
    reading = read(data, "list.csv", lines, areas.load(schemas), schemas=schemas, as_of=day, sender=FUNABASHI)
    assert ([f.rule_id for f in reading.findings], reading.tables) == (["read.table.empty"], [])
