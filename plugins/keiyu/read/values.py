"""Normalise: cells to values of the contract's types, each with its status and its raw text.

A row of plain figures, as nearly all are, is converted whole; only a row with something else in it is
looked at cell by cell.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from operator import itemgetter
from typing import Any, Final, NamedTuple

from keiyu.codes.eras import parse_date
from keiyu.contract.model import Contract, Field, Symbol
from keiyu.read import fold
from keiyu.read.grid import Cell
from keiyu.read.labels import AREAS
from keiyu.read.model import ValueStatus
from keiyu.read.numbers import LIMIT, UNREADABLE, Figure, Notation, from_number, parse
from keiyu.read.words import Words

_FLOATS: Final = {float}
_SMALL: Final = {float(figure): figure for figure in range(10_000)}
"""The figures of nearly all cells."""
_TEXTS: Final = {str}
_MEMORY: Final = 65_536
_READ: Final = frozenset({"integer", "number", "boolean", "date", "time"})
"""Types whose values are made of what stands in a cell."""

_CLOCK: Final = re.compile(r"(\d{1,2})[:時](\d{2})?分?(?::\d{2})?", re.ASCII)


class Value(NamedTuple):
    """What one cell says.

    Attributes:
        value: typed as the contract says, none where there is none.
        status: why it is what it is; none where that needs no mark.
        rule: rule of the finding it deserves, where it could not be read.
    """

    value: Any
    status: ValueStatus | None = None
    rule: str | None = None


NOTHING: Final = Value(None)


def raw(cell: Cell) -> str:
    """Return a cell as a person sees it."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < LIMIT:
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, dt.date | dt.time) else str(cell)


def plain_figures(cells: Sequence[Cell]) -> tuple[int, ...] | None:
    """Convert a row in which every cell is a plain whole figure, all numbers or all texts.

    Args:
        cells: one row's measures.

    Returns:
        The figures; none where any cell is anything else.
    """
    kinds = set(map(type, cells))
    try:
        if kinds == _FLOATS:
            try:
                return itemgetter(*cells)(_SMALL) if len(cells) > 1 else (_SMALL[cells[0]],)  # type: ignore[index]
            except KeyError:
                figures = tuple(map(int, cells))  # type: ignore[arg-type]
                same = figures == tuple(cells)
        elif kinds == _TEXTS:
            figures = tuple(map(int, cells))  # type: ignore[arg-type]
            same = tuple(map(str, figures)) == tuple(cells)
        else:
            return None
    except (ValueError, OverflowError):
        return None
    return figures if same and min(figures) > -LIMIT and max(figures) < LIMIT else None


class Converter:
    """Converts the cells of one contract's fields."""

    def __init__(self, contract: Contract, words: Words) -> None:
        """Prepare the look-ups.

        Args:
            contract: the line.
            words: words of every line.
        """
        self._contract = contract
        self._words = words
        self._notations: dict[tuple[str | None, tuple[Symbol, ...]], Notation] = {}
        self._lists: dict[str, dict[str, str]] = {}
        self._of: dict[str, Callable[[Cell], Value]] = {}

    def of(self, field: Field) -> Callable[[Cell], Value]:
        """Return the conversion of a field's cells."""
        found = self._of.get(field.name)
        if found is None:
            found = self._of[field.name] = self._make(field)
        return found

    def _make(self, field: Field) -> Callable[[Cell], Value]:
        if field.type in {"integer", "number"}:
            return _Figures(self._notation(field), whole=field.type == "integer")
        if field.type == "boolean":
            return partial(_boolean, words=self._words)
        if field.type == "date":
            return _date
        if field.type == "time":
            return _time
        return _as_is if is_kept(field) else partial(_coded, codes=self._codes(field.codelist or ""))

    def _notation(self, field: Field) -> Notation:
        unit, symbols = field.unit, self._contract.symbols_of(field.name)
        if (unit, symbols) not in self._notations:
            units = self._words.units.get(unit, (unit,)) if unit else ()
            self._notations[unit, symbols] = Notation.of(symbols, self._contract.negative, units)
        return self._notations[unit, symbols]

    def _codes(self, name: str) -> dict[str, str]:
        if name not in self._lists:
            codes = self._contract.codelists.get(name, ())
            named = ((t, c.code) for c in codes for t in (*c.synonyms, c.label_en, c.label_ja, c.code))
            self._lists[name] = {fold.label(text): code for text, code in named}
        return self._lists[name]


