"""The register that a line's facilities stand in, as of a date and as known at a sequence.

Every municipality's latest edition counts, whether or not it sent one for the month: an edition for a month is sent
where something has changed.
"""

import datetime as dt
from collections.abc import Collection as Several
from dataclasses import dataclass
from typing import ClassVar, Final

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import case, func, select

from keiyu.contract.model import Contract
from keiyu.errors import UserError
from keiyu.ledger import Ledger
from keiyu.ledger.events import head
from keiyu.ledger.identities import IdentityAssignment
from keiyu.ledger.models import Entry
from keiyu.ledger.selection import live_at
from keiyu.receive.workspace import Workspace
from keiyu.register.identity import load
from keiyu.register.identity.rows import assigned, rows_of, with_identity

_EDITION: Final = (Entry.reporter, Entry.id, Entry.as_of)
_KEPT: Final = 2
_LISTED: Final[dict[tuple[str, str, frozenset[str]], pa.Table]] = {}


@dataclass(eq=False)
class NoPeriodsError(UserError):
    """A table that tells no periods of validity, asked for a day."""

    table: str

    code: ClassVar[str] = "KEIYU-182"
    ja: ClassVar[str] = "表「{table}」には有効期間（valid_from, valid_to）がないため、日を指定できません。"
    en: ClassVar[str] = "Table {table!r} has no periods of validity (valid_from, valid_to), so no day can be chosen."


@dataclass(frozen=True, slots=True)
class Edition:
    """A municipality's list of its facilities.

    Attributes:
        reporter: 6-digit code of the municipality.
        entry_id: its entry.
        as_of: date of the edition.
    """

    reporter: str
    entry_id: str
    as_of: dt.date


def place_of(workspace: Workspace, contract: Contract) -> tuple[str, str] | None:
    """Return the line and the table of the register of a line's facilities; none where it has none."""
    if contract.respondents.register:
        line, _, table = contract.respondents.register.partition(".")
        return line, table
    policy = load(contract, workspace.settings.schemas)
    if policy is None:
        return None
    listing = load(workspace.contract(policy.register), workspace.settings.schemas)
    return (policy.register, listing.table) if listing else None


def editions(ledger: Ledger, line: str, until: dt.date, at_seq: int | None = None) -> list[Edition]:
    """Return the live editions of a register up to a date, in order of municipality and date.

    Args:
        ledger: the ledger.
        line: the register's line.
        until: last date.
        at_seq: as known at this sequence; now by default.
    """
    with ledger.read() as connection:
        seq = head(connection) if at_seq is None else at_seq
        query = select(*_EDITION).where(Entry.line == line, Entry.as_of <= until, live_at(seq))
        return [Edition(*row) for row in connection.execute(query.order_by(Entry.reporter, Entry.as_of))]


def latest(ledger: Ledger, line: str, until: dt.date, at_seq: int | None = None) -> list[Edition]:
    """Return the last edition of each municipality up to a date, in order of municipality.

    The database picks them: of years of monthly editions all but the last of each would be read for nothing.

    Args:
        ledger: the ledger.
        line: the register's line.
        until: last date.
        at_seq: as known at this sequence; now by default.
    """
    with ledger.read() as connection:
        seq = head(connection) if at_seq is None else at_seq
        place = func.row_number().over(partition_by=Entry.reporter, order_by=Entry.as_of.desc()).label("place")
        mine = Entry.line == line, Entry.as_of <= until, live_at(seq)
        told = select(*_EDITION, place).where(*mine).subquery()
        query = select(told.c.reporter, told.c.id, told.c.as_of).where(told.c.place == 1)
        return [Edition(*row) for row in connection.execute(query.order_by(told.c.reporter))]


def standing(
    workspace: Workspace,
    contract: Contract,
    as_of: dt.date,
    at_seq: int | None = None,
    prefectures: Several[str] | None = None,
    *,
    identified: bool = True,
) -> pa.Table | None:
    """Return the facilities that stood on a date: the register's columns with ``identity`` in front.

    Args:
        workspace: the installation.
        contract: a line whose facilities stand in a register.
        as_of: the date.
        at_seq: as known at this sequence; now by default.
        prefectures: 2-digit codes; everywhere by default.
        identified: whether ``identity`` is wanted; it takes longer than the rest.

    Returns:
        The rows in order of municipality; none where the line has no register.
    """
    place = place_of(workspace, contract)
    if place is None:
        return None
    line, table = place
    found = latest(workspace.ledger, line, as_of, at_seq)
    entries = {one.entry_id for one in found if prefectures is None or one.reporter[:2] in prefectures}
    rows = _listed(workspace, line, table, frozenset(entries))
    rows = rows.filter(_holds(rows, pa.scalar(as_of, pa.date32())))
    return with_identity(rows, assigned(workspace, entries, at_seq)) if identified else rows


def _listed(workspace: Workspace, line: str, table: str, entries: frozenset[str]) -> pa.Table:
    """Return the rows of some editions; the last ones read are kept, as what an entry holds never changes."""
    contract = workspace.contract(line)
    key = (contract.digest, table, entries)
    if key not in _LISTED:
        rows = rows_of(workspace, contract, table, entries).combine_chunks()
        while len(_LISTED) >= _KEPT:
            _LISTED.pop(next(iter(_LISTED)), None)
        _LISTED[key] = rows
    return _LISTED[key]


def valid_on(rows: pa.Table, table: str, day: dt.date) -> pa.Table:
    """Return the rows of a table with periods of validity that hold on a day.

    Args:
        rows: the rows.
        table: their table's name, for the error.
        day: the day.

    Raises:
        NoPeriodsError: the table has no periods.
    """
    if not {"valid_from", "valid_to"} <= set(rows.column_names):
        raise NoPeriodsError(table)
    return rows.filter(_holds(rows, pa.scalar(day, pa.date32())))


def identity_marks(ledger: Ledger, line: str, at_seq: int) -> dict[str, str]:
    """Return prefecture → a text that changes whenever a facility of a line there is recognised otherwise."""
    undone = case((IdentityAssignment.superseded_seq <= at_seq, IdentityAssignment.superseded_seq), else_=0)
    place = func.substr(IdentityAssignment.area, 1, 2)
    query = (
        select(place, func.max(IdentityAssignment.recorded_seq), func.max(undone))
        .where(IdentityAssignment.line == line, IdentityAssignment.recorded_seq <= at_seq)
        .group_by(place)
    )
    with ledger.read() as connection:
        return {code: f"{told} {taken}" for code, told, taken in connection.execute(query)}


def _holds(rows: pa.Table, at: pa.Scalar) -> pa.ChunkedArray:
    """Return which rows hold on a date; ``valid_to`` is the first day on which one no longer does."""
    begun = pc.less_equal(rows["valid_from"], at)
    ended = pc.less_equal(rows["valid_to"], at)
    return pc.and_not(pc.fill_null(begun, True), pc.fill_null(ended, False))
