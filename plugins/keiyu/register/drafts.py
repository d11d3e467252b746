"""What a transaction will write of entries and holds, before they have their place in the ledger's sequence."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from keiyu.ledger.holds import Ground


@dataclass(frozen=True, slots=True)
class EntryDraft:
    """An entry before it has its place in the sequence; columns as ``keiyu.ledger.models.Entry``."""

    id: str
    submission_id: str
    attempt: int
    line: str
    as_of: dt.date
    reporter: str
    state: str
    nil: bool
    received_seq: int
    part_id: str | None
    row_count: int
    control_totals: Mapping[str, int | float]
    contract_digest: str
    rules_digest: str | None


@dataclass(frozen=True, slots=True)
class HoldDraft:
    """A ground on which an entry will be held; columns as ``keiyu.ledger.holds.Hold``."""

    entry_id: str
    ground: Ground
    facts: Mapping[str, Any]
