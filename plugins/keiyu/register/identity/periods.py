"""Validity periods: from when until when each facility was what, told edition by edition.

A period begins where a row says so, else with the first edition that shows the description, and ends where the next
begins, or with the first complete edition that no longer lists the facility. It follows from editions and identities
alone, so a late or corrected edition changes it without anything being rewritten.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, Final

import pyarrow as pa

from keiyu.register.identity import features as compared
from keiyu.register.identity.description import changed
from keiyu.register.identity.features import Features
from keiyu.register.identity.model import IDENTITY, PERIOD, VALID_FROM, VALID_TO
from keiyu.register.identity.policy import Policy

_SOURCE: Final = (pa.field("entry_id", pa.string()), pa.field("source_row", pa.int32()))


@dataclass(frozen=True)
class Edition:
    """A list of facilities as of a date.

    Attributes:
        as_of: its date.
        area: whose it is.
        rows: core rows with their ``identity``; null where none was given yet.
        covers: areas that it lists whole: its own, and those that went into it.
        block: what the area has become since; addresses are compared as if they all stood there.
    """

    as_of: dt.date
    area: str
    rows: pa.Table
    covers: AbstractSet[str]
    block: str


@dataclass
class _Period:
    """One description of one facility."""

    since: dt.date
    until: dt.date | None
    area: str
    values: dict[str, Any]
    features: Features
    fields: list[str] = field(default_factory=list)

    def learn(self, values: Mapping[str, Any], features: Features) -> None:
        """Take over what a later row says, and keep what it leaves unsaid."""
        self.values |= {name: value for name, value in values.items() if value is not None}
        self.features = features


def periods(editions: Sequence[Edition], policy: Policy, schema: pa.Schema) -> pa.Table:
    """Return the periods of every facility, in order of identity and time.

    Args:
        editions: the editions, with identities.
        policy: which fields describe a facility, and whether an absent one has closed.
        schema: Arrow schema of the core table.

    Returns:
        ``identity``, ``valid_from``, ``valid_to`` (the first day on which it no longer holds; null while it does),
        ``fields`` that changed at its beginning, the core table's other columns as last stated in the period, and the
        entry and source row that stated them last.
    """
    tracks: dict[str, list[_Period]] = {}
    for edition in sorted(editions, key=lambda e: (e.as_of, e.area)):
        listed = _listed(edition, tracks, policy)
        if policy.complete:
            for identity, track in tracks.items():
                if identity not in listed and _ends(track[-1], edition):
                    track[-1].until = edition.as_of
    columns = [pa.field(f.name, f.type) for f in schema if f.name not in (VALID_FROM, VALID_TO)]
    out = pa.schema([*PERIOD, pa.field("fields", pa.list_(pa.string())), *columns, *_SOURCE])
    told = [_told(identity, period) for identity in sorted(tracks) for period in tracks[identity]]
    return pa.Table.from_pylist(told, out)


def _ends(last: _Period, edition: Edition) -> bool:
    """Return whether a facility that an edition does not list has closed by its date."""
    return last.until is None and last.area in edition.covers and last.since < edition.as_of


def _listed(edition: Edition, tracks: dict[str, list[_Period]], policy: Policy) -> set[str]:
    """Follow the rows of one edition and return the identities it lists."""
    listed: set[str] = set()
    for identity, values, features in _rows(edition, policy):
        listed.add(identity)
        period = _Period(values[VALID_FROM] or edition.as_of, values[VALID_TO], edition.area, dict(values), features)
        _follow(tracks.setdefault(identity, []), period, policy)
    return listed


def _rows(edition: Edition, policy: Policy) -> Iterator[tuple[str, Mapping[str, Any], Features]]:
    """Yield identity, values and features of each row, in the order in which they hold."""
    block = policy.fields["block"]
    moved = pa.array([edition.block] * edition.rows.num_rows, pa.string())
    told = compared.of(
        edition.rows.set_column(edition.rows.column_names.index(block), block, moved), policy, {edition.as_of}
    )
    rows = zip(edition.rows.to_pylist(), told, strict=True)
    for values, features in sorted(rows, key=lambda row: row[0].get(VALID_FROM) or edition.as_of):
        if values[IDENTITY] is not None:
            yield values[IDENTITY], {VALID_FROM: None, VALID_TO: None, **values}, features


def _follow(track: list[_Period], new: _Period, policy: Policy) -> None:
    """Carry a facility's track on by one row."""
    if not track:
        track.append(new)
        return
    last = track[-1]
    if new.until is not None and new.until <= (last.until or last.since):
        return  # a former period told again
    fields = changed(last.values, new.values, (last.features, new.features), policy)
    if last.until is None and (not fields or new.since <= last.since):
        last.learn(new.values, new.features)
        last.until, last.area = new.until, new.area
        return
    begun = max(new.since, last.until or new.since)
    last.until = last.until or begun
    stated = {name: value for name, value in new.values.items() if value is not None}
    track.append(_Period(begun, new.until, new.area, {**last.values, **stated}, new.features, fields))


def _told(identity: str, period: _Period) -> dict[str, Any]:
    return {
        **period.values,
        IDENTITY: identity,
        VALID_FROM: period.since,
        VALID_TO: period.until,
        "fields": period.fields,
    }
