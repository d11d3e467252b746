"""What a text around a bare age says is counted: something that the line counts, something else, or nothing.

０歳 under 申込者数 counts applicants, under 職員数 nothing that the line asks for, and under 令和7年4月1日現在,
東部地区 or 認可保育所 whatever the title says. 特例の申込者数 are not 申込者数: a label counts where nothing stands
before it but words that say when, where and of which kind.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from keiyu.read import fold
from keiyu.read.general.cues import LONGEST, Cues, without_dates

if TYPE_CHECKING:
    from keiyu.read.general.families import Family

_BETWEEN: Final = re.compile(r"[\s()（）\[\]【】〔〕「」『』<>＜＞《》:：_＿/／|｜=＝・･、，,。※＊*○〇◯◎●△▲×☆□■◆]+")
_BRACKETED: Final = re.compile(r"[(（\[【〔][^()（）\[\]【】〔〕]*[)）\]】〕]")
_NUMBER: Final = re.compile(r"[a-z]?\d+(?:~\d+)*|[~-]")
_LATIN: Final = re.compile(r"[!-~]+")
"""What names a file or a sheet in signs of no Japanese says nothing of what is counted: 一覧/list.csv."""
_TAKEN: Final = "\n"
_TOPIC: Final = "は"
"""Behind it begins what is said of a label: 空き状況は…により変わります."""
_AGES: Final = "年齢"
_KEPT: Final = 4_096
_TITLE: Final = 30
"""Characters of a line that may say what a table counts; longer ones are notes."""


class Said(NamedTuple):
    """What a text says is counted.

    Attributes:
        codes: codes of what the line counts.
        other: whether the text names something else, and nothing that the line counts.
    """

    codes: frozenset[str] = frozenset()
    other: bool = False


class _Heard(NamedTuple):
    """What one text says: what the line counts, whether it has words that are not known, and names a count by them."""

    codes: frozenset[str]
    strange: bool
    counted: bool


class Counts:
    """Understands what texts say is counted in the files of one line."""

    def __init__(self, families: Sequence["Family"], cues: Cues, named: Callable[[], Iterable[str]]) -> None:
        """Prepare.

        Args:
            families: the line's families of columns.
            cues: words that change nothing, and how words end that name something counted.
            named: gives further folded words that change nothing: names of places, kinds of facilities.
        """
        self._families = families
        self._codes = dict(label for family in families for label in family.labels(unsaid=True))
        self._labels = sorted((text for text in self._codes if len(text) > 1), key=lambda text: (-len(text), text))
        self._cues = cues
        self._named = named
        self._known: dict[str, _Heard] = {}

    def title(self, text: str) -> Said:
        """Return what stands over a table says; the last text that names a count decides whether it is another.

        What only the file's name says does not go for a sheet that is called by a word that is not known: 外国籍児童
        in a file of 空き状況.

        Args:
            text: the title as it stands, a text to a line: the file's name, the sheet's and what stands above.
        """
        lines = [(line, self._hear(line)) for line in text.split("\n")]
        last = next(
            (told for line, told in reversed(lines) if told.codes or (told.counted and self._heads(line))), None
        )
        if last is not None and not last.codes:
            return Said(other=True)
        if _is_of_file(lines):
            return Said(other=True)
        codes = frozenset[str]().union(*(told.codes for _, told in lines))
        words = (_LATIN.sub(" ", line) for line, _ in lines if not self._notes(line))
        return Said(codes, not codes and any(self._hear(line).strange for line in words))

    def group(self, text: str) -> Said:
        """Return what a text over a bare age says, or beside it; the last level of it that says anything decides.

        Args:
            text: the text as it stands, its levels joined by ``_``.
        """
        for level in reversed(text.split("_")):
            told = self._hear(_BRACKETED.sub(" ", level))
            told = told if told.codes else self._hear(level)
            if told.codes or told.strange:
                return Said(told.codes, not told.codes)
        return Said()

    def _heads(self, line: str) -> bool:
        """Return whether a line may say what a table counts: no note does."""
        return len(line) <= _TITLE and not self._notes(line)

    def _notes(self, line: str) -> bool:
        return line.lstrip().startswith(self._cues.footnotes)

    def _hear(self, text: str) -> _Heard:
        known = self._known.get(text)
        if known is None:
            known = self._judge(text[:LONGEST])
            if len(self._known) < _KEPT:
                self._known[text] = known
        return known

    def _judge(self, text: str) -> _Heard:
        codes: set[str] = set()
        strange = count = False
        for piece in map(fold.joined, _BETWEEN.split(without_dates(text))):
            told = set(self._told(piece))
            codes |= told - {""}
            unknown = "" in told or not (told or self._neutral(piece.removesuffix(_AGES)))
            strange |= unknown
            count |= unknown and ("" in told or self._cues.without_ending(piece).endswith(self._cues.counts))
        return _Heard(frozenset(codes), strange, count)

    def _told(self, piece: str) -> Iterator[str]:
        """Yield the codes that a piece names, none for a label of ages or beside a word that is not known."""
        rest, ages = piece, self._cues.without_ending(piece).endswith(_AGES)
        for label in self._labels:
            if label in rest:
                before, _, behind = rest.partition(label)
                words = before.rpartition(_TAKEN)[2], behind.partition(_TAKEN)[0].partition(_TOPIC)[0]
                yield self._codes[label] if not ages and all(map(self._neutral, words)) else ""
                rest = rest.replace(label, _TAKEN)

    def _neutral(self, piece: str) -> bool:
        """Return whether a piece is put together of words that say nothing of what is counted."""
        reached = {0}
        for at in range(len(piece)):
            if at in reached:
                reached |= {at + n for n in self._lengths if piece[at : at + n] in self._words}
                for found in (_NUMBER.match(piece, at), self._district.match(piece, at)):
                    reached |= {found.end()} if found else set()
        return len(piece) in reached

    @cached_property
    def _district(self) -> re.Pattern[str]:
        """A part of a municipality or of its office, whatever it is called: 東部地区, こども課."""
        counts, ends = ("|".join(map(re.escape, words)) for words in (self._cues.counts, self._cues.districts))
        return re.compile(rf"(?:(?!{counts})[^\W\d_]){{1,10}}?(?:{ends})")

    @cached_property
    def _words(self) -> frozenset[str]:
        cues = self._cues
        own = (text for family in self._families for text, _ in family.labels(unsaid=False) if len(text) > 1)
        return frozenset(
            (*cues.things, *cues.particles, *cues.endings, *cues.harmless, *cues.setting, *own, *self._named())
        )

    @cached_property
    def _lengths(self) -> tuple[int, ...]:
        return tuple(sorted({len(word) for word in self._words} - {0}))


def _is_of_file(lines: Sequence[tuple[str, _Heard]]) -> bool:
    """Return whether the file's name alone names a count, and the sheet's says something else."""
    file, *others = (told for _, told in lines)
    strange = bool(others) and others[0].strange and not lines[1][0].isascii()
    return bool(file.codes) and strange and not any(told.codes for told in others)
