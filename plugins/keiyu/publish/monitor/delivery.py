"""Handing digests over: claimed in the ledger first, sent by whatever channel, concluded after.

Whoever calls gives the way to send. A refused message does not stop the others, and is told at the end.
"""

import datetime as dt
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from keiyu.contract.model import Collection
from keiyu.ledger import collection_states
from keiyu.ledger.reminders import claim, conclude, settled
from keiyu.publish.monitor import directory, policy
from keiyu.publish.monitor.assessment import assess, day_of
from keiyu.publish.monitor.directory import Contact
from keiyu.publish.monitor.message import Message, write
from keiyu.publish.monitor.position import position
from keiyu.publish.monitor.reminders import Digest, plan
from keiyu.receive.workspace import Workspace

Send = Callable[[Message, Contact], None]
_HOPELESS: Final = 5
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one run did.

    Attributes:
        sent: organisations that were sent a message.
        failed: organisations whose message was refused.
        unreachable: organisations that would have been reminded but are not in the directory.
    """

    sent: int = 0
    failed: int = 0
    unreachable: int = 0


def pending(workspace: Workspace, at: dt.datetime, collections: Iterable[Collection] | None = None) -> list[Digest]:
    """Return the digests that are to be sent, whether anybody can be reached or not.

    Args:
        workspace: the installation.
        at: the instant.
        collections: only of these; of every open one by default.
    """
    states = collection_states(workspace.ledger)
    chosen = [one for one, state in states.items() if state == "open"] if collections is None else list(collections)
    assessments = [assess(position(workspace, one), at) for one in chosen]
    words = policy.load(workspace.settings.schemas)
    return list(plan(assessments, words, settled(workspace.ledger, chosen)))


def deliver(workspace: Workspace, at: dt.datetime, send: Send) -> Delivered:
    """Send every digest that is due to everyone who can be reached, each organisation one message.

    Several refusals in a row mean that nothing can be sent; the rest is left for the next run, untried.

    Args:
        workspace: the installation.
        at: the instant.
        send: hands one message over; raises where it was refused.
    """
    contacts = directory.load(Path(workspace.settings.directory))
    counts, refusals = {"sent": 0, "failed": 0, "unreachable": 0}, 0
    for digest in pending(workspace, at):
        contact = contacts.get(digest.organisation)
        if contact is None:
            counts["unreachable"] += 1
            continue
        outcome = _deliver(workspace, digest, contact, at, send)
        if outcome is None:
            continue
        counts[outcome] += 1
        refusals = refusals + 1 if outcome == "failed" else 0
        if refusals == _HOPELESS:
            break
    return Delivered(**counts)


def _deliver(workspace: Workspace, digest: Digest, contact: Contact, at: dt.datetime, send: Send) -> str | None:
    """Claim, send and conclude one digest; returns what became of it, none where another run has it."""
    taken = claim(workspace.ledger, [item.key for item in digest.items], contact.channel)
    if not taken:
        return None
    told = Digest(digest.organisation, tuple(item for item in digest.items if item.key in taken))
    message = compose(workspace, told, at)
    try:
        send(message, contact)
    except Exception:
        _log.exception("the reminder for %s was refused", digest.organisation)
        conclude(workspace.ledger, taken, "failed")
        return "failed"
    conclude(workspace.ledger, taken, "sent")
    return "sent"


def compose(workspace: Workspace, digest: Digest, at: dt.datetime) -> Message:
    """Write a digest in the words of this installation."""
    today = day_of(at)
    area = workspace.areas.get(digest.organisation, today)
    name = area.name if area else digest.organisation
    return write(digest, policy.load(workspace.settings.schemas), today, name, workspace.contract)
