"""Dates as people in Japanese offices write them, both ways.

Only what can be read with certainty is read: an era or a four-digit year must be there (``6.4.1`` and
``24/4/1`` are refused), the day must exist, and a weekday or a second year beside it must agree.

Two readings are kept apart. ``parse_date`` reads a cell that is a date; ``find_date`` and ``find_month``
look for the reference date inside a title, sheet name or file name.
"""

import calendar
import datetime as dt
import math
import numbers
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["EraDate", "find_date", "find_month", "parse_date", "read_date", "to_wareki"]


@dataclass(frozen=True, slots=True)
class Era:
    """An era (元号).

    Attributes:
        name: e.g. 令和.
        letter: its initial on forms.
        first: its first day.
        last: its last day; none while it lasts. Until 昭和 the day of change belongs to both eras.
    """

    name: str
    letter: str
    first: dt.date
    last: dt.date | None


ERAS = (
    Era("令和", "R", dt.date(2019, 5, 1), None),
    Era("平成", "H", dt.date(1989, 1, 8), dt.date(2019, 4, 30)),
    Era("昭和", "S", dt.date(1926, 12, 25), dt.date(1989, 1, 7)),
    Era("大正", "T", dt.date(1912, 7, 30), dt.date(1926, 12, 25)),
    Era("明治", "M", dt.date(1873, 1, 1), dt.date(1912, 7, 30)),
)
"""Eras, latest first.

Sources: 令和 — 元号を改める政令（平成31年政令第143号）; 平成 — 元号を改める政令（昭和64年政令第1号）, both under
元号法（昭和54年法律第43号）; 昭和 — 大正15年12月25日の改元の詔書; 大正 — 明治45年7月30日の改元の詔書; 明治 — read only
from 明治6年1月1日, when the solar calendar began（明治5年太政官布告第337号）: earlier days are of another calendar.
"""

_MEIJI_FIRST_YEAR = 1868
_OVERRUN_YEARS = 10
_YEARS = range(1873, 2101)
_SURVEYED = range(1950, 2101)
_SERIALS = range(18264, 73416)
_SERIAL_EPOCH = dt.date(1899, 12, 30)
_BY_MARK = {mark: era for era in ERAS for mark in (era.name, era.name[0], era.letter)}


@dataclass(frozen=True, slots=True)
class EraDate:
    """A date that was read.

    Attributes:
        date: the day.
        exact: whether the day exists as written. 平成31年5月1日 is read as 2019-05-01 but is not
            exact: forms printed before a change of era go on using the old one, and the government
            took such papers as valid.
    """

    date: dt.date
    exact: bool


_KANJI = dict(zip("〇一二三四五六七八九", range(10), strict=True)) | {
    "○": 0, "◯": 0, "零": 0, "壱": 1, "弐": 2, "参": 3,
}  # fmt: skip
_DIGITS = "".join(_KANJI)
_NUMBER = rf"(?:\d{{1,2}}|[{_DIGITS}十拾]{{1,3}})"
_POINT = r"[./\-‐‑–−・]"


def _year(n: int) -> str:
    era = rf"(?P<era{n}>{'|'.join(e.name for e in ERAS)}|[令平昭大明]|(?<![A-Za-z])[RHSTMrhstm])"
    number = rf"(?P<number{n}>元|{_NUMBER})"
    return rf"(?:{era}\s*{number}|(?<!\d)(?P<western{n}>\d{{4}}|[{_DIGITS}]{{4}}))"


_YEAR_END = rf"\s*(?:年?\s*\(\s*{_year(2)}\s*年?\s*\)\s*年?|年|{_POINT})"
_WRITTEN_MONTH = rf"{_year(1)}{_YEAR_END}\s*(?P<month>{_NUMBER})"
_ROUND = rf"(?![\d{_DIGITS}十拾]*\s*[次回期号])"
"""What follows no day: 4月2次 is the second round of April."""
_YEARS_ON = rf"(?!(?:\s*{_POINT}\s*\d{{1,2}})?\s*年)"
"""What follows no month and no day: 令和8・9年度 are two years."""
_WRITTEN = (
    rf"{_WRITTEN_MONTH}\s*(?:(?:月|{_POINT})\s*(?P<day>{_NUMBER})(?!\d){_YEARS_ON}{_ROUND}\s*日?|月(?P<end>末)日?)"
)
_COMPACT = (
    r"(?:(?<!\d)(?P<year8>\d{4})|(?<![A-Za-z])(?P<era6>[RHSTMrhstm])(?P<year6>\d{2}))(?P<mm>\d{2})(?P<dd>\d{2})(?!\d)"
)
_WEEKDAY = r"(?:\s*\(?(?P<weekday>[月火水木金土日])(?:曜日?)?\)?)?"
_CLOCK = r"\d{1,2}時(?:\s*\d{1,2}分|半)?"
_TIME = rf"(?:[T\s]*(?:午前|午後)?\s*\d{{1,2}}(?::\d{{2}}){{1,2}}(?:\.\d+)?|\s*(?:午前|午後)?\s*{_CLOCK}|\s*正午)?"

