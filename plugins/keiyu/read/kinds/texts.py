"""Texts: kept as written but for what is no part of them; what was lost before is said, never mended.

Characters of 行政事務標準文字 that ISO/IEC 10646 lacks, and each body's own 外字, live in the private use area:
code points are kept, private ones are told, and texts are composed (NFC), never made compatible (NFKC).
"""

import html
import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

from keiyu.read.grid import Cell
from keiyu.read.kinds.model import Value
from keiyu.read.kinds.terms import Terms
from keiyu.read.model import ValueStatus
from keiyu.read.values import raw as seen

HTML: Final = "read.value.html_stripped"
PRIVATE: Final = "read.text.private_use"
LOST: Final = "read.text.replacement"
VARIANT: Final = "read.text.variation"
ERROR: Final = "read.value.error"
HALF_WIDTH: Final = "read.kana.half_width"

_OUTER: Final = "".join(c for c in map(chr, range(0x3001)) if c.isspace()) + "\u00ad\u200b\u200e\u200f\u2060\ufeff"
_BREAK: Final = re.compile(r"[ \t\u3000]*<br(?:\s[^<>]*)?/?>[ \t\u3000]*|</(?:p|div|li|tr|h[1-6])\s*>", re.IGNORECASE)
_READING: Final = re.compile(r"<(rt|rp)>[^<]*</\1>", re.IGNORECASE)
_TAG: Final = re.compile(
    r"<!--.{0,2000}?-->|</?(?:a|b|big|center|dd|div|dl|dt|em|font|h[1-6]|hr|i|img|li|nobr|ol|p|pre|rb|ruby|s|small|span"
    r"|strong|sub|sup|table|tbody|td|th|thead|tr|u|ul|wbr)(?:\s[^<>]*)?/?>",
    re.IGNORECASE | re.DOTALL,
)
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_PASSES: Final = 8
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")
_MARKUP: Final = re.compile(r"[<&]")
_ERROR: Final = re.compile(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!|ERROR\S*)")
_POINT_ZERO: Final = re.compile(r"(\d{2,17})\.0", re.ASCII)
_TOLD: Final = (
    (LOST, re.compile(r"[\ufffd\u3013]")),
    (PRIVATE, re.compile(r"[\ue000-\uf8ff\U000f0000-\U0010ffff]")),
    (VARIANT, re.compile(r"[\ufe00-\ufe0f\U000e0100-\U000e01ef]")),
)
_ODD: Final = re.compile(
    r"[<&\r\u00ad\u200b\u200e\u200f\u2060\ufeff\ufffd\u3013\ud800-\uf8ff\ufe00-\ufe0f\U000e0100-\U000e01ef"
    r"\U000f0000-\U0010ffff]|_x000"
)
_COMPATIBLE: Final = re.compile(r"([\uf900-\ufaff\U0002f800-\U0002fa1f]+)")
_HALF_KANA: Final = re.compile(r"[\uff61-\uff9f]+")
_LETTERS: Final = "ぁ-ゖァ-ヺ㐀-䶿一-鿿々A-Za-z0-9Ａ-Ｚａ-ｚ０-９"
SURE: Final = rf"[{_LETTERS}](?:[{_LETTERS}ー・、。（）()／/ 　\-]*[{_LETTERS}ー）)])?"
"""What most texts look like: letters that are neither odd nor composed, no blank around them (RE2 and Python)."""
_WORD: Final = re.compile(r"[^\W_\u30fc\uff70]")
_SIGNS_ALONE: Final = re.compile(r"^(?:[^\w\n]|[_\u30fc\uff70])+$", re.MULTILINE)


def strip_html(text: str) -> str:
    """Take HTML out of a text: ``<br>`` is a line's end, other tags go, entities become their characters.

    Only names of HTML elements count, so ``<注>`` stays. Convention: lists made for web pages carry their markup.
    """
    for _ in range(_PASSES):
        if "<" not in text and "&" not in text:
            break
        bare = _TAG.sub("", _READING.sub("", _BREAK.sub("\n", text)))
        bare = _ENTITY.sub(_character, bare)
        if bare == text:
            break
        text = bare
    return text


def _character(entity: re.Match[str]) -> str:
    return html.unescape(entity[0]).replace("\xa0", " ")


