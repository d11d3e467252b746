"""A digest in words: Japanese first, English after; the same content for mail and for a webhook."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from keiyu.codes.business_days import business_days_between
from keiyu.codes.eras import to_wareki
from keiyu.contract.model import Contract
from keiyu.ledger.reminders import Key
from keiyu.publish.monitor.policy import Policy, Texts
from keiyu.publish.monitor.reminders import Digest, Item

LANGUAGES: Final = ("ja", "en")


@dataclass(frozen=True, slots=True)
class Message:
    """A digest ready to be sent.

    Attributes:
        organisation: code of who gets it.
        subject: one line.
        text: the whole, plain.
        items: the same for machines: collection, kind, due, own, members, relayed.
        keys: idempotency keys of what it says.
    """

    organisation: str
    subject: str
    text: str
    items: tuple[Mapping[str, Any], ...]
    keys: tuple[Key, ...]

    @property
    def html(self) -> str:
        """The text as HTML, its paragraphs kept."""
        paragraphs = (escape(part).replace("\n", "<br>") for part in self.text.split("\n\n"))
        return "".join(f"<p>{part}</p>" for part in paragraphs)

    @property
    def payload(self) -> dict[str, Any]:
        """What a webhook is sent."""
        return {
            "organisation": self.organisation,
            "subject": self.subject,
            "text": self.text,
            "items": [dict(item) for item in self.items],
        }


def write(digest: Digest, policy: Policy, today: dt.date, name: str, contract: Callable[[str], Contract]) -> Message:
    """Write a digest.

    Args:
        digest: what to say.
        policy: the words.
        today: the day it is sent.
        name: name of the organisation.
        contract: line → its contract.
    """
    words = policy.texts
    subject = " / ".join(words[f"subject_{language}"].format(count=len(digest.items)) for language in LANGUAGES)
    parts = [part for language in LANGUAGES for part in _parts(digest, policy, today, name, contract, language)]
    items = tuple(_item(item) for item in digest.items)
    return Message(digest.organisation, subject, "\n\n".join(parts), items, tuple(item.key for item in digest.items))


def _parts(
    digest: Digest, policy: Policy, today: dt.date, name: str, contract: Callable[[str], Contract], language: str
) -> Iterator[str]:
    kinds = {kind.kind: kind.texts for kind in policy.kinds}
    yield policy.texts[f"opening_{language}"].format(organisation=name)
    for item in digest.items:
        line = contract(item.key.collection.line)
        yield "\n".join(_lines(item, {**policy.texts, **kinds[item.key.kind]}, line, today, language))
    yield policy.texts[f"closing_{language}"]


def _lines(item: Item, words: Texts, contract: Contract, today: dt.date, language: str) -> Iterator[str]:
    collection = item.key.collection
    facts = {
        "name_ja": contract.name_ja,
        "name_en": contract.name_en,
        "as_of": to_wareki(collection.as_of),
        "as_of_en": collection.as_of.isoformat(),
        "label_ja": words["label_ja"],
        "label_en": words["label_en"],
        "due": to_wareki(item.due),
        "due_en": item.due.isoformat(),
        "left": max(business_days_between(today, item.due), 0),
        "members": item.members,
        "relayed": item.relayed,
        "collection": str(collection),
    }
    said = ["heading", *(["own"] if item.own else []), *(["members"] if item.members else []), "pointer"]
    yield from (words[f"{name}_{language}"].format(**facts) for name in said)


def _item(item: Item) -> Mapping[str, Any]:
    return {
        "collection": str(item.key.collection),
        "kind": item.key.kind,
        "day": item.key.day.isoformat(),
        "due": item.due.isoformat(),
        "own": item.own,
        "members": item.members,
        "relayed": item.relayed,
    }