_DATE = re.compile(rf"{_WRITTEN}|{_COMPACT}")
_CELL = re.compile(rf"[(\[【〔]*\s*(?:{_WRITTEN}|{_COMPACT}){_WEEKDAY}{_TIME}\s*(?:現在|時点|付け?)?\s*[)\]】〕]*")
_MONTH = re.compile(rf"{_WRITTEN_MONTH}(?!\d){_YEARS_ON}\s*月?|(?<!\d)(?P<year8>\d{{4}})(?P<mm>0[1-9]|1[0-2])(?!\d)")
_AFTER = rf"(?:\s*\(?[月火水木金土日](?:曜日?)?\)?)?{_TIME}\s*"
_AS_OF = re.compile(rf"{_AFTER}(?:現在|時点)")
_OTHER = re.compile(rf"{_AFTER}(?:公表|公開|発表|更新|作成|付|改正|改訂|訂正|提出|施行)")
_RANGE = re.compile(rf"{_AFTER}(?:から|以降|以後|まで|以前|[~〜])")


def read_date(value: object) -> EraDate | None:
    """Read a cell that is a date.

    Args:
        value: a text (和暦 or 西暦, full or half width, kanji numerals, ``20240401``, with 現在/時点, a
            weekday or a time after it), a date, or a number: a serial date of the 1900 system between
            1950 and 2100, or ``20240401``.

    Returns:
        The day and whether it exists as written; none if it is not certainly one day.
    """
    if isinstance(value, dt.date):
        return _from_date(value)
    if isinstance(value, bool):
        return None
    if isinstance(value, numbers.Real):
        return _from_number(float(value))
    if not isinstance(value, str):
        return None
    return _from_text(value)


def parse_date(value: object) -> dt.date | None:
    """Read a cell that is a date; ``read_date`` without its reservation.

    Args:
        value: see ``read_date``.

    Returns:
        The day; none if it is not certainly one day.
    """
    found = read_date(value)
    return found.date if found else None


@lru_cache(maxsize=4_096)
def find_date(text: str) -> dt.date | None:
    """Find the reference date in a title, sheet name or file name.

    A date followed by 現在 or 時点 wins; one followed by 公表, 更新, 作成 and the like is passed over; a
    period (から, まで, ～) has no reference date.

    Args:
        text: e.g. ``（参考）定員・申込者の状況（令和７年４月１日）`` or ``capacity_20250401.xlsx``.

    Returns:
        The day; none if there is none, or more than one and nothing to tell which.
    """
    folded = _folded(text)
    found = [(m.end(), day.date) for m in _DATE.finditer(folded) if (day := _day(m)) and day.date.year in _SURVEYED]
    marked = {date for end, date in found if _AS_OF.match(folded, end)}
    if not marked and any(_RANGE.match(folded, end) for end, _ in found):
        return None
    days = marked or {date for end, date in found if not _OTHER.match(folded, end)}
    return days.pop() if len(days) == 1 else None


@lru_cache(maxsize=4_096)
def find_month(text: str) -> dt.date | None:
    """Find the month a title, sheet name or file name is about.

    Args:
        text: e.g. ``令和６年４月分``, ``R6.4``, ``2024年4月`` or ``202404``.

    Returns:
        The first day of the month; none if there is none, or more than one. A whole date counts as its month.
    """
    day = find_date(text)
    rest = _DATE.sub(" ", _folded(text))
    months = {month.date for m in _MONTH.finditer(rest) if (month := _month(m)) and month.date.year in _SURVEYED}
    if day:
        months.add(day.replace(day=1))
    return months.pop() if len(months) == 1 else None


def to_wareki(date: dt.date) -> str:
    """Write a day as official documents do: 令和７年４月１日, full-width digits, the first year 元年.

    Args:
        date: any day; before 1873 the western year is written, as no era year would be true.
    """
    era = next((e for e in ERAS if e.first <= date), None)
    if era is None:
        return _wide(f"{date.year}年{date.month}月{date.day}日")
    number = date.year - _first_year(era) + 1
    return era.name + _wide(f"{'元' if number == 1 else number}年{date.month}月{date.day}日")


