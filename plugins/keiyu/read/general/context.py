"""How headers are understood under what stands around them: title, other headers, and what the figures say."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from keiyu.contract.wording import Composition
from keiyu.read import fold
from keiyu.read.general.headers import Level
from keiyu.read.general.lexis import Lexis
from keiyu.read.general.mapping import Seen
from keiyu.read.general.unsaid import left_over, row_by_row, whole_of

if TYPE_CHECKING:
    from keiyu.read.general.table import Found, LineWords

_LOOKED: Final = 120
"""Rows that show whether a column adds others up."""


def lexis_of(found: "Found", line: "LineWords") -> Lexis:
    """Return how headers are understood under what the title, the header beside and the values say.

    Args:
        found: the table.
        line: the words by which it is understood.
    """
    if row_by_row(found.short_texts, line.unsaid):
        return line.lexis.under("")
    beside = "\n".join(level.text for column in found.header.levels for level in column)
    lexis = line.lexis.under(found.title, beside)
    guessed = [c for c, levels in zip(found.columns, found.header.levels, strict=True) if _guessed(levels, lexis)]
    usual = bool(guessed) and left_over(guessed, line.lexis.cues)
    return line.lexis.under(found.title, beside, usual=True) if usual else lexis


def _guessed(levels: Sequence[Level], lexis: Lexis) -> bool:
    return len(levels) == 1 and lexis.guesses(levels[0].text)


def counted(found: "Found", line: "LineWords") -> list[Seen]:
    """Return the columns as they are seen; those named by an age alone by what the column counts that adds them up.

    Args:
        found: the table.
        line: the words by which it is understood.
    """
    for composition, labels in line.ages:
        ages = [s for s in found.seen if len(s.levels) == 1 and fold.joined(s.levels[0].text) in labels]
        of_ages = frozenset(s.index for s in ages)
        if of_ages not in found.wholes:
            others = {s.index: s.rows[:_LOOKED] for s in found.seen if s.index not in of_ages and s.levels}
            found.wholes[of_ages] = whole_of([s.rows[:_LOOKED] for s in ages], others)
        whole = found.wholes[of_ages]
        item = _item(found.seen[whole].levels, composition, line.lexis) if whole is not None else None
        if item is not None:
            told = {s.index: replace(s, levels=(replace(s.levels[0], text=item + s.levels[0].text),)) for s in ages}
            return [told.get(s.index, s) for s in found.seen]
    return found.seen


def ages_of(composition: Composition) -> frozenset[str]:
    """Return the folded labels of single codes of the dimensions of which a label need name none: ages.

    Args:
        composition: a family of columns.
    """
    dimensions = (d for d in composition.dimensions if d.name in composition.default)
    codes = (c for d in dimensions for c in d.codes if c.code != composition.default[d.name])
    return frozenset(fold.joined(text) for c in codes for text in (c.label_ja, *c.synonyms))


def _item(levels: Sequence[Level], composition: Composition, lexis: Lexis) -> str | None:
    """Return the label of what a column counts; none where its header does not say."""
    hit = next(iter(lexis.hear("_".join(level.text for level in levels)).hits), None)
    way = next((way for way, field in composition.fields.items() if hit is not None and field == hit.field), ())
    named = (
        next(c.label_ja for c in dimension.codes if c.code == code)
        for dimension, code in zip(composition.dimensions, way, strict=False)
        if composition.default.get(dimension.name) != code
    )
    return "".join(named) or None
