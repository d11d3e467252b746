"""Headers that stand one column beside their values: a property was left out, and all behind it have another's name.

Some headers contradict their values openly then, and their values are what the header beside them promises. Others
do so silently, a fax number under 電話番号; so all behind the first are for a person to see.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from keiyu.read.general.evidence import Judge
from keiyu.read.general.mapping import Mapped, Seen, Understanding

_FEWEST: Final = 2
_FITS: Final = 0.8


def unshifted(understanding: Understanding, columns: Sequence[Seen], judge: Judge) -> Understanding:
    """Leave columns to a person whose headers seem to stand one column beside their values.

    Args:
        understanding: the columns as header and values tell them.
        columns: the same as they are seen.
        judge: judges values.
    """
    mapped = understanding.columns
    for step in (1, -1):
        proofs = [at for at in range(len(mapped)) if _is_of(mapped, columns, at, at - step, judge)]
        if len(proofs) >= _FEWEST:
            told = (_left(m) if at >= proofs[0] else m for at, m in enumerate(mapped))
            return replace(understanding, columns=tuple(told))
    return understanding


def _is_of(mapped: Sequence[Mapped], columns: Sequence[Seen], at: int, beside: int, judge: Judge) -> bool:
    """Return whether values contradict their own header and are what the one beside it promises."""
    if mapped[at].why != "contradiction" or not 0 <= beside < len(mapped) or not mapped[beside].candidates:
        return False
    fit = judge.fit(mapped[beside].candidates[0].field, columns[at].sample)
    own = judge.fit(mapped[at].candidates[0].field, columns[at].sample)
    return fit.power > 0 and (fit.share or 0.0) >= _FITS > (own.share or 0.0)


def _left(mapped: Mapped) -> Mapped:
    return mapped if mapped.field is None else replace(mapped, field=None, review=True, why="shifted", part=None)
