"""Figures: whole numbers and numbers, read as :mod:`keiyu.read.numbers` reads them, but never two as one."""

from typing import Final

from keiyu.read import fold
from keiyu.read.grid import Cell
from keiyu.read.kinds.model import Value, unknown
from keiyu.read.kinds.terms import Terms
from keiyu.read.model import ValueStatus
from keiyu.read.numbers import UNREADABLE, Figure, from_number, parse
from keiyu.read.values import raw as seen

UNCLEAR: Final = "read.figure.unclear"
_BLANK: Final = Figure(None, ValueStatus.NOT_SUBMITTED)


def integer(cell: Cell, terms: Terms) -> Value:
    """Read a count: 150名, １，２３４ 人, △379; ``35(昼間）、35（夜間）``, ``約100`` and ``10～12`` are not one number.

    Convention: figures are as the line writes them (its negative signs and its counters). A figure in brackets is
    left open, as it may be part of another (内数) as well as negative.
    """
    return _read(cell, terms, whole=True)


def number(cell: Cell, terms: Terms) -> Value:
    """Read a number that may have decimals; the rest as :func:`integer`."""
    return _read(cell, terms, whole=False)


def _read(cell: Cell, terms: Terms, *, whole: bool) -> Value:
    figure = _figure(cell, terms, whole=whole)
    if not figure.readable:
        return unknown(cell, UNCLEAR)
    return Value(figure.value, figure.status, seen(cell))


def _figure(cell: Cell, terms: Terms, *, whole: bool) -> Figure:
    if isinstance(cell, str):
        marker = terms.marker(cell)
        if marker is not None:
            return marker
        if not cell.strip():
            return _BLANK
        return UNREADABLE if fold.value(cell)[:1] == "(" else parse(cell, terms.notation, whole=whole)
    if isinstance(cell, float | int) and not isinstance(cell, bool) and cell == cell:
        return from_number(cell, whole=whole)
    return UNREADABLE
