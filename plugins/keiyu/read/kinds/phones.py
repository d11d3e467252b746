"""Phone and fax numbers: digits and hyphens, as grouped by whoever wrote them.

The grouping is kept, since where an area code ends cannot be told from the digits. Only what is certain is
put right, and said: a leading zero that a spreadsheet ate, +81, brackets and dashes of every form.

Source: 電気通信番号規則（令和元年総務省令第4号）別表 — 0AB～J numbers have ten digits; 020, 050, 060, 070, 080, 090
and 0800 have eleven.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from keiyu.read import fold
from keiyu.read.grid import Cell
from keiyu.read.kinds.lexicon import Lexicon
from keiyu.read.kinds.model import Value, reported, unknown
from keiyu.read.kinds.terms import Terms, nothing
from keiyu.read.kinds.texts import without_point
from keiyu.read.values import raw as seen

_AROUND: Final = "-() "
UNCLEAR: Final = "read.phone.unclear"
ZERO: Final = "read.phone.zero_restored"
LOCAL: Final = "read.phone.local"
SEVERAL: Final = "read.phone.several"
MALFORMED: Final = "read.phone.malformed"

PLAIN: Final = (
    r"(?:0[1-9]-\d{4}|0(?:[1-4]\d|[5-9][1-9])-\d{3}|0(?:[1-4]\d|[5-9][1-9])\d-\d\d|0(?:[1-4]\d|[5-9][1-9])\d\d-\d"
    r"|0[5-9]0-\d{4})-\d{4}"
)
"""A number with area code, in ASCII digits and two hyphens: nearly all there are."""

_PLAIN: Final = re.compile(PLAIN, re.ASCII)
_RUN: Final = re.compile(r"(?:\+ ?81[- ]*)?[(\d][\d\-(). ]{3,40}\d", re.ASCII)
_ABROAD: Final = re.compile(r"\+ ?81[- ]*(?:\(0\))?[- ]*0?", re.ASCII)
_FULL: Final = re.compile(r"0\d{1,4}-\d{1,4}-\d{4}|0\d{1,4}\(\d{1,4}\)\d{4}|(?<!\d)0\d{9,10}(?!\d)", re.ASCII)
_LOCAL: Final = re.compile(r"[1-9]\d{0,3}-\d{4}|[1-9]\d{5,7}", re.ASCII)
_BETWEEN: Final = re.compile(r"[-(). ]+", re.ASCII)
_LONG: Final = re.compile(r"0[256789]0|0800", re.ASCII)
_LINES: Final = re.compile(r"(?<=\d) ?~ ?\d{1,4}(?![\d-])", re.ASCII)
_SHORT: Final = re.compile(r"\d{4}", re.ASCII)
_DECIMAL: Final = re.compile(r"-?\d+\.\d+", re.ASCII)
_TRIM: Final = " :;,.、。・/|()[]【】<>~&\n-※"
_LONGEST: Final = 200
_FEWEST, _MOST = 6, 11


@dataclass(frozen=True, slots=True)
class _Number:
    text: str
    rule: str | None = None


def phone(cell: Cell, terms: Terms) -> Value:
    """Read a phone or fax number.

    Several numbers in one cell are the first and ``others``; what stands beside is ``extension`` and ``remark``.
    A number without its area code, or with too few digits, is kept as written and told.
    """
    blank = nothing(cell, terms)
    if blank is not None:
        return blank
    if isinstance(cell, bool) or len(text := seen(cell)) > _LONGEST:
        return unknown(cell, UNCLEAR)
    folded = without_point(fold.value(text))
    return reported(cell, folded) if _PLAIN.fullmatch(folded) else _read(cell, folded, terms.lexicon)


def _read(cell: Cell, text: str, lexicon: Lexicon) -> Value:
    extension = lexicon.extension.search(text)
    if extension:
        text = f"{text[: extension.start()]} {text[extension.end() :]}"
    lines = _LINES.search(text)
    text = _LINES.sub(" ", text)
    numbers = [n for run in _RUN.findall(text) for n in _numbers(run)]
    if not numbers:
        return unknown(cell, UNCLEAR)
    remark = lexicon.phone_label.sub(" ", _RUN.sub(" ", text)).strip(_TRIM)
    many = len(numbers) > 1 or lines or _SHORT.search(remark)
    return reported(
        cell,
        numbers[0].text,
        numbers[0].rule or (SEVERAL if many else None),
        extension=extension[1] if extension else None,
        others=tuple(n.text for n in numbers[1:]),
        remark=remark,
    )


def _numbers(run: str) -> list[_Number]:
    """Return the numbers of a run of digits and separators: one, or several that stand side by side."""
    if run.startswith("+"):
        run = "0" + _ABROAD.sub("", run, count=1)
    digits = _BETWEEN.sub("", run)
    if _DECIMAL.fullmatch(run):
        return []
    if _FEWEST <= len(digits) <= _MOST:
        return [_number(_BETWEEN.sub("-", run).strip("-"), digits)]
    return [_number(_BETWEEN.sub("-", full), _BETWEEN.sub("", full)) for full in _FULL.findall(run)]


def _number(text: str, digits: str) -> _Number:
    if _whole(digits):
        return _Number(text)
    if digits[0] != "0" and _whole(f"0{digits}"):
        return _Number(f"0{text}", ZERO)
    return _Number(text, LOCAL if _LOCAL.fullmatch(text) else MALFORMED)


def _whole(digits: str) -> bool:
    """Return whether digits are a number that can be dialled from anywhere in the country."""
    if digits[0] != "0" or digits[1] == "0":
        return False
    return len(digits) == (11 if _LONG.match(digits) else 10)


def joined(parts: Sequence[Cell]) -> str:
    """Join the parts of a number that lies in several columns, the separators among them or not.

    A spreadsheet that takes a part for a number eats its leading zeros: the last part has four digits, and the
    first begins with 0. Source: 電気通信番号規則 別表.
    """
    told = [(part, text) for part in parts if (text := _part(part))]
    texts = [text for _, text in told]
    if told and not isinstance(last := told[-1][0], str):
        texts[-1] = fold.value(seen(last)).zfill(4).strip(_AROUND)
    return "-".join(texts)


@lru_cache(maxsize=65_536, typed=True)
def _part(cell: Cell) -> str:
    """Return what a part says without the signs around it; most come again in other numbers."""
    return fold.value(seen(cell)).strip(_AROUND)
