"""What a file's own legend says of its signs: 「空白」…現時点で受入れ見込みなし、「／」…該当クラスがない."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from keiyu.contract.model import Contract, Symbol
from keiyu.read import fold, words
from keiyu.read.grid import Cell

BLANK: Final = ""
DIAGONAL: Final = "diagonal"
_SLASHES: Final = frozenset(("／", "/", "＼", "\\"))
_MEANS: Final = r"[\s\u3000]*(?:は、?|とは|…+|‥+|[・･]{2,}|\.{2,}|:|：|=|＝|→|⇒|－|―|-|~|～|\s)+[\s\u3000]*"
_OPEN: Final = '「『"“＜<【\\[（('
_CLOSE: Final = '」』"”＞>】\\]）)'
_QUOTED: Final = re.compile(
    rf"[{_OPEN}](?P<mark>[^{_OPEN}{_CLOSE}\n]{{1,6}})[{_CLOSE}]{_MEANS}(?P<says>[^「『【\n、。；;]{{2,60}})"
)
_SAYS: Final = re.compile(r"[^\n、。；;]{2,60}")
_LONGEST: Final = 2_000


@cache
def _plain(schemas: Path) -> re.Pattern[str]:
    """Return the pattern of a sign, or a word for one, without quotes around it, and of what says that it means."""
    known = words.load(schemas)
    named = "|".join(map(re.escape, sorted(known.blank | known.crossed_out, key=len, reverse=True)))
    return re.compile(
        rf"(?<![^\s\u3000、。，,；;（(※／/])(?P<mark>[○〇◯◎●△▲▽×✕☆★□■／/＼\-－―*＊]|{named}){_MEANS}", re.MULTILINE
    )


def read_legend(cells: Sequence[Cell], contract: Contract, schemas: Path) -> tuple[Symbol, ...]:
    """Return the signs that the text around a table explains, in the line's own terms.

    An explanation that the line has no words for is left alone: the line's own symbols hold then.

    Args:
        cells: all cells outside the table's records.
        contract: the line, with the words by which explanations are known.
        schemas: the ``schemas/`` folder, with the words for blank cells and cells that are crossed out.
    """
    known = words.load(schemas)
    found: dict[tuple[str, str | None], Symbol] = {}
    for mark, says in _explained(cells, _plain(schemas)):
        meaning = _meaning(says, contract.legend)
        if meaning is None:
            continue
        blank, slash = fold.joined(mark) in known.blank, mark in _SLASHES or mark in known.crossed_out
        if slash:
            found["", DIAGONAL] = Symbol((), meaning.status, meaning.value, border=DIAGONAL)
        text = BLANK if blank else mark
        found[text, None] = Symbol((text,), meaning.status, meaning.value)
    return tuple(found.values())


def _explained(cells: Sequence[Cell], plain: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """Yield each sign with what is said of it."""
    for cell in cells:
        if isinstance(cell, str) and 1 < len(cell) <= _LONGEST:
            yield from _side_by_side(cell, list(plain.finditer(cell)))
            yield from ((m["mark"].strip(), m["says"]) for m in _QUOTED.finditer(cell))


def _side_by_side(text: str, marks: Sequence[re.Match[str]]) -> Iterator[tuple[str, str]]:
    """Yield signs explained in one line; what is said of one ends where the next begins: ○：空きあり　×：空きなし."""
    ends = (*(mark.start() for mark in marks[1:]), len(text))
    for mark, end in zip(marks, ends, strict=False):
        says = _SAYS.match(text, mark.end(), end)
        if says:
            yield mark["mark"].strip(), says[0]


def _meaning(says: str, legend: Sequence[Symbol]) -> Symbol | None:
    """Return what the longest of the line's words in an explanation means."""
    folded = fold.joined(says)
    found = [(len(text), item) for item in legend for word in item.texts if (text := fold.joined(word)) in folded]
    return max(found, key=lambda pair: pair[0])[1] if found else None
