"""Where a figure comes from: every submission behind it, down to the cell of the file that holds it.

A trace proves itself: the values in the cells must add up to the figure (``agrees``). What was known at an instant is
computed with the rules of today, so that two instants differ by what was reported and by nothing else; a release, which
is never computed again, keeps the digests of its own rules, and a trace says whether they are still those of today.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from keiyu import register
from keiyu.contract import reporters
from keiyu.contract.model import Collection, Contract, Field
from keiyu.ledger.models import Release as ReleaseRow
from keiyu.publish import current
from keiyu.publish.build import build
from keiyu.publish.history import last_release, load
from keiyu.publish.reading import national_table
from keiyu.publish.resolve import Figure, resolve
from keiyu.publish.session import selected
from keiyu.publish.snapshot import Snapshot, codes_digest, rules_digest, take
from keiyu.publish.sources import Number, Row, Source, sources
from keiyu.receive.workspace import Workspace


@dataclass(frozen=True)
class Trace:
    """A figure and everything behind it.

    Attributes:
        collection: which.
        figure: the figure.
        value: its value.
        seq: ledger sequence at which it is seen.
        sources: the values that it sums, in order of reporter and field.
        agrees: whether they add up to it; none where the figure is no plain sum of cells.
        tables_digest: digest of the contract's form and SQL of today.
        codes_digest: digest of the code tables of today.
        release: the last release cut at or before that instant, if any.
        same_rules: whether that release was made with the rules and code tables of today.
    """

    collection: Collection
    figure: Figure
    value: Number | None
    seq: int
    sources: tuple[Source, ...]
    agrees: bool | None
    tables_digest: str
    codes_digest: str
    release: str | None
    same_rules: bool | None


def trace(
    workspace: Workspace,
    collection: Collection,
    table: str,
    words: Sequence[str] = (),
    as_known_at: dt.datetime | None = None,
) -> Trace:
    """Return the submissions and cells behind a figure.

    Args:
        workspace: the installation.
        collection: which.
        table: one of the line's national tables.
        words: codes, labels or names of areas that say which figure.
        as_known_at: the instant (aware); now by default.

    Raises:
        UnknownTableError: the line has no such table.
        NoSuchFigureError: no figure answers to the words.
        ManyFiguresError: several do.
    """
    declared = national_table(workspace.contract(collection.line), table)
    seq = None if as_known_at is None else register.seq_at(workspace.ledger, as_known_at)
    taken = take(workspace, collection, seq)
    rows = current.read(workspace, taken, table) if seq is None else build(workspace, taken)[table]
    figure = resolve(taken, declared, rows, words)
    value: Number | None = figure.row[figure.column]
    fields = _fields(taken.contract, figure)
    sources, agrees = _sources(workspace, taken, figure, fields, value)
    codes = codes_digest(workspace.settings.schemas)
    tables = rules_digest(taken.contract)
    release, same = _release(workspace, taken, tables, codes)
    return Trace(collection, figure, value, taken.seq, sources, agrees, tables, codes, release, same)


def _fields(contract: Contract, figure: Figure) -> tuple[Field, ...]:
    """Return the reported fields whose sum a figure is; empty where it is derived otherwise."""
    if figure.column in contract.fields:
        return (contract.fields[figure.column],)
    named = {value for name, value in figure.row.items() if isinstance(value, str) and name != "table"}
    for table in contract.tables:
        if figure.row.get("table") == table.name:
            return tuple(field for field in table.measures if set(field.dimensions.values()) <= named)
    for measure in sorted(named & contract.headline.keys()):
        told = contract.headline[measure]
        return tuple(
            field
            for field in selected(contract, told)
            if {code for name, code in field.dimensions.items() if name not in told["select"]} <= named
        )
    return ()


def _sources(
    workspace: Workspace, taken: Snapshot, figure: Figure, fields: Sequence[Field], value: Number | None
) -> tuple[tuple[Source, ...], bool | None]:
    """Return the sources in the widest scope whose cells add up to the figure."""
    found: tuple[Source, ...] = ()
    for scope in _scopes(taken, figure.row):
        entries = [taken.live[reporter] for reporter in scope if reporter in taken.live]
        found = tuple(sources(workspace, taken, entries, fields, _same(taken, figure)))
        if not fields:
            return found, None
        present = [source.value for source in found if source.value is not None]
        if (sum(present) if present else None) == value:
            return found, True
    return found, False


def _same(taken: Snapshot, figure: Figure) -> Callable[[str, Row], bool]:
    """Return whether a row is of what a figure is about: of the same facility, where the figure names one."""
    own = set(taken.contract.respondents.identity)
    keys = {table.name: [key for key in table.key if key not in own] for table in taken.contract.tables}
    return lambda table, row: all(figure.row.get(key) in (None, row[key]) for key in keys[table])


def _scopes(taken: Snapshot, row: Mapping[str, Any]) -> Iterator[list[str]]:
    """Yield the reporters that a row may stand for: itself, those that report through it, its prefecture, everyone."""
    due = taken.universe.due
    respondents = taken.contract.respondents
    own = reporters.name_of(respondents, [row.get(name) for name in respondents.identity])
    if own in due:
        yield [str(own)]
        return
    expected = row.get("reporters_due")
    for column in ("prefecture_area_code", "reporting_body"):
        scope = [one["area_code"] for one in taken.universe.municipalities if one[column] == row.get("area_code")]
        if scope and expected in (None, len(scope)):
            yield scope
    place = row.get("prefecture_code")
    yield [reporter for reporter, within in due.items() if place in (None, within)]


def _release(workspace: Workspace, taken: Snapshot, tables: str, codes: str) -> tuple[str | None, bool | None]:
    """Return the last release at an instant, and whether its rules are those of today."""
    mine = (ReleaseRow.line == taken.collection.line, ReleaseRow.as_of == taken.collection.as_of)
    with workspace.ledger.read() as connection:
        row = last_release(connection, *mine, ReleaseRow.seq <= taken.seq)
    if row is None:
        return None, None
    manifest = load(workspace.storage, row).manifest
    then = (manifest["tables"]["digest"], manifest.get("codes", {}).get("digest"))
    return row["id"], then == (tables, codes)
