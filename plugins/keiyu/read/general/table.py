"""A table of any form: found, its columns understood by the words of the line that fits best."""

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Final

from keiyu import contract as contracts_
from keiyu.codes.areas import Areas
from keiyu.contract.model import Contract, Field
from keiyu.contract.vocabulary import Vocabulary, vocabulary
from keiyu.contract.wording import Composition
from keiyu.read import fold, layouts, words
from keiyu.read.form import Form
from keiyu.read.general import cues
from keiyu.read.general.anchored import proven
from keiyu.read.general.body import Body, BodyReader
from keiyu.read.general.coded import Coded
from keiyu.read.general.context import ages_of, counted, lexis_of
from keiyu.read.general.dated import find_as_of
from keiyu.read.general.ditto import Above, find_ditto
from keiyu.read.general.doubled import doubted
from keiyu.read.general.evidence import Judge, sample_of
from keiyu.read.general.fitting import fits, fits_at_most
from keiyu.read.general.headers import Header
from keiyu.read.general.hits import Heard
from keiyu.read.general.lexis import Lexis
from keiyu.read.general.mapping import Mapped, Mapper, Seen, Understanding
from keiyu.read.general.parts import find_parts
from keiyu.read.general.remembered import settled_by, whole, with_changes
from keiyu.read.general.shifted import unshifted
from keiyu.read.general.spread import Spread
from keiyu.read.general.subjects import Subjects
from keiyu.read.general.titles import bare
from keiyu.read.general.unnamed import with_names
from keiyu.read.general.unsaid import codes_unsaid, short_texts
from keiyu.read.grid import Cell, Grid
from keiyu.read.kinds import Terms
from keiyu.read.kinds.terms import labels
from keiyu.read.kinds.traits import looker
from keiyu.read.known import Shelf
from keiyu.read.labels import AREAS

if TYPE_CHECKING:
    from keiyu.read.general.across import Month
    from keiyu.read.general.joining import Joined

_ROWS: Final = 4_000
"""Rows of a table that are looked at for understanding its columns."""

ANCHORS: Final = ("name", "facility_id", "shelter_id", "address")
"""Fields by which records are told; the first is in every list."""

MONTHLY: Final = "monthly"
"""Why a column has no field that says the month of each row."""

_SURE: Final = 0.9
_FULL: Final = 0.9
_NAME: Final = 4
_TITLE: Final = 60


class LineWords:
    """Everything that one line brings for understanding tables."""

    def __init__(self, contract: Contract, schemas: Path) -> None:
        """Collect it.

        Args:
            contract: the line.
            schemas: the ``schemas/`` folder.
        """
        self.contract = contract
        self.schemas = schemas
        self.words = words.load(schemas)
        self._contracts = {contract.line: contract}
        self._terms: dict[str, Terms] = {}
        self.vocabulary: Vocabulary = vocabulary(contract)
        self.known = Shelf(contract.line, layouts.load(contract, schemas))
        self.lexis = Lexis(self.vocabulary, cues.load(schemas), self._named)
        self.fields: Mapping[str, Field] = {name: t.field for name, t in self.vocabulary.terms.items()}
        self.judge = Judge(self.fields, self.terms, looker(schemas), cues.load(schemas).buildings)
        self.subjects = Subjects(contract, self.judge.sorts)
        self.required = [field.name for field in contract.fields.values() if field.required]
        self.unsaid = codes_unsaid(self.vocabulary.compositions)
        self._names = [
            folded
            for t in contract.tables
            for text in (contract.name_ja, t.label_ja, *t.synonyms)
            if len(folded := fold.joined(text)) >= _NAME
        ]

    @cached_property
    def labels(self) -> frozenset[str]:
        """The folded texts that the line knows to stand over a column."""
        known = (*self.vocabulary.labels, *self.vocabulary.ambiguous)
        return frozenset(folded for text in known if len(folded := fold.joined(text)) > 1)

    @cached_property
    def ages(self) -> tuple[tuple[Composition, frozenset[str]], ...]:
        """The families of columns, and what names one age of them."""
        return tuple((composition, ages_of(composition)) for composition in self.vocabulary.compositions)

    def _named(self) -> Iterator[str]:
        """Yield the folded names of places and of kinds of what the line's rows are about."""
        known = looker(self.schemas).lexicon
        yield from known.municipalities
        yield from known.prefectures
        yield from self.coded.words

    def sums(self, text: str) -> bool:
        """Return whether a text names a row that adds up others."""
        return fold.label(text) in self.words.totals or fold.label(text) in self.words.subtotals

    @cached_property
    def coded(self) -> Coded:
        """Understands words of the line's code lists in titles."""
        fields = {n: f for n, f in self.fields.items() if f.codelist and f.codelist != AREAS and not f.dimensions}
        lists = {name: labels(self.line_of(name).codelists.get(f.codelist or "", ())) for name, f in fields.items()}
        return Coded({n: frozenset(fold.joined(t) for t in texts if len(t) > 1) for n, texts in lists.items()})

    def titled(self, title: str) -> Mapping[str, str]:
        """Return what the title of a section says in words of the line's code lists: field → the words."""
        return self.coded(bare(title, self.words))

    def named_in(self, title: str) -> bool:
        """Return whether a title names the line or a table of it."""
        folded = fold.joined(title)
        return any(name in folded for name in self._names)

    def terms(self, name: str, areas: Areas | None = None, at: dt.date | None = None) -> Terms:
        """Return what a field's cells are read with, by the symbols of the line whose field it is."""
        known = self._terms.get(name)
        if known is None:
            field, own = self.vocabulary.terms[name].field, self.line_of(name)
            known = self._terms[name] = Terms.of(
                self.schemas,
                symbols=own.symbols_of(name),
                negative=own.negative,
                unit=field.unit,
                codes=own.codelists.get(field.codelist or "", ()),
            )
        return known if areas is None and at is None else replace(known, areas=areas, at=at)

    def line_of(self, name: str) -> Contract:
        """Return the line whose rows a field forms."""
        line = self.vocabulary.terms[name].line
        if line not in self._contracts:
            self._contracts[line] = contracts_.load(line, self.schemas)
        return self._contracts[line]


