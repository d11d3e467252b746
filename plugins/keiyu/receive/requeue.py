"""Having returned submissions read again: after a rule, a layout or this program was mended."""

from collections.abc import Sequence

from sqlalchemy import select, update

from keiyu.ledger import Ledger
from keiyu.ledger.events import Draft, append, digest, head, serialise
from keiyu.ledger.models import Submission


def requeue(ledger: Ledger, submission_ids: Sequence[str], *, reason: str) -> int:
    """Put returned submissions back in the queue, in the order in which they were received.

    Args:
        ledger: the ledger.
        submission_ids: submissions; those that are not returned are left as they are.
        reason: why, for the audit trail.

    Returns:
        How many were put back.
    """
    with ledger.begin() as connection:
        serialise(connection)
        where = (Submission.state == "returned") & Submission.id.in_(submission_ids)
        found = sorted(connection.scalars(select(Submission.id).where(where)))
        if found:
            key = f"requeue:{digest(found)}:{head(connection)}"
            append(connection, [Draft("requeue", "", key, {"submissions": found, "reason": reason})])
            connection.execute(update(Submission).where(Submission.id.in_(found)).values(state="received"))
    return len(found)
