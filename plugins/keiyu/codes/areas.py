"""Prefectures, municipalities and wards, each dated: 全国地方公共団体コード and 標準地域コード.

Codes follow 総務省「全国地方公共団体コード」: JIS X 0401 (prefecture, 2 digits), JIS X 0402
(municipality, 3 digits) and a check digit. Inside the tables 5 digits are used, in data 6. A code or
a name means something only on a date, so every look-up takes one. Names are compared exactly, then
through a small published alias table; ケ and ヶ, 檮 and 梼 are never treated alike by rule.
"""

import datetime as dt
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal, cast

from keiyu.codes.errors import CodeTableError, MalformedCodeError, UnknownAreaError
from keiyu.codes.succession import Succession, Successions, Trail, read_successions
from keiyu.codes.tables import lines

PREFECTURE_NAME: Final = r"(?:北海道|東京都|(?:京都|大阪)府|[^\d\s]{2,3}県)"
"""Pattern of the name of a prefecture before that of a municipality: 北海道札幌市."""

__all__ = [
    "PREFECTURE_NAME",
    "Area",
    "Areas",
    "Relative",
    "Succession",
    "check_digit",
    "is_valid6",
    "load",
    "to5",
    "to6",
]

Kind = Literal["prefecture", "designated_city", "city", "special_ward", "town", "village", "ward"]

AREA_COLUMNS = ("code", "name", "kana", "kind", "prefecture_code", "parent", "district", "valid_from", "valid_to")
DESIGNATION_COLUMNS = ("code", "designation", "valid_from", "valid_to")
ALIAS_COLUMNS = ("prefecture_code", "alias", "code", "note")
TABLES = ("areas.csv", "designations.csv", "successions.csv", "area_aliases.csv")


def check_digit(code5: str) -> str:
    """Return the check digit of a 5-digit code.

    Source: 総務省「全国地方公共団体コード仕様」(検証番号): the digits are weighted 6, 5, 4, 3, 2; the last
    digit of 11 minus the remainder of their sum by 11 is the check digit.

    Raises:
        MalformedCodeError: not five digits.
    """
    if not _digits(code5, 5):
        raise MalformedCodeError(code5, "5桁の地方公共団体コード", "a 5-digit area code")
    total = sum(weight * int(digit) for weight, digit in zip((6, 5, 4, 3, 2), code5, strict=True))
    return str((11 - total % 11) % 10)


def is_valid6(text: str) -> bool:
    """Return whether a text is six ASCII digits with the right check digit (not whether the body exists)."""
    return _digits(text, 6) and check_digit(text[:5]) == text[5]


def to6(code: str) -> str:
    """Return the 6-digit form of a 5- or 6-digit code.

    Raises:
        MalformedCodeError: neither five digits nor six with the right check digit.
    """
    return code + check_digit(code) if _digits(code, 5) else to5(code) + code[5]


def to5(code: str) -> str:
    """Return the 5-digit form of a 5- or 6-digit code.

    Raises:
        MalformedCodeError: neither five digits nor six with the right check digit.
    """
    if not _digits(code, 5) and not is_valid6(code):
        raise MalformedCodeError(code, "検証番号の正しい地方公共団体コード", "an area code with a right check digit")
    return code[:5]


@dataclass(frozen=True, slots=True)
class Area:
    """One body as it stood from one date to another.

    Attributes:
        code: 5 digits.
        code6: 6 digits, as used in data.
        name: official name; a ward's carries its city's (札幌市中央区).
        kana: reading in katakana.
        kind: what it is.
        prefecture_code: 2 digits.
        prefecture_name: e.g. 北海道.
        parent: a ward's city, 5 digits.
        valid_from: first day; the table begins on 1970-04-01.
        valid_to: first day on which this no longer holds; none while it does.
        district: 郡 of a town or village, where known.
    """

    code: str
    code6: str
    name: str
    kana: str
    kind: Kind
    prefecture_code: str
    prefecture_name: str
    parent: str | None
    valid_from: dt.date
    valid_to: dt.date | None
    district: str | None = None

    def stood(self, at: dt.date) -> bool:
        """Return whether this held on a date."""
        return self.valid_from <= at and (self.valid_to is None or at < self.valid_to)

    @property
    def is_municipality(self) -> bool:
        """Whether it is one of 市町村 and 特別区 (a designated city counts once, its wards not)."""
        return self.kind not in ("prefecture", "ward")


@dataclass(frozen=True, slots=True)
class Relative:
    """A body that another became, or was made of.

    Attributes:
        area: the body, at the date asked for.
        split: whether only part of the one went to the other.
        steps: what happened between, earliest first; empty where nothing did.
    """

    area: Area
    split: bool
    steps: tuple[Succession, ...]


