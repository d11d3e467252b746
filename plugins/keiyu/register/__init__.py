"""The register: core segments, current and as-known-at reads, compaction, sweeping, verification."""

from keiyu.register.acceptance import accept
from keiyu.register.compaction import compact
from keiyu.register.derived import with_own_list
from keiyu.register.holds import Held, Settled, holds_of, settle
from keiyu.register.queries import Asked, answer, open_queries, queries_about, queries_of
from keiyu.register.staging import Group, HoldDraft, Nil, Refused, Staged, stage
from keiyu.register.sweeping import sweep
from keiyu.register.verification import verify
from keiyu.register.vintages import LiveEntry, current, live, reporters_live, seq_at

__all__ = [
    "Asked",
    "Group",
    "Held",
    "HoldDraft",
    "LiveEntry",
    "Nil",
    "Refused",
    "Settled",
    "Staged",
    "accept",
    "answer",
    "compact",
    "current",
    "holds_of",
    "live",
    "open_queries",
    "queries_about",
    "queries_of",
    "reporters_live",
    "seq_at",
    "settle",
    "stage",
    "sweep",
    "verify",
    "with_own_list",
]
