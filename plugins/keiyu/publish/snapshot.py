"""What the ledger says of a collection at one instant of its sequence, and a digest of it by prefecture.

The digest of a prefecture covers everything its rows are made of: who owes a submission there, which
entry of each is live, the names and designations of its municipalities, the contract, the SQL. Equal
digests mean equal rows, so that only what differs is computed again.
"""

import hashlib
from collections.abc import Collection as Several
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from keiyu import register
from keiyu.codes.areas import to6
from keiyu.contract import reporters
from keiyu.contract.model import Collection, Contract
from keiyu.contract.source import digest as digest_of_files
from keiyu.ledger.dispensations import Granted, dispensations
from keiyu.ledger.events import canonical, head
from keiyu.publish import beside
from keiyu.publish.universe import Universe, universe
from keiyu.read.model import ValueStatus
from keiyu.receive.workspace import Workspace
from keiyu.register import Held, LiveEntry

HELD: Final = "held"
"""Flag of a reporter whose newer report waits for a decision."""

_ENGINE: Final = "2"
"""Raise it when this room computes other figures from the same inputs."""


@dataclass(frozen=True)
class Snapshot:
    """A collection at one instant.

    Attributes:
        contract: the line's contract.
        collection: which.
        seq: the ledger's sequence.
        universe: who owes a submission.
        live: reporter → its live entry, of those who owe one.
        stray: reporters with a live entry who owe none; they are in no national table.
        exempt: reporter → reason, of those who were excused (提出免除) and did not report.
        holds: what waits or waited for a decision, as it stood.
        beside: prefecture → what the national tables read besides the collection's rows, in short.
    """

    contract: Contract
    collection: Collection
    seq: int
    universe: Universe
    live: Mapping[str, LiveEntry]
    stray: tuple[str, ...]
    exempt: Mapping[str, str] = field(default_factory=dict)
    holds: tuple[Held, ...] = ()
    beside: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def held(self) -> dict[str, tuple[Held, ...]]:
        """Reporters with a report that waits for a decision → its open holds; what is shown of them is older."""
        waiting: dict[str, tuple[Held, ...]] = {}
        for hold in self.holds:
            if hold.settlement is None and hold.reporter in self.universe.due:
                waiting[hold.reporter] = (*waiting.get(hold.reporter, ()), hold)
        return waiting

    @cached_property
    def footnotes(self) -> tuple[Held, ...]:
        """Decisions with their reasons, of the entries that are shown."""
        shown = {entry.entry_id for entry in self.live.values()}
        return tuple(hold for hold in self.holds if hold.entry_id in shown and hold.reason)

    @cached_property
    def flags(self) -> dict[str, str]:
        """Reporter → ``held`` (a newer report waits for a decision) or the decision by which what is shown came in."""
        decided = {hold.reporter: str(hold.settlement) for hold in self.footnotes}
        return decided | dict.fromkeys(self.held, HELD)

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """Reporters who owe a submission that is not there, in code order."""
        settled = self.live.keys() | self.exempt.keys()
        return tuple(reporter for reporter in self.universe.due if reporter not in settled)

    @property
    def owing(self) -> int:
        """How many owe a submission: all but those who were excused."""
        return len(self.universe.due) - len(self.exempt)

    @cached_property
    def inputs(self) -> dict[str, str]:
        """Prefecture → digest of what its rows are made of."""
        parts = {prefecture: hashlib.sha256(self._rules) for prefecture in dict.fromkeys(self.universe.due.values())}
        for prefecture, told in self.beside.items():
            parts[prefecture].update(told.encode())
        for reporter, prefecture in self.universe.due.items():
            entry = self.live.get(reporter)
            told = f"{reporter} {entry.entry_id} {entry.digest}\n" if entry else f"{reporter}\n"
            told += "exempt\n" if reporter in self.exempt else ""
            told += f"{self.flags[reporter]}\n" if reporter in self.flags else ""
            parts[prefecture].update(told.encode())
        for row in self.universe.areas.to_pylist():
            if row["prefecture_code"] in parts:
                parts[row["prefecture_code"]].update(canonical(row))
        return {prefecture: digest.hexdigest() for prefecture, digest in parts.items()}

    @cached_property
    def digest(self) -> str:
        """Digest of what the whole nation's rows are made of."""
        return hashlib.sha256(canonical(self.inputs)).hexdigest()

    @cached_property
    def sums(self) -> dict[str, int | float]:
        """Control totals: figure → sum over the live entries, as the ledger accepted them."""
        alike: dict[tuple[str, ...], list[Iterable[int | float]]] = {}
        for entry in self.live.values():
            alike.setdefault(tuple(entry.control_totals), []).append(entry.control_totals.values())
        totals: dict[str, int | float] = {}
        for names, rows in alike.items():
            for name, column in zip(names, zip(*rows, strict=True), strict=True):
                totals[name] = totals.get(name, 0) + sum(column)
        return totals

    def name_of(self, reporter: str) -> str:
        """Return a reporter's prefecture and name, or its code where it has none."""
        return self._names.get(reporter, reporter)

    @cached_property
    def _names(self) -> dict[str, str]:
        areas = self.universe.areas
        columns = (areas[name].to_pylist() for name in ("area_code", "prefecture", "municipality"))
        return {code: f"{prefecture}{name}" for code, prefecture, name in zip(*columns, strict=True)}

    def respondents(self, prefectures: Several[str]) -> pa.Table:
        """Return who owes a submission in some prefectures: reporter, prefecture and what came of it."""
        due = [(reporter, place) for reporter, place in self.universe.due.items() if place in prefectures]
        respondents = self.contract.respondents
        named = [reporters.split(respondents, reporter) for reporter, _ in due]
        identity = {name: [told[at] for told in named] for at, name in enumerate(respondents.identity)}
        return pa.table(
            {
                **{name: pa.array(told, pa.string()) for name, told in identity.items()},
                "prefecture_code": pa.array([place for _, place in due], pa.string()),
                "value_status": pa.array([self._status(reporter) for reporter, _ in due], pa.string()),
                "flag": pa.array([self.flags.get(reporter) for reporter, _ in due], pa.string()),
            }
        )

    @property
    def itself(self) -> pa.Table:
        """The collection, as queries see it: ``line``, ``as_of``, ``wave``."""
        line, as_of = self.collection.line, self.collection.as_of
        return pa.table({"line": [line], "as_of": pa.array([as_of], pa.date32()), "wave": [as_of.strftime("%m-%d")]})

    def rows(self, workspace: Workspace, table: str, entries: Several[str] | None = None) -> pa.Table:
        """Return the live rows of a core table as ``register.current`` does, as known at the snapshot.

        Args:
            workspace: the installation.
            table: one of the line's core tables.
            entries: only the rows of these entries; of all live ones by default.
        """
        ledger, storage, as_of = workspace.ledger, workspace.storage, self.collection.as_of
        return register.current(ledger, storage, self.contract, table, as_of, at_seq=self.seq, entries=entries)

    def areas(self, prefectures: Several[str]) -> pa.Table:
        """Return the municipalities of some prefectures."""
        table = self.universe.areas
        return table.filter(pc.is_in(table["prefecture_code"], pa.array(sorted(prefectures), pa.string())))

    def _status(self, reporter: str) -> str:
        entry = self.live.get(reporter)
        if reporter in self.exempt:
            return ValueStatus.EXCLUDED.value
        if entry is None:
            return (ValueStatus.UNKNOWN if reporter in self.held else ValueStatus.NOT_SUBMITTED).value
        return (ValueStatus.NONE if entry.nil else ValueStatus.REPORTED).value

    @cached_property
    def _rules(self) -> bytes:
        return f"{_ENGINE} {self.collection} {rules_digest(self.contract)}\n".encode()


