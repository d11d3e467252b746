"""The records under a header: which rows are one, which are totals, remarks, section titles or left over."""

import re
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import zip_longest
from typing import Final, Literal, NamedTuple

from keiyu.read import fold
from keiyu.read.general.shapes import shape
from keiyu.read.grid import Cell, Grid, Row
from keiyu.read.held import blanks, where
from keiyu.read.words import Words

Aside = Literal["header", "total", "remark", "section", "rest"]

_FULL: Final = 0.9
_FEW: Final = 4
_SECTION: Final = 2
_LOOKED_AT: Final = 200
_BESIDE: Final = 3
_HEADER: Final = 0.8
_LONGEST: Final = 40
_SUM: Final = ("計", "total")
_NOTHING: Final = "-ー―〃\"'・…　 "
"""What stands for nothing in the place of a name."""

_DATED: Final = re.compile(
    r"[※(]?(?:令和|平成|r|h)?(?:\d{1,4}|元)[年./-]\d{1,2}[月./-](?:\d{1,2}日?)?(?:現在|時点)[)]?"
)
"""The date to which a table refers, under it: no record is called so."""
_TITLE: Final = re.compile(r"[【〔《<■◆●▼□◇◎].*|\[.+\]$")
_OPENS: Final = "【〔《<■◆●▼□◇◎[]()】〕>計全令平"
"""What titles, counts and dates begin with, and brackets around a total."""
_LETTERS: Final = (("ぁ", "ゖ"), ("ァ", "ヺ"), ("㐀", "䶿"), ("一", "鿿"), ("々", "々"), ("A", "Z"), ("a", "z"))
"""Letters that are folded into themselves, but for their case."""
_INNER: Final = r"\-ー・ 　()（）0-9"
_NO_NUMBER: Final = r"(?s:.*[0-9])?"
"""Texts that are no word of a sum: numbers and what ends in one, as most in long lists."""


class _Counted(NamedTuple):
    """Patterns of texts with counters.

    Attributes:
        number: how many follow: 計12か所.
        summed: a sum by its word: 公立計（10園）.
        kinds: how many there are of each kind, at the foot of a list: 社会福祉法人11、学校法人29、個人3.
    """

    number: re.Pattern[str]
    summed: re.Pattern[str]
    kinds: re.Pattern[str]


@lru_cache(maxsize=4)
def _counted(words: Words) -> _Counted:
    unit = f"(?:{'|'.join(map(re.escape, words.counters))})"
    return _Counted(
        re.compile(rf"[(]?(?:計|全)?\d[\d,]*{unit}?[)]?"),
        re.compile(rf".{{0,20}}(?:計|total)(?:[(][^()]{{1,20}}[)]|\d[\d,]*{unit})?"),
        re.compile(rf"(?:[^\d、,]{{1,20}}\d+{unit}?[、,]){{2,}}[^\d、,]{{1,20}}\d+{unit}?"),
    )


@dataclass
class Body:
    """The rows under a header.

    Attributes:
        records: 0-based rows that are records.
        aside: 0-based row → what it is instead, where something stands in it.
        titles: 0-based row → the text of a title of a section.
    """

    records: Sequence[int] = ()
    aside: dict[int, Aside] = field(default_factory=dict)
    titles: dict[int, str] = field(default_factory=dict)


