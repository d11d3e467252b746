"""The estimate that goes with a 速報: a file of its own in the release's folder, and a line for each figure."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from keiyu.ledger.models import ReleaseStage
from keiyu.publish import parquet
from keiyu.publish.describe import table_schema
from keiyu.publish.document import as_json
from keiyu.publish.estimation.table import declared, estimate
from keiyu.publish.snapshot import Snapshot
from keiyu.receive.workspace import Workspace

PARQUET: Final = "estimate.parquet"
SCHEMA: Final = "schema/estimate.json"


@dataclass(frozen=True)
class Attachment:
    """The estimate of a release.

    Attributes:
        files: its files by name in the folder.
        facts: what the manifest tells: ``path``, ``sha256``, ``rows``, ``basis`` (reference dates of the collections
            used), and of each headline measure the nation's ``counted``, ``estimate``, ``method``, reasons and
            ``intervals`` (level → lower and upper bound).
    """

    files: Mapping[str, bytes]
    facts: Mapping[str, Any]


def attached(workspace: Workspace, taken: Snapshot, stage: ReleaseStage) -> Attachment | None:
    """Return the estimate that goes with a release; none but with a 速報 of a line with headline figures.

    Args:
        workspace: the installation.
        taken: what the release shows.
        stage: its stage.
    """
    if stage != "preliminary" or not taken.contract.headline:
        return None
    rows = estimate(workspace, taken)
    data = parquet.encode(rows)
    schema = as_json(table_schema(declared(workspace.settings.schemas)))
    basis = next(iter(rows["basis"].to_pylist()), None)
    facts = {
        "path": PARQUET,
        "sha256": hashlib.sha256(data).hexdigest(),
        "rows": rows.num_rows,
        "basis": basis.split(",") if basis else [],
        "measures": national_estimates(rows),
    }
    return Attachment({PARQUET: data, SCHEMA: schema}, facts)


def national_estimates(rows: pa.Table) -> dict[str, dict[str, Any]]:
    """Return what an estimate says of the nation, by measure, with the intervals of every level."""
    national = [row for row in rows.to_pylist() if row["scope"] == "nation"]
    return {name: _measure([row for row in national if row["measure"] == name]) for name in _names(national)}


_TOLD: Final = (
    "label_ja", "label_en", "unit", "counted", "coverage_by_count", "coverage_by_weight", "estimate", "growth",
    "lateness", "method", "reason_ja", "reason_en",
)  # fmt: skip


def _names(rows: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    return dict.fromkeys(row["measure"] for row in rows)


def _measure(levels: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    intervals = {f"{row['level']:g}": [row["lower"], row["upper"]] for row in levels if row["lower"] is not None}
    return {name: levels[0][name] for name in _TOLD} | {"intervals": intervals}
