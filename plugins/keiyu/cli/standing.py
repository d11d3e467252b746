"""How a collection stands: who is in, who is missing, what was returned and why, what was last released."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, or_, select

from keiyu.codes.areas import to6
from keiyu.contract.model import Collection
from keiyu.ledger.models import Entry, FindingRow, Submission
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
        nameless = {row.sender for row in rows if row.reporter is None}
        answers = connection.execute(_accepted(collection)).all() if nameless else []
        released = history(connection, collection).last
    return Standing(
        snapshot, _open_returns(rows, [row for row in answers if row.sender in nameless], snapshot), released
    )


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


def _accepted(collection: Collection) -> Any:
    """Select who sent what was accepted for a collection, under which file name, and when it was received."""
    mine = and_(Entry.line == collection.line, Entry.as_of == collection.as_of, Entry.state == "accepted")
    columns = (Submission.sender, Submission.filename, Submission.received_seq)
    return select(*columns).join(Entry, Entry.submission_id == Submission.id).where(mine).distinct()


def _open_returns(
    rows: "Sequence[Row[Any]]", answers: "Sequence[Row[Any]]", snapshot: Snapshot
) -> tuple[Returned, ...]:
    """Group errors by file and reporter, and drop those that have been answered since."""
    grouped: dict[tuple[str, str | None], list[Row[Any]]] = {}
    for row in rows:
        if not (_has_come(row, snapshot) if row.reporter else _is_made_good(row, answers, snapshot)):
            grouped.setdefault((row.id, row.reporter), []).append(row)
    return tuple(
        Returned(submission_id, of[0].filename, of[0].sender, reporter, tuple(map(_reason, of)))
        for (submission_id, reporter), of in grouped.items()
    )


def _has_come(row: "Row[Any]", snapshot: Snapshot) -> bool:
    """Return whether a reporter's figures came after its return."""
    answer = snapshot.live.get(row.reporter)
    return answer is not None and answer.accepted_seq > row.received_seq


def _is_made_good(row: "Row[Any]", answers: "Sequence[Row[Any]]", snapshot: Snapshot) -> bool:
    """Return whether a file that did not say whose figures it held has been replaced.

    Its sender's next accepted file replaces it where the sender has nobody's figures to send but its own, or where the
    file bears the same name. One who relays many files has otherwise replaced it once nobody that it sends for is
    missing.
    """
    later = [one for one in answers if one.sender == row.sender and one.received_seq > row.received_seq]
    if later and (row.sender in snapshot.universe.due or any(one.filename == row.filename for one in later)):
        return True
    homes = snapshot.universe.homes
    return not any(row.sender in (None, homes[one], to6(f"{homes[one][:2]}000")) for one in snapshot.missing)


def _reason(row: "Row[Any]") -> Mapping[str, str]:
    return {"rule_id": row.rule_id, "message_ja": row.message_ja, "message_en": row.message_en}
