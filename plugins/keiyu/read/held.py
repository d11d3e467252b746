"""Long columns held as arrays: a cell is made when somebody looks at it, and equal ones are looked at once."""

from abc import abstractmethod
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from operator import itemgetter
from typing import Any, Final, overload

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_STEP: Final = 8_192
_SAMPLE: Final = 65_536
_RUN: Final = 64

Judge = Callable[[Sequence[str]], AbstractSet[str]]
"""Returns those of different texts that are of a kind."""


class Held(Sequence[Any]):
    """A column held as arrays. It is equal to the list of its values."""

    @overload
    def __getitem__(self, at: int) -> Any: ...
    @overload
    def __getitem__(self, at: slice) -> list[Any]: ...
    def __getitem__(self, at: int | slice) -> Any:
        """Return a value, or the list of some."""
        if isinstance(at, slice):
            return [self._one(n) for n in range(*at.indices(len(self)))]
        if not -len(self) <= at < len(self):
            raise IndexError(at)
        return self._one(at % len(self))

    def __eq__(self, other: object) -> bool:
        """Return whether the values are the same."""
        return isinstance(other, Sequence) and len(self) == len(other) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    @abstractmethod
    def _one(self, at: int) -> Any: ...

    @abstractmethod
    def arrow(self, kind: pa.DataType) -> pa.Array:
        """Return the column as an array.

        Args:
            kind: the type of its values.
        """


class Coded(Held):
    """A column of which each different value is kept once."""

    def __init__(self, values: Sequence[Any], at: "np.ndarray[Any, Any]") -> None:
        """Hold it.

        Args:
            values: the different values.
            at: for each row the position of its value among them.
        """
        self.values = values
        self.at = at

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.at)

    def __iter__(self) -> Iterator[Any]:
        """Yield the values in the order of the rows."""
        for start in range(0, len(self.at), _STEP):
            yield from map(self.values.__getitem__, self.at[start : start + _STEP].tolist())

    def _one(self, at: int) -> Any:
        return self.values[self.at[at]]

    def arrow(self, kind: pa.DataType) -> pa.Array:
        """Return the column as an array; each different value is converted once."""
        return pa.array(self.values, kind).take(pa.array(self.at))

    def rows(self, numbers: Container[int]) -> "np.ndarray[Any, Any]":
        """Return the rows whose value is one of some, by its position among the different ones."""
        wanted = np.fromiter((n in numbers for n in range(len(self.values))), bool, len(self.values))
        return np.flatnonzero(wanted[self.at]) if wanted.any() else np.empty(0, "int64")


class Some(Held):
    """Some rows of a column, each with its value."""

    def __init__(self, rows: "np.ndarray[Any, Any]", values: Coded) -> None:
        """Hold them.

        Args:
            rows: which rows they are.
            values: the value of each.
        """
        self.numbers = rows
        self.values = values

    def __len__(self) -> int:
        """Return the number of those rows."""
        return len(self.numbers)

    def __iter__(self) -> Iterator[tuple[int, Any]]:
        """Yield rows and their values."""
        return zip(self.numbers.tolist(), self.values, strict=True)

    def _one(self, at: int) -> tuple[int, Any]:
        return int(self.numbers[at]), self.values[at]

    def arrow(self, kind: pa.DataType) -> pa.Array:
        """Return the values as an array."""
        return self.values.arrow(kind)

    def which(self, wanted: Callable[[Any], bool]) -> "Some":
        """Return those whose value is wanted; each different value is asked once."""
        rows = self.values.rows({n for n, value in enumerate(self.values.values) if wanted(value)})
        return Some(self.numbers[rows], Coded(self.values.values, self.values.at[rows]))


class Array(Held):
    """A column held as an array; none where there is no value."""

    def __init__(self, array: pa.ChunkedArray) -> None:
        """Hold it.

        Args:
            array: its values.
        """
        self.array = array

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.array)

    def __iter__(self) -> Iterator[Any]:
        """Yield the values in the order of the rows."""
        for start in range(0, len(self.array), _STEP):
            yield from self.array.slice(start, _STEP).to_pylist()

    def _one(self, at: int) -> Any:
        return self.array[at].as_py()

    def arrow(self, kind: pa.DataType) -> pa.Array:
        """Return the column as one array."""
        return pa.concat_arrays(self.array.cast(kind).chunks or [pa.array([], kind)])

    def beyond(self, low: float, high: float) -> "np.ndarray[Any, Any]":
        """Return the rows whose number is not between two others."""
        outside = pc.or_(pc.less(self.array, low), pc.greater(self.array, high))
        return np.flatnonzero(pc.fill_null(outside, False).to_numpy())

    def replaced(self, rows: "np.ndarray[Any, Any]", values: Sequence[Any]) -> "Array":
        """Return the column with other values in some rows."""
        if not len(rows):
            return self
        mask, new = pa.array(_mask(rows, len(self))), pa.array(values, self.array.type)
        return type(self)(pc.replace_with_mask(self.array, mask, new))


