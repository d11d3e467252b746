"""Conditions and lots that queries of every room share."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, TypeVar

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import InstrumentedAttribute

from keiyu.ledger.models import Entry

LOT: Final = 500
"""How many keys one statement may name."""

_Key = TypeVar("_Key")


def lots(keys: Iterable[_Key]) -> Iterator[list[_Key]]:
    """Yield keys, in their order, in lots that a statement can name."""
    rest = iter(keys)
    while lot := list(islice(rest, LOT)):
        yield lot


def live_at(seq: int | None = None) -> ColumnElement[bool]:
    """Return the condition under which an entry is live at a sequence; now by default."""
    if seq is None:
        return and_(Entry.state == "accepted", Entry.superseded_seq.is_(None))
    return held_at(Entry.accepted_seq, Entry.superseded_seq, seq)


def held_at(
    since: InstrumentedAttribute[int | None] | InstrumentedAttribute[int],
    until: InstrumentedAttribute[int | None],
    seq: int,
) -> ColumnElement[bool]:
    """Return the condition under which what is recorded from one sequence to another holds at a sequence."""
    return and_(since <= seq, or_(until.is_(None), until > seq))
