"""How well a line fits a table, by what its columns hold."""

from collections.abc import Container
from typing import TYPE_CHECKING, Final

from keiyu.read.general.mapping import Mapped, Understanding

if TYPE_CHECKING:
    from keiyu.read.general.table import Found, LineWords

_NAMED: Final = 1.5
_ABOUT: Final = 1.0
_UNASKED: Final = 0.1
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
    used = {m.field: m.confidence for m in understanding.columns if m.field is not None}
    mine = sum(confidence for name, confidence in used.items() if name in own)
    required = [f.name for f in own.values() if f.required]
    lacking = sum(name not in used for name in required)
    doubtful = sum(_doubtful(m, own) for m in understanding.columns)
    about = any(map(line.subjects.names, found.title.split("\n")))
    named = _NAMED if line.named_in(found.title) else _ABOUT if about else 0.0
    named += line.subjects.share({name: found.seen[at].sample for name, at in understanding.fields.items()})
    return (mine + 0.5 * (sum(used.values()) - mine) - 0.5 * lacking + doubtful + named, mine / max(len(own), 1))


def _doubtful(column: Mapped, own: Container[str]) -> float:
    """Return what a column without a field says for a line: that it knows the header, or that its values mislead."""
    if column.why == "unasked":
        return _UNASKED
    if not column.review:
        return 0.0
    best = column.candidates[0] if column.candidates else None
    if best is not None and (best.fit.share or 1.0) <= _UNLIKE:
        return 0.0
    return _DOUBTED * best.confidence if best is not None and best.hit is not None and best.field in own else -_MISLED