@dataclass(frozen=True, slots=True)
class _Designation:
    name: str
    valid_from: dt.date
    valid_to: dt.date | None


@dataclass(frozen=True, eq=False)
class Areas:
    """The dated tables of areas; every look-up is a dictionary look-up. Get one from ``load``."""

    _by_code: dict[str, list[Area]]
    _by_name: dict[tuple[str, str], list[Area]]
    _prefectures: dict[str, str]
    _designations: dict[str, list[_Designation]]
    _aliases: dict[tuple[str, str], str]
    _successions: Successions
    _standing: dict[dt.date, tuple[Area, ...]] = field(default_factory=dict)
    _municipalities: dict[dt.date, tuple[Area, ...]] = field(default_factory=dict)

    def get(self, code: str, at: dt.date) -> Area | None:
        """Return the body with a 5- or 6-digit code on a date; none if there is none or the check digit is wrong."""
        if len(code) == 6:
            if not is_valid6(code):
                return None
            code = code[:5]
        return _only(self._by_code.get(code, ()), at)

    def last_change(self, until: dt.date) -> dt.date | None:
        """Return the last day up to a date on which any body became another: boundaries have stood since."""
        return self._successions.last(until)

    def find(self, name: str, prefecture: str, at: dt.date) -> Area | None:
        """Return the body with a name in a prefecture on a date.

        The name may carry its 郡 (石狩郡当別町) or its prefecture (北海道札幌市), and stray spaces; otherwise
        it must be exactly the official name or a row of ``area_aliases.csv``.

        Args:
            name: as written in a file.
            prefecture: name (東京都 or 東京) or code (2, 5 or 6 digits); a name alone is never a key.
            at: the date.

        Returns:
            The body; none where there is none or where several bear that name.
        """
        code = self._prefectures.get(prefecture) or self._prefectures.get(_tidy(prefecture))
        if code is None:
            return None
        found = self._named(name, code, at)
        if found is None:
            tidy = _tidy(name)
            bare = tidy.removeprefix(self._by_code[f"{code}000"][0].name)
            found = self._named(tidy, code, at) or self._named(bare, code, at)
        return found

    def _named(self, name: str, prefecture_code: str, at: dt.date) -> Area | None:
        found = _only(self._by_name.get((prefecture_code, name), ()), at)
        if found is None and (code := self._aliases.get((prefecture_code, name))):
            found = self.get(code, at)
        return found

    def ever(self) -> Iterator[Area]:
        """Yield every body as it stood at any time, in code order."""
        return (area for rows in self._by_code.values() for area in rows)

    def prefectures(self, at: dt.date) -> tuple[Area, ...]:
        """Return the prefectures on a date, in code order."""
        return tuple(a for a in self._on(at) if a.kind == "prefecture")

    def municipalities(self, at: dt.date) -> tuple[Area, ...]:
        """Return 市町村 and 特別区 on a date, in code order; 1,741 on 2025-04-01."""
        if at not in self._municipalities:
            self._municipalities[at] = tuple(a for a in self._on(at) if a.is_municipality)
        return self._municipalities[at]

    def wards(self, city: str, at: dt.date) -> tuple[Area, ...]:
        """Return the wards of a designated city (5 or 6 digits) on a date, in code order."""
        return tuple(a for a in self._on(at) if a.parent == city[:5])

    def _on(self, at: dt.date) -> tuple[Area, ...]:
        if at not in self._standing:
            self._standing[at] = tuple(a for rows in self._by_code.values() for a in rows if a.stood(at))
        return self._standing[at]

    def designation(self, code: str, at: dt.date) -> str | None:
        """Return ``designated_city`` or ``core_city`` where a city is one on a date.

        Source: 地方自治法第252条の19第1項, 第252条の22第1項 and the orders (政令) under them.
        """
        for row in self._designations.get(code[:5], ()):
            if row.valid_from <= at and (row.valid_to is None or at < row.valid_to):
                return row.name
        return None

    def reporting_body(self, code: str, at: dt.date, direct: Sequence[str]) -> str:
        """Return the body that reports to the ministry for a municipality.

        Args:
            code: 5 or 6 digits; a ward stands for its city.
            at: the reference date.
            direct: designations that report themselves, e.g. ``("designated_city", "core_city")``.

        Returns:
            A 6-digit code: its own where its designation is in ``direct``, otherwise its prefecture's.

        Raises:
            UnknownAreaError: there is no such body on that date.
        """
        area = self.get(code, at)
        if area is None:
            raise UnknownAreaError(code, at.isoformat())
        own = area.parent or area.code
        return to6(own if self.designation(own, at) in direct else f"{area.prefecture_code}000")

    def successors(self, code: str, since: dt.date, until: dt.date) -> tuple[Relative, ...]:
        """Return what the body with a code at ``since`` has become at ``until``, in code order.

        More than one body, or ``split``, means that its figures cannot be carried over whole.
        Empty where there was no such body.
        """
        area = self.get(code, since)
        return self._relatives(self._successions.forward(area.code, since, until), until) if area else ()

    def predecessors(self, code: str, since: dt.date, until: dt.date) -> tuple[Relative, ...]:
        """Return what the body with a code at ``until`` was made of at ``since``, in code order.

        ``split`` marks a body of which only part went into it. Empty where there is no such body.
        """
        area = self.get(code, until)
        if area is None:
            return ()
        return self._relatives(self._successions.backward(area.code, since, until, self._stood), since)

    def _stood(self, code: str, at: dt.date) -> bool:
        return _only(self._by_code.get(code, ()), at) is not None

    def _relatives(self, trails: Sequence[Trail], at: dt.date) -> tuple[Relative, ...]:
        pairs = ((self.get(t.code, at), t) for t in trails)
        return tuple(Relative(area, t.split, t.steps) for area, t in pairs if area)


