"""What an edition changes: facilities opened, described otherwise, reopened, closed."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from keiyu.register.identity.description import changed
from keiyu.register.identity.matching import Doubt
from keiyu.register.identity.model import CHANGES, IDENTITY, VALID_FROM, VALID_TO
from keiyu.register.identity.policy import Policy
from keiyu.register.identity.sides import Side, past, spokesmen


def changes(
    known: Side,
    edition: Side,
    pairs: Mapping[int, int],
    issued: Mapping[int, str],
    doubts: Sequence[Doubt],
    *,
    as_of: dt.date,
    policy: Policy,
    covered: Collection[str],
) -> pa.Table:
    """Return what an edition changes, in order of identity.

    Args:
        known: the known rows.
        edition: the edition's rows.
        pairs: row → known row.
        issued: row → new identity.
        doubts: pairs in doubt; what hangs on them is marked.
        as_of: date of the edition.
        policy: which fields describe a facility, and whether an absent one has closed.
        covered: areas of which the edition is the whole list.
    """
    told = list(_of_rows(known, edition, pairs, as_of, policy))
    rows = {doubt.pair.row for doubt in doubts}
    told += [_change(new, "opened", row, _since(edition.rows[row], as_of), row in rows) for row, new in issued.items()]
    if policy.complete:
        absent = {doubt.pair.known for doubt in doubts}
        told += [
            _change(known.rows[i][IDENTITY], "closed", None, as_of, i in absent)
            for i in set(spokesmen(known).values()) - set(pairs.values())
            if known.features[i].block in covered and _holds(known.rows[i], as_of)
        ]
    return pa.Table.from_pylist(sorted(told, key=lambda change: str(change[IDENTITY])), CHANGES)


def _of_rows(
    known: Side, edition: Side, pairs: Mapping[int, int], as_of: dt.date, policy: Policy
) -> Iterator[dict[str, Any]]:
    for row, i in pairs.items():
        old, new = known.rows[i], edition.rows[row]
        fields = changed(old, new, (known.features[i], edition.features[row]), policy)
        since = max(_since(new, as_of), old[VALID_FROM])
        if past(new, as_of):
            if old[VALID_TO] is None:
                yield _change(old[IDENTITY], "closed", row, new[VALID_TO], False, fields)
        elif old[VALID_TO] is not None:
            yield _change(old[IDENTITY], "reopened", row, max(since, old[VALID_TO]), False, fields)
        elif fields:
            yield _change(old[IDENTITY], "changed", row, since, False, fields)


def _change(
    identity: object, kind: str, row: int | None, at: dt.date, doubtful: bool, fields: Sequence[str] = ()
) -> dict[str, Any]:
    return {IDENTITY: identity, "kind": kind, "fields": list(fields), "row": row, "at": at, "doubtful": doubtful}


def _since(row: Mapping[str, Any], as_of: dt.date) -> dt.date:
    """Return from when a row holds: what it says, unless that is later than the edition; else the edition's date."""
    stated: dt.date | None = row.get(VALID_FROM)
    return min(stated, as_of) if stated else as_of


def _holds(row: Mapping[str, Any], as_of: dt.date) -> bool:
    return row[VALID_FROM] <= as_of and row[VALID_TO] is None
