"""Expectations on sums: totals and their parts, ratios, bounds, staff and children."""

from typing import Any, ClassVar

import numpy as np
import pandas as pd

from keiyu.check.judge import RELATIONS, TOLERANCE, Judgement, Relation, RowExpectation, numbers, outcome, sum_of


class ExpectColumnToEqualSumOfColumns(RowExpectation):
    """A total equals the sum of its parts, all in one row.

    Args:
        total_column: the total.
        part_columns: its parts.
    """

    total_column: str
    part_columns: list[str]
    success_keys: ClassVar[tuple[str, ...]] = ("total_column", "part_columns")

    @classmethod
    def judge(cls, frame: pd.DataFrame, **arguments: Any) -> Judgement:
        """Compare total and sum."""
        total, expected = numbers(frame, arguments["total_column"]), sum_of(frame, arguments["part_columns"])
        difference = np.abs(total - expected)
        judged = ~np.isnan(difference)
        return outcome(judged, difference <= TOLERANCE, value=total, expected=expected, difference=difference)


class ExpectCodesToAddUp(RowExpectation):
    """In a cube, the figure of one code equals the sum of other codes of the same dimension.

    Judges a tidy frame: one rule covers every combination of the other dimensions, where a wide
    frame would need an expectation for each.

    Args:
        table: the cube table.
        dimension: the dimension that is summed, e.g. the age bands.
        within: the table's other dimensions, each combination being judged alone.
        total: code of the total.
        parts: codes of its parts.
        relation: what the total must be to the sum; ``=`` by default.
    """

    table: str
    dimension: str
    within: list[str]
    total: str
    parts: list[str]
    relation: Relation = "="
    success_keys: ClassVar[tuple[str, ...]] = ("table", "dimension", "within", "total", "parts", "relation")

    @classmethod
    def judge(cls, frame: pd.DataFrame, **arguments: Any) -> Judgement:
        """Compare each total with the sum of its group."""
        here = (frame["table"] == arguments["table"]).to_numpy()
        code, value = frame[arguments["dimension"]], numbers(frame, "value")
        group = _groups(frame, arguments["within"])
        parts = np.flatnonzero(here & code.isin(arguments["parts"]).to_numpy())
        totals = np.flatnonzero(here & (code == arguments["total"]).to_numpy())
        size = int(group.max(initial=0)) + 1
        sums = np.bincount(group[parts], weights=value[parts], minlength=size)[group[totals]]
        whole = np.bincount(group[parts], minlength=size)[group[totals]] == len(arguments["parts"])
        difference = value[totals] - sums
        judged = whole & ~np.isnan(difference)
        good = RELATIONS[arguments["relation"]](value[totals], sums)
        found = outcome(judged, good, value=value[totals], expected=sums, difference=np.abs(difference))
        return Judgement(found.judged, totals[found.failed], found.facts)


def _groups(frame: pd.DataFrame, within: list[str]) -> np.ndarray:
    """Number the combinations of source row and dimensions."""
    group = frame["_entry"].to_numpy(dtype="int64")
    for dimension in within:
        column = frame[dimension].cat
        group = group * (len(column.categories) + 1) + column.codes.to_numpy(dtype="int64") + 1
    return group


class ExpectRatioOfSumsToBeAtMost(RowExpectation):
    """A ratio of two sums stays below a limit, where the denominator is large enough to tell.

    Args:
        numerator_columns: columns added up above the line.
        denominator_columns: columns added up below the line.
        max_ratio: the greatest ratio that raises no question.
        floor: rows whose denominator is smaller are not judged.
    """

    numerator_columns: list[str]
    denominator_columns: list[str]
    max_ratio: float
    floor: float = 1
    success_keys: ClassVar[tuple[str, ...]] = ("numerator_columns", "denominator_columns", "max_ratio", "floor")

    @classmethod
    def judge(cls, frame: pd.DataFrame, **arguments: Any) -> Judgement:
        """Compare the ratios with the limit."""
        above = sum_of(frame, arguments["numerator_columns"])
        below = sum_of(frame, arguments["denominator_columns"])
        judged = ~np.isnan(above) & (below >= max(arguments["floor"], TOLERANCE))
        ratio = np.divide(above, below, out=np.zeros_like(above), where=judged)
        good = ratio <= arguments["max_ratio"]
        return outcome(judged, good, numerator=above, denominator=below, value=above, ratio=ratio)


