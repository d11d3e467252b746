"""The tables of a workbook: where each stands, before anybody understands its columns."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Final

from keiyu.contract.wording import Composition
from keiyu.read.general.headers import Header, HeaderFinder
from keiyu.read.general.monthly import by_rows
from keiyu.read.general.paired import paired
from keiyu.read.general.pieces import Splitter
from keiyu.read.general.properties import properties
from keiyu.read.general.remembered import header_of
from keiyu.read.general.spread import Spreader, dimensions
from keiyu.read.general.stacked import Stacker
from keiyu.read.general.table import ANCHORS, Found, LineWords
from keiyu.read.grid import Grid, Workbook
from keiyu.read.kinds import kind_of

_NAMING: Final = 0.75
_SURE: Final = 0.9
_AS_OF: Final = "dateModified"
"""Concept (GIF 更新日) of the date to which figures refer."""


def find_tables(workbook: Workbook, lines: Sequence[LineWords], name: str = "") -> list[Found]:
    """Return the tables of the visible sheets of a workbook, the likeliest first.

    Args:
        workbook: the file, decoded.
        lines: the lines whose words are known.
        name: the file's name.
    """
    found: list[tuple[int, int, int, Found]] = []
    for grid in workbook.grids:
        if not grid.hidden and len(grid.rows):
            for known, told in _in_sheet(grid, lines, Path(name).stem):
                found.append((-known, -len(grid.rows), len(found), told))
    return [item[-1] for item in sorted(found, key=lambda item: item[:3])]


def _in_sheet(grid: Grid, lines: Sequence[LineWords], file: str) -> Iterator[tuple[int, Found]]:
    """Yield the tables of a sheet, each with how many columns of its header a line knows."""
    splitter, stacker, spreader = _arrangers(tuple(lines))
    forms = paired(grid, stacker.labels, spreader.names)
    if forms is not None:
        for made, over, spread in forms:
            yield over.known, Found(made, over, file=file, spread=spread)
        return
    header = _header(grid, lines)
    pieces = [Found(*piece) for piece in splitter.pieces(grid, header)] if header is not None else []
    for piece in pieces:
        one = replace(piece, piece=len(pieces) > 1, file=file)
        for told in _arranged(one, stacker, spreader, lines):
            yield piece.header.known, told


def _arranged(found: Found, stacker: Stacker, spreader: Spreader, lines: Sequence[LineWords]) -> Iterator[Found]:
    """Take the rows of several months apart, and put those of each record beside each other.

    Not in a known form, of which a person said what it holds.
    """
    if any(line.known.exact(found.form) for line in lines):
        yield found
        return
    stacked = stacker.stacked(found)
    if stacked is not None:
        yield stacked
        return
    for one in by_rows(found, spreader.names, lambda t: _dates(t, lines)) or [found]:
        made = spreader.spread(one.grid, one.header)
        yield one if made is None else replace(one, grid=made[0], header=made[1], spread=made[2])


def _header(grid: Grid, lines: Sequence[LineWords]) -> Header | None:
    """Return the header of a sheet: that of a known form, else the likeliest."""
    if grid.features:
        return properties(grid, lambda t: _means(t, lines))
    finder = HeaderFinder(grid, lambda t: _known(t, lines))
    return header_of(grid, [line.known for line in lines], finder) or finder.find()


@lru_cache(maxsize=16)
def _arrangers(lines: tuple[LineWords, ...]) -> tuple[Splitter, Stacker, Spreader]:
    """Return what divides sheets and what puts rows beside each other, by the words of some lines."""
    labels = frozenset[str]().union(*(line.labels for line in lines))
    splitter = Splitter(
        lambda t: _known(t, lines),
        labels,
        lambda t: _names(t, lines),
        lambda t: any(line.titled(t) for line in lines),
        lambda t: any(line.sums(t) for line in lines),
    )
    families = [(line, composition) for line in lines for composition in line.vocabulary.compositions]
    signs = [c.dimensions[0].name for line, c in families if len(c.dimensions) == 1 and _are_signs(line, c)]
    told = tuple(dimensions(composition.dimensions for _, composition in families))
    stacker = Stacker(labels, lambda t: any(line.sums(t) for line in lines))
    return splitter, stacker, Spreader(told, frozenset(signs), lambda t: _names(t, lines))


def _are_signs(line: LineWords, composition: Composition) -> bool:
    """Return whether all columns of a family say yes or no."""
    return {kind_of(line.fields[name]).name for name in composition.fields.values()} == {"flag"}


def _names(text: str, lines: Sequence[LineWords]) -> bool:
    """Return whether a text stands over the names of records."""
    hits = (line.lexis.hear(text).hits[:1] for line in lines)
    return any(hit.field == ANCHORS[0] and hit.score >= _SURE for first in hits for hit in first)


def _dates(text: str, lines: Sequence[LineWords]) -> bool:
    """Return whether a text stands over a date of each record, not over that to which its figures refer."""
    hits = ((line.fields[hit.field], hit) for line in lines for hit in line.lexis.hear(text).hits[:1])
    own = (hit.score >= _NAMING and kind_of(field).name == "date" and field.concept != _AS_OF for field, hit in hits)
    return any(own)


def _known(text: str, lines: Sequence[LineWords]) -> bool:
    return any((heard := line.lexis.hear(text)).known or heard.best >= 0.75 for line in lines)


def _means(text: str, lines: Sequence[LineWords]) -> frozenset[str] | None:
    """Return the fields that a text names in one of several lines; none where no line knows it."""
    if not _known(text, lines):
        return None
    heard = (line.lexis.hear(text).hits[:1] for line in lines)
    return frozenset(hit.field for first in heard for hit in first if hit.score >= _NAMING)
