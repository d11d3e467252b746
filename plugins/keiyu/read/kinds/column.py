"""Reading cells by their kind: one, or a whole column, in which equal cells are read once and plain ones not at all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np

from keiyu.contract.model import Contract, Field
from keiyu.read.grid import Cell
from keiyu.read.held import Coded, Some, Texts
from keiyu.read.kinds.model import Value
from keiyu.read.kinds.registry import KINDS, Kind, kind_of
from keiyu.read.kinds.terms import Terms
from keiyu.read.kinds.texts import ERROR, HTML, LOST, is_error, storable, without_html
from keiyu.read.model import ValueStatus

_MEMORY: Final = 65_536
_BLOCKS: Final = (4_096, 256, 16)
_SAMPLE: Final = 1_024
_SIMPLE: Final = {ValueStatus.REPORTED, ValueStatus.TRUE_ZERO}


@dataclass(frozen=True, slots=True)
class Normalised:
    """A column, read.

    Attributes:
        values: one per cell, none where there is none or it is not certain.
        marked: position and whole reading of each cell that is not simply its value: with a note, a status of its
            own, something more to say, or a raw text that is written otherwise.
    """

    values: Sequence[Any]
    marked: Sequence[tuple[int, Value]]


class _Growing(NamedTuple):
    """A column being read."""

    values: list[Any]
    marked: list[tuple[int, Value]]


class Normaliser:
    """Reads the cells of one field."""

    def __init__(self, kind: Kind, terms: Terms) -> None:
        """Prepare to read.

        Args:
            kind: how the field's values are written.
            terms: what they are read with.
        """
        self.kind = kind
        self.terms = terms
        self._known: dict[tuple[type, Cell], Value] = {}
        self._plain = kind.plain if kind.plain and not terms.notation.has_digits else None

    def read(self, cell: Cell | None) -> Value:
        """Read one cell.

        Args:
            cell: what a decoder yields; none is a blank.

        Returns:
            What it says; nothing is ever raised and nothing guessed.
        """
        cell = "" if cell is None else cell
        key = (type(cell), cell)
        known = self._known.get(key)
        if known is None:
            known = self._read(cell)
            if len(self._known) < _MEMORY:
                self._known[key] = known
        return known

    def each(self, cells: Sequence[Cell | None]) -> list[Value]:
        """Read cells, and return the reading of each.

        Args:
            cells: what a decoder yields; none is a blank.
        """
        keyed, read = self._different(cells)
        return list(map(read.__getitem__, keyed))

    def _read(self, cell: Cell) -> Value:
        if not isinstance(cell, str):
            return self.kind.read(cell, self.terms)
        broken = storable(cell)
        if broken is not None:
            return Value(None, ValueStatus.UNKNOWN, broken, LOST)
        if is_error(cell):
            return Value(None, ValueStatus.UNKNOWN, cell, ERROR)
        bare = without_html(cell)
        if bare is None:
            return self.kind.read(cell, self.terms)
        return self.kind.read(bare, self.terms)._replace(raw=cell).noted(HTML)

    def column(self, cells: Sequence[Cell | None], *, rewritten: bool = True) -> Normalised:
        """Read a column.

        Args:
            cells: its cells in order.
            rewritten: whether to mark values that are certain but written otherwise than their canonical form.

        Returns:
            Their values, and the readings of those that are not simply their values.
        """
        if isinstance(cells, Texts):
            return self._held(cells, rewritten)
        done = _Growing([], [])
        plain = self._block_reader(cells)
        if plain is not None and len(set(cells[:_SAMPLE])) * 4 > min(len(cells), _SAMPLE):
            self._in_blocks(cells, plain, 0, done, rewritten)
        else:
            self._by_cell(cells, done, rewritten)
        return Normalised(done.values, done.marked)

    def _held(self, cells: Texts, rewritten: bool) -> Normalised:
        """Read a long column: each different text once, or only those that may not be their own values."""
        if cells.few:
            coded = cells.coded
            read = self.column(coded.values, rewritten=rewritten)
            odd = dict(read.marked)
            rows = coded.rows(odd)
            marked = Coded([odd.get(at) for at in range(len(coded.values))], coded.at[rows])
            return Normalised(Coded(read.values, coded.at), Some(rows, marked))
        kind = self.kind
        if self._plain is None or kind.sure is None:
            return self.column(list(cells), rewritten=rewritten)
        rest = cells.unlike(kind.sure if kind.figure else f"(?:{kind.sure})?")
        values = cells.read(kind.type, rest)
        if kind.inside is not None:
            rest = np.union1d(rest, values.beyond(*kind.inside(self.terms)))
        read = self.column(list(cells.chosen(rest)), rewritten=rewritten)
        return Normalised(values.replaced(rest, read.values), [(int(rest[at]), value) for at, value in read.marked])

    def _block_reader(self, cells: Sequence[Any]) -> Callable[[Sequence[Any], Terms], Sequence[Any] | None] | None:
        types = set(map(type, cells))
        return self._plain if types == {str} else self.kind.numbers if types == {float} else None

    def _in_blocks(
        self,
        cells: Sequence[Any],
        plain: Callable[[Sequence[Any], Terms], Sequence[Any] | None],
        level: int,
        done: _Growing,
        rewritten: bool,
    ) -> None:
        """Read cells block by block: plain blocks whole, others in smaller blocks, the smallest by cell."""
        size = _BLOCKS[level]
        for start in range(0, len(cells), size):
            block = cells[start : start + size]
            values = plain(block, self.terms)
            if values is not None:
                done.values.extend(values)
            elif level + 1 < len(_BLOCKS):
                self._in_blocks(block, plain, level + 1, done, rewritten)
            else:
                self._by_cell(block, done, rewritten)

    def _by_cell(self, cells: Sequence[Cell | None], done: _Growing, rewritten: bool) -> None:
        """Read cells one by one, equal ones once."""
        first = len(done.values)
        keyed, read = self._different(cells)
        values = {key: reading.value for key, reading in read.items()}
        done.values.extend(map(values.__getitem__, keyed))
        odd = {key: reading for key, reading in read.items() if self._needs_mark(reading)}
        if rewritten:
            odd |= {key: reading for key, reading in read.items() if self._is_rewritten(key, reading)}
        if odd:
            done.marked.extend((i, odd[key]) for i, key in enumerate(keyed, first) if key in odd)

    def _different(self, cells: Sequence[Cell | None]) -> tuple[Sequence[Any], dict[Any, Value]]:
        """Return what tells cells apart, 1 from yes too, and the reading of each that is different."""
        keyed: Sequence[Any] = list(zip(map(type, cells), cells, strict=True)) if bool in map(type, cells) else cells
        return keyed, {key: self.read(key[1] if isinstance(key, tuple) else key) for key in set(keyed)}

    def _needs_mark(self, reading: Value) -> bool:
        if reading.note or reading.more:
            return True
        return reading.status not in _SIMPLE and (self.kind.figure or bool(reading.raw.strip()))

    def _is_rewritten(self, cell: Cell, reading: Value) -> bool:
        """Return whether a text is certain but neither its value nor in plain form."""
        if not isinstance(cell, str) or reading.value is None or str(reading.value) == cell.strip():
            return False
        return self._plain is None or self._plain((cell,), self.terms) is None


@lru_cache(maxsize=1_024)
def reader_of(kind: Kind, terms: Terms) -> Normaliser:
    """Return the one reader of all fields that are read alike, which remembers what it has read.

    Args:
        kind: how the fields' values are written.
        terms: what they are read with.
    """
    return Normaliser(kind, terms)


def of_field(field: Field, contract: Contract, terms: Terms | None = None) -> Normaliser:
    """Return the reader of a contract's field.

    Args:
        field: the field.
        contract: its line.
        terms: what its cells are read with, where not simply the contract's own.
    """
    return Normaliser(kind_of(field), terms or Terms.of_field(field, contract))


def normalise(kind: str, cell: Cell | None, terms: Terms) -> Value:
    """Read one cell by the name of its kind; see :meth:`Normaliser.read`."""
    return Normaliser(KINDS[kind], terms).read(cell)


def normalise_column(kind: str, cells: Sequence[Cell | None], terms: Terms, *, rewritten: bool = True) -> Normalised:
    """Read a column by the name of its kind; see :meth:`Normaliser.column`."""
    return Normaliser(KINDS[kind], terms).column(cells, rewritten=rewritten)
