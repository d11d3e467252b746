"""How well a line fits a table, by what its columns hold."""

from collections.abc import Container, Sequence
from typing import TYPE_CHECKING, Final

from keiyu.read.general.evidence import POWER
from keiyu.read.general.hits import Heard
from keiyu.read.general.mapping import (
    CROSSED,
    CROSSED_OVER,
    GUESSED,
    GUESSES,
    LEAST,
    MOST,
    SHARED,
    TELLING,
    UNNAMED,
    USE,
    Mapped,
    Mapper,
    Seen,
    Understanding,
)
from keiyu.read.general.parts import Part

if TYPE_CHECKING:
    from keiyu.read.general.table import Found, LineWords

_NAMED: Final = 1.5
_ABOUT: Final = 1.0
_SHARE: Final = 1.0
"""Most that the values which name things of a line say for it."""
_ROUNDED: Final = 1e-6
_NUMBER: Final = "identifier"
"""Sort of the numbers of records."""
_DOUBTED: Final = 0.3
_MISLED: Final = 0.2
_UNLIKE: Final = 0.5
"""Share of values of a field's form up to which its header says nothing for a line."""


def fits(line: "LineWords", understanding: Understanding, found: "Found") -> tuple[float, float]:
    """Return how well a line fits: by its own columns and what rows are about, then by the share of its own fields.

    Args:
        line: the words of the line.
        understanding: the columns as it understands them.
        found: the table.
    """
    own = line.contract.fields
    telling = [m for m in understanding.columns if not _is_numbered(m, line)]
    used = {m.field: m.confidence for m in telling if m.field is not None}
    mine = sum(confidence for name, confidence in used.items() if name in own)
    lacking = _lacking(line, understanding.fields)
    doubtful = sum(_doubtful(m, own) for m in telling)
    named = _named(line, found)
    named += line.subjects.share({name: found.seen[at].sample for name, at in understanding.fields.items()})
    return (mine + 0.5 * (sum(used.values()) - mine) - lacking + doubtful + named, mine / max(len(own), 1))


def fits_at_most(
    line: "LineWords",
    mapper: Mapper,
    columns: Sequence[Seen],
    heard: Sequence[Heard],
    parts: Sequence[Part],
    found: "Found",
) -> float:
    """Return the most that :func:`fits` may come to, by what the headers say and without weighing the values.

    Every column is taken for as sure as the best values make it. A field counts once, and a column for one field or,
    where it is sure of none, for what a doubtful one says.

    Args:
        line: the words of the line.
        mapper: maps columns by them.
        columns: the columns.
        heard: what their headers say.
        parts: fields that lie in several of them.
        found: the table.
    """
    own = line.contract.fields
    whole = {at: {part.field: part.confidence} for part in parts for at in part.columns}
    unused = by_column = 0.0
    by_field: dict[str, float] = {}
    for column, said in zip(columns, heard, strict=True):
        sure = whole[column.index] if column.index in whole else _most(mapper, column, said)
        doubtful = max((LEAST * said.known, *(_DOUBTED * most for name, most in sure.items() if name in own)))
        more = {n: (most if n in own else 0.5 * most) - doubtful for n, most in sure.items() if most >= USE}
        unused += doubtful
        by_column += max((0.0, *more.values()))
        by_field |= {name: max(gain, by_field.get(name, 0.0)) for name, gain in more.items()}
    told = unused + min(by_column, sum(by_field.values()))
    return told - _lacking(line, by_field) + _named(line, found) + _SHARE + _ROUNDED


def _most(mapper: Mapper, column: Seen, heard: Heard) -> dict[str, float]:
    """Return how sure a column is at most of each field that it may hold, as :class:`Mapper` weighs it."""
    sorts = mapper.judge.sorts
    sure: list[tuple[str, float]] = []
    for hit in heard.hits[:MOST]:
        sort = sorts[hit.field]
        power = POWER.get(sort, 0.0)
        most = hit.score + (1 - hit.score) * power
        sure.append((hit.field, min(most, GUESSED) if hit.how in GUESSES and power < TELLING else most))
        if sort in CROSSED:
            sure += [(name, CROSSED_OVER * hit.score) for name, other in sorts.items() if other == CROSSED[sort]]
    if mapper.may_be_unnamed(column, heard):
        sure += [(name, UNNAMED + (1 - UNNAMED) * POWER[sorts[name]]) for name in mapper.judge.alone]
    if any(level.shared for level in column.levels[-1:]):
        sure += [(name, SHARED + (1 - SHARED) * POWER[sorts[name]]) for name in mapper.judge.telling]
    found: dict[str, float] = {}
    for name, most in sure:
        found[name] = max(most, found.get(name, 0.0))
    return found


def _is_numbered(column: Mapped, line: "LineWords") -> bool:
    """Return whether a column is a bare number of its rows (NO, 番号), as lists of anything have."""
    best = next((c for c in column.candidates if column.field in (None, c.field)), None)
    return (
        best is not None and best.hit is not None and best.hit.how == "weak" and line.judge.sorts[best.field] == _NUMBER
    )


def _lacking(line: "LineWords", fields: Container[str]) -> float:
    """Return what a line loses by the fields that every row of it must have."""
    return 0.5 * sum(name not in fields for name in line.required)


def _named(line: "LineWords", found: "Found") -> float:
    """Return what title and header say for a line: that they name its things (避難場所, 保育園)."""
    about = any(map(line.subjects.names, found.title.split("\n")))
    said = _NAMED if line.named_in(found.title) else _ABOUT if about else 0.0
    return said + (_ABOUT if any(map(line.subjects.names, found.labels)) else 0.0)


def _doubtful(column: Mapped, own: Container[str]) -> float:
    """Return what a column without a field says for a line: that it knows the header, or that its values mislead."""
    if column.why == "unasked":
        return LEAST
    if not column.review:
        return 0.0
    best = column.candidates[0] if column.candidates else None
    if best is not None and (best.fit.share or 1.0) <= _UNLIKE:
        return 0.0
    return _DOUBTED * best.confidence if best is not None and best.hit is not None and best.field in own else -_MISLED
