"""The words by which headers are understood, from ``schemas/mapping.yaml``, folded for comparison."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

from keiyu.contract.source import read_yaml
from keiyu.read import fold

LONGEST: Final = 400
"""Characters of a text over a column that are understood: no label of the lists at hand has more than 150, notes and
all, and what a label is put together of is tried at every place of it."""

_NOTE: Final = re.compile(r"[※＊†‡](?!\Z)")
"""The sign before what a note says of a header."""


_DATE: Final = re.compile(
    r"(?:令和|平成|昭和|[RHSrhs])?[\d元０-９]{1,4}[年./-][\d０-９]{1,2}[月./-]?(?:[\d０-９]{1,2}日?)?(?:\s*(?:午前|午後)?[\d０-９]{1,2}(?:時|:|：)"
    r"(?:[\d０-９]{1,2}分?)?)?\s*(?:現在|時点)?|(?<![\d年月])\d{1,2}月\d{1,2}日\s*(?:現在|時点)?の?"
)
_EMPTIED: Final = re.compile(r"[(（\[【〔][\s~～〜\-－―・、以降まで生れからの]*[)）\]】〕]")
"""Brackets in which days stood and nothing else: ０歳児（令和6年4月2日～令和7年4月1日生まれ）."""
_OPEN: Final = " \n\u3000~～〜"


@dataclass(frozen=True, eq=False)
class Cues:
    """Folded words.

    Attributes:
        things: words for what a row is about, the longest first.
        particles: particles between such a word and a label, the longest first.
        endings: what may end a header, the longest first.
        harmless: what may stand beside a label without a change of meaning.
        behind: what may follow a label with no sign between and changes nothing.
        other: what beside a label makes it another thing's, the longest first.
        inclusions: how a text ends that adds to a label, such as を含む.
        footnotes: signs that start a footnote, as written.
        begins: folded headers of beginnings.
        ends: folded headers of ends.
        between: what stands in a column between a beginning and an end; nothing may stand there too.
        none_left: texts that say that nothing is left over.
        some_left: texts that say that something is left over.
        no_matter: signs that say neither.
        stated: words beside the date to which a table refers.
        published: words beside the day on which it was made public.
        entered: words behind the month from which children are taken in; what makes them another's.
        drawn_up: words beside a date of drawing up.
        spellings: other spelling of a word → the one by which it is known.
        cut: what parts of a number that is cut over columns are called: the first, and those behind it → its label.
        buildings: words of buildings, floors and rooms.
        setting: words that say when, where or for whom something is counted, not what.
        districts: how names of parts of a municipality and of its office end.
        counts: how words end that name something that is counted.
    """

    things: tuple[str, ...]
    particles: tuple[str, ...]
    endings: tuple[str, ...]
    harmless: frozenset[str]
    behind: frozenset[str]
    other: tuple[str, ...]
    inclusions: tuple[str, ...]
    footnotes: tuple[str, ...]
    begins: frozenset[str]
    ends: frozenset[str]
    between: frozenset[str]
    none_left: frozenset[str]
    some_left: frozenset[str]
    no_matter: frozenset[str]
    stated: tuple[str, ...]
    published: tuple[str, ...]
    entered: tuple[tuple[str, ...], tuple[str, ...]]
    drawn_up: tuple[str, ...]
    spellings: Mapping[str, str]
    cut: tuple[Mapping[str, str], Mapping[str, str]]
    buildings: tuple[str, ...]
    setting: frozenset[str]
    districts: tuple[str, ...]
    counts: tuple[str, ...]

    @cached_property
    def footnote(self) -> re.Pattern[str]:
        """A footnote's mark at the end of a header, with its number."""
        signs = "|".join(map(re.escape, self.footnotes))
        return re.compile(rf"(?<!\s)\s*+[(（\[]?(?:{signs})\s*+[\d０-９]*+\s*+[)）\]]?\s*+$")

    @cached_property
    def entry(self) -> re.Pattern[str]:
        """The month from which children are taken in, its year where that is said: 令和8年6月入所."""
        words, others = ("|".join(map(re.escape, each)) for each in self.entered)
        year = r"(?:((?:令和|平成|[RH])\s?(?:\d{1,2}|元)|\d{4})\s?年\s?)?"
        return re.compile(rf"{year}(?<!\d)(1[0-2]|[1-9])\s?月\s?(?:1日\s?)?(?:{words})(?!{others})")

    @cached_property
    def _respelt(self) -> re.Pattern[str]:
        return re.compile("|".join(map(re.escape, sorted(self.spellings, key=len, reverse=True))))

    def spelt(self, text: str) -> str:
        """Return a folded text with every word as it is spelt here: 受け入れ年令 is 受入年齢."""
        return text if text.isascii() else self._respelt.sub(lambda found: self.spellings[found[0]], text)

    def without_note(self, text: str) -> str:
        """Take a footnote's mark, and what the note says, off the end of a header as it stands.

        A note that makes the label another thing's is kept: 開園時間※土曜日 is not 開園時間.
        """
        for sign in reversed(list(_NOTE.finditer(text))):
            noted = text[: sign.start()].rstrip()
            if noted and noted[-1] not in "(（[":
                return self.footnote.sub("", text) if self.tells_other(fold.joined(text[sign.end() :])) else noted
        return self.footnote.sub("", text)

    def without_thing(self, text: str) -> str:
        """Take words for what a row is about, and their particles, off the front of a folded text."""
        bare = text
        while True:
            thing = next((t for t in self.things if bare.startswith(t) and bare != t), None)
            if thing is None:
                return bare
            bare = self._without_particle(bare[len(thing) :]) or bare[len(thing) :]

    def _without_particle(self, text: str) -> str:
        particle = next((p for p in self.particles if text.startswith(p) and text != p), "")
        return text[len(particle) :]

    def without_ending(self, text: str) -> str:
        """Take what may end a header off the back of a folded text."""
        ending = next((e for e in self.endings if text.endswith(e) and text != e), "")
        return text[: len(text) - len(ending)]

    def tells_other(self, text: str) -> bool:
        """Return whether a folded text beside a label makes it the label of something else."""
        return any(word == text if len(word) == 1 else word in text for word in self.other)

    def others(self, text: str) -> tuple[str, ...]:
        """Return the words of a folded text that make a label beside them the label of something else."""
        return tuple(word for word in self.other if len(word) > 1 and word in text)

    def includes(self, text: str) -> bool:
        """Return whether a folded text beside a label adds to it without changing it."""
        return text.endswith(self.inclusions)


