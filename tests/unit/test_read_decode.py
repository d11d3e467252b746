"""Content is sniffed, never believed; what is no table, or would fill the memory, is refused by name."""

import io
import struct
import zipfile
from typing import Any

import openpyxl
import pytest
import xlsxwriter
import xlwt

from files import xls_bytes
from keiyu.read import archive, biff, compound, escapes, features
from keiyu.read import text as text_module
from keiyu.read.decode import decode
from keiyu.read.encodings import to_text
from keiyu.read.grid import address, column_of, letters
from keiyu.read.sniff import RefusedError
from keiyu.read.text import find_delimiter, records
from reading import csv_bytes, xlsx_bytes


def refusal(data: bytes) -> tuple[str, str | None]:
    with pytest.raises(RefusedError) as caught:
        decode(data)
    return caught.value.rule_id, caught.value.value


def repacked(data: bytes, change: Any) -> bytes:
    """The same archive with one part changed, added or renamed."""
    with zipfile.ZipFile(io.BytesIO(data)) as bundle:
        parts = {name: bundle.read(name) for name in bundle.namelist()}
    change(parts)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in parts.items():
            bundle.writestr(name, content)
    return target.getvalue()


SHEET = xlsx_bytes({"表": [["名称", 1.0], ["あ", 2.0]]})
PART = "xl/worksheets/sheet1.xml"
ARCHIVE = repacked(SHEET, lambda p: (p.clear(), p.update({"報告.csv": "名称,定員\nあ,1".encode()})))

NOT_TABLES = [
    (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
    (b"\x89PNG\r\n\x1a\n" + bytes(20), "画像 image (PNG)"),
    (b"\xff\xd8\xff\xe0" + bytes(20), "画像 image (JPEG)"),
    (b"GIF89a" + bytes(20), "画像 image (GIF)"),
    (b"{\\rtf1 a}", "文書 document (RTF)"),
    (b"7z\xbc\xaf\x27\x1c" + bytes(20), "圧縮ファイル archive (7-Zip)"),
    (b"MZ\x90\x00" + bytes(20), "プログラム program (EXE)"),
    (b"MSCF" + bytes(4) + b"\xe9" * 20, "圧縮ファイル archive (CAB)"),
    (b"\x22\x77-lh5-\x10\x00\xe9\x93" + bytes(20), "圧縮ファイル archive (LZH)"),
    (b"\x09\x00\x04\x00\x07\x00\x10\x00" + b"\xe9" * 20, "Excel 2 (BIFF2)"),
    (b"\x09\x02\x06\x00\x00\x03\x10\x00" + b"\xe9" * 20, "Excel 3 (BIFF3)"),
    (b"\x09\x04\x06\x00\x00\x04\x10\x00" + b"\xe9" * 20, "Excel 4 (BIFF4)"),
    (b"\x09\x08\x08\x00\x00\x05\x10\x00" + b"\xe9" * 20, "Excel 5 (BIFF5)"),
    (b"\x00\x01\x00\x00Standard Jet DB\x00" + bytes(20), "データベース database (Microsoft Access)"),
    (b"a.csv".ljust(257, b"\0") + b"ustar\x0000" + bytes(20), "圧縮ファイル archive (tar)"),
    (b"\x00\x00\x00\x18ftypheic" + bytes(20), "写真・動画 photo or video (HEIC, MP4)"),
    (b"From: a@b.example\r\nTo: c@d.example\r\n\r\n", "電子メール e-mail"),
    (b"<!DOCTYPE html><html><body>", "ウェブページなど web page or the like (HTML/XML)"),
    (b"\xef\xbb\xbf  <html>\n<table>", "ウェブページなど web page or the like (HTML/XML)"),
    ("<?xml version='1.0'?><a/>".encode("utf-16"), "ウェブページなど web page or the like (HTML/XML)"),
    (b"<!-- error --><html>", "ウェブページなど web page or the like (HTML/XML)"),
    (b'{"type": "FeatureCollection"}', "表のない JSON without a table"),
    (b'{"help": "x", "success": false, "error": {"code": 404}, "list": []}', "表のない JSON without a table"),
    (b"\xef\xbb\xbfvar list = {\ncategory:[\n", "JavaScript"),
    (b"const a = [1,2]", "JavaScript"),
    (repacked(SHEET, lambda p: p.update({"word/document.xml": b"<a/>"})), "Word"),
    (repacked(SHEET, lambda p: (p.clear(), p.update({"word/document.xml": b"<a/>"}))), "Word"),
    (repacked(SHEET, lambda p: (p.clear(), p.update({"報告.pdf": b"%PDF-1.7"}))), "ZIP (報告.pdf: PDF)"),
    (repacked(SHEET, lambda p: (p.clear(), p.update({"内.zip": ARCHIVE}))), "ZIP (内.zip: ZIP)"),
    (repacked(SHEET, lambda p: (p.clear(), p.update({"content.xml": b"<a/>"}))), "OpenDocument"),
    (compound.wrap(b"x" * 5_000, "WordDocument"), "Word"),
    (compound.wrap(b"x" * 5_000, "Contents"), "ほかの文書 another document (OLE)"),
]


@pytest.mark.parametrize(("data", "name"), NOT_TABLES, ids=[f"{n}-{i}" for i, (_, n) in enumerate(NOT_TABLES)])
def test_what_is_no_table_is_refused_by_name(data: bytes, name: str) -> None:
    assert refusal(data) == ("read.decode.not_table", name)


@pytest.mark.parametrize("data", [b"", b"\r\n \n", b"\xef\xbb\xbf", b"\xff\xfe", bytes(100), b",,,\r\n,,,\r\n"])
def test_nothing_is_refused_as_empty(data: bytes) -> None:
    assert refusal(data)[0] == "read.decode.empty"


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (compound.wrap(b"x" * 5_000, "EncryptedPackage"), "read.decode.encrypted"),
        (SHEET[:400], "read.decode.damaged"),
        (SHEET[:-40], "read.decode.damaged"),
        (repacked(SHEET, lambda p: p.update({"xl/workbook.xml": b"<a"})), "read.decode.damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3_000), "read.decode.damaged"),
        (b"a,b\r\n\x00\x01\x02,c", "read.decode.binary"),
        (b"\x81\x81\xff\xff\xfd\x80a,b", "read.decode.encoding"),
        ("名称,定員\r\n保育園".encode("cp932") + b"\x81", "read.decode.encoding"),
        (b'a,"' + b"x" * 200_000 + b'"', "read.decode.too_large"),
        (b"," * 20_000 + b"a", "read.decode.too_large"),
    ],
)
def test_what_cannot_be_opened_says_why(data: bytes, rule: str) -> None:
    assert refusal(data)[0] == rule