def storable(text: str) -> str | None:
    """Return a text with what no encoding can hold (a surrogate without its other half) escaped; none if it has none.

    Source: Unicode Standard §3.9, D75.
    """
    return text.encode("utf-8", "backslashreplace").decode() if _SURROGATE.search(text) else None


def is_error(text: str) -> bool:
    """Return whether a text is an error value of a spreadsheet. Source: ECMA-376 Part 1 §18.18.11 (ST_CellType e)."""
    return text.startswith("#") and _ERROR.fullmatch(text.strip()) is not None


def without_point(text: str) -> str:
    """Take off the ``.0`` that a programme puts behind digits it took for a number."""
    match = _POINT_ZERO.fullmatch(text)
    return match[1] if match else text


def without_html(text: str) -> str | None:
    """Return a text without its HTML; none where it has none."""
    bare = strip_html(text) if _MARKUP.search(text) else text
    return None if bare == text else bare


def tidy(text: str) -> str:
    """Take off what surrounds a text: blanks of every width, invisible marks; every end of line becomes a line feed."""
    if "\r" in text or "_x000" in text:
        text = text.replace("_x000D_", "\r").replace("_x000d_", "\r").replace("\r\n", "\n").replace("\r", "\n")
    return text.strip(_OUTER)


def composed(text: str) -> str:
    """Compose a text (NFC) but for compatibility ideographs, which NFC would replace (神 U+FA19 by 神).

    Source: Unicode Standard Annex 15; the rule that names keep their code points.
    """
    if text.isascii() or unicodedata.is_normalized("NFC", text):
        return text
    parts = _COMPATIBLE.split(text)
    return "".join(p if i % 2 else unicodedata.normalize("NFC", p) for i, p in enumerate(parts))


@lru_cache(maxsize=65_536)
def told(text: str) -> str | None:
    """Return the rule of what a text has lost or keeps private, if anything; the gravest first.

    〓 (geta) and U+FFFD stand where a character could not be had. Convention of Japanese typesetting; Unicode.
    """
    return next((rule for rule, signs in _TOLD if signs.search(text)), None)


def text(cell: Cell, terms: Terms) -> Value:
    """Read a free text: composed, without outer blanks; a marker alone (－, …) means what the line says of it."""
    return _text(cell, terms, composed)


def name(cell: Cell, terms: Terms) -> Value:
    """Read a name: its code points stay, whatever their width or form."""
    return _text(cell, terms, _as_written)


def kana(cell: Cell, terms: Terms) -> Value:
    """Read a reading in kana: kept as written, half-width kana told; widths are made alike for comparing only.

    Convention of the contracts (名称（カナ）); 行政データにおける機械可読性に関するルール L1-08.
    """
    value = _text(cell, terms, composed)
    return value.noted(HALF_WIDTH) if value.value is not None and _HALF_KANA.search(value.value) else value


def _as_written(text: str) -> str:
    return text


def _text(cell: Cell, terms: Terms, form: Callable[[str], str]) -> Value:
    raw = seen(cell)
    said = form(tidy(raw))
    if not _WORD.search(said):
        figure = terms.marker(said)
        if figure is not None:
            return Value(None, figure.status, raw)
        if not said:
            return Value(None, ValueStatus.NOT_SUBMITTED, raw)
    return Value(said, ValueStatus.REPORTED, raw, told(said))


def plain_names(cells: Sequence[str], terms: Terms) -> list[str | None] | None:
    """Return texts that are their own values but for outer blanks, or none where any is odd."""
    del terms  # a sign alone is odd, whatever the line has it mean
    block = "\n".join(cells)
    if _ODD.search(block) or _SIGNS_ALONE.search(block):
        return None
    return [bare or None for bare in map(str.strip, cells)]


def plain_texts(cells: Sequence[str], terms: Terms) -> list[str | None] | None:
    """Return composed texts that are their own values, or none where any is odd or to be composed."""
    return plain_names(cells, terms) if unicodedata.is_normalized("NFC", "\n".join(cells)) else None


def plain_kana(cells: Sequence[str], terms: Terms) -> list[str | None] | None:
    """Return readings that are their own values, or none where any has half-width kana."""
    return None if _HALF_KANA.search("\n".join(cells)) else plain_texts(cells, terms)
