"""Finding a cube filled in as on paper: the labels of one dimension across, those of the other down."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from keiyu.contract.model import Contract, Table
from keiyu.read import fold
from keiyu.read.grid import Cell, Row
from keiyu.read.labels import codes_of

DEPTH: Final = 60
"""Rows from the top in which a header is looked for, and below it in which its labels down are."""

FORM: Final = "form"
_FEWEST: Final = 2
_ACROSS_AND_DOWN: Final = 2


@dataclass(frozen=True, eq=False)
class Matrix:
    """A cube filled in as on paper: one dimension across, one down, one reporter per sheet.

    Attributes:
        layout: the form it is known by.
        header: the row of labels across.
        table: the table.
        fields: the measures found.
        at: (rows below the header, 0-based column) of each.
        labels: (rows below the header, 0-based column, label) of each label down.
        missing: measures that have no cell.
    """

    layout: str
    header: Row
    table: Table
    fields: tuple[str, ...]
    at: tuple[tuple[int, int], ...]
    labels: tuple[tuple[int, int, Cell], ...]
    missing: tuple[str, ...]

    @property
    def matched(self) -> int:
        """How many of the table's own fields it names."""
        return len(self.fields)

    @cached_property
    def depth(self) -> int:
        """Rows below the header that belong to it."""
        return max(down for down, _ in self.at)

    def fits(self, rows: Sequence[Row], row: int) -> bool:
        """Return whether its labels stand below a header row."""
        return row + self.depth < len(rows) and all(
            len(rows[row + down]) > column and rows[row + down][column] == label for down, column, label in self.labels
        )


@dataclass(frozen=True)
class Crossing:
    """A row that holds the labels across of a cube, whose labels down are still to be found.

    Attributes:
        table: the cube.
        over: 0-based column → code of the dimension across.
        down: folded label → code of the dimension down.
        turned: whether the dimension across is the second in the contract's order.
    """

    table: Table
    over: Mapping[int, str]
    down: Mapping[str, str]
    turned: bool

    def find(self, rows: Sequence[Row], row: int) -> Iterator[Matrix]:
        """Yield the matrix under a row, if its labels down stand there.

        Args:
            rows: the sheet's rows.
            row: 0-based row of the labels across.
        """
        side = _labels_down(rows, row, min(self.over), self.down)
        placed: dict[str, tuple[int, int]] = {}
        for offset, _, code in side:
            for column, other in self.over.items():
                field = self.table.by_codes.get((code, other) if self.turned else (other, code))
                if field is not None:
                    placed.setdefault(field.name, (offset, column))
        names = tuple(f.name for f in self.table.measures if f.name in placed)
        whole = len(side) >= _FEWEST and 2 * len(names) >= len(self.table.measures)
        if whole and not _goes_on(rows, row, [(offset, column) for offset, column, _ in side]):
            yield Matrix(
                layout=FORM,
                header=tuple(rows[row]),
                table=self.table,
                fields=names,
                at=tuple(placed[n] for n in names),
                labels=tuple((offset, column, rows[row + offset][column]) for offset, column, _ in side),
                missing=tuple(f.name for f in self.table.measures if f.name not in placed),
            )


def _goes_on(rows: Sequence[Row], row: int, side: Sequence[tuple[int, int]]) -> bool:
    """Return whether the labels down come again with none across between them: a block per facility, not a form."""
    last, (first, column) = row + side[-1][0], side[0]
    label = rows[row + first][column]
    for following in rows[last + 1 : last + 1 + 2 * (side[-1][0] + 1)]:
        if tuple(following) == tuple(rows[row]):
            return False
        if column < len(following) and following[column] == label:
            return True
    return False


class Crosser:
    """Tells which rows could hold the labels across of a contract's cubes."""

    def __init__(self, contract: Contract) -> None:
        """Collect the labels of every cube of two dimensions."""
        cubes = [(t, codes_of(t)) for t in contract.tables if len(t.dimensions) == _ACROSS_AND_DOWN]
        self._ways = [(t, first, second, False) for t, (first, second) in cubes]
        self._ways += [(t, second, first, True) for t, (first, second) in cubes]

    def across(self, row: Row) -> tuple[Crossing, ...]:
        """Return what a row's labels could be across: two or more codes of one dimension, each once.

        Args:
            row: the row.
        """
        texts = list(_folded(row))
        found = []
        for table, labels, down, turned in self._ways:
            over = {column: labels[text] for column, text in texts if text in labels}
            if len(over) >= _FEWEST and len(set(over.values())) == len(over):
                found.append(Crossing(table, over, down, turned))
        return tuple(found)


def _labels_down(rows: Sequence[Row], row: int, first: int, down: Mapping[str, str]) -> list[tuple[int, int, str]]:
    """Return (rows below, column, code) of the labels left of a matrix's figures, until they repeat."""
    found: list[tuple[int, int, str]] = []
    seen: set[str] = set()
    for offset, cells in enumerate(rows[row + 1 : row + 1 + DEPTH], 1):
        labelled = [(c, down[t]) for c, t in _folded(cells[:first]) if t in down]
        if len(labelled) != 1 or labelled[0][1] in seen:
            if found and labelled:
                break
            continue
        seen.add(labelled[0][1])
        found.append((offset, *labelled[0]))
    return found


def _folded(cells: Sequence[Cell]) -> Iterator[tuple[int, str]]:
    return ((i, fold.joined(c)) for i, c in enumerate(cells) if type(c) is str and c)
