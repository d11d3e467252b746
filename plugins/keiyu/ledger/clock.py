"""The ledger's clock: the one place that recorded time comes from.

Everything that asks for the present (receipts, decisions, releases, deadlines) asks the ledger's clock, so that an
installation has one time, and a simulated season can be lived through with a clock of its own.
"""

import datetime as dt
from collections.abc import Callable
from typing import Final

from sqlalchemy import Connection

Clock = Callable[[], dt.datetime]
OPTION: Final = "keiyu_clock"
"""Execution option by which a connection of the ledger carries its clock."""


def utc_now() -> dt.datetime:
    """Return the machine's time, in UTC."""
    return dt.datetime.now(dt.UTC)


def in_utc(clock: Clock) -> Clock:
    """Return a clock that tells the same time in UTC: the audit chain hashes one spelling of an instant.

    Args:
        clock: tells aware instants.
    """
    return lambda: clock().astimezone(dt.UTC)


def time_of(connection: Connection) -> dt.datetime:
    """Return the present by the clock of the ledger that a connection belongs to."""
    clock: Clock = connection.get_execution_options().get(OPTION, utc_now)
    return clock()
