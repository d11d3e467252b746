"""Rows that a list of one line holds for another: a list that the reporter sent for that line goes before them."""

from collections.abc import Collection as Names
from collections.abc import Iterator
from typing import Final

from sqlalchemy import select

from keiyu.contract.model import Collection, Contract
from keiyu.ledger import Ledger
from keiyu.ledger.models import Entry, Placement, Submission
from keiyu.ledger.selection import live_at, lots

DERIVED: Final = "derived"
"""Mark of a placement whose rows are columns of another line's list."""


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
        .where(Entry.line == collection.line, Entry.as_of == collection.as_of, live_at())
    )
    with ledger.read() as connection:
        for lot in lots(reporters):
            for reporter, body in connection.execute(query.where(Entry.reporter.in_(lot))):
                mine = [told for told in (body or {"tables": []})["tables"] if told["table"] in contract.table_names]
                if not mine or not all(told.get(DERIVED) for told in mine):
                    yield reporter
