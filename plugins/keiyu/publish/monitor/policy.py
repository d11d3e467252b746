"""When organisations are reminded, and in which words: ``schemas/reminders.yaml``."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from keiyu.contract.source import read_yaml
from keiyu.publish.monitor.assessment import Status

Texts = Mapping[str, str]


@dataclass(frozen=True)
class Kind:
    """One kind of reminder.

    Attributes:
        kind: identifier.
        watches: the date from which its days count.
        statuses: who is reminded.
        days: business days from that date, ascending.
        every: business days between repetitions after the last; none where it is not repeated.
        texts: ``label_ja``, ``own_ja``, ``members_ja`` and their English.
    """

    kind: str
    watches: Literal["deadline", "entry_closes"]
    statuses: frozenset[Status]
    days: tuple[int, ...]
    every: int | None
    texts: Texts

    def step(self, days: int) -> int | None:
        """Return the last step reached so many business days after the watched date; none before the first.

        Args:
            days: business days since that date; negative before it.
        """
        reached = [day for day in self.days if day <= days]
        if not reached or (self.days[-1] < 0 < days):
            return None
        last = reached[-1]
        if self.every is not None and len(reached) == len(self.days):
            return last + (days - last) // self.every * self.every
        return last


@dataclass(frozen=True)
class Policy:
    """The whole policy.

    Attributes:
        kinds: kinds of reminders, in the order of a message.
        texts: what stands around them.
    """

    kinds: tuple[Kind, ...]
    texts: Texts


def load(schemas: Path) -> Policy:
    """Load the policy.

    Raises:
        ContractError: the file is not as its JSON Schema describes.
    """
    document = read_yaml(schemas / "reminders.yaml", schemas / "schema" / "reminders.json")
    kinds = (
        Kind(
            kind=one["kind"],
            watches=one["watches"],
            statuses=frozenset(one["statuses"]),
            days=tuple(sorted(one["days"])),
            every=one.get("every"),
            texts={name: text for name, text in one.items() if name.endswith(("_ja", "_en"))},
        )
        for one in document["kinds"]
    )
    return Policy(tuple(kinds), document["digest"])
