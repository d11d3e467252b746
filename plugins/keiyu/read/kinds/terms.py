"""What the cells of one field are read with: the line's symbols, the field's unit and codes, the words."""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from keiyu.codes.areas import Areas
from keiyu.contract import codelists
from keiyu.contract.model import Code, Contract, Field, Symbol
from keiyu.read import fold, words
from keiyu.read.grid import Cell
from keiyu.read.kinds import lexicon
from keiyu.read.kinds.lexicon import Lexicon
from keiyu.read.kinds.model import Value
from keiyu.read.model import ValueStatus
from keiyu.read.numbers import Figure, Notation
from keiyu.read.words import Words

_NO_CODES: Final[Mapping[str, str]] = MappingProxyType({})


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
    """

    lexicon: Lexicon
    words: Words
    notation: Notation
    codes: Mapping[str, str] = dataclasses.field(default_factory=lambda: _NO_CODES)
    areas: Areas | None = None
    at: dt.date | None = None

    def marker(self, text: str) -> Figure | None:
        """Return what a text means where the line has it for a symbol; a blank is one too."""
        return self.notation.marker(text)


def terms(
    schemas: Path,
    *,
    symbols: Sequence[Symbol] = (),
    negative: Sequence[str] = (),
    unit: str | None = None,
    codes: Sequence[Code] = (),
    areas: Areas | None = None,
    at: dt.date | None = None,
) -> Terms:
    """Collect what cells are read with.

    Args:
        schemas: the ``schemas/`` folder.
        symbols: the line's symbol map.
        negative: signs that make a figure negative.
        unit: unit of the field.
        codes: the field's code list.
        areas: the area table.
        at: the reference date.
    """
    known = words.load(schemas)
    counters = known.units.get(unit, (unit,)) if unit else ()
    return Terms(
        lexicon=lexicon.load(schemas),
        words=known,
        notation=Notation.of(symbols, negative, counters),
        codes=labels(codes) if codes else _NO_CODES,
        areas=areas,
        at=at,
    )


def of_field(
    field: Field, contract: Contract, schemas: Path, *, areas: Areas | None = None, at: dt.date | None = None
) -> Terms:
    """Collect what the cells of a contract's field are read with.

    Args:
        field: the field.
        contract: its line.
        schemas: the ``schemas/`` folder.
        areas: the area table.
        at: the reference date.
    """
    codes = contract.codelists.get(field.codelist or "", ())
    return terms(
        schemas,
        symbols=tuple(s for s in contract.symbols if s.border is None and s.is_of(field.name)),
        negative=contract.negative,
        unit=field.unit,
        codes=codes,
        areas=areas,
        at=at,
    )


def labels(codes: Sequence[Code]) -> dict[str, str]:
    """Return folded label → code: codes themselves win over labels, labels over synonyms."""
    named = [(text, c.code) for c in codes for text in c.synonyms]
    named += [(text, c.code) for c in codes for text in (c.label_en, c.label_ja)]
    return {fold.label(text): code for text, code in (*named, *((c.code, c.code) for c in codes))}


def code_list(name: str, schemas: Path) -> tuple[Code, ...]:
    """Return a code list of ``schemas/codes`` by name, for a field of no contract."""
    return codelists.load(name, schemas)


def nothing(cell: Cell, terms: Terms) -> Value | None:
    """Return what a blank or a symbol of the line says of a field that is no figure; none for anything else."""
    if not isinstance(cell, str):
        return None
    figure = terms.marker(cell)
    if figure is not None:
        return Value(None, figure.status, cell)
    return None if cell.strip() else Value(None, ValueStatus.NOT_SUBMITTED, cell)
