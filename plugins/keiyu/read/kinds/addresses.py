"""Addresses: kept as written; folded beside that, for comparison only.

二丁目5番6号, 2-5-6, 二丁目5-6 and 2の5の6 are one place. Source: 住居表示に関する法律第2条 (街区符号 and 住居番号);
デジタル庁 アドレス・ベース・レジストリ keys 丁目 by number.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from keiyu.codes.areas import PREFECTURE_NAME
from keiyu.read.grid import Cell
from keiyu.read.kinds import texts
from keiyu.read.kinds.model import Value
from keiyu.read.kinds.terms import Terms

_KANJI: Final = dict(zip("〇一二三四五六七八九", range(10), strict=True)) | {"零": 0}
_COUNTED: Final = re.compile(r"([〇零一二三四五六七八九十百]+)(?=丁目?|番地|番(?!町)|号|条|の\d)")
_BLOCKS: Final = re.compile(r"(?<=\d)(?:丁目?|番地の?|番の?(?!町)|号(?![室棟館線]))", re.ASCII)
_BETWEEN: Final = re.compile(r"(?<=\d)[-~‐‑‒–—―−─━ーのノ之]+(?=\d)", re.ASCII)
_DANGLING: Final = re.compile(r"(?<=\d)-(?!\d)", re.ASCII)
_OAZA: Final = re.compile(r"大字([^字\d]{1,8})字|大字")
_AZA: Final = re.compile(r"(?<=[町村市区郡])字(?=\D)|^字(?=\D)")
_PREFECTURE: Final = re.compile(rf"^{PREFECTURE_NAME}(?=.)")
_CHAIN: Final = re.compile(r"\d+(?:-\d+)+", re.ASCII)
_ALONE: Final = re.compile(r"\d+(?![\d条線区西東南北])", re.ASCII)
_SAME: Final = str.maketrans("ヶヵの", "ケカノ")
_LONGEST: Final = 1_000


def address(cell: Cell, terms: Terms) -> Value:
    """Read an address: as written, but for outer blanks and HTML."""
    return texts.text(cell, terms)


@lru_cache(maxsize=65_536)
def fold_address(text: str) -> str:
    """Fold an address for comparison with others; never for keeping.

    Widths, blanks and dashes; 丁目, 番地, 番 and 号 become hyphens and kanji numerals before them digits; 大字, 字 and
    the prefecture go; ケ and ヶ, の and ノ are one.

    Args:
        text: the address, or any part of one.

    Returns:
        E.g. ``郡山市芳賀2-5-6`` for 福島県郡山市芳賀二丁目５番６号; a building's name stays behind.
    """
    bare = "".join(unicodedata.normalize("NFKC", text[:_LONGEST]).split())
    bare = _COUNTED.sub(lambda numeral: str(_number(numeral[1])), bare)
    bare = _DANGLING.sub("", _BETWEEN.sub("-", _BLOCKS.sub("-", bare)))
    bare = _AZA.sub("", _OAZA.sub(r"\1", bare))
    return _PREFECTURE.sub("", bare).translate(_SAME).casefold()


def address_key(text: str) -> str:
    """Return the part of a folded address that tells the place: up to its numbers, without the building behind.

    Args:
        text: the address as written.
    """
    folded = fold_address(text)
    numbers = _CHAIN.search(folded) or _ALONE.search(folded)
    return folded[: numbers.end()] if numbers else folded


def _number(numeral: str) -> int:
    """Read kanji numerals: 二十五, 二五, 百二."""
    if not set(numeral) & {"十", "百"}:
        return int("".join(str(_KANJI[digit]) for digit in numeral))
    total = ones = 0
    for sign in numeral:
        if sign in _KANJI:
            ones = ones * 10 + _KANJI[sign]
        else:
            total += (ones or 1) * (100 if sign == "百" else 10)
            ones = 0
    return total + ones
