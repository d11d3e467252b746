"""More time and no duty: extensions (期限の延長) and exemptions (提出免除), each with its reason and its event."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select

from keiyu.contract.model import Collection
from keiyu.ledger.calendar import Exemption, Extension
from keiyu.ledger.database import Ledger
from keiyu.ledger.events import Draft, append, head, serialise
from keiyu.ledger.ids import new_id


@dataclass(frozen=True, slots=True)
class Granted:
    """An extension or exemption that holds.

    Attributes:
        area: code of the area or reporter.
        reason: why.
        at: since when.
        until: last day, of an extension.
    """

    area: str
    reason: str
    at: dt.datetime
    until: dt.date | None = None


@dataclass(frozen=True)
class Dispensations:
    """What holds in one collection, by area.

    Attributes:
        extensions: area → its extension.
        exemptions: area or reporter → its exemption.
    """

    extensions: Mapping[str, Granted]
    exemptions: Mapping[str, Granted]


def extend(ledger: Ledger, collection: Collection, areas: Sequence[str], until: dt.date, reason: str) -> int:
    """Grant areas more time; a later extension of the same area takes the place of an earlier one.

    Args:
        ledger: the ledger.
        collection: in which collection.
        areas: 6-digit codes of municipalities or prefectures, or codes of facilities.
        until: last day, a business day.
        reason: why, e.g. 令和６年能登半島地震.

    Returns:
        Sequence of the event.
    """
    payload = {"areas": sorted(areas), "until": until.isoformat(), "reason": reason}
    rows = [{"area": area, "until": until, "reason": reason} for area in areas]
    return _grant(ledger, collection, "extend", payload, Extension, rows)


def exempt(ledger: Ledger, collection: Collection, areas: Sequence[str], reason: str, *, holds: bool = True) -> int:
    """Excuse reporters from submitting, or end that.

    Args:
        ledger: the ledger.
        collection: in which collection.
        areas: codes of reporters, or of municipalities or prefectures for all reporters in them.
        reason: why.
        holds: false ends an earlier exemption.

    Returns:
        Sequence of the event.
    """
    payload = {"areas": sorted(areas), "holds": holds, "reason": reason}
    rows = [{"area": area, "holds": holds, "reason": reason} for area in areas]
    return _grant(ledger, collection, "exempt", payload, Exemption, rows)


def dispensations(connection: Connection, collection: Collection, at_seq: int | None = None) -> Dispensations:
    """Return what holds in a collection.

    Args:
        connection: a transaction.
        collection: which.
        at_seq: as known at this sequence; now by default.
    """
    given = connection.execute(_of(Extension, collection, at_seq))
    extensions = {row.area: Granted(row.area, row.reason, row.at, row.until) for row in given}
    excused = {row.area: row for row in connection.execute(_of(Exemption, collection, at_seq))}
    exemptions = {area: Granted(area, row.reason, row.at) for area, row in excused.items() if row.holds}
    return Dispensations(extensions, exemptions)


def _of(model: type[Extension] | type[Exemption], collection: Collection, at_seq: int | None) -> Any:
    query = select(*model.__table__.columns).where(model.line == collection.line, model.as_of == collection.as_of)
    return (query if at_seq is None else query.where(model.seq <= at_seq)).order_by(model.seq)


def _grant(
    ledger: Ledger,
    collection: Collection,
    kind: str,
    payload: Mapping[str, Any],
    model: type[Extension] | type[Exemption],
    rows: Sequence[Mapping[str, Any]],
) -> int:
    with ledger.begin() as connection:
        serialise(connection)
        key = f"{kind}:{collection}:{head(connection)}"
        [stamp] = append(connection, [Draft(kind, str(collection), key, payload)])
        common = {"line": collection.line, "as_of": collection.as_of, "at": stamp.at, "seq": stamp.seq}
        connection.execute(insert(model), [{"id": new_id(), **common, **row} for row in rows])
    return stamp.seq
