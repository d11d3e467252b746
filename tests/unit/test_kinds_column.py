"""A column is read as its cells are, whatever road it takes."""

import datetime as dt
from typing import Any

import pytest

from keiyu.contract import load
from keiyu.read.kinds import KINDS, Normaliser, Terms, normalise, normalise_column, of_field
from keiyu.read.model import ValueStatus
from kinds import SCHEMAS, terms


def marks(kind: str, cells: list[Any], **options: bool) -> list[tuple[int, str, str]]:
    marked = normalise_column(kind, cells, terms(), **options).marked
    return [(place, reading.status.value, reading.raw) for place, reading in marked]


def test_a_plain_value_has_no_mark() -> None:
    assert marks("integer", ["1", "0", 3.0, 4]) == []
    assert marks("text", ["園", " 園　", "", None]) == []
    assert marks("date", ["2024-04-01", dt.date(2024, 4, 1)]) == []
    assert marks("flag", [True]) == []


def test_what_is_written_otherwise_or_missing_has_a_mark() -> None:
    cells = ["12", "１２", "-", "", "約12"]
    assert marks("integer", cells) == [
        (1, "reported", "１２"),
        (2, "none", "-"),
        (3, "not_submitted", ""),
        (4, "reported", "約12"),
    ]
    assert marks("integer", cells, rewritten=False) == [
        (2, "none", "-"),
        (3, "not_submitted", ""),
        (4, "reported", "約12"),
    ]


def test_a_blank_of_a_text_has_no_mark_and_a_sign_has() -> None:
    assert marks("phone", ["", "　", "-"]) == [(2, "none", "-")]


def test_a_yes_is_not_taken_for_the_number_one() -> None:
    column = normalise_column("integer", [1, True, 1.0, "1"], terms())
    assert column.values == [1, None, 1, 1]
    assert normalise_column("flag", [1, True, 0.0, False], terms()).values == [True, True, False, False]


def test_html_and_lone_surrogates_are_seen_to_for_every_kind() -> None:
    reading = normalise_column("phone", ["03-1234-5678<br>"], terms()).marked[0][1]
    assert (reading.value, reading.note, reading.raw) == (
        "03-1234-5678",
        "read.value.html_stripped",
        "03-1234-5678<br>",
    )
    broken = normalise_column("phone", ["03-1234-567\udc38"], terms()).marked[0][1]
    assert (broken.value, broken.status) == (None, ValueStatus.UNKNOWN)
    assert broken.raw.encode()


@pytest.mark.parametrize(
    ("kind", "plain", "odd"),
    [
        ("integer", "{0}", "{0}人"),
        ("phone", "042-{1}-{0:04}", "042－{1}－{0:04}"),
        ("postal_code", "{1}-{0:04}", "〒{1}-{0:04}"),
        ("latitude", "35.{0:06}", "３５.{0:06}"),
        ("text", "みどり{0}園", "みどり{0}<br>園"),
        ("name", "みどり{0}園", "みどり{0}園\ue000"),
        ("url", "https://a{0}.example.jp/", "http：//a{0}.example.jp/"),
        ("time", "07:{2}", "7時{2}分"),
        ("identifier", "A-{0:06}", "A-{0:06}\ue000"),
    ],
)
def test_odd_cells_among_many_plain_ones_are_found(kind: str, plain: str, odd: str) -> None:
    places = {0, 17, 4_095, 4_096, 8_999}
    cells = [(odd if i in places else plain).format(i, 100 + i % 900, 10 + i % 50) for i in range(9_000)]
    column = normalise_column(kind, cells, terms())
    reader = Normaliser(KINDS[kind], terms())
    assert {place for place, _ in column.marked} == places
    assert column.values == [reader.read(cell).value for cell in cells]


def test_an_age_without_a_unit_has_the_fields() -> None:
    months = Terms.of(SCHEMAS, unit="か月")
    assert normalise("age", "6", months).value == "6m"
    assert normalise("age", 6.0, Terms.of(SCHEMAS, unit="歳")).value == "6y"
    assert normalise("age", "1歳", months).value == "1y"


def test_a_fields_reader_has_its_contracts_terms() -> None:
    contract = load("nursery_facility", SCHEMAS)
    fields = contract.fields
    assert of_field(fields["capacity"], contract).read("１２０名").value == 120
    assert of_field(fields["ownership"], contract).read("市立").value == "public"
    assert of_field(fields["facility_type"], contract).read("認可保育所").value == "daycare"
    assert of_field(fields["age_min"], contract).read("生後57日から").value == "57d"
    assert of_field(fields["close_time"], contract).read("7:00～18:00").value == "18:00"