class BodyReader:
    """Tells the rows of one table apart.

    A row in whose anchor, the column of names, an ordinary text stands is a record; only the others are
    looked at whole.
    """

    def __init__(
        self,
        grid: Grid,
        header: Sequence[int],
        texts: Sequence[Sequence[str]],
        words: Words,
        codes: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """Prepare.

        Args:
            grid: the sheet.
            header: its header rows, 0-based.
            texts: the texts over each column.
            words: words of every line.
            codes: tells whether a text is a word of a code list, as titles of sections are.
        """
        self._grid = grid
        self._start = header[-1] + 1
        self._texts = [set(column) for column in texts]
        self._words = words
        self._counted = _counted(words)
        self._codes = codes

    def read(self, anchors: Sequence[int]) -> Body:
        """Tell the rows apart.

        Args:
            anchors: columns of which one at least is filled in every record, such as the name's.
        """
        first: Sequence[Cell] = [""] * (len(self._grid.rows) - self._start)
        if anchors:
            first = self._grid.column(anchors[0], self._start)
        covered = self._covered(anchors[0]) if anchors else frozenset()
        usual = self._usual()
        body = Body()
        left = {
            offset
            for offset in sorted(self._doubtful(first, anchors, usual))
            if not self._look(self._start + offset, anchors, usual, covered, body)
        }
        whole = range(self._start, self._start + len(first))
        body.records = [row for row in whole if row - self._start not in left] if left else whole
        return body

    def _doubtful(self, first: Sequence[Cell], anchors: Sequence[int], usual: int) -> set[int]:
        """Return the rows under the header that need not be records: they are looked at whole."""
        header: AbstractSet[str] = self._texts[anchors[0]] if anchors else set()
        found = set(where(first, self._odd, self._ordinary, header))
        if anchors:
            found.update(self._summed(anchors[0]))
        beside = [blanks(column) for column in self._beside(anchors)] if usual >= _SECTION else []
        return found.union(set.intersection(*beside)) if beside else found

    def _beside(self, anchors: Sequence[int]) -> list[Sequence[Cell]]:
        """Return the fullest columns beside the anchor; where all are blank, a title or a remark may stand."""
        rows = self._grid.rows[self._start : self._start + _LOOKED_AT]
        columns = enumerate(zip_longest(*rows, fillvalue=""))
        filled = [(cells.count("") - len(cells), i) for i, cells in columns if i not in anchors[:1]]
        return [self._grid.column(i, self._start) for _, i in sorted(filled)[:_BESIDE]]

    def _summed(self, anchor: int) -> Iterator[int]:
        """Yield the rows in which a word of a sum stands left of the anchor (小計, then how many they are)."""
        for at in range(max(anchor - _BESIDE, 0), anchor):
            yield from where(self._grid.column(at, self._start), self._sums, _NO_NUMBER)

    def _sums(self, texts: Sequence[str]) -> set[str]:
        may = [text for text in texts if text != "" and not text[-1].isdecimal()]
        folded = zip(may, fold.labels(may), strict=True)
        return {text for text, label in folded if _is_total(label, self._words) or text.endswith(_SUM)}

    @cached_property
    def _first(self) -> frozenset[str]:
        """The letters with which texts begin that need not stand in a record."""
        words = self._words
        told = (*words.remarks, *words.totals, *words.subtotals, *words.counted_again, *words.nil)
        return frozenset(text[0] for text in told if text).union(_NOTHING, _OPENS)

    @cached_property
    def _ordinary(self) -> str:
        """A pattern of texts that are surely not odd: no sign in them, no letter of a sum, no odd beginning."""
        sums = frozenset(letter for text in _SUM for letter in (text[0], text[0].upper()))
        odd = sums.union(self._first, (letter.upper() for letter in self._first))
        return f"[{_class(odd)}][{_class(sums)}{_INNER}]*"

    def _odd(self, texts: Sequence[str]) -> set[str]:
        """Return the texts that need not stand in a record; most are told by their first letter."""
        sum_ja, sum_en = _SUM
        doubtful = (
            (text, folded)
            for text, folded in zip(texts, fold.labels(texts), strict=True)
            if not folded
            or folded[0] in self._first
            or sum_ja in folded
            or sum_en in folded
            or folded[0].isdecimal()
            or "、" in folded
            or "," in folded
        )
        return {text for text, folded in doubtful if self._is_odd(folded)}

    def _is_odd(self, folded: str) -> bool:
        """Return whether a folded text is no ordinary name; its beginning is among those of which that can be."""
        return (
            not folded.strip(_NOTHING)
            or folded in self._words.nil
            or folded.startswith((*self._words.remarks, *self._words.counted_again))
            or folded.endswith(_SUM)
            or _is_total(folded, self._words)
            or _TITLE.match(folded) is not None
            or self._counted.summed.fullmatch(folded) is not None
            or self._counted.number.fullmatch(folded) is not None
            or self._counted.kinds.fullmatch(folded) is not None
            or _DATED.fullmatch(folded) is not None
        )

    def _counts_again(self, filled: Sequence[tuple[int, Cell]]) -> bool:
        """Return whether a row holds figures only, but for one text of what is counted above or elsewhere."""
        others = [c for _, c in filled if not _is_count(c, self._counted.number)]
        texts = [fold.label(c) for c in others if isinstance(c, str)]
        return len(others) == 1 < len(filled) and any(text.startswith(self._words.counted_again) for text in texts)

    def _usual(self) -> int:
        """Return how many cells a row usually has, by the first rows; titles and remarks have one."""
        counts = sorted(n for row in self._grid.rows[self._start : self._start + 50] if (n := len(row) - row.count("")))
        several = [n for n in counts if n > 1] or counts
        return several[len(several) // 2] if several else 0

    def _covered(self, anchor: int) -> frozenset[int]:
        """Return the rows whose anchor cell is covered by one merged downwards."""
        merges = (m for m in self._grid.looks.merges if m.left <= anchor <= m.right and m.bottom > m.top)
        return frozenset(row for m in merges for row in range(m.top + 1, m.bottom + 1))

    def _look(self, number: int, anchors: Sequence[int], usual: int, covered: frozenset[int], body: Body) -> bool:
        """Look at a whole row, and return whether it is a record."""
        row = self._grid.rows[number]
        filled = [(i, c) for i, c in enumerate(row) if c != "" and not (isinstance(c, str) and not c.strip())]
        if not filled:
            return False
        kind = self._kind(row, filled, anchors, usual, number in covered)
        if kind is None:
            return True
        body.aside[number] = kind
        if kind == "section" and isinstance(title := filled[0][1], str):
            body.titles[number] = title
        return False

    def _kind(
        self, row: Row, filled: Sequence[tuple[int, Cell]], anchors: Sequence[int], usual: int, covered: bool
    ) -> Aside | None:
        texts = [(i, fold.label(c)) for i, c in filled if isinstance(c, str) and len(c) <= _LONGEST]
        repeated = sum(i < len(self._texts) and c in self._texts[i] for i, c in filled if isinstance(c, str))
        if repeated > 1 and repeated >= _HEADER * len(filled):
            return "header"
        if any(_is_total(text, self._words) for _, text in texts[:3]) or _sums(filled, self._counted):
            return "total"
        first = filled[0][1]
        if isinstance(first, str) and len(filled) <= _SECTION and self._counted.kinds.fullmatch(fold.label(first)):
            return "total"
        if isinstance(first, str) and len(filled) <= _SECTION and _is_remark(fold.label(first), self._words):
            return "remark"
        if all(_says_nothing(c, self._words) for _, c in filled) or self._counts_again(filled):
            return "rest"
        if _is_title(filled, self._counted.number) and (usual > _SECTION or anchors):
            return "section"
        anchored = any(at < len(row) and row[at] != "" for at in anchors)
        if len(filled) == 1 and (
            usual >= _FEW or (usual >= _SECTION and isinstance(first, str) and self._codes(first))
        ):
            kind = _alone(first)
            inside = filled[0][0] > 0 and isinstance(first, str) and not self._codes(first)
            return "rest" if kind == "section" and inside and anchored else kind
        named = not anchors or (anchors[0] < len(row) and row[anchors[0]] != "")
        if not named and not covered and not _speaks(filled):
            return "rest"
        if anchors and not anchored and not covered:
            return None if 2 * len(filled) >= usual and usual > _SECTION and _speaks(filled) else "rest"
        return None


def _alone(cell: Cell) -> Aside:
    """Return what a row is that holds one cell."""
    if not isinstance(cell, str) or shape(cell) != "text":
        return "remark" if shape(cell) == "long" else "rest"
    return "remark" if len(cell) > _LONGEST else "section"


def _says_nothing(cell: Cell, words: Words) -> bool:
    """Return whether a cell is a dash, a zero or 該当なし: a row made ready for a record that never came."""
    folded = fold.label(cell) if isinstance(cell, str) else None
    return cell == 0 or (folded is not None and (folded in words.nil or not folded.strip(_NOTHING + "0")))


def _speaks(filled: Sequence[tuple[int, Cell]]) -> bool:
    """Return whether a row without a name says more than numbers that were filled in beforehand."""
    return any(isinstance(c, str) and shape(c) not in ("figure", "sign", "blank") for _, c in filled[1:])


def _is_title(filled: Sequence[tuple[int, Cell]], count: re.Pattern[str]) -> bool:
    """Return whether a row is a title by its brackets, with nothing beside but how many follow."""
    first = filled[0][1]
    if not isinstance(first, str) or not _TITLE.match(fold.label(first)):
        return False
    return len(filled) <= _BESIDE and all(_is_count(cell, count) for _, cell in filled[1:])


def _is_count(cell: Cell, count: re.Pattern[str]) -> bool:
    return shape(cell) in ("figure", "sign", "blank") or (
        isinstance(cell, str) and count.fullmatch(fold.label(cell)) is not None
    )


def _sums(filled: Sequence[tuple[int, Cell]], counted: _Counted) -> bool:
    """Return whether a row holds figures only, but for one text that ends in 計 (北区計, 公立計（10園）)."""
    texts = ((cell, isinstance(cell, str) and counted.summed.fullmatch(fold.label(cell))) for _, cell in filled)
    others = [cell for cell, summed in texts if not summed]
    return len(filled) - len(others) in (1, 2) and all(_is_count(cell, counted.number) for cell in others)


@lru_cache(maxsize=256)
def _class(without: frozenset[str]) -> str:
    """Return the letters that are folded into themselves as the inside of a pattern's class, but for some."""
    parts: list[str] = []
    for first, last in _LETTERS:
        begin = ord(first)
        for letter in [*sorted(one for one in without if len(one) == 1 and first <= one <= last), chr(ord(last) + 1)]:
            parts += [f"{chr(begin)}-{chr(ord(letter) - 1)}"] if ord(letter) > begin else []
            begin = ord(letter) + 1
    return "".join(parts)


def _is_remark(folded: str, words: Words) -> bool:
    return folded.startswith(words.remarks) or _DATED.fullmatch(folded) is not None


def _is_total(folded: str, words: Words) -> bool:
    return folded in words.totals or folded.strip("()[]【】〔〕<>") in words.totals or folded in words.subtotals
