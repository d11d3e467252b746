"""Which fields of a table say where a row belongs and whose it is."""

from collections.abc import Container
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from keiyu.contract.model import Respondents, Table
from keiyu.read.labels import AREAS

PREFECTURE: Final = "prefecture"
MUNICIPALITY: Final = "cityAndCounty"
"""Concepts (GIF 住所) of the fields that name a place."""


@dataclass(frozen=True)
class Where:
    """An area code of a table and the names beside it.

    Attributes:
        code: field of the area code.
        prefecture: field of the prefecture's name.
        municipality: field of the municipality's name.
    """

    code: str
    prefecture: str | None = None
    municipality: str | None = None

    @property
    def fields(self) -> tuple[str | None, ...]:
        """The fields in the order in which a place is resolved."""
        return self.code, self.prefecture, self.municipality

    def told_by(self, fields: Container[str]) -> bool:
        """Return whether a file with these fields tells the place: by code, or by both names."""
        names = (self.prefecture, self.municipality)
        return self.code in fields or all(name is not None and name in fields for name in names)


@lru_cache(maxsize=1_024)
def _places(fields: tuple[tuple[str, str | None, str | None], ...]) -> tuple[Where, ...]:
    found: list[Where] = []
    for name, codelist, concept in fields:
        if codelist == AREAS:
            found.append(Where(name))
        elif found and concept == PREFECTURE:
            found[-1] = replace(found[-1], prefecture=name)
        elif found and concept == MUNICIPALITY:
            found[-1] = replace(found[-1], municipality=name)
    return tuple(found)


def places(table: Table) -> tuple[Where, ...]:
    """Return the places that a table's rows name: the first is where the row belongs.

    A name belongs to the last area code before it, in the contract's order of fields.
    """
    return _places(tuple((f.name, f.codelist, f.concept) for f in table.fields if not f.dimensions))


def one_row_each(table: Table, respondents: Respondents) -> bool:
    """Return whether a table has one row per reporter: its key is what identifies the reporter."""
    return set(table.key) <= set(respondents.identity)
