"""OpenDocument, binary workbooks, JSON, GeoJSON and archives come out as grids; what is dangerous in them does not."""

import io
import json
import zipfile
from typing import Any

import openpyxl
import pytest

from files import ods_bytes, ods_text, xls_bytes, xlsb_bytes, zip_bytes
from keiyu.read import archive
from keiyu.read.bundle import member_name
from keiyu.read.decode import decode
from keiyu.read.grid import ColumnRows, Workbook
from keiyu.read.sniff import RefusedError
from reading import csv_bytes, reading, rules, xlsx_bytes


def refusal(data: bytes) -> tuple[str, str | None]:
    with pytest.raises(RefusedError) as caught:
        decode(data)
    return caught.value.rule_id, caught.value.value


def row(*cells: str, attributes: str = "") -> str:
    return f"<table:table-row{attributes}>{''.join(cells)}</table:table-row>"


def number(value: float) -> str:
    return f'<table:table-cell office:value-type="float" office:value="{value}"/>'


# OpenDocument and XLSB


def test_an_open_document_is_read_and_its_blank_edges_cost_nothing() -> None:
    blank = '<table:table-cell table:number-columns-repeated="16384"/>'
    far = row(blank, attributes=' table:number-rows-repeated="1048574"')
    book = decode(ods_bytes({"表": row(ods_text("名称"), number(3)) + far}))
    assert (book.kind, book.grids[0].name, book.grids[0].rows) == ("ods", "表", [["名称", 3.0]])


@pytest.mark.parametrize(
    "rows",
    [
        row(
            ods_text("x", ' table:number-columns-repeated="16384"'), attributes=' table:number-rows-repeated="1048576"'
        ),
        row(ods_text("x"), attributes=' table:number-rows-repeated="99999999999"') + row(ods_text("y")),
        row('<table:table-cell table:number-columns-repeated="99999999999"/>', ods_text("x")),
        row(attributes=' table:number-rows-repeated="1000000"')
        + row('<table:table-cell table:number-columns-repeated="16000"/>', ods_text("x")),
    ],
)
def test_an_open_document_that_repeats_itself_without_end_is_refused(rows: str) -> None:
    assert refusal(ods_bytes({"表": rows}))[0] == "read.decode.too_large"


def test_what_an_open_document_says_of_its_cells_is_kept() -> None:
    styles = (
        '<style:style style:name="ce1" style:family="table-cell">'
        '<style:table-cell-properties style:diagonal-bl-tr="0.06pt solid #000000" fo:background-color="#ff0000"/>'
        "</style:style>"
    )
    crossed = '<table:table-cell table:style-name="ce1"/>'
    note = "<office:annotation><text:p>要確認</text:p></office:annotation>"
    noted = f'<table:table-cell office:value-type="string">{note}<text:p>あ</text:p></table:table-cell>'
    merged = ods_text("題", ' table:number-columns-spanned="2"')
    rows = row(merged, "<table:covered-table-cell/>") + row(noted, crossed, attributes=' table:visibility="collapse"')
    looks = decode(ods_bytes({"表": rows}, styles)).grids[0].looks
    assert looks.diagonals == {(1, 1)}
    assert looks.merges == ((0, 0, 0, 1),)
    assert looks.hidden_rows == {1}
    assert looks.comments == {(1, 0): "要確認"}
    assert (looks.style(1, 1).fill, looks.style(0, 0).diagonal) == ("FF0000", False)


def test_formulas_of_an_open_document_without_a_result_are_told() -> None:
    formula = '<table:table-cell table:formula="of:=[.A1]+1"/>'
    book = decode(ods_bytes({"表": row(ods_text("名称"), formula)}))
    assert book.grids[0].rows == [["名称", "=[.A1]+1"]]
    assert [(r.rule_id, r.sheet, r.cell) for r in book.remarks] == [("read.decode.formula", "表", "B1")]


def test_a_binary_workbook_is_read_with_its_errors_and_bounded() -> None:
    book = decode(xlsb_bytes([["名称", 1.5], ["あ", "#N/A"]]))
    assert (book.kind, book.grids[0].rows) == ("xlsb", [["名称", 1.5], ["あ", "#N/A"]])
    assert not book.grids[0].looks.known
    assert refusal(xlsb_bytes([[1.0]], at=(1_048_575, 16_383)))[0] == "read.decode.too_large"


