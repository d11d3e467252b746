"""What the text of a header may mean in the files of one line.

From certain to doubtful: a label of the contract; a label put together of codes; a label beside words that
change nothing (施設の…, （人）); a label beside words of unknown weight; a text that is only like a label.
A text that the line knows to mean nothing here, or two things, is never matched by likeness.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from fnmatch import translate
from functools import cached_property
from typing import Final

from keiyu.contract.vocabulary import Vocabulary
from keiyu.contract.wording import Ambiguity
from keiyu.read import fold
from keiyu.read.general.counts import Counts, Said
from keiyu.read.general.cues import LONGEST, Cues, without_dates
from keiyu.read.general.families import Family
from keiyu.read.general.followed import WORD, followed
from keiyu.read.general.hits import (
    BOTH,
    COMPOSED,
    DENIED,
    EITHER,
    EXACT,
    EXPLAINED,
    HARMLESS,
    LONE,
    SILENT,
    TAIL,
    UNASKED,
    WEAK,
    Heard,
    Hit,
    How,
)
from keiyu.read.general.likeness import Likeness

_BRACKETS: Final = re.compile(
    r"[(（\[【〔<＜]([^()（）\[\]【】〔〕<>＜＞]*(?:\([^()]*\)|（[^（）]*）)?[^()（）\[\]【】〔〕<>＜＞]*)[)）\]】〕>＞]"
)
_PIECES: Final = re.compile(r"[:：_＿/／|｜=＝]")
_BOTH: Final = re.compile(r"[/／|｜・･&＆、,，\n]|及び|または|又は|と")
"""What stands between two labels of one header."""
_PATH: Final = re.compile(r"[\w-]+(?:\.[\w-]+)+", re.ASCII)
_NUMBERED: Final = re.compile(
    r"^\s*(?:(?:[(（]\d{1,3}[)）]|\d{1,3}[.．、)）]|[①-⑳])\s*(?=\D)|[※＊*●○◎■□◆◇▲△▼▽・★☆]+\s*(?=\S))"
)
_BEHIND: Final = re.compile(r"^(.*\D)(\d{1,2}(?:[~-]\d{1,2})?)$")
_URI: Final = re.compile(r"^(?:https?|urn):\S+?([^/#:]+)/?$", re.IGNORECASE)
_AGED: Final = re.compile(r"(\d)[歳才](?:児)?")
"""An age in brackets behind an English word that is numbered by ages: entry（0歳） is entry0."""
_LONGEST: Final = 100
"""Characters of the longest label that a header may end in."""
_SHORTEST: Final = 2
_OF_STORES: Final = frozenset({"_id", "_full_text"})
"""Columns that a data portal adds to what it was given. Source: CKAN DataStore, fields of a resource."""


class Lexis:
    """Understands header texts by one line's vocabulary; every text is judged once."""

    def __init__(self, vocabulary: Vocabulary, cues: Cues, named: Callable[[], Iterable[str]] = tuple) -> None:
        """Prepare the look-ups.

        Args:
            vocabulary: the line's.
            cues: words that change a label, or do not.
            named: gives folded names of places and of kinds, which say nothing of what is counted.
        """
        self.vocabulary = vocabulary
        self.cues = cues
        self._heard: dict[str, Heard] = {}
        self._families = tuple(map(Family.of, vocabulary.compositions))
        self._under: dict[tuple[Family, ...], Lexis] = {}
        self.counts = Counts(self._families, cues, named)

    def under(self, title: str, beside: str = "", *, usual: bool = False) -> "Lexis":
        """Return how header texts are understood under a title: ``０歳`` counts what the title names.

        Args:
            title: all that stands over the table and what the sheet and the file are called.
            beside: all texts of the header.
            usual: whether values say that a bare ``０歳`` counts what it usually does.
        """
        return self._under_said(self.counts.title(title), fold.joined(beside), usual=usual)

    def _under_said(self, said: Said, beside: str = "", *, usual: bool = False) -> "Lexis":
        families = tuple(family.under(said, beside, usual=usual) for family in self._families)
        if families == self._families:
            return self
        if families not in self._under:
            told = copy(self)
            told._heard, told._families = {}, families
            self._under[families] = told
        return self._under[families]

    def guesses(self, text: str) -> bool:
        """Return whether what a text is a part of is said nowhere in the file."""
        hits = self.hear(text).hits
        return bool(hits) and hits[0].how == "composed" and hits[0].score == TAIL

    def hear_beside(self, text: str, beside: str) -> Heard:
        """Return what a text means beside another, which may say what is counted where it does not: ０歳 under 定員.

        Args:
            text: the text as it stands.
            beside: the other, as it stands; levels joined by ``_``.
        """
        heard = self.hear(text)
        if not any(hit.unsaid for hit in heard.hits):
            return heard
        said = self.counts.group(beside)
        if said.codes:
            return self._under_said(said).hear(text)
        return replace(heard, hits=tuple(hit.doubted() for hit in heard.hits), known=False) if said.other else heard

    @cached_property
    def _labels(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, dict[str, None]] = {}
        for text, names in self.vocabulary.labels.items():
            found.setdefault(fold.joined(text), {}).update(dict.fromkeys(names))
        for name, term in self.vocabulary.terms.items():
            if term.field.concept:
                found.setdefault(fold.joined(term.field.concept), {name: None})
        return {text: tuple(names) for text, names in found.items() if text}

    @cached_property
    def _alike(self) -> dict[str, str]:
        """How a label is spelt by the words of every line → the label; none where fields would share it."""
        found: dict[str, dict[tuple[str, ...], str]] = {}
        for text, names in self._labels.items():
            found.setdefault(self.cues.spelt(text), {}).setdefault(names, text)
        return {spelt: next(iter(texts.values())) for spelt, texts in found.items() if len(texts) == 1}

    @cached_property
    def _written(self) -> dict[str, str]:
        """Folded label → the label as the contract writes it, for telling people."""
        return {fold.joined(text): text for text in reversed((*self.vocabulary.labels, *self.vocabulary.ambiguous))}

    def _label(self, folded: str) -> str:
        return self._written.get(folded, folded)

    @cached_property
    def _weak(self) -> frozenset[tuple[str, str]]:
        terms = self.vocabulary.terms.items()
        return frozenset((fold.joined(text), name) for name, t in terms for text in t.field.weak_synonyms)

    @cached_property
    def _either(self) -> dict[str, Ambiguity]:
        return {fold.joined(text): item for text, item in self.vocabulary.ambiguous.items()}

    @cached_property
    def _unasked(self) -> re.Pattern[str]:
        patterns = "|".join(translate(fold.joined(text)) for text in self.vocabulary.not_asked)
        return re.compile(patterns or r"(?!)")

    @cached_property
    def _denied(self) -> Mapping[str, tuple[str, ...]]:
        terms = self.vocabulary.terms.items()
        return {name: tuple(map(fold.joined, t.field.not_synonyms)) for name, t in terms if t.field.not_synonyms}

    @cached_property
    def _likeness(self) -> Likeness:
        return Likeness(self._labels)

    def hear(self, text: str) -> Heard:
        """Return what a header text may mean.

        Args:
            text: the text as it stands, blanks and line breaks and all.
        """
        heard = self._heard.get(text)
        if heard is None:
            heard = self._judge(text[:LONGEST])
            if len(self._heard) < 65_536:
                self._heard[text] = heard
        return heard

    def _judge(self, text: str) -> Heard:
        if text.strip() in _OF_STORES:
            return UNASKED
        plain = self._exact(fold.joined(text))
        if plain is not None:
            return plain
        bare = without_dates(_NUMBERED.sub("", self.cues.without_note(text)))
        uri = _URI.match(bare.strip())
        bare = uri[1] if uri else bare
        plain = self._exact(fold.joined(bare))
        if plain is not None:
            return plain
        both = self._several(bare)
        if both:
            return Heard(both)
        found: dict[str, Hit] = {}
        near = self._path(bare) if _PATH.fullmatch(bare.strip()) else ()
        for hit in (*near, *self._bracketed(bare), *self._pieced(bare), *self._near(bare)):
            hit = self.allowed(hit, text)
            if hit.field not in found or hit.score > found[hit.field].score:
                found[hit.field] = hit
        return Heard(tuple(sorted(found.values(), key=lambda h: (-h.score, h.field))))

    def _exact(self, folded: str) -> Heard | None:
        """Return what a folded text means where the line knows it, however its words are spelt."""
        return self._known(folded) or self._known(self._alike.get(spelt := self.cues.spelt(folded), spelt))

    def _known(self, folded: str) -> Heard | None:
        if not folded:
            return SILENT
        either = self._either.get(folded)
        if either is not None:
            score = EITHER if len(either.fields) > 1 else LONE
            return Heard(tuple(Hit(f, score, "either", self._label(folded)) for f in either.fields), True, either)
        names = self._labels.get(folded)
        if names:
            weak = all((folded, name) in self._weak for name in names)
            score = (WEAK if weak else EXACT) * (1 if len(names) == 1 else EITHER)
            how: How = "weak" if weak else "label"
            return Heard(tuple(Hit(n, score, how, self._label(folded)) for n in names), True)
        if self._unasked.match(folded):
            return UNASKED
        return self._composed(folded)

    def _composed(self, folded: str) -> Heard | None:
        """Return what a text put together of codes means; one that no field has is known all the same."""
        told = [each for f in self._families if folded[0] in f.initials for each in f.read(folded)]
        names = dict.fromkeys(each.field for each in told if each.field)
        if not told:
            return None
        score = COMPOSED if len(names) == 1 else EITHER
        if all(each.guess for each in told):
            score = min(score, TAIL)
        unsaid = all(each.unsaid for each in told)
        return Heard(tuple(Hit(n, score, "composed", folded, unsaid) for n in names), True)

    def _bracketed(self, text: str) -> Iterator[Hit]:
        """Read a label with something in brackets: a unit changes nothing, another day does."""
        beside = [fold.joined(q) for q in _BRACKETS.findall(text)]
        base = _BRACKETS.sub("", text)
        factor = 1.0
        for text_beside in beside:
            factor *= self.weight(text_beside)
        for hit in self._counted(base, _BRACKETS.findall(text)):
            yield hit.times(factor, "beside")
        aged = _AGED.fullmatch(beside[0]) if len(beside) == 1 and base.isascii() else None
        numbered = self._exact(fold.joined(base) + aged[1]) if aged else None
        if numbered is not None:
            yield from (hit.times(COMPOSED, "beside") for hit in numbered.hits)

    def _pieced(self, text: str) -> Iterator[Hit]:
        """Read 所在地_市区町村: what comes first narrows what comes last."""
        written = [piece for piece in _PIECES.split(_BRACKETS.sub("", text)) if fold.joined(piece)]
        pieces = list(map(fold.joined, written))
        if len(pieces) < _SHORTEST:
            return
        if text.isascii() and pieces[-1].isdecimal() and self._composed(f"{''.join(pieces[:-1])}age{pieces[-1]}"):
            return
        factor = min(self.weight(piece) for piece in pieces[1:])
        for hit in self._counted(written[0], written[1:]):
            yield hit.times(factor, "beside")
        denied = any(self.cues.tells_other(piece) for piece in pieces[:-1])
        vague = text.isascii() or pieces[-1] in self.cues.harmless
        strange = vague and not self._told(pieces[0])
        for hit in self._counted(written[-1], written[:-1]):
            yield hit.times(DENIED if denied else TAIL if strange else EXPLAINED + 0.05, "beside")

    def _counted(self, text: str, beside: Sequence[str]) -> Iterator[Hit]:
        """Read a label with texts beside it which may say what is counted."""
        hits = list(self._plain(fold.joined(text)))
        said = self.counts.group("_".join(beside)) if any(hit.unsaid for hit in hits) else Said()
        told = self._under_said(said)._plain(fold.joined(text)) if said.codes else hits
        yield from (hit.doubted() if said.other else hit for hit in told)

    def _several(self, text: str) -> tuple[Hit, ...]:
        """Read 電話／FAX, two labels in one header, for a person to see; one field under two labels is that field."""
        pieces = [piece for p in _BOTH.split(text) if (piece := fold.joined(p))]
        if len(pieces) < _SHORTEST:
            return ()
        named = [next(iter(self._plain(piece)), None) for piece in pieces]
        hits = {hit.field: hit for hit in named if hit is not None and hit.score >= WEAK}
        if not hits or None in named or len({hit.unsaid for hit in hits.values()}) > 1:
            return ()
        score = EXPLAINED + 0.05 if len(hits) == 1 else BOTH
        return tuple(replace(hit, score=score, how="beside") for _, hit in sorted(hits.items()))

    def _told(self, folded: str) -> bool:
        """Return whether the line, or every line, knows a folded text."""
        return folded in self.cues.things or folded in self.cues.harmless or self._exact(folded) is not None

    def _path(self, text: str) -> Iterator[Hit]:
        """Read location.lat, the way to a value in a record: the last word counts, what it belongs to narrows it."""
        above, last = text.strip().rsplit(".", 1)
        parent = fold.joined(above.rsplit(".", 1)[-1])
        weight = COMPOSED if parent in self.cues.things else self.weight(parent)
        for hit in self.hear(last).hits:
            yield hit.times(weight, "part")

    def _plain(self, folded: str) -> Iterator[Hit]:
        """Read a folded text as a label, with words before and behind that change nothing."""
        forms = {folded: 1.0}
        forms.setdefault(self.cues.without_thing(folded), 0.93)
        forms |= {
            self.cues.without_ending(f): s * 0.95 for f, s in forms.items() if self.cues.without_ending(f) not in forms
        }
        for form, factor in forms.items():
            heard = self._exact(form)
            if heard is not None:
                yield from (hit.times(factor, "beside") for hit in heard.hits)
                return
        numbered = _BEHIND.match(folded)
        aged = self._composed(f"{numbered[1]}age{numbered[2]}") if numbered and folded.isascii() else None
        if aged is not None:
            yield from (hit.times(WEAK, "composed") for hit in aged.hits)
        elif numbered and (heard := self._exact(numbered[1])) is not None:
            factor = 0.95 if numbered[2] == "1" else EXPLAINED
            yield from (hit.times(factor, "beside") for hit in heard.hits)

    def _near(self, text: str) -> Iterator[Hit]:
        """Read a text that ends in a label, or is only like one."""
        beside = [fold.joined(q) for q in _BRACKETS.findall(text)]
        folded = fold.joined(_BRACKETS.sub("", text))
        if len(folded) < _SHORTEST:
            return
        penalty = min((self.weight(b) for b in beside), default=1.0)
        for start in range(max(1, len(folded) - _LONGEST), len(folded) - 1):
            names = self._labels.get(folded[start:], ())
            if names and not folded.isascii():
                before, label = folded[:start], self._label(folded[start:])
                if before in self.cues.harmless:
                    yield from (Hit(n, (EXPLAINED + 0.05) * penalty, "beside", label) for n in names)
                factor = DENIED if self.cues.tells_other(before) else 1
                yield from (Hit(n, TAIL * factor * penalty, "tail", label) for n in names)
                break
        for label in followed(text, folded, self._labels, self.cues.behind):
            yield from (Hit(n, (EXPLAINED + 0.05) * penalty, "beside", self._label(label)) for n in self._labels[label])
        strange = self.cues.others(folded)
        for name, label, score in self._likeness.of(folded):
            factor = penalty if all(word in label for word in strange) else DENIED * penalty
            yield Hit(name, score * factor, "like", self._label(label))
        words = [w.casefold() for w in WORD.split(text.strip()) if w] if text.isascii() else []
        for start in range(1, len(words)):
            names = self._labels.get("".join(words[start:]), ())
            if names:
                weight = min(self._before(word) for word in words[:start])
                how: How = "beside" if weight >= COMPOSED else "tail"
                yield from (Hit(n, weight * penalty, how, " ".join(words[start:])) for n in names)
                break

    def _before(self, word: str) -> float:
        """Return how much is left of an English label behind a word."""
        weight = self.weight(word)
        return COMPOSED if word in self.cues.things else TAIL if weight == EXPLAINED else weight

    def allowed(self, hit: Hit, text: str) -> Hit:
        """Take away from a hit whose field the contract says is not meant by such a word.

        Args:
            hit: the hit.
            text: all that the header says.
        """
        denied = self._denied.get(hit.field, ())
        folded = fold.joined(text)
        return hit.times(DENIED, hit.how) if any(word in folded for word in denied if word) else hit

    def weight(self, beside: str) -> float:
        """Return how much of a label's meaning is left with a folded text beside it."""
        if not beside or beside in self.cues.harmless or beside.isdecimal():
            return HARMLESS
        if self.cues.includes(beside):
            return 0.92
        if self.cues.tells_other(beside):
            return DENIED
        return EXPLAINED