def load(schemas: Path) -> Areas:
    """Return the areas of a ``schemas/`` folder; read once while its tables do not change.

    Args:
        schemas: the folder that holds ``codes/``.

    Raises:
        CodeTableError: a row of a table cannot be used.
    """
    folder = schemas / "codes"
    return _load(folder, tuple((folder / name).stat().st_mtime_ns for name in TABLES))


@lru_cache(maxsize=4)
def _load(folder: Path, _stamps: tuple[int, ...]) -> Areas:
    by_code = _read_areas(folder / "areas.csv")
    by_name: dict[tuple[str, str], list[Area]] = defaultdict(list)
    prefectures: dict[str, str] = {}
    for rows in by_code.values():
        for area in rows:
            by_name[area.prefecture_code, area.name].append(area)
            if area.district:
                by_name[area.prefecture_code, area.district + area.name].append(area)
            if area.kind == "prefecture":
                short = area.name if area.name == "北海道" else area.name[:-1]
                names = (area.name, short, area.prefecture_code, area.code, area.code6)
                prefectures.update(dict.fromkeys(names, area.prefecture_code))
    designations: dict[str, list[_Designation]] = defaultdict(list)
    for line in lines(folder / "designations.csv", DESIGNATION_COLUMNS):
        designations[line.cells[0]].append(_Designation(line.cells[1], line.date(2), line.open_date(3)))
    aliases: dict[tuple[str, str], str] = {}
    for line in lines(folder / "area_aliases.csv", ALIAS_COLUMNS):
        prefecture, alias, code, _ = line.cells
        districts = {area.district or "" for area in by_code.get(code, ())}
        aliases.update({(prefecture, district + alias): code for district in ("", *districts)})
    successions = read_successions(folder / "successions.csv")
    return Areas(by_code, dict(by_name), prefectures, dict(designations), aliases, successions)


def _read_areas(path: Path) -> dict[str, list[Area]]:
    rows = list(lines(path, AREA_COLUMNS))
    prefectures = {line.cells[4]: line.cells[1] for line in rows if line.cells[3] == "prefecture"}
    by_code: dict[str, list[Area]] = defaultdict(list)
    for line in sorted(rows, key=lambda x: (x.cells[0], x.cells[7])):
        code, name, kana, kind, prefecture, parent, district, _, _ = line.cells
        if prefecture not in prefectures or not _digits(code, 5):
            raise CodeTableError(str(path), line.number, f"{code!r} has no prefecture {prefecture!r}")
        by_code[code].append(
            Area(
                code=code,
                code6=code + check_digit(code),
                name=name,
                kana=kana,
                kind=cast("Kind", kind),
                prefecture_code=prefecture,
                prefecture_name=prefectures[prefecture],
                parent=parent or None,
                valid_from=line.date(7),
                valid_to=line.open_date(8),
                district=district or None,
            )
        )
    return dict(by_code)


def _only(rows: Sequence[Area], at: dt.date) -> Area | None:
    """Return the one row that holds on a date; none if there is none or more than one (never guess)."""
    found = rows if len(rows) == 1 and rows[0].stood(at) else [a for a in rows if a.stood(at)]
    return found[0] if len(found) == 1 else None


def _digits(text: str, width: int) -> bool:
    return len(text) == width and text.isascii() and text.isdigit()


def _tidy(text: str) -> str:
    """Remove spaces, which no official name has, and compose code points (NFC keeps every variant kanji)."""
    return "".join(unicodedata.normalize("NFC", text).split())