def test_the_extension_is_never_asked() -> None:
    assert decode(SHEET).kind == "xlsx"
    assert decode(xls_bytes({(0, 0): "名称"})).kind == "xls"
    assert decode(csv_bytes([["名称", "定員"]])).kind == "csv"


# Archives


def test_an_archive_that_unpacks_to_far_more_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_UNPACKED", 1_000_000)
    one = repacked(SHEET, lambda p: p.update({"xl/big.xml": bytes(1_000_001)}))
    many = repacked(SHEET, lambda p: p.update({f"xl/part{i}.xml": bytes(300_000) for i in range(4)}))
    assert refusal(one)[0] == refusal(many)[0] == "read.decode.too_large"


def test_more_shared_texts_than_cells_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_CELLS", 10_000)
    monkeypatch.setattr(archive, "MOST_TEXT", 1_000_000)
    items = b"<sst>" + b"<si><t>a</t></si>" * 20_000 + b"</sst>"
    assert refusal(repacked(SHEET, lambda p: p.update({"xl/sharedStrings.xml": items})))[0] == "read.decode.too_large"


def test_a_declared_size_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_UNPACKED", 1_000_000)
    data = bytearray(repacked(SHEET, lambda p: p.update({"xl/big.xml": bytes(5_000_000)})))
    at = data.rindex(b"xl/big.xml") - 46
    data[at + 24 : at + 28] = struct.pack("<I", 10)
    assert refusal(bytes(data))[0] == "read.decode.too_large"


def test_an_archive_of_very_many_parts_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_PARTS", 20)
    assert (
        refusal(repacked(SHEET, lambda p: p.update({f"xl/p{i}": b"" for i in range(30)})))[0] == "read.decode.too_large"
    )