def test_a_binary_workbook_whose_rows_do_not_say_which_is_damaged() -> None:
    with zipfile.ZipFile(io.BytesIO(xlsb_bytes([["名称", 1.5]]))) as bundle:
        parts = {name: bundle.read(name) for name in bundle.namelist()}
    part = "xl/worksheets/sheet1.bin"
    start = parts[part].index(bytes((145, 1, 0)))
    parts[part] = parts[part][: start + 3] + bytes((0, 0)) + parts[part][start + 3 :]
    assert refusal(zip_bytes(parts))[0] == "read.decode.damaged"


@pytest.mark.parametrize(
    "data",
    [
        ods_bytes({"表": row(ods_text("&x;"))}, before='<!DOCTYPE a [<!ENTITY x "y">]>'),
        zip_bytes(
            {"xl/workbook.xml": '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a/>'}
        ),
    ],
)
def test_entities_are_refused(data: bytes) -> None:
    assert refusal(data)[0] == "read.decode.entities"


# JSON


def grid(value: Any) -> list[list[Any]]:
    return [list(r) for r in decode(json.dumps(value, ensure_ascii=False).encode()).grids[0].rows]


POINT = {"type": "Point", "coordinates": [139.7, 35.6]}


def feature(properties: dict[str, Any], geometry: Any = POINT) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


@pytest.mark.parametrize(
    ("value", "rows"),
    [
        (
            [{"名称": "あ", "定員": 3}, {"名称": "い", "備考": None}],
            [["名称", "定員", "備考"], ["あ", 3, ""], ["い", "", ""]],
        ),
        ({"11": {"名称": "あ"}, "12": {"名称": "い"}}, [["名称", "id"], ["あ", "11"], ["い", "12"]]),
        ({"11": {"no": 11, "名称": "あ"}}, [["no", "名称"], [11, "あ"]]),
        ({"result": {"total": 2, "records": [{"a": True}, {"a": 1.5}]}}, [["a"], [True], [1.5]]),
        ({"result": {"resource": {"records": [{"a": 1}]}}}, [["a"], [1]]),
        ([["名称", "定員"], ["あ", 3]], [["名称", "定員"], ["あ", 3]]),
        ({"columns": ["名称", "定員"], "index": [0], "data": [["あ", 3]]}, [["名称", "定員"], ["あ", 3]]),
        ({"名称": ["あ", "い"], "定員": [3, None]}, [["名称", "定員"], ["あ", 3], ["い", ""]]),
        ({"名称": {"0": "あ", "1": "い"}, "定員": {"0": 3, "1": 4}}, [["名称", "定員"], ["あ", 3], ["い", 4]]),
        ([{"a": {"b": 1, "c": [1, "x"]}, "d": [{"e": 1}]}], [["a.b", "a.c", "d"], [1, "1、x", '[{"e": 1}]']]),
    ],
)
def test_json_becomes_a_grid_of_properties(value: Any, rows: list[list[Any]]) -> None:
    assert grid(value) == rows


def test_a_point_becomes_coordinates_unless_the_properties_have_them() -> None:
    both = {"type": "FeatureCollection", "features": [feature({"名称": "あ"}), feature({"名称": "い"}, None)]}
    assert grid(both) == [["名称", "latitude", "longitude"], ["あ", 35.6, 139.7], ["い", "", ""]]
    told = {"type": "FeatureCollection", "features": [feature({"Y": "35.6", "X": 139.7})]}
    assert grid(told) == [["Y", "X", "geometry"], ["35.6", 139.7, "POINT (139.7 35.6)"]]
    shape = {"type": "Polygon", "coordinates": []}
    assert grid(feature({"名称": "あ"}, shape))[0] == ["名称", "geometry"]


def test_lines_of_json_are_records_and_features_have_their_own_numbers() -> None:
    book = decode('{"名称": "あ"}\n{"名称": "い"}\n'.encode("cp932"))
    assert (book.kind, book.encoding, book.grids[0].rows) == ("json", "cp932", [["名称"], ["あ"], ["い"]])
    assert [book.grids[0].number(i) for i in (1, 2)] == [1, 2]


@pytest.mark.parametrize("text", ['{"a": ', "[" * 100_000, '[{"a": 1' + "0" * 5_000 + "}]", '{"a": 1} x', '["a"'])
def test_broken_json_is_refused(text: str) -> None:
    assert refusal(text.encode())[0] in ("read.decode.json", "read.decode.not_table")