def take(workspace: Workspace, collection: Collection, at_seq: int | None = None) -> Snapshot:
    """Return what the ledger says of a collection.

    Args:
        workspace: the installation.
        collection: which.
        at_seq: sequence to look back to; the present one by default.
    """
    contract = workspace.contract(collection.line)
    if at_seq is None:
        with workspace.ledger.read() as connection:
            at_seq = head(connection)
    frame = universe(workspace, contract, collection.as_of, at_seq)
    entries = register.live(workspace.ledger, collection.line, collection.as_of, at_seq)
    live = {entry.reporter: entry for entry in entries if entry.reporter in frame.due}
    stray = tuple(sorted(entry.reporter for entry in entries if entry.reporter not in frame.due))
    with workspace.ledger.read() as connection:
        excused = dispensations(connection, collection, at_seq).exemptions
        holds = tuple(register.holds_of(connection, collection, at_seq))
    exempt = _exempt(frame, excused, live)
    told = beside.fingerprint(workspace, contract, collection.as_of, at_seq, dict.fromkeys(frame.due.values()))
    return Snapshot(contract, collection, at_seq, frame, live, stray, exempt, holds, told)


def _exempt(frame: Universe, excused: Mapping[str, Granted], live: Mapping[str, LiveEntry]) -> dict[str, str]:
    """Return who was excused, itself or with its municipality or prefecture, and has not reported all the same."""
    if not excused:
        return {}
    found = {}
    for reporter, home in frame.homes.items():
        granted = [excused[area] for area in (reporter, home, to6(f"{home[:2]}000")) if area in excused]
        if granted and reporter not in live:
            found[reporter] = granted[0].reason
    return found


def rules_digest(contract: Contract) -> str:
    """Return the digest of what turns rows into national tables: the contract's form, the SQL and its YAML."""
    paths = [path for table in contract.national for path in (table.sql, table.sql.with_suffix(".yaml"))]
    paths += [table.cells for table in contract.national if table.cells.is_file()]
    return _rules(contract.form_digest, tuple((path, path.read_bytes()) for path in paths))


def codes_digest(schemas: Path) -> str:
    """Return the digest of the code tables, which say who owes a submission and what codes mean."""
    folder = schemas / "codes"
    return digest_of_files(sorted(folder.glob("*.csv")), schemas)


@lru_cache(maxsize=16)
def _rules(form: str, texts: tuple[tuple[Path, bytes], ...]) -> str:
    whole = hashlib.sha256(form.encode())
    for path, text in texts:
        whole.update(f"\n{path.name} {hashlib.sha256(text).hexdigest()}".encode())
    return whole.hexdigest()
