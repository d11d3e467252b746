"""What national tables read besides the rows of their own collection, by the names that their SQL uses.

Views:
    - ``facilities``: the facilities that stood on the reference date, with their ``identity``;
    - ``periods``: the validity periods of every facility, by the editions up to the reference date;
    - ``<table>_identified``: live rows of a core table with the ``identity`` of the facility of each;
    - ``<list>``: any table of ``schemas/codes/``, as text, but for dates;
    - for tables in ``tables/across/`` only: ``<table>_earlier``, the rows of this and every earlier collection with
      their ``as_of``; and ``<line>_<table>``, ``<line>_<table>_tidy``, the rows of another line on the same date.

A fingerprint by prefecture says when any of it has changed, so that nothing stale is carried over.
"""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Collection as Several
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Final

import pyarrow as pa
from pyarrow import csv

from keiyu import register
from keiyu.contract import arrow
from keiyu.contract.model import Contract
from keiyu.publish import registry, session
from keiyu.publish.tidy import tidy
from keiyu.receive.workspace import Workspace
from keiyu.register.identity.rows import assigned, history, with_identity

FACILITIES: Final = "facilities"
PERIODS: Final = "periods"
_IDENTIFIED: Final = "_identified"
_EARLIER: Final = "_earlier"
_DATES: Final = ("valid_from", "valid_to")


@dataclass(frozen=True)
class Beside:
    """What can be read besides a collection's rows, as known at a sequence.

    Attributes:
        workspace: the installation.
        contract: the line.
        as_of: reference date.
        seq: the ledger's sequence.
        names: what queries name.
    """

    workspace: Workspace
    contract: Contract
    as_of: dt.date
    seq: int
    names: frozenset[str]

    @classmethod
    def of(
        cls, workspace: Workspace, contract: Contract, as_of: dt.date, seq: int, queries: Sequence[Path]
    ) -> "Beside":
        """Take what some queries name."""
        return cls(workspace, contract, as_of, seq, frozenset[str]().union(*map(session.reads, queries)))

    def fingerprints(self, prefectures: Several[str]) -> dict[str, str]:
        """Return prefecture → a text that differs where what the queries read there does."""
        parts: dict[str, list[str]] = {prefecture: [] for prefecture in prefectures}
        for name in sorted(self._lists):
            told = hashlib.sha256(self._path(name).read_bytes()).hexdigest()
            for said in parts.values():
                said.append(f"{name} {told}")
        for line in self._recognised():
            marks = registry.identity_marks(self.workspace.ledger, line, self.seq)
            for prefecture, said in parts.items():
                said.append(f"{line} {marks.get(prefecture)}")
        for edition in self._editions():
            if edition.reporter[:2] in parts:
                parts[edition.reporter[:2]].append(edition.entry_id)
        return {prefecture: "\n".join(said) for prefecture, said in parts.items() if said}

    def views(self, prefectures: Several[str], entries: Several[str]) -> dict[str, pa.Table]:
        """Return the views that the queries name.

        Args:
            prefectures: 2-digit codes; facilities elsewhere are left out.
            entries: the collection's live entries of reporters there.
        """
        found = {name: listed(self._path(name)) for name in self._lists}
        if FACILITIES in self.names:
            rows = registry.standing(self.workspace, self.contract, self.as_of, self.seq, prefectures)
            found |= {} if rows is None else {FACILITIES: rows}
        if PERIODS in self.names:
            found[PERIODS] = history(
                self.workspace, self._register_line(), at_seq=self.seq, until=self.as_of, within=frozenset(prefectures)
            )
        for table in self._tables(_IDENTIFIED):
            rows = self._rows(self.contract, table, self.as_of, entries)
            found[table + _IDENTIFIED] = with_identity(rows, assigned(self.workspace, entries, self.seq))
        return found

    def across(self) -> dict[str, pa.Table]:
        """Return the views of other collections and lines that the queries name."""
        found = {table + _EARLIER: self._earlier(table) for table in self._tables(_EARLIER)}
        for name, make in self._elsewhere():
            if name in self.names:
                found[name] = make()
        return found

    def _elsewhere(self) -> Iterator[tuple[str, Callable[[], pa.Table]]]:
        for line in self.workspace.lines:
            if not any(name.startswith(f"{line}_") for name in self.names):
                continue
            other = self.workspace.contract(line)
            for table in other.tables:
                yield f"{line}_{table.name}", partial(self._rows, other, table.name, self.as_of)
                if table.is_cube:
                    yield f"{line}_{table.name}_tidy", partial(self._tidy, other, table.name)

    def _tidy(self, contract: Contract, table: str) -> pa.Table:
        return tidy(contract.table(table), self._rows(contract, table, self.as_of))

    def _earlier(self, table: str) -> pa.Table:
        """Return the rows of a core table in this collection and every earlier one, with their reference date."""
        found = registry.editions(self.workspace.ledger, self.contract.line, self.as_of, self.seq)
        schema = arrow.schema(self.contract.table(table), provenance=True)
        parts = [_dated(schema.empty_table(), self.as_of)]
        for as_of in sorted({one.as_of for one in found}):
            entries = {one.entry_id for one in found if one.as_of == as_of}
            parts.append(_dated(self._rows(self.contract, table, as_of, entries), as_of))
        return pa.concat_tables(parts)

    def _rows(self, contract: Contract, table: str, as_of: dt.date, entries: Several[str] | None = None) -> pa.Table:
        ledger, storage = self.workspace.ledger, self.workspace.storage
        return register.current(ledger, storage, contract, table, as_of, at_seq=self.seq, entries=entries)

    def _tables(self, suffix: str) -> list[str]:
        return [name for name in self.contract.table_names if name + suffix in self.names]

    @property
    def _lists(self) -> frozenset[str]:
        own = {one.name for one in (*self.contract.national, *self.contract.across)} | set(self.contract.table_names)
        return frozenset(name for name in self.names - own - {"areas"} if self._path(name).is_file())

    def _path(self, name: str) -> Path:
        return self.workspace.settings.schemas / "codes" / f"{name}.csv"

    def _register_line(self) -> str:
        place = registry.place_of(self.workspace, self.contract)
        return place[0] if place else self.contract.line

    def _recognised(self) -> list[str]:
        """Return the lines whose facilities must have been recognised for the views to be whole."""
        lines = [self._register_line()] if self.names & {FACILITIES, PERIODS} else []
        return [*lines, *([self.contract.line] if self._tables(_IDENTIFIED) else [])]

    def _editions(self) -> list[registry.Edition]:
        if not self.names & {FACILITIES, PERIODS}:
            return []
        taken = registry.editions if PERIODS in self.names else registry.latest
        return taken(self.workspace.ledger, self._register_line(), self.as_of, self.seq)


