"""The kinds by name: how each reads a cell, and how it knows a block of cells that need no care."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import pyarrow as pa

from keiyu.contract.model import Field
from keiyu.read.grid import Cell
from keiyu.read.kinds import (
    addresses,
    ages,
    blocks,
    coordinates,
    dates,
    figures,
    flags,
    identifiers,
    links,
    phones,
    postal,
    texts,
    times,
    weekdays,
)
from keiyu.read.kinds.blocks import Block, Numbers
from keiyu.read.kinds.model import Value
from keiyu.read.kinds.terms import Terms
from keiyu.read.labels import AREAS

_TEXT: Final = pa.string()

Reader = Callable[[Cell, Terms], Value]

Range = Callable[[Terms], tuple[float, float]]
"""Returns the least and the greatest number that is certain."""

_BY_TYPE: Final = {"integer": "integer", "number": "number", "date": "date", "time": "time", "boolean": "flag"}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of value.

    Attributes:
        name: identifier, as contracts name it.
        read: reads one cell.
        plain: reads a block of texts in plain form.
        numbers: reads a block of cells that are numbers already.
        figure: whether it is a figure, so that a blank means something.
        sure: a pattern (RE2) of texts in plain form, for columns too long to look at each.
        type: the type of the values of such texts.
        inside: the range in which such values must lie, where they are numbers.
    """

    name: str
    read: Reader
    plain: Block | None = None
    numbers: Numbers | None = None
    figure: bool = False
    sure: str | None = None
    type: pa.DataType = _TEXT
    inside: Range | None = None


def _patterned(name: str, read: Reader, pattern: str) -> Kind:
    """Return a kind whose texts in plain form match a pattern and are their own values."""
    return Kind(name, read, blocks.matching(pattern), sure=pattern)


def _latitudes(terms: Terms) -> tuple[float, float]:
    return terms.lexicon.latitudes


def _longitudes(terms: Terms) -> tuple[float, float]:
    return terms.lexicon.longitudes


def _coordinate(name: str, read: Reader, inside: Range) -> Kind:
    plain, numbers = blocks.figures(blocks.DECIMAL, float, inside), blocks.numbers(None, inside)
    return Kind(name, read, plain, numbers, sure=blocks.DECIMAL, type=pa.float64(), inside=inside)


def _kinds() -> tuple[Kind, ...]:
    counts, integers = blocks.figures(blocks.WHOLE, int, None), blocks.numbers(int, blocks.positive)
    decimals = blocks.figures(blocks.DECIMAL, float, None)
    return (
        Kind("address", addresses.address, texts.plain_texts, sure=texts.SURE),
        Kind("age", ages.age),
        Kind("ages", ages.ages),
        Kind("area_code", identifiers.area_code),
        Kind("choice", flags.choice),
        Kind("corporate_number", identifiers.corporate_number),
        Kind("date", dates.date, blocks.matching(dates.PLAIN, blocks.days)),
        Kind("designated", flags.designated),
        Kind("email", links.email),
        _patterned("end_time", times.end_time, times.PLAIN),
        Kind("flag", flags.flag),
        _patterned("identifier", identifiers.identifier, identifiers.PLAIN),
        Kind("integer", figures.integer, counts, integers, figure=True, sure=blocks.WHOLE, type=pa.int64()),
        Kind("kana", texts.kana, texts.plain_kana, sure=texts.SURE),
        _coordinate("latitude", coordinates.latitude, _latitudes),
        Kind("listed", flags.listed),
        _coordinate("longitude", coordinates.longitude, _longitudes),
        Kind("moment", dates.moment),
        Kind("name", texts.name, texts.plain_names, sure=texts.SURE),
        Kind("number", figures.number, decimals, figure=True, sure=blocks.DECIMAL, type=pa.float64()),
        Kind("ownership", flags.ownership),
        _patterned("phone", phones.phone, phones.PLAIN),
        _patterned("postal_code", postal.postal_code, postal.PLAIN),
        Kind("text", texts.text, texts.plain_texts, sure=texts.SURE),
        _patterned("time", times.time, times.PLAIN),
        _patterned("url", links.url, links.PLAIN),
        Kind("weekdays", weekdays.weekdays),
    )


KINDS: Final[Mapping[str, Kind]] = MappingProxyType({kind.name: kind for kind in _kinds()})
"""Every kind by its name; the contract's JSON Schema lists the same."""


def kind_of(field: Field) -> Kind:
    """Return the kind of a contract's field: the one it names, else that of its code list, else that of its type."""
    if field.kind is not None:
        return KINDS[field.kind]
    if field.codelist is not None and field.type == "string":
        return KINDS["area_code" if field.codelist == AREAS else "listed"]
    return KINDS[_BY_TYPE.get(field.type, "text")]
