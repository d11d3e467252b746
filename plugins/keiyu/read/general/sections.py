"""What titles of sections, tables and sheets say of the records under them: 【公立保育所】, 小規模保育事業, 千代田区.

A title fills a field where it is a word of the field's code list, or the name of a municipality, and no column
holds that field. Any other title is told as what it is, and fills nothing.
"""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from keiyu.codes.areas import Area, Areas
from keiyu.contract.model import Field
from keiyu.read.general.table import LineWords, Table
from keiyu.read.general.titles import bare, style
from keiyu.read.held import Coded
from keiyu.read.places import MUNICIPALITY

_PLACE: Final = re.compile(r"[市区町村]$")

Given = Mapping[str, str]


@dataclass(frozen=True)
class Titles:
    """Understands titles by one line's vocabulary.

    Attributes:
        line: the line.
        areas: the dated area table.
        at: the date on which areas are looked up.
    """

    line: LineWords
    areas: Areas
    at: dt.date

    def told(self, texts: Sequence[str]) -> dict[str, Given]:
        """Return what each of several titles of one kind says: field → the words that say it.

        Args:
            texts: the titles; names of places are understood together, for 中央区 is a ward of many cities.
        """
        told = {text: bare(text, self.line.words) for text in texts}
        places = self._places(list(told.values()))
        return {text: {**self.line.coded(title), **places.get(title, {})} for text, title in told.items()}

    def _places(self, texts: Sequence[str]) -> dict[str, dict[str, str]]:
        """Return the municipality that each name of a place is, or of which it is a ward."""
        field = next((name for name, f in self.line.fields.items() if _is_municipality(f)), None)
        names = [text for text in dict.fromkeys(texts) if _PLACE.search(text)]
        if field is None or not names:
            return {}
        for prefecture in self.areas.prefectures(self.at):
            found = [self.areas.find(name, prefecture.code6, self.at) for name in names]
            if all(area is not None and area.is_municipality for area in found):
                return {name: {field: name} for name in names}
        cities = [city for city in self._cities if all(self._is_ward(name, city) for name in names)]
        return {name: {field: cities[0].name} for name in names} if len(cities) == 1 else {}

    @cached_property
    def _cities(self) -> list[Area]:
        return [a for a in self.areas.municipalities(self.at) if self.areas.wards(a.code, self.at)]

    def _is_ward(self, name: str, city: Area) -> bool:
        wards = {ward.name for ward in self.areas.wards(city.code, self.at)}
        return name in wards or f"{city.name}{name}" in wards


def _is_municipality(field: Field) -> bool:
    return field.concept == MUNICIPALITY


def with_titles(tables: Sequence[Table], areas: Areas, at: dt.date) -> list[Table]:
    """Give the records of a list what the titles over them say.

    Args:
        tables: the tables of one list, in their order.
        areas: the dated area table.
        at: the reference date.
    """
    titles = Titles(tables[0].line, areas, at)
    names = list(dict.fromkeys(t.found.grid.name or "" for t in tables))
    sheets = titles.told(names) if len(names) > 1 else {}
    over = _without_banners(tables, [_over(table) for table in tables])
    heads = titles.told([text for text in over if text])
    return [
        _with(t, titles, [sheets.get(t.found.grid.name or "", {}), heads.get(o, {})], o)
        for t, o in zip(tables, over, strict=True)
    ]


def _over(table: Table) -> str:
    """Return the title right over a table that is one of several on its sheet; blank where there is none."""
    header = table.found.header
    if not table.found.piece:
        return ""
    columns = [i for i, levels in enumerate(header.levels) if levels]
    for number in range(header.top - 1, max(header.top - 3, -1), -1):
        row = table.found.grid.rows[number] if number < len(table.found.grid.rows) else []
        texts = [c for c in row[columns[0] : columns[-1] + 1] if isinstance(c, str) and c.strip()]
        if len(texts) == 1:
            return texts[0]
        if texts:
            break
    shared = {level.text for levels in header.levels for level in levels[:1] if level.shared}
    return shared.pop() if len(shared) == 1 else ""


def _without_banners(tables: Sequence[Table], over: Sequence[str]) -> list[str]:
    """Leave out a title that stands over the first of several strips only: it is that of the sheet."""
    rows = [(t.found.grid.name, t.found.header.bottom) for t in tables]
    whole = {row for row in rows if any(r == row and not text for r, text in zip(rows, over, strict=True))}
    return ["" if row in whole else text for row, text in zip(rows, over, strict=True)]


def _with(table: Table, titles: Titles, outer: Sequence[Given], over: str) -> Table:
    """Give one table's records what its sections, its own title and its sheet's name say."""
    rows = [(row, text) for row, text in sorted(table.body.titles.items()) if row < max(table.body.records, default=0)]
    told = titles.told([text for _, text in rows])
    whole = {name: words for given in outer for name, words in given.items()}
    if not rows and not whole and not over:
        return table
    standing = _Standing(whole, over or None)
    states = [(standing.title, standing.given)]
    for _, text in rows:
        standing.enter(text, told[text])
        states.append((standing.title, standing.given))
    at = np.searchsorted(np.asarray([row for row, _ in rows], "int64"), table.body.records)
    held = table.understanding.fields
    said = dict.fromkeys(name for n in np.unique(at).tolist() for name in states[n][1])
    given = {name: Coded([words.get(name, "") for _, words in states], at) for name in said if name not in held}
    return replace(table, sections=Coded([title for title, _ in states], at), given=given)


class _Standing:
    """Where one stands among sections: those of one style follow each other, those of another stand inside."""

    def __init__(self, outer: Given, title: str | None) -> None:
        self._outer = outer
        self._stack: list[tuple[str, Given]] = []
        self.title = title

    def enter(self, title: str, told: Given) -> None:
        """Begin a section."""
        level = style(title)
        places = [i for i, (other, _) in enumerate(self._stack) if other == level]
        if places:
            del self._stack[places[0] :]
        if any(name in given for _, given in self._stack for name in told) or not told:
            self._stack.clear()
        self._stack.append((level, told))
        self.title = title.strip()

    @property
    def given(self) -> Given:
        """What the sections say together."""
        return {**self._outer, **{name: words for _, given in self._stack for name, words in given.items()}}
