"""Postal codes: three digits, a hyphen, four digits (the contracts' form). Source: 日本郵便 郵便番号簿."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from keiyu.read import fold
from keiyu.read.grid import Cell
from keiyu.read.kinds.model import Value, reported, unknown
from keiyu.read.kinds.terms import Terms, nothing
from keiyu.read.kinds.texts import without_point
from keiyu.read.values import raw as seen

UNCLEAR: Final = "read.postal.unclear"
ZERO: Final = "read.postal.zero_restored"

PLAIN: Final = r"(?:00[1-9]|0[1-9]\d|[1-9]\d\d)-\d{4}"
_CODE: Final = re.compile(r"[: ]*(\d{3}) ?-? ?(\d{4})(?![\d.])(?:[: ]*(\D.*))?", re.ASCII | re.DOTALL)
_SHORT: Final = re.compile(r"〒? ?(\d{1,2})-(\d{4})", re.ASCII)
_CUT: Final = re.compile(r"〒(\d{1,3})-(\d{1,4})", re.ASCII)
_DIGITS: Final = re.compile(r"\d{5,6}", re.ASCII)
_LONGEST: Final = 300
_NOWHERE: Final = "000"


def postal_code(cell: Cell, terms: Terms) -> Value:
    """Read a postal code: 102-0085, 〒１０２－００８５, 1020085; what stands behind it is the remark.

    Codes begin with 001 at the least, so 5 or 6 digits have lost zeros to a spreadsheet; they are put back and told.
    """
    blank = nothing(cell, terms)
    if blank is not None:
        return blank
    text = without_point(fold.value(seen(cell))) if not isinstance(cell, bool) else ""
    label = next((label for label in terms.lexicon.postal_labels if text.startswith(label)), "")
    match = _CODE.fullmatch(text, len(label)) if len(text) <= _LONGEST else None
    if match and match[1] != _NOWHERE:
        return reported(cell, f"{match[1]}-{match[2]}", remark=match[3])
    digits = _lost(text)
    return unknown(cell, UNCLEAR) if digits is None else reported(cell, f"{digits[:3]}-{digits[3:]}", ZERO)


def _lost(text: str) -> str | None:
    cut = _CUT.fullmatch(text)
    if cut:
        return cut[1].zfill(3) + cut[2].zfill(4)
    short = _SHORT.fullmatch(text)
    digits = short[1] + short[2] if short else text
    return digits.zfill(7) if _DIGITS.fullmatch(digits) else None


@lru_cache(maxsize=65_536, typed=True)
def _part(cell: Cell) -> str:
    """Return what a part says without the signs around it; most come again in other codes."""
    return without_point(fold.value(seen(cell))).strip("-〒 ")


def joined(parts: Sequence[Cell]) -> str:
    """Join the parts of a code that lies in several columns; two that are too short are marked: zeros are lost."""
    texts = [text for part in parts if (text := _part(part))]
    sizes = [len(text) for text in texts if text.isdigit()]
    cut = len(sizes) == len(texts) == 2 and sizes[0] <= 3 and sizes[1] <= 4 and sum(sizes) < 7
    return ("〒" if cut else "") + "-".join(texts)
