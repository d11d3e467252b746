"""Where a figure comes from: found by what people call it, proved by its cells, at any past instant."""

import csv
import datetime as dt
import hashlib
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from keiyu import publish
from keiyu.codes.areas import Areas
from keiyu.contract import template
from keiyu.intake import ingest
from keiyu.publish.reading import UnknownTableError
from keiyu.publish.resolve import ManyFiguresError, NoSuchFigureError
from keiyu.publish.trace import Trace, trace
from keiyu.receive import Arrival, receive_many
from ministry import APRIL, CHIYODA, CHUO, HACHIOJI, OSHIMA, SEVEN, YOKOHAMA, Ministry

FIGURES = {
    code: {"applicants_total": 100 + n, "applicants_age1": 10 + n, "waiting_total": n, "waiting_age1": n}
    for n, code in enumerate(SEVEN)
}


@pytest.fixture
def told(ministry: Ministry) -> Ministry:
    ministry.submit(FIGURES)
    return ministry


def traced(ministry: Ministry, table: str, *words: str, at: dt.datetime | None = None) -> Trace:
    return trace(ministry.workspace, APRIL, table, words, at)


@pytest.mark.parametrize(
    ("table", "words", "value", "label", "sources"),
    [
        ("national", ("待機児童", "1歳"), 21, "待機児童（１歳児）", 7),
        ("national", ("waiting", "age1"), 21, "待機児童（１歳児）", 7),
        ("national", ("Waiting children", "Age 1"), 21, "待機児童（１歳児）", 7),
        ("national", ("１歳児", "待機児童数"), 21, "待機児童（１歳児）", 7),
        ("national", ("待機児童",), 21, "待機児童（合計）", 7),
        ("national", ("headline", "定員"), 0, "定員（合計）", 28),
        ("prefecture", ("東京都", "whole", "待機児童"), 6, "待機児童（合計）", 4),
        ("prefecture", ("東京都", "excluding_cities", "待機児童"), 4, "待機児童（合計）", 3),
        ("prefecture", ("八王子市", "待機児童"), 2, "待機児童（合計）", 1),
        ("municipality", ("千代田区", "申込者数"), 100, "申込者数（合計）", 1),
        ("municipality", ("神奈川県横浜市", "待機児童", "1歳"), 4, "待機児童（１歳児）", 1),
        ("municipality", (OSHIMA, "applicants_age1"), 13, "申込者数（１歳児）", 1),
        ("long", ("東京都大島町", "申込者数", "１歳児"), 13, "１歳児・申込者数", 1),
    ],
)
def test_a_figure_is_found_by_what_people_call_it_and_its_cells_add_up(
    told: Ministry, table: str, words: tuple[str, ...], value: int, label: str, sources: int
) -> None:
    found = traced(told, table, *words)
    assert (found.value, found.figure.label_ja, len(found.sources), found.agrees) == (value, label, sources, True)
    assert sum(source.value or 0 for source in found.sources) == value


def test_a_derived_figure_names_its_reporters_and_claims_no_sum(told: Ministry) -> None:
    found = traced(told, "national", "保留児童数")
    assert (found.value, found.agrees) == (721, None)
    assert [source.reporter for source in found.sources] == list(SEVEN)
    assert {source.cell for source in found.sources} == {None}


@pytest.mark.parametrize(
    ("table", "words", "error"),
    [
        ("national", ("待機老人",), NoSuchFigureError),
        ("national", ("待機児童", "9歳"), NoSuchFigureError),
        ("municipality", ("待機児童",), ManyFiguresError),
        ("prefecture", ("東京都", "待機児童"), ManyFiguresError),
        ("nation", (), UnknownTableError),
    ],
)
def test_what_is_not_one_figure_is_told(told: Ministry, table: str, words: tuple[str, ...], error: Any) -> None:
    with pytest.raises(error) as refused:
        traced(told, table, *words)
    assert refused.value.message_ja and refused.value.message_en


