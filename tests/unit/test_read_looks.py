"""Merges, diagonal lines, colours, formats, comments and what is hidden, in new and old workbooks."""

import io
import struct

import pytest
import xlsxwriter
import xlwt
from hypothesis import given
from hypothesis import strategies as st

from files import xls_bytes, zip_bytes
from keiyu.read import compound
from keiyu.read.archive import Parts
from keiyu.read.decode import decode
from keiyu.read.grid import Grid
from keiyu.read.looks.model import PLAIN, UNKNOWN, Range, apart, holding
from keiyu.read.looks.workbook import area, looks
from keiyu.read.looks.xml import parse
from keiyu.read.sniff import RefusedError
from reading import csv_bytes, xlsx_bytes


def decorated() -> Grid:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        book.add_worksheet("前")
        page = book.add_worksheet("表 & 注")
        page.merge_range("A1:C1", "令和５年４月", book.add_format({"bold": True}))
        page.write_blank("B2", None, book.add_format({"diag_type": 1, "diag_border": 1}))
        page.write_blank("B3", None, book.add_format({"diag_type": 2, "diag_border": 4}))
        page.write("C2", 45000, book.add_format({"num_format": 'ggge"年"m"月"d"日"', "bg_color": "#FFFF00"}))
        page.write("C3", "消", book.add_format({"font_strikeout": True, "font_color": "#FF0000", "border": 1}))
        page.write("A4", 1)
        page.write_comment("A4", "前年は２")
        page.set_row(4, None, None, {"hidden": True})
        page.set_column("E:F", None, None, {"hidden": True})
        page.set_column("H:H", None, book.add_format({"bg_color": "#00FF00"}))
    return decode(target.getvalue()).grids[1]


def test_a_workbook_says_how_its_cells_look() -> None:
    seen = decorated().looks
    assert seen.known
    assert seen.merges == (Range(0, 0, 0, 2),)
    assert (seen.merge(0, 1), seen.merge(1, 1)) == (Range(0, 0, 0, 2), None)
    assert seen.diagonals == {(1, 1), (2, 1)}
    assert (seen.hidden_rows, seen.hidden_columns) == ({4}, {4, 5})
    assert {place: text.splitlines()[-1] for place, text in seen.comments.items()} == {(3, 0): "前年は２"}
    assert (seen.style(1, 2).format, seen.style(1, 2).fill) == ('ggge"年"m"月"d"日"', "FFFF00")
    struck = seen.style(2, 2)
    assert (struck.struck, struck.colour, struck.boxed, struck.diagonal) == (True, "FF0000", True, False)
    assert (seen.style(3, 0), seen.style(40, 7).fill) == (PLAIN.style(0, 0)._replace(colour="theme1"), "00FF00")


def test_an_old_workbook_says_so_too() -> None:
    book = xlwt.Workbook()
    page = book.add_sheet("表")
    page.write_merge(0, 0, 0, 2, "令和５年４月")
    page.write(1, 1, None, xlwt.easyxf("borders: diag thin, need_diag1 true"))
    page.write(1, 2, 45000, xlwt.easyxf("font: struck_out true; pattern: pattern solid, fore_colour red", 'yyyy"年"'))
    page.row(3).hidden = True
    page.row(3).write(0, 1)
    page.col(4).hidden = True
    target = io.BytesIO()
    book.save(target)
    seen = decode(target.getvalue()).grids[0].looks
    assert seen.merges == (Range(0, 0, 0, 2),)
    assert seen.diagonals == {(1, 1)}
    assert (seen.style(1, 2).format, seen.style(1, 2).struck, seen.style(1, 2).fill) == ('yyyy"年"', True, "indexed10")
    assert (seen.hidden_rows, seen.hidden_columns) == ({3}, {4})


def test_comments_of_an_old_workbook_are_read() -> None:
    def record(kind: int, body: bytes) -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    def noted(number: int, cell: tuple[int, int], *pieces: bytes) -> bytes:
        letters = sum(len(p[1:].decode("utf-16-le" if p[0] else "latin-1")) for p in pieces)
        item = struct.pack("<HHHHH", 0x15, 0x12, 0x19, number, 0) + bytes(12)
        text = struct.pack("<HH6xHH4x", 0, 0, letters, 16)
        runs = record(0x3C, bytes(16))
        said = b"".join(record(0x3C, piece) for piece in pieces)
        note = struct.pack("<HHHH", *cell, 0, number) + b"\x00\x00\x00"
        return record(0x5D, item) + record(0x1B6, text) + said + runs + record(0x1C, note)

    stream = compound.Compound(xls_bytes({(0, 0): "名称", (1, 0): "みどり"})).stream("Workbook")
    end = stream.rindex(b"\x0a\x00\x00\x00")
    notes = noted(1, (1, 0), b"\x01" + "前年は".encode("utf-16-le"), b"\x00" + b"2") + noted(2, (0, 0), b"\x00ok")
    grid = decode(compound.wrap(stream[:end] + notes + stream[end:], "Workbook")).grids[0]
    assert grid.rows[1][0] == "みどり"
    assert grid.looks.comments == {(1, 0): "前年は2", (0, 0): "ok"}


