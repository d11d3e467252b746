"""What a cell looks like at a glance, for telling headers from what stands under them."""

import re
from functools import lru_cache
from typing import Final, Literal

from keiyu.read import fold
from keiyu.read.grid import Cell

Shape = Literal["blank", "sign", "figure", "clock", "date", "number", "link", "long", "text"]

_LOOKED_AT: Final = 200
_LONG: Final = 60
_SHAPES: Final[tuple[tuple[Shape, re.Pattern[str]], ...]] = (
    ("blank", re.compile(r"")),
    ("sign", re.compile(r"[-*/~○〇◯◎●△▲×✕ynYN有無]|あり|なし|有り|無し")),
    ("figure", re.compile(r"[-+△▲]?\d[\d,]*(?:\.\d+)?(?:人|名|円|%|件)?")),
    ("clock", re.compile(r"(?:平日)?(?:午前|午後)?\d{1,2}(?::|時)\d{0,2}分?.*", re.DOTALL)),
    (
        "date",
        re.compile(
            r"(?:(?:令和|平成|昭和|[RHSrhs])\.?[\d元]{1,2}|\d{4})[年./-]\d{1,2}(?:[月./-](?:\d{1,2}日?)?)?(?:\(.\))?(?:現在|時点|分)?"
        ),
    ),
    ("number", re.compile(r"[\d(][\d()\- ]{5,}\d")),
    ("link", re.compile(r"(?:https?://|www\.)\S+|\S+@\S+", re.IGNORECASE)),
)


@lru_cache(maxsize=65_536, typed=True)
def shape(cell: Cell) -> Shape:
    """Return what a cell looks like."""
    if isinstance(cell, str):
        text = fold.value(cell[:_LOOKED_AT])
        found = next((name for name, pattern in _SHAPES if pattern.fullmatch(text)), None)
        return found or ("long" if len(cell) > _LONG else "text")
    if isinstance(cell, bool):
        return "sign"
    return "figure" if isinstance(cell, int | float) else "date"


VALUES: Final = frozenset({"figure", "clock", "date", "number", "sign", "long"})
"""Shapes that the cells of a header do not have."""
