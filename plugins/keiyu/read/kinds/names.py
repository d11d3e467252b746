"""Names folded for comparison: one facility under several spellings. What is stored is never folded."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from keiyu.read.kinds.lexicon import Lexicon

_MARKS: Final = re.compile(r"[\s・･\-‐‑‒–—―−、。,.'’\"“”!！?？&＆/／|()\[\]{}「」『』【】〔〕〈〉《》<>〜~]+")
_SAME: Final = str.maketrans("ヶヵの", "ケカノ")
_LONGEST: Final = 300


@lru_cache(maxsize=65_536)
def fold_name(text: str, lexicon: Lexicon) -> str:
    """Fold the name of a facility or a body for comparison with others; never for keeping.

    Widths, case, blanks and marks; legal forms at either end go (社会福祉法人, （福）, ㈱), as files give or leave
    them; ケ and ヶ, の and ノ are one. Words of the name stay: みどり保育園 and みどりこども園 may be two.

    Args:
        text: the name as written.
        lexicon: the legal forms.

    Returns:
        The folded name; never empty for a name with letters.
    """
    bare = unicodedata.normalize("NFKC", text[:_LONGEST]).casefold()
    core = _forms(lexicon).sub("", bare)
    folded = _MARKS.sub("", core) or _MARKS.sub("", bare)
    return folded.translate(_SAME)


def has_legal_form(text: str, lexicon: Lexicon) -> bool:
    """Return whether a legal form stands at either end of a text, as it does in the name of a body."""
    return _forms(lexicon).search(unicodedata.normalize("NFKC", text[:_LONGEST]).casefold()) is not None


@lru_cache(maxsize=4)
def _forms(lexicon: Lexicon) -> re.Pattern[str]:
    long = "|".join(map(re.escape, (*lexicon.private_forms, *lexicon.public_forms)))
    short = "|".join(map(re.escape, lexicon.short_forms))
    form = rf"(?:{long}|[(\[]\s*(?:{short})\s*[)\]])"
    return re.compile(rf"^\s*{form}\s*|\s*{form}\s*$")
