"""Columns that a known form settles: all of them where the header is the very same, else those it still knows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from keiyu.read.drift import Change, align, changes
from keiyu.read.form import Form
from keiyu.read.general.evidence import Fit
from keiyu.read.general.headers import Header, HeaderFinder
from keiyu.read.general.mapping import Candidate, Mapped, Understanding
from keiyu.read.grid import Grid
from keiyu.read.known import Memory, Shelf
from keiyu.read.layouts import SheetLayout


def header_of(grid: Grid, shelves: Sequence[Shelf], finder: HeaderFinder) -> Header | None:
    """Return the header of a known form in a sheet.

    Args:
        grid: the sheet.
        shelves: the known forms of the lines it may belong to.
        finder: finds the texts over the columns.
    """
    place = next((found for shelf in shelves if (found := shelf.find(grid)) is not None), None)
    return finder.at(place.top, place.bottom) if place is not None else None


def settled_by(layout: SheetLayout, form: Form) -> dict[int, Mapped]:
    """Return the columns that a known form settles in a file, by column.

    Args:
        layout: the known form.
        form: the file's header.
    """
    if layout.form is None:
        told = {**dict.fromkeys(layout.ignore), **layout.columns}
        return {at: _mapped(at, told[path], at, layout) for at, path in enumerate(form.paths) if path in told}
    if layout.form.folded == form.folded:
        same: Mapping[int, int] = {at: at for at in {*range(len(form.stacks)), *layout.held}}
    else:
        aligned = align(layout.form, form).same
        same = {at: was for at, was in aligned.items() if form.paths[at] or _beside_known(at, aligned, form)}
    whole_parts = {name for name, seats in layout.parts.items() if set(seats) <= set(same.values())}
    return {
        at: _mapped(at, layout.held.get(was), was, layout)
        for at, was in same.items()
        if layout.held.get(was) not in layout.parts or layout.held.get(was) in whole_parts
    }


def _beside_known(at: int, same: Mapping[int, int], form: Form) -> bool:
    """Return whether a column without a text stands where it stood beside a known column on its left."""
    while at > 0 and not form.paths[at]:
        if at - 1 not in same or same[at - 1] != same[at] - 1:
            return False
        at -= 1
    return bool(form.paths[at])


def _mapped(at: int, name: str | None, was: int, layout: SheetLayout) -> Mapped:
    candidates = (Candidate(name, 1.0, None, Fit(None, 0.0)),) if name is not None else ()
    part = next((n for n, c in enumerate(layout.parts.get(name or "", ()), 1) if c == was), None)
    why = "unasked" if name is None else None
    return Mapped(at, name, 1.0, candidates=candidates, why=why, part=part, known=layout.evidence)


def whole(layout: SheetLayout, form: Form, width: int) -> Understanding:
    """Return the columns of a file whose header is that of a known form.

    Args:
        layout: the known form.
        form: the file's header.
        width: number of columns that hold anything.
    """
    settled = settled_by(layout, form)
    columns = [settled.get(at) or Mapped(at, None, 1.0, why="unasked", known=layout.evidence) for at in range(width)]
    return with_changes(Understanding(tuple(columns)), layout, form)


def with_changes(understanding: Understanding, layout: SheetLayout, form: Form) -> Understanding:
    """Note by which known form columns were understood, and what has changed in it.

    Args:
        understanding: what the file's columns are taken for.
        layout: the known form.
        form: the file's header.
    """
    parts: dict[str, dict[int, int]] = {}
    for mapped in understanding.columns:
        if mapped.known is not None and mapped.part is not None and mapped.field is not None:
            parts.setdefault(mapped.field, {})[mapped.part] = mapped.index
    own = {name: tuple(at for _, at in sorted(seats.items())) for name, seats in parts.items()}
    exact = layout.form is not None and layout.form.folded == form.folded
    return replace(
        understanding,
        parts={**understanding.parts, **own},
        memory=Memory(layout, exact, () if layout.form is None else _changes(layout, layout.form, form, understanding)),
    )


def _changes(layout: SheetLayout, known: Form, form: Form, understanding: Understanding) -> tuple[Change, ...]:
    holds = {m.index: m.field for m in understanding.columns if not m.review}
    return changes(known, form, layout.held, holds)
