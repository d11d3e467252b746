"""Yes and no, and labels of code lists."""

import re
from typing import Final

from keiyu.read import fold
from keiyu.read.grid import Cell
from keiyu.read.kinds.lexicon import Lexicon
from keiyu.read.kinds.model import Value, reported, unknown
from keiyu.read.kinds.terms import Terms, nothing
from keiyu.read.kinds.texts import composed, tidy
from keiyu.read.values import raw as seen

UNCLEAR: Final = "read.flag.unclear"
UNLISTED: Final = "read.choice.unlisted"

_SAID_WITH: Final = re.compile(r"(?:[ \u3000\n、,，]+|(?=[(（\[【〔※＊*]))(\S.*)", re.DOTALL)
_NUMBERED: Final = re.compile(r"^[0-9０-９][:：.．]\s*(?=[^\d\s])")
_LONGEST: Final = 200
_WORD: Final = 2
"""Least length of a word: 公 and 市 begin too many names."""
PUBLIC: Final = "public"
PRIVATE: Final = "private"


def flag(cell: Cell, terms: Terms) -> Value:
    """Read yes or no: ○ 〇 ◯ 有 あり Y 1 実施; × ✕ 無 なし N 0 未実施. △ and other signs are neither.

    Words are those of ``schemas/reading.yaml`` and go before the line's symbols (なし is no, not a missing figure).
    A remark behind the word, in brackets or after ※, does not change it. Convention of published lists.
    """
    return _flag(cell, terms, None)


def designated(cell: Cell, terms: Terms) -> Value:
    """Read whether a shelter is designated: 指定, 指定避難所, 未指定, and yes and no.

    Source: 災害対策基本法第49条の4, 第49条の7.
    """
    return _flag(cell, terms, terms.lexicon)


def _flag(cell: Cell, terms: Terms, lexicon: Lexicon | None) -> Value:
    if isinstance(cell, bool):
        return reported(cell, cell)
    if isinstance(cell, int | float):
        return reported(cell, bool(cell)) if cell in (0, 1) else unknown(cell, UNCLEAR)
    if not isinstance(cell, str):
        return unknown(cell, UNCLEAR)
    bare = _NUMBERED.sub("", tidy(cell)) if len(cell) <= _LONGEST else ""
    word, remark = _parted(bare)
    said = _said(bare, terms, lexicon)
    if said is None and _said(remark.strip("()（）"), terms, lexicon) is None:
        said = _said(word, terms, lexicon)
    if said is not None:
        return reported(cell, said, remark=remark)
    blank = nothing(cell, terms)
    return unknown(cell, UNCLEAR) if blank is None else blank


def _said(text: str, terms: Terms, lexicon: Lexicon | None) -> bool | None:
    word = fold.label(text)
    if lexicon is not None and word in lexicon.designated:
        return lexicon.designated[word]
    return terms.words.booleans.get(word.removesuffix(".0") if word in ("1.0", "0.0") else word)


def _parted(text: str) -> tuple[str, str]:
    """Part a word from the remark behind it: in brackets, after ※, a comma or a blank."""
    remark = _SAID_WITH.search(text, 1)
    return (text[: remark.start()], remark[1]) if remark else (text, "")


def listed(cell: Cell, terms: Terms) -> Value:
    """Read a label of the field's code list as its code.

    A label that the list does not have stays as written and is told, for the check to ask about.
    """
    return _coded(cell, terms, keep=True)


def choice(cell: Cell, terms: Terms) -> Value:
    """Read a label of the field's code list as its code; any other text is not certain."""
    return _coded(cell, terms, keep=False)


def ownership(cell: Cell, terms: Terms) -> Value:
    """Read who founded a facility: the code list's labels, a legal form, or a prefecture or municipality by name.

    A label before a kind of facility says it as well: 区立保育園, 私立認定こども園.

    Source: 社会福祉施設等調査 — 公営 is the state, 独立行政法人, 都道府県, 市区町村, 一部事務組合 and 広域連合;
    社会福祉法人, 医療法人, 公益法人・日赤 and 営利法人 are 私営. その他 and 他の法人 say neither.
    """
    value = _coded(cell, terms, keep=False)
    if value.note != UNLISTED or not isinstance(cell, str) or len(cell) > _LONGEST:
        return value
    text = fold.label(cell).strip("()[]「」")
    code = _founder(text, terms.lexicon) or kind_founded(text, terms)
    return reported(cell, code) if code else value


def kind_founded(text: str, terms: Terms) -> str | None:
    """Return who founded facilities of a kind: 区立保育園 is of the ward.

    Args:
        text: a folded text.
        terms: the words of the field that says who founded a facility.

    Returns:
        The code; none where no label stands before a word of facilities.
    """
    cuts = range(len(text) - _WORD, _WORD - 1, -1) if text.endswith(terms.lexicon.facilities) else ()
    return next((terms.codes[text[:at]] for at in cuts if text[:at] in terms.codes), None)


def _founder(text: str, lexicon: Lexicon) -> str | None:
    if text.startswith(lexicon.public_forms) or text.endswith(lexicon.public_forms):
        return PUBLIC
    if text.startswith(lexicon.private_forms) or text.endswith(lexicon.private_forms):
        return PRIVATE
    ending = next((word for word in lexicon.founded if text.endswith(word)), "")
    place = text.removesuffix(ending)
    return PUBLIC if place in lexicon.municipalities or place in lexicon.prefectures else None


def _coded(cell: Cell, terms: Terms, *, keep: bool) -> Value:
    blank = nothing(cell, terms)
    if blank is not None:
        return blank
    text = composed(tidy(seen(cell)))
    code = terms.codes.get(fold.label(text)) if len(text) <= _LONGEST else None
    if code is not None:
        return reported(cell, code)
    return reported(cell, text, UNLISTED) if keep else unknown(cell, UNLISTED)
