"""The known forms of a line, looked up by their headers: the very same one, or the nearest.

Looking up costs the same however many forms are known: the same header is found by its last row and its
fingerprint, a near one among those that share the file's rarest header texts.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from keiyu.read import fold
from keiyu.read.drift import WIDEST, Change, facts, sheet_name
from keiyu.read.form import Form, Stack, key, written
from keiyu.read.grid import Grid, Row
from keiyu.read.layouts import SheetLayout
from keiyu.read.notes import Notes

DEPTH: Final = 80
"""Rows from the top in which a known header is looked for."""

NEAR: Final = 0.6
"""Least share of header texts that a file has in common with the form that it is compared with."""

_FEWEST: Final = 3
_MOST: Final = 32


@dataclass(frozen=True)
class Place:
    """A known form in a sheet.

    Attributes:
        layout: the form.
        top: its first header row, 0-based.
        bottom: its last header row.
    """

    layout: SheetLayout
    top: int
    bottom: int


@dataclass(frozen=True)
class Memory:
    """What is remembered of the form of a table.

    Attributes:
        layout: the known form, the very same or the nearest.
        exact: whether the header is the very same.
        changes: what is not as it was accepted.
    """

    layout: SheetLayout
    exact: bool
    changes: tuple[Change, ...] = ()


class Shelf:
    """The known forms of records of one line."""

    def __init__(self, line: str, layouts: Sequence[SheetLayout]) -> None:
        """Make the indexes.

        Args:
            line: the line.
            layouts: its known forms; those of cubes, whose header rows are dimensions, are left out.
        """
        self._line = line
        self._tables = sorted({s.table for s in layouts if s.form is not None})
        self._known: dict[str, SheetLayout] = {}
        self._depths: dict[Stack, set[int]] = {}
        self._posted: dict[str, list[SheetLayout]] = {}
        self._loose = [s for s in layouts if s.form is None and not s.levels and s.columns]
        for layout in layouts:
            if layout.form is not None and not layout.levels:
                self._add(layout, layout.form)
        self._first = {last[next(i for i, text in enumerate(last) if text)] for last in self._depths if any(last)}

    def __bool__(self) -> bool:
        """Return whether any form is known."""
        return bool(self._known or self._loose)

    def _add(self, layout: SheetLayout, form: Form) -> None:
        self._known[form.fingerprint(self._line, layout.table)] = layout
        self._depths.setdefault(form.last, set()).add(form.depth)
        for path in set(form.paths) - {""}:
            self._posted.setdefault(path, []).append(layout)

    def exact(self, form: Form) -> SheetLayout | None:
        """Return the known form that has the very same header.

        Args:
            form: a header.
        """
        prints = (form.fingerprint(self._line, table) for table in self._tables)
        return next((self._known[one] for one in prints if one in self._known), None)

    def find(self, grid: Grid) -> Place | None:
        """Return where in a sheet the header of a known form stands.

        Args:
            grid: the sheet.
        """
        if not self._known:
            return None
        for number, row in enumerate(grid.rows[:DEPTH]):
            found = self._ending(grid, number) if self._may_be(row) else None
            if found is not None:
                return found
        return None

    def ends(self, grid: Grid, number: int) -> Place | None:
        """Return the known form whose header ends at a row.

        Args:
            grid: the sheet.
            number: the row, 0-based.
        """
        return self._ending(grid, number) if self._known and self._may_be(grid.rows[number]) else None

    def _may_be(self, row: Row) -> bool:
        first = next((text for cell in row if cell != "" and (text := fold.label(written(cell)))), "")
        return first in self._first

    def _ending(self, grid: Grid, number: int) -> Place | None:
        for depth in sorted(self._depths.get(key(grid.rows[number]), ()), reverse=True):
            top = number - depth + 1
            layout = self.exact(Form.of(grid, top, number)) if top >= 0 else None
            if layout is not None:
                return Place(layout, top, number)
        return None

    def near(self, form: Form) -> SheetLayout | None:
        """Return the known form that has most header texts in common with a file, where that is most of both.

        A form written by hand that says only what its texts mean comes before, if the file has all of them.

        Args:
            form: the file's header.
        """
        if not self:
            return None
        loose = self._named(form)
        if loose is not None:
            return loose
        told = Counter(path for path in form.paths if path)
        count = sum(told.values())
        if not self._posted or len(form.stacks) > WIDEST or count < _FEWEST:
            return None
        rarest = sorted((path for path in told if path in self._posted), key=lambda path: len(self._posted[path]))
        beyond = count - ceil(NEAR * count) + 1
        among = {id(s): s for path in rarest[:beyond] for s in self._posted[path][-_MOST:]}
        shared = [(_share(told, s.form), s.accepted or "", s.layout, s) for s in among.values() if s.form is not None]
        best = max(shared, key=lambda item: item[:3], default=None)
        if best is None or best[0] < NEAR:
            return None
        beside = (
            s for share, _, layout, s in shared if layout == best[2] and share >= NEAR and _on_same_sheet(s, form)
        )
        return next(beside, best[-1])

    def lost(self, layouts: Iterable[SheetLayout]) -> list[SheetLayout]:
        """Return the sheets that known forms have beside those that a file has.

        Args:
            layouts: the sheets of known forms that a file has.
        """
        held = list(layouts)
        names = {layout.layout for layout in held}
        return [s for s in self._known.values() if s.layout in names and s not in held]

    def _named(self, form: Form) -> SheetLayout | None:
        """Return a form all of whose texts a header has, wherever they stand."""
        said = set(form.paths)
        return next((s for s in self._loose if _all_said(s, said)), None)


def tell_changes(
    memory: Memory, form: Form, sheet: str | None, labels: Mapping[str, tuple[str, str]], notes: Notes
) -> None:
    """Tell what has changed in the known form by which a table was understood.

    Args:
        memory: what is remembered of it.
        form: the file's header.
        sheet: name of its sheet.
        labels: field → its label in Japanese and in English.
        notes: where findings go.
    """
    for change in memory.changes:
        told = facts(change, memory.layout.named, labels, form)
        notes.add(told.pop("rule_id"), sheet=sheet, **told)


def _share(told: Counter[str], form: Form) -> float:
    own = Counter(path for path in form.paths if path)
    common = sum((told & own).values())
    return common / max(sum(told.values()), sum(own.values())) if common >= _FEWEST else 0.0


def _on_same_sheet(layout: SheetLayout, form: Form) -> bool:
    known = layout.form.sheet if layout.form is not None else None
    return known is not None and form.sheet is not None and sheet_name(known) == sheet_name(form.sheet)


def _all_said(layout: SheetLayout, said: set[str]) -> bool:
    return set(layout.columns.values()) == {name for text, name in layout.columns.items() if text in said}
