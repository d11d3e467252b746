"""A label with a word behind it, and no sign between, that changes nothing: 開始時刻平日, startTimeWeekDays."""

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import accumulate
from typing import Final

WORD: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|[_\-\s]+")
"""Where one English word of a header ends and the next begins."""
_SHORTEST: Final = 2


def followed(text: str, folded: str, labels: Mapping[str, object], behind: Collection[str]) -> Iterator[str]:
    """Yield the labels in which a text begins that only such a word follows.

    Args:
        text: the header without brackets.
        folded: the same, folded.
        labels: folded labels of the line.
        behind: folded words that change nothing there.
    """
    words = [w.casefold() for w in WORD.split(text.strip()) if w] if text.isascii() else []
    for end in accumulate(map(len, words)) if words else range(_SHORTEST, len(folded) - 1):
        if folded[end:] in behind and folded[:end] in labels:
            yield folded[:end]
