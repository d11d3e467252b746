"""Control totals (突合合計): the ledger's sums against those of the tables made from the rows.

The ledger holds the sum of each figure of every entry, taken when it was accepted. A national table that
carries the same figure must come to the same sum, or rows were lost, doubled or altered on the way.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from keiyu.contract.model import Contract, NationalTable
from keiyu.errors import IntegrityError
from keiyu.publish.session import selected
from keiyu.publish.snapshot import Snapshot


@dataclass(eq=False)
class TotalsDifferError(IntegrityError):
    """A national table does not add up to what the ledger accepted; nothing is published."""

    table: str
    field: str
    accepted: int
    published: int

    code: ClassVar[str] = "KEIYU-331"
    ja: ClassVar[str] = (
        "全国表「{table}」の {field} の合計 {published} が、台帳の受理分の合計 {accepted} と一致しません。"
        "公表を中止しました。"
    )
    en: ClassVar[str] = (
        "The sum of {field} in national table {table!r} is {published}, but {accepted} was accepted; "
        "nothing is published."
    )


def control_totals(taken: Snapshot) -> dict[str, Any]:
    """Return the sums of a snapshot as the ledger knows them.

    Returns:
        ``fields``: figure → sum over the live entries; ``headline``: measure → labels, ``total`` and,
        for a cube, ``cells`` (codes of the remaining dimensions → sum).
    """
    contract, sums = taken.contract, taken.sums
    return {
        "headline": {name: _headline(contract, told, sums) for name, told in contract.headline.items()},
        "fields": {name: sums[name] for name in contract.fields if name in sums},
    }


def reconcile(taken: Snapshot, tables: Mapping[str, pa.Table]) -> None:
    """Compare national tables with the ledger, figure by figure.

    Args:
        taken: the snapshot that they were made from.
        tables: national tables.

    Raises:
        TotalsDifferError: a table that has one row per reporter comes to another sum.
    """
    for table in taken.contract.national:
        for name in _comparable(taken.contract, table):
            published = pc.sum(tables[table.name][name]).as_py() or 0
            accepted = taken.sums.get(name, 0)
            if published != accepted:
                raise TotalsDifferError(table.name, name, int(accepted), published)


def _comparable(contract: Contract, table: NationalTable) -> Iterator[str]:
    """Yield the columns of a sharded table that are a figure of exactly one core table, kept as it was."""
    owners = Counter(field.name for core in contract.tables for field in core.measures)
    if table.sharded:
        yield from (field.name for field in table.fields if owners[field.name] == 1 and field.type == "integer")


def _headline(contract: Contract, told: Mapping[str, Any], sums: Mapping[str, int | float]) -> dict[str, Any]:
    cells: dict[str, int | float] = {}
    for field in selected(contract, told):
        rest = [code for dimension, code in field.dimensions.items() if dimension not in told["select"]]
        if rest:
            cells["/".join(rest)] = cells.get("/".join(rest), 0) + sums.get(field.name, 0)
    total = sum(sums.get(name, 0) for name in told["fields"])
    return {"label_ja": told["label_ja"], "label_en": told["label_en"], "total": total, "cells": cells}
