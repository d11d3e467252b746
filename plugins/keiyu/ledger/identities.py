"""The ledger's tables of identities: which core row is which facility, what was in doubt, what a person decided.

Rows are only added; an assignment that no longer holds is ended by a sequence, as entries are. It holds at sequence S
iff ``recorded_seq <= S`` and ``superseded_seq`` is null or ``> S``.
"""

from typing import Any, Final, Literal

from sqlalchemy import JSON, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from keiyu.ledger.columns import Clean, Id, Instant, Seq
from keiyu.ledger.models import Base

AssignmentMethod = Literal["identical", "weighed", "period", "new", "joined", "split"]
Verdict = Literal["same", "different", "split"]

HOLDS: Final = "superseded_seq IS NULL"


class IdentityAssignment(Base):
    """One core row is one facility.

    Attributes:
        entry_id: the entry that holds the row.
        source_row: the row of the file it came from.
        recorded_seq: event that recorded it.
        line: line of the entry.
        area: reporter of the entry.
        identity: the facility.
        method: how it was recognised; ``joined`` and ``split`` are decisions of a person.
        weight: bits of evidence, where it was weighed.
        superseded_seq: event that ended it.
    """

    __tablename__ = "identity_assignment"
    __table_args__ = (
        Index(
            "uq_identity_assignment_live",
            "entry_id",
            "source_row",
            unique=True,
            sqlite_where=text(HOLDS),
            postgresql_where=text(HOLDS),
        ),
        Index(None, "line", "area"),
        Index(None, "identity"),
        Index(None, "recorded_seq"),
    )

    entry_id: Mapped[Id] = mapped_column(ForeignKey("entry.id"), primary_key=True)
    source_row: Mapped[int] = mapped_column(primary_key=True)
    recorded_seq: Mapped[Seq] = mapped_column(primary_key=True)
    line: Mapped[str]
    area: Mapped[str]
    identity: Mapped[Id]
    method: Mapped[AssignmentMethod] = mapped_column(Clean())
    weight: Mapped[float | None]
    superseded_seq: Mapped[Seq | None]


class IdentityReview(Base):
    """A pair in doubt: a known facility, and a row that was given an identity of its own for the time being.

    Attributes:
        area: reporter of the row.
        known: the known facility.
        identity: the row's own identity.
        entry_id: the entry that holds the row.
        source_row: the row.
        weight: bits of evidence that they are one.
        lead: bits by which the pair leads its best rival; none without one.
        evidence: ``{"ja": […], "en": […], "known": {field: value}, "row": {field: value}}``.
        recorded_seq: event that recorded it.
    """

    __tablename__ = "identity_review"
    __table_args__ = (Index(None, "line", "area"), Index(None, "identity"), Index(None, "known"))

    id: Mapped[Id] = mapped_column(primary_key=True)
    line: Mapped[str]
    area: Mapped[str]
    known: Mapped[Id]
    identity: Mapped[Id]
    entry_id: Mapped[Id] = mapped_column(ForeignKey("entry.id"))
    source_row: Mapped[int]
    weight: Mapped[float]
    lead: Mapped[float | None]
    evidence: Mapped[dict[str, Any]] = mapped_column(JSON())
    recorded_seq: Mapped[Seq]


class IdentityDecision(Base):
    """What a person decided: two identities are one (``same``) or two (``different``), or one is two (``split``).

    Attributes:
        known: the identity that stays.
        identity: the one that is joined to it, is told from it, or is split off it.
        by: who decided.
        reason: why, in their words.
        seq: its event in the chain.
    """

    __tablename__ = "identity_decision"
    __table_args__ = (Index(None, "line", "seq"), Index(None, "known"), Index(None, "identity"))

    id: Mapped[Id] = mapped_column(primary_key=True)
    line: Mapped[str]
    verdict: Mapped[Verdict] = mapped_column(Clean())
    known: Mapped[Id]
    identity: Mapped[Id]
    by: Mapped[str]
    reason: Mapped[str]
    at: Mapped[Instant]
    seq: Mapped[Seq]
