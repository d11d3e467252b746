"""What the templates of a rule's messages can say: figures, labels from the contract, names of bodies."""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Final

import pandas as pd

from keiyu.check.batch import Batch
from keiyu.check.suites import REPORTERS
from keiyu.contract.model import Code

_BLANK: Final = {"ja": "空欄", "en": "blank"}
_COMMA: Final = {"ja": "、", "en": ", "}


def missing(value: object) -> bool:
    """Return whether a value of a frame is missing (None, NaN or NA)."""
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value))


def spoken(value: object, language: str) -> str:
    """Return a value as a sentence shows it: 1,125 for a count, three digits for a ratio."""
    if isinstance(value, str):
        return value
    if isinstance(value, Sequence):
        return _COMMA[language].join(spoken(part, language) for part in value)
    if missing(value):
        return _BLANK[language]
    if isinstance(value, dt.date):
        return value.isoformat()[:10]
    return _number(float(value)) if isinstance(value, int | float) or hasattr(value, "__float__") else str(value)


def _number(value: float) -> str:
    if math.isinf(value):
        return "∞"
    if value.is_integer():
        return f"{value:,.0f}"
    return f"{value:,.2f}" if abs(value) >= 1 else f"{value:.3g}"


def plain(value: object) -> str | None:
    """Return a value as text for machines: no separators, none where missing."""
    if isinstance(value, str):
        return value
    if missing(value) or isinstance(value, Mapping):
        return None
    if isinstance(value, Sequence):
        return ", ".join(str(part) for part in value)
    if isinstance(value, dt.date):
        return value.isoformat()[:10]
    number = float(value) if hasattr(value, "__float__") else None
    return str(value) if number is None else f"{number:.15g}"


class Lexicon:
    """Labels of fields, codes and bodies, for one micro-batch."""

    def __init__(self, batch: Batch) -> None:
        """Collect the labels of a batch's contract."""
        self._batch = batch

    @cached_property
    def _codes(self) -> dict[tuple[str, str], Code]:
        """(dimension or code list's column, code) → code."""
        contract = self._batch.contract
        found = {(d.name, c.code): c for t in contract.tables for d in t.dimensions for c in d.codes}
        columns = [f for t in contract.tables for f in (*t.fields, *t.tidy) if f.codelist in contract.codelists]
        coded = {(f.name, c.code): c for f in columns for c in contract.codelists[f.codelist or ""]}
        return {**coded, **found}

    def code(self, column: str, code: object, language: str) -> str | None:
        """Return the label of a code, none where the column holds no codes."""
        found = self._codes.get((column, str(code)))
        return None if found is None else _label(found, language)

    def field(self, name: str | None, language: str) -> str:
        """Return the label of a field; the identifier itself where the contract has none."""
        found = self._batch.contract.fields.get(name or "")
        return str(name) if found is None else _label(found, language)

    def table(self, name: str | None, language: str) -> str:
        """Return the label of a table."""
        contract = self._batch.contract
        return _label(contract.table(name), language) if name in contract.table_names else str(name)

    def body(self, code: object) -> str:
        """Return the name of a prefecture or municipality on the reference date, with its prefecture."""
        area = self._batch.areas.get(str(code), self._batch.as_of)
        if area is None:
            return str(code)
        return area.name if area.kind == "prefecture" else f"{area.prefecture_name}{area.name}"


def _label(element: Any, language: str) -> str:
    label: str = element.label_ja if language == "ja" else element.label_en
    return label


class Words(dict[str, str]):
    """The words of one finding in one language, each made when a template asks for it.

    Knows the row's columns, the rule's arguments and the facts of the judgement by name, and further:
    ``label`` (also ``label_ja``, ``label_en``), ``table``, ``name`` (the reporter's), ``<column>_name``
    for a column that holds the code of a body.
    """

    def __init__(self, lexicon: Lexicon, language: str, facts: Mapping[str, Any], frame: str) -> None:
        """Take the facts of a finding."""
        super().__init__()
        self._lexicon, self._language, self._facts, self._frame = lexicon, language, facts, frame

    def __missing__(self, key: str) -> str:
        """Make a word.

        Raises:
            KeyError: nothing is known by that name.
        """
        facts, language, lexicon = self._facts, self._language, self._lexicon
        if key in ("label", "label_ja", "label_en"):
            return lexicon.field(facts["field"], key[-2:] if key != "label" else language)
        if key == "table":
            return lexicon.table(facts["table"], language)
        if key == "name":
            return lexicon.body(facts["reporter"])
        if key.endswith("_name") and key.removesuffix("_name") in facts and self._frame == REPORTERS:
            return lexicon.body(facts[key.removesuffix("_name")])
        value = facts[key]
        return lexicon.code(key, value, language) or spoken(value, language)
