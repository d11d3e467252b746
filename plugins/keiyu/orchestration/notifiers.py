"""Reminders on their way out, by Airflow's notifiers: mail through its SMTP connection, webhooks over HTTP."""

from typing import TYPE_CHECKING, Any, Final

import httpx
from airflow.sdk import BaseNotifier

from keiyu.publish.monitor.directory import Contact
from keiyu.publish.monitor.message import Message

if TYPE_CHECKING:
    from airflow.sdk import Context

_PATIENCE: Final = httpx.Timeout(10.0)


class WebhookNotifier(BaseNotifier):
    """Posts a message as JSON; anything but a 2xx answer is a refusal.

    The message's key travels as ``Idempotency-Key``, so that a receiver can tell a repetition. Redirections
    are not followed: the address is the directory's, not the receiver's.

    Attributes:
        url: address of the receiver.
        payload: the JSON document.
        key: idempotency key.
    """

    template_fields = ()

    def __init__(self, url: str, payload: dict[str, Any], key: str) -> None:
        """Remember what goes where."""
        super().__init__()
        self.url, self.payload, self.key = url, payload, key

    def notify(self, context: "Context") -> None:
        """Post the message.

        Raises:
            httpx.HTTPError: it did not arrive or was refused.
        """
        del context
        with httpx.Client(timeout=_PATIENCE, follow_redirects=False) as client:
            answer = client.post(self.url, json=self.payload, headers={"Idempotency-Key": self.key})
        answer.raise_for_status()


def notifier(message: Message, contact: Contact) -> BaseNotifier:
    """Return the notifier that takes a message to an organisation.

    Mail goes through Airflow's connection ``smtp_default``, whose ``from_email`` is the sender. The texts are
    finished; the notifier must not take braces in them for templates.
    """
    if contact.channel == "webhook":
        return WebhookNotifier(contact.addresses[0], message.payload, str(message.keys[0]))
    from airflow.providers.smtp.notifications.smtp import SmtpNotifier

    return SmtpNotifier(
        to=list(contact.addresses),
        subject=_verbatim(message.subject),
        html_content=_verbatim(message.html),
        custom_headers={"Auto-Submitted": "auto-generated", "X-Keiyu-Key": str(message.keys[0])},
    )


def _verbatim(text: str) -> str:
    return "{% raw %}" + text.replace("{%", "{ %") + "{% endraw %}"
