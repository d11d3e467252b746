"""Forms in which each value stands right of its label: 名称｜ひまわり保育園｜電話｜…, a record in a row or in several.

Where the rows of a sheet are labels that a line knows, each with a value behind it, and the first label begins every
record, the labels are put over the values. Forms beside each other are not read; else nothing is rearranged.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import islice
from typing import Final, NamedTuple

from keiyu.read import fold
from keiyu.read.general.headers import DEPTH, Header, Level
from keiyu.read.general.spread import LONGEST, Spread
from keiyu.read.grid import Cell, Grid, Row

_FEWEST: Final = 2
_ALONE: Final = 3
"""Least pairs of a sheet that holds one record."""
_SHARE: Final = 0.8
_SHORT: Final = 30

Key = tuple[str, int]
"""A label, and which of its name it is in its record."""


class _Pair(NamedTuple):
    """A label and the cell of its value."""

    label: str
    row: int
    column: int


Made = tuple[Grid, Header, Spread | None]
_Record = dict[Key, _Pair]


def paired(grid: Grid, labels: AbstractSet[str], names: Callable[[str], bool]) -> list[Made] | None:
    """Return a sheet of such forms with a record to a row, under a header; none where it is no such sheet.

    Args:
        grid: the sheet.
        labels: the texts that some line knows to stand over a column, folded.
        names: tells whether a text stands over the names of records.

    Returns:
        The sheet; an empty list where its forms stand beside each other.
    """
    start = _start(grid, labels)
    if start is None:
        return None
    rows = [(n, _pairs(row, n, labels)) for n, row in enumerate(grid.rows[start:], start) if any(c != "" for c in row)]
    behind = {pair.column for _, pairs in rows for pair in pairs}
    told = [found for n, pairs in rows if (found := pairs or _under(grid.rows[n], n, behind, labels))]
    records = list(_records(told))
    named = sum(any(names(label) for label, _ in record) for record in records)
    least = _FEWEST if len(records) > 1 else _ALONE
    fewest = sorted(map(len, records))[len(records) // 2]
    if len(told) < _SHARE * len(rows) or named < _SHARE * len(records) or fewest < least:
        return None
    if len(records) == 1 and not _is_form(records[0], labels):
        return None
    begins = [min(pair.row for pair in record.values()) for record in records]
    return [_made(grid, start, records, begins)] if len(set(begins)) == len(begins) else []


def _start(grid: Grid, labels: AbstractSet[str]) -> int | None:
    """Return the first row of pairs, if the next row that is filled is one too, or none is."""
    if grid.features or len(grid.rows) > LONGEST:
        return None
    first = next((n for n, row in enumerate(grid.rows[:DEPTH]) if _begins(row, labels)), None)
    if first is None or any(sum(_is_label(c, labels) for c in row) >= _FEWEST for row in grid.rows[:first]):
        return None
    filled = (n for n in range(first, min(first + DEPTH, len(grid.rows))) if any(c != "" for c in grid.rows[n]))
    behind = {pair.column for pair in _pairs(grid.rows[first], first, labels)}
    told = (_pairs(row, n, labels) or _under(row, n, behind, labels) for n in filled if (row := grid.rows[n]))
    return first if all(islice(told, _FEWEST)) else None


def _is_form(record: _Record, labels: AbstractSet[str]) -> bool:
    """Return whether the only record of a sheet is a form: its labels are known, and each stands once."""
    known = sum(label in labels for label, _ in record)
    return known >= _SHARE * len(record) and all(time == 1 for _, time in record)


def _begins(row: Row, labels: AbstractSet[str]) -> bool:
    first = next((cell for cell in row if cell != ""), "")
    return _is_label(first, labels) and len(row) - row.count("") > 1 and bool(_pairs(row, 0, labels))


def _is_label(cell: Cell, labels: AbstractSet[str]) -> bool:
    return isinstance(cell, str) and len(cell) <= _SHORT and fold.joined(cell) in labels


def _pairs(row: Row, number: int, labels: AbstractSet[str]) -> list[_Pair]:
    """Return the labels of a row with their values; none where it holds anything else."""
    cells = [(at, cell) for at, cell in enumerate(row) if cell != ""]
    known = [_is_label(cell, labels) for _, cell in cells]
    if cells and len(cells) % 2 == 0 and _alternate(known[::2], known[1::2]):
        texts = [(label, at) for (_, label), (at, _) in zip(cells[::2], cells[1::2], strict=True)]
        return [_Pair(label, number, at) for label, at in texts if isinstance(label, str)]
    found: list[_Pair] = []
    for place, (at, cell) in enumerate(cells):
        valued = place + 1 < len(cells) and not known[place + 1]
        if known[place]:
            found.append(_Pair(str(cell), number, cells[place + 1][0] if valued else at + 1))
        elif not place or not known[place - 1]:
            return []
    return found if len(cells) == 1 or 2 * (len(cells) - len(found)) >= len(found) else []


def _under(row: Row, number: int, behind: AbstractSet[int], labels: AbstractSet[str]) -> list[_Pair]:
    """Return the labels and values of a row whose values are labels too, by the columns of other values."""
    cells = [(at, cell) for at, cell in enumerate(row) if cell != ""]
    if len(cells) % 2 or [at in behind for at, _ in cells] != [False, True] * (len(cells) // 2):
        return []
    found = [_Pair(str(cell), number, at) for (_, cell), (at, _) in zip(cells[::2], cells[1::2], strict=True)]
    return found if all(_is_label(pair.label, labels) for pair in found) else []


def _alternate(known: Sequence[bool], behind: Sequence[bool]) -> bool:
    """Return whether labels and values take turns: a value may be a word that stands over columns too (保育所)."""
    return known[0] and ((all(known) and not all(behind)) or (not any(behind) and 2 * sum(known) >= len(known)))


def _records(rows: Sequence[Sequence[_Pair]]) -> Iterator[_Record]:
    """Yield the records: each begins with the first label of all."""
    first, record = fold.joined(rows[0][0].label), _Record()
    times = Counter[str]()
    for pair in (pair for row in rows for pair in row):
        label = fold.joined(pair.label)
        if label == first and record:
            yield record
            record, times = {}, Counter()
        times[label] += 1
        record[label, times[label]] = pair
    yield record


def _made(grid: Grid, start: int, records: Sequence[_Record], begins: Sequence[int]) -> Made:
    """Return the sheet with its labels over the values; the row of labels is put before the first record."""
    seats: dict[Key, _Pair] = {}
    for key, pair in (item for record in records for item in record.items()):
        seats.setdefault(key, pair)
    even = _is_even(seats, records, begins)
    width = max(grid.width, 1 + max(pair.column for pair in seats.values()))
    place = {key: pair.column if even else width + n for n, (key, pair) in enumerate(seats.items())}
    rows: list[list[Cell]] = [list(row) for row in grid.rows]
    rows.insert(start, [])
    for record, begin in zip(records, begins, strict=True):
        for pair in record.values():
            rows[pair.row + 1] = []
        cells = {place[key]: _cell(grid, pair) for key, pair in record.items()}
        rows[begin + 1] = [cells.get(at, "") for at in range(1 + max(cells))]
    made = replace(grid, rows=rows, features=True, look=None)
    header = _header({place[key]: pair.label for key, pair in seats.items()}, start)
    if even:
        return made, header, None
    whole = _header({pair.column: pair.label for pair in seats.values()}, start)
    told = [(begin + 1, record) for begin, record in zip(begins, records, strict=True)]
    return (
        made,
        header,
        Spread(
            whole,
            (),
            {place[key]: pair.column for key, pair in seats.items()},
            {(first, place[key]): pair.row + 1 for first, record in told for key, pair in record.items()},
            {first: sorted({pair.row + 1 for pair in record.values()}) for first, record in told},
        ),
    )


def _is_even(seats: Mapping[Key, _Pair], records: Sequence[_Record], begins: Sequence[int]) -> bool:
    """Return whether each record has one row, and each value its column."""
    alike = all(
        (pair.row, pair.column) == (begin, seats[key].column)
        for record, begin in zip(records, begins, strict=True)
        for key, pair in record.items()
    )
    return alike and len({pair.column for pair in seats.values()}) == len(seats)


def _cell(grid: Grid, pair: _Pair) -> Cell:
    row = grid.rows[pair.row]
    return row[pair.column] if pair.column < len(row) else ""


def _header(texts: Mapping[int, str], row: int) -> Header:
    levels = ((Level(texts[at], row),) if at in texts else () for at in range(1 + max(texts)))
    return Header(row, row, tuple(levels), 0.0, len(texts))
