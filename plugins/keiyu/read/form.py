"""The header of a table as it stands, and its fingerprint: what tells one form from another.

A fingerprint sees the folded texts of the header cells in their order and nothing else: not the widths of
letters, blanks and line breaks in them, not the row or the sheet on which they stand, and no value below.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from keiyu.read import fold
from keiyu.read.grid import Cell, Grid, Row

Stack = tuple[str, ...]
"""The texts of a column's header cells from the top; blank where a cell is blank or merged with another."""


@dataclass(frozen=True)
class Form:
    """The header of a table as it stands.

    Attributes:
        stacks: the header texts of each column; columns without any at the right end are left out.
        sheet: name of the sheet.
        row: 1-based row of the header's first row.
    """

    stacks: tuple[Stack, ...]
    sheet: str | None = None
    row: int | None = None

    @classmethod
    def of(cls, grid: Grid, top: int, bottom: int) -> "Form":
        """Take the header of a sheet.

        Args:
            grid: the sheet.
            top: its first header row, 0-based.
            bottom: its last header row.
        """
        rows = [[written(cell) for cell in row] for row in grid.rows[top : bottom + 1]]
        return cls(_stacks(rows), grid.name, None if grid.features else grid.number(top))

    @classmethod
    def of_row(cls, row: Row) -> "Form":
        """Take a header of one row, wherever it stands."""
        return cls(_stacks([[written(cell) for cell in row]]))

    @classmethod
    def of_json(cls, told: Mapping[str, Any], sheet: str | None) -> "Form":
        """Take a header as the ledger keeps it.

        Args:
            told: what ``as_json`` gave.
            sheet: name of the sheet.
        """
        return cls(tuple(map(tuple, told["columns"])), sheet, told["row"])

    def as_json(self) -> dict[str, Any]:
        """Return the header as the ledger keeps it, beside the sheet's name."""
        return {"row": self.row, "columns": [list(stack) for stack in self.stacks]}

    @cached_property
    def depth(self) -> int:
        """Number of header rows."""
        return max(map(len, self.stacks), default=0)

    @cached_property
    def folded(self) -> tuple[Stack, ...]:
        """The texts folded for comparison."""
        return tuple(tuple(map(fold.label, stack)) for stack in self.stacks)

    @cached_property
    def last(self) -> Stack:
        """The folded texts of the last header row, blanks at its right end left out: what a form is looked up by."""
        return key([stack[-1] for stack in self.stacks])

    @cached_property
    def paths(self) -> Stack:
        """What stands over each column, folded, the levels together; a text goes on over the blanks to its right."""
        rows = list(zip(*self.folded, strict=True))
        above = [list(_continued(row, rows[level + 1 :])) for level, row in enumerate(rows[:-1])]
        return tuple("/".join(dict.fromkeys(filter(None, stack))) for stack in zip(*above, *rows[-1:], strict=True))

    def said(self, column: int) -> str:
        """Return what a column's header says, blanks left out, levels from the top."""
        texts = ("".join(text.split()) for text in self.stacks[column])
        return " / ".join(dict.fromkeys(filter(None, texts)))

    def fingerprint(self, line: str, table: str) -> str:
        """Return the digest by which a form of a line's table is known again.

        Args:
            line: the line.
            table: the table of the contract.
        """
        whole = json.dumps([line, table, self.folded], ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(whole.encode()).hexdigest()


def key(row: Sequence[Cell]) -> Stack:
    """Return the folded texts of a row, blanks at its right end left out."""
    texts = [fold.label(written(cell)) for cell in row]
    while texts and not texts[-1]:
        texts.pop()
    return tuple(texts)


def written(cell: Cell) -> str:
    """Return a header cell as text; a whole number has no decimals."""
    if isinstance(cell, str):
        return cell
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _stacks(rows: Sequence[Row] | Sequence[Sequence[str]]) -> tuple[Stack, ...]:
    width = max(map(len, rows), default=0)
    stacks = [tuple(str(row[i]) if i < len(row) else "" for row in rows) for i in range(width)]
    while stacks and not any(text.strip() for text in stacks[-1]):
        stacks.pop()
    return tuple(stacks)


def _continued(row: Sequence[str], below: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the texts of an upper row, each going on over blanks under which there are texts of their own."""
    last = ""
    for column, text in enumerate(row):
        last = text or last
        yield text or (last if any(lower[column] for lower in below) else "")