def test_an_encrypted_part_is_refused() -> None:
    data = bytearray(SHEET)
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    assert refusal(bytes(data))[0] == "read.decode.encrypted"


FAR = [
    '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
    '<row r="1048576"><c r="GS1048576"><v>1</v></c></row>',
    '<row r="99999999"><c><v>1</v></c></row>',
    "<row r='9'><c r='ZZZZZZZZ9'><v>1</v></c></row>",
    f'<row r="9"><c r="A{"9" * 6_000}"><v>1</v></c></row>',
    '<row r="9"><c s="1" r = "A9999999"><v>1</v></c></row>',
    '<row r="9"><c r="D999999996" t<c r="A1"><v>1</v></c></row>',
    "<row r='9'><c r='D99999999'/ t='n'><v>1</v></c></row>",
]


@pytest.mark.parametrize("far", FAR)
def test_cells_at_far_corners_are_refused_before_anything_fills_the_space_between(far: str) -> None:
    def change(parts: dict[str, bytes]) -> None:
        parts[PART] = parts[PART].replace(b"</sheetData>", far.encode() + b"</sheetData>")

    assert refusal(repacked(SHEET, change))[0] == "read.decode.too_large"


def test_formats_and_declarations_far_away_cost_nothing() -> None:
    def change(parts: dict[str, bytes]) -> None:
        far = b'<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>'
        parts[PART] = parts[PART].replace(b"</sheetData>", far).replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"')

    assert decode(repacked(SHEET, change)).grids[0].rows == [["名称", 1.0], ["あ", 2.0]]


def test_a_long_sheet_is_no_far_sheet() -> None:
    rows = [[float(i), "あ"] for i in range(12_000)]
    assert decode(xlsx_bytes({"表": rows})).grids[0].rows == rows


def test_many_wide_sheets_are_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_CELLS", 500)
    sheets = {f"表{i}": [[1.0] * 10] * 20 for i in range(3)}
    assert refusal(xlsx_bytes(sheets))[0] == "read.decode.too_large"


# What a decoder would lose


def test_errors_and_formulas_never_computed_are_not_lost() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        page = book.add_worksheet("計＆算")
        page.write_formula("B2", "=1/0", None, "#DIV/0!")
        page.write_formula("B3", "=1+1", None, 2)
    assert decode(target.getvalue()).grids[0].rows == [["", ""], ["", "#DIV/0!"], ["", 2.0]]
    plain = openpyxl.Workbook()
    plain.active["A1"] = "計"  # type: ignore[index]
    plain.active["C2"] = "=SUM(A1:B1)"  # type: ignore[index]
    target = io.BytesIO()
    plain.save(target)
    assert decode(target.getvalue()).grids[0].rows == [["計"], ["", "", "=SUM(A1:B1)"]]


def test_a_formula_whose_result_is_an_empty_text_is_a_blank() -> None:
    def change(parts: dict[str, bytes]) -> None:
        empty = b'<row r="3"><c r="B3" t="str"><f>IF(A1="","",1)</f><v></v></c></row></sheetData>'
        parts[PART] = parts[PART].replace(b"</sheetData>", empty)

    assert decode(repacked(SHEET, change)).grids[0].rows[:2] == [["名称", 1.0], ["あ", 2.0]]


def test_hidden_sheets_are_known() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        book.add_worksheet("表").write("A1", 1)
        book.add_worksheet("裏").very_hidden()
    assert [(g.name, g.hidden) for g in decode(target.getvalue()).grids] == [("表", False), ("裏", True)]


# Old workbooks


def test_an_old_workbook_is_read_with_its_errors() -> None:
    book = xlwt.Workbook()
    page = book.add_sheet("表")
    page.write(0, 0, "名称")
    page.write(1, 1, 1.5)
    page.row(2).set_cell_error(1, 42)
    target = io.BytesIO()
    book.save(target)
    assert decode(target.getvalue()).grids[0].rows == [["名称", ""], ["", 1.5], ["", "#N/A"]]


def test_an_old_workbook_of_every_size_survives_its_new_container() -> None:
    for rows in (1, 40, 3_000, 20_000):
        cells = {(r, c): f"値{r}-{c}" for r in range(rows) for c in range(2)}
        assert decode(xls_bytes(cells)).grids[0].rows[-1] == [f"値{rows - 1}-0", f"値{rows - 1}-1"]


