"""What moved between two instants of a collection: whose figures, by how much, in which prefecture.

Everything here comes from the control totals that the ledger took at acceptance, not from the tables, so that the
words of a release can be held against its cells.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from keiyu.contract.model import Contract
from keiyu.publish.disclosure.telling import hides
from keiyu.publish.snapshot import Snapshot
from keiyu.register import LiveEntry

Kind = Literal["new", "corrected", "withdrawn"]
Figure = int | float


@dataclass(frozen=True)
class Mover:
    """A reporter whose live entry is another than before.

    Attributes:
        reporter: its code.
        prefecture_code: where it stands, 2 digits.
        name: prefecture and name, in Japanese.
        kind: reported for the first time, corrected, or no longer there.
        submission: the submission that did it; none where one was withdrawn.
        before: its entry then.
        after: its entry now.
    """

    reporter: str
    prefecture_code: str
    name: str
    kind: Kind
    submission: str | None
    before: LiveEntry | None
    after: LiveEntry | None

    def change(self, fields: Sequence[str]) -> Figure:
        """Return by how much the sum of some figures changed."""
        return _sum(self.after, fields) - _sum(self.before, fields)


@dataclass(frozen=True)
class Movement:
    """How a headline measure moved.

    Attributes:
        measure: its identifier.
        label_ja: Japanese label.
        label_en: English label.
        unit: unit of measure.
        fields: the figures it sums.
        before: national sum then; none where there was no release.
        after: national sum now.
        parts: reporters whose change is not zero, the largest first.
        by_prefecture: prefecture → change; where there was no release, the sum itself.
    """

    measure: str
    label_ja: str
    label_en: str
    unit: str
    fields: tuple[str, ...]
    before: Figure | None
    after: Figure
    parts: tuple[tuple[Mover, Figure], ...]
    by_prefecture: dict[str, Figure]

    @property
    def change(self) -> Figure:
        """By how much it moved."""
        return self.after - (self.before or 0)


def movers(before: Snapshot | None, after: Snapshot) -> tuple[Mover, ...]:
    """Return the reporters whose live entry is another than before, in code order."""
    then = before.live if before else {}
    changed = sorted(
        reporter
        for reporter in then.keys() | after.live.keys()
        if _id(then.get(reporter)) != _id(after.live.get(reporter))
    )
    return tuple(_mover(reporter, then.get(reporter), after) for reporter in changed)


def movements(before: Snapshot | None, after: Snapshot, moved: Sequence[Mover]) -> tuple[Movement, ...]:
    """Return how each headline measure of the line moved, but for those that the public may not see whole."""
    contract = after.contract
    told = (measure for measure, one in contract.headline.items() if not hides(contract, one["fields"]))
    return tuple(_movement(measure, before, after, moved) for measure in told)


def _movement(measure: str, before: Snapshot | None, after: Snapshot, moved: Sequence[Mover]) -> Movement:
    told = after.contract.headline[measure]
    fields = tuple(told["fields"])
    parts = [(mover, mover.change(fields)) for mover in moved]
    by_prefecture: Counter[str] = Counter()
    for mover, change in parts:
        by_prefecture[mover.prefecture_code] += change  # type: ignore[assignment]  # a Counter counts floats too
    return Movement(
        measure=measure,
        label_ja=told["label_ja"],
        label_en=told["label_en"],
        unit=_unit(after.contract, fields),
        fields=fields,
        before=sum(before.sums.get(name, 0) for name in fields) if before else None,
        after=sum(after.sums.get(name, 0) for name in fields),
        parts=tuple(sorted(((m, c) for m, c in parts if c), key=lambda part: (-abs(part[1]), part[0].reporter))),
        by_prefecture=dict(by_prefecture),
    )


def _unit(contract: Contract, fields: Sequence[str]) -> str:
    return next((contract.fields[name].unit or "" for name in fields), "")


def _mover(reporter: str, before: LiveEntry | None, after: Snapshot) -> Mover:
    now = after.live.get(reporter)
    kind: Kind = "withdrawn" if now is None else "corrected" if before else "new"
    return Mover(
        reporter=reporter,
        prefecture_code=after.universe.due.get(reporter, reporter[:2]),
        name=after.name_of(reporter),
        kind=kind,
        submission=now.submission_id if now else None,
        before=before,
        after=now,
    )


def _id(entry: LiveEntry | None) -> str | None:
    return entry.entry_id if entry else None


def _sum(entry: LiveEntry | None, fields: Sequence[str]) -> Figure:
    return sum(entry.control_totals.get(name, 0) for name in fields) if entry else 0
