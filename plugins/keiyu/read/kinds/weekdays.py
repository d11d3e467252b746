"""Days of the week: kept as written, with their codes (Monday 1 … Sunday 7) where the text is certain.

Source of the codes: GIF (DS-437). 平日 is Monday to Friday.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from keiyu.read import fold
from keiyu.read.grid import Cell
from keiyu.read.kinds.lexicon import Lexicon, alternatives
from keiyu.read.kinds.model import Value, reported
from keiyu.read.kinds.terms import Terms, nothing
from keiyu.read.kinds.texts import composed, told
from keiyu.read.kinds.texts import tidy as trimmed
from keiyu.read.values import raw as seen

_DAYS: Final = {day: code for code, day in enumerate("月火水木金土日", 1)}
_LONGEST: Final = 200
_HOLIDAY: Final = "祝"
"""Written like a day behind days: 土日祝."""
_DAY: Final = r"([月火水木金土日])(?:曜日(?!曜)|曜)?"
_RUN: Final = re.compile(rf"(?:{_DAY})+")
_EACH: Final = re.compile(_DAY)


def weekdays(cell: Cell, terms: Terms) -> Value:
    """Read days of the week: 月;火;水, 月～土, 平日,祝日, 月曜日から金曜日まで, 月～土（祝日を除く）."""
    blank = nothing(cell, terms)
    if blank is not None:
        return blank
    text = composed(trimmed(seen(cell)))
    found = days(text, terms.lexicon)
    codes, holidays = found if found else ((), False)
    return reported(cell, text, told(text), days=codes, holidays=holidays or None)


def days(text: str, lexicon: Lexicon) -> tuple[tuple[int, ...], bool] | None:
    """Return the codes of the days a text names and whether public holidays are among them.

    Args:
        text: the text as it stands.
        lexicon: words for groups of days and for holidays.

    Returns:
        The codes in order; none where any part of the text is not understood.
    """
    if len(text) > _LONGEST:
        return None
    signs = _signs(lexicon)
    bare = signs.excepted.sub("", fold.label(text))
    codes: set[int] = set()
    holidays = False
    for part in _parts(signs.between.split(bare)):
        found = _of_part(part, signs.span, lexicon)
        if found is None and part not in lexicon.holidays:
            return None
        holidays = holidays or found is None
        codes.update(found or ())
    return (tuple(sorted(codes)), holidays) if codes else None


class _Signs(NamedTuple):
    """Patterns of what stands beside and between days."""

    excepted: re.Pattern[str]
    between: re.Pattern[str]
    span: re.Pattern[str]


@lru_cache(maxsize=4)
def _signs(lexicon: Lexicon) -> _Signs:
    return _Signs(
        re.compile(rf"\([^()]*(?:{alternatives(lexicon.days_except)})[^()]*\)$"),
        re.compile(rf"(?:[,;、；・/&+|]|{alternatives(lexicon.days_and)})+"),
        re.compile(rf"{_DAY}(?:~|-|{alternatives(lexicon.since)}){_DAY}(?:{alternatives(lexicon.until)})?"),
    )


def _parts(texts: Iterable[str]) -> Iterator[str]:
    """Yield the parts of a text; 土日祝 is two."""
    for part in texts:
        if part.endswith(_HOLIDAY) and len(part) > 1:
            yield from (part[:-1], _HOLIDAY)
        elif part:
            yield part


def _of_part(part: str, span: re.Pattern[str], lexicon: Lexicon) -> tuple[int, ...] | None:
    if part in lexicon.day_groups:
        return lexicon.day_groups[part]
    run = span.fullmatch(part)
    if run:
        first, last = _DAYS[run[1]], _DAYS[run[2]]
        return tuple((first - 1 + i) % 7 + 1 for i in range((last - first) % 7 + 1))
    letters = _EACH.findall(part) if _RUN.fullmatch(part) else []
    return tuple(_DAYS[day] for day in letters) if letters and len(set(letters)) == len(letters) else None
