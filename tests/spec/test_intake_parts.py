"""One file, several collections: columns of another line, sheets of several months; each row where it belongs."""

import datetime as dt
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from sqlalchemy import select

from keiyu import register
from keiyu.contract.model import Collection
from keiyu.intake import ingest
from keiyu.ledger import open_collection
from keiyu.ledger.models import FindingRow, Submission
from keiyu.publish.trace import trace
from keiyu.receive import receive
from keiyu.receive.workspace import Workspace
from keiyu.settings import Settings

REGISTER, SHEET = "nursery_facility", "nursery_vacancy"
FUNABASHI, APRIL, MAY = "122041", dt.date(2025, 4, 1), dt.date(2025, 5, 1)
LIST = """子育て施設一覧（令和７年４月１日現在）
施設名称,種別,住所,電話番号,定員,受入可能数（０歳児）,受入可能数（１歳児）,待機児童数（１歳児）
みどり保育園,認可保育所,千葉県船橋市本町1-2-3,047-400-1111,90,1,0,3
そらいろ保育園,認可保育所,千葉県船橋市夏見9-9-9,047-400-9999,60,0,2,0
"""
VACANCIES = """保育所等の空き状況一覧（令和７年４月）
施設名,種別,定員,0歳,1歳
みどり保育園,認可保育所,90,5,5
"""


@pytest.fixture
def space(home: Path, tmp_path: Path) -> Iterator[Workspace]:
    settings = Settings(home=home, storage=str(tmp_path / "data"), database_url=f"sqlite:///{tmp_path / 'ledger.db'}")
    with Workspace.open(settings) as opened:
        yield opened


def take(space: Workspace, content: str | bytes, name: str = "一覧.csv", *, line: str | None = None) -> list[str]:
    """Receive a file and decide it; returns the rules of what was said."""
    data = content.encode() if isinstance(content, str) else content
    receive(space.ledger, space.storage, data, filename=name, sender=FUNABASHI, channel="cli", line=line)
    ingest(space)
    with space.ledger.read() as connection:
        last = select(Submission.id).order_by(Submission.received_seq.desc()).limit(1).scalar_subquery()
        return list(connection.scalars(select(FindingRow.rule_id).where(FindingRow.submission_id == last)))


def rows(space: Workspace, line: str, day: dt.date = APRIL) -> list[dict[str, Any]]:
    contract = space.contract(line)
    return register.current(space.ledger, space.storage, contract, contract.table_names[0], day).to_pylist()


def state(space: Workspace) -> list[tuple[str, int | None]]:
    with space.ledger.read() as connection:
        return [tuple(row) for row in connection.execute(select(Submission.state, Submission.row_count))]


def test_columns_of_another_line_are_rows_of_that_line(space: Workspace) -> None:
    for line in (REGISTER, SHEET):
        open_collection(space.ledger, Collection(line, APRIL))
    assert "read.line.also" in take(space, LIST)
    assert [row["address"] for row in rows(space, REGISTER)] == ["千葉県船橋市本町1-2-3", "千葉県船橋市夏見9-9-9"]
    told = [(r["name"], r["vacancy_age0"], r["vacancy_age1"], r["waiting_age1"]) for r in rows(space, SHEET)]
    assert told == [("みどり保育園", 1, 0, 3), ("そらいろ保育園", 0, 2, 0)]
    assert {row["area_code"] for row in rows(space, SHEET)} == {FUNABASHI}
    assert state(space) == [("accepted", 4)]


def test_a_line_that_is_not_open_is_told_and_the_rest_is_taken(space: Workspace) -> None:
    open_collection(space.ledger, Collection(REGISTER, APRIL))
    assert "intake.also_not_open" in take(space, LIST)
    assert (len(rows(space, REGISTER)), state(space)) == (2, [("accepted", 2)])


def test_only_the_other_line_being_open_its_rows_are_taken(space: Workspace) -> None:
    open_collection(space.ledger, Collection(SHEET, APRIL))
    assert "intake.also_not_open" in take(space, LIST)
    assert (len(rows(space, SHEET)), state(space)) == (2, [("accepted", 2)])


@pytest.mark.parametrize("first", [VACANCIES, LIST])
def test_a_list_of_the_lines_own_goes_before_columns_of_another(space: Workspace, first: str) -> None:
    for line in (REGISTER, SHEET):
        open_collection(space.ledger, Collection(line, APRIL))
    take(space, first)
    said = take(space, VACANCIES if first is LIST else LIST)
    assert ("intake.also_sent" in said) == (first is VACANCIES)
    assert [(row["name"], row["vacancy_age0"]) for row in rows(space, SHEET)] == [("みどり保育園", 5)]
    assert len(rows(space, REGISTER)) == 2


def test_a_later_list_replaces_what_an_earlier_one_of_its_kind_held(space: Workspace) -> None:
    for line in (REGISTER, SHEET):
        open_collection(space.ledger, Collection(line, APRIL))
    take(space, LIST)
    take(space, LIST.replace("90,1,0,3", "90,7,0,3"))
    assert [row["vacancy_age0"] for row in rows(space, SHEET)] == [7, 0]


