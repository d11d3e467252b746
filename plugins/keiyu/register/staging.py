"""What a micro-batch decided, made ready for one short transaction: segments written, rows drafted."""

import datetime as dt
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

import numpy as np
import pyarrow as pa

from keiyu.check.model import READING, ROW, Checked
from keiyu.contract import reporters
from keiyu.contract.model import Collection, Contract
from keiyu.findings import Finding
from keiyu.ledger.claims import Claimed
from keiyu.ledger.events import digest
from keiyu.ledger.ids import new_id
from keiyu.read.model import Placement, Reading, TableReading
from keiyu.receive.storage import Storage
from keiyu.register.derived import DERIVED
from keiyu.register.drafts import EntryDraft, HoldDraft
from keiyu.register.segments import ENTRY_ID, Written, in_order, write
from keiyu.register.totals import Totals, totals_by

_ABSENT: Final = -1


@dataclass(frozen=True)
class Group:
    """The submissions of a micro-batch that belong to one collection, as checked together.

    Attributes:
        contract: the line.
        as_of: reference date.
        submissions: the submissions.
        readings: their readings, in the same order.
        checked: the result of the check over those readings; its findings hold those of reading.
    """

    contract: Contract
    as_of: dt.date
    submissions: Sequence[Claimed]
    readings: Sequence[Reading]
    checked: Checked

    @property
    def collection(self) -> Collection:
        """The collection."""
        return Collection(self.contract.line, self.as_of)


@dataclass(frozen=True)
class Nil:
    """A nil return that was found in order: an entry without rows."""

    contract: Contract
    as_of: dt.date
    submission: Claimed
    reporter: str


@dataclass(frozen=True)
class Refused:
    """A submission that goes back whole; nothing in it can be ascribed to a reporter."""

    submission: Claimed
    findings: Sequence[Finding]
    reading: Reading | None = None


@dataclass(frozen=True)
class Staged:
    """Everything that the transaction will write.

    Attributes:
        submissions: submission id → columns to set.
        entries: collection → its entries.
        findings: rows of findings.
        segments: written segments.
        placements: digest → body.
        forms: what the placements of a file say → their digest; so many files are of one form.
        holds: grounds on which entries are held.
        impacts: entry → what it changes, for those that supersede another.
    """

    submissions: dict[str, dict[str, Any]] = field(default_factory=dict)
    entries: dict[Collection, list[EntryDraft]] = field(default_factory=dict)
    findings: list[dict[str, Any]] = field(default_factory=list)
    segments: list[Written] = field(default_factory=list)
    placements: dict[str, dict[str, Any]] = field(default_factory=dict)
    forms: dict[tuple[Any, ...], str] = field(default_factory=dict)
    holds: list[HoldDraft] = field(default_factory=list)
    impacts: dict[str, dict[str, Any]] = field(default_factory=dict)

    def hold(self, holds: Sequence[HoldDraft]) -> None:
        """Have entries wait for a decision: accepted, registered, and not live."""
        held = {one.entry_id for one in holds}
        for drafts in self.entries.values():
            drafts[:] = [replace(draft, state="held") if draft.id in held else draft for draft in drafts]
        self.holds.extend(holds)


def stage(
    storage: Storage, groups: Sequence[Group], nils: Sequence[Nil] = (), refused: Sequence[Refused] = ()
) -> Staged:
    """Write the segments of a micro-batch and draft its ledger rows.

    Nothing is visible yet: a crash from here on leaves files that no transaction names.
    """
    staged, parts = Staged(), _Parts()
    for group in groups:
        _stage_group(storage, staged, group, parts)
    for nil in nils:
        parts.add(nil.submission, None, [_stage_nil(staged, nil)])
    for one in refused:
        parts.add(one.submission, one.reading, [])
        line = one.reading.line if one.reading else None
        staged.findings.extend(_finding(one.submission, finding, None, line, None) for finding in one.findings)
    for submission, readings, drafts in parts.of.values():
        _note(staged, submission, readings, drafts)
    return staged