def _dated(rows: pa.Table, as_of: dt.date) -> pa.Table:
    return rows.add_column(0, "as_of", pa.array([as_of] * rows.num_rows, pa.date32()))


def listed(path: Path) -> pa.Table:
    """Return a table of ``schemas/codes/`` as text; dates as dates, what is blank as null."""
    return _listed(path.read_bytes())


@lru_cache(maxsize=32)
def _listed(data: bytes) -> pa.Table:
    names = data.split(b"\n", 1)[0].decode("utf-8-sig").strip().split(",")
    types: Mapping[str, pa.DataType] = {name: pa.date32() if name in _DATES else pa.string() for name in names}
    convert = csv.ConvertOptions(column_types=types, strings_can_be_null=True, null_values=[""])
    return csv.read_csv(pa.BufferReader(data), convert_options=convert)


def fingerprint(
    workspace: Workspace, contract: Contract, as_of: dt.date, seq: int, due: Several[str]
) -> Mapping[str, str]:
    """Return prefecture → what the line's national tables read besides its rows, in short.

    Args:
        workspace: the installation.
        contract: the line.
        as_of: reference date.
        seq: the ledger's sequence.
        due: the prefectures.
    """
    queries = [table.sql for table in contract.national]
    return Beside.of(workspace, contract, as_of, seq, queries).fingerprints(due) if queries else {}
