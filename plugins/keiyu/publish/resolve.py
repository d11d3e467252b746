"""From words to one figure: which row and column of a national table somebody means.

Codes, labels in both languages, synonyms and names of areas are all understood. What is not said is taken as the
whole: a dimension that no word names stands at the code that is part of no other.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import pyarrow as pa

from keiyu.contract.model import Contract, Field, NationalTable
from keiyu.errors import UserError
from keiyu.publish.snapshot import Snapshot

VALUE: Final = "OBS_VALUE"
_TABLE: Final = "table"
_NUMERIC: Final = {"integer", "number"}
_QUALIFIED: Final = {"label_ja": "（", "label_en": ":"}
"""Column of labels → what a label's qualification begins with."""
_SHOWN: Final = 8


@dataclass(eq=False)
class NoSuchFigureError(UserError):
    """Words that no figure of the table answers to."""

    table: str
    words: str

    code: ClassVar[str] = "KEIYU-173"
    ja: ClassVar[str] = "全国表「{table}」に「{words}」に当たる数値はありません。名称又はコードで指定してください。"
    en: ClassVar[str] = "National table {table!r} has no figure for {words!r}; name it by labels or codes."


@dataclass(eq=False)
class ManyFiguresError(UserError):
    """Words that several figures answer to."""

    table: str
    words: str
    candidates: str

    code: ClassVar[str] = "KEIYU-174"
    ja: ClassVar[str] = "全国表「{table}」で「{words}」に当たる数値は一つではありません。候補: {candidates}"
    en: ClassVar[str] = "Several figures of national table {table!r} answer to {words!r}: {candidates}"


@dataclass(frozen=True)
class Figure:
    """One figure of a national table.

    Attributes:
        table: the national table.
        column: the column that holds it.
        row: its whole row.
        label_ja: what it is called in Japanese.
        label_en: what it is called in English.
    """

    table: str
    column: str
    row: Mapping[str, Any]
    label_ja: str
    label_en: str


def resolve(taken: Snapshot, table: NationalTable, rows: pa.Table, words: Sequence[str]) -> Figure:
    """Return the figure that words mean.

    Args:
        taken: the collection at the instant that the rows show.
        table: the national table.
        rows: its rows.
        words: codes, labels or names, in any order.

    Raises:
        NoSuchFigureError: no figure answers to them all.
        ManyFiguresError: several do.
    """
    return _Search(taken, table, rows, tuple(words)).figure()


