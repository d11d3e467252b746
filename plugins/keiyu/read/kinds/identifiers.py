"""Numbers that identify: corporate numbers, area codes, and identifiers that only their giver understands."""

import re
from collections.abc import Iterator
from typing import Final

from keiyu.codes import corporate
from keiyu.codes.areas import Area, check_digit, is_valid6
from keiyu.read import fold
from keiyu.read.grid import Cell
from keiyu.read.kinds.model import Value, reported, unknown
from keiyu.read.kinds.terms import Terms, nothing
from keiyu.read.kinds.texts import told, without_point
from keiyu.read.values import raw as seen

SCIENTIFIC: Final = "read.value.scientific"
CORPORATE: Final = "read.corporate_number.unclear"
CORPORATE_CHECK: Final = "read.corporate_number.check_digit"
AREA: Final = "read.area_code.unclear"
AREA_RESTORED: Final = "read.area_code.restored"

PLAIN: Final = r"[0-9A-Z-]*[0-9]"
"""Digits, capital letters and hyphens, a digit last: nearly all there are."""

_SCIENTIFIC: Final = re.compile(r"\d(?:\.\d{1,16})?[eE]\+\d{1,3}", re.ASCII)
_SEPARATORS: Final = re.compile(r"[-, ]+")
_INVOICE: Final = re.compile(r"[Tt](?=\d{13}$)", re.ASCII)
_DIGITS: Final = re.compile(r"\d{4,6}", re.ASCII)


def identifier(cell: Cell, terms: Terms) -> Value:
    """Read an identifier as the text it is: its zeros, letters and width stay.

    Only ``1.11E+08`` is refused: a spreadsheet has lost its digits. Convention: the form of 施設・事業所番号 is not
    published, so it is opaque.
    """
    blank = nothing(cell, terms)
    if blank is not None:
        return blank
    text = seen(cell).strip()
    if _SCIENTIFIC.fullmatch(fold.value(text)):
        return unknown(cell, SCIENTIFIC)
    return reported(cell, text, told(text))


def corporate_number(cell: Cell, terms: Terms) -> Value:
    """Read a corporate number (法人番号): 13 digits; a wrong check digit is told, the number stays as written.

    An invoice number (T and the corporate number) is one too. Source: 法人番号の指定等に関する省令第2条;
    消費税法第57条の2, 国税庁「登録番号の構成」.
    """
    blank = nothing(cell, terms)
    if blank is not None:
        return blank
    text = without_point(fold.value(seen(cell))) if not isinstance(cell, bool) else ""
    if _SCIENTIFIC.fullmatch(text):
        return unknown(cell, SCIENTIFIC)
    digits = _INVOICE.sub("", _SEPARATORS.sub("", text))
    if corporate.is_valid(digits):
        return reported(cell, digits)
    if len(digits) == 13 and digits.isascii() and digits.isdigit():
        return reported(cell, digits, CORPORATE_CHECK)
    return unknown(cell, CORPORATE)


def area_code(cell: Cell, terms: Terms) -> Value:
    """Read an area code (全国地方公共団体コード) as its six digits.

    Four or five digits have lost a leading zero or have no check digit; which, is certain only where the area table
    has just one body for them. Source: 総務省「全国地方公共団体コード仕様」.
    """
    blank = nothing(cell, terms)
    if blank is not None:
        return blank
    text = without_point(fold.value(seen(cell))) if not isinstance(cell, bool) else ""
    if _SCIENTIFIC.fullmatch(text):
        return unknown(cell, SCIENTIFIC)
    if is_valid6(text):
        return reported(cell, text)
    if not _DIGITS.fullmatch(text) or len(text) == 6:
        return unknown(cell, AREA)
    found = {area.code6 for area in _bodies(text, terms)}
    return reported(cell, found.pop(), AREA_RESTORED) if len(found) == 1 else unknown(cell, AREA)


def _bodies(digits: str, terms: Terms) -> Iterator[Area]:
    """Yield the bodies that damaged digits may mean on the reference date."""
    if terms.areas is None or terms.at is None:
        return
    short = digits.zfill(5)
    for code in {digits.zfill(6), short + check_digit(short)}:
        area = terms.areas.get(code, terms.at)
        if area is not None:
            yield area
