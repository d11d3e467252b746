"""The marks of a table, kept field by field: a long column written in another way has as many as rows."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import overload

from keiyu.read.kinds.model import Value
from keiyu.read.model import Mark


class Marks(Sequence[Mark]):
    """The marks of a table, made when somebody looks at them. They are equal to the list of them."""

    def __init__(self) -> None:
        """Begin with none."""
        self._fields: list[tuple[str, Sequence[tuple[int, Value]]]] = []

    def add(self, field: str, marked: Sequence[tuple[int, Value]]) -> None:
        """Add those of a field.

        Args:
            field: the field.
            marked: position and reading of each value.
        """
        self._fields.append((field, marked))

    def __len__(self) -> int:
        """Return how many there are."""
        return sum(len(marked) for _, marked in self._fields)

    def __iter__(self) -> Iterator[Mark]:
        """Yield them, field by field."""
        for field, marked in self._fields:
            for at, value in marked:
                yield Mark(at, field, value.status, value.raw)

    @overload
    def __getitem__(self, at: int) -> Mark: ...
    @overload
    def __getitem__(self, at: slice) -> list[Mark]: ...
    def __getitem__(self, at: int | slice) -> Mark | list[Mark]:
        """Return one, or some."""
        if isinstance(at, slice):
            return list(self)[at]
        if not -len(self) <= at < len(self):
            raise IndexError(at)
        return next(islice(self, at % len(self), None))

    def __eq__(self, other: object) -> bool:
        """Return whether they are the same."""
        return isinstance(other, Sequence) and len(self) == len(other) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]
