"""What the cells of one field are read with: the line's symbols, the field's unit and codes, the words."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from keiyu.codes.areas import Areas
from keiyu.contract.model import Code, Contract, Field, Symbol
from keiyu.read import fold, words
from keiyu.read.grid import Cell
from keiyu.read.kinds import lexicon
from keiyu.read.kinds.lexicon import Lexicon
from keiyu.read.kinds.model import Value
from keiyu.read.model import ValueStatus
from keiyu.read.numbers import Figure, Notation
from keiyu.read.words import Words


@dataclass(frozen=True, eq=False)
class Terms:
    """What the cells of one field are read with.

    Attributes:
        lexicon: words of every kind.
        words: words that forms of every line use.
        notation: the line's symbols and the field's counters.
        codes: folded label → code of the field's list.
        areas: the area table, for codes that have lost digits.
        at: the date on which areas are looked up.
        unit: unit of the field.
    """

    lexicon: Lexicon
    words: Words
    notation: Notation
    codes: Mapping[str, str]
    areas: Areas | None = None
    at: dt.date | None = None
    unit: str | None = None

    @classmethod
    def of(
        cls,
        schemas: Path,
        *,
        symbols: Sequence[Symbol] = (),
        negative: Sequence[str] = (),
        unit: str | None = None,
        codes: Sequence[Code] = (),
        areas: Areas | None = None,
        at: dt.date | None = None,
    ) -> "Terms":
        """Collect what cells are read with.

        Args:
            schemas: the ``schemas/`` folder.
            symbols: the field's symbols.
            negative: signs that make a figure negative.
            unit: unit of the field.
            codes: the field's code list.
            areas: the area table.
            at: the reference date.
        """
        known = _alike(schemas, tuple(symbols), tuple(negative), unit, tuple(codes))
        return known if areas is None and at is None else replace(known, areas=areas, at=at)

    @classmethod
    def of_field(
        cls, field: Field, contract: Contract, *, areas: Areas | None = None, at: dt.date | None = None
    ) -> "Terms":
        """Collect what the cells of a contract's field are read with.

        Args:
            field: the field.
            contract: its line.
            areas: the area table.
            at: the reference date.
        """
        return cls.of(
            contract.folder.parents[1],
            symbols=contract.symbols_of(field.name),
            negative=contract.negative,
            unit=field.unit,
            codes=contract.codelists.get(field.codelist or "", ()),
            areas=areas,
            at=at,
        )

    def marker(self, text: str) -> Figure | None:
        """Return what a text means where the line has it for a symbol; a blank is one too."""
        return self.notation.marker(text)


@lru_cache(maxsize=1_024)
def _alike(
    schemas: Path, symbols: tuple[Symbol, ...], negative: tuple[str, ...], unit: str | None, codes: tuple[Code, ...]
) -> Terms:
    """Collect what the cells of all fields are read with that have symbols, unit and codes in common."""
    known = words.load(schemas)
    counters = known.units.get(unit, (unit,)) if unit else ()
    notation = Notation.of(symbols, negative, counters)
    return Terms(lexicon.load(schemas), known, notation, labels(codes), unit=unit)


def labels(codes: Sequence[Code]) -> dict[str, str]:
    """Return folded label → code: codes themselves win over labels, labels over synonyms."""
    named = [(text, c.code) for c in codes for text in c.synonyms]
    named += [(text, c.code) for c in codes for text in (c.label_en, c.label_ja)]
    return {fold.label(text): code for text, code in (*named, *((c.code, c.code) for c in codes))}


def nothing(cell: Cell, terms: Terms) -> Value | None:
    """Return what a blank or a symbol of the line says of a field that is no figure; none for anything else."""
    if not isinstance(cell, str):
        return None
    figure = terms.marker(cell)
    if figure is not None:
        return Value(None, figure.status, cell)
    return None if cell.strip() else Value(None, ValueStatus.NOT_SUBMITTED, cell)
