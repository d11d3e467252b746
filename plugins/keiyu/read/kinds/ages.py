"""Ages of children: ``57d``, ``8w``, ``6m``, ``3y`` where a number says them, else the text as written.

産休明け, 就学前 and the like are kept, since no number is certain in them. A number without a unit has that of the
field, as its header says (受入開始年齢(歳)); years where none is said. Canonical forms follow GIF 子供預かり情報
(minAge, minAgeInMonth).
"""

import re
from functools import lru_cache
from typing import Final, NamedTuple

from keiyu.read import fold
from keiyu.read.grid import Cell
from keiyu.read.kinds.lexicon import Lexicon, alternatives
from keiyu.read.kinds.model import Value, reported, unknown
from keiyu.read.kinds.terms import Terms, nothing
from keiyu.read.kinds.texts import composed, tidy
from keiyu.read.values import raw as seen

UNCLEAR: Final = "read.age.unclear"
WORDED: Final = "read.age.worded"

_LIMITS: Final = {"d": 400, "w": 60, "m": 240, "y": 20}
_BARE: Final = re.compile(r"\d{1,2}(?:\.0)?", re.ASCII)
_CANONICAL: Final = re.compile(r"\d+[dwmy]", re.ASCII)
_LONGEST: Final = 60


def age(cell: Cell, terms: Terms) -> Value:
    """Read the youngest or the oldest age: 生後57日から, 6ヶ月, 1歳10か月, 2歳半, 満3歳, 2歳児クラス, 0歳（57日目）."""
    blank = nothing(cell, terms)
    if blank is not None:
        return blank
    if isinstance(cell, bool):
        return unknown(cell, UNCLEAR)
    text = composed(tidy(seen(cell)))
    canonical = canonical_age(text, terms.lexicon, bare=terms.lexicon.age_units.get(fold.label(terms.unit or ""), "y"))
    if canonical:
        return reported(cell, canonical)
    if text.lstrip("-").replace(".", "", 1).isdigit():
        return unknown(cell, UNCLEAR)
    low, high = ends(text, terms.lexicon)
    return reported(cell, text, None if _named(text, terms.lexicon) else WORDED, since=low, until=high)


def _named(text: str, lexicon: Lexicon) -> bool:
    return fold.label(text) in lexicon.age_names


def ages(cell: Cell, terms: Terms) -> Value:
    """Read ages taken, told in one text: kept as written, its ends in ``since`` and ``until`` where certain."""
    blank = nothing(cell, terms)
    if blank is not None:
        return blank
    text = composed(tidy(seen(cell)))
    low, high = ends(text, terms.lexicon)
    return reported(cell, text, since=low, until=high)


def ends(text: str, lexicon: Lexicon) -> tuple[str | None, str | None]:
    """Return the ages at both ends of a text such as 0歳～5歳, 産休明け～2歳児, 6か月以上2歳児まで, 1歳クラスから."""
    folded = fold.label(text) if len(text) <= _LONGEST else ""
    limits = _limits(lexicon)
    span = limits.span.fullmatch(folded)
    if span and span["low"] and span["high"]:
        high = _end(limits.closed.sub("", span["high"]), lexicon)
        unit = high[-1] if high and _CANONICAL.fullmatch(high) else None
        return _end(span["low"], lexicon, bare=unit), high
    if limits.open.search(folded):
        return _end(limits.open.sub("", folded), lexicon), None
    if limits.closed.search(folded):
        return None, _end(limits.closed.sub("", folded), lexicon)
    return None, None


def _end(text: str, lexicon: Lexicon, *, bare: str | None = None) -> str | None:
    return canonical_age(text, lexicon, bare=bare) or (text if text in lexicon.age_names else None)


def canonical_age(text: str, lexicon: Lexicon, *, bare: str | None = None) -> str | None:
    """Return an age that a number says in canonical form; none where it is worded otherwise.

    Args:
        text: the text.
        lexicon: the counters.
        bare: unit of a number without one; if none, such a number is no age.
    """
    if len(text) > _LONGEST:
        return None
    folded = fold.label(text)
    if bare and _BARE.fullmatch(folded):
        return _of(int(float(folded)), bare)
    match = _pattern(lexicon).fullmatch(folded)
    if match is None:
        return None
    unit = lexicon.age_units[match["unit"]]
    if match["detail"]:
        return _detailed(match, unit, lexicon)
    if match["half"] or match["months"]:
        months = 6 if match["half"] else int(match["months"])
        return _of(int(match["number"]) * 12 + months, "m") if unit == "y" and months < 12 else None
    return _of(int(match["number"]), unit)


def _detailed(match: re.Match[str], unit: str, lexicon: Lexicon) -> str | None:
    """Read 0歳（57日目）: the bracket says the same age more exactly, if it does not say another."""
    number, inner = int(match["detail"]), lexicon.age_units[match["inner"]]
    per_year = {"d": 366, "w": 53, "m": 12, "y": 1}[inner]
    same = unit == "y" and not match["half"] and not match["months"] and number // per_year == int(match["number"])
    return _of(number, inner) if same else None


def _of(number: int, unit: str) -> str | None:
    return f"{number}{unit}" if number <= _LIMITS[unit] else None


class _Limits(NamedTuple):
    """Patterns of what tells the youngest age from the oldest."""

    span: re.Pattern[str]
    open: re.Pattern[str]
    closed: re.Pattern[str]


@lru_cache(maxsize=4)
def _limits(lexicon: Lexicon) -> _Limits:
    since, until = f"(?:{alternatives(lexicon.age_since)}|~|-)", alternatives(lexicon.age_until)
    span = re.compile(rf"(?P<low>[^~-]*?){since}(?P<high>[^~-]*)")
    return _Limits(span, re.compile(rf"{since}$"), re.compile(rf"(?:{until})$"))


@lru_cache(maxsize=4)
def _pattern(lexicon: Lexicon) -> re.Pattern[str]:
    units = "|".join(sorted(map(re.escape, lexicon.age_units), key=len, reverse=True))
    months = "|".join(re.escape(word) for word, unit in lexicon.age_units.items() if unit == "m")
    before, after = alternatives(lexicon.age_before), alternatives((*lexicon.age_since, "~", *lexicon.age_until))
    return re.compile(
        rf"(?:{before})?(?P<number>\d{{1,3}})(?P<unit>{units})(?:(?P<half>半)|(?P<months>\d{{1,2}})(?:{months}))?"
        rf"(?:\((?:{before})?(?P<detail>\d{{1,3}})(?P<inner>{units})\))?(?:{after})?",
        re.ASCII,
    )
