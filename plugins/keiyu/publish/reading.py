"""Reading a national table: as it is now, as it was known at an instant, as an audience may see it."""

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar

import pyarrow as pa

from keiyu import register
from keiyu.contract.disclosure import PUBLIC, Audience, Disclosure
from keiyu.contract.model import Collection, Contract, NationalTable
from keiyu.errors import UserError
from keiyu.publish import across, current, estimation, monitor, parquet
from keiyu.publish.build import build
from keiyu.publish.disclosure.composition import protected
from keiyu.publish.history import released_files
from keiyu.publish.snapshot import take
from keiyu.receive.workspace import Workspace


@dataclass(eq=False)
class UnknownTableError(UserError):
    """A national table that the line does not have."""

    table: str
    known: str

    code: ClassVar[str] = "KEIYU-172"
    ja: ClassVar[str] = "全国表「{table}」はありません。使えるもの: {known}"
    en: ClassVar[str] = "There is no national table {table!r}; the known tables are {known}."


@dataclass(eq=False)
class NotShownError(UserError):
    """A national table whose figures are protected, which somebody may not see, or not yet."""

    collection: str
    table: str
    audience: str

    code: ClassVar[str] = "KEIYU-177"
    ja: ClassVar[str] = "{collection} の全国表「{table}」は、{audience} にはまだ公表されていないか、公開されません。"
    en: ClassVar[str] = "National table {table!r} of {collection} is not, or not yet, shown to {audience}."


def read(
    workspace: Workspace,
    collection: Collection,
    table: str,
    as_known_at: dt.datetime | None = None,
    *,
    audience: Audience = PUBLIC,
) -> pa.Table:
    """Return a national table, as it is or as it was known.

    A table that may hide figures is shown whole to the audiences that the line's policy names; the others see it
    as the last release showed it, since what changes with every arrival gives away what arrived.

    What was known is computed with the SQL, contract and code tables of today, so that two instants differ by what
    was reported and by nothing else. What was *published* is in the release's folder, with the digests of the rules
    that made it; ``keiyu.publish.trace`` says whether those are still the rules of today.

    Args:
        workspace: the installation.
        collection: which.
        table: one of the line's national tables, ``estimate``, or ``monitor/…``, a table about the relay itself.
        as_known_at: the instant (aware); now by default.
        audience: who reads; the caller answers for that.

    Raises:
        UnknownTableError: the line has no such table.
        NotShownError: the table is not for this audience, or no release has shown it yet.
    """
    contract = workspace.contract(collection.line)
    relay = table.removeprefix("monitor/")
    if relay != table and relay in {one.name for one in monitor.declared(workspace.settings.schemas)}:
        return monitor.known(workspace, collection, as_known_at or workspace.ledger.now())[relay]
    if table == estimation.ESTIMATE and contract.headline:
        at_seq = None if as_known_at is None else register.seq_at(workspace.ledger, as_known_at)
        return estimation.estimate(workspace, take(workspace, collection, at_seq))
    sight = Disclosure.of(contract).sight(audience)
    beyond = across.named(contract, table)
    if beyond is not None:
        if beyond.restricted and sight != "all":
            raise NotShownError(str(collection), table, audience)
        at_seq = None if as_known_at is None else register.seq_at(workspace.ledger, as_known_at)
        return across.made(workspace, take(workspace, collection, at_seq), beyond, now=as_known_at is None)
    national_table(contract, table)
    if sight != "all" and table in {one.name for one in protected(contract)}:
        if sight == "none":
            raise NotShownError(str(collection), table, audience)
        return _released(workspace, collection, table, as_known_at, audience)
    if as_known_at is None:
        return current.read(workspace, take(workspace, collection), table)
    return build(workspace, take(workspace, collection, register.seq_at(workspace.ledger, as_known_at)))[table]


def _released(
    workspace: Workspace, collection: Collection, table: str, at: dt.datetime | None, audience: Audience
) -> pa.Table:
    """Return the rows of a table as the last release up to an instant shows them."""
    with workspace.ledger.read() as connection:
        files = released_files(connection, collection, table, at)
    if not files:
        raise NotShownError(str(collection), table, audience)
    return pa.concat_tables([parquet.decode(workspace.storage.read(path)) for path in files])


def national_table(contract: Contract, name: str) -> NationalTable:
    """Return a national table of a line.

    Raises:
        UnknownTableError: the line has no such table.
    """
    for table in contract.national:
        if table.name == name:
            return table
    known = (*contract.national, *contract.across)
    raise UnknownTableError(name, ", ".join(table.name for table in known))
