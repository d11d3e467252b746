"""Tables whose rows have neither name nor number: any table of counts may have a type."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from keiyu.read.general.mapping import Mapped, Understanding

_EVEN: Final = 0.5


def proven(understanding: Understanding, anchors: Sequence[str]) -> Understanding:
    """Ask about columns that only headers tell where nothing tells the rows apart.

    Args:
        understanding: the columns of a table.
        anchors: the fields by which records are told.
    """
    if set(anchors) & understanding.fields.keys():
        return understanding
    return replace(understanding, columns=tuple(map(_asked, understanding.columns)))


def _asked(column: Mapped) -> Mapped:
    """Return a column, for a person to see where its values speak for the field no more than against it."""
    share = column.candidates[0].fit.share if column.candidates else None
    if column.field is None or column.part is not None or share is None or share > _EVEN:
        return column
    return replace(column, field=None, review=True, why="doubt")
