"""What may not be written where: surveys' names in Python, hollow places, dumping grounds."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

HOME = Path(__file__).resolve().parents[2]
LINES = sorted(p.name for p in (HOME / "schemas" / "lines").iterdir() if p.is_dir())

NOTATION = re.compile(
    r"令和|平成|昭和|大正|明治|年月日|年度|年齢|クラス|時分|度分秒|午前|午後|正午|翌日|翌朝|平日|曜日|現在|時点|[日月火水木金土]+"
    r"|北海道|東京都|京都|大阪|都道府県|市区町村|丁目|番地|番の|大字|北緯|東経|局番|番号|[一二三四五六七八九十百〇零]+"
    r"|入所|入園|利用|うち|内訳|とは|及び|または|又は|あり|なし|有り|無し|計全令平|ヶヵの|ケカノ"
)
"""How dates, hours, ages, places and numbers are written, and what joins words: signs that patterns are built of."""

WORD = re.compile(r"[ぁ-ゖァ-ヺー一-鿿々]{2,}")
CLASS = re.compile(r"\[[^\]]*\]|.-.")


def texts(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        parts = node.values if isinstance(node, ast.JoinedStr) else [node] if id(node) not in alone else []
        told = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
        alone.update(map(id, parts))
        yield "".join(told)


def grep(pattern: str, *folders: str) -> str:
    found = subprocess.run(
        ["git", "grep", "--untracked", "-nIE", pattern, "--", *folders], cwd=HOME, capture_output=True, text=True
    )
    return found.stdout


@pytest.mark.parametrize("line", LINES)
def test_no_surveys_name_in_python(line: str) -> None:
    assert grep(line, "plugins", "dags") == ""


@pytest.mark.parametrize("room", ["read/general", "read/kinds"])
def test_words_of_the_domain_are_data(room: str) -> None:
    said = [text for path in (HOME / "plugins" / "keiyu" / room).glob("*.py") for text in texts(path)]
    bare = [CLASS.sub("", text) for text in said if " / " not in text]
    assert [word for text in bare for word in WORD.findall(NOTATION.sub(" ", text))] == []


def test_nothing_is_left_unfinished() -> None:
    assert grep(r"TODO|FIXME|raise NotImplementedError|assert True", "plugins", "dags") == ""


def test_no_dumping_ground() -> None:
    names = [p.stem for p in (HOME / "plugins").rglob("*.py")] + [p.name for p in (HOME / "plugins").rglob("*/")]
    assert not [n for n in names if re.fullmatch(r"(utils?|helpers?|common|misc)", n)]


def test_no_pattern_repeats_a_group_possessively() -> None:
    """Python before 3.11.5 misreads them where the group itself can go back (its issue 106052)."""
    assert grep(r"\)([*+?]|\{[0-9,]*\})\+|\(\?>", "plugins") == ""
