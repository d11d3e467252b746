"""What a single cell looks like: the traits by which a column is told from its values.

A trait is a look, not a reading: ``0422`` may look like several things. Words and ranges come from
``schemas/kinds.yaml`` and the code lists; forms are those of the kinds.
"""

import csv
import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

from keiyu.codes import corporate
from keiyu.codes.areas import is_valid6
from keiyu.codes.eras import find_month, read_date
from keiyu.contract import codelists
from keiyu.read import fold, words
from keiyu.read.grid import Cell
from keiyu.read.kinds import ages, lexicon, times, weekdays
from keiyu.read.kinds.lexicon import Lexicon
from keiyu.read.kinds.names import has_legal_form
from keiyu.read.values import raw as seen

LIST: Final = "list:"
"""Before the name of a code list: the trait of a cell that is one of its labels."""

_LONG: Final = 30
_LOOKED_AT: Final = 1_000
"""Characters of a cell that are looked at."""
_MARK: Final = 3
"""Most characters of a mark for the text above: 〃, 同 上."""
_MEMORY: Final = 65_536
_SMALL: Final = 1_000
_WHOLE: Final = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+|[+-]?\d{1,15}", re.ASCII)
_DECIMAL: Final = re.compile(r"[+-]?\d{1,3}\.\d{1,20}", re.ASCII)
_PLACES: Final = re.compile(r"\.\d{4}", re.ASCII)
_SEXAGESIMAL: Final = re.compile(r"(?:北緯|東経)?\d{1,3}[°度]\d{1,2}['′’分][\d.]*[\"″”秒]?", re.ASCII)
_COUNTED: Final = re.compile(r"\d{1,7}(?:,\d{3})* ?[^\d\s.,:/-]{1,2}", re.ASCII)
_FIGURES: Final = re.compile(r"\d+ ?[人名]")
_POSTAL: Final = re.compile(r"〒? ?\d{3}-\d{4}", re.ASCII)
_FULL_PHONE: Final = re.compile(r"\(?0\d{1,4}[-() ]{1,2}\d{1,4}[-) ]{1,2}\d{4}|0\d{9,10}", re.ASCII)
_LOCAL_PHONE: Final = re.compile(r"[1-9]\d{1,3}-\d{4}", re.ASCII)
_FORMS: Final = (
    (_POSTAL, "postal_code"),
    (_LOCAL_PHONE, "phone_local"),
    (_FULL_PHONE, "phone"),
    (_SEXAGESIMAL, "sexagesimal"),
)
_DATE: Final = re.compile(r"\d{8}|.*(?:[年/.-]|^[RHSTM]\d).*\d.*", re.ASCII | re.DOTALL)
_CLOCK: Final = re.compile(r"\d ?(?::|時)", re.ASCII)
_LINK: Final = re.compile(r"https?:/|www\.|[\w.-]+\.(?:jp|com|net|org|info)(?:/|$)", re.IGNORECASE | re.ASCII)
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_KANA: Final = re.compile(r"[\u3041-\u3096\u30a1-\u30fc\uff66-\uff9f\s・･ー\-()（）]+")
_KANA_MIXED: Final = re.compile(r"[\u30a1-\u30fc\uff66-\uff9f\s・･\w\-()（）.&]+")
_KATAKANA: Final = re.compile(r"[\u30a1-\u30fc\uff66-\uff9f]")
_KANJI: Final = re.compile(r"[\u4e00-\u9fff\u3005]")
_LETTER: Final = re.compile(r"[^\W\d_]")
_IDENTIFIER: Final = re.compile(r"[A-Za-z]{0,4}-?\d{1,14}", re.ASCII)
_NUMBERED: Final = re.compile(r"[^\W\d_]\D{0,3}\d+(?:-\d+)+", re.ASCII)
_PLACED: Final = re.compile(r"[都道府県市区町村郡字条].*\d|\d丁目|番地")