class Texts(Array):
    """A column of texts; none where there is no value."""

    def __iter__(self) -> Iterator[Any]:
        """Yield the texts; where few differ, equal ones are one object."""
        return iter(self.coded) if self.few else super().__iter__()

    @cached_property
    def few(self) -> bool:
        """Whether few texts differ, as far as the first ones tell."""
        sample = self.array.slice(0, _SAMPLE)
        return 2 * len(sample.unique()) <= len(sample)

    @cached_property
    def coded(self) -> Coded:
        """The same column, each different text kept once, in the order in which they first stand."""
        found = self.array.dictionary_encode()
        texts = found.chunk(0).dictionary.to_pylist() if found.num_chunks else []
        return Coded(texts, np.concatenate([[], *(c.indices for c in found.chunks)], dtype="int32", casting="unsafe"))

    @property
    def void(self) -> bool:
        """Whether nothing stands in the column."""
        return not any(pc.any(pc.greater(pc.binary_length(part), 0)).as_py() for part in self.array.chunks)

    @property
    def blank(self) -> "np.ndarray[Any, Any]":
        """Rows whose text is empty."""
        return np.flatnonzero(pc.equal(pc.binary_length(self.array), 0).to_numpy())

    def unlike(self, pattern: str) -> "np.ndarray[Any, Any]":
        """Return the rows whose whole text does not match a pattern.

        Args:
            pattern: what a text looks like (RE2).
        """
        return np.flatnonzero(~pc.match_substring_regex(self.array, f"^(?:{pattern})$").to_numpy())

    def among(self, texts: AbstractSet[str]) -> "np.ndarray[Any, Any]":
        """Return the rows whose text is one of some."""
        return np.flatnonzero(pc.is_in(self.array, pa.array(sorted(texts), pa.string())).to_numpy())

    def chosen(self, rows: "Sequence[int] | np.ndarray[Any, Any]") -> "Texts":
        """Return some rows as a column; where few texts differ, they are not looked for again."""
        if isinstance(rows, range) and rows == range(len(self)):
            return self
        some = slice(rows.start, rows.stop) if isinstance(rows, range) and rows.step == 1 else rows
        found = Texts(self.array[some] if isinstance(some, slice) else _taken(self.array, np.asarray(some, "int64")))
        found.few = self.few
        if self.few:
            found.coded = Coded(self.coded.values, self.coded.at[some])
        return found

    def read(self, kind: pa.DataType, but: "np.ndarray[Any, Any]") -> Array:
        """Return what the texts say, none where a text is empty or in some rows.

        Args:
            kind: the type of the values.
            but: rows that are left out.
        """
        nothing = _mask(but, len(self))
        nothing[self.blank] = True
        array = pc.if_else(pa.array(nothing), None, self.array) if nothing.any() else self.array
        return Texts(array) if kind == self.array.type else Array(array.cast(kind))


def _taken(array: pa.ChunkedArray, rows: "np.ndarray[Any, Any]") -> pa.ChunkedArray:
    """Return some rows of an array; where most follow each other, nothing is copied."""
    breaks = np.flatnonzero(np.diff(rows) != 1) + 1
    if len(breaks) * _RUN >= len(rows):
        return array.take(pa.array(rows))
    runs = (array.slice(int(run[0]), len(run)) for run in np.split(rows, breaks))
    return pa.chunked_array([chunk for run in runs for chunk in run.chunks], array.type)


def _mask(rows: "np.ndarray[Any, Any]", count: int) -> "np.ndarray[Any, Any]":
    mask = np.zeros(count, bool)
    mask[rows] = True
    return mask


def which(found: Sequence[tuple[int, Any]], wanted: Callable[[Any], bool]) -> Sequence[tuple[int, Any]]:
    """Return those rows whose value is wanted.

    Args:
        found: rows and their values.
        wanted: tells whether a value is.
    """
    return found.which(wanted) if isinstance(found, Some) else [one for one in found if wanted(one[1])]


