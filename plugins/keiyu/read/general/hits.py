"""What the text of a header may name, and how surely."""

from dataclasses import dataclass, replace
from typing import Final, Literal

from keiyu.contract.wording import Ambiguity

How = Literal["label", "composed", "weak", "either", "beside", "part", "tail", "like", "crossed"]

EXACT: Final = 1.0
COMPOSED: Final = 0.97
WEAK: Final = 0.85
EITHER: Final = 0.7
LONE: Final = 0.5
"""A label that the line knows to mean one field or nothing."""
HARMLESS: Final = 0.97
EXPLAINED: Final = 0.8
DENIED: Final = 0.3
TAIL: Final = 0.55
BOTH: Final = 0.35
"""Two labels in one header: for a person to see, whatever phone numbers or flags say by themselves."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A field that a header may name.

    Attributes:
        field: the field.
        score: how surely, from 0 to 1, by the text alone.
        how: by what.
        label: the label that matched.
        unsaid: whether it does not say what is counted, as an age alone.
    """

    field: str
    score: float
    how: How
    label: str
    unsaid: bool = False

    def times(self, factor: float, how: How) -> "Hit":
        """Return the same, less sure."""
        return self if factor >= 1 else replace(self, score=self.score * factor, how=how)

    def doubted(self) -> "Hit":
        """Return the same where the text around it names something else that is counted than its field."""
        return self.times(TAIL, self.how) if self.unsaid else self


@dataclass(frozen=True, slots=True)
class Heard:
    """What a header text may mean.

    Attributes:
        hits: the fields, the surest first.
        known: whether the line knows the text, whatever it means.
        either: why the text decides nothing by itself, where the line says so.
    """

    hits: tuple[Hit, ...] = ()
    known: bool = False
    either: Ambiguity | None = None

    @property
    def best(self) -> float:
        """How sure the surest is."""
        return self.hits[0].score if self.hits else 0.0

    @property
    def asked(self) -> bool:
        """Whether the line wants to know what the column holds, even beside one that surely has its field."""
        return self.either is not None and self.either.asked


SILENT: Final = Heard()
UNASKED: Final = Heard(known=True)


def halves(one: Hit | None, other: Hit | None) -> bool:
    """Return whether two headers each bear a label with words beside it: ０歳児（前期）, ０歳児（後期）."""
    return one is not None and other is not None and one.how == other.how == "beside"