@dataclass(frozen=True)
class _Parts:
    """What became of each submission: one file may hold rows of several collections."""

    of: dict[str, tuple[Claimed, list[Reading], list[EntryDraft]]] = field(default_factory=dict)

    def add(self, submission: Claimed, reading: Reading | None, drafts: Sequence[EntryDraft]) -> None:
        _, readings, entries = self.of.setdefault(submission.id, (submission, [], []))
        readings.extend([reading] if reading is not None else [])
        entries.extend(drafts)


def _stage_group(storage: Storage, staged: Staged, group: Group, parts: _Parts) -> None:
    drafts, segments = _entries(storage, group)
    if drafts:
        staged.entries.setdefault(group.collection, []).extend(drafts)
    staged.segments.extend(segments)
    by_submission: dict[str, list[EntryDraft]] = {submission.id: [] for submission in group.submissions}
    ids = {(draft.submission_id, draft.reporter): draft.id for draft in drafts}
    for draft in drafts:
        by_submission[draft.submission_id].append(draft)
    for submission, reading in zip(group.submissions, group.readings, strict=True):
        parts.add(submission, reading, by_submission[submission.id])
    for index, finding in group.checked.findings:
        submission = group.submissions[index]
        entry_id = ids.get((submission.id, finding.place.reporter or ""))
        staged.findings.append(_finding(submission, finding, entry_id, group.contract.line, group.as_of))


def _stage_nil(staged: Staged, nil: Nil) -> EntryDraft:
    collection = Collection(nil.contract.line, nil.as_of)
    draft = EntryDraft(
        id=new_id(),
        submission_id=nil.submission.id,
        attempt=nil.submission.attempt + 1,
        line=collection.line,
        as_of=collection.as_of,
        reporter=nil.reporter,
        state="accepted",
        nil=True,
        received_seq=nil.submission.received_seq,
        part_id=None,
        row_count=0,
        control_totals={},
        contract_digest=nil.contract.digest,
        rules_digest=None,
    )
    staged.entries.setdefault(collection, []).append(draft)
    return draft


def _entries(storage: Storage, group: Group) -> tuple[list[EntryDraft], list[Written]]:
    """Draft an entry for each verdict and write the rows of the accepted ones."""
    verdicts = group.checked.verdicts
    owners = _owners(group.contract, group.checked)
    totals = totals_by(group.contract, group.checked.frames, owners, len(verdicts))
    counts = np.zeros(len(verdicts), dtype="int64")
    for rows_of in owners.values():
        counts += np.bincount(rows_of[rows_of >= 0], minlength=len(verdicts))
    part_id = new_id()
    drafts = [
        EntryDraft(
            id=new_id(),
            submission_id=group.submissions[verdict.reading].id,
            attempt=group.submissions[verdict.reading].attempt + 1,
            line=group.contract.line,
            as_of=group.as_of,
            reporter=verdict.reporter,
            state="accepted" if verdict.accepted else "returned",
            nil=verdict.accepted and not count,
            received_seq=group.submissions[verdict.reading].received_seq,
            part_id=part_id if verdict.accepted and count else None,
            row_count=count,
            control_totals=sums,
            contract_digest=group.contract.digest,
            rules_digest=group.checked.rules_digest,
        )
        for verdict, count, sums in zip(verdicts, counts.tolist(), totals, strict=True)
    ]
    return drafts, list(_segments(storage, group, drafts, owners, part_id))


def totals_of(contract: Contract, checked: Checked) -> list[Totals]:
    """Return the control totals of each verdict, in their order."""
    return totals_by(contract, checked.frames, _owners(contract, checked), len(checked.verdicts))


def _owners(contract: Contract, checked: Checked) -> dict[str, np.ndarray]:
    """Return, for each table, the number of the verdict that each row falls under."""
    number = {(verdict.reading, verdict.reporter): n for n, verdict in enumerate(checked.verdicts)}
    owners = {}
    for name, rows in checked.frames.items():
        reporter = reporters.named(contract.respondents, rows).to_pylist()
        keys = zip(rows[READING].to_pylist(), reporter, strict=True)
        owners[name] = np.asarray([number.get(key, _ABSENT) for key in keys], dtype="int64")
    return owners