def test_a_property_given_twice_is_told() -> None:
    book = decode(b'[{"a": 1, "a": 2}]')
    assert [(r.rule_id, r.value) for r in book.remarks] == [("read.decode.property_twice", "a")]


# Archives


def test_each_member_of_an_archive_is_a_file_of_its_own() -> None:
    data = zip_bytes(
        {
            "保育所.csv": csv_bytes([["名称", "定員"], ["あ", 1]], "cp932"),
            "月報/空き.xlsx": xlsx_bytes({"四月": [["名称"], ["い"]]}),
            "説明.pdf": b"%PDF-1.7",
            "__MACOSX/._保育所.csv": b"\x00\x05\x16\x07",
        }
    )
    book = decode(data)
    assert [(g.name, g.rows[-1]) for g in book.grids] == [("保育所.csv", ["あ", "1"]), ("月報/空き.xlsx:四月", ["い"])]
    assert (book.kind, book.encoding) == ("zip", "cp932")
    assert [(r.rule_id, r.value, r.expected) for r in book.remarks] == [("read.decode.member", "説明.pdf", "PDF")]
    assert "read.decode.member" in rules(reading(data, "一式.zip"))


def test_records_split_by_other_signs_than_their_header_are_refused() -> None:
    text = "名称,所在地,電話番号,定員,備考\n第一園 二条町1 0742-33-0001 60 なし\n第二園 二条町2 0742-33-0002 90 あり\n"
    assert refusal(text.encode())[0] == "read.decode.delimiters"


def test_a_member_without_a_name_is_read_like_any_other() -> None:
    nameless = zip_bytes({"Q.csv": b"a,b\n1,2"}).replace(b"Q.csv", b"\0.csv")
    assert decode(nameless).grids[0].rows == [["a", "b"], ["1", "2"]]


def test_names_of_members_are_those_of_windows() -> None:
    assert member_name("保育所.csv".encode("cp932").decode("cp437"), 0) == "保育所.csv"
    assert member_name("保育所.csv".encode().decode("cp437"), 0) == "保育所.csv"
    assert member_name("保育所.csv", 0x800) == "保育所.csv"


def test_an_archive_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    inner = zip_bytes({"a.csv": b"a,b\n1,2"})
    assert refusal(zip_bytes({"a.zip": inner})) == ("read.decode.not_table", "ZIP (a.zip: ZIP)")
    assert refusal(zip_bytes({f"{i}.csv": b"a,b" for i in range(600)}))[0] == "read.decode.too_large"
    monkeypatch.setattr(archive, "MOST_UNPACKED", 1_000_000)
    assert refusal(zip_bytes({"a.csv": bytes(2_000_000)}))[0] == "read.decode.too_large"


def told(book: Workbook) -> list[str]:
    return [r.rule_id for r in book.remarks]


# Text


@pytest.mark.parametrize(
    ("data", "text", "encoding", "rule"),
    [
        ("名称,定員\n①,".encode("euc_jis_2004") + b"\xfc\xe2", "①,髙", "euc_jp", None),
        ("名称,定員\n丂丄,1".encode("euc_jp"), "丂丄,1", "euc_jp", None),
        (b"\x1b$BL>>N\x1b(B,a\n\x1b$B-!\x1b(B,\x1b(I12\x1b(B", "①,ｱｲ", "iso2022_jp", None),
        (
            ("名称,定員\n" + "保育園" * 99).encode() + b"\x81,1",
            "保育園" * 99 + "\ufffd,1",
            "utf-8",
            "read.decode.replaced",
        ),
        (
            ("名称,定員\n" + "保育園" * 99).encode("cp932") + b"\x81",
            "保育園" * 99 + "\ufffd",
            "cp932",
            "read.decode.replaced",
        ),
        (b"\xef\xbb\xbf" + ("名称,定員\n" + "保育園" * 99).encode("cp932"), "保育園" * 99, "cp932", None),
        ("名称,定員\n保育園\x00,10\n".encode() * 9, "保育園,10", "utf-8", "read.decode.zeros"),
        ("名称,定員\n\ue000田,1".encode("cp932"), "\ue000田,1", "cp932", None),
        ("ﾎｲｸｶ,ｱﾀｲｲ\nｶｼｶｼ,ｱｲ".encode("cp932"), None, "euc_jp", "read.decode.unsure"),
        (
            ("名称,定員\n" + "保育園" * 99).encode("cp932") + b"\xff",
            "保育園" * 99 + "\ufffd",
            "cp932",
            "read.decode.replaced",
        ),
        ("名称,定員\nあ\x1a".encode("cp932"), "あ", "cp932", None),
        ("名称,定員\nあ,1".encode("utf-32"), "あ,1", "utf-32", None),
    ],
)
def test_no_wrong_encoding_is_taken_in_silence(data: bytes, text: str | None, encoding: str, rule: str | None) -> None:
    book = decode(data)
    assert book.encoding == encoding
    assert told(book) == ([rule] if rule else [])
    assert text is None or ",".join(map(str, book.grids[0].rows[-1])) == text


