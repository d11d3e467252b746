"""A micro-batch: its rows, and what is known beside them."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa

from keiyu.check.model import REPORTER
from keiyu.check.rows import Rows
from keiyu.codes.areas import Areas
from keiyu.contract import reporters
from keiyu.contract.model import Contract


@dataclass(frozen=True)
class Batch:
    """The rows of a micro-batch with what is known of their senders.

    Attributes:
        contract: the line.
        rows: table → rows.
        senders: sender of each reading; none for the ministry's own operator.
        areas: the dated area table.
        as_of: the collection's reference date.
        previous: table → wide rows of the last collection, if known.
    """

    contract: Contract
    rows: Mapping[str, Rows]
    senders: Sequence[str | None]
    areas: Areas
    as_of: dt.date
    previous: Mapping[str, pa.Table]

    def reporter(self, rows: Rows) -> "pd.Series[Any]":
        """Return whose data each row is."""
        column: pd.Series[Any] = reporters.named(self.contract.respondents, rows.data).to_pandas()
        return column.rename(REPORTER)


def to_pandas(data: pa.Table) -> pd.DataFrame:
    """Convert with ``str`` and nullable integers, so that a count stays a count beside a missing one."""
    frame: pd.DataFrame = data.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
    return frame