def book(sheets: Mapping[str, list[list[Any]]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as workbook:
        for name, lines in sheets.items():
            page = workbook.add_worksheet(name)
            for number, line in enumerate(lines):
                page.write_row(number, 0, line)
    return out.getvalue()


HEADER = ["施設名", "種別", "定員", "0歳", "1歳", "2歳"]


def months(before: Mapping[str, list[list[Any]]] | None = None) -> bytes:
    """A workbook with a sheet for April and one for May, behind others."""
    sheets = dict(before or {})
    for month in (4, 5):
        facilities = [["みどり保育園", "認可保育所", 90, month, 0, 0], ["そらいろ保育園", "認可保育所", 60, 0, 1, 0]]
        sheets[f"令和７年{month}月"] = [["空き状況一覧"], HEADER, *facilities]
    return book(sheets)


def test_sheets_of_several_months_go_to_a_collection_each(space: Workspace) -> None:
    for day in (APRIL, MAY):
        open_collection(space.ledger, Collection(SHEET, day))
    take(space, months(), "空き状況.xlsx")
    assert [row["vacancy_age0"] for row in rows(space, SHEET)] == [4, 0]
    assert [row["vacancy_age0"] for row in rows(space, SHEET, MAY)] == [5, 0]
    assert state(space) == [("accepted", 4)]


def test_a_month_that_is_not_open_is_told(space: Workspace) -> None:
    open_collection(space.ledger, Collection(SHEET, MAY))
    assert "intake.also_not_open" in take(space, months(), "空き状況.xlsx")
    assert ([row["vacancy_age0"] for row in rows(space, SHEET, MAY)], state(space)) == ([5, 0], [("accepted", 2)])


def test_a_sheet_without_a_date_among_months_holds_up_none(space: Workspace) -> None:
    for day in (APRIL, MAY):
        open_collection(space.ledger, Collection(SHEET, day))
    rest = [["空き状況一覧"], HEADER, ["あおぞら保育園", "認可保育所", 30, 1, 1, 1]]
    assert "intake.also_not_open" in take(space, months({"予備": rest}), "空き状況.xlsx")
    assert (len(rows(space, SHEET)), len(rows(space, SHEET, MAY))) == (2, 2)


def test_rows_of_several_sheets_are_told_apart(space: Workspace) -> None:
    open_collection(space.ledger, Collection(REGISTER, APRIL))
    header = ["施設名", "所在地", "電話番号", "定員"]
    counts = {"認可保育所": [20, 30, 40], "小規模保育事業": [12, 19, "10～12"]}
    sheets = {
        kind: [header, *([f"{kind}{n}園", f"本町{n}-1", f"047-400-111{n}", count] for n, count in enumerate(column))]
        for kind, column in counts.items()
    }
    take(space, book(sheets), "一覧（令和７年４月１日現在）.xlsx", line=REGISTER)
    taken = rows(space, REGISTER)
    assert len({row["source_row"] for row in taken}) == len(taken) == 6
    assert [row["facility_type"] for row in taken] == ["daycare"] * 3 + ["small_scale"] * 3
    with space.ledger.read() as connection:
        places = connection.execute(select(FindingRow.sheet, FindingRow.cell).where(FindingRow.field == "capacity"))
        assert ("小規模保育事業", "D4") in {tuple(place) for place in places}


def test_a_figure_is_traced_to_its_sheet(space: Workspace) -> None:
    open_collection(space.ledger, Collection(SHEET, APRIL))
    sheets = {
        area: [["令和７年４月 空き状況"], HEADER, *([f"{area}{n}保育園", "認可保育所", 90, n, 0, 0] for n in (1, 2))]
        for area in ("北部", "南部")
    }
    take(space, book(sheets), "空き状況.xlsx")
    found = trace(space, Collection(SHEET, APRIL), "municipality", ["船橋市", "vacancy_age0"], None)
    told = [(source.sheet, source.cell, source.value) for source in found.sources]
    assert told == [("北部", "D3", 1), ("北部", "D4", 2), ("南部", "D3", 1), ("南部", "D4", 2)]


def test_a_figure_of_a_joined_sheet_is_traced_to_it(space: Workspace) -> None:
    open_collection(space.ledger, Collection(SHEET, APRIL))
    names = ["ひかり保育園", "みどり保育園", "さくら保育園"]
    free = [["令和７年４月 受入可能数"], ["施設名", "0歳", "1歳"], *([name, n, n] for n, name in enumerate(names))]
    waiting = [
        ["令和７年４月 入所待ち人数"],
        ["施設名", "0歳", "1歳", "計"],
        *([name, n, 8, n + 8] for n, name in enumerate(names[::-1])),
    ]
    take(space, book({"一": free, "二": waiting}), "空き状況.xlsx")
    found = trace(space, Collection(SHEET, APRIL), "municipality", ["船橋市", "waiting"], None)
    assert [(one.sheet, one.cell, one.value) for one in found.sources] == [("二", f"D{n + 3}", n + 8) for n in range(3)]


def test_a_sheet_that_says_again_what_another_says_is_told_and_holds_nothing_up(space: Workspace) -> None:
    open_collection(space.ledger, Collection(SHEET, APRIL))
    lines = [["令和７年４月 空き状況"], HEADER, *([f"第{n}保育園", "認可保育所", 90, n, 0, 0] for n in range(5))]
    assert "read.table.copy" in take(
        space, book({"一覧": lines, "印刷用": [*lines[:2], *lines[:1:-1]]}), "空き状況.xlsx"
    )
    assert state(space) == [("accepted", 5)]
