"""The names of a table's rows under no header: the corner of a table of figures is often left blank."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from keiyu.read import fold
from keiyu.read.general.evidence import Judge
from keiyu.read.general.mapping import Candidate, Mapped, Seen, Understanding
from keiyu.read.grid import Cell

_NAME: Final = "name"
_FEWEST: Final = 3
_HALF: Final = 0.5
_SURE: Final = 0.8
_UNSURE: Final = 0.5


def with_names(
    understanding: Understanding, columns: Sequence[Seen], judge: Judge, names: Callable[[Cell], bool]
) -> Understanding:
    """Take the first column for names where it has no header, no two values alike, and no column is of names.

    Where few of its values say what they name, a person must see it.

    Args:
        understanding: the columns of a table.
        columns: the same as they are seen.
        judge: judges values.
        names: whether a value names a thing of the line.
    """
    told = understanding.columns
    if understanding.memory is not None or any(_is_of_names(mapped) for mapped in told):
        return understanding
    first = next((at for at, column in enumerate(columns) if column.sample), None)
    if first is None or told[first].field is not None or told[first].review or not _may_name(columns[first]):
        return understanding
    fit = judge.fit(_NAME, columns[first].sample)
    if fit.share != 1.0:
        return understanding
    sample = columns[first].sample
    sure = sum(map(names, sample)) >= _HALF * len(sample)
    confidence = _SURE if sure else _UNSURE
    seen = replace(
        told[first],
        field=_NAME if sure else None,
        confidence=confidence,
        review=not sure,
        candidates=(Candidate(_NAME, confidence, None, fit),),
        why=None if sure else "headless",
    )
    return replace(understanding, columns=(*told[:first], seen, *told[first + 1 :]))


def _is_of_names(mapped: Mapped) -> bool:
    return mapped.field == _NAME or any(candidate.field == _NAME for candidate in mapped.candidates)


def _may_name(column: Seen) -> bool:
    """Return whether a column has no header, and texts of which no two are alike."""
    texts = [fold.joined(cell) for cell in column.sample if isinstance(cell, str)]
    apart = len(texts) == len(column.sample) == len(set(texts))
    return apart and len(texts) >= _FEWEST and not any(level.text.strip() for level in column.levels)
