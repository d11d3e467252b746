"""What the rows of a table are about, told by the kinds of things that a line's code lists know."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from keiyu.contract.model import Contract
from keiyu.read import fold
from keiyu.read.grid import Cell

_SHORTEST: Final = 3
_KINDS: Final = frozenset({"listed", "name"})
"""Sorts whose values say what a row is about: ひまわり保育園 is a nursery, 市立中学校 is none."""


class Subjects:
    """The words by which one line knows its things, such as 保育園 and 幼稚園."""

    def __init__(self, contract: Contract, sorts: Mapping[str, str]) -> None:
        """Collect them from the code lists of the line's own fields that say a kind.

        Args:
            contract: the line.
            sorts: field → sort of its values.
        """
        lists = (f.codelist for f in contract.fields.values() if f.codelist and sorts.get(f.name) == "listed")
        codes = (code for name in dict.fromkeys(lists) for code in contract.codelists.get(name, ()))
        texts = (fold.joined(text) for code in codes for text in (code.label_ja, *code.synonyms))
        words = dict.fromkeys(re.escape(text) for text in texts if len(text) >= _SHORTEST)
        self._words = re.compile("|".join(words) or "(?!)")
        self._sorts = sorts

    def share(self, columns: Mapping[str, Sequence[Cell]]) -> float:
        """Return the greatest share of values of one column that name a thing of the line.

        Args:
            columns: field → values, none blank, of the columns that are mapped.
        """
        told = (cells for name, cells in columns.items() if self._sorts.get(name) in _KINDS and cells)
        return max((sum(map(self.names, cells)) / len(cells) for cells in told), default=0.0)

    def names(self, cell: Cell) -> bool:
        """Return whether a cell names a thing of the line."""
        return isinstance(cell, str) and self._words.search(fold.joined(cell)) is not None
