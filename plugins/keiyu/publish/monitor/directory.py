"""Where organisations are reached: a CSV of the installation, ``organisation,channel,address``.

It lies with the data, not with the schemas: addresses are the installation's own, and some are people's.
"""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final, Literal, cast
from urllib.parse import urlsplit

from keiyu.errors import ConfigurationError

Channel = Literal["mail", "webhook"]
COLUMNS: Final = ("organisation", "channel", "address")
_LOOPBACK: Final = {"localhost", "127.0.0.1", "::1"}


@dataclass(eq=False)
class DirectoryError(ConfigurationError):
    """A row of the directory cannot be used; nobody is written to before it is mended."""

    path: str
    row: int
    reason_ja: str
    reason_en: str

    code: ClassVar[str] = "KEIYU-273"
    ja: ClassVar[str] = "連絡先の一覧 {path} の {row} 行目に誤りがあります: {reason_ja}"
    en: ClassVar[str] = "Row {row} of the directory {path} is wrong: {reason_en}"


@dataclass(frozen=True, slots=True)
class Contact:
    """How an organisation is reached.

    Attributes:
        organisation: 6-digit area code, or code of a facility.
        channel: ``mail`` or ``webhook``.
        addresses: mail addresses (several are separated by ``;``), or one address of a web service.
    """

    organisation: str
    channel: Channel
    addresses: tuple[str, ...]


def load(path: Path) -> dict[str, Contact]:
    """Load the directory; an absent one is empty.

    Returns:
        Organisation → its contact.

    Raises:
        DirectoryError: a row cannot be used.
    """
    if not path.is_file():
        return {}
    found: dict[str, Contact] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise DirectoryError(
                str(path), 1, f"見出しは {','.join(COLUMNS)} です", f"the header is {','.join(COLUMNS)}"
            )
        for number, row in enumerate(reader, start=2):
            contact = _contact(row, path, number)
            if contact.organisation in found:
                raise DirectoryError(str(path), number, "同じ団体が二度あります", "the organisation stands twice")
            found[contact.organisation] = contact
    return found


def _contact(row: dict[str, str | None], path: Path, number: int) -> Contact:
    organisation, channel, text = ((row.get(name) or "").strip() for name in COLUMNS)
    addresses = tuple(part.strip() for part in text.split(";")) if channel == "mail" else (text,)
    usable = {"mail": _is_mail, "webhook": _is_webhook}.get(channel)
    if usable is None:
        raise DirectoryError(str(path), number, "channel は mail か webhook です", "channel is mail or webhook")
    if not organisation or None in row or not all(map(usable, addresses)):
        raise DirectoryError(str(path), number, "団体か宛先を読めません", "its organisation or address cannot be used")
    return Contact(organisation, cast("Channel", channel), addresses)


def _is_mail(address: str) -> bool:
    """Whether it has the shape of one address and can carry nothing else into a header."""
    name, at, host = address.rpartition("@")
    return bool(name and at and host) and address.isprintable() and not set(address) & set(" ,;<>{}\"'")


def _is_webhook(address: str) -> bool:
    """Whether it is HTTPS, or HTTP to this very machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
