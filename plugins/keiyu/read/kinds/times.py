"""Times of day as ``HH:MM``, and ranges of them.

Hours run past 24 where a facility closes after midnight and the file says so (翌3:00 and 27:00 are one time),
a convention of business; 4:00 alone stays 04:00. A range in one
cell is the value and ``until``; what stands behind it is ``remark``, for the note on hours.
"""

import datetime as dt
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, NamedTuple

from keiyu.read import fold
from keiyu.read.grid import Cell
from keiyu.read.kinds.lexicon import Lexicon, alternatives
from keiyu.read.kinds.model import Value, reported, unknown
from keiyu.read.kinds.terms import Terms, nothing

UNCLEAR: Final = "read.time.unclear"
REMARK: Final = "read.time.remark"

PLAIN: Final = r"(?:[01]\d|2[0-3]):[0-5]\d"

_CLOCK: Final = re.compile(
    r"(?P<half>(?:午前|午後|翌日|翌朝|翌|[AaPp]\.?[Mm]\.?)*) *(?:"
    r"(?P<hour>(?<!\d)\d{1,2}) *(?::(?P<minute> ?\d{2})(?::(?P<second>\d{2})(?:\.0{1,6})?)?(?!\d)"
    r"|時(?!間)(?: *(?P<minutes>\d{1,2}) *分|(?P<thirty>半))?)|(?P<noon>正午)) *(?P<after>[AaPp]\.?[Mm]\.?)?",
    re.ASCII,
)
_FROM_NOWHERE: Final = re.compile(r"[ :]*[~-] *$")
_BETWEEN: Final = re.compile(r"[ :()\[\]【】〔〕<>「」,、。.…・※]+")
_OPENING: Final = re.compile(r"[\s,、。・;/]*[(\[【〔<※*注]")
_LEADING: Final = " \u3000\t\r\n,、。・;；／/"
_CLOSING: Final = " )）]】〕>」"
_EPOCH: Final = dt.datetime(1899, 12, 30)
_LATEST: Final = 48
_DAY: Final = 1440
_LONGEST: Final = 500


@dataclass(frozen=True, slots=True)
class Hours:
    """What a text says of hours.

    Attributes:
        start: the first time, ``HH:MM``.
        end: the last time.
        single: whether there is only one time, which is both.
        remark: what stands behind, as written.
    """

    start: str | None
    end: str | None
    single: bool = False
    remark: str = ""


class _Ends(NamedTuple):
    """Patterns of what stands between two times and behind one."""

    between: re.Pattern[str]
    since: re.Pattern[str]
    till: re.Pattern[str]
    about: re.Pattern[str]


@lru_cache(maxsize=4)
def _ends(lexicon: Lexicon) -> _Ends:
    since, until = alternatives(lexicon.since), alternatives(lexicon.until)
    return _Ends(
        re.compile(rf" *(?:~|-|{since}|→|~-) *"),
        re.compile(rf" *(?:~|-|{since})"),
        re.compile(rf" *(?:{until})"),
        re.compile(rf" *(?:{alternatives(lexicon.times_about)}|[,、]\d)"),
    )


def time(cell: Cell, terms: Terms) -> Value:
    """Read the time at which something begins: of a range, its first; 7時30分, 午後1時, １３:００～, 7:30※1号は8:30."""
    return _read(cell, terms, begins=True)


def end_time(cell: Cell, terms: Terms) -> Value:
    """Read the time at which something ends: of a range, its last; ～18:00, 19時まで, 翌3:00, 26:00."""
    return _read(cell, terms, begins=False)


def _read(cell: Cell, terms: Terms, *, begins: bool) -> Value:
    blank = nothing(cell, terms)
    if blank is not None:
        return blank
    if not isinstance(cell, str):
        clock = _of_number(cell)
        return unknown(cell, UNCLEAR) if clock is None else reported(cell, clock)
    said = hours(cell, terms.lexicon)
    if said is None:
        return unknown(cell, UNCLEAR)
    value, other = (said.start, said.end) if begins else (said.end, said.start)
    other = None if said.single else other
    more = {"until" if begins else "since": other, "remark": said.remark}
    if value is None:
        return unknown(cell, UNCLEAR, **more)
    return reported(cell, value, REMARK if said.remark else None, **more)