class _Figures:
    """Conversion of figures; texts met once are remembered."""

    def __init__(self, notation: Notation, *, whole: bool) -> None:
        self._notation = notation
        self._whole = whole
        self._known: dict[str, Value] = {}

    def __call__(self, cell: Cell) -> Value:
        if isinstance(cell, str):
            known = self._known.get(cell)
            if known is None:
                known = _from_figure(parse(cell, self._notation, whole=self._whole))
                if len(self._known) < _MEMORY:
                    self._known[cell] = known
            return known
        if isinstance(cell, float | int) and not isinstance(cell, bool):
            return _from_figure(from_number(cell, whole=self._whole))
        return _from_figure(UNREADABLE)


def _from_figure(figure: Figure) -> Value:
    if not figure.readable:
        return Value(None, ValueStatus.UNKNOWN, "read.number")
    return Value(figure.value, None if figure.plain else figure.status)


def is_kept(field: Field) -> bool:
    """Return whether a field's cells are kept as they stand, so that nothing is ever to be said of one."""
    return field.type not in _READ and (not field.codelist or field.codelist == AREAS)


def kept(cell: Cell) -> str | None:
    """Keep a text's own code points; only outer blanks go. A number keeps no ``.0``."""
    return (cell if isinstance(cell, str) else raw(cell)).strip() or None


def _as_is(cell: Cell) -> Value:
    return Value(kept(cell))


def _coded(cell: Cell, *, codes: dict[str, str]) -> Value:
    """Turn a label into its code; a text that the list does not have stays, for the check to refuse."""
    text = kept(cell)
    if text is None:
        return NOTHING
    code = codes.get(fold.label(text), text)
    return Value(code, None if code == text else ValueStatus.REPORTED)


def _boolean(cell: Cell, *, words: Words) -> Value:
    if isinstance(cell, bool):
        return Value(cell)
    text = kept(cell)
    if text is None:
        return NOTHING
    said = words.booleans.get(fold.label(text))
    return Value(None, ValueStatus.UNKNOWN, "read.boolean") if said is None else Value(said, ValueStatus.REPORTED)


def _date(cell: Cell) -> Value:
    text = kept(cell)
    if text is None:
        return NOTHING
    date = parse_date(cell)
    if date is None:
        return Value(None, ValueStatus.UNKNOWN, "read.date")
    return Value(date, None if isinstance(cell, dt.date) or text == date.isoformat() else ValueStatus.REPORTED)


def _time(cell: Cell) -> Value:
    """Read a time of day as ``HH:MM``, the form in which it is stored."""
    if isinstance(cell, dt.datetime | dt.time):
        return Value(f"{cell:%H:%M}")
    text = kept(cell)
    if text is None:
        return NOTHING
    match = _CLOCK.fullmatch(fold.value(text))
    hour, minute = (int(match[1]), int(match[2] or 0)) if match else (99, 99)
    if hour > 24 or minute > 59:
        return Value(None, ValueStatus.UNKNOWN, "read.time")
    clock = f"{hour:02}:{minute:02}"
    return Value(clock, None if clock == text else ValueStatus.REPORTED)


def filled(cells: Sequence[Cell]) -> Iterator[int]:
    """Yield the positions of cells in which something stands; blanks are nothing."""
    return (i for i, cell in enumerate(cells) if cell != "" and not (isinstance(cell, str) and not cell.strip()))
