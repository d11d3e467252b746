"""The ledger's table of holds: what was accepted and waits for a decision before it is shown (保留).

A held entry has passed every check that refuses, and its rows are registered; it is only not live. Two grounds hold
one: its figures are implausible, and its reporter is asked; or its correction moves published figures by more than the
contract lets it, and the ministry is asked.
"""

import datetime as dt
from typing import Literal

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from keiyu.ledger.columns import Id, Instant, Json, Seq
from keiyu.ledger.models import Base

Ground = Literal["implausible", "revision"]
Settlement = Literal["confirmed", "approved", "declined", "overtaken"]


class Hold(Base):
    """One ground on which an entry is held; the entry is live once none of its holds is open.

    Attributes:
        ground: ``implausible`` (the reporter is asked) or ``revision`` (the ministry is asked).
        facts: why: the findings, or what the correction would change.
        opened_seq: the event that accepted the entry.
        settlement: how it ended; none while it is open. ``overtaken``: the reporter sent another.
        settled_seq: the event that ended it.
        settled_by: who decided.
        reason: why it was decided so, as readers of the figures are told.
    """

    __tablename__ = "hold"
    __table_args__ = (Index(None, "line", "as_of", "reporter"), Index(None, "entry_id"))

    id: Mapped[Id] = mapped_column(primary_key=True)
    entry_id: Mapped[Id] = mapped_column(ForeignKey("entry.id"))
    line: Mapped[str]
    as_of: Mapped[dt.date]
    reporter: Mapped[str]
    ground: Mapped[str]
    facts: Mapped[Json]
    opened_seq: Mapped[Seq]
    settlement: Mapped[str | None]
    settled_seq: Mapped[Seq | None]
    settled_at: Mapped[Instant | None]
    settled_by: Mapped[str | None]
    reason: Mapped[str | None]
