"""Expectations on two figures, or two collections, standing in a relation."""

from typing import Any, ClassVar

import numpy as np
import pandas as pd

from keiyu.check.judge import RELATIONS, Judgement, Relation, RowExpectation, numbers, outcome


class ExpectColumnToRelateToColumn(RowExpectation):
    """Two columns of numbers, or of dates, stand in a relation (利用定員 <= 認可定員).

    Args:
        column: left side.
        relation: one of ``=  <=  >=  <  >``.
        other_column: right side.
    """

    column: str
    relation: Relation
    other_column: str
    success_keys: ClassVar[tuple[str, ...]] = ("column", "relation", "other_column")

    @classmethod
    def judge(cls, frame: pd.DataFrame, **arguments: Any) -> Judgement:
        """Compare the columns."""
        sides = frame[arguments["column"]], frame[arguments["other_column"]]
        left, right = (_ordinals(side) for side in sides)
        judged = ~np.isnan(left) & ~np.isnan(right)
        good = RELATIONS[arguments["relation"]](left, right)
        found = outcome(judged, good, difference=np.abs(left - right))
        told = {"value": sides[0].iloc[found.failed].to_numpy(), "expected": sides[1].iloc[found.failed].to_numpy()}
        return Judgement(found.judged, found.failed, {**found.facts, **told})


def _ordinals(column: "pd.Series[Any]") -> np.ndarray:
    """Return numbers as they are and days as days since the epoch, NaN where missing."""
    if pd.api.types.is_numeric_dtype(column):
        return column.to_numpy(dtype="float64", na_value=np.nan)
    days = pd.to_datetime(column).to_numpy(dtype="datetime64[D]")
    return np.where(np.isnat(days), np.nan, days.astype("int64"))


class ExpectColumnValueToBeAmongColumns(RowExpectation):
    """The value of one column is that of at least one of others, in the same row.

    Args:
        column: the column judged.
        columns: where its value must be found.
    """

    column: str
    columns: list[str]
    success_keys: ClassVar[tuple[str, ...]] = ("column", "columns")

    @classmethod
    def judge(cls, frame: pd.DataFrame, **arguments: Any) -> Judgement:
        """Look the value up."""
        column = frame[arguments["column"]]
        good = np.zeros(len(frame), dtype=bool)
        for other in arguments["columns"]:
            good |= (column == frame[other]).fillna(False).to_numpy(dtype=bool)
        return outcome(column.notna().to_numpy(), good, value=column.to_numpy(dtype=object))


class ExpectValuesToBeNearPrevious(RowExpectation):
    """A figure of a tidy frame is comparable with the same reporter's figure in the last collection.

    A lost digit or a doubled count is far from the figure before: 1,125 sent as 41, 409 as 704
    (COVID-19 counts of 2020-22 that were published although known to be wrong). How far is far
    depends on the size: small figures are spiky.

    Args:
        bands: ``{"at_least": n, "max_ratio": r}``, ascending; the last band whose ``at_least`` the
            greater of both figures reaches gives the greatest ratio that raises no question.
        fields: only these fields; all by default.
    """

    bands: list[dict[str, float]]
    fields: list[str] | None = None
    success_keys: ClassVar[tuple[str, ...]] = ("bands", "fields")

    @classmethod
    def judge(cls, frame: pd.DataFrame, **arguments: Any) -> Judgement:
        """Compare the figures of both collections."""
        value, previous = numbers(frame, "value"), numbers(frame, "previous")
        large, small = np.maximum(value, previous), np.minimum(value, previous)
        limit = np.full(len(frame), np.inf)
        for band in arguments["bands"]:
            limit[large >= band["at_least"]] = band["max_ratio"]
        judged = ~np.isnan(large) & np.isfinite(limit)
        if arguments["fields"] is not None:
            judged &= frame["field"].isin(arguments["fields"]).to_numpy()
        good = large <= np.where(judged, limit, 0) * small
        ratio = np.divide(large, small, out=np.full(len(frame), np.inf), where=small > 0)
        return outcome(judged, good, value=value, previous=previous, ratio=ratio, limit=limit)
