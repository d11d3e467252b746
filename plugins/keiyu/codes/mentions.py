"""Municipalities that a text speaks of, such as a title or the name of a file; only those that are certain."""

import datetime as dt
import re
import unicodedata
from collections import defaultdict
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
    named = _names(areas)
    ends = [end.end() for end in _ENDS.finditer(bare)]
    said = {bare[start:end] for end in ends for start in range(max(end - named.longest, 0), end)}
    found = [(name, area) for name in sorted(said) if (area := named.one(name, at)) is not None]
    longest = [(n, a) for n, a in found if not any(n != other and n in other for other, _ in found)]
    return tuple({area.code: area for _, area in longest}.values())


class _Names:
    """The texts that name municipalities, whenever these stood."""

    def __init__(self, areas: Areas) -> None:
        self._alone: dict[str, list[Area]] = defaultdict(list)
        self._behind: dict[str, list[Area]] = defaultdict(list)
        for area in areas.ever():
            if area.is_municipality:
                self._alone[area.name].append(area)
                for district in dict.fromkeys(("", area.district or "")):
                    self._behind[area.prefecture_name + district + area.name].append(area)
        self.longest = max(map(len, self._behind), default=0)

    def one(self, name: str, at: dt.date) -> Area | None:
        """Return the municipality that a text names on a date; none where it names none, or is not certain."""
        behind = [area for area in self._behind.get(name, ()) if area.stood(at)]
        alone = [area for area in self._alone.get(name, ()) if area.stood(at)]
        if behind:
            return behind[-1]
        return alone[0] if len(alone) == 1 and alone[0].kind in _CITIES else None


_names = lru_cache(maxsize=4)(_Names)