class ExpectSumOfColumnsToBeBetween(RowExpectation):
    """The sum of some columns lies within bounds, in rows where other sums are large enough.

    Args:
        columns: columns added up.
        min_value: least sum; none by default.
        max_value: greatest sum; none by default.
        when: conditions that must all hold for a row to be judged, each
            ``{"columns": [...], "at_least": n}``.
    """

    columns: list[str]
    min_value: float | None = None
    max_value: float | None = None
    when: list[dict[str, Any]] | None = None
    success_keys: ClassVar[tuple[str, ...]] = ("columns", "min_value", "max_value", "when")

    @classmethod
    def judge(cls, frame: pd.DataFrame, **arguments: Any) -> Judgement:
        """Compare the sums with the bounds."""
        total = sum_of(frame, arguments["columns"])
        judged, facts = ~np.isnan(total), {"value": total}
        for number, condition in enumerate(arguments["when"] or (), start=1):
            amount = sum_of(frame, condition["columns"])
            judged &= amount >= condition["at_least"]
            facts[f"when{number}"] = amount
        least, most = arguments["min_value"], arguments["max_value"]
        good = (total >= (-np.inf if least is None else least)) & (total <= (np.inf if most is None else most))
        return outcome(judged, good, **facts)


class ExpectStaffToCoverChildren(RowExpectation):
    """The staff of a facility covers its children at so many children per person, by age.

    Each age group's quotient is kept to one decimal (cut off), the sum is rounded half up, and where
    there is any child at least ``minimum`` people are needed.
    Source: 児童福祉施設の設備及び運営に関する基準 第33条第2項; 公定価格の留意事項通知 (年齢別配置基準の計算).

    Args:
        staff_columns: numbers of staff, added up.
        groups: age groups, each ``{"columns": [...], "children_per_person": n}`` (whole numbers).
        tolerated: the same with the ratios that a transitional rule tolerates; told, never decisive.
        minimum: least number of people while there are children.
        standard: dated table of ratios that gives the three before it (``keiyu.check.standards``).
    """

    staff_columns: list[str]
    groups: list[dict[str, Any]] | None = None
    tolerated: list[dict[str, Any]] | None = None
    minimum: int = 0
    standard: dict[str, Any] | None = None
    success_keys: ClassVar[tuple[str, ...]] = ("staff_columns", "groups", "tolerated", "minimum", "standard")

    @classmethod
    def judge(cls, frame: pd.DataFrame, **arguments: Any) -> Judgement:
        """Compare the staff with what the children need."""
        staff = sum_of(frame, arguments["staff_columns"])
        children = sum_of(frame, [name for group in arguments["groups"] for name in group["columns"]])
        needed = _needed(frame, arguments["groups"], arguments["minimum"])
        before = _needed(frame, arguments["tolerated"] or arguments["groups"], arguments["minimum"])
        judged = ~np.isnan(staff) & ~np.isnan(needed)
        good = staff >= needed - TOLERANCE
        facts = {"expected": needed, "difference": needed - staff, "children": children, "tolerated": before}
        return outcome(judged, good, value=staff, **facts)


def _needed(frame: pd.DataFrame, groups: list[dict[str, Any]], minimum: int) -> np.ndarray:
    """Return how many people the children of each row need."""
    children, tenths = np.zeros(len(frame)), np.zeros(len(frame))
    for group in groups:
        number = sum_of(frame, group["columns"])
        children += number
        tenths += np.floor_divide(number * 10, group["children_per_person"])
    return np.maximum(np.floor_divide(tenths + 5, 10), np.where(children > 0, minimum, 0))
