"""From the texts of a header to the fields of a contract.

A plain column is named by its identifier, its label or one of its synonyms. A family of columns, such as
a cube's, is named by codes: one label of each dimension, in any order, with or without a word beside them
(``定員_保育所_合計``, ``定員（保育所）合計``, ``保育所・合計``). Nothing is listed; all of it follows from the
contract's labels, and a text that could mean two columns means neither.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from keiyu.contract.model import Contract, Dimension, Field, Table
from keiyu.contract.vocabulary import Vocabulary, vocabulary
from keiyu.contract.wording import Composition
from keiyu.read import fold

PERIOD: Final = "TIME_PERIOD"
"""Concept (SDMX) of the field that holds the reference date."""

AREAS: Final = "areas"
"""Code list of the field that holds an area code."""


@dataclass(frozen=True)
class _Family:
    """A family of columns named by codes: folded label → what it stands for."""

    composition: Composition
    beside: frozenset[str]
    dimensions: tuple[Mapping[str, str], ...]

    @cached_property
    def parts(self) -> tuple[Mapping[str, Sequence[tuple[str, str]]], ...]:
        """For each dimension, and last for the words beside: first character → labels that begin so, with codes."""
        return tuple(map(_by_initial, (*self.dimensions, dict.fromkeys(self.beside, ""))))

    @cached_property
    def initials(self) -> frozenset[str]:
        """Characters with which any of it begins."""
        return frozenset(initial for part in self.parts for initial in part)


class Labels:
    """The look-up from header texts to one contract's fields."""

    def __init__(self, contract: Contract) -> None:
        """Collect the labels of a contract."""
        self.contract = contract
        self._vocabulary = vocabulary(contract)
        self._plain = _plain(self._vocabulary, contract)
        self._known: dict[str, tuple[str, ...]] = {}

    @cached_property
    def period(self) -> frozenset[str]:
        """Folded labels of the reference date."""
        fields = [f for t in self.contract.tables for f in (*t.fields, *t.tidy) if f.concept == PERIOD]
        return frozenset(n for f in fields for n in names_of(f))

    @cached_property
    def _families(self) -> tuple[_Family, ...]:
        return tuple(_family(c) for t in self.contract.tables for c in t.wording.compositions)

    def match(self, text: str) -> tuple[str, ...]:
        """Return the fields that a header text may stand for: none, the one, or several.

        Args:
            text: one header cell as it stands.
        """
        found = self._known.get(text)
        if found is None:
            found = self._plain.get(fold.label(text)) or self._composed(text)
            if len(self._known) < 65_536:
                self._known[text] = found
        return found

    def _composed(self, text: str) -> tuple[str, ...]:
        folded = fold.joined(text)
        if not folded:
            return ()
        families = (family for family in self._families if folded[0] in family.initials)
        return tuple(sorted({name for family in families for name in _readings(folded, family)}))


def names_of(field: Field) -> tuple[str, ...]:
    """Return the folded texts that name a field by itself."""
    return tuple(dict.fromkeys(fold.label(t) for t in (field.name, field.label_ja, field.label_en, *field.synonyms)))


def codes_of(table: Table) -> tuple[Mapping[str, str], ...]:
    """Return, for each dimension of a cube, folded label → code; a label of two codes is left out."""
    return tuple(map(_labelled, table.dimensions))


def _labelled(dimension: Dimension) -> Mapping[str, str]:
    return _unique(((c.code, c.label_ja, c.label_en, *c.synonyms), c.code) for c in dimension.codes)


def _unique(entries: Iterable[tuple[Sequence[str], str]]) -> Mapping[str, str]:
    found: dict[str, set[str]] = {}
    for texts, code in entries:
        for text in texts:
            found.setdefault(fold.joined(text), set()).add(code)
    return {text: codes.pop() for text, codes in found.items() if len(codes) == 1}


def _plain(words: Vocabulary, contract: Contract) -> dict[str, tuple[str, ...]]:
    """Collect names of fields; a name shared by two tables is one field, a text for two names stays two."""
    found: dict[str, dict[str, None]] = {}
    unsure = {text: item.fields for text, item in words.ambiguous.items() if len(item.fields) > 1}
    for text, names in {**words.labels, **unsure}.items():
        own = (name for name in names if name in contract.fields)
        found.setdefault(fold.label(text), {}).update(dict.fromkeys(own))
    return {text: tuple(names) for text, names in found.items() if names}


def _family(composition: Composition) -> _Family:
    beside = frozenset(map(fold.joined, composition.beside))
    return _Family(composition, beside, tuple(map(_labelled, composition.dimensions)))


def _by_initial(part: Mapping[str, str]) -> Mapping[str, Sequence[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for label, code in part.items():
        if label:
            found.setdefault(label[0], []).append((label, code))
    return found


def _readings(text: str, family: _Family) -> Iterator[str]:
    """Read a folded text as a label of each dimension and at most one word beside, in any order."""
    meant = _meant(family.composition)
    for told in _split(text, family.parts, (None,) * len(family.parts)):
        codes = tuple(code or other for code, other in zip(told[:-1], meant, strict=True))
        field = family.composition.fields.get(tuple(code for code in codes if code))
        if field is not None and any(told[:-1]):
            yield field


def _meant(composition: Composition) -> tuple[str | None, ...]:
    """Return the codes that a label means which names none of a dimension."""
    known = {**composition.unsaid, **composition.default}
    return tuple(known.get(d.name) for d in composition.dimensions)


def _split(
    text: str, parts: tuple[Mapping[str, Sequence[tuple[str, str]]], ...], taken: tuple[str | None, ...]
) -> Iterator[tuple[str | None, ...]]:
    if not text:
        yield taken
        return
    for place, part in enumerate(parts):
        if taken[place] is not None:
            continue
        for label, code in part.get(text[0], ()):
            if text.startswith(label):
                yield from _split(text[len(label) :], parts, (*taken[:place], code, *taken[place + 1 :]))