def _segments(
    storage: Storage, group: Group, drafts: Sequence[EntryDraft], owners: Mapping[str, np.ndarray], part_id: str
) -> Iterator[Written]:
    taken = np.asarray([draft.part_id is not None for draft in drafts], dtype=bool)
    if not taken.any():
        return
    ids = {ENTRY_ID: [draft.id for draft in drafts], "submission_id": [draft.submission_id for draft in drafts]}
    for name, rows in group.checked.frames.items():
        owner = owners[name]
        kept = np.flatnonzero((owner >= 0) & taken[owner]) if len(owner) else np.empty(0, dtype="int64")
        if not len(kept):
            continue
        core = rows.take(pa.array(kept))
        for column, values in ids.items():
            core = core.append_column(
                pa.field(column, pa.string(), nullable=False), pa.array(values, pa.string()).take(pa.array(owner[kept]))
            )
        core = core.append_column(pa.field("source_row", pa.int32(), nullable=False), core[ROW].cast(pa.int32()))
        measured = [column for column in rows.column_names if column not in {READING, ROW, "marks"}]
        core = core.select([*measured, ENTRY_ID, "submission_id", "source_row", "marks"])
        yield write(storage, group.collection, name, part_id, in_order(core, group.contract.respondents.field))


def _note(staged: Staged, submission: Claimed, readings: Sequence[Reading], drafts: Sequence[EntryDraft]) -> None:
    """Draft what the submission's own row will say."""
    accepted = sum(draft.state == "accepted" for draft in drafts)
    state = "returned" if not accepted else "accepted" if accepted == len(drafts) else "partly_accepted"
    first = next(iter(sorted(readings, key=lambda reading: reading.derived)), None)
    staged.submissions[submission.id] = {
        "state": state,
        "attempt": submission.attempt + 1,
        "layout": first.layout if first else None,
        "encoding": first.encoding if first else None,
        "placement": _placement(staged, readings),
        "row_count": sum(draft.row_count for draft in drafts),
        "control_totals": _together([draft.control_totals for draft in drafts]),
    }


def _together(parts: Sequence[Mapping[str, int | float]]) -> Totals:
    total: Totals = {}
    for part in parts:
        for name, value in part.items():
            total[name] = total.get(name, 0) + value
    return total


def _placement(staged: Staged, readings: Sequence[Reading]) -> str | None:
    parts = [(one, reading.derived) for reading in readings for one in reading.tables]
    if not parts:
        return None
    form = tuple((one.table, derived, *_told(one.placement)) for one, derived in parts)
    if form not in staged.forms:
        body = {"tables": [_as_json(one, derived) for one, derived in parts]}
        name = staged.forms[form] = digest(body)
        staged.placements[name] = body
    return staged.forms[form]


def _told(at: Placement) -> Iterator[Hashable]:
    """Yield what tells a placement from others."""
    yield from (at.sheet, tuple(at.columns.items()), at.matrix, at.form, at.part, tuple(at.down.items()))
    yield from ((each.sheet, tuple(each.columns.items()), tuple(each.shifts)) for each in at.apart)


def _as_json(one: TableReading, derived: bool) -> dict[str, Any]:
    at = one.placement
    return {
        "table": one.table,
        "sheet": at.sheet,
        "columns": dict(at.columns),
        "matrix": at.matrix,
        **({"header": at.form.as_json()} if at.form is not None else {}),
        **({"down": dict(at.down)} if at.down else {}),
        **({"part": at.part} if at.part else {}),
        **({"apart": [asdict(each) for each in at.apart]} if at.apart else {}),
        **({DERIVED: True} if derived else {}),
    }


def _finding(
    submission: Claimed, finding: Finding, entry_id: str | None, line: str | None, as_of: dt.date | None
) -> dict[str, Any]:
    place = finding.place if finding.place.file else replace(finding.place, file=submission.filename)
    return {
        **replace(finding, place=place).as_dict(),
        "submission_id": submission.id,
        "attempt": submission.attempt + 1,
        "entry_id": entry_id,
        "line": line,
        "as_of": as_of,
    }
