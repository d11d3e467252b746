"""Which stage is due (公表の段階): decided from the ledger alone, in one place for all of them.

A collection goes through 速報 (``preliminary``), 確報 (``final``) and, after that, 訂正 (``correction``).
New arrivals alone do not repeat a 速報, ``current/`` has them; but a figure that was published and has been
corrected since is never left wrong: the 速報 is issued again.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from keiyu.contract.model import Publication
from keiyu.ledger.models import ReleaseStage

Action = Literal["nothing", "current", "preliminary", "final", "correction"]


@dataclass(frozen=True, slots=True)
class Situation:
    """What the decision depends on.

    Attributes:
        publication: the contract's policy.
        sequential: the line's 速報 waits for the prefectures' confirmation.
        reporters_in: reporters with a live entry.
        reporters_due: reporters who owe one.
        weight_in: share of the last collection's weight that is in; none where there was none.
        days: days since the reference date.
        fresh: ``current/`` shows what is live.
        released: stage → how many releases of it there are.
        changed: entries became live since the last release (or since it was found still true).
        corrected: entries that the last release shows were superseded since.
    """

    publication: Publication
    sequential: bool
    reporters_in: int
    reporters_due: int
    weight_in: float | None
    days: int
    fresh: bool
    released: Mapping[ReleaseStage, int] = field(default_factory=dict)
    changed: bool = True
    corrected: bool = False

    @property
    def complete(self) -> bool:
        """Whether everyone who owes a submission is in."""
        return self.reporters_in == self.reporters_due


@dataclass(frozen=True, slots=True)
class Due:
    """What is due for a collection.

    Attributes:
        action: a stage, only ``current``, or nothing.
        number: n-th release of that stage; none where no release is due.
        reporters_in: reporters with a live entry.
        reporters_due: reporters who owe one.
        missing: who owes one that is not there, in code order.
    """

    action: Action
    number: int | None
    reporters_in: int
    reporters_due: int
    missing: tuple[str, ...] = ()

    @property
    def stage(self) -> ReleaseStage | None:
        """The stage to publish; none where no release is due."""
        return None if self.action == "nothing" or self.action == "current" else self.action


def decide(situation: Situation) -> Action:
    """Return what is due.

    Args:
        situation: what the decision depends on.
    """
    if not situation.reporters_in:
        return "nothing"
    if situation.released.get("final"):
        stage: Action | None = "correction" if situation.changed else None
    elif situation.complete:
        stage = "final"
    elif _preliminary(situation):
        stage = "preliminary"
    else:
        stage = None
    return stage or ("nothing" if situation.fresh else "current")


def _preliminary(situation: Situation) -> bool:
    """Whether a 速報 is due: the first by policy, another where it shows what has been corrected since.

    A sequential line's 速報 waits for the prefectures; nobody but the ministry asks for it before.
    """
    if situation.released.get("preliminary"):
        return situation.corrected
    return not situation.sequential and _threshold_met(situation)


def _threshold_met(situation: Situation) -> bool:
    policy = situation.publication
    by_count = situation.reporters_in / situation.reporters_due
    match policy.preliminary:
        case "at_once":
            return True
        case "date":
            return situation.days >= policy.threshold
        case "weight":
            share = by_count if situation.weight_in is None else situation.weight_in
            return share >= policy.threshold
        case "count":
            return by_count >= policy.threshold


def today(at: dt.datetime | None = None) -> dt.date:
    """Return the date in Japan, whose calendar the policies mean.

    Args:
        at: the instant; now by default.
    """
    return (at or dt.datetime.now(dt.UTC)).astimezone(dt.timezone(dt.timedelta(hours=9))).date()
