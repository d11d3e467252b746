"""The structure of a line's data: columns, core tables (records or cubes), and national tables."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

from keiyu.contract.code import Dimension
from keiyu.contract.wording import Wording

FieldType = Literal["string", "integer", "number", "date", "time", "boolean"]


@dataclass(frozen=True, slots=True)
class Field:
    """One column.

    Attributes:
        name: identifier, unique within the line.
        label_ja: label as printed on forms.
        label_en: English label.
        definition_ja: what it means, in Japanese.
        definition_en: what it means, in English.
        type: logical type.
        required: whether a blank is an error.
        key: whether it is part of the table's key.
        unit: unit of measure, e.g. ``人``.
        concept: SDMX/GIF concept it stands for.
        codelist: name of the code list its values come from.
        kind: how its values are written and read (``keiyu.read.kinds``); by type where none.
        synonyms: other labels met in files.
        weak_synonyms: labels that mean it only where no other column of the file is named so.
        not_synonyms: words with which a header is like its labels and means something else.
        minimum: least value.
        maximum: greatest value.
        pattern: regular expression for text.
        dimensions: dimension name → code, for a cube's measure column.
        source: official source of the definition.
        since: version of the contract that brought it.
    """

    name: str
    label_ja: str
    label_en: str
    definition_ja: str
    definition_en: str
    type: FieldType
    required: bool = False
    key: bool = False
    unit: str | None = None
    concept: str | None = None
    codelist: str | None = None
    kind: str | None = None
    synonyms: tuple[str, ...] = ()
    weak_synonyms: tuple[str, ...] = ()
    not_synonyms: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    pattern: str | None = None
    dimensions: Mapping[str, str] = field(default_factory=dict)
    source: str | None = None
    since: str = "1.0.0"


@dataclass(frozen=True, slots=True)
class Note:
    """A remark on a definition that readers of the figures must know."""

    ja: str
    en: str
    source: str | None = None


@dataclass(frozen=True)
class Table:
    """A core table of a line.

    Attributes:
        name: identifier.
        label_ja: Japanese name.
        label_en: English name.
        definition_ja: what one row is, in Japanese.
        definition_en: what one row is, in English.
        fields: key fields, attributes and measures, wide.
        dimensions: the cube's dimensions in header order; empty for records.
        synonyms: sheet names met in files.
        tidy: for a cube, the fields of its tidy form (key, period, attributes, dimensions, value, value_status);
            empty for records.
        notes: remarks on the definition.
        wording: how files name its columns, beyond the labels of the fields.
    """

    name: str
    label_ja: str
    label_en: str
    definition_ja: str
    definition_en: str
    fields: tuple[Field, ...]
    dimensions: tuple[Dimension, ...] = ()
    synonyms: tuple[str, ...] = ()
    tidy: tuple[Field, ...] = ()
    notes: tuple[Note, ...] = ()
    wording: Wording = field(default_factory=Wording)

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """Fields by identifier."""
        return {f.name: f for f in self.fields}

    @cached_property
    def key(self) -> tuple[str, ...]:
        """Names of the key fields."""
        return tuple(f.name for f in self.fields if f.key)

    @cached_property
    def measures(self) -> tuple[Field, ...]:
        """The measure columns of a cube, in official order; empty for records."""
        return tuple(f for f in self.fields if f.dimensions)

    @property
    def is_cube(self) -> bool:
        """Whether the table is dimensions and one measure."""
        return bool(self.dimensions)

    @cached_property
    def by_codes(self) -> dict[tuple[str, ...], Field]:
        """A cube's measure columns by their codes, in the order of ``dimensions``."""
        names = tuple(d.name for d in self.dimensions)
        return {tuple(f.dimensions[n] for n in names): f for f in self.measures}


@dataclass(frozen=True)
class NationalTable:
    """A national table: SQL over the core tables, never edited.

    Attributes:
        name: identifier and file name.
        label_ja: Japanese name.
        label_en: English name.
        definition_ja: what one row is, in Japanese.
        definition_en: what one row is, in English.
        fields: the columns the SQL must return, in order, documented.
        sql: path of the DuckDB query.
        sharded: whether rows are split by prefecture (column ``prefecture_code``).
        derived: whether it tells the figures of other national tables anew (rates, ranks), so that a
            comparison of releases leaves it out.
        open: figures of it that say nothing of protected ones, such as how many have reported.
        restricted: whether only audiences that see everything may read it.
    """

    name: str
    label_ja: str
    label_en: str
    definition_ja: str
    definition_en: str
    fields: tuple[Field, ...]
    sql: Path
    sharded: bool
    derived: bool = False
    open: tuple[str, ...] = ()
    restricted: bool = False

    @property
    def cells(self) -> Path:
        """Where its cells are stated, if they are: a DuckDB query that says of what each figure is the sum."""
        return self.sql.parent / "cells" / self.sql.name
