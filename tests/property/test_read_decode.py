"""Whatever the bytes are, decoding ends in a table or in a refusal that has a text, and reading never raises."""

import io
import random
import zipfile

from hypothesis import example, given, settings
from hypothesis import strategies as st

from keiyu.contract import template
from keiyu.findings import catalogue
from keiyu.read.decode import decode
from keiyu.read.encodings import to_text
from keiyu.read.sniff import RefusedError
from keiyu.read.text import records
from reading import DAY, SCHEMAS, all_areas, contract, csv_bytes, flat_rows, measures, reading, xlsx_bytes

FORM = template.render(
    contract(),
    reporter=all_areas().get("131016", DAY),
    as_of=DAY,
    values={name: number for number, name in enumerate(measures())},
)
FLAT = csv_bytes(flat_rows(("131016", "東京都", "千代田区")), "cp932")

with zipfile.ZipFile(io.BytesIO(FORM)) as bundle:
    PARTS = {name: bundle.read(name) for name in bundle.namelist() if "docProps" not in name}
SCRAPS = [
    "",
    "<",
    ">",
    "</c>",
    '<c r="A1"><v>1</v></c>',
    '<c r="ZZ99"/>',
    't="e"',
    "<f>1</f>",
    "-1",
    "99999999",
    "&x;",
    '"',
    "０",
]

cells = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
tables = st.lists(st.lists(cells, min_size=2, max_size=6), min_size=1, max_size=8)


def end_well(data: bytes) -> None:
    try:
        book = decode(data)
    except RefusedError as refusal:
        assert refusal.rule_id in catalogue(SCHEMAS)
    else:
        assert all(isinstance(row, list) for grid in book.grids for row in grid.rows)


@settings(deadline=None)
@given(st.binary(max_size=2_000))
@example(b"")
@example(b"PK\x03\x04")
@example(b"PK\x05\x06" + bytes(18))
@example(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2_000))
@example(b"\x09\x08\x10\x00\x00\x06\x05\x00")
@example(b"\xff\xfe")
@example(b"\xef\xbb\xbf")
@example(b"\x1b$B\x80")
@example(b'"')
@example(b"a,\x00")
def test_any_bytes_are_decoded_or_refused(data: bytes) -> None:
    end_well(data)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 30), st.sampled_from(["flip", "cut", "drop", "double"]))
def test_a_damaged_workbook_is_read_or_refused(seed: int, many: int, kind: str) -> None:
    assert not [
        f for f in reading(_damaged(FORM, random.Random(seed), many, kind), "様式.xlsx").findings if not f.hint_ja
    ]


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 30), st.sampled_from(["flip", "cut", "drop", "double"]))
def test_a_damaged_text_is_read_or_refused(seed: int, many: int, kind: str) -> None:
    assert not [f for f in reading(_damaged(FLAT, random.Random(seed), many, kind)).findings if not f.hint_en]


def _damaged(data: bytes, chance: random.Random, many: int, kind: str) -> bytes:
    damaged = bytearray(data)
    for _ in range(many):
        at = chance.randrange(len(damaged))
        if kind == "flip":
            damaged[at] = chance.randrange(256)
        elif kind == "cut":
            del damaged[max(at, 1) :]
        elif kind == "drop":
            del damaged[at : at + chance.randrange(1, 8)]
        else:
            damaged[at:at] = damaged[at : at + chance.randrange(1, 64)]
        if not damaged:
            return b""
    return bytes(damaged)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 12), st.sampled_from(sorted(PARTS)))
def test_a_workbook_with_damaged_parts_is_read_or_refused(seed: int, many: int, part: str) -> None:
    chance = random.Random(seed)
    text = PARTS[part].decode()
    for _ in range(many):
        at = chance.randrange(len(text))
        text = text[:at] + chance.choice(SCRAPS) + text[at + chance.randrange(12) :]
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in PARTS.items():
            bundle.writestr(name, text if name == part else content)
    assert not [f for f in reading(target.getvalue(), "様式.xlsx").findings if not f.hint_ja]


@settings(deadline=None)
@given(tables, st.sampled_from([",", "\t", ";"]), st.sampled_from(["\r\n", "\n", "\r"]))
def test_records_come_back_from_every_delimiter_and_line_end(table: list[list[str]], delimiter: str, end: str) -> None:
    written = csv_bytes(table, "utf-8", delimiter, end).decode()
    found = records(written, delimiter)
    wanted = list(table)
    while wanted and not any(wanted[-1]):
        wanted.pop()
    assert found == wanted


@settings(deadline=None)
@given(
    st.text(
        "あいうえおアイウエオ保育所定員合計申込者数東京都千代田区港区０１２３年月日,\r\n0123456789",
        min_size=4,
        max_size=200,
    ),
    st.sampled_from(["utf-8", "utf-8-sig", "cp932", "utf-16", "utf-16-le", "utf-16-be", "euc_jp", "iso2022_jp"]),
)
def test_japanese_text_comes_back_from_every_encoding(text: str, encoding: str) -> None:
    text = "団体コード,都道府県,市区町村\r\n" + text
    assert to_text(text.encode(encoding))[0] == text


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(st.one_of(cells, st.floats(allow_nan=False, allow_infinity=False, width=32)), max_size=9), max_size=9
    )
)
def test_any_sheet_is_read(table: list[list[object]]) -> None:
    found = reading(xlsx_bytes({"表": table, "定員の状況": table}), "何か.xlsx")
    assert found.findings
    assert not any(t.rows for t in found.tables)
