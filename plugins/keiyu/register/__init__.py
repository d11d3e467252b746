"""The register: core segments, current and as-known-at reads, compaction, sweeping, verification."""

from keiyu.register.acceptance import accept
from keiyu.register.compaction import compact
from keiyu.register.staging import Group, Nil, Refused, Staged, stage
from keiyu.register.sweeping import sweep
from keiyu.register.verification import verify
from keiyu.register.vintages import LiveEntry, current, live, seq_at

__all__ = [
    "Group",
    "LiveEntry",
    "Nil",
    "Refused",
    "Staged",
    "accept",
    "compact",
    "current",
    "live",
    "seq_at",
    "stage",
    "sweep",
    "verify",
]
