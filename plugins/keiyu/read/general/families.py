"""Families of columns named by codes: 定員（０歳児）, or ０歳 alone under a title that says what is counted."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from keiyu.contract.wording import Composition
from keiyu.read import fold
from keiyu.read.general.counts import Said


@dataclass(frozen=True, eq=False)
class _Words:
    """The folded labels of a composition: of each dimension's codes, and of words beside them."""

    composition: Composition
    parts: tuple[Mapping[str, str], ...]
    longest_first: tuple[tuple[tuple[str, str], ...], ...]
    initials: frozenset[str]

    @classmethod
    def of(cls, composition: Composition) -> "_Words":
        codes = (
            _unique(((c.code, c.label_ja, c.label_en, *c.synonyms), c.code) for c in d.codes)
            for d in composition.dimensions
        )
        parts = (*codes, {text: "" for b in composition.beside if (text := fold.joined(b))})
        ordered = (sorted(part.items(), key=lambda item: len(item[0]), reverse=True) for part in parts)
        told = tuple(tuple(item for item in items if len(item[0]) > 1) for items in ordered)
        return cls(composition, parts, told, frozenset(label[0] for part in parts for label in part))


class Named(NamedTuple):
    """What a label may name.

    Attributes:
        field: the field; none where no field is named so.
        guess: whether that is a guess: nothing in the file says what is counted.
        unsaid: whether the label itself does not say it.
    """

    field: str | None
    guess: bool
    unsaid: bool


@dataclass(frozen=True)
class Family:
    """A family of columns.

    Attributes:
        words: its labels.
        meant: dimension → the codes meant where a label names none.
        guessed: dimensions whose code nothing in the file says.
    """

    words: _Words
    meant: tuple[tuple[str, tuple[str, ...]], ...]
    guessed: frozenset[str] = frozenset()

    @classmethod
    def of(cls, composition: Composition) -> "Family":
        """Make the family of a composition, without a title."""
        known = {**composition.unsaid, **composition.default}
        meant = tuple((name, (code,)) for name, code in sorted(known.items()))
        return cls(_Words.of(composition), meant, frozenset(composition.unsaid))

    def under(self, said: Said, beside: str = "", *, usual: bool = False) -> "Family":
        """Return the family under a title, which may name what its labels leave unsaid.

        Args:
            said: what the title says is counted.
            beside: all other texts of the header, folded, which may confirm what is meant where nothing is said.
            usual: whether values confirm it.
        """
        composition = self.words.composition
        meant, guessed = dict(self.meant), set()
        for part, dimension in zip(self.words.longest_first, composition.dimensions, strict=False):
            if dimension.name in composition.unsaid:
                code = composition.unsaid[dimension.name]
                named = tuple(sorted(said.codes & {each.code for each in dimension.codes}))
                meant[dimension.name] = named or (code,)
                if not named and (said.other or not (usual or code in _named(beside, part))):
                    guessed.add(dimension.name)
        return Family(self.words, tuple(sorted(meant.items())), frozenset(guessed))

    @cached_property
    def initials(self) -> frozenset[str]:
        """Characters with which a label of it begins."""
        return self.words.initials

    def labels(self, *, unsaid: bool) -> Iterator[tuple[str, str]]:
        """Yield folded labels and their codes, of the dimensions that a label may leave unsaid or of all others."""
        names = [dimension.name in self.words.composition.unsaid for dimension in self.words.composition.dimensions]
        for part, of in zip(self.words.parts, (*names, False), strict=True):
            yield from part.items() if of is unsaid else ()

    def read(self, folded: str) -> Iterator[Named]:
        """Yield the fields that a folded text may name."""
        composition, meant = self.words.composition, dict(self.meant)
        for told in self._split(folded, (None,) * len(self.words.parts)):
            if not any(told[:-1]):
                continue
            ways: list[tuple[str, ...]] = [()]
            guess = unsaid = False
            for code, dimension in zip(told[:-1], composition.dimensions, strict=True):
                codes = (code,) if code else meant.get(dimension.name, ())
                ways = [(*way, each) for way in ways for each in codes]
                guess |= not code and dimension.name in self.guessed
                unsaid |= not code and dimension.name in composition.unsaid
            yield from (Named(composition.fields.get(way), guess, unsaid) for way in ways)

    def _split(self, text: str, taken: tuple[str | None, ...]) -> Iterator[tuple[str | None, ...]]:
        if not text:
            yield taken
            return
        for place, part in enumerate(self.words.parts):
            if taken[place]:
                continue
            for label, code in part.items():
                if text.startswith(label):
                    yield from self._split(text[len(label) :], (*taken[:place], code, *taken[place + 1 :]))


def _named(title: str, labels: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Return the codes that a title names; a label that is part of a longer one there does not count."""
    found: dict[str, None] = {}
    rest = title
    for label, code in labels:
        if label in rest:
            found[code] = None
            rest = rest.replace(label, "\n")
    return tuple(sorted(found))


def _unique(entries: Iterable[tuple[Sequence[str], str]]) -> Mapping[str, str]:
    found: dict[str, set[str]] = {}
    for texts, code in entries:
        for text in texts:
            found.setdefault(fold.joined(text), set()).add(code)
    return {text: codes.pop() for text, codes in found.items() if len(codes) == 1 and text}
