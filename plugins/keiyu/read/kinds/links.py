"""Web and e-mail addresses: as written, but for widths that no address can have."""

import re
from typing import Final

from keiyu.read import fold
from keiyu.read.grid import Cell
from keiyu.read.kinds.model import Value, reported, unknown
from keiyu.read.kinds.terms import Terms, nothing
from keiyu.read.kinds.texts import tidy

URL: Final = "read.url.unclear"
EMAIL: Final = "read.email.unclear"

PLAIN: Final = r"https?://[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]{2,})+(?:/[0-9A-Za-z_~%.,=?+/#-]*)?"
"""An address in letters that every address has."""

_SCHEME: Final = re.compile(r"\s*([hｈ][tｔ][tｔ][pｐ][sｓ]?)\s*([:：])\s*([/／]{2})", re.IGNORECASE)
_URL: Final = re.compile(r"https?://[^\s/?#:]+\.[^\s/?#:]{2,}(?::\d+)?(?:[/?#]\S*)?")
_EMAIL: Final = re.compile(r"[!-?A-~]{1,64}@[0-9A-Za-z-]{1,63}(?:\.[0-9A-Za-z-]{1,63}){1,8}", re.ASCII)
_MAILTO: Final = re.compile(r"mailto:", re.IGNORECASE)


def url(cell: Cell, terms: Terms) -> Value:
    """Read a web address; full-width ``http：／／`` is made half width, anything else stays as written.

    What is no ``http(s)`` address by itself (restcare.co.jp, two of them, an e-mail address) is told.
    Source: RFC 3986.
    """
    blank = nothing(cell, terms)
    if blank is not None:
        return blank
    if not isinstance(cell, str):
        return unknown(cell, URL)
    text = tidy(cell)
    scheme = _SCHEME.match(text)
    if scheme:
        text = f"{fold.value(scheme[1]).lower()}://{text[scheme.end() :]}"
    return reported(cell, text, None if _URL.fullmatch(text) else URL)


def email(cell: Cell, terms: Terms) -> Value:
    """Read an e-mail address, full width made half; what is none is told and stays as written. Source: RFC 5321."""
    blank = nothing(cell, terms)
    if blank is not None:
        return blank
    if not isinstance(cell, str):
        return unknown(cell, EMAIL)
    text = tidy(cell)
    folded = _MAILTO.sub("", fold.value(text), count=1)
    return reported(cell, folded) if _EMAIL.fullmatch(folded) else reported(cell, text, EMAIL)