class _Search:
    """One search in one table."""

    def __init__(self, taken: Snapshot, table: NationalTable, rows: pa.Table, words: tuple[str, ...]) -> None:
        self._contract: Contract = taken.contract
        self._table = table
        self._rows = rows.to_pylist()
        self._words = words
        self._terms = _terms(taken)
        self._texts = [field.name for field in table.fields if field.type == "string"]

    def figure(self) -> Figure:
        hits = {word: self._hits(word) for word in self._words}
        told = [word for word, columns in hits.items() if columns]
        rows = [row for row in self._rows if all(self._answers(row, hits[word]) for word in told)]
        named = {column for word in told for column in hits[word]}
        rows = self._narrowed(rows, named)
        if not rows:
            raise NoSuchFigureError(self._table.name, " ".join(self._words))
        column = self._column([word for word in self._words if word not in told])
        if len(rows) > 1:
            raise ManyFiguresError(self._table.name, " ".join(self._words), self._candidates(rows))
        ja, en = self._labels(rows[0]) if column.concept == VALUE else (column.label_ja, column.label_en)
        return Figure(self._table.name, column.name, rows[0], ja or column.label_ja, en or column.label_en)

    def _labels(self, row: Mapping[str, Any]) -> tuple[str, str]:
        """Return a row's own labels, or those of the codes in it."""
        if row.get("label_ja"):
            return row["label_ja"], row["label_en"]
        codes = {c.code: c for t in self._contract.tables for d in t.dimensions for c in d.codes}
        found = [codes[row[name]] for name in self._texts if name != _TABLE and row[name] in codes]
        return "・".join(code.label_ja for code in found), ", ".join(code.label_en for code in found)

    def _hits(self, word: str) -> dict[str, set[str]]:
        """Return the columns in which a word stands, with the values that it names there."""
        wanted, found = fold(word), dict[str, set[str]]()
        for column in self._texts:
            values = {row[column] for row in self._rows if row[column] is not None}
            named = {value for value in values if wanted in self._spellings(column, value)}
            if named:
                found[column] = named
        return found

    def _spellings(self, column: str, value: str) -> set[str]:
        if column == _TABLE and value in self._contract.table_names:
            table = self._contract.table(value)
            return {fold(value), fold(table.label_ja), fold(table.label_en)}
        end = _QUALIFIED.get(column)
        spelt = {fold(value), fold(value.split(end)[0])} if end else {fold(value)}
        return spelt | self._terms.get(value, set())

    def _answers(self, row: Mapping[str, Any], columns: Mapping[str, set[str]]) -> bool:
        return any(row[column] in values for column, values in columns.items())

    def _narrowed(self, rows: list[dict[str, Any]], named: Iterable[str]) -> list[dict[str, Any]]:
        """Prefer what is reported to what is derived, and the whole of every dimension that no word names."""
        if _TABLE in self._texts and _TABLE not in named:
            rows = _preferred(rows, lambda row: row[_TABLE] in self._contract.table_names)
        roots = {c.code for t in self._contract.tables for d in t.dimensions for c in d.codes if c.parent is None}
        known = {c.code for t in self._contract.tables for d in t.dimensions for c in d.codes}
        for column in self._texts:
            if column not in named and column != _TABLE and any(row[column] in known for row in rows):
                rows = _preferred(rows, lambda row, column=column: row[column] in roots)
        return rows

    def _column(self, words: Sequence[str]) -> Field:
        """Return the measure column that words name: the value, unless they say otherwise."""
        measures = [field for field in self._table.fields if field.type in _NUMERIC]
        found = [field for field in measures if all(fold(word) in self._names(field) for word in words)]
        if not words:
            found = [field for field in measures if field.concept == VALUE]
        whole = [field for field in found if all(self._is_said(d, c, words) for d, c in field.dimensions.items())]
        found = whole or found
        if not found:
            raise NoSuchFigureError(self._table.name, " ".join(self._words))
        if len(found) > 1:
            told = ", ".join(f"{field.name}（{field.label_ja}）" for field in found[:_SHOWN])
            raise ManyFiguresError(self._table.name, " ".join(self._words), told)
        return found[0]

    def _is_said(self, dimension: str, code: str, words: Sequence[str]) -> bool:
        """Whether a column's code on a dimension was named, or is the whole where it was not."""
        folded = {fold(word) for word in words}
        codes = [c for t in self._contract.tables for d in t.dimensions if d.name == dimension for c in d.codes]
        said = [c.code for c in codes if folded & {fold(c.code), *self._terms.get(c.code, ())}]
        return code in said if said else any(c.code == code and c.parent is None for c in codes)

    def _names(self, field: Field) -> set[str]:
        own = {fold(field.name), fold(field.label_ja), fold(field.label_en), *map(fold, field.synonyms)}
        return own.union(*({fold(code), *self._terms.get(code, ())} for code in field.dimensions.values()))

    def _candidates(self, rows: Sequence[Mapping[str, Any]]) -> str:
        varying = [column for column in self._texts if len({row[column] for row in rows}) > 1]
        told = ["/".join(str(row[column]) for column in varying) for row in rows[:_SHOWN]]
        return ", ".join(told) + (" …" if len(rows) > _SHOWN else "")


def fold(text: str) -> str:
    """Return a text as it is compared: one width, one case, no spaces."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _preferred(rows: list[dict[str, Any]], wanted: Any) -> list[dict[str, Any]]:
    return [row for row in rows if wanted(row)] or rows


def _terms(taken: Snapshot) -> dict[str, set[str]]:
    """Return code → folded spellings: labels and synonyms of codes, headline labels, names of areas."""
    terms: dict[str, set[str]] = {}
    for table in taken.contract.tables:
        for dimension in table.dimensions:
            for code in dimension.codes:
                spelt = (code.label_ja, code.label_en, *code.synonyms)
                terms.setdefault(code.code, set()).update(map(fold, spelt))
    for measure, told in taken.contract.headline.items():
        terms.setdefault(measure, set()).update((fold(told["label_ja"]), fold(told["label_en"])))
    for row in taken.universe.municipalities:
        name, prefecture = fold(row["municipality"]), fold(row["prefecture"])
        terms[row["area_code"]] = {name, prefecture + name, row["area_code"][:5]}
        terms[row["prefecture_code"]] = {prefecture}
        terms[row["prefecture_area_code"]] = {prefecture}
    return terms
