"""The ledger's tables of the calendar: who was given more time, who was excused, who was told what.

Rows are only added. Of two extensions of one area (or two exemptions of one reporter) the later holds.
"""

import datetime as dt
from typing import Literal

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from keiyu.ledger.columns import Clean, Id, Instant, Seq
from keiyu.ledger.models import Base

ReminderState = Literal["claimed", "sent", "failed"]


class Extension(Base):
    """More time (期限の延長) for an area in one collection; a prefecture's reaches its municipalities.

    Attributes:
        area: 6-digit code of a municipality or prefecture, or the code of a facility.
        until: its last day from now on.
        reason: why, in the words of whoever granted it.
        seq: its event in the chain.
    """

    __tablename__ = "extension"
    __table_args__ = (Index(None, "line", "as_of", "seq"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    line: Mapped[str]
    as_of: Mapped[dt.date]
    area: Mapped[str]
    until: Mapped[dt.date]
    reason: Mapped[str]
    at: Mapped[Instant]
    seq: Mapped[Seq]


class Exemption(Base):
    """A reporter that need not submit (提出免除) in one collection.

    Attributes:
        area: code of the reporter, or of the municipality or prefecture whose reporters are all excused.
        holds: whether it holds from now on; false ends an earlier one.
        reason: why.
        seq: its event in the chain.
    """

    __tablename__ = "exemption"
    __table_args__ = (Index(None, "line", "as_of", "seq"),)

    id: Mapped[Id] = mapped_column(primary_key=True)
    line: Mapped[str]
    as_of: Mapped[dt.date]
    area: Mapped[str]
    holds: Mapped[bool]
    reason: Mapped[str]
    at: Mapped[Instant]
    seq: Mapped[Seq]


class Reminder(Base):
    """One thing of which one organisation was reminded, once: the key is the guard against a mail storm.

    It is claimed before the message is handed over, so that a crash loses one message rather than sending
    many twice; a refusal by the mail server sets it to ``failed``, and the next run may try again.

    Attributes:
        organisation: who is told.
        line: of which line.
        as_of: of which collection.
        kind: kind of reminder, as ``schemas/reminders.yaml`` names them.
        day: the business day on which this reminder fell due.
        state: ``claimed``, ``sent`` or ``failed``.
        attempts: how often it was tried.
        at: last change.
        seq: event of its last claim.
    """

    __tablename__ = "reminder"

    organisation: Mapped[str] = mapped_column(primary_key=True)
    line: Mapped[str] = mapped_column(primary_key=True)
    as_of: Mapped[dt.date] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    state: Mapped[ReminderState] = mapped_column(Clean())
    attempts: Mapped[int]
    at: Mapped[Instant]
    seq: Mapped[Seq]
