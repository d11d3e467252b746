"""What the ledger says of a collection at one instant of its sequence, and a digest of it by prefecture.

The digest of a prefecture covers everything its rows are made of: who owes a submission there, which
entry of each is live, the names and designations of its municipalities, the contract, the SQL. Equal
digests mean equal rows, so that only what differs is computed again.
"""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Collection as Several
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from keiyu import register
from keiyu.codes.areas import to6
from keiyu.contract.model import Collection, Contract
from keiyu.contract.source import digest as digest_of_files
from keiyu.ledger.dispensations import Granted, dispensations
from keiyu.ledger.events import canonical, head
from keiyu.publish.universe import Universe, universe
from keiyu.receive.workspace import Workspace
from keiyu.register import Held, LiveEntry

if TYPE_CHECKING:
    import pyarrow as pa

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
        beside: gives prefecture → what the national tables read besides the collection's rows, in short.
        weighed: gives reporter → the weight that is in with it, and its own; of the last collection.
    """

    contract: Contract
    collection: Collection
    seq: int
    universe: Universe
    live: Mapping[str, LiveEntry]
    stray: tuple[str, ...]
    exempt: Mapping[str, str] = field(default_factory=dict)
    holds: tuple[Held, ...] = ()
    beside: Callable[[], Mapping[str, str]] = dict
    weighed: Callable[[], Mapping[str, tuple[float, float]]] = dict

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
    def weights(self) -> Mapping[str, tuple[float, float]]:
        """Reporter → the weight of the last collection that is in with it, and its own (``publish.waves.weighed``)."""
        return self.weighed()

    @cached_property
    def inputs(self) -> dict[str, str]:
        """Prefecture → digest of what its rows are made of."""
        parts = {prefecture: hashlib.sha256(self._rules) for prefecture in dict.fromkeys(self.universe.due.values())}
        for prefecture, told in self.beside().items():
            parts[prefecture].update(told.encode())
        for reporter, prefecture in self.universe.due.items():
            entry = self.live.get(reporter)
            told = f"{reporter} {entry.entry_id} {entry.digest}\n" if entry else f"{reporter}\n"
            told += "exempt\n" if reporter in self.exempt else ""
            told += f"{self.flags[reporter]}\n" if reporter in self.flags else ""
            told += self._weight(reporter)
            parts[prefecture].update(told.encode())
        for one in self.universe.municipalities:
            if one["prefecture_code"] in parts:
                parts[one["prefecture_code"]].update(canonical(one))
        return {prefecture: digest.hexdigest() for prefecture, digest in parts.items()}

    def _weight(self, reporter: str) -> str:
        """Return what a digest tells of a weight: where all are in, how much each weighs changes no share."""
        told = self.weights.get(reporter)
        return "" if told is None else f"{told if self.missing else told[1] > 0}\n"

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
        return {one["area_code"]: f"{one['prefecture']}{one['municipality']}" for one in self.universe.municipalities}

    def rows(self, workspace: Workspace, table: str, entries: Several[str] | None = None) -> "pa.Table":
        """Return the live rows of a core table as ``register.current`` does, as known at the snapshot.

        Args:
            workspace: the installation.
            table: one of the line's core tables.
            entries: only the rows of these entries; of all live ones by default.
        """
        ledger, storage, as_of = workspace.ledger, workspace.storage, self.collection.as_of
        return register.current(ledger, storage, self.contract, table, as_of, at_seq=self.seq, entries=entries)

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
    beside = partial(_beside, workspace, contract, collection.as_of, at_seq, dict.fromkeys(frame.due.values()))
    owing = {reporter: place for reporter, place in frame.due.items() if reporter not in exempt}
    weighed = partial(_weighed, workspace, contract, collection.as_of, at_seq, owing, live.keys())
    return Snapshot(contract, collection, at_seq, frame, live, stray, exempt, holds, beside, weighed)


def _beside(
    workspace: Workspace, contract: Contract, as_of: dt.date, seq: int, prefectures: Several[str]
) -> Mapping[str, str]:
    from keiyu.publish import beside

    return beside.fingerprint(workspace, contract, as_of, seq, prefectures)


def _weighed(
    workspace: Workspace,
    contract: Contract,
    as_of: dt.date,
    seq: int,
    owing: Mapping[str, str],
    live: Several[str],
) -> Mapping[str, tuple[float, float]]:
    from keiyu.publish import waves

    return waves.weighed(workspace, contract, as_of, seq, owing, live)


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
