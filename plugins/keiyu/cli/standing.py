"""How a collection stands: who is in, who is missing, what was returned and why, what was last released."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, or_, select

from keiyu.contract.model import Collection
from keiyu.ledger.models import FindingRow, Submission
from keiyu.publish.history import history
from keiyu.publish.snapshot import Snapshot, take

if TYPE_CHECKING:
    from sqlalchemy import Row

    from keiyu.receive.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Returned:
    """A file that went back and whose figures are still not in.

    Attributes:
        submission_id: the submission.
        file: its name as sent.
        sender: who sent it.
        reporter: whose figures it holds, where that is known.
        reasons: rule id and messages of its errors.
    """

    submission_id: str
    file: str
    sender: str | None
    reporter: str | None
    reasons: tuple[Mapping[str, str], ...]


@dataclass(frozen=True)
class Standing:
    """How a collection stands.

    Attributes:
        snapshot: what the ledger says of it.
        returned: what went back and has not been replaced.
        released: columns of its last release, if any.
    """

    snapshot: Snapshot
    returned: tuple[Returned, ...]
    released: Mapping[str, Any] | None


def standing(workspace: "Workspace", collection: Collection) -> Standing:
    """Return how a collection stands now."""
    snapshot = take(workspace, collection)
    with workspace.ledger.read() as connection:
        rows = connection.execute(_errors(collection)).all()
        released = history(connection, collection).last
    return Standing(snapshot, _open_returns(rows, snapshot), released)


def _errors(collection: Collection) -> Any:
    """Select the errors of every returned file that may belong to a collection, oldest first."""
    columns = (
        Submission.id,
        Submission.filename,
        Submission.sender,
        Submission.received_seq,
        FindingRow.reporter,
        FindingRow.rule_id,
        FindingRow.message_ja,
        FindingRow.message_en,
    )
    decided = and_(FindingRow.submission_id == Submission.id, FindingRow.attempt == Submission.attempt)
    mine = and_(
        or_(FindingRow.line == collection.line, FindingRow.line.is_(None)),
        or_(FindingRow.as_of == collection.as_of, FindingRow.as_of.is_(None)),
        Submission.state.in_(("returned", "partly_accepted")),
        FindingRow.severity == "error",
    )
    return select(*columns).join(Submission, decided).where(mine).order_by(Submission.received_seq, FindingRow.id)


def _open_returns(rows: "Sequence[Row[Any]]", snapshot: Snapshot) -> tuple[Returned, ...]:
    """Group errors by file and reporter, and drop those that have been answered since."""
    waiting = {snapshot.universe.due[reporter] for reporter in snapshot.missing}
    grouped: dict[tuple[str, str | None], list[Row[Any]]] = {}
    for row in rows:
        if not _is_answered(row, snapshot, waiting):
            grouped.setdefault((row.id, row.reporter), []).append(row)
    return tuple(
        Returned(submission_id, of[0].filename, of[0].sender, reporter, tuple(map(_reason, of)))
        for (submission_id, reporter), of in grouped.items()
    )


def _is_answered(row: "Row[Any]", snapshot: Snapshot, waiting: Container[str]) -> bool:
    """Return whether figures came after a return.

    Where the file did not say whose it was, it is answered once nobody is missing in its sender's prefecture.

    Args:
        row: an error of the returned file.
        snapshot: the collection.
        waiting: 2-digit codes of the prefectures in which somebody is missing.
    """
    if row.reporter is None:
        return not snapshot.missing if row.sender is None else row.sender[:2] not in waiting
    answer = snapshot.live.get(row.reporter)
    return answer is not None and answer.accepted_seq > row.received_seq


def _reason(row: "Row[Any]") -> Mapping[str, str]:
    return {"rule_id": row.rule_id, "message_ja": row.message_ja, "message_en": row.message_en}
