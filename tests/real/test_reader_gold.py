"""The gold answers are well formed, true to the files, and the reader meets them (tests/real/gold/README.md)."""

import json
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from real import raw, report, scoring
from real.scoring import GOLD, TARGETS

GOLDS = scoring.load_all()
TABLES = [gold for gold in GOLDS if gold["expect"] == "accept"]
VALIDATOR = jsonschema.Draft202012Validator(json.loads((GOLD / "gold.json").read_text(encoding="utf-8")))
FOLDERS = ("nursery_lists", "vacancy", "relay_lists")
SPREAD = {"open_time": "close_time"}
CLOCK = re.compile(r"[0-4]\d:[0-5]\d")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
FORMS = {
    "open_time": CLOCK,
    "close_time": CLOCK,
    "licensed_date": DAY,
    "opened_date": DAY,
    "as_of_date": DAY,
    "area_code": re.compile(r"\d{6}"),
    "corporate_number": re.compile(r"\d{13}"),
    "postal_code": re.compile(r"\d{3}-\d{4}"),
    "phone": re.compile(r"\d+(-\d+)*"),
    "fax": re.compile(r"\d+(-\d+)*"),
    "ownership": re.compile(r"public|private|public_private"),
}
AS_WRITTEN = {"name", "name_kana", "facility_type", "address", "building", "operator_name", "url", "accepted_ages"}
AS_WRITTEN |= {"municipality", "prefecture", "shelter_type", "shelter_id", "days_open", "corporate_number"}


def name(gold: Mapping[str, Any]) -> str:
    return str(gold["file"])


@pytest.mark.parametrize("gold", GOLDS, ids=name)
def test_a_gold_answer_is_well_formed(gold: dict[str, Any]) -> None:
    VALIDATOR.validate(gold)
    columns = gold["columns"]
    assert [c["index"] for c in columns] == list(range(len(columns)))
    assert all(columns[c["same_as"]]["field"] == c["field"] for c in columns if "same_as" in c)
    mapped = {c["field"] for c in columns if c["field"]}
    mapped |= {SPREAD[c["field"]] for c in columns if c["field"] in SPREAD}
    for row in gold["rows"]:
        blank, values, status = set(row.get("blank", ())), row["values"], row.get("status", {})
        assert blank | set(values) <= mapped
        assert not blank & set(values)
        assert set(status) == {field for field, value in values.items() if value is None}
        assert gold["first_data_row"] <= row["row"] <= gold["last_data_row"]
    assert len(gold["rows"]) >= (6 if mapped else 0)


@pytest.mark.parametrize("gold", TABLES, ids=name)
def test_one_field_one_column(gold: dict[str, Any]) -> None:
    plain = [c["field"] for c in gold["columns"] if c["field"] and not {"same_as", "part"} & set(c)]
    assert len(plain) == len(set(plain))
    assert gold["data_rows"] == gold["last_data_row"] - gold["first_data_row"] + 1


@pytest.mark.parametrize("gold", TABLES, ids=name)
def test_values_have_their_canonical_form(gold: dict[str, Any]) -> None:
    for row in gold["rows"]:
        for field, value in row["values"].items():
            if value is None:
                continue
            if field in FORMS:
                assert FORMS[field].fullmatch(value), (row["row"], field, value)
            if field == "latitude":
                assert 20 < value < 46
            if field == "longitude":
                assert 122 < value < 154
            if isinstance(value, str):
                assert value == value.strip()


def test_every_real_file_has_a_gold_answer(shared: Path) -> None:
    there = {str(p.relative_to(shared)) for folder in FOLDERS for p in (shared / folder).rglob("*") if p.is_file()}
    assert there == {gold["file"] for gold in GOLDS}


@pytest.mark.parametrize("gold", TABLES, ids=name)
def test_gold_agrees_with_the_raw_file(gold: dict[str, Any], shared: Path) -> None:
    path = shared / gold["file"]
    grid = raw.cells(path, gold["encoding"], gold["sheet"])
    for column in gold["columns"]:
        written = tuple(part for part in column["header"].split(" / ") if part)
        assert written in raw.headers(path, grid, gold["header_rows"], column["index"]), column
    _holds_the_records(gold, grid)
    for row in gold["rows"]:
        _holds_the_values(gold, row, grid[row["row"]])


def _holds_the_records(gold: Mapping[str, Any], grid: raw.Grid) -> None:
    """Every record has a name (or its first cell); after the last, nothing but footnotes and left-overs."""
    named = next((c["index"] for c in gold["columns"] if c["field"] == "name"), 0)
    filled = [row for row, cells in grid.items() if len(cells) > named and cells[named] not in (None, "")]
    records = [row for row in filled if gold["first_data_row"] <= row <= gold["last_data_row"]]
    assert len(records) == gold["data_rows"]
    after = [str(grid[row][named]) for row in filled if row > gold["last_data_row"]]
    assert all(text.startswith(("合計", "※")) for text in after)


def _holds_the_values(gold: Mapping[str, Any], row: Mapping[str, Any], cells: list[Any]) -> None:
    for column in gold["columns"]:
        field = column["field"]
        if field is None or "part" in column or "same_as" in column or field not in row["values"]:
            continue
        cell, value = cells[column["index"]], row["values"][field]
        if isinstance(value, bool) or value is None:
            continue
        if isinstance(value, int | float):
            assert float(cell) == value, (row["row"], field)
        elif field in AS_WRITTEN:
            assert str(cell).strip() == value, (row["row"], field)
        elif field in {"phone", "fax"}:
            assert re.sub(r"\D", "", unicodedata.normalize("NFKC", str(cell))) == value.replace("-", "")
    for field in row.get("blank", ()):
        at = next(c["index"] for c in gold["columns"] if c["field"] == field and "same_as" not in c)
        assert at >= len(cells) or cells[at] is None or not str(cells[at]).strip(), (row["row"], field)


@pytest.mark.real
def test_the_reader_meets_the_targets(shared: Path) -> None:
    pytest.importorskip("keiyu.read.inspect", reason="the general reader is not there yet")
    answers = report.answers(shared, GOLDS)
    whole = scoring.total(scoring.score(gold, answer) for gold, answer in zip(GOLDS, answers, strict=True))
    short = {t.measure: getattr(whole, t.measure).rate for t in TARGETS if not t.met(whole)}
    assert not short, "\n".join(whole.misses)
