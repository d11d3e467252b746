"""The register: core segments, current and as-known-at reads, compaction, sweeping, verification."""

from typing import TYPE_CHECKING

from keiyu.ondemand import on_demand

if TYPE_CHECKING:
    from keiyu.register.acceptance import accept
    from keiyu.register.compaction import compact
    from keiyu.register.derived import with_own_list
    from keiyu.register.drafts import HoldDraft
    from keiyu.register.holds import Held, Settled, holds_of, settle
    from keiyu.register.living import LiveEntry, live, reporters_live, seq_at
    from keiyu.register.queries import Asked, answer, open_queries, queries_about, queries_of
    from keiyu.register.staging import Group, Nil, Refused, Staged, stage, totals_of
    from keiyu.register.sweeping import sweep
    from keiyu.register.verification import verify
    from keiyu.register.vintages import current
else:
    __getattr__ = on_demand(
        __name__,
        {
            "acceptance": ["accept"],
            "compaction": ["compact"],
            "derived": ["with_own_list"],
            "holds": ["Held", "Settled", "holds_of", "settle"],
            "drafts": ["HoldDraft"],
            "queries": ["Asked", "answer", "open_queries", "queries_about", "queries_of"],
            "staging": ["Group", "Nil", "Refused", "Staged", "stage", "totals_of"],
            "sweeping": ["sweep"],
            "verification": ["verify"],
            "living": ["LiveEntry", "live", "reporters_live", "seq_at"],
            "vintages": ["current"],
        },
    )

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
    "totals_of",
    "verify",
    "with_own_list",
]
