"""From the texts of a header to the fields of a contract.

A plain column is named by its identifier, its label or one of its synonyms. A cube's column is named by
its dimensions: one label of each, in any order, with or without the table's name among them
(``定員_保育所_合計``, ``定員（保育所）合計``, ``保育所・合計``). Nothing is listed; all of it follows from the
contract's labels, and a text that could mean two columns means neither.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from keiyu.contract.model import Contract, Field, Table
from keiyu.read import fold

PERIOD: Final = "TIME_PERIOD"
"""Concept (SDMX) of the field that holds the reference date."""

AREAS: Final = "areas"
"""Code list of the field that holds an area code."""


@dataclass(frozen=True)
class _Cube:
    """A cube's vocabulary: folded name → what it stands for."""

    table: Table
    names: frozenset[str]
    dimensions: tuple[Mapping[str, str], ...]

    @cached_property
    def initials(self) -> frozenset[str]:
        """Characters with which any of it begins."""
        return frozenset(text[0] for part in (self.names, *self.dimensions) for text in part if text)


class Labels:
    """The look-up from header texts to one contract's fields."""

    def __init__(self, contract: Contract) -> None:
        """Collect the labels of a contract."""
        self.contract = contract
        self._plain = _plain(contract)
        self._known: dict[str, tuple[str, ...]] = {}

    @cached_property
    def period(self) -> frozenset[str]:
        """Folded labels of the reference date."""
        fields = [f for t in self.contract.tables for f in (*t.fields, *t.tidy) if f.concept == PERIOD]
        return frozenset(n for f in fields for n in names_of(f))

    @cached_property
    def _cubes(self) -> tuple[_Cube, ...]:
        return tuple(_vocabulary(t) for t in self.contract.tables if t.is_cube)

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
        cubes = (cube for cube in self._cubes if folded[0] in cube.initials)
        return tuple(sorted({f.name for cube in cubes for f in _readings(folded, cube)}))


def names_of(field: Field) -> tuple[str, ...]:
    """Return the folded texts that name a field by itself."""
    return tuple(dict.fromkeys(fold.label(t) for t in (field.name, field.label_ja, field.label_en, *field.synonyms)))


def codes_of(table: Table) -> tuple[Mapping[str, str], ...]:
    """Return, for each dimension of a cube, folded label → code; a label of two codes is left out."""
    return tuple(
        _unique(((c.code, c.label_ja, c.label_en, *c.synonyms), c.code) for c in d.codes) for d in table.dimensions
    )


def _unique(entries: Iterable[tuple[Sequence[str], str]]) -> Mapping[str, str]:
    found: dict[str, set[str]] = {}
    for texts, code in entries:
        for text in texts:
            found.setdefault(fold.joined(text), set()).add(code)
    return {text: codes.pop() for text, codes in found.items() if len(codes) == 1}


def _plain(contract: Contract) -> dict[str, tuple[str, ...]]:
    """Collect names of fields; a name shared by two tables is one field, a text for two names stays two."""
    found: dict[str, dict[str, None]] = {}
    for table in contract.tables:
        for field in table.fields:
            for text in names_of(field):
                found.setdefault(text, {})[field.name] = None
    return {text: tuple(names) for text, names in found.items()}


def _vocabulary(table: Table) -> _Cube:
    names = frozenset(fold.joined(t) for t in (table.label_ja, table.label_en, table.name, *table.synonyms))
    return _Cube(table, names, codes_of(table))


def _readings(text: str, cube: _Cube) -> Iterator[Field]:
    """Read a folded text as one label of each dimension and at most one name of the table, in any order."""
    parts: tuple[Mapping[str, str], ...] = (*cube.dimensions, dict.fromkeys(cube.names, ""))
    for codes in _split(text, parts, (None,) * len(parts)):
        field = cube.table.by_codes.get(codes[:-1])
        if field is not None:
            yield field


def _split(text: str, parts: tuple[Mapping[str, str], ...], taken: tuple[str | None, ...]) -> Iterator[tuple[str, ...]]:
    if not text:
        if None not in taken[:-1]:
            yield tuple(code or "" for code in taken)
        return
    for place, part in enumerate(parts):
        if taken[place] is not None:
            continue
        for label, code in part.items():
            if text.startswith(label):
                yield from _split(text[len(label) :], parts, (*taken[:place], code, *taken[place + 1 :]))