class Looker:
    """Tells the traits of cells; equal cells are looked at once."""

    def __init__(self, schemas: Path) -> None:
        """Load the words.

        Args:
            schemas: the ``schemas/`` folder.
        """
        self.lexicon: Lexicon = lexicon.load(schemas)
        self._flags = words.load(schemas).booleans
        self._repeats = words.load(schemas).repeats
        self._lists = _lists(schemas)
        self._known: dict[tuple[type, Cell], frozenset[str]] = {}

    def repeats(self, cell: Cell) -> bool:
        """Return whether a cell is a mark for the text above: 〃, 同上."""
        return isinstance(cell, str) and len(cell) <= _MARK and fold.label(cell) in self._repeats

    def traits(self, cell: Cell) -> frozenset[str]:
        """Return the traits of one cell that is not blank."""
        key = (type(cell), cell)
        known = self._known.get(key)
        if known is None:
            known = frozenset(self._look(cell))
            if len(self._known) < _MEMORY:
                self._known[key] = known
        return known

    def _look(self, cell: Cell) -> Iterator[str]:
        if isinstance(cell, bool):
            yield "flag"
        elif isinstance(cell, dt.time | dt.timedelta):
            yield "time"
        elif isinstance(cell, dt.date):
            yield "date"
        else:
            text = fold.value(seen(cell)[:_LOOKED_AT])
            yield from self._of_digits(text)
            if _LETTER.search(text) or not text[:1].isdigit():
                yield from self._of_words(text, fold.label(text))
            elif fold.label(text) in self._flags:
                yield "flag"

    def _of_digits(self, text: str) -> Iterator[str]:
        """Tell what digits and signs look like."""
        if _WHOLE.fullmatch(text.removesuffix(".0")):
            yield from _of_whole(text.removesuffix(".0").replace(",", ""))
        elif _DECIMAL.fullmatch(text):
            yield from self._of_decimal(text)
        elif _COUNTED.fullmatch(text):
            yield "count_with_unit"
        elif len(_FIGURES.findall(text)) > 1:
            yield "several_counts"
        yield from (trait for form, trait in _FORMS if form.fullmatch(text))
        if _CLOCK.search(text):
            yield from self._of_clock(text)
        if _DATE.fullmatch(text) and read_date(text[:60]):
            yield "date"
        elif ("月" in text or "年" in text) and len(text) <= _LONG and find_month(text):
            yield "month"

    def _of_decimal(self, text: str) -> Iterator[str]:
        yield "number"
        if _PLACES.search(text):
            degrees = float(text)
            for trait, (low, high) in (("latitude", self.lexicon.latitudes), ("longitude", self.lexicon.longitudes)):
                if low <= degrees <= high:
                    yield trait

    def _of_clock(self, text: str) -> Iterator[str]:
        hours = times.hours(text, self.lexicon)
        if hours is None:
            yield "time_text"
        else:
            yield "time" if hours.single else "time_range"

    def _of_words(self, text: str, label: str) -> Iterator[str]:
        """Tell what words look like."""
        if label in self._flags:
            yield "flag"
        yield from (LIST + name for name in self._lists.get(label, ()))
        if label in self.lexicon.prefectures:
            yield "prefecture"
        if label in self.lexicon.municipalities:
            yield "municipality"
        if ages.canonical_age(text, self.lexicon) or label in self.lexicon.age_names:
            yield "age"
        elif any(ages.ends(text, self.lexicon)):
            yield "ages"
        if len(text) <= _LONG and weekdays.days(text, self.lexicon):
            yield "weekdays"
        yield from self._of_forms(text, label)

    def _of_forms(self, text: str, label: str) -> Iterator[str]:
        tests: tuple[tuple[str, Callable[[], object]], ...] = (
            ("url", lambda: _LINK.match(text)),
            ("email", lambda: _EMAIL.fullmatch(text)),
            ("kana", lambda: _is_kana(text)),
            ("facility_name", lambda: label.rstrip(")]").endswith(self.lexicon.facilities)),
            ("legal_form", lambda: has_legal_form(text, self.lexicon)),
            ("address", lambda: _NUMBERED.search(text) or _PLACED.search(text)),
            ("identifier", lambda: _IDENTIFIER.fullmatch(text)),
            ("long_text", lambda: len(text) >= _LONG),
        )
        yield from (trait for trait, test in tests if test())


def _of_whole(digits: str) -> Iterator[str]:
    bare = digits.lstrip("+-")
    yield "count_small" if int(bare) < _SMALL and (bare == "0" or bare[0] != "0") else "count_large"
    if bare in ("0", "1"):
        yield "flag"
    if int(bare) <= 6 and len(bare) == 1:
        yield "age_bare"
    if digits == bare:
        yield from _of_code(digits)


def _of_code(digits: str) -> Iterator[str]:
    """Tell what a row of digits of some length looks like."""
    if len(digits) == 6 and is_valid6(digits) and "01" <= digits[:2] <= "47":
        yield "area_code"
    elif len(digits) == 5 and "01" <= digits[:2] <= "47":
        yield "area_code_short"
    elif len(digits) == 7:
        yield "postal_code"
    elif len(digits) == 13:
        yield "digits13"
        if corporate.is_valid(digits):
            yield "corporate_number"


def _is_kana(text: str) -> bool:
    """Return whether a text is a reading: kana, or mostly katakana without any kanji."""
    if _KANA.fullmatch(text):
        return True
    return (
        not _KANJI.search(text)
        and _KANA_MIXED.fullmatch(text) is not None
        and len(_KATAKANA.findall(text)) * 2 > len(text)
    )


def _lists(schemas: Path) -> Mapping[str, tuple[str, ...]]:
    """Return folded label → names of the code lists that have it."""
    found: dict[str, dict[str, None]] = {}
    for path in sorted((schemas / "codes").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            listed = tuple(next(csv.reader(file), ()))[: len(codelists.COLUMNS)] == codelists.COLUMNS
        for code in codelists.load(path.stem, schemas) if listed else ():
            for text in (code.label_ja, *code.synonyms):
                found.setdefault(fold.label(text), {})[path.stem] = None
    return {label: tuple(names) for label, names in found.items()}


@lru_cache(maxsize=4)
def looker(schemas: Path) -> Looker:
    """Return the looker of a ``schemas/`` folder."""
    return Looker(schemas)
