"""What a resolution says: who is who in an edition, what has changed since, and what a person must decide."""

from dataclasses import dataclass
from typing import Final

import pyarrow as pa

IDENTITY: Final = "identity"
VALID_FROM: Final = "valid_from"
VALID_TO: Final = "valid_to"

PERIOD: Final = (
    pa.field(IDENTITY, pa.string(), nullable=False),
    pa.field(VALID_FROM, pa.date32(), nullable=False),
    pa.field(VALID_TO, pa.date32()),
)
"""Columns in front of the fields of a known description; ``valid_to`` is the first day on which it no longer holds."""

ASSIGNMENTS: Final = pa.schema(
    [
        pa.field("row", pa.int32(), nullable=False),
        pa.field(IDENTITY, pa.string(), nullable=False),
        pa.field("method", pa.string(), nullable=False),
        pa.field("weight", pa.float64()),
    ]
)
"""One row per row of the edition. Method: ``identical`` (nothing that is compared differs), ``weighed`` (the evidence
is beyond doubt), ``period`` (an earlier or later period of another row), ``new``."""

CHANGES: Final = pa.schema(
    [
        pa.field(IDENTITY, pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("fields", pa.list_(pa.string()), nullable=False),
        pa.field("row", pa.int32()),
        pa.field("at", pa.date32(), nullable=False),
        pa.field("doubtful", pa.bool_(), nullable=False),
    ]
)
"""Kind: ``opened``, ``changed`` (a period closes, the next opens), ``reopened``, ``closed``. What did not change has no
row. Doubtful: it hangs on a pair of the review list."""

REVIEW: Final = pa.schema(
    [
        pa.field("known", pa.string(), nullable=False),
        pa.field("row", pa.int32(), nullable=False),
        pa.field(IDENTITY, pa.string(), nullable=False),
        pa.field("weight", pa.float64(), nullable=False),
        pa.field("lead", pa.float64()),
        pa.field("evidence_ja", pa.list_(pa.string()), nullable=False),
        pa.field("evidence_en", pa.list_(pa.string()), nullable=False),
    ]
)
"""Pairs that a person must decide, heaviest first: a known identity, and a row that was given an identity of its own
for the time being. Lead: bits by which the pair leads its best rival; negative where a rival leads."""


@dataclass(frozen=True)
class Resolution:
    """What an edition says of the known facilities.

    Attributes:
        assignments: identity of every row of the edition.
        changes: what opened, changed, reopened and closed.
        review: pairs in doubt.
    """

    assignments: pa.Table
    changes: pa.Table
    review: pa.Table
