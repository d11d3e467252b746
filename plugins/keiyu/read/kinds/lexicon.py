"""The words by which values of each kind are known, from ``schemas/kinds.yaml``, and the names of places."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from keiyu.codes.areas import AREA_COLUMNS
from keiyu.codes.tables import lines
from keiyu.contract.source import read_yaml
from keiyu.read import fold


@dataclass(frozen=True, eq=False)
class Lexicon:
    """Folded words.

    Attributes:
        designated: text → whether a shelter is designated.
        since: texts behind the beginning of a range.
        until: texts behind the end of one.
        age_since: texts behind a youngest age.
        age_until: texts behind an oldest age.
        age_units: counter of an age → unit of the canonical form.
        age_before: what may stand before an age's number.
        age_names: ages that have a name and no number.
        day_groups: text → days of the week, Monday 1.
        days_except: texts in brackets beside days that are not meant.
        days_and: texts between days.
        holidays: texts for public holidays.
        ordinary: texts before hours that hold on ordinary days.
        other: texts after hours, of other days or other children.
        times_about: texts behind a time that is not the certain and only one.
        figures_about: texts before or behind a figure that is only about right.
        figures_other: texts in a remark that make the figure another's.
        postal_labels: texts before a postal code.
        phone_labels: texts before a phone number.
        extensions: texts before an extension.
        founded: texts behind the name of the public body that founded a facility.
        public_forms: legal forms of public bodies.
        private_forms: legal forms of private bodies.
        short_forms: short legal forms, as they stand in brackets.
        facilities: endings and words of facilities' names.
        address_marks: kinds of signs of an address.
        latitudes: the range in which Japan lies.
        longitudes: the range in which Japan lies.
        schemas: the folder that all of this comes from.
    """

    designated: Mapping[str, bool]
    since: tuple[str, ...]
    until: tuple[str, ...]
    age_since: tuple[str, ...]
    age_until: tuple[str, ...]
    age_units: Mapping[str, str]
    age_before: tuple[str, ...]
    age_names: frozenset[str]
    day_groups: Mapping[str, tuple[int, ...]]
    days_except: tuple[str, ...]
    days_and: tuple[str, ...]
    holidays: frozenset[str]
    ordinary: frozenset[str]
    other: tuple[str, ...]
    times_about: tuple[str, ...]
    figures_about: tuple[str, ...]
    figures_other: tuple[str, ...]
    postal_labels: tuple[str, ...]
    phone_labels: tuple[str, ...]
    extensions: tuple[str, ...]
    founded: tuple[str, ...]
    public_forms: tuple[str, ...]
    private_forms: tuple[str, ...]
    short_forms: tuple[str, ...]
    facilities: tuple[str, ...]
    address_marks: tuple[str, ...]
    latitudes: tuple[float, float]
    longitudes: tuple[float, float]
    schemas: Path

    @cached_property
    def about(self) -> re.Pattern[str]:
        """What says before or behind a figure that it is only about right."""
        words = alternatives(self.figures_about)
        return re.compile(rf"^(?:{words}) ?| ?(?:{words})$")

    @cached_property
    def phone_label(self) -> re.Pattern[str]:
        """What may stand before or after a phone number."""
        return re.compile(alternatives(self.phone_labels), re.IGNORECASE)

    @cached_property
    def extension(self) -> re.Pattern[str]:
        """An extension, its number as group 1."""
        words = alternatives(self.extensions)
        return re.compile(rf"[(\[]? ?(?:{words})[ :.-]*(\d{{1,6}})[)\]]?", re.IGNORECASE | re.ASCII)

    @cached_property
    def prefectures(self) -> frozenset[str]:
        """Folded names of prefectures, with and without 都, 府, 県."""
        names = {name for name, kind in self._places if kind == "prefecture"}
        return frozenset(map(fold.label, names | {n[:-1] for n in names if n != "北海道"}))

    @cached_property
    def municipalities(self) -> frozenset[str]:
        """Folded names of municipalities and wards of any time."""
        names = {name for name, kind in self._places if kind != "prefecture"}
        bare = {ward[len(city) :] for ward in names if (city := _city_of(ward))}
        return frozenset(map(fold.label, names | bare))

    @cached_property
    def _places(self) -> frozenset[tuple[str, str]]:
        name, kind = AREA_COLUMNS.index("name"), AREA_COLUMNS.index("kind")
        rows = lines(self.schemas / "codes" / "areas.csv", AREA_COLUMNS)
        return frozenset((row.cells[name], row.cells[kind]) for row in rows)


_CITY = re.compile(r".+?市(?=.+区$)")


def _city_of(ward: str) -> str | None:
    match = _CITY.match(ward)
    return match[0] if match else None


def _longest_first(words: Iterable[str]) -> tuple[str, ...]:
    """Order words so that 公益社団法人 is met before 社団法人."""
    return tuple(sorted(set(words), key=lambda word: (-len(word), word)))


def _folded(words: Iterable[str]) -> tuple[str, ...]:
    return _longest_first(map(fold.label, words))


def alternatives(words: Iterable[str]) -> str:
    """Return words as the inside of a group of a pattern."""
    return "|".join(map(re.escape, words))


@cache
def load(schemas: Path) -> Lexicon:
    """Load the words.

    Args:
        schemas: the ``schemas/`` folder.

    Raises:
        ContractError: the file is missing or breaks its JSON Schema.
    """
    raw: Mapping[str, Any] = read_yaml(schemas / "kinds.yaml", schemas / "schema" / "kinds.json")
    ages, days, times, forms = raw["ages"], raw["weekdays"], raw["times"], raw["legal_forms"]
    since, until = raw["ranges"]["since"], raw["ranges"]["until"]
    return Lexicon(
        designated={
            fold.label(w): said for key, said in (("yes", True), ("no", False)) for w in raw["designated"][key]
        },
        since=_longest_first(since),
        until=_longest_first(until),
        age_since=_folded([*since, *ages["since"]]),
        age_until=_folded([*until, *ages["until"]]),
        age_units={fold.label(word): unit for unit, words in ages["units"].items() for word in words},
        age_before=_folded(ages["before"]),
        age_names=frozenset(map(fold.label, ages["named"])),
        day_groups={fold.label(word): tuple(codes) for word, codes in days["groups"].items()},
        days_except=_folded(days["except"]),
        days_and=_folded(days["and"]),
        holidays=frozenset(map(fold.label, days["holidays"])),
        ordinary=frozenset(map(fold.label, times["ordinary"])),
        other=_folded(times["other"]),
        times_about=_longest_first(times["about"]),
        figures_about=_longest_first(map(fold.value, raw["figures"]["about"])),
        figures_other=_longest_first(map(fold.value, raw["figures"]["other"])),
        postal_labels=_longest_first(raw["postal"]["labels"]),
        phone_labels=_longest_first(map(fold.value, raw["phone"]["labels"])),
        extensions=_longest_first(map(fold.value, raw["phone"]["extensions"])),
        founded=_folded(forms["founded"]),
        public_forms=_folded(forms["public"]),
        private_forms=_folded(forms["private"]),
        short_forms=_folded(forms["short"]),
        facilities=_folded(raw["facilities"]),
        address_marks=_folded(raw["addresses"]["marks"]),
        latitudes=_range(raw["coordinates"]["latitude"]),
        longitudes=_range(raw["coordinates"]["longitude"]),
        schemas=schemas,
    )


def _range(ends: Sequence[float]) -> tuple[float, float]:
    low, high = ends
    return low, high
