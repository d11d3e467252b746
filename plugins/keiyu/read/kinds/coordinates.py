"""Coordinates: decimal degrees of the world geodetic system, from decimals or degrees, minutes and seconds.

A value outside the range in which Japan lies is not certain: latitude and longitude are never swapped.
"""

import re
from typing import Final

from keiyu.read import fold
from keiyu.read.grid import Cell
from keiyu.read.kinds.model import Value, reported, unknown
from keiyu.read.kinds.terms import Terms, nothing

UNCLEAR: Final = "read.coordinate.unclear"
OUTSIDE: Final = "read.coordinate.outside"

_HALVES: Final = {"latitude": {"N", "北緯"}, "longitude": {"E", "東経"}}
_HALVED: Final = re.compile(r"(?P<head>北緯|東経|[NSEWnsew])?[: ]*(?P<degrees>.*?) ?(?P<tail>[NSEWnsew])?", re.DOTALL)
_DECIMAL: Final = re.compile(r"(\d{1,3}(?:\.\d{1,20})?) ?[°度º˚]?", re.ASCII)
_SIGNED: Final = re.compile(
    r"(\d{1,3}) ?[°度º˚] ?(\d{1,2}(?:\.\d{1,12})?) ?['′’‘´分]?(?: ?(\d{1,2}(?:\.\d{1,12})?) ?(?:[\"″”“秒]|''|′′|’’)?)?",
    re.ASCII,
)
_SPACED: Final = re.compile(r"(\d{1,3})[: ](\d{1,2})[: ](\d{1,2}(?:\.\d{1,12})?)", re.ASCII)
_LONGEST: Final = 60
_PLACES: Final = 8


def latitude(cell: Cell, terms: Terms) -> Value:
    """Read a latitude: 35.7272, ３５．７２７２, 35°43'38", 北緯35度43分38秒, N35.7272. Source: ISO 6709."""
    return _read(cell, terms, "latitude", terms.lexicon.latitudes)


def longitude(cell: Cell, terms: Terms) -> Value:
    """Read a longitude: 139.9934, 139°59'36", 東経139度59分36秒. Source: ISO 6709."""
    return _read(cell, terms, "longitude", terms.lexicon.longitudes)


def _read(cell: Cell, terms: Terms, axis: str, inside: tuple[float, float]) -> Value:
    blank = nothing(cell, terms)
    if blank is not None:
        return blank
    degrees = _of_text(cell, axis) if isinstance(cell, str) else _of_number(cell)
    if degrees is None:
        return unknown(cell, UNCLEAR)
    low, high = inside
    return reported(cell, degrees) if low <= degrees <= high else unknown(cell, OUTSIDE)


def _of_number(cell: Cell) -> float | None:
    return float(cell) if isinstance(cell, float | int) and not isinstance(cell, bool) and abs(cell) < 1e6 else None


def _of_text(text: str, axis: str) -> float | None:
    halved = _HALVED.fullmatch(fold.value(text)) if len(text) <= _LONGEST else None
    if halved is None or not {h.upper() for h in (halved["head"], halved["tail"]) if h} <= _HALVES[axis]:
        return None
    decimal = _DECIMAL.fullmatch(halved["degrees"])
    if decimal:
        return float(decimal[1])
    parts = _SIGNED.fullmatch(halved["degrees"]) or _SPACED.fullmatch(halved["degrees"])
    return _degrees(parts[1], parts[2], parts[3]) if parts else None


def _degrees(degrees: str, minutes: str, seconds: str | None) -> float | None:
    """Add up degrees, minutes and seconds; only the last of them may have decimals."""
    if float(minutes) >= 60 or float(seconds or 0) >= 60 or (seconds and "." in minutes):
        return None
    return round(int(degrees) + float(minutes) / 60 + float(seconds or 0) / 3600, _PLACES)
