"""The names of a table's rows under no header, or one not known: the corner of figures is often left blank."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from keiyu.read import fold
from keiyu.read.general.cues import Cues
from keiyu.read.general.evidence import Judge
from keiyu.read.general.mapping import Candidate, Mapped, Seen, Understanding
from keiyu.read.grid import Cell

_NAME: Final = "name"
_CALLED: Final = "名"
"""How the word for a name is spelt in headers (schemas/mapping.yaml, spellings)."""
_FEWEST: Final = 3
_HALF: Final = 0.5
_SURE: Final = 0.8
_UNSURE: Final = 0.5


def with_names(
    understanding: Understanding, columns: Sequence[Seen], judge: Judge, names: Callable[[Cell], bool], cues: Cues
) -> Understanding:
    """Take the first column for names where it has no header, no two values alike, and no column is of names.

    Where few of its values say what they name, a person must see it; and so they must a column whose header is not
    known and says of something that it is its name: 避難地名.

    Args:
        understanding: the columns of a table.
        columns: the same as they are seen.
        judge: judges values.
        names: whether a value names a thing of the line.
        cues: other spellings of words.
    """
    told = understanding.columns
    if understanding.memory is not None or any(_is_of_names(mapped) for mapped in told):
        return understanding
    first = next((at for at, column in enumerate(columns) if column.sample), None)
    headless = first is not None and not any(level.text.strip() for level in columns[first].levels)
    at = first if headless else next((n for n, c in enumerate(columns) if _called(c, told[n], cues)), None)
    if at is None or told[at].field is not None or told[at].review or not _may_name(columns[at]):
        return understanding
    fit = judge.fit(_NAME, columns[at].sample)
    if fit.share != 1.0:
        return understanding
    sample = columns[at].sample
    sure = headless and sum(map(names, sample)) >= _HALF * len(sample)
    confidence = _SURE if sure else _UNSURE
    seen = replace(
        told[at],
        field=_NAME if sure else None,
        confidence=confidence,
        review=not sure,
        candidates=(Candidate(_NAME, confidence, None, fit),),
        why=None if sure else "headless" if headless else "called",
    )
    return replace(understanding, columns=(*told[:at], seen, *told[at + 1 :]))


def _is_of_names(mapped: Mapped) -> bool:
    return mapped.field == _NAME or any(candidate.field == _NAME for candidate in mapped.candidates)


def _called(column: Seen, mapped: Mapped, cues: Cues) -> bool:
    """Return whether the header of a column is not known, and says that it holds the names of something."""
    text = fold.joined(column.levels[-1].text) if column.levels else ""
    return mapped.why == "unlike" and cues.spelt(text).endswith(_CALLED) and _may_name(column)


def _may_name(column: Seen) -> bool:
    """Return whether a column has texts of which no two are alike."""
    texts = [fold.joined(cell) for cell in column.sample if isinstance(cell, str)]
    return len(texts) == len(column.sample) == len(set(texts)) and len(texts) >= _FEWEST
