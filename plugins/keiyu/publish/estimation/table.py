"""The estimate of a collection as a table of its own: ``published/estimate/<line>/<date>.parquet``, and in a 速報.

Its columns are declared in ``schemas/estimate/``, documented like those of a national table. An estimate is made from
what the ledger knew at one sequence and from nothing else, so that any earlier one can be made again.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
import pyarrow as pa
from sqlalchemy import func, select

from keiyu.contract import national
from keiyu.contract.model import Collection, Contract, NationalTable
from keiyu.ledger.models import Entry
from keiyu.publish import parquet, session
from keiyu.publish.disclosure.telling import hides
from keiyu.publish.estimation.frame import Frame, Pair, frame
from keiyu.publish.estimation.model import LEAST, Prediction, Sample, predict
from keiyu.publish.folder import PUBLISHED
from keiyu.publish.snapshot import Snapshot, take
from keiyu.receive.workspace import Workspace

ESTIMATE: Final = "estimate"
LEVELS: Final = (0.8, 0.95)
_DIGEST: Final = "keiyu:inputs_digest"
_ENGINE: Final = "2"
"""Raise it when other estimates are made from the same inputs."""

_TEXT, _INT, _REAL = pa.string(), pa.int64(), pa.float64()
_COLUMNS: Final = (
    ("scope", _TEXT), ("prefecture_code", _TEXT), ("prefecture", _TEXT), ("measure", _TEXT), ("label_ja", _TEXT),
    ("label_en", _TEXT), ("unit", _TEXT), ("position", _INT), ("counted", _REAL), ("reporters_in", _INT),
    ("reporters_due", _INT), ("weight_in", _REAL), ("weight_due", _REAL), ("level", _REAL), ("missing", _REAL),
    ("low", _REAL), ("high", _REAL), ("growth", _REAL), ("lateness", _REAL), ("method", _TEXT), ("basis", _TEXT),
    ("reason_ja", _TEXT), ("reason_en", _TEXT),
)  # fmt: skip
_REASONS: Final = {
    "no_earlier": (
        "前の回がなく、未提出の団体の前回値が分からないため、推計しない。",
        "There is no earlier collection, so that nothing is known of those who are missing: no estimate.",
    ),
    "too_few": (
        "前回値のある提出がまだ少なく、伸びを見積もれないため、推計しない。",
        "Too few who reported the last time are in for their growth to be seen: no estimate.",
    ),
    "nothing": (
        "提出済の団体の前回の値がすべて０で、伸びがないため、推計しない。",
        "Those who are in all had 0 the last time, which cannot grow: no estimate.",
    ),
}


def declared(schemas: Path) -> NationalTable:
    """Return the table as ``schemas/estimate/`` declares it."""
    [table] = national.load(schemas / ESTIMATE, (), schemas)
    return table


def path(collection: Collection) -> str:
    """Return where the latest estimate of a collection lies."""
    return f"{PUBLISHED}/{ESTIMATE}/{collection.line}/{collection.as_of.isoformat()}.parquet"


def estimate(workspace: Workspace, taken: Snapshot) -> pa.Table:
    """Return the estimate of every headline figure, for the nation and each prefecture.

    Figures that the public may not see whole are left out.

    Args:
        workspace: the installation.
        taken: the collection as it stood.

    Returns:
        The declared columns; without rows where the line has no headline figure.
    """
    rows = list(_rows(taken, frame(workspace, taken)))
    views = {
        "estimates": pa.table({name: pa.array([row[name] for row in rows], kind) for name, kind in _COLUMNS}),
        "collection": pa.table({"line": [taken.contract.line], "as_of": pa.array([taken.collection.as_of])}),
    }
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        for name, view in views.items():
            connection.register(name, view)
        return session.query(connection, declared(workspace.settings.schemas))


def refresh(workspace: Workspace, collection: Collection) -> bool:
    """Bring the latest estimate of a collection up to date; readers see the old or the new one.

    Returns:
        Whether it had changed.
    """
    taken = take(workspace, collection)
    if not taken.live or not taken.contract.headline:
        return False
    digest = _digest(workspace, taken)
    if parquet.facts(workspace.storage, path(collection)).get(_DIGEST) == digest:
        return False
    rows = estimate(workspace, taken)
    workspace.storage.replace(path(collection), parquet.encode(rows, **{_DIGEST: digest}))
    return True


def _digest(workspace: Workspace, taken: Snapshot) -> str:
    """Return the digest of what an estimate is made from: the collection as it stands, and all earlier ones."""
    entry, collection = Entry, taken.collection
    changed = select(func.max(entry.accepted_seq), func.max(entry.superseded_seq))
    with workspace.ledger.read() as connection:
        told = connection.execute(changed.where(entry.line == collection.line, entry.as_of < collection.as_of)).one()
    rules = declared(workspace.settings.schemas)
    parts = (_ENGINE, taken.digest, str(tuple(told)), rules.sql.read_text(encoding="utf-8"))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@dataclass(frozen=True)
class _Scope:
    """The nation or a prefecture of an estimate."""

    number: int | None
    code: str | None
    name: str | None
    counts: tuple[int, int]
    weighed: tuple[float, float]

    @property
    def facts(self) -> dict[str, Any]:
        return {
            "scope": "nation" if self.code is None else "prefecture",
            "prefecture_code": self.code,
            "prefecture": self.name,
            "reporters_in": self.counts[0],
            "reporters_due": self.counts[1],
            "weight_in": self.weighed[0],
            "weight_due": self.weighed[1],
        }


def _rows(taken: Snapshot, known: Frame) -> Iterator[dict[str, Any]]:
    contract = taken.contract
    secret = contract.publication.weight is not None and hides(contract, [contract.publication.weight])
    scopes = [replace(one, weighed=(0.0, 0.0)) if secret else one for one in _scopes(taken, known.now)]
    basis = ",".join(known.basis) or None
    for position, (name, told) in enumerate(contract.headline.items()):
        if hides(contract, told["fields"]):
            continue
        sample = known.now.sample(told["fields"])
        past = [pair.sample(told["fields"]) for pair in known.past]
        found = predict(sample, past, len(known.now.places))
        facts = {"measure": name, "position": position, "basis": basis, **_labels(contract, told)}
        for scope in scopes:
            yield from (facts | scope.facts | row for row in _levels(sample, found, scope.number))


def _labels(contract: Contract, told: Mapping[str, Any]) -> dict[str, Any]:
    unit = next((contract.fields[field].unit for field in told["fields"]), None)
    return {"label_ja": told["label_ja"], "label_en": told["label_en"], "unit": unit}


def _scopes(taken: Snapshot, now: Pair) -> Iterator[_Scope]:
    names = {one["prefecture_code"]: one["prefecture"] for one in taken.universe.municipalities}
    yield _Scope(None, None, None, (len(taken.live), taken.owing), now.weighed())
    for code, number in now.places.items():
        due = [reporter for reporter, place in now.after.due.items() if place == code]
        came = sum(reporter in taken.live for reporter in due)
        yield _Scope(number, code, names[code], (came, len(due)), now.weighed(number))


def _levels(sample: Sample, found: Prediction | None, place: int | None) -> Iterator[dict[str, Any]]:
    """Yield what is said of one figure in one scope, level by level."""
    mine = np.ones(len(sample.now), np.bool_) if place is None else sample.place == place
    counted = float(sample.now[mine].sum())
    complete = bool(sample.inside[mine].all())
    for level in LEVELS:
        row: dict[str, Any] = dict.fromkeys(("missing", "low", "high", "growth", "lateness", "reason_ja", "reason_en"))
        row |= {"counted": counted, "level": level, "method": "complete" if complete else "ratio" if found else "none"}
        if complete:
            row |= {"missing": 0.0, "low": 0.0, "high": 0.0}
        elif found is not None:
            low, high = found.interval(level, place)
            mean = float(found.mean.sum() if place is None else found.mean[place])
            row |= {"missing": mean, "low": low, "high": high, "growth": found.growth}
            row |= {"lateness": float(np.exp(found.lateness.mean))}
        else:
            row["reason_ja"], row["reason_en"] = _REASONS[_reason(sample)]
        yield row


def _reason(sample: Sample) -> str:
    if not sample.known.any():
        return "no_earlier"
    return "too_few" if sample.seen.sum() < LEAST else "nothing"
