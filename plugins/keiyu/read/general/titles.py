"""The titles of sections: what they say without number, brackets and count, and which are of one level."""

import re
from functools import lru_cache
from typing import Final

from keiyu.read import fold
from keiyu.read.words import Words

_LEAD: Final = re.compile(
    r"^(?:\(?(?:第?\d{1,2}|[一二三四五六七八九十]{1,3}|[アイウエオ])[).、:]|第\d{1,2}|\d{1,2}(?=\s|[^\d\s年月日区])|[①-⑳]"
    r"|[■◆●▼□◇○◎・*])\s*"
)
_BRACKETS: Final = re.compile(r"[\[\]()【】〔〕<>《》「」『』|/・:]")
_SHORTEST: Final = 2


@lru_cache(maxsize=4)
def _count(words: Words) -> re.Pattern[str]:
    return re.compile(rf"[(:]?\s*(?:計|全)?\d{{1,4}}\s*(?:{'|'.join(map(re.escape, words.counters))})\)?$")


def bare(text: str, words: Words) -> str:
    """Return a title without its number, its brackets and how many records follow.

    Args:
        text: as it stands, e.g. ``１　【公立保育所】（12か所）``.
        words: counters, and endings of titles.
    """
    told, count = fold.value(text), _count(words)
    for _ in range(_SHORTEST):
        told = count.sub("", told).strip()
        told = _LEAD.sub("", told).strip()
        inner = told[1:-1]
        if told[:1] in "[【〔<《「(" and told[-1:] in "]】〕>》」)" and not _BRACKETS.search(inner):
            told = inner.strip()
        ending = next((word for word in words.titles if told.endswith(word)), "")
        told = told.removesuffix(ending) if len(told) > _SHORTEST + 1 else told
    return told


def style(title: str) -> str:
    """Return what sections of one level have in common: the kind of number and of bracket before the words.

    Args:
        title: a title as it stands.
    """
    folded = fold.value(title)
    lead = _LEAD.match(folded)
    mark = re.sub(r"\d+|[一二三四五六七八九十①-⑳]+", "1", lead[0].strip()) if lead else ""
    first = folded[lead.end() :][:1] if lead else folded[:1]
    return mark + (first if first in "[【〔<《「(" else "")
