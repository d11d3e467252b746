"""Figures: whole numbers and numbers, read as :mod:`keiyu.read.numbers` reads them, but never two as one."""

import re
from typing import Final

from keiyu.read import fold
from keiyu.read.grid import Cell
from keiyu.read.kinds.model import Value, reported, unknown
from keiyu.read.kinds.terms import Terms
from keiyu.read.model import ValueStatus
from keiyu.read.numbers import UNREADABLE, Figure, from_number, parse
from keiyu.read.values import raw as seen

UNCLEAR: Final = "read.figure.unclear"
APPROXIMATE: Final = "read.figure.approximate"
SEVERAL: Final = "read.figure.several"

_BLANK: Final = Figure(None, ValueStatus.NOT_SUBMITTED)
_LONGEST: Final = 100
_BESIDE: Final = re.compile(
    r"(?P<figure>[^(\[【〔※*]*\d[^(\[【〔※*]*)(?P<remark>[(\[【〔].*[)\]】〕]|[※*][\d, ]*)", re.DOTALL
)
_PLACE: Final = re.compile(r"\d+ ?(?:[~・,-] ?\d+ ?)?(?:階|[fF]|号|棟|番)")
_PART: Final = re.compile(
    r" ?(?:(?P<figure>\d[\d,]*)[^\d()、, ]? ?\((?P<behind>[^\d()]+)\)"
    r"|(?P<before>[^\d()、,]+?)[:= ]?(?P<after>\d[\d,]*)[^\d()、, ]?) ?"
)
_PARTED: Final = re.compile(r"[、・;/\n]|,(?!\d{3})|(?<=\)) ?(?=\d)")
_DIGIT: Final = re.compile(r"\d")
_SIGNS: Final = "()[]【】〔〕※* \n"


def integer(cell: Cell, terms: Terms) -> Value:
    """Read a count: 150名, １，２３４ 人, △379, 300人（体育館）; ``35(昼間）、35（夜間）``, ``10～12`` are not one.

    約300人 is the 300 that it says, and told. A remark behind a figure, in brackets or after ※, is the remark unless
    it holds figures of its own, another counter, or words that make the figure another's (うち, 以上).

    Convention: figures are as the line writes them (its negative signs and its counters). A figure in brackets is
    left open, as it may be part of another (内数) as well as negative.
    """
    return _read(cell, terms, whole=True)


def number(cell: Cell, terms: Terms) -> Value:
    """Read a number that may have decimals; the rest as :func:`integer`."""
    return _read(cell, terms, whole=False)


def _read(cell: Cell, terms: Terms, *, whole: bool) -> Value:
    figure = _figure(cell, terms, whole=whole)
    if figure.readable:
        return Value(figure.value, figure.status, seen(cell))
    said = _with_words(cell, terms, whole=whole) if isinstance(cell, str) and len(cell) <= _LONGEST else None
    return said or _several(cell) or unknown(cell, UNCLEAR)


def _figure(cell: Cell, terms: Terms, *, whole: bool) -> Figure:
    if isinstance(cell, str):
        marker = terms.marker(cell)
        if marker is not None:
            return marker
        if not cell.strip():
            return _BLANK
        return UNREADABLE if fold.value(cell)[:1] == "(" else parse(cell, terms.notation, whole=whole)
    if isinstance(cell, float | int) and not isinstance(cell, bool) and cell == cell:
        marker = terms.marker(f"{cell:.0f}") if cell < 0 else None
        return marker or from_number(cell, whole=whole)
    return UNREADABLE


def _with_words(text: str, terms: Terms, *, whole: bool) -> Value | None:
    """Read a figure with a remark behind it, or one that is said to be about right."""
    folded = fold.value(text)
    match = _BESIDE.fullmatch(folded)
    said, remark = (match["figure"].strip(), match["remark"]) if match else (folded, "")
    bare = terms.lexicon.about.sub("", said, count=1).strip()
    if _is_another(remark, terms) or (bare == said and not remark) or not _DIGIT.search(bare):
        return None
    figure = parse(bare, terms.notation, whole=whole)
    if not figure.readable or figure.value is None:
        return None
    told = reported(text, figure.value, None if bare == said else APPROXIMATE, remark=remark.strip(_SIGNS))
    return told._replace(status=figure.status)


def _several(cell: Cell) -> Value | None:
    """Tell the figures of a cell that says of each which it is: ``35(昼間）、35（夜間）``; none is the figure."""
    if not isinstance(cell, str) or len(cell) > _LONGEST:
        return None
    parts = [_PART.fullmatch(part) for part in _PARTED.split(fold.value(cell)) if part.strip()]
    told = [(p["figure"] or p["after"], (p["behind"] or p["before"]).strip()) for p in parts if p is not None]
    if len(told) < len(parts) or len({word for _, word in told}) < max(len(parts), 2):
        return None
    return unknown(cell, SEVERAL, others=tuple(f"{figure}（{word}）" for figure, word in told))


def _is_another(remark: str, terms: Terms) -> bool:
    """Return whether a remark has figures of its own, another counter, or words that make the figure another's."""
    bare = remark.strip(_SIGNS)
    if not bare or remark[:1] in "※*":
        return False
    counted = {fold.value(word) for words in terms.words.units.values() for word in words}
    others = counted - terms.notation.units
    return (
        bool(_DIGIT.search(_PLACE.sub("", bare)))
        or bare in others
        or any(w in bare for w in terms.lexicon.figures_other)
    )
