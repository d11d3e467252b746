"""Codes and dimensions: the rows of ``schemas/codes/*.csv`` as every room uses them."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """One code of a code list (a row of ``schemas/codes/*.csv``).

    Attributes:
        code: the identifier used in columns and tidy tables.
        label_ja: official Japanese label.
        label_en: English label.
        synonyms: other spellings met in files.
        parent: the code that this one adds up to, if any (a hierarchical code list).
        definition_ja: what it means, in Japanese.
        definition_en: what it means, in English.
        valid_from: first day on which it is used; open if none.
        valid_to: first day on which it is no longer used; open if none.
    """

    code: str
    label_ja: str
    label_en: str
    synonyms: tuple[str, ...] = ()
    parent: str | None = None
    definition_ja: str = ""
    definition_en: str = ""
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Dimension:
    """A dimension of a cube table, with its codes in official order."""

    name: str
    label_ja: str
    label_en: str
    codes: tuple[Code, ...]

    def children(self, code: str) -> tuple[Code, ...]:
        """Return the codes that add up to ``code``; empty where it is a leaf."""
        return tuple(c for c in self.codes if c.parent == code)