def test_a_text_looks_like_nothing_and_looks_are_read_once() -> None:
    assert decode(csv_bytes([["a", "b"]])).grids[0].looks is PLAIN
    grid = decorated()
    assert grid.looks is grid.looks


@pytest.mark.parametrize("part", ["xl/styles.xml", "xl/worksheets/sheet1.xml"])
def test_damaged_looks_are_unknown_and_entities_refused(part: str) -> None:
    assert looks(Parts(zip_bytes({"xl/workbook.xml": "<workbook/>", part: "<a"})), "表") is UNKNOWN
    for wild in (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', '<!DOCTYPE a [<!ENTITY x "y">]><a/>'.encode("utf-16")):
        with pytest.raises(RefusedError, match="entities"):
            parse(wild, lambda name, attributes: None)


def test_looks_beyond_the_sheet_are_plain() -> None:
    grid = decode(xlsx_bytes({"表": [["名称"]]})).grids[0]
    assert grid.looks.style(9_999, 9_999).format == "General"
    assert (area("B2:A1"), area("$C$3"), area("zzzz1")) == (Range(0, 0, 1, 1), Range(2, 2, 2, 2), None)


STYLES = """<styleSheet><borders><border/><border diagonalUp="1"><diagonal style="thin"/></border></borders>
<cellXfs><xf/><xf borderId="1"/></cellXfs></styleSheet>"""


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="2"><c r="A2" s="0"/><c r="B2" s="1" t="s"><v>0</v></c></row><row r="9" hidden="1"/>',
        "<row r='2'><c t='s' r='A2'/><c s = '01' t='s' r='B2'/></row><row hidden='true' r='9'/>",
        '<row/><row><c/><c s="1"/></row><row r="9" hidden="1"/>',
        '<x:row r="2"><x:c r="B2" s="1"/></x:row><x:row r="9" hidden="1"/>',
    ],
)
def test_cells_that_are_crossed_out_are_found_however_a_sheet_is_written(rows: str) -> None:
    sheet = "<x:sheetData>" if "x:" in rows else "<sheetData>"
    book = {
        "xl/workbook.xml": '<workbook><sheet name="表" r:id="r1"/></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/>'
        "</Relationships>",
        "xl/styles.xml": STYLES,
        "xl/worksheets/sheet1.xml": f"<worksheet>{sheet}{rows}{sheet.replace('<', '</')}</worksheet>",
    }
    seen = looks(Parts(zip_bytes(book)), "表")
    assert (seen.diagonals, seen.hidden_rows) == ({(1, 1)}, {8})


def test_long_runs_of_cells_of_an_old_workbook_are_bounded_and_have_their_styles() -> None:
    grid = decode(xls_bytes({(row, column): f"{row}-{column}" for row in range(40) for column in range(30)})).grids[0]
    assert (grid.rows[39][29], len(grid.rows), grid.width) == ("39-29", 40, 30)
    assert len(grid.looks.cells) == 40 * 30


places = st.integers(0, 12)
blocks = st.builds(
    lambda top, left, high, wide: Range(top, left, top + high, left + wide),
    places,
    places,
    st.integers(-1, 5),
    st.integers(-1, 5),
)


def overlap(one: Range, two: Range) -> bool:
    return one.top <= two.bottom and two.top <= one.bottom and one.left <= two.right and two.left <= one.right


@given(st.lists(blocks, max_size=12), places, st.sets(st.tuples(places, places), max_size=6))
def test_merged_blocks_that_overlap_or_leave_the_rows_are_left_out(
    merges: list[Range], rows: int, cells: set[tuple[int, int]]
) -> None:
    inside = dict.fromkeys(m._replace(bottom=min(m.bottom, rows - 1)) for m in merges)
    kept: list[Range] = []
    for block in sorted(m for m in inside if m.top <= m.bottom and m.left <= m.right):
        if not any(overlap(block, other) for other in kept):
            kept.append(block)
    found = apart(merges, rows)
    assert found == tuple(block for block in inside if block in kept)
    assert holding(found, cells) == {block for block in found if any(block.holds(*cell) for cell in cells)}


def test_merges_over_the_whole_sheet_are_no_more_rows_than_it_has() -> None:
    data = xlsx_bytes({"表": [["名称", 1.0], ["あ", 2.0], ["い", 3.0]]})
    parts = Parts(data)
    sheet = "xl/worksheets/sheet1.xml"
    merges = "".join(f'<mergeCell ref="A{row}:XFD1048576"/>' for row in range(1, 3_000))
    told = parts.get(sheet).replace(b"</sheetData>", f"</sheetData><mergeCells>{merges}</mergeCells>".encode())
    grid = decode(zip_bytes({**{name: parts.get(name) for name in parts.entries}, sheet: told})).grids[0]
    assert grid.looks.merges == (Range(0, 0, 2, 16_383),)
