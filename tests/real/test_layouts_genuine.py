"""Real lists, confirmed once: what a person has answered from the file holds for the next file of the same form."""

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from keiyu.contract import load
from keiyu.contract.model import Contract
from keiyu.read.confirm import Confirmations
from keiyu.read.grid import letters
from keiyu.read.inspect import inspect
from keiyu.read.remember import accept
from reading import SCHEMAS, all_areas
from real import scoring

LINES = ("nursery_facility", "nursery_vacancy", "evacuation_shelter")
SHEETS = "nursery_vacancy"
DAY = dt.date(2025, 5, 10)
TABLES = [gold for gold in scoring.load_all() if gold["expect"] == "accept" and gold["columns"]]
EDITIONS = [gold for gold in TABLES if "/funabashi_20" in gold["file"] and gold["file"].endswith(".xlsx")]


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(SCHEMAS, tmp_path_factory.mktemp("genuine") / "schemas"))


@pytest.fixture
def schemas(copied: Path) -> Iterator[Path]:
    """The project's documents, to which forms may be added."""
    yield copied
    for line in LINES:
        shutil.rmtree(copied / "lines" / line / "layouts", ignore_errors=True)


def contracts(schemas: Path) -> list[Contract]:
    return [load(line, schemas) for line in LINES]


def told(path: Path, schemas: Path, line: str | None = None) -> dict[str, Any]:
    return inspect(path.read_bytes(), path.name, contracts(schemas), all_areas(), schemas=schemas, line=line)


def confirmed(path: Path, schemas: Path, line: str, gold: dict[str, Any]) -> str:
    """Accept a file's form; what is in review is answered as a person who knows the file does. Returns its name."""
    columns = [c for c in told(path, schemas, line)["columns"] if c["needs_review"]]
    held = {c["field"] for c in told(path, schemas, line)["columns"]}
    answers = {letters(c["index"]): gold["columns"][c["index"]]["field"] for c in columns}
    fields = load(line, schemas).fields
    known = {at: name for at, name in answers.items() if name in fields and name not in held}
    twice = {name for name in known.values() if list(known.values()).count(name) > 1}
    maps = [(at, name) for at, name in known.items() if name not in twice]
    ignored = [at for at in answers if at not in dict(maps)]
    paths = {"schemas": schemas, "areas": all_areas()}
    confirmations = Confirmations(maps, ignored)
    found = accept(
        path.read_bytes(), path.name, load(line, schemas), confirmations, by="担当", on=DAY, name="known", **paths
    )
    found.write(schemas)
    return found.name


@pytest.mark.slow
@pytest.mark.parametrize("gold", TABLES, ids=lambda gold: str(gold["file"]))
def test_a_form_that_was_accepted_is_read_exactly(gold: dict[str, Any], shared: Path, schemas: Path) -> None:
    path = shared / gold["file"]
    before = told(path, schemas)
    if not any(column["field"] for column in before["columns"]):
        pytest.skip("a table of none of the lines")
    line = next(table["line"] for table in before["tables"] if table["listed"])
    layout = confirmed(path, schemas, line, gold)
    after = told(path, schemas)
    assert (after["layout"], after["line"], after["drift"]) == (layout, line, [])
    assert not any(column["needs_review"] for column in after["columns"])
    sure = {(c["header"], c["field"]) for c in before["columns"] if c["field"] and not c["needs_review"]}
    assert sure <= {(c["header"], c["field"]) for c in after["columns"]}
    assert [row["row"] for row in after["rows"]] == [row["row"] for row in before["rows"]]
    for new, old in zip(after["rows"], before["rows"], strict=True):
        assert {name: new["values"][name] for name in old["values"]} == old["values"]


FROM_THE_FIRST = {
    "2022-10-22": {("added", "B9")},
    "2022-12-13": {("header_row", None)},
    "2023-05-13a": {("renamed", "N9")},
    "2023-06-03": {("renamed", "N9")},
    "2023-09-14": {("renamed", "N9")},
    "2023-10-28": {("sheet", None), ("renamed", "N9")},
    "2024-02-23": {("sheet", None), ("removed", None)},
}
"""What each edition has that the first has not, seen in the files."""


def test_the_first_edition_accepted_the_others_tell_what_differs_and_are_read_rightly(
    shared: Path, schemas: Path
) -> None:
    first, *others = sorted(EDITIONS, key=lambda gold: str(gold["file"]))
    confirmed(shared / first["file"], schemas, SHEETS, first)
    assert len(others) == len(FROM_THE_FIRST)
    for gold in others:
        path = shared / gold["file"]
        found = told(path, schemas, SHEETS)
        edition = path.stem.removeprefix("funabashi_")
        kinds = {(d["rule_id"].rpartition(".")[2], d["cell"]) for d in found["drift"]}
        assert kinds == FROM_THE_FIRST[edition], edition
        assert found["layout"] == ("known" if edition == "2022-12-13" else None)
        wanted = {c["index"]: c["field"] for c in gold["columns"] if c["field"]}
        assert {c["index"]: c["field"] for c in found["columns"] if c["field"]} == wanted, edition
        assert found["data_rows"] == gold["data_rows"]