def test_a_marker_keeps_the_text_of_its_cell(ministry: Ministry) -> None:
    ministry.submit({CHIYODA: {"waiting_total": "…"}, CHUO: {"waiting_total": "-"}})
    sources = traced(ministry, "national", "待機児童").sources
    assert [(one.value, one.value_status, one.raw) for one in sources] == [(None, "unknown", "…"), (0, "none", "-")]


def test_every_past_instant_has_its_own_sources(told: Ministry) -> None:
    before = dt.datetime.now(dt.UTC)
    corrected = told.submit({CHIYODA: {"waiting_total": 50}})
    now, then = traced(told, "national", "待機児童"), traced(told, "national", "待機児童", at=before)
    assert (now.value, then.value) == (71, 21)
    assert (now.agrees, then.agrees) == (True, True)
    by_reporter = {one.reporter: one for one in now.sources}
    assert by_reporter[CHIYODA].submission_id == corrected
    assert {one.submission_id for one in then.sources}.isdisjoint({corrected})
    empty = traced(told, "national", "待機児童", at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    assert (empty.value, empty.sources, empty.agrees) == (None, (), True)


def test_it_says_whether_the_release_was_made_with_the_rules_of_today(told: Ministry, small: Path) -> None:
    assert (traced(told, "national", "待機児童").release, traced(told, "national", "待機児童").same_rules) == (
        None,
        None,
    )
    made = publish.publish(told.workspace, APRIL)
    found = traced(told, "national", "待機児童")
    assert made is not None
    assert (found.release, found.same_rules) == (made.id, True)
    codes = small / "schemas" / "codes" / "prefecture_tiles.csv"
    before = codes.read_bytes()
    try:
        codes.write_bytes(before + b"48,x,x,1,1\n")
        assert traced(told, "national", "待機児童").same_rules is False
    finally:
        codes.write_bytes(before)


def filled(ministry: Ministry, areas: Areas, code: str, figures: dict[str, int]) -> bytes:
    """The line's own form, filled in by a municipality."""
    contract = ministry.contract
    zeros = {field.name: 0 for table in contract.tables for field in table.measures}
    area = areas.get(code, APRIL.as_of)
    return template.render(contract, reporter=area, as_of=APRIL.as_of, values={**zeros, **figures})


def listed(ministry: Ministry, code: str, prefecture: str, name: str, figures: dict[str, int]) -> bytes:
    """A flat list of one row, as a spreadsheet exports it."""
    fields = [field for table in ministry.contract.tables for field in table.measures]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["団体コード", "都道府県", "市区町村", *(field.name for field in fields)])
    writer.writerow([code, prefecture, name, *(figures.get(field.name, 0) for field in fields)])
    return text.getvalue().encode("cp932")


def test_the_cell_that_is_named_holds_the_figure(ministry: Ministry) -> None:
    """Real files through the real reader: what the trace names is opened again and holds the value."""
    figures = {"applicants_total": 41, "applicants_age1": 41, "waiting_total": 41, "waiting_age1": 41}
    files = {
        "千代田区.xlsx": filled(ministry, ministry.workspace.areas, CHIYODA, figures),
        "八王子市.csv": listed(ministry, HACHIOJI, "東京都", "八王子市", figures),
    }
    space = ministry.workspace
    arrivals = [Arrival(data, name, None, "cli", collection=APRIL) for name, data in files.items()]
    receive_many(space.ledger, space.storage, arrivals)
    assert ingest(space).accepted == 2
    found = traced(ministry, "national", "待機児童", "1歳")
    assert (found.value, found.agrees, len(found.sources)) == (82, True, 2)
    for source in found.sources:
        data = files[source.file]
        assert source.sha256 == hashlib.sha256(data).hexdigest()
        assert source.cell is not None
        if source.sheet:
            assert openpyxl.load_workbook(io.BytesIO(data))[source.sheet][source.cell].value == 41
        else:
            rows = list(csv.reader(io.StringIO(data.decode("cp932"))))
            column = openpyxl.utils.cell.coordinate_from_string(source.cell)
            assert rows[column[1] - 1][openpyxl.utils.column_index_from_string(column[0]) - 1] == "41"
    assert YOKOHAMA not in {source.reporter for source in found.sources}
