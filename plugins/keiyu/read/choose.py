"""Choosing the line of a file: the one its sender named, the one its form names, or the one whose header fits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final

from keiyu.contract.model import Contract
from keiyu.read import fold, layouts, words
from keiyu.read.crossing import DEPTH
from keiyu.read.find import Finder, Region, Wide, headers
from keiyu.read.general.rows import is_list
from keiyu.read.grid import Grid, Workbook
from keiyu.read.notes import Notes
from keiyu.read.values import Converter, raw

IDENTITY: Final = "_keiyu"
"""Hidden sheet in which a form says which line and contract version it was made from."""


class LineReader:
    """Everything prepared for the files of one line.

    Attributes:
        contract: the line.
        words: words of every line.
        finder: finds its tables.
        converter: converts its values.
    """

    def __init__(self, contract: Contract, schemas: Path) -> None:
        """Prepare the look-ups of one contract.

        Args:
            contract: the line.
            schemas: the ``schemas/`` folder.
        """
        self.contract = contract
        self.words = words.load(schemas)
        self.finder = Finder(contract, layouts.load(contract, schemas), self.words, lists=is_list(contract))
        self.converter = Converter(contract, self.words)

    def says_nil(self, grids: Sequence[Grid]) -> bool:
        """Return whether a cell says that there is nothing to report."""
        cells = (c for grid in grids for row in grid.rows[:DEPTH] for c in row)
        return any(isinstance(c, str) and fold.label(c) in self.words.nil for c in cells)


@lru_cache(maxsize=64)
def _shelf(line: str, digest: str, schemas: Path) -> list[LineReader]:
    """Return the place where the reader of one version of a line is kept; contracts are not hashable."""
    del line, digest, schemas
    return []


def prepared(contract: Contract, schemas: Path) -> LineReader:
    """Return the reader of a line, made once for each version of its files.

    Args:
        contract: the line.
        schemas: the ``schemas/`` folder.
    """
    shelf = _shelf(contract.line, contract.digest, schemas)
    if not shelf:
        shelf.append(LineReader(contract, schemas))
    return shelf[0]


@dataclass(frozen=True)
class Fit:
    """A line that a file may belong to, and its tables in it."""

    reader: LineReader
    regions: tuple[Region, ...]

    @property
    def score(self) -> tuple[bool, int]:
        """Complete tables first, then the number of fields."""
        lacking = [
            name
            for r in self.regions
            for missing in ([t.missing for t in r.plan.tables] if isinstance(r.plan, Wide) else [r.plan.missing])
            for name in missing
        ]
        return (not lacking, sum(r.plan.matched for r in self.regions))

    @cached_property
    def spoken(self) -> int:
        """How many cells say a code of their field's list: where headers are alike, 保育所 is no shelter."""
        lists = self.reader.contract.codelists
        said = 0
        for region in self.regions:
            tables = region.plan.tables if isinstance(region.plan, Wide) else ()
            below = region.grid.rows[region.row + 1 : region.row + 1 + DEPTH]
            for field, at in ((t.table.by_name[n], at) for t in tables for n, at in zip(t.fields, t.at, strict=True)):
                codes = {c.code for c in lists.get(field.codelist or "", ())}
                convert = self.reader.converter.of(field)
                said += sum(1 for row in below if codes and len(row) > at and convert(row[at]).value in codes)
        return said


def choose(workbook: Workbook, readers: Sequence[LineReader], line: str | None, notes: Notes) -> Fit | None:
    """Choose the line of a file and find its tables.

    Args:
        workbook: the file, decoded.
        readers: the lines it may belong to.
        line: the line that the sender named, if any.
        notes: where findings go.

    Returns:
        The line with its tables (none in a nil return); nothing where that cannot be told.
    """
    stated = _stated(workbook)
    if line and stated.get("line", line) != line:
        notes.add("read.line.differs", sheet=IDENTITY, value=stated["line"], expected=line)
        return None
    wanted = line or stated.get("line")
    among = [r for r in readers if wanted in (None, r.contract.line)]
    visible = [g for g in workbook.grids if not g.hidden]
    heads = [(g, headers(g)) for g in visible]
    fits = [Fit(r, tuple(found for g, rows in heads for found in r.finder.find(g, rows))) for r in among]
    ranked = sorted((f for f in fits if f.regions), key=lambda f: f.score, reverse=True)
    if not ranked:
        return _without_table(visible, among, notes)
    level = [f for f in ranked if f.score == ranked[0].score]
    best = max(level, key=lambda f: f.spoken) if len(level) > 1 else level[0]
    rivals = [f.reader.contract.line for f in level if len(level) > 1 and f.spoken == best.spoken]
    if len(rivals) > 1:
        notes.add("read.line.unsure", value="、".join(rivals))
        return None
    _tell_version(stated, best.reader.contract, notes)
    return best


def _stated(workbook: Workbook) -> Mapping[str, str]:
    """Return what the form says of itself."""
    for grid in workbook.grids:
        if grid.name == IDENTITY:
            return {raw(row[0]): raw(row[1]) for row in grid.rows if len(row) > 1}
    return {}


def _tell_version(stated: Mapping[str, str], contract: Contract, notes: Notes) -> None:
    version = stated.get("version", contract.version)
    if version != contract.version:
        notes.add("read.form.version", sheet=IDENTITY, value=version, expected=contract.version)


def _without_table(grids: Sequence[Grid], among: Sequence[LineReader], notes: Notes) -> Fit | None:
    """Take a file without a table: a nil return of the one line it can be, or an unknown form."""
    if len(among) == 1 and among[0].says_nil(grids):
        return Fit(among[0], ())
    labels = dict.fromkeys(t.label_ja for r in among for t in r.contract.tables)
    first = next((raw(c) for g in grids for row in g.rows[:DEPTH] for c in row if c != ""), "")
    notes.add("read.layout.unknown", value=first[:100], expected="、".join(labels))
    return None