def _folded(text: str) -> str:
    """Fold widths and square characters (㍻, ㋿, ㈪); runs of space become one, which keeps matching linear."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def _wide(text: str) -> str:
    return text.translate({ord(d): ord(d) - ord("0") + ord("０") for d in "0123456789"})


def _first_year(era: Era) -> int:
    return _MEIJI_FIRST_YEAR if era.name == "明治" else era.first.year


def _from_date(value: dt.date) -> EraDate | None:
    if value != value:  # pandas' NaT is a datetime that equals nothing
        return None
    return EraDate(value.date() if isinstance(value, dt.datetime) else value, exact=True)


@lru_cache(maxsize=4096)
def _from_text(value: str) -> EraDate | None:
    text = _folded(value)
    match = _CELL.fullmatch(text)
    if match is None:
        return _from_number(float(text)) if re.fullmatch(r"\d{5}(\.\d+)?", text) else None
    found = _day(match)
    weekday = match["weekday"]
    if found and weekday and "月火水木金土日"[found.date.weekday()] != weekday:
        return None
    return found


def _from_number(number: float) -> EraDate | None:
    if not math.isfinite(number):
        return None
    whole = int(number)
    if whole in _SERIALS:
        return EraDate(_SERIAL_EPOCH + dt.timedelta(days=whole), exact=True)
    if number == whole and whole // 10000 in _YEARS:
        return _checked((), whole // 10000, whole // 100 % 100, whole % 100)
    return None


def _day(match: re.Match[str]) -> EraDate | None:
    """Read a match of a whole day."""
    part = match.groupdict()
    if part["mm"]:
        era = _BY_MARK[part["era6"].upper()] if part["era6"] else None
        year = _western(era, int(part["year6"])) if era else int(part["year8"])
        return _checked((era,) if era else (), year, int(part["mm"]), int(part["dd"]))
    years, month = _years(part), _number(part["month"])
    if years is None or month is None:
        return None
    eras, year = years
    if part["end"]:
        return _checked(eras, year, month, calendar.monthrange(year, month)[1] if 1 <= month <= 12 else None)
    return _checked(eras, year, month, _number(part["day"]))


def _month(match: re.Match[str]) -> EraDate | None:
    """Read a match of a month as its first day."""
    part = match.groupdict()
    if part["mm"]:
        return _checked((), int(part["year8"]), int(part["mm"]), 1)
    years = _years(part)
    return _checked(*years, _number(part["month"]), 1) if years else None


def _years(part: dict[str, str | None]) -> tuple[tuple[Era, ...], int] | None:
    """Return the eras named and the western year; none where two years beside each other differ."""
    eras: list[Era] = []
    years: set[int | None] = set()
    for n in ("1", "2"):
        if western := part[f"western{n}"]:
            years.add(_number(western))
        elif mark := part[f"era{n}"]:
            era = _BY_MARK[mark.upper()]
            number = _number(part[f"number{n}"])
            years.add(_western(era, number) if number else None)
            eras.append(era)
    year = years.pop()
    return (tuple(eras), year) if year is not None and year in _YEARS and not years else None


def _checked(eras: Sequence[Era], year: int, month: int | None, day: int | None) -> EraDate | None:
    """Return the day if the calendar has it and an era that was named covers or nearly covers it."""
    if month is None or day is None or year not in _YEARS:
        return None
    try:
        date = dt.date(year, month, day)
    except ValueError:
        return None
    if not eras or any(e.first <= date and (e.last is None or date <= e.last) for e in eras):
        return EraDate(date, exact=True)
    if any(e.last is None or date.year <= e.last.year + _OVERRUN_YEARS for e in eras):
        return EraDate(date, exact=False)
    return None


def _western(era: Era, number: int) -> int:
    return _first_year(era) + number - 1


def _number(text: str | None) -> int | None:
    """Read digits or kanji numerals: 元, 6, 二十五, 二五, 〇六."""
    if not text:
        return None
    if text == "元":
        return 1
    if text.isascii():
        return int(text)
    tens, ten, ones = text.replace("拾", "十").partition("十")
    if not ten:
        return int("".join(str(_KANJI[c]) for c in tens))
    if len(tens) > 1 or len(ones) > 1 or "十" in ones:
        return None
    return 10 * (_KANJI[tens] if tens else 1) + (_KANJI[ones] if ones else 0)
