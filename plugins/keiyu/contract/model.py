"""The typed model of a line's contract: what everything else derives from.

A contract is an Open Data Contract Standard v3.1 document (``schemas/lines/<line>/contract.yaml``).
A table is either *records* (each property a column) or a *cube*: dimensions and one measure, as in an
SDMX data structure definition. A cube's wide columns are the product of its dimensions' codes; the
fields listed here are always the wide ones, each knowing its dimension codes, so that every room
treats both kinds alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from keiyu.contract.code import Code as Code
from keiyu.contract.code import Dimension as Dimension
from keiyu.contract.collection import Collection as Collection
from keiyu.contract.revision import Revision
from keiyu.contract.structure import Field as Field
from keiyu.contract.structure import FieldType as FieldType
from keiyu.contract.structure import NationalTable as NationalTable
from keiyu.contract.structure import Note as Note
from keiyu.contract.structure import Table as Table


@dataclass(frozen=True, slots=True)
class Symbol:
    """What a marker in a file means (rule L3-03 of the machine-readability rules).

    Attributes:
        texts: spellings, compared after width folding.
        status: value status identifier.
        value: the figure it counts as, or none.
        fields: the fields in which it means this, ``*`` standing for any text; every field if none.
        border: ``diagonal`` for a cell that is crossed out instead of filled.
    """

    texts: tuple[str, ...]
    status: str
    value: int | None
    fields: tuple[str, ...] = ()
    border: str | None = None

    def is_of(self, field: str) -> bool:
        """Return whether it means this in a field."""
        return not self.fields or any(fnmatchcase(field, pattern) for pattern in self.fields)


@dataclass(frozen=True, slots=True)
class Respondents:
    """Who owes a submission.

    Attributes:
        kind: ``municipality`` (from the dated area table) or ``facility`` (from a register).
        field: the field that names the reporter in every table.
        within: the field within whose values ``field`` is unique, where it is not so nationwide.
        register: ``line.table`` that lists facilities, where ``kind`` is ``facility``.
    """

    kind: Literal["municipality", "facility"]
    field: str
    register: str | None = None
    within: str | None = None

    @property
    def identity(self) -> tuple[str, ...]:
        """Names of the fields that identify a reporter nationwide."""
        return (self.within, self.field) if self.within else (self.field,)


@dataclass(frozen=True, slots=True)
class Relay:
    """The route from reporter to ministry.

    Attributes:
        mode: whether the national 速報 waits for the prefecture (``sequential``) or not.
        via: level that relays.
        direct: designations that report to the ministry themselves.
    """

    mode: Literal["sequential", "parallel"]
    via: str
    direct: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Publication:
    """When a provisional release (速報) is due and what makes a final one (確報).

    Attributes:
        preliminary: ``at_once``, ``count``, ``weight`` or ``date``.
        threshold: share of reporters (count) or of weight needed, or days after the reference date.
        final: ``complete`` (everyone in).
        weight: measure of the last collection that weighs reporters.
    """

    preliminary: Literal["at_once", "count", "weight", "date"]
    threshold: float
    final: Literal["complete"]
    weight: str | None = None


@dataclass(frozen=True)
class Contract:
    """A reporting line (報告ライン).

    Attributes:
        line: identifier; name of its folder.
        version: semantic version of the contract.
        name_ja: official Japanese name.
        name_en: English name.
        purpose: why it is collected.
        authority: owning ministry and legal basis.
        tables: core tables.
        national: national tables.
        across: tables that read other collections or lines too (``tables/across/``): made when a release is cut and
            when they are read, not with every arrival.
        estimate: how the estimate beside the counts is documented; nothing where there is no headline measure.
        respondents: who owes it.
        relay: its route.
        publication: its publication policy.
        symbols: markers and their meaning in every field.
        waves: reference dates in a year, ``MM-DD``, ``monthly`` (each first) or ``daily`` (any day).
        dates: name (deadline, entry_closes, corrections_close) → rule, as the JSON Schema describes.
        disclosure: disclosure policy, as the JSON Schema describes.
        headline: headline measures: name → labels and what they sum.
        folder: the line's folder.
        digest: SHA-256 over every file of the line's folder (but the generated form) and the code lists it uses.
        form_digest: SHA-256 over ``contract.yaml`` and the code lists alone: what a form is made of.
        codelists: name → codes, for every code list that a field or dimension names.
        optional_waves: those of ``waves`` that are not held every year.
        negative: marks before a figure that make it negative, e.g. ``△``.
        nil_return: whether 該当なし (nothing to report) is a valid submission.
        as_of_rule: where and how the reference date is written, as the JSON Schema describes.
        definitions: terms with their official definitions.
        own_symbols: markers of certain fields only, and markers that are no text.
        legend: words by which a legend in a file explains its markers, and what they mean.
        also_reads: lines whose fields stand in the same files, and whose labels are known here too.
        revision: when accepted figures wait for a decision before they are shown.
    """

    line: str
    version: str
    name_ja: str
    name_en: str
    purpose: str
    authority: str
    tables: tuple[Table, ...]
    national: tuple[NationalTable, ...]
    respondents: Respondents
    relay: Relay
    publication: Publication
    symbols: tuple[Symbol, ...]
    waves: tuple[str, ...]
    dates: Mapping[str, Any]
    disclosure: Mapping[str, Any]
    headline: Mapping[str, Any]
    folder: Path
    digest: str
    form_digest: str = ""
    codelists: Mapping[str, tuple[Code, ...]] = field(default_factory=dict)
    optional_waves: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()
    nil_return: bool = False
    as_of_rule: Mapping[str, Any] = field(default_factory=dict)
    definitions: tuple[Mapping[str, str], ...] = ()
    own_symbols: tuple[Symbol, ...] = ()
    legend: tuple[Symbol, ...] = ()
    also_reads: tuple[str, ...] = ()
    revision: Revision = field(default_factory=Revision)
    across: tuple[NationalTable, ...] = ()
    estimate: tuple[NationalTable, ...] = ()

    def table(self, name: str) -> Table:
        """Return a core table by name.

        Raises:
            KeyError: the line has no such table.
        """
        return self._tables[name]

    @cached_property
    def _tables(self) -> dict[str, Table]:
        return {t.name: t for t in self.tables}

    def symbols_of(self, field: str) -> tuple[Symbol, ...]:
        """Return the markers of a field that are texts; a later one of the same text wins."""
        return self.symbols + tuple(s for s in self.own_symbols if s.border is None and s.is_of(field))

    def border_of(self, field: str, border: str) -> Symbol | None:
        """Return what a border across a field's cell means, if the line says so."""
        return next((s for s in self.own_symbols if s.border == border and s.is_of(field)), None)

    @property
    def table_names(self) -> tuple[str, ...]:
        """Names of the core tables, in order."""
        return tuple(t.name for t in self.tables)

    @cached_property
    def fields(self) -> dict[str, Field]:
        """Every core field by identifier (identifiers shared by tables mean the same thing)."""
        return {f.name: f for t in self.tables for f in t.fields}
