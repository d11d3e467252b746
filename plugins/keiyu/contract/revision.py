"""When accepted figures wait for a decision before they are shown: the ``revision`` property of a contract."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Revision:
    """A line's policy of holding and approving.

    Attributes:
        hold: rules whose finding holds a report until its reporter confirms the figures with a reason.
        after: stage from whose first release on a large correction waits for the ministry; none: never.
        nation: share of a national headline figure up to which a correction is published by itself, together with all
            that were since the stage was out or the ministry last approved one.
        prefecture: share of a prefecture's headline figure up to which it is.
        least: a correction that moves no headline figure by more than this never waits.
    """

    hold: frozenset[str] = frozenset()
    after: Literal["preliminary", "final"] | None = None
    nation: float = 0.0
    prefecture: float = 0.0
    least: float = 0.0

    @classmethod
    def of(cls, props: Mapping[str, Any]) -> "Revision":
        """Make it from the property's value."""
        approval = props.get("approval", {})
        limits = {name: approval[name] for name in ("after", "nation", "prefecture", "least") if name in approval}
        return cls(hold=frozenset(props.get("hold", ())), **limits)
