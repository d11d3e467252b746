"""Words of a line's code lists in the titles of sections: 公立保育所 is a kind of body and a kind of facility."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from keiyu.read import fold

_BRACKETS: Final = re.compile(r"[\[\]()（）【】〔〕<>《》「」『』|/・:：]")
_SHORTEST: Final = 2
_LONGEST: Final = 30


class Coded:
    """Understands texts that are put together of words of code lists."""

    def __init__(self, words: Mapping[str, frozenset[str]]) -> None:
        """Prepare.

        Args:
            words: field → the words of its code list, folded.
        """
        self._words = words

    @property
    def words(self) -> frozenset[str]:
        """All the words, folded."""
        return frozenset().union(*self._words.values())

    def __call__(self, text: str) -> dict[str, str]:
        """Return field → the words of a text that say it; nothing where any part of the text says nothing.

        Args:
            text: a title, without number and brackets around it.
        """
        if len(text) > _LONGEST:
            return {}
        whole = fold.joined(text)
        found = {name: text for name, known in self._words.items() if whole in known}
        for parts in _divided(text):
            said = [self._fields(part) for part in parts]
            if all(said):
                for part, names in zip(parts, said, strict=True):
                    for name in names if len(names) == 1 else ():
                        found.setdefault(name, part)
        return found

    def _fields(self, word: str) -> set[str]:
        folded = fold.joined(word)
        return {name for name, known in self._words.items() if folded in known}


def _divided(text: str) -> Iterator[list[str]]:
    """Yield the ways in which a title may be put together of two words."""
    parts = [part for piece in _BRACKETS.split(text) for part in piece.split() if part]
    if len(parts) == _SHORTEST:
        yield parts
    whole = "".join(text.split())
    for at in range(_SHORTEST, len(whole) - 1):
        yield [whole[:at], whole[at:].removeprefix("の")]