def test_far_cells_of_old_workbooks_are_counted_over_all_sheets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_CELLS", 1_000)
    assert decode(xls_bytes({(0, 0): 1, (90, 9): 2})).kind == "xls"
    assert refusal(xls_bytes({(0, 0): 1, (200, 9): 2}))[0] == "read.decode.too_large"
    assert refusal(xls_bytes({(0, 0): 1, (90, 9): 2}, sheets=2))[0] == "read.decode.too_large"


def test_declared_dimensions_of_old_workbooks_are_erased() -> None:
    stream = bytearray(compound.Compound(xls_bytes({(0, 0): "名称"})).stream("Workbook"))
    at = stream.index(struct.pack("<HH", 0x0200, 14)) + 4
    stream[at : at + 14] = b"\xff" * 14
    assert decode(compound.wrap(bytes(stream), "Workbook")).grids[0].rows == [["名称"]]


def test_an_old_workbook_with_a_password_is_refused() -> None:
    stream = compound.Compound(xls_bytes({(0, 0): 1})).stream("Workbook")
    first = 4 + int.from_bytes(stream[2:4], "little")
    for how in (0, 1):  # XOR, RC4
        locked = stream[:first] + struct.pack("<HHHHH", 0x002F, 6, how, 0x1A2B, 1) + stream[first:]
        with pytest.raises(RefusedError, match="encrypted"):
            biff.guard(locked, 10, 1_000)


@pytest.mark.parametrize("at", [44, 48, 68, 76, 512, 516, 520, 1024 + 116])
def test_chains_that_loop_or_leave_the_file_are_refused(at: int) -> None:
    data = xls_bytes({(0, 0): 1})
    for wild in (0, 1, 2, 0x00FFFFFF, 0xFFFFFFF0):
        damaged = data[:at] + struct.pack("<I", wild) + data[at + 4 :]
        try:
            decode(damaged)
        except RefusedError as refused:
            assert refused.rule_id.startswith("read.decode.")


def test_records_of_old_workbooks_that_lie_are_read_or_refused() -> None:
    stream = compound.Compound(
        xls_bytes({(row, column): f"値{row}" for row in range(9) for column in range(3)})
    ).stream("Workbook")
    places, at = dict[int, tuple[int, int]](), 0
    while at + 4 <= len(stream) and stream[at : at + 4] != bytes(4):
        kind, length = struct.unpack_from("<HH", stream, at)
        places.setdefault(kind, (at, length))
        at += 4 + length
    ends = set()
    for at, length in places.values():
        body, behind = at + 4, at + 4 + length
        for lying in (
            stream[: at + 2] + b"\xff\xff" + stream[body:],
            stream[: at + 2] + bytes(2) + stream[body:],
            stream[:body] + b"\xff" * length + stream[behind:],
            stream[:at] + stream[behind:],
            stream[:at] + stream[at:behind] * 1_000 + stream[behind:],
            stream[:at] + b"\xfc\x00" + stream[at + 2 :],
            stream[:body],
        ):
            try:
                ends.add(decode(compound.wrap(lying, "Workbook")).kind)
            except RefusedError as refused:
                ends.add(refused.rule_id)
    assert {"xls", "read.decode.damaged"} <= ends
    assert ends <= {"xls", "read.decode.damaged", "read.decode.too_large", "read.decode.not_table"}


def test_short_streams_are_found_in_the_root() -> None:
    assert compound.Compound(xls_bytes({(0, 0): 1})).entries["Workbook"][1] >= 4_096
    with pytest.raises(RefusedError):
        compound.wrap(bytes(109 * 1_024 * 4_096), "Workbook")


# Text


