"""A workbook whose sheets have different headers: accepted as one form, and what drifts told sheet by sheet."""

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from keiyu.contract import load
from keiyu.errors import UserError
from keiyu.read import read
from keiyu.read.confirm import Confirmations
from keiyu.read.inspect import inspect
from keiyu.read.remember import Accepted, accept
from reading import SCHEMAS, all_areas, xlsx_bytes

LINE = "nursery_vacancy"
PUBLIC = [
    ["施設の名称", "種別", "定員", "受入定員", "０歳空き", "１歳空き"],
    ["さくら保育園", "認可保育所", 90, 88, 0, 2],
    ["そら保育園", "認可保育所", 60, 50, 2, 1],
]
PRIVATE = [
    ["園名", "電話番号", "利用定員", "０歳児空き", "１歳児空き", "備考"],
    ["うみべ保育園", "047-333-4444", 70, 1, 0, ""],
    ["やまびこ保育園", "047-333-4445", 80, 3, 1, ""],
    ["かわせみ保育園", "047-333-4446", 75, 0, 1, ""],
]
BOOK = {"公立": PUBLIC, "私立": PRIVATE}
ANSWERS = Confirmations([("公立!D", "capacity")], ["定員"])

Book = dict[str, list[list[Any]]]


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(SCHEMAS, tmp_path_factory.mktemp("sheets") / "schemas"))


@pytest.fixture
def schemas(copied: Path) -> Iterator[Path]:
    yield copied
    shutil.rmtree(copied / "lines" / LINE / "layouts", ignore_errors=True)


def keep(schemas: Path, answers: Confirmations = ANSWERS, book: Book | None = None, **more: Any) -> Accepted:
    data = xlsx_bytes(book or BOOK)
    day = dt.date(2025, 5, 10)
    found = accept(
        data, "may.xlsx", load(LINE, schemas), answers, schemas=schemas, areas=all_areas(), by="担当", on=day, **more
    )
    found.write(schemas)
    return found


def told(schemas: Path, book: Book) -> dict[str, Any]:
    return inspect(xlsx_bytes(book), "R7.6.xlsx", [load(LINE, schemas)], all_areas(), schemas=schemas)


def drifts(schemas: Path, book: Book) -> list[tuple[str, str, str | None]]:
    return [(d["rule_id"].rpartition(".")[2], d["sheet"], d["cell"]) for d in told(schemas, book)["drift"]]


def test_sheets_with_different_headers_are_one_form(schemas: Path) -> None:
    kept = keep(schemas)
    assert [(s.form.sheet, len(s.columns)) for s in kept.sheets] == [("公立", 6), ("私立", 6)]
    form = yaml.safe_load(kept.path.read_text(encoding="utf-8"))
    assert [sheet["sheet"] for sheet in form["sheets"]] == ["公立", "私立"]
    found = told(schemas, BOOK)
    assert (found["layout"], found["drift"]) == ("may", [])
    everything = [row["values"] for row in (*found["rows"], *found["further_rows"])]
    assert [row["capacity"] for row in everything] == [88, 50, 70, 80, 75]
    assert [row["vacancy_age0"] for row in everything] == [0, 2, 1, 3, 0]


def test_the_pipeline_reads_every_sheet_by_its_own_header(schemas: Path) -> None:
    keep(schemas)
    found = read(xlsx_bytes(BOOK), "R7.6.1.xlsx", [load(LINE, schemas)], all_areas(), schemas=schemas, sender="122041")
    assert {f.rule_id for f in found.findings} == {"read.reporter.sender", "read.section.given"}
    assert found.layout == "may"
    assert [(t.placement.sheet, list(t.columns["capacity"])) for t in found.tables] == [
        ("公立", [88, 50]),
        ("私立", [70, 80, 75]),
    ]


def test_what_drifts_is_told_of_the_sheet_that_drifts(schemas: Path) -> None:
    keep(schemas)
    private = [[*row, "有" if n else "駐車場"] for n, row in enumerate(PRIVATE)]
    assert drifts(schemas, {"公立": PUBLIC, "私立": private}) == [("added", "私立", "G1")]
    public = [["所在の町", *PUBLIC[0]], *(["本町", *row] for row in PUBLIC[1:])]
    assert drifts(schemas, {"公立": public, "私立": private}) == [("added", "公立", "A1"), ("added", "私立", "G1")]


def test_a_sheet_that_is_gone_is_told(schemas: Path) -> None:
    keep(schemas)
    assert drifts(schemas, {"私立": PRIVATE}) == [("sheet_lost", "私立", None)]
    assert told(schemas, {"私立": PRIVATE})["drift"][0]["ja"] == (
        "登録済みの様式「may」にあったシート「公立」の表が、このファイルにありません。"
    )


def test_one_sheet_of_several_may_be_accepted_and_the_others_later(schemas: Path) -> None:
    first = keep(schemas, Confirmations([("D", "capacity")], ["定員"]), sheet="公立", name="public")
    rest = keep(schemas, Confirmations(), name="private")
    assert [s.form.sheet for s in (*first.sheets, *rest.sheets)] == ["公立", "私立"]
    with pytest.raises(UserError, match="KEIYU-141"):
        keep(schemas, name="again")


def test_a_sheet_that_the_reader_does_not_understand_may_be_named(schemas: Path) -> None:
    private = [["園名", "電話番号", "定数", "零", "一", "備考"], *PRIVATE[1:]]
    said = [(f"私立!{at}", name) for at, name in zip("CDE", ["capacity", "vacancy_age0", "vacancy_age1"], strict=True)]
    keep(schemas, Confirmations([*ANSWERS.fields, *said], ANSWERS.ignored), {"公立": PUBLIC, "私立": private})
    found = told(schemas, {"公立": PUBLIC, "私立": private})
    assert [row["values"]["vacancy_age0"] for row in (*found["rows"], *found["further_rows"])] == [0, 2, 1, 3, 0]


def test_columns_in_doubt_and_unknown_are_named_with_their_sheet(schemas: Path) -> None:
    with pytest.raises(UserError) as doubtful:
        keep(schemas, Confirmations())
    assert (doubtful.value.code, "公立!D「受入定員」" in doubtful.value.message_ja) == ("KEIYU-137", True)
    for unknown in ("D", "国立!D", "庭"):
        with pytest.raises(UserError, match="KEIYU-134"):
            keep(schemas, Confirmations([(unknown, "capacity")], ["定員"]))
