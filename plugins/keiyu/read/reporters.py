"""Whose row it is: from a code, or from prefecture and municipality; never from a name alone.

A code that a spreadsheet has damaged is put right only where the names beside it prove it, and is said.
25 names of municipalities occur in more than one prefecture (府中市, 伊達市, 池田町 …), so a name is no key.
"""

import datetime as dt
import re
from typing import Final, NamedTuple

from keiyu.codes.areas import PREFECTURE_NAME, Area, Areas, check_digit, is_valid6
from keiyu.read import fold
from keiyu.read.grid import Cell
from keiyu.read.values import raw

_SCIENTIFIC: Final = re.compile(r"\d(?:\.\d+)?[eE]\+?\d+")
_DIGITS: Final = re.compile(r"\d+", re.ASCII)
_FULL_NAME: Final = re.compile(rf"({PREFECTURE_NAME})(.+)")


class Identity(NamedTuple):
    """Whose row it is.

    Attributes:
        code: 6-digit area code; none if that cannot be told.
        rule: rule of the finding it deserves.
        value: what stands there.
        expected: what would be right.
        about: which of the cells the finding is about: ``code`` or ``name``.
    """

    code: str | None
    rule: str | None = None
    value: str | None = None
    expected: str | None = None
    about: str = "code"


class Resolver:
    """Resolves codes and names on one date."""

    def __init__(self, areas: Areas, at: dt.date, *, municipalities: bool) -> None:
        """Set the date.

        Args:
            areas: the dated area table.
            at: the reference date.
            municipalities: whether only 市町村 and 特別区 may report.
        """
        self._areas = areas
        self._at = at
        self._municipalities = municipalities
        self._known: dict[tuple[str, str, str], Identity] = {}

    def resolve(self, code: Cell, prefecture: Cell, name: Cell) -> Identity:
        """Tell whose row it is.

        Args:
            code: the code cell; blank where there is none.
            prefecture: the prefecture's name; blank where there is none.
            name: the municipality's name; blank where there is none.

        Returns:
            The area code, and the finding that the cells deserve.
        """
        said = (
            code if type(code) is str else raw(code),
            prefecture if type(prefecture) is str else raw(prefecture),
            name if type(name) is str else raw(name),
        )
        known = self._known.get(said)
        if known is None:
            known = self._known[said] = self._resolved(*said)
        return known

    def _resolved(self, code: str, prefecture: str, name: str) -> Identity:
        place = _place(prefecture.strip(), name.strip())
        text = fold.value(code)
        if text:
            return self._by_code(text, *place)
        if not all(place):
            return Identity(None, "read.reporter.missing", value=" ".join(filter(None, place)) or None, about="name")
        area = self._areas.find(place[1], place[0], self._at)
        if area is None:
            return Identity(None, "read.reporter.name", value="".join(place), about="name")
        return self._accepted(area)

    def _by_code(self, text: str, prefecture: str, name: str) -> Identity:
        if len(text) == 6 and is_valid6(text):
            area = self._areas.get(text, self._at)
            if area is None:
                return Identity(None, "read.code.unknown", value=text)
            return self._agreed(area, prefecture, name)
        if _SCIENTIFIC.fullmatch(text):
            return Identity(None, "read.code.scientific", value=text)
        if _DIGITS.fullmatch(text) is None or len(text) not in (4, 5, 6):
            return Identity(None, "read.code.malformed", value=text)
        if len(text) == 6:
            return Identity(None, "read.code.check_digit", value=text, expected=self._by_names(prefecture, name))
        return self._damaged(text, prefecture, name)

    def _damaged(self, text: str, prefecture: str, name: str) -> Identity:
        """Read 4 or 5 digits: a lost leading zero, or a code without its check digit; the names decide."""
        readings = {"read.code.leading_zero": text.zfill(6), "read.code.short": text.zfill(5)}
        readings["read.code.short"] += check_digit(readings["read.code.short"])
        possible = {r: a for r, c in readings.items() if (a := self._areas.get(c, self._at)) is not None}
        agreeing = {r: a for r, a in possible.items() if self._same(a, prefecture, name)}
        if len(agreeing) == 1 and prefecture + name:
            rule, area = agreeing.popitem()
            if len(text) == 4:
                rule = "read.code.leading_zero"
            accepted = self._accepted(area)
            return accepted if accepted.rule else Identity(area.code6, rule, value=text, expected=area.code6)
        expected = "、".join(sorted(a.code6 for a in possible.values())) or None
        return Identity(None, "read.code.digits", value=text, expected=expected)

    def _agreed(self, area: Area, prefecture: str, name: str) -> Identity:
        if not self._same(area, prefecture, name):
            expected = self._by_names(prefecture, name)
            return Identity(None, "read.code.name", value=f"{area.code6} {prefecture}{name}", expected=expected)
        return self._accepted(area)

    def _accepted(self, area: Area) -> Identity:
        if self._municipalities and not area.is_municipality:
            return Identity(None, "read.code.not_municipality", value=f"{area.code6} {area.name}")
        return Identity(area.code6)

    def _same(self, area: Area, prefecture: str, name: str) -> bool:
        """Return whether names, where they stand, are those of a body."""
        if (prefecture in ("", area.prefecture_name)) and (name in ("", area.name)):
            return True
        where = prefecture or area.prefecture_code
        if not name:
            return self._areas.find(area.name, where, self._at) is area
        return self._areas.find(name, where, self._at) is area

    def _by_names(self, prefecture: str, name: str) -> str | None:
        area = self._areas.find(name, prefecture, self._at) if prefecture and name else None
        return area.code6 if area else None


def _place(prefecture: str, name: str) -> tuple[str, str]:
    """Split a name that carries its prefecture (``東京都千代田区``) where no other cell does."""
    full = None if prefecture else _FULL_NAME.fullmatch(name)
    return (full[1], full[2]) if full else (prefecture, name)
