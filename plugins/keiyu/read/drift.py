"""Drift: what has changed in a form since it was known, told with its place, column by column.

Columns are aligned by their header texts, so that a column that came in at the left does not make all others
"moved". What only changed its words is renamed, not removed and added.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Final, Literal

from keiyu.read import fold
from keiyu.read.form import Form
from keiyu.read.grid import address, letters

Kind = Literal["added", "removed", "lost", "moved", "renamed", "header_row", "sheet", "sheet_lost"]

RULES: Final[Mapping[Kind, str]] = {
    "added": "read.drift.added",
    "removed": "read.drift.removed",
    "lost": "read.drift.lost",
    "moved": "read.drift.moved",
    "renamed": "read.drift.renamed",
    "header_row": "read.drift.header_row",
    "sheet": "read.drift.sheet",
    "sheet_lost": "read.drift.sheet_lost",
}
"""Kind of change → the rule that tells it."""

WIDEST: Final = 1_000
"""Columns up to which headers are aligned; no person looks through more."""

_ALIKE: Final = 0.5
_DIGITS: Final = str.maketrans("", "", "0123456789")
_NAMELESS: Final = "（見出しなし / no header）"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is not as it was known.

    Attributes:
        kind: what happened; ``lost`` is a removed column that held a field which no other column holds now,
            ``sheet_lost`` a sheet of the form that the file does not have.
        before: header text, row or sheet as it was known.
        now: as it is now.
        was: 0-based column as it was known.
        at: 0-based column now.
        field: the field that the column held.
    """

    kind: Kind
    before: str | None = None
    now: str | None = None
    was: int | None = None
    at: int | None = None
    field: str | None = None


@dataclass(frozen=True)
class Alignment:
    """Which column of a known form is which column of a file.

    Attributes:
        same: column now → column as it was known, the header saying the same.
        moved: those of them that stand in another order now.
        gone: columns as they were known that stand nowhere now, in groups that stood together.
        come: columns that were not known, in groups beside those that are gone in their place.
    """

    same: Mapping[int, int]
    moved: Sequence[int]
    gone: Sequence[Sequence[int]]
    come: Sequence[Sequence[int]]


def align(before: Form, now: Form) -> Alignment:
    """Find the columns of a known form in a file's header, by their texts and their order.

    A column without a text is only found again beside a neighbour on its left that is.

    Args:
        before: the known form.
        now: the file's.
    """
    old, new = before.paths[:WIDEST], now.paths[:WIDEST]
    same: dict[int, int] = {}
    gaps: list[tuple[list[int], list[int]]] = []
    for tag, i, i_end, j, j_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            same.update(zip(range(j, j_end), range(i, i_end), strict=True))
        else:
            gaps.append((list(range(i, i_end)), list(range(j, j_end))))
    moved = dict(_moves(old, new, gaps))
    same.update(moved)
    gone = [[i for i in left if i not in moved.values()] for left, _ in gaps]
    come = [[j for j in right if j not in moved] for _, right in gaps]
    return Alignment(same, tuple(moved), gone, come)


def _moves(old: Sequence[str], new: Sequence[str], gaps: Sequence[tuple[list[int], list[int]]]) -> Iterator[Any]:
    """Yield columns that left one place and stand in another: now → before."""
    lost: dict[str, list[int]] = {}
    for left, _ in gaps:
        for i in left:
            lost.setdefault(old[i], []).append(i)
    for _, right in gaps:
        for j in right:
            if new[j] and lost.get(new[j]):
                yield j, lost[new[j]].pop(0)


def changes(
    before: Form, now: Form, held: Mapping[int, str | None], holds: Mapping[int, str | None]
) -> tuple[Change, ...]:
    """Return what has changed in a form.

    Args:
        before: the known form.
        now: the file's.
        held: column → field as it was known.
        holds: column → field as it is read now.
    """
    aligned = align(before, now)
    return (*_around(before, now), *_of_columns(aligned, before, now, held, holds))


def _around(before: Form, now: Form) -> Iterator[Change]:
    if before.sheet and now.sheet and sheet_name(before.sheet) != sheet_name(now.sheet):
        yield Change("sheet", before.sheet, now.sheet)
    if before.row and now.row and before.row != now.row:
        yield Change("header_row", str(before.row), str(now.row))


def sheet_name(sheet: str) -> str:
    """Fold the name of a sheet for comparison; a date in it changes every month."""
    return fold.label(sheet).translate(_DIGITS)


def _of_columns(
    aligned: Alignment, before: Form, now: Form, held: Mapping[int, str | None], holds: Mapping[int, str | None]
) -> Iterator[Change]:
    used = set(filter(None, holds.values()))
    for j in aligned.moved:
        i = aligned.same[j]
        yield Change("moved", before.said(i), now.said(j), i, j, held.get(i))
    for gone, come in zip(aligned.gone, aligned.come, strict=True):
        renamed = dict(_renames(gone, come, before, now, held, holds))
        for i, j in renamed.items():
            yield Change("renamed", before.said(i), now.said(j), i, j, held.get(i))
        for i in (i for i in gone if i not in renamed):
            field = held.get(i)
            kind: Kind = "removed" if field is None or field in used else "lost"
            yield Change(kind, before.said(i) or _NAMELESS, None, i, None, field)
        for j in (j for j in come if j not in renamed.values()):
            yield Change("added", None, now.said(j) or _NAMELESS, None, j, holds.get(j))


def _renames(
    gone: Sequence[int],
    come: Sequence[int],
    before: Form,
    now: Form,
    held: Mapping[int, str | None],
    holds: Mapping[int, str | None],
) -> Iterator[tuple[int, int]]:
    """Yield columns that stand in the same place under other words: of the same field, or alike."""
    free = list(come)
    for i in gone:
        field = held.get(i)
        found = next((j for j in free if field is not None and holds.get(j) == field), None)
        if found is None:
            found = next((j for j in free if _are_alike(before.paths[i], now.paths[j])), None)
        if found is not None:
            free.remove(found)
            yield i, found


def _are_alike(one: str, other: str) -> bool:
    return bool(one and other) and SequenceMatcher(None, one, other).ratio() >= _ALIKE


def facts(change: Change, known: tuple[str, str], labels: Mapping[str, tuple[str, str]], now: Form) -> dict[str, Any]:
    """Return what a finding of a change says: its rule, its cell, and the words of its texts.

    Args:
        change: the change.
        known: what the form is compared with, in Japanese and in English.
        labels: field → its label in Japanese and in English.
        now: the file's form.
    """
    label_ja, label_en = labels.get(change.field or "", (change.field, change.field))
    row = (now.row or 1) + max(now.depth, 1) - 2
    place = {} if change.at is None else {"cell": address(row, change.at)}
    return {
        "rule_id": RULES[change.kind],
        **place,
        "field": change.field,
        "value": change.now,
        "expected": change.before,
        "was": _letters(change.was),
        "at": _letters(change.at),
        "known_ja": known[0],
        "known_en": known[1],
        "label_ja": label_ja,
        "label_en": label_en,
    }


def _letters(column: int | None) -> str | None:
    return None if column is None else letters(column)
