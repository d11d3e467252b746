"""What the intake says of its work."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from keiyu.contract.model import Collection


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What one run did.

    Attributes:
        claimed: submissions decided.
        accepted: of those, taken whole or in part.
        returned: of those, returned whole.
        collections_changed: collections for which something was accepted.
        findings_count: findings recorded.
    """

    claimed: int = 0
    accepted: int = 0
    returned: int = 0
    collections_changed: AbstractSet[Collection] = frozenset()
    findings_count: int = 0

    def __add__(self, other: "IngestReport") -> "IngestReport":
        """Return both together."""
        return IngestReport(
            self.claimed + other.claimed,
            self.accepted + other.accepted,
            self.returned + other.returned,
            self.collections_changed | other.collections_changed,
            self.findings_count + other.findings_count,
        )
