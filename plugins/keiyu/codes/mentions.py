"""Municipalities that a text speaks of, such as a title or the name of a file; only those that are certain."""

import datetime as dt
import re
import unicodedata
from collections import Counter
from functools import lru_cache
from typing import Final

from keiyu.codes.areas import Area, Areas

_BETWEEN: Final = re.compile(r"[\s_・/()（）\[\]【】-]+")
_ENDS: Final = re.compile(r"[市区町村]")
"""What every municipality's name ends in."""
_CITIES: Final = ("city", "designated_city")


def mentioned(text: str, areas: Areas, at: dt.date) -> tuple[Area, ...]:
    """Return the municipalities that a text names, each once.

    A name counts behind its prefecture's (千葉県船橋市, 千葉県_栄町). Alone only that of a 市 does, and only if no
    other body of the day bears it (船橋市, not 府中市): towns and 特別区 are called as quarters and wards elsewhere
    are (栄町, 中央区). A name inside a longer one is not meant (広島市 in 北広島市).

    Args:
        text: e.g. ``令和６年度　船橋市 保育所一覧``.
        areas: the dated area table.
        at: the date.
    """
    bare = _BETWEEN.sub("", unicodedata.normalize("NFC", text))
    names, most = _names(areas, at)
    ends = [end.end() for end in _ENDS.finditer(bare)]
    said = {bare[start:end] for end in ends for start in range(max(end - most, 0), end)}
    found = sorted(((name, names[name]) for name in said & names.keys()), key=lambda item: (item[1].code, item[0]))
    longest = [(n, a) for n, a in found if not any(n != other and n in other for other, _ in found)]
    return tuple({area.code: area for _, area in longest}.values())


@lru_cache(maxsize=8)
def _names(areas: Areas, at: dt.date) -> tuple[dict[str, Area], int]:
    """Return the texts that name one municipality on a date, and how long the longest is."""
    standing = areas.municipalities(at)
    borne = Counter(area.name for area in standing)
    alone = {area.name: area for area in standing if area.kind in _CITIES and borne[area.name] == 1}
    behind = {
        area.prefecture_name + district + area.name: area
        for area in standing
        for district in dict.fromkeys(("", area.district or ""))
    }
    names = alone | behind
    return names, max(map(len, names))
