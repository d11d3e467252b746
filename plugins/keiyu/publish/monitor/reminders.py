"""What each organisation is to be reminded of now: one digest per organisation, and nothing twice.

Pure functions of assessments, policy and what was sent before. A digest knows counts and dates; it is never
given a figure that was reported.
"""

import datetime as dt
from collections.abc import Collection as Several
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from keiyu.codes.business_days import add_business_days, business_days_between, is_business_day
from keiyu.contract.model import Collection
from keiyu.ledger.reminders import Key
from keiyu.publish.monitor.assessment import Assessment, Standing, entry_day
from keiyu.publish.monitor.policy import Kind, Policy


@dataclass(frozen=True, slots=True)
class Item:
    """One thing an organisation is reminded of.

    Attributes:
        key: what makes it the same thing.
        due: the date watched; the earliest of its members'.
        own: it is a report of the organisation itself.
        members: reporters it relays that are concerned.
        relayed: reporters it relays.
    """

    key: Key
    due: dt.date
    own: bool
    members: int
    relayed: int


@dataclass(frozen=True, slots=True)
class Digest:
    """Everything that one organisation is reminded of in one run.

    Attributes:
        organisation: its code.
        items: at least one.
    """

    organisation: str
    items: tuple[Item, ...]


def plan(assessments: Sequence[Assessment], policy: Policy, settled: Several[Key]) -> tuple[Digest, ...]:
    """Return the digests to send now, in order of organisation.

    Args:
        assessments: every collection that takes first submissions, judged at the same instant.
        policy: when to remind.
        settled: what need not be sent any more.
    """
    found: dict[str, dict[Key, Item]] = {}
    for one in assessments:
        if is_business_day(one.today) and one.position.state == "open":
            for item in _items(one, policy):
                items = found.setdefault(item.key.organisation, {})
                items[item.key] = _together(items[item.key], item) if item.key in items else item
    waiting = {
        organisation: tuple(item for key, item in items.items() if key not in settled)
        for organisation, items in found.items()
    }
    return tuple(Digest(organisation, items) for organisation, items in sorted(waiting.items()) if items)


def _items(assessment: Assessment, policy: Policy) -> Iterator[Item]:
    relayed: dict[str | None, int] = {}
    for standing in assessment.standings:
        relayed[standing.reporter.relay] = relayed.get(standing.reporter.relay, 0) + 1
    collection = assessment.position.collection
    for kind in policy.kinds:
        for standing in assessment.standings:
            reached = _reached(assessment, kind, standing)
            if reached is None:
                continue
            due, day = reached
            yield Item(_key(standing.reporter.code, collection, kind, day), due, True, 0, 0)
            relay = standing.reporter.relay
            if relay is not None:
                yield Item(_key(relay, collection, kind, day), due, False, 1, relayed[relay])


def _reached(assessment: Assessment, kind: Kind, standing: Standing) -> tuple[dt.date, dt.date] | None:
    """Return the date watched, and the business day on which the reminder fell due; none where none did."""
    if standing.status not in kind.statuses:
        return None
    due = standing.due if kind.watches == "deadline" else entry_day(assessment.position, standing)
    step = kind.step(business_days_between(due, assessment.today))
    return None if step is None else (due, add_business_days(due, step))


def _key(organisation: str, collection: Collection, kind: Kind, day: dt.date) -> Key:
    return Key(organisation, collection, kind.kind, day)


def _together(one: Item, other: Item) -> Item:
    return replace(
        one,
        due=min(one.due, other.due),
        own=one.own or other.own,
        members=one.members + other.members,
        relayed=max(one.relayed, other.relayed),
    )