def chosen(cells: Sequence[Any], rows: "Sequence[int] | np.ndarray[Any, Any]") -> Sequence[Any]:
    """Return some rows of a column.

    Args:
        cells: the column.
        rows: which rows, counted from 0.
    """
    if isinstance(cells, Texts):
        return cells.chosen(rows)
    if isinstance(rows, range):
        return cells[rows.start : rows.stop : rows.step]
    return list(itemgetter(*rows)(cells)) if len(rows) > 1 else [cells[row] for row in rows]


def labelled(cells: Sequence[Any], labels: AbstractSet[str], folded: Callable[[str], str]) -> Sequence[int]:
    """Return the rows of a column in which a label stands; where many texts differ, one that is written in plain form.

    Args:
        cells: the column.
        labels: the labels, folded.
        folded: folds a text.
    """

    def among(texts: Iterable[Any]) -> Iterator[int]:
        return (n for n, text in enumerate(texts) if isinstance(text, str) and folded(text) in labels)

    if isinstance(cells, Texts):
        rows = cells.coded.rows(set(among(cells.coded.values))) if cells.few else cells.among(labels)
        return list(rows.tolist())
    different = list(set(cells))
    few = 2 * len(different) <= len(cells)
    found = {different[n] for n in among(different)} if few else labels & set(different)
    return [row for row, cell in enumerate(cells) if cell in found] if found else []


def each(column: Sequence[Any], made: Callable[[Any], Any]) -> Sequence[Any]:
    """Return what is made of each value of a column; of each different one once, where these are kept.

    Args:
        column: the column.
        made: makes it.
    """
    return Coded([made(v) for v in column.values], column.at) if isinstance(column, Coded) else list(map(made, column))


def blanks(cells: Sequence[Any]) -> set[int]:
    """Return the rows of a column in which nothing stands."""
    if isinstance(cells, Texts):
        return set(cells.blank.tolist())
    return {row for row, cell in enumerate(cells) if cell == ""} if "" in cells else set()


def where(cells: Sequence[Any], judge: Judge, ordinary: str, named: AbstractSet[str] = frozenset()) -> list[int]:
    """Return the rows of a column whose texts are of a kind, in order.

    Args:
        cells: the column.
        judge: tells which texts are.
        ordinary: a pattern (RE2) of whole texts of which the judge takes none, so that most of a long column need no
            look.
        named: texts that are of the kind too.
    """
    if not isinstance(cells, Texts):
        found = named | judge([text for text in set(cells) if isinstance(text, str)])
        return [row for row, cell in enumerate(cells) if cell in found] if found else []
    if cells.few:
        values = cells.coded.values
        found = named | judge(values)
        return list(cells.coded.rows({n for n, text in enumerate(values) if text in found}).tolist()) if found else []
    rows = np.union1d(cells.unlike(ordinary), cells.among(named))
    rest = list(cells.chosen(rows))
    found = named | judge(list(set(rest)))
    return [row for row, text in zip(rows.tolist(), rest, strict=True) if text in found]


def together(columns: Sequence[Sequence[Any]], count: int) -> tuple[list[tuple[Any, ...]], Coded]:
    """Return the different rows of several columns, in the order in which they first stand.

    Args:
        columns: the columns.
        count: the number of rows.

    Returns:
        The different rows, and the number of its row among them for each row.
    """
    if not (any(isinstance(c, Texts) for c in columns) or all(isinstance(c, Coded) for c in columns)):
        known: dict[tuple[Any, ...], int] = {}
        at = [known.setdefault(row, len(known)) for row in zip(*columns, strict=True)]
        return list(known), Coded(range(len(known)), np.asarray(at, "int64"))
    coded = [column.coded if isinstance(column, Texts) else _coded(column) for column in columns]
    whole = np.zeros(count, "int64")
    for column in coded:
        whole = _numbered(whole * len(column.values) + column.at)
    first = np.empty(int(whole.max(initial=-1)) + 1, "int64")
    first[whole[::-1]] = np.arange(count)[::-1]
    rows = [tuple(column.values[column.at[row]] for column in coded) for row in first.tolist()]
    return rows, Coded(range(len(rows)), whole)


def _numbered(numbers: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
    """Return for each number how many others stood before it for the first time."""
    return np.asarray(pa.array(numbers).dictionary_encode().indices, "int64")


def _coded(cells: Sequence[Any]) -> Coded:
    if isinstance(cells, Coded):
        return cells
    known: dict[Any, int] = {}
    at = [known.setdefault(cell, len(known)) for cell in cells]
    return Coded(list(known), np.asarray(at, "int64"))