@lru_cache(maxsize=64)
def _shelf(line: str, digest: str, schemas: Path) -> list[LineWords]:
    del line, digest, schemas
    return []


def line_words(contract: Contract, schemas: Path) -> LineWords:
    """Return the words of a line, collected once for each version of its files."""
    shelf = _shelf(contract.line, contract.digest, schemas)
    if not shelf:
        shelf.append(LineWords(contract, schemas))
    return shelf[0]


@dataclass(frozen=True)
class Found:
    """A table in a sheet, before its columns are understood.

    Attributes:
        grid: the sheet, or what is left of it when the other tables on it are blanked out.
        header: its header.
        piece: whether the sheet holds other tables too.
        beside: other tables under the same header, which are understood together with this one.
        file: the file's name, without what says its kind.
        spread: where its cells stand, where rows of one record were put beside each other.
        month: whose columns they are, where columns of other months stand beside them.
    """

    grid: Grid
    header: Header
    piece: bool = False
    beside: "tuple[Found, ...]" = ()
    file: str = ""
    spread: Spread | None = None
    month: "Month | None" = None

    @cached_property
    def first(self) -> int:
        """The first row under the header, 0-based."""
        return self.header.bottom + 1

    @cached_property
    def columns(self) -> list[list[Cell]]:
        """The first cells of each column, those of other tables under the same header behind them."""
        head = self.grid.rows[self.header.bottom]
        below = (r for f in (self, *self.beside) for r in f.grid.rows[f.first : f.first + _ROWS])
        rows = [r for r in below if (any(r) or len(r) > r.count("")) and r != head][:_ROWS]
        blank: list[Cell] = [""] * len(rows)
        filled = map(list, zip_longest(*rows, fillvalue=""))
        return [next(filled, blank) for _ in self.header.levels]

    @cached_property
    def form(self) -> Form:
        """The header as it stands."""
        return Form.of(self.grid, self.header.top, self.header.bottom)

    @cached_property
    def seen(self) -> list[Seen]:
        """The columns as they are seen."""
        return [
            Seen(i, levels, sample_of(cells), cells)
            for i, (levels, cells) in enumerate(zip(self.header.levels, self.columns, strict=True))
        ]

    @cached_property
    def short_texts(self) -> list[list[str]]:
        """The first texts of each column that may be labels, folded."""
        return short_texts(self.columns)

    @cached_property
    def wholes(self) -> dict[frozenset[int], int | None]:
        """Columns of ages → the column that adds them up, as far as that was looked at."""
        return {}

    @cached_property
    def title(self) -> str:
        """What stands over the table and what sheet and file are called; sentences left out."""
        above = (c for row in self.grid.rows[: self.header.top] for c in row)
        return "\n".join(
            (self.file, self.grid.name or "", *(c for c in above if isinstance(c, str) and 0 < len(c) <= _TITLE))
        )

    @cached_property
    def labels(self) -> frozenset[str]:
        """The texts over its columns."""
        return frozenset(level.text for levels in self.header.levels for level in levels)

    def over(self, index: int) -> str:
        """Return what stands over a column, blanks left out, levels from the top."""
        return _over(self.header, index)

    def written(self, index: int) -> str:
        """Return what stands in the sheet over a column of it."""
        if self.spread is not None:
            return _over(self.spread.header, index)
        return _over(self.month.header if self.month is not None else self.header, index)

    def source(self, index: int) -> int:
        """Return the column of the sheet in which a column of the table stands."""
        return self.spread.sources.get(index, index) if self.spread is not None else index


def _over(header: Header, index: int) -> str:
    texts = ("".join(level.text.split()) for level in header.levels[index])
    return " / ".join(dict.fromkeys(filter(None, texts)))


