"""When accepted figures wait for a decision before they are shown: the ``revision`` property of a contract."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a headline figure may move before the ministry must approve it.

    Attributes:
        nation: share of the national figure.
        prefecture: share of a prefecture's figure.
        least: what moves no figure by more than this never waits.
    """

    nation: float
    prefecture: float
    least: float

    def passed(self, change: float, nation: float, prefecture: float) -> bool:
        """Return whether a change is further than that.

        Args:
            change: by how much the figure moves.
            nation: the national figure before.
            prefecture: the prefecture's figure before.
        """
        shares = ((nation, self.nation), (prefecture, self.prefecture))
        return abs(change) > self.least and any(abs(change) > share * abs(before) for before, share in shares)

    @classmethod
    def of(cls, props: Mapping[str, Any]) -> "Limits":
        """Make them from a mapping that names all three."""
        return cls(props["nation"], props["prefecture"], props["least"])


@dataclass(frozen=True, slots=True)
class Revision:
    """A line's policy of holding and approving.

    Attributes:
        hold: rules whose finding holds a report until its reporter confirms the figures with a reason.
        after: stage from whose first release on a large correction waits for the ministry; none: never.
        single: limits of one correction.
        together: limits of all corrections since the stage was out or the ministry last approved one; none: small
            corrections may creep.
    """

    hold: frozenset[str] = frozenset()
    after: Literal["preliminary", "final"] | None = None
    single: Limits = Limits(0.0, 0.0, 0.0)
    together: Limits | None = None

    @classmethod
    def of(cls, props: Mapping[str, Any]) -> "Revision":
        """Make it from the property's value."""
        hold, approval = frozenset(props.get("hold", ())), props.get("approval")
        if approval is None:
            return cls(hold)
        together = approval.get("together")
        return cls(hold, approval["after"], Limits.of(approval), Limits.of(together) if together else None)
