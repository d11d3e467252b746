"""Cells left blank under a group's first record: a ward, a kind or an operator that is written once; and 〃.

A mark for the text above says so itself, in any column of texts.
Merged cells say themselves how far they go. Without them, a blank means the text above only where the whole column
is written so: left of the names, a text at each group's first record, never the same text twice in a group, and at
least as many blanks as texts.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from keiyu.read.general.body import Body
from keiyu.read.general.mapping import Understanding
from keiyu.read.grid import Cell
from keiyu.read.held import blanks, chosen
from keiyu.read.kinds import kind_of
from keiyu.read.values import raw

if TYPE_CHECKING:
    from keiyu.read.general.table import Found, LineWords

_NAME: Final = "name"
_GROUPING: Final = frozenset({"listed", "ownership", "municipality", "prefecture"})
"""Sorts of what records are grouped by."""
_OPERATOR: Final = "tradeName"
"""Concept (GIF) of who runs a facility; a blank one may be that of a public facility."""
_OWNERSHIP: Final = "ownership"
_LONGEST: Final = 20_000
_FEWEST: Final = 2

Above = Mapping[int, int]
"""Row of a record → the row above it whose text goes for it too."""


def find_ditto(found: "Found", line: "LineWords", understanding: Understanding, body: Body) -> dict[int, Above]:
    """Find the blank cells for which a text above them goes too.

    Args:
        found: the table.
        line: the words by which it was understood.
        understanding: its columns.
        body: its rows.

    Returns:
        Column → its blank records, with the row that says what they are. Columns of which it is not certain are not
        among them.
    """
    fields = understanding.fields
    if _NAME not in fields or len(body.records) > _LONGEST:
        return {}
    sorts, concepts = line.judge.sorts, {name: line.fields[name].concept for name in fields}
    grouping = [(at, name) for name, at in fields.items() if sorts[name] in _GROUPING or concepts[name] == _OPERATOR]
    left = sorted((at, name) for at, name in grouping if at < fields[_NAME])
    groups = _Groups(found, body)
    texts = (at for name, at in fields.items() if not kind_of(line.fields[name]).figure)
    marked = {at: above for at in texts if (above := groups.marked(at, line.judge.repeats))}
    if not any(blanks(found.grid.column(at, found.first)) for at, _ in left):
        return marked
    owners = next((at for at, name in grouping if sorts[name] == _OWNERSHIP), None)
    told: dict[int, Above] = {}
    for at, name in left:
        beside = owners if concepts[name] == _OPERATOR else None
        told[at] = groups.above(at, groups.texts(beside, told.get(beside, {})) if beside is not None else None)
    return {at: above for at, above in told.items() if above} | marked


class _Groups:
    """Tells the groups of a table's records, by one column after another from the left."""

    def __init__(self, found: "Found", body: Body) -> None:
        self._found = found
        self._records = [int(row) for row in body.records]
        self._heads = {0, *self._parted(body)}

    def _parted(self, body: Body) -> Iterator[int]:
        """Yield the records before which another part begins: a section, a sum, rows left blank."""
        of = self._found.spread.of if self._found.spread is not None else {}
        for number, (one, two) in enumerate(pairwise(self._records), 1):
            between = range(one + len(of.get(one, (one,))), two)
            kinds = [body.aside.get(row) for row in between]
            if kinds and ("header" not in kinds or set(kinds) - {"header", None}):
                yield number

    def texts(self, column: int, above: Above) -> list[str]:
        """Return what a column says of each record."""
        cells = self._cells(column)
        at = {row: n for n, row in enumerate(self._records)}
        return [raw(cells[at[above.get(row, row)]]).strip() for row in self._records]

    def above(self, column: int, alike: Sequence[str] | None) -> Above:
        """Return the blank cells of a column for which a text above goes too; none where it is not certain.

        Args:
            column: the column.
            alike: what must be the same in all records of a group.
        """
        said = [raw(cell).strip() for cell in self._cells(column)]
        heads = [n for n, text in enumerate(said) if text]
        groups = [range(one, two) for one, two in pairwise([*heads, len(said)])]
        certain = (
            self._heads <= set(heads)
            and len(heads) >= _FEWEST
            and len(said) - len(heads) >= max(_FEWEST, len(heads))
            and not self._again(said, heads)
            and not self._merged(column)
            and (alike is None or all(len({alike[n] for n in group}) == 1 for group in groups))
        )
        if certain or len(heads) == len(said):
            self._heads.update(n for n in heads if n == 0 or said[n] != said[n - 1])
        return {self._records[n]: self._records[group[0]] for group in groups for n in group[1:]} if certain else {}

    def marked(self, column: int, repeats: Callable[[Cell], bool]) -> Above:
        """Return the cells of a column that are marks for the text above; none under a part's first record."""
        cells = self._cells(column)
        marks = set(filter(repeats, set(cells)))
        above: dict[int, int] = {}
        for n in (n for n, cell in enumerate(cells) if cell in marks and n not in self._heads) if marks else ():
            said = self._records[n - 1]
            if cells[n - 1] not in marks or said in above:
                above[self._records[n]] = above.get(said, said)
        return above

    def _again(self, said: Sequence[str], heads: Sequence[int]) -> bool:
        """Return whether a text is written twice in one group of the columns on the left."""
        seen: set[str] = set()
        for n in heads:
            seen = set() if n in self._heads else seen
            if said[n] in seen:
                return True
            seen.add(said[n])
        return False

    def _cells(self, column: int) -> list[Cell]:
        return list(chosen(self._found.grid.column(column), self._records))

    def _merged(self, column: int) -> bool:
        merges = self._found.grid.looks.merges
        return any(m.left <= column <= m.right and m.bottom > max(m.top, self._found.first) for m in merges)
