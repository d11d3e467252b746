"""What a file's own legend says of its signs: 「空白」…現時点で受入れ見込みなし、「／」…該当クラスがない."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from keiyu.contract.model import Contract, Symbol
from keiyu.read import fold
from keiyu.read.grid import Cell

BLANK: Final = ""
DIAGONAL: Final = "diagonal"
_BLANKS: Final = frozenset(map(fold.joined, ("空白", "空欄", "ブランク", "無印", "空白欄", "記載なし", "無記入")))
_SLASHES: Final = frozenset(("／", "/", "＼", "\\", "斜線"))
_MEANS: Final = r"[\s\u3000]*(?:は、?|とは|…+|‥+|・{2,}|\.{2,}|:|：|=|＝|→|⇒|－|―|-|~|～|\s)+[\s\u3000]*"
_OPEN: Final = '「『"“＜<【\\[（('
_CLOSE: Final = '」』"”＞>】\\]）)'
_QUOTED: Final = re.compile(
    rf"[{_OPEN}](?P<mark>[^{_OPEN}{_CLOSE}\n]{{1,6}})[{_CLOSE}]{_MEANS}(?P<says>[^「『【\n、。；;]{{2,60}})"
)
_PLAIN: Final = re.compile(
    r"(?:^|[\s\u3000、。，,；;（(※])(?P<mark>[○〇◯◎●△▲▽×✕☆★□■／/＼－\-*＊]|空白|空欄|斜線|無印)"
    rf"{_MEANS}(?P<says>[^\n、。；;]{{2,60}})"
)
_LONGEST: Final = 2_000


def read_legend(cells: Sequence[Cell], contract: Contract) -> tuple[Symbol, ...]:
    """Return the signs that the text around a table explains, in the line's own terms.

    An explanation that the line has no words for is left alone: the line's own symbols hold then.

    Args:
        cells: all cells outside the table's records.
        contract: the line, with the words by which explanations are known.
    """
    found: dict[tuple[str, str | None], Symbol] = {}
    for mark, says in _explained(cells):
        meaning = _meaning(says, contract.legend)
        if meaning is None:
            continue
        blank, slash = fold.joined(mark) in _BLANKS, mark in _SLASHES
        if slash:
            found["", DIAGONAL] = Symbol((), meaning.status, meaning.value, border=DIAGONAL)
        text = BLANK if blank else mark
        found[text, None] = Symbol((text,), meaning.status, meaning.value)
    return tuple(found.values())


def _explained(cells: Sequence[Cell]) -> Iterator[tuple[str, str]]:
    """Yield each sign with what is said of it."""
    for cell in cells:
        if isinstance(cell, str) and 1 < len(cell) <= _LONGEST:
            for pattern in (_PLAIN, _QUOTED):
                yield from ((m["mark"].strip(), m["says"]) for m in pattern.finditer(cell))


def _meaning(says: str, legend: Sequence[Symbol]) -> Symbol | None:
    """Return what the longest of the line's words in an explanation means."""
    folded = fold.joined(says)
    found = [(len(text), item) for item in legend for word in item.texts if (text := fold.joined(word)) in folded]
    return max(found, key=lambda pair: pair[0])[1] if found else None
