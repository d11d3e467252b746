"""A snapshot as the Arrow tables that queries see: the collection, its municipalities, and who owes a submission."""

from collections.abc import Collection as Several
from collections.abc import Iterable
from typing import Final

import pyarrow as pa

from keiyu.contract import reporters
from keiyu.publish.snapshot import Snapshot
from keiyu.publish.universe import Municipality
from keiyu.read.model import ValueStatus

_AREAS: Final = pa.schema([(name, pa.string()) for name in Municipality.__annotations__])


def collection(taken: Snapshot) -> pa.Table:
    """Return the view ``collection``: ``line``, ``as_of``, ``wave``."""
    line, as_of = taken.collection.line, taken.collection.as_of
    return pa.table({"line": [line], "as_of": pa.array([as_of], pa.date32()), "wave": [as_of.strftime("%m-%d")]})


def areas(municipalities: Iterable[Municipality]) -> pa.Table:
    """Return the view ``areas`` of some municipalities."""
    return pa.Table.from_pylist(list(municipalities), _AREAS)


def areas_in(taken: Snapshot, prefectures: Several[str]) -> pa.Table:
    """Return the view ``areas`` of a snapshot's municipalities in some prefectures."""
    return areas(one for one in taken.universe.municipalities if one["prefecture_code"] in prefectures)


def respondents(taken: Snapshot, prefectures: Several[str]) -> pa.Table:
    """Return the view ``respondents``: who owes a submission in some prefectures, and what came of it.

    ``weight_due`` is what each weighs by the last collection (null where it weighs nothing of its own), ``weight_in``
    how much of that is in.
    """
    due = [(reporter, place) for reporter, place in taken.universe.due.items() if place in prefectures]
    told = taken.contract.respondents
    named = [reporters.split(told, reporter) for reporter, _ in due]
    columns = {name: [parts[at] for parts in named] for at, name in enumerate(told.identity)} | {
        "prefecture_code": [place for _, place in due],
        "value_status": [_status(taken, reporter) for reporter, _ in due],
        "flag": [taken.flags.get(reporter) for reporter, _ in due],
    }
    weights = [taken.weights.get(reporter, (None, None)) for reporter, _ in due]
    weighed = {name: [one[at] for one in weights] for at, name in enumerate(("weight_in", "weight_due"))}
    return pa.table(
        {name: pa.array(values, pa.string()) for name, values in columns.items()}
        | {name: pa.array(values, pa.float64()) for name, values in weighed.items()}
    )


def _status(taken: Snapshot, reporter: str) -> str:
    entry = taken.live.get(reporter)
    if reporter in taken.exempt:
        return ValueStatus.EXCLUDED.value
    if entry is None:
        return (ValueStatus.UNKNOWN if reporter in taken.held else ValueStatus.NOT_SUBMITTED).value
    return (ValueStatus.NONE if entry.nil else ValueStatus.REPORTED).value
