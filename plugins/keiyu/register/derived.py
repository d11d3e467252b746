"""Rows that a list of one line holds for another: a list that the reporter sent for that line goes before them."""

from collections.abc import Collection as Names
from collections.abc import Iterator
from typing import Final

from sqlalchemy import select

from keiyu.contract.model import Collection, Contract
from keiyu.ledger import Ledger
from keiyu.ledger.models import Entry, Placement, Submission

DERIVED: Final = "derived"
"""Mark of a placement whose rows are columns of another line's list."""

_CHUNK: Final = 500


def with_own_list(ledger: Ledger, contract: Contract, collection: Collection, reporters: Names[str]) -> set[str]:
    """Return the reporters of whom a collection has a list of its own line, which columns of another do not replace.

    Args:
        ledger: the ledger.
        contract: the collection's line.
        collection: the collection.
        reporters: the reporters asked about.
    """
    return set(_own(ledger, contract, collection, sorted(reporters)))


def _own(ledger: Ledger, contract: Contract, collection: Collection, reporters: list[str]) -> Iterator[str]:
    query = (
        select(Entry.reporter, Placement.body)
        .join(Submission, Submission.id == Entry.submission_id)
        .outerjoin(Placement, Placement.digest == Submission.placement)
        .where(Entry.line == collection.line, Entry.as_of == collection.as_of)
        .where(Entry.state == "accepted", Entry.superseded_seq.is_(None))
    )
    with ledger.read() as connection:
        for start in range(0, len(reporters), _CHUNK):
            for reporter, body in connection.execute(
                query.where(Entry.reporter.in_(reporters[start : start + _CHUNK]))
            ):
                mine = [told for told in (body or {"tables": []})["tables"] if told["table"] in contract.table_names]
                if not mine or not all(told.get(DERIVED) for told in mine):
                    yield reporter
