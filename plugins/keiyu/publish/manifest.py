"""The manifest of a release: what it is, what it was made from, what it lacks, and every file of it."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from keiyu import __version__
from keiyu.contract.model import NationalTable
from keiyu.contract.source import digest as digest_of_files
from keiyu.ledger.models import ReleaseStage
from keiyu.publish import holds
from keiyu.publish.build import by_prefecture
from keiyu.publish.describe import title
from keiyu.publish.disclosure import telling
from keiyu.publish.estimation.frame import frame
from keiyu.publish.folder import Stored
from keiyu.publish.inquiry import explained
from keiyu.publish.parquet import WHOLE, shard
from keiyu.publish.snapshot import Snapshot, codes_digest, rules_digest
from keiyu.publish.totals import control_totals
from keiyu.receive.workspace import Workspace
from keiyu.register import LiveEntry


@dataclass(frozen=True)
class Part:
    """A Parquet file that a release will have.

    Attributes:
        table: the national table.
        shard: ``JP-13``, or ``JP`` where the table is one file.
        rows: its rows.
        inputs_digest: digest of what they were made from.
    """

    table: str
    shard: str
    rows: pa.Table
    inputs_digest: str

    @property
    def name(self) -> str:
        """Its name in the release's folder."""
        return f"{self.table}/{self.shard}.parquet"


@dataclass(frozen=True)
class Cut:
    """A release about to be cut.

    Attributes:
        id: its UUID.
        stage: its stage.
        number: n-th of that stage.
        at: when.
        taken: what is live.
        previous: UUID of the release before it.
        weight_in: share of the last collection's weight that is in.
        disclosure: what is said of the figures it hides; none where the line protects nothing.
    """

    id: str
    stage: ReleaseStage
    number: int
    at: dt.datetime
    taken: Snapshot
    previous: str | None
    weight_in: float | None
    disclosure: Mapping[str, Any] | None = None


def parts(taken: Snapshot, tables: Mapping[str, pa.Table]) -> list[Part]:
    """Divide national tables into the files of a release."""
    return [part for table in taken.contract.national for part in _parts(taken, table, tables[table.name])]


def shard_digests(taken: Snapshot) -> dict[str, str]:
    """Return shard → digest of its inputs, as a release's files have them."""
    return {WHOLE: taken.digest} | {shard(place): digest for place, digest in taken.inputs.items()}


def manifest(workspace: Workspace, cut: Cut, files: Sequence[tuple[Part, Stored]]) -> dict[str, Any]:
    """Return the manifest of a release.

    Args:
        workspace: the installation; its expectation suites are named by digest.
        cut: the release.
        files: its Parquet files as they stand.
    """
    contract, taken = cut.taken.contract, cut.taken
    title_ja, title_en = title(cut.stage, cut.number)
    suites = sorted((workspace.settings.expectations / contract.line).glob("*.json"))
    whole = {
        "release": cut.id,
        "line": contract.line,
        "as_of": taken.collection.as_of.isoformat(),
        "stage": cut.stage,
        "number": cut.number,
        "title_ja": title_ja,
        "title_en": title_en,
        "created_at": cut.at.isoformat(timespec="microseconds"),
        "as_of_seq": taken.seq,
        "previous": cut.previous,
        "keiyu": __version__,
        "contract": {"version": contract.version, "digest": contract.digest},
        "rules": {"digest": digest_of_files(suites, workspace.settings.expectations)},
        "tables": {"digest": rules_digest(contract), "inputs_digest": taken.digest},
        "codes": {"digest": codes_digest(workspace.settings.schemas)},
        "coverage": coverage(taken, cut.weight_in) | {"prefectures": by_prefectures(workspace, taken)},
        "held": holds.waiting(taken),
        "footnotes": [holds.told(taken, hold) for hold in taken.footnotes],
        "answers": explained(workspace, taken.collection),
        "control_totals": control_totals(taken),
        "files": [_file(part, stored) for part, stored in files],
        "submissions": [_submission(entry) for entry in taken.live.values()],
    }
    return telling.told(contract, whole | ({"disclosure": cut.disclosure} if cut.disclosure else {}))


def coverage(taken: Snapshot, weight_in: float | None) -> dict[str, Any]:
    """Return who is in and who is not.

    Returns:
        ``reporters_in``, ``reporters_due``, ``weight_in`` (share of the last collection's weight, or none),
        ``missing`` (code, prefecture and name of each), ``exempt`` (code and reason of each who was excused) and
        ``not_due`` (codes that reported without owing).
    """
    prefectures = {one["prefecture_code"]: one["prefecture"] for one in taken.universe.municipalities}
    names = {one["area_code"]: one["municipality"] for one in taken.universe.municipalities}
    return {
        "reporters_in": len(taken.live),
        "reporters_due": taken.owing,
        "weight_in": weight_in,
        "missing": [
            {
                taken.contract.respondents.field: reporter,
                "prefecture": prefectures[taken.universe.due[reporter]],
                "name": names.get(reporter, ""),
            }
            for reporter in taken.missing
        ],
        "exempt": [
            {taken.contract.respondents.field: reporter, "reason": reason} for reporter, reason in taken.exempt.items()
        ],
        "not_due": list(taken.stray),
    }


def by_prefectures(workspace: Workspace, taken: Snapshot) -> list[dict[str, Any]]:
    """Return of each prefecture how many are in, how many owe, and the share of the last collection's weight."""
    now = frame(workspace, taken, most=1).now
    names = {one["prefecture_code"]: one["prefecture"] for one in taken.universe.municipalities}
    owing = Counter(place for reporter, place in taken.universe.due.items() if reporter not in taken.exempt)
    came = Counter(taken.universe.due[reporter] for reporter in taken.live)
    told = []
    for place, number in now.places.items():
        inside, due = now.weighed(number)
        share = inside / due if due else None
        counts = {"reporters_in": came[place], "reporters_due": owing[place], "weight_in": share}
        told.append({"prefecture_code": place, "prefecture": names[place], **counts})
    return told


def weight_in(workspace: Workspace, taken: Snapshot) -> float | None:
    """Return the share of the last collection's weight that is in; bodies that merged or divided are matched.

    Returns:
        Between 0 and 1; none where the contract weighs nobody or nobody reported the last time.
    """
    if taken.contract.publication.weight is None:
        return None
    came, due = frame(workspace, taken, most=1).now.weighed()
    return came / due if due else None


def _file(part: Part, stored: Stored) -> dict[str, Any]:
    return {
        "path": part.name,
        "table": part.table,
        "shard": part.shard,
        "rows": part.rows.num_rows,
        "bytes": stored.bytes,
        "sha256": stored.sha256,
        "inputs_digest": part.inputs_digest,
        "shared": stored.shared,
    }


def _submission(entry: LiveEntry) -> dict[str, Any]:
    return {
        "reporter": entry.reporter,
        "entry": entry.entry_id,
        "submission": entry.submission_id,
        "sha256": entry.digest,
        "accepted_seq": entry.accepted_seq,
    }


def _parts(taken: Snapshot, table: NationalTable, rows: pa.Table) -> Iterator[Part]:
    if not table.sharded:
        yield Part(table.name, WHOLE, rows, taken.digest)
        return
    by_place, none = by_prefecture(rows), rows.slice(0, 0)
    for place, digest in sorted(taken.inputs.items()):
        yield Part(table.name, shard(place), by_place.get(place, none), digest)
