"""Folding of text for comparison: widths, blanks and dashes. What is stored is never folded."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

_BLANKS: Final = " \t\r\n\v\f\u00a0\u2002\u2003\u2009\u200b\u3000\ufeff"
_DASHES: Final = dict.fromkeys(map(ord, "‐‑‒–—―−ー─━ｰ－﹣"), "-")
_WAVES: Final = dict.fromkeys(map(ord, "〜～∼˜"), "~")
_FULL_WIDTH: Final = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_VALUE: Final = {**_FULL_WIDTH, **_DASHES, **_WAVES, **dict.fromkeys(map(ord, _BLANKS), " ")}
_LABEL: Final = {**_DASHES, **_WAVES, **dict.fromkeys(map(ord, _BLANKS))}

_SEPARATOR: Final = "\x00"
_DASH: Final = re.compile(f"[{re.escape(''.join(map(chr, _DASHES)))}]")
_WAVE: Final = re.compile(f"[{''.join(map(chr, _WAVES))}]")
_BLANK: Final = re.compile(f"[{_BLANKS}]+")

_BETWEEN_DIGITS: Final = re.compile(r"(?<=\d)[-~,.、・/]+(?=\d)")
_SEPARATORS: Final = re.compile(r"[-_・/()\[\]【】〔〕「」『』<>:,.、。|]")


@lru_cache(maxsize=65_536)
def label(text: str) -> str:
    """Fold a header or a name for comparison: compatibility forms, case, blanks, dashes.

    NFKC is right for labels (``①``, ``㎡``, half-width kana) because they are only compared, never kept.
    """
    return unicodedata.normalize("NFKC", text).translate(_LABEL).casefold()


def labels(texts: Sequence[str]) -> list[str]:
    """Fold many texts as :func:`label` does, all at once: no letter of one changes how another is folded.

    Only the compatibility forms are sought in each by itself: most texts have none, which is soon seen.
    """
    folded = _SEPARATOR.join([unicodedata.normalize("NFKC", text) for text in texts])
    if not texts or folded.count(_SEPARATOR) != len(texts) - 1:
        return list(map(label, texts))
    for pattern, by in ((_DASH, "-"), (_WAVE, "~"), (_BLANK, "")):
        folded = pattern.sub(by, folded)
    return folded.casefold().split(_SEPARATOR)


@lru_cache(maxsize=65_536)
def joined(text: str) -> str:
    """Fold a composed header further: ``定員（保育所・合計）`` and ``定員_保育所_合計`` become one.

    Separators between two digits stay, as one sign, so that ``1・2歳`` never equals ``12歳``.
    """
    return _SEPARATORS.sub("", _BETWEEN_DIGITS.sub("~", label(text)))


def value(text: str) -> str:
    """Fold the text of a figure or a marker: widths, dashes, outer blanks; an inner blank stays one.

    Not NFKC: that would turn a footnote's ``12²`` into 122 and ``③`` into 3.
    """
    return placed(text).strip()


def placed(text: str) -> str:
    """Fold as :func:`value` does, every character in its place and no blank taken away."""
    return text if text.isascii() and text.isprintable() else text.translate(_VALUE)