@pytest.mark.parametrize(
    ("text", "encoding", "told"),
    [
        ("名称,定員\r\n保育園,１０\r\n", "utf-8", "utf-8"),
        ("名称,定員\r\n", "utf-8-sig", "utf-8-sig"),
        ("名称,定員\r\n髙﨑①㈱～\r\n", "cp932", "cp932"),
        ("ﾎｲｸｴﾝ,ｼﾞﾄﾞｳｶﾝ\r\n名称\r\n", "cp932", "cp932"),
        ("ﾎｲｸｴﾝ,ｼﾞﾄﾞｳ\r\n", "cp932", "cp932"),
        ("名称,定員\r\n保育園\r\n", "euc_jp", "euc_jp"),
        ("名称,定員\r\n保育園\r\n", "iso2022_jp", "iso2022_jp"),
        ("名称,定員\r\n", "utf-16", "utf-16"),
        ("名称,定員\r\n保育園,10\r\n", "utf-16-le", "utf-16-le"),
        ("名称,定員\r\n保育園,10\r\n", "utf-16-be", "utf-16-be"),
        ("名称,町会\r\n小学校,東　西　南　北\r\n", "utf-16-le", "utf-16-le"),
        ("名称,町会\r\n小学校,東　西　南　北\r\n", "utf-16-be", "utf-16-be"),
        ("name,capacity\r\n", "ascii", "utf-8"),
    ],
)
def test_the_encoding_is_sniffed(text: str, encoding: str, told: str) -> None:
    assert to_text(text.encode(encoding)) == (text, told)


@pytest.mark.parametrize("piece", [1, 5, 64, 4_194_304])
def test_a_text_of_escape_sequences_is_the_same_however_it_is_cut(monkeypatch: pytest.MonkeyPatch, piece: int) -> None:
    monkeypatch.setattr(escapes, "_PIECE", piece)
    text = "名称,定員\r\nﾎｲｸｴﾝ,丂丄\r\n" * 3
    assert to_text(text.encode("iso2022_jp_ext")) == (text, "iso2022_jp")
    assert to_text(b"\x1b$B-!\x1b(B,1\x1b(I1\x1b(B") == ("①,1ｱ", "iso2022_jp")
    assert escapes.raised(b"\x1b$B" * 1_000 + b"\x1b(B\x1b,a") == b"\x1b,a"


def test_gaiji_of_cp932_keep_their_own_code_points() -> None:
    assert to_text(b"\x96\xbc\x8f\xcc\xf0\x40,1")[0] == "名称\ue000,1"


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a,b,c\n1,2,3\n", ","),
        ("a\tb\tc\n1,5\t2\t3\n", "\t"),
        ("a;b;c\n1,5;2;3\n", ";"),
        ('"a;b;c",d\n"x;y;z",2\n', ","),
        ("令和７年；保育,所\na,b\n", ","),
        ("名称,曜日,特記,定員,電話\n" + 'あ,月;火;水,"早\n遅",1,2\n' * 4, ","),
        ("保育所一覧\n名称，所在地，定員\nあ，一番町1、2，3\nい，二番町，5\n", "，"),
        ("名称、所在地、定員\nあ、一番町、3\n", "、"),
        ("名称｜所在地｜定員\nあ｜一番町｜3\n", "｜"),
        ("名称^所在地^定員\nあ^一番町^3\n", "^"),
        ("お世話になっております。保育課、山田です。\n本日、一覧、様式、資料を送ります。\n", ","),
        ("a", ","),
    ],
)
def test_the_delimiter_is_sniffed(text: str, delimiter: str) -> None:
    assert find_delimiter(text) == delimiter


def test_line_ends_may_be_mixed_and_stand_in_cells() -> None:
    assert records('a,b\r1,"2\r\n3"\n4,5\r\n\r\n', ",") == [["a", "b"], ["1", "2\r\n3"], ["4", "5"]]


def test_more_records_than_a_sheet_has_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_module, "MOST_ROWS", 1_000)
    monkeypatch.setattr(features, "MOST_RECORDS", 1_000)
    few, many = (b"a;b\n" * rows for rows in (1_000, 1_001))
    assert len(decode(few + b"\n;\n").grids[0].rows) == 1_000
    assert refusal(many) == ("read.decode.too_large", "1,001 行 rows > 1,000")
    assert refusal(b"[" + b'{"a":1},' * 1_001 + b'{"a":1}]')[0] == "read.decode.too_large"


def test_addresses_are_those_of_a_spreadsheet() -> None:
    assert [letters(i) for i in (0, 25, 26, 701, 702, 16_383)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]
    assert [column_of(t) for t in ("A", "Z", "AA", "ZZ", "AAA", "XFD")] == [0, 25, 26, 701, 702, 16_383]
    assert address(11, 27) == "AB12"
