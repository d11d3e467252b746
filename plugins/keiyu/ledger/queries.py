"""The ledger's tables of queries (疑義照会) between lines: reports of facilities against a municipality's survey.

A query is about one figure of one municipality. It stands until both sides agree, a side was corrected so that other
figures differ (then another is raised), or somebody says why they differ; the reason is kept.
"""

import datetime as dt
from typing import Literal

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from keiyu.ledger.columns import Id, Instant, Json, Seq
from keiyu.ledger.models import Base

Ending = Literal["agreed", "explained", "overtaken"]


class Query(Base):
    """One difference that was asked about.

    Attributes:
        line: the line of the reports that add up.
        survey: the line of the survey they are held against.
        as_of: reference date of both.
        reporter: the municipality.
        rollup: what was added up.
        field: figure of the survey.
        facts: the finding, both figures, and the cells of both sides.
        opened_seq: the event that raised it.
        opened_at: when.
        ending: how it ended; none while it stands. ``overtaken``: the figures are others now.
        ended_seq: the event that ended it.
        ended_at: when.
        ended_by: who gave the reason; none for the ministry's own operator.
        reason: why both figures are right.
    """

    __tablename__ = "query"
    __table_args__ = (Index(None, "line", "as_of", "reporter"), Index(None, "survey", "as_of", "reporter"))

    id: Mapped[Id] = mapped_column(primary_key=True)
    line: Mapped[str]
    survey: Mapped[str]
    as_of: Mapped[dt.date]
    reporter: Mapped[str]
    rollup: Mapped[str]
    field: Mapped[str]
    facts: Mapped[Json]
    opened_seq: Mapped[Seq]
    opened_at: Mapped[Instant]
    ending: Mapped[str | None]
    ended_seq: Mapped[Seq | None]
    ended_at: Mapped[Instant | None]
    ended_by: Mapped[str | None]
    reason: Mapped[str | None]


class Reach(Base):
    """Whose figures an entry is part of: so that one municipality can be looked at without reading all others.

    Line and date are the entry's, so that what one collection costs does not grow with those before it.
    """

    __tablename__ = "reach"
    __table_args__ = (Index(None, "line", "as_of", "area"),)

    entry_id: Mapped[Id] = mapped_column(ForeignKey("entry.id"), primary_key=True)
    area: Mapped[str] = mapped_column(primary_key=True)
    line: Mapped[str]
    as_of: Mapped[dt.date]