@dataclass(frozen=True)
class Table:
    """A table, understood.

    Attributes:
        found: where it stands.
        line: the words by which it was understood.
        understanding: its columns.
        body: its rows.
        as_of: the date to which it refers.
        sections: the title of the section in which each record stands, where there are any.
        given: field → what titles of sections, tables or sheets say of each record; blank where they say nothing.
        ditto: column → its blank records for which the text of a record above goes too.
        joined: tables that count other things for the same records.
    """

    found: Found
    line: LineWords
    understanding: Understanding
    body: Body
    as_of: dt.date | None = None
    sections: Sequence[str | None] = ()
    given: Mapping[str, Sequence[str]] = field(default_factory=dict)
    ditto: Mapping[int, Above] = field(default_factory=dict)
    joined: "tuple[Joined, ...]" = ()


def understand(found: Found, lines: Sequence[LineWords]) -> tuple[LineWords, Understanding]:
    """Understand the columns of a table by the words of the line that fits it best.

    Lines that cannot fit better than one that was tried, whatever the values say, are not tried.

    Args:
        found: the table.
        lines: the lines that it may belong to.
    """
    same = [(line, layout) for line in lines if (layout := line.known.exact(found.form)) is not None]
    tried = [(line, whole(layout, found.form, len(found.header.levels))) for line, layout in same]
    if tried:
        return max(tried, key=lambda item: fits(item[0], item[1], found))
    if len(lines) == 1:
        return lines[0], _named(found, lines[0], Start(found, lines[0]).understood())
    starts = [Start(found, line) for line in lines]
    understood: dict[int, Understanding] = {}
    fit: dict[int, tuple[float, float]] = {}
    for number in sorted(range(len(lines)), key=lambda n: -starts[n].most):
        if not fit or starts[number].most >= max(fit.values())[0]:
            understood[number] = starts[number].understood()
            fit[number] = fits(lines[number], understood[number], found)
    best = max(sorted(fit), key=fit.__getitem__)
    return lines[best], _named(found, lines[best], understood[best])


def _named(found: Found, line: LineWords, understanding: Understanding) -> Understanding:
    return with_names(understanding, found.seen, line.judge, line.subjects.names, line.lexis.cues)


class Start:
    """What a line's words say of a table before its columns are weighed."""

    def __init__(self, found: Found, line: LineWords) -> None:
        """Read the headers.

        Args:
            found: the table.
            line: the words of the line.
        """
        self._found = found
        self._line = line
        lexis = lexis_of(found, line)
        self._parts = find_parts(found.header.levels, found.columns, lexis, line.judge)
        self._mapper = Mapper(lexis, line.judge)
        self._layout = line.known.near(found.form) if found.spread is None and found.month is None else None
        self._columns = counted(found, line)

    @cached_property
    def most(self) -> float:
        """The most that the line may fit; nothing limits what a known form says."""
        if self._layout is not None:
            return math.inf
        return fits_at_most(self._line, self._mapper, self._columns, self._heard, self._parts, self._found)

    @cached_property
    def _heard(self) -> list[Heard]:
        return self._mapper.heard(self._columns)

    def understood(self) -> Understanding:
        """Weigh the columns."""
        mapper, columns, parts, layout = self._mapper, self._columns, self._parts, self._layout
        if layout is None:
            return proven(unshifted(mapper.map(columns, self._heard, parts), columns, self._line.judge), ANCHORS)
        form = self._found.form
        return with_changes(mapper.beside(columns, parts, settled_by(layout, form)), layout, form)


def table_of(found: Found, line: LineWords, understanding: Understanding, name: str, schemas: Path) -> Table:
    """Tell the rows of a table apart whose columns are understood.

    Args:
        found: the table.
        line: the words by which it was understood.
        understanding: its columns.
        name: the file's name.
        schemas: the ``schemas/`` folder.
    """
    texts = [[level.text for level in column] for column in found.header.levels]
    reader = BodyReader(found.grid, list(found.header.rows), texts, line.words, lambda text: bool(line.titled(text)))
    body = reader.read(_anchors(found, understanding))
    said = [text for column in texts for text in column]
    below = [row for row in body.aside if row > body.records[-1]] if len(body.records) else []
    as_of = find_as_of(found.grid, found.header.top, said, name, line.lexis.cues, below) if not found.month else None
    day = found.month.first if found.month else as_of
    sure = doubted(found, line, understanding, body, day)
    ditto = find_ditto(found, line, sure, body)
    others = found.month.others if found.month else ()
    columns = tuple(
        Mapped(m.index, None, _SURE, why="month" if found.month and found.month.own else MONTHLY)
        if m.index in others
        else replace(m, ditto=len(ditto.get(m.index, ())))
        for m in sure.columns
    )
    return Table(found, line, replace(sure, columns=columns), body, day, ditto=ditto)


def _anchors(found: Found, understanding: Understanding) -> list[int]:
    """Return the columns that records fill: the name's and others that tell them, else the fullest from the left."""
    fields = understanding.fields
    named = [fields[name] for name in ANCHORS if name in fields]
    if "name" in fields:
        return named
    filled = [sum(c != "" for c in cells) for cells in found.columns]
    most = max(filled, default=0)
    first = next((i for i, n in enumerate(filled) if n >= _FULL * most and most), None)
    return [*([first] if first is not None else []), *named]