BROKEN = [
    (
        '名称,定員,備考\n"あ,1,x\nい,2,y\nう,3,z\n',
        [["名称", "定員", "備考"], ['"あ', "1", "x"], ["い", "2", "y"], ["う", "3", "z"]],
    ),
    ('a,b,c\n"x"y",2,3\n4,5,6\n', [["a", "b", "c"], ['x"y', "2", "3"], ["4", "5", "6"]]),
    ('a,b,c\n1,"x\n2,y",3\n4,5,6\n', [["a", "b", "c"], ["1", "x\n2,y", "3"], ["4", "5", "6"]]),
    ('a,b,c\n1,2,"x\n4,5,y"\n7,8,9\n', [["a", "b", "c"], ["1", "2", '"x'], ["4", "5", 'y"'], ["7", "8", "9"]]),
    ('a,b,c\n1,3"管,x\n4,5,6\n', [["a", "b", "c"], ["1", '3"管', "x"], ["4", "5", "6"]]),
]


@pytest.mark.parametrize(("text", "rows"), BROKEN)
def test_a_quotation_mark_never_closed_swallows_no_record(text: str, rows: list[list[str]]) -> None:
    book = decode(text.encode())
    assert book.grids[0].rows == rows
    assert told(book) in ([], ["read.decode.quotes"])


def test_a_text_of_nothing_but_broken_quotes_is_given_up() -> None:
    assert refusal(b"a,b,c\n" + b'1,"2,3\n4,"5"x,6\n' * 3_000)[0] == "read.decode.record"


def test_line_feeds_in_cells_without_quotes_are_joined_where_records_end_otherwise() -> None:
    book = decode("名称,住所,定員\r\nあ,東京都\n千代田区,1\r\nい,大阪,2\r\n".encode("cp932"))
    assert book.grids[0].rows[1:] == [["あ", "東京都\n千代田区", "1"], ["い", "大阪", "2"]]
    assert told(book) == ["read.decode.breaks"]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_every_delimiter_is_found_also_where_the_first_line_names_it(delimiter: str) -> None:
    data = csv_bytes([["名称", "所在地", "定員"], ["あ", "一番町1,2;3", "1"]], "cp932", delimiter)
    assert decode(data).grids[0].rows[1] == ["あ", "一番町1,2;3", "1"]
    assert decode(b"sep=" + delimiter.encode() + b"\r\n" + data).delimiter == delimiter


def test_a_large_text_is_kept_in_columns_and_reads_as_rows_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keiyu.read.text._LARGE", 50_000)
    rows = [["令和５年４月１日現在"], ["名称", "所在地", "定員"]]
    rows += [[f"第{i}保育園", '一番町"1"\n2号', str(i)] for i in range(9_000)]
    rows[5:5] = [[], ["あ", "い", "1", "余分"], ["短い"]]
    data = csv_bytes(rows, "cp932") + b",,\r\n,,\r\n"
    grid = decode(data).grids[0]
    assert isinstance(grid.rows, ColumnRows)
    padded = [[*r, *[""] * (4 - len(r))] for r in rows]
    assert list(grid.rows) == padded
    assert (len(grid.rows), grid.width, grid.rows[-1]) == (len(rows), 4, padded[-1])
    assert next(iter(grid.rows[7:])) == padded[7]
    assert grid.rows[4:9] == padded[4:9]
    assert grid.column(2, 2) == [r[2] for r in padded[2:]]


