"""Likeness of texts by the pairs of characters they share."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

LEAST: Final = 0.6
LEAST_ASCII: Final = 0.8
"""Words of an alphabet share pairs of letters by chance."""
_LOW: Final = 0.4
_HIGH: Final = 0.8
_LONGEST: Final = 40


class Likeness:
    """An index of labels by pairs of neighbouring characters (Dice's coefficient)."""

    def __init__(self, labels: Mapping[str, Sequence[str]]) -> None:
        """Index labels.

        Args:
            labels: folded label → what it names.
        """
        self._labels = labels
        self._sizes: dict[str, int] = {}
        self._having: defaultdict[str, list[str]] = defaultdict(list)
        for label in labels:
            pairs = _pairs(label)
            self._sizes[label] = len(pairs)
            for pair in pairs:
                self._having[pair].append(label)

    def of(self, text: str) -> Iterator[tuple[str, str, float]]:
        """Yield what the labels most like a text name, with the label and a score below that of a label itself.

        Args:
            text: a folded text.
        """
        pairs = _pairs(text) if len(text) <= _LONGEST else frozenset()
        shared: Counter[str] = Counter()
        least = LEAST_ASCII if text.isascii() else LEAST
        for pair in pairs:
            shared.update(self._having.get(pair, ()))
        best: dict[str, tuple[float, str]] = {}
        for label, count in shared.items():
            dice = 2 * count / (len(pairs) + self._sizes[label])
            for name in self._labels[label] if dice >= least else ():
                best[name] = max(best.get(name, (0.0, "")), (dice, label))
        for name, (dice, label) in best.items():
            yield name, label, _LOW + (_HIGH - _LOW) * (dice - LEAST) / (1 - LEAST)


def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[i : i + 2] for i in range(len(text) - 1))