def hours(text: str, lexicon: Lexicon) -> Hours | None:
    """Read a time or a range with what stands around it.

    Args:
        text: the text as it stands.
        lexicon: the words before and after that leave no doubt which days and children are meant.

    Returns:
        The hours. None where they are not certain.
    """
    if len(text) > _LONGEST:
        return None
    folded = fold.placed(text)
    first = _CLOCK.search(folded)
    start = _clock(first) if first and _ordinary(folded[: first.start()], lexicon) else None
    if first is None or start is None:
        return None
    ends = _ends(lexicon)
    gap = ends.between.match(folded, first.end())
    second = _CLOCK.match(folded, gap.end()) if gap else None
    if second:
        end, place = _clock(second), _after(ends.till, folded, second.end())
        said = Hours(start, end) if end and not _half_left_out(first, second, start, end) else None
    else:
        said, place = _one_sided(folded, first, start, ends)
    if said is None or not _told_apart(folded[place:], lexicon):
        return None
    return replace(said, remark=text[place:].lstrip(_CLOSING).strip(_LEADING))


def _half_left_out(first: re.Match[str], second: re.Match[str], start: str, end: str) -> bool:
    """Return whether an end may be of the other half of the day: 午前7:00～6:00."""
    return bool(first["half"] or first["after"]) and not (second["half"] or second["after"]) and end <= start


def _one_sided(text: str, clock: re.Match[str], said: str, ends: _Ends) -> tuple[Hours, int]:
    """Read a single time: until it, from it, or the time itself, which is both."""
    if _FROM_NOWHERE.search(text[: clock.start()]) or ends.till.match(text, clock.end()):
        return Hours(None, said), _after(ends.till, text, clock.end())
    if ends.since.match(text, clock.end()):
        return Hours(said, None), _after(ends.since, text, clock.end())
    return Hours(said, said, single=True), clock.end()


def clock_of(text: str) -> str | None:
    """Return a text that is one time of day and nothing else as ``HH:MM``."""
    match = _CLOCK.fullmatch(fold.value(text)) if len(text) <= _LONGEST else None
    return _clock(match) if match else None


def _after(pattern: re.Pattern[str], text: str, place: int) -> int:
    match = pattern.match(text, place)
    return match.end() if match else place


def _ordinary(before: str, lexicon: Lexicon) -> bool:
    """Return whether what stands before a time says no more than that it holds on ordinary days."""
    parts = _BETWEEN.split(_FROM_NOWHERE.sub("", before))
    return all(not part.strip() or fold.label(part) in lexicon.ordinary for part in parts)


def _told_apart(rest: str, lexicon: Lexicon) -> bool:
    """Return whether what follows leaves the time certain: no further times but of other days or children."""
    if _ends(lexicon).about.match(rest):
        return False
    if _CLOCK.search(rest) is None or _OPENING.match(rest):
        return True
    return fold.label(rest.strip(_LEADING)).startswith(lexicon.other)


def _clock(match: re.Match[str]) -> str | None:
    """Return a match as ``HH:MM``; none where no clock shows it (午後12時 is midnight to some and noon to others)."""
    half = (match["half"] + (match["after"] or "")).lower()
    if match["noon"]:
        return "12:00"
    hour, minute = int(match["hour"]), int(match["minute"] or match["minutes"] or (30 if match["thirty"] else 0))
    morning, evening = "午前" in half or "a" in half, "午後" in half or "p" in half
    if minute > 59 or int(match["second"] or 0) or (morning and (evening or hour >= 12)) or (evening and hour == 12):
        return None
    hour += 12 if evening and hour < 12 else 0
    if "翌" in half:
        if hour >= 24:
            return None
        hour += 24
    return f"{hour:02}:{minute:02}" if hour * 60 + minute <= _LATEST * 60 else None


def _of_number(cell: Cell) -> str | None:
    """Read a cell that a spreadsheet keeps as a time, a duration or a fraction of a day."""
    if isinstance(cell, dt.time):
        minutes = cell.hour * 60.0 + cell.minute + cell.second / 60
    elif isinstance(cell, dt.timedelta):
        minutes = cell.total_seconds() / 60
    elif isinstance(cell, dt.datetime):
        minutes = (cell.replace(tzinfo=None) - _EPOCH).total_seconds() / 60
    elif isinstance(cell, float) and not cell.is_integer():
        minutes = cell * _DAY
    else:
        return None
    whole = round(minutes) if abs(minutes) < 2 * _DAY + 1 else -1
    return f"{whole // 60:02}:{whole % 60:02}" if 0 <= whole <= _LATEST * 60 and abs(minutes - whole) < 0.01 else None