def without_dates(text: str) -> str:
    """Take dates out of a header as it stands, brackets in which nothing else stood, and what leaves an end open."""
    bare, count = _DATE.subn("", text)
    return _EMPTIED.sub("", bare).rstrip(_OPEN) if count else bare


@cache
def load(schemas: Path) -> Cues:
    """Load the words.

    Args:
        schemas: the ``schemas/`` folder.

    Raises:
        ContractError: the file is missing or breaks its JSON Schema.
    """
    raw: Mapping[str, Any] = read_yaml(schemas / "mapping.yaml", schemas / "schema" / "mapping.json")
    return Cues(
        things=_folded(raw["things"]),
        particles=_folded(raw["particles"]),
        endings=_folded(raw["endings"]),
        harmless=frozenset(map(fold.joined, raw["harmless"])),
        behind=frozenset(map(fold.joined, raw["behind"])),
        other=_folded(raw["other"]),
        inclusions=_folded(raw["includes"]),
        footnotes=tuple(raw["footnotes"]),
        begins=_labels(raw["spans"]["begin"]),
        ends=_labels(raw["spans"]["end"]),
        between=_labels([*raw["spans"]["between"], ""]),
        none_left=_labels(raw["left_over"]["none"]),
        some_left=_labels(raw["left_over"]["some"]),
        no_matter=_labels(raw["left_over"]["neither"]),
        stated=tuple(raw["stated"]),
        published=tuple(raw["published"]),
        entered=(_folded(raw["entered"]["of"]), _folded(raw["entered"]["not"])),
        drawn_up=tuple(raw["drawn_up"]),
        spellings={fold.joined(o): fold.joined(word) for word, others in raw["spellings"].items() for o in others},
        cut=(_parts(raw["cut"], "first"), _parts(raw["cut"], "then")),
        buildings=_folded(raw["buildings"]),
        setting=frozenset(_folded(raw["setting"])),
        districts=_folded(raw["districts"]),
        counts=_folded(raw["counts"]),
    )


def _labels(words: Sequence[str]) -> frozenset[str]:
    return frozenset(map(fold.label, words))


def _parts(cut: Mapping[str, Mapping[str, Sequence[str]]], place: str) -> Mapping[str, str]:
    return {fold.joined(word): label for label, words in cut.items() for word in words[place]}


def _folded(words: Sequence[str]) -> tuple[str, ...]:
    """Fold words, the longest first, so that 保育所等 is met before 保育所."""
    folded = {fold.joined(word) for word in words} - {""}
    return tuple(sorted(folded, key=lambda word: (-len(word), word)))
