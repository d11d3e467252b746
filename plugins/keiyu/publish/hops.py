"""Hop reconciliation (経由の突合): what left a reporter against what arrived through the body that relays it.

Every hop has its receipt, and every entry its control totals. A relay loses nothing where, for each reporter, the
totals of what it sent itself equal those of what its prefecture forwarded; where they do not, the difference is shown
figure by figure, and what never arrived by name.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Row, select

from keiyu.contract.model import Collection
from keiyu.ledger.models import Entry, Submission
from keiyu.publish.snapshot import Snapshot, take
from keiyu.receive.workspace import Workspace

State = Literal["equal", "differs", "corrected_since", "lost"]
Number = int | float


@dataclass(frozen=True)
class Passage:
    """One reporter's figures on their way through a relaying body.

    Attributes:
        reporter: whose.
        name: its prefecture and name.
        via: the body that relays it.
        state: ``equal``; ``differs`` (other figures arrived); ``corrected_since`` (the reporter sent again after it was
            forwarded); ``lost`` (the body forwarded others' figures and not these).
        sent: submission in which the reporter sent them itself.
        arrived: submission in which the body forwarded them; none where it did not.
        differences: figure → sum as sent and as arrived, where they differ.
    """

    reporter: str
    name: str
    via: str
    state: State
    sent: str
    arrived: str | None
    differences: Mapping[str, tuple[Number, Number]]


@dataclass(frozen=True)
class Hop:
    """A relaying body, and everything that passed through it.

    Attributes:
        via: its code.
        sent: reporters that sent their figures themselves.
        arrived: of those, the ones whose figures the body forwarded.
        passages: them all, in order of reporter.
        missing: figure → how much more was sent than arrived, over all of them.
    """

    via: str
    sent: int
    arrived: int
    passages: tuple[Passage, ...]
    missing: Mapping[str, Number]

    @property
    def whole(self) -> bool:
        """Whether what left equals what arrived."""
        return all(passage.state == "equal" for passage in self.passages)


def reconcile(workspace: Workspace, collection: Collection) -> tuple[Hop, ...]:
    """Return the hops of a collection at which a body has forwarded anything, in order of code.

    Args:
        workspace: the installation.
        collection: which.
    """
    taken = take(workspace, collection)
    via = {one["area_code"]: one["reporting_body"] for one in taken.universe.municipalities}
    sent, forwarded = _latest(_entries(workspace, collection), via)
    bodies = sorted({via[reporter] for reporter in forwarded})
    return tuple(_hop(taken, body, [one for one in sent if via[one] == body], sent, forwarded) for body in bodies)


def _entries(workspace: Workspace, collection: Collection) -> Sequence[Any]:
    columns = (Entry.reporter, Entry.submission_id, Entry.received_seq, Entry.control_totals, Submission.sender)
    mine = (Entry.line == collection.line, Entry.as_of == collection.as_of, Entry.state != "returned")
    query = select(*columns).join(Submission, Submission.id == Entry.submission_id).where(*mine)
    with workspace.ledger.read() as connection:
        return connection.execute(query.order_by(Entry.received_seq)).all()


def _latest(rows: Iterable[Row[Any]], via: Mapping[str, str]) -> tuple[dict[str, Row[Any]], dict[str, Row[Any]]]:
    """Return each reporter's last entry as it sent it itself, and as the body that relays it forwarded it."""
    sent: dict[str, Row[Any]] = {}
    forwarded: dict[str, Row[Any]] = {}
    for row in rows:
        body = via.get(row.reporter)
        if body is None or body == row.reporter:
            continue
        if row.sender == row.reporter:
            sent[row.reporter] = row
        elif row.sender == body:
            forwarded[row.reporter] = row
    return sent, forwarded


def _hop(
    taken: Snapshot,
    body: str,
    reporters: Sequence[str],
    sent: Mapping[str, Row[Any]],
    forwarded: Mapping[str, Row[Any]],
) -> Hop:
    passages = tuple(_passage(taken, body, sent[reporter], forwarded.get(reporter)) for reporter in sorted(reporters))
    missing: dict[str, Number] = {}
    for passage in passages:
        for name, (left, came) in passage.differences.items():
            missing[name] = missing.get(name, 0) + left - came
    arrived = sum(passage.arrived is not None for passage in passages)
    return Hop(body, len(passages), arrived, passages, {name: value for name, value in missing.items() if value})


def _passage(taken: Snapshot, body: str, sent: Row[Any], arrived: Row[Any] | None) -> Passage:
    left, came = sent.control_totals, arrived.control_totals if arrived else {}
    names = [name for name in {**left, **came} if left.get(name, 0) != came.get(name, 0)]
    state: State = "equal"
    if arrived is None:
        state = "lost"
    elif names:
        state = "corrected_since" if sent.received_seq > arrived.received_seq else "differs"
    return Passage(
        reporter=sent.reporter,
        name=taken.name_of(sent.reporter),
        via=body,
        state=state,
        sent=sent.submission_id,
        arrived=arrived.submission_id if arrived else None,
        differences={name: (left.get(name, 0), came.get(name, 0)) for name in names},
    )
