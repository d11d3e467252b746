"""What stands on a screen of 80 columns: Japanese folded as people fold it, what is asked and how it is answered."""

import io
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from keiyu import contract
from keiyu.cli.folding import Folded
from keiyu.cli.inspected import View
from keiyu.cli.screen import Screen
from keiyu.cli.shown import show_findings
from keiyu.codes import areas
from keiyu.findings import Place, finding
from keiyu.read.inspect import inspect


def screen(width: int) -> tuple[Screen, io.StringIO]:
    made, out = Screen(as_json=False), io.StringIO()
    made.console = Console(file=out, width=width, highlight=False)
    return made, out


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("→ 団体コードの列を加える", ["→ 団体", "コードの", "列を加え", "る"]),
        ("一覧表（公立）と表", ["一覧表", "（公立）", "と表"]),
        ("答えです。はい", ["答えで", "す。はい"]),
        ("a word or two", ["a word", "or two"]),
        ("keiyu を使う", ["keiyu を", "使う"]),
        ("一\n二", ["一", "二"]),
        ("abcdefghijk", ["abcdefgh", "ijk"]),
    ],
)
def test_text_is_folded_as_japanese_is(text: str, lines: list[str]) -> None:
    wrapped = Folded(text).wrap(Console(width=8), 8)
    assert [line.plain.rstrip() for line in wrapped] == lines


LIST = """船橋市 保育所一覧（令和６年４月１日現在）
施設の名称,種別,定員,受入定員,電話,駐車場
さくら保育園,認可保育所,90,88,047-111-2222,2
うみべこども園,幼保連携型認定こども園,120,110,047-333-4444,－
"""


def test_inspect_asks_in_japanese_what_it_does_not_know_and_says_how_to_answer(schemas: Path) -> None:
    contracts = [contract.load(line, schemas) for line in contract.lines(schemas)]
    told = inspect(LIST.encode("cp932"), "一覧 4月.csv", contracts, areas.load(schemas), schemas=schemas)
    small, out = screen(80)
    View(small, told, contracts, schemas, Path("届いたもの/一覧 4月.csv")).show()
    said = out.getvalue()
    for words in (
        "保育施設台帳 nursery_facility",
        "船橋市（122041）表題から / by its title",
        "2 件（3–4 行目 / rows）",
        "電話番号 phone",
        "C 定員 … 候補 / candidates: 収容定員 capacity",
        "keiyu layout accept '届いたもの/一覧 4月.csv' --line nursery_facility --map C=capacity --ignore D",
        "うみべこども園",
    ):
        assert words in said
    assert [line for line in said.splitlines() if cell_len(line) > 80 and "keiyu layout" not in line] == []


def test_findings_stand_under_each_other_on_a_narrow_screen(schemas: Path) -> None:
    place = Place("一覧.csv", cell="C2", field="phone")
    facts = {"value": "471112222", "expected": "0471112222", "label_ja": "電話番号", "label_en": "Phone number"}
    told = finding(schemas, "read.phone.zero_restored", place, **facts)
    small, out = screen(80)
    show_findings(small, [told])
    lines = [line.strip() for line in out.getvalue().splitlines()]
    assert lines[0] == "参考 info　セル / cell: C2　値 / value: 471112222　正 / expected: 0471112222"
    assert lines[1] == "電話番号の「471112222」は先頭の０が落ちているため、補って読みました。"