def test_a_large_text_with_broken_quotes_is_split_with_care(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keiyu.read.text._LARGE", 50_000)
    rows = [["名称", "所在地", "定員"]] + [[f"第{i}保育園", "一番町", str(i)] for i in range(9_000)]
    data = csv_bytes(rows, "utf-8").replace("第77保育園".encode(), '"第77保育園'.encode(), 1)
    book = decode(data)
    assert (len(book.grids[0].rows), told(book)) == (9_001, ["read.decode.quotes"])


# Texts that a few bytes make endless


def test_a_text_longer_than_any_cell_is_refused() -> None:
    long = "あ" * 200_000
    assert refusal(ods_bytes({"表": row(ods_text(long))}))[0] == "read.decode.too_large"
    assert (
        refusal(zip_bytes({"xl/sharedStrings.xml": f"<sst><si><t>{long}</t></si></sst>"}))[0] == "read.decode.too_large"
    )
    assert refusal(json.dumps([{"a": long}]).encode())[0] == "read.decode.too_large"


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_cell_of_ten_megabytes_is_refused_in_text_too(quote: str) -> None:
    cell = quote + "あ" * 3_000_000 + quote
    assert refusal(f"名称,定員\n{cell},1\n".encode())[0] == "read.decode.too_large"
    assert refusal(f"名称,定員\n{cell[:1_500_000]}{quote},1\n{'い,2' * 999_999}".encode())[0] == "read.decode.too_large"


def test_a_hundred_thousand_columns_are_refused() -> None:
    assert refusal(b"a," * 100_000)[0] == "read.decode.too_large"
    wide = "".join(ods_text("x", ' table:number-columns-repeated="10000"') for _ in range(10))
    assert refusal(ods_bytes({"表": row(wide)}))[0] == "read.decode.too_large"
    cell = '<row r="1"><c r="EQXD1"><v>1</v></c></row></sheetData>'
    assert refusal(sheet_with(cell))[0] == "read.decode.too_large"
    assert refusal(json.dumps([{f"c{i}": 1 for i in range(100_000)}]).encode())[0] == "read.decode.too_large"


def sheet_with(rows: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(xlsx_bytes({"表": []}))) as bundle:
        parts = {name: bundle.read(name) for name in bundle.namelist()}
    part = str(parts["xl/worksheets/sheet1.xml"], "utf-8")
    return zip_bytes({**parts, "xl/worksheets/sheet1.xml": part.replace("<sheetData/>", "<sheetData>" + rows)})


def test_a_text_that_many_cells_repeat_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("archive", "biff", "opendocument"):
        monkeypatch.setattr(f"keiyu.read.{module}.MOST_TEXT", 1_000_000)
    long = "長" * 20_000
    assert refusal(xlsx_bytes({"表": [[long]] * 200}))[0] == "read.decode.too_large"
    assert decode(xlsx_bytes({"表": [[long]] + [["短"]] * 200})).kind == "xlsx"
    repeated = ods_text(long, ' table:number-columns-repeated="200"')
    assert refusal(ods_bytes({"表": row(repeated)}))[0] == "read.decode.too_large"
    cells = {(i, 0): long for i in range(200)}
    assert refusal(xls_bytes(cells))[0] == "read.decode.too_large"
    cells = {(i, 0): f"{i}短" * 30 for i in range(3_000)} | {(0, 0): long}
    assert len(decode(xls_bytes(cells)).grids[0].rows) == 3_000


def test_macros_and_links_to_other_workbooks_are_never_followed() -> None:
    plain = openpyxl.Workbook()
    page = plain.active
    assert page is not None
    page["A1"], page["B1"], page["B2"] = "計", "=[1]前年!A1", "=WEBSERVICE(A1)"
    target = io.BytesIO()
    plain.save(target)
    with zipfile.ZipFile(target) as bundle:
        parts: dict[str, bytes | str] = {name: bundle.read(name) for name in bundle.namelist()}
    book = decode(zip_bytes({**parts, "xl/vbaProject.bin": b"\xd0\xcf\x11\xe0" + bytes(600)}))
    assert (book.kind, book.grids[0].rows[0]) == ("xlsx", ["計", "=[1]前年!A1"])
    assert [(r.rule_id, r.cell, r.value) for r in book.remarks] == [("read.decode.formula", "B1", "2")]
    assert "read.decode.formula" in rules(reading(target.getvalue(), "集計.xlsm"))
