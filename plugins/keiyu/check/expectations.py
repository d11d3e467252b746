"""The expectations that relay surveys need and Great Expectations has not.

Importing this module registers them, so that suites can name them like any other type. They judge
frames, never single files; what the arguments mean is said in each docstring, and every suite under
``expectations/`` shows them in use. A row in which a needed value is missing is not judged: the
missing value has its own finding.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any, ClassVar, Final, Literal

import numpy as np
import pandas as pd

from keiyu.check.judge import Judgement, RowExpectation, numbers, outcome, sum_of
from keiyu.check.model import READING, ROW
from keiyu.codes import areas, corporate, eras

Relation = Literal["=", "<=", ">=", "<", ">"]

_TOLERANCE: Final = 1e-6
_RELATIONS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "=": lambda a, b: abs(a - b) <= _TOLERANCE,
    "<=": lambda a, b: a <= b + _TOLERANCE,
    ">=": lambda a, b: a >= b - _TOLERANCE,
    "<": lambda a, b: a < b - _TOLERANCE,
    ">": lambda a, b: a > b + _TOLERANCE,
}


def _judge_distinct(frame: pd.DataFrame, column: str, accepts: Callable[[Any], bool]) -> Judgement:
    """Judge each distinct value once."""
    codes, distinct = pd.factorize(frame[column])
    good = np.fromiter((accepts(value) for value in distinct), dtype=bool, count=len(distinct))
    return outcome(codes >= 0, np.append(good, True)[codes])


class ExpectColumnValuesToBeAreaCodes(RowExpectation):
    """Six-digit 全国地方公共団体コード with a right check digit.

    Source: 総務省 全国地方公共団体コード仕様 (modulus 11, weights 6 to 2).

    Args:
        column: text column.
    """

    column: str
    success_keys: ClassVar[tuple[str, ...]] = ("column",)

    @classmethod
    def judge(cls, frame: pd.DataFrame, **arguments: Any) -> Judgement:
        """Judge the check digits."""
        return _judge_distinct(frame, arguments["column"], areas.is_valid6)


class ExpectColumnValuesToBeCorporateNumbers(RowExpectation):
    """Thirteen-digit 法人番号 with a right check digit.

    Source: 法人番号の指定等に関する省令 第2条 (modulus 9).

    Args:
        column: text column.
    """

    column: str
    success_keys: ClassVar[tuple[str, ...]] = ("column",)

    @classmethod
    def judge(cls, frame: pd.DataFrame, **arguments: Any) -> Judgement:
        """Judge the check digits."""
        return _judge_distinct(frame, arguments["column"], corporate.is_valid)


class ExpectColumnValuesToBeDates(RowExpectation):
    """A day that exists, written in any way that the era table knows (令和元年5月1日, R1.5.1, 2019-05-01).

    Source: 元号を改める政令; GIF DS-441 §8 (和暦で入力し西暦で管理).

    Args:
        column: text or date column.
        min_value: earliest day, ISO; none by default.
        max_value: latest day, ISO; none by default.
    """

    column: str
    min_value: str | None = None
    max_value: str | None = None
    success_keys: ClassVar[tuple[str, ...]] = ("column", "min_value", "max_value")

    @classmethod
    def judge(cls, frame: pd.DataFrame, **arguments: Any) -> Judgement:
        """Judge whether the days exist and lie within the bounds."""
        first = dt.date.fromisoformat(arguments["min_value"] or "0001-01-01")
        last = dt.date.fromisoformat(arguments["max_value"] or "9999-12-31")

        def accepts(value: Any) -> bool:
            day = value if isinstance(value, dt.date) else eras.parse_date(value)
            return day is not None and first <= day <= last

        return _judge_distinct(frame, arguments["column"], accepts)


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
        return outcome(judged, difference <= _TOLERANCE, value=total, expected=expected, difference=difference)


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
        good = _RELATIONS[arguments["relation"]](value[totals], sums)
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
        judged = ~np.isnan(above) & (below >= max(arguments["floor"], _TOLERANCE))
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
        good = _RELATIONS[arguments["relation"]](left, right)
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


class ExpectRowsToBeUniqueWithinFile(RowExpectation):
    """No two rows of one file have the same values in these columns.

    Rows of different files may: a later file supersedes an earlier one.

    Args:
        columns: the key.
    """

    columns: list[str]
    success_keys: ClassVar[tuple[str, ...]] = ("columns",)

    @classmethod
    def judge(cls, frame: pd.DataFrame, **arguments: Any) -> Judgement:
        """Find the second and later rows of each key."""
        key = [READING, *arguments["columns"]]
        judged = frame[key].notna().all(axis=1).to_numpy()
        repeated = judged & frame.duplicated(key).to_numpy()
        if not repeated.any():
            return Judgement(int(judged.sum()), np.empty(0, dtype="int64"))
        first = frame.groupby(key, observed=True, dropna=False)[ROW].transform("first").to_numpy()
        return outcome(judged, ~repeated, first_row=first)


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


class ExpectColumnToCoverRatios(RowExpectation):
    """A number of staff covers the children in each age at the given children per person.

    Each age's quotient is kept to one decimal (cut off), the sum is rounded half up, and where
    there is any child at least ``minimum`` people are needed.
    Source: 児童福祉施設の設備及び運営に関する基準 第33条; 配置基準の計算方法 (公定価格の留意事項通知).

    Args:
        column: number of staff.
        ratios: column of children → children per person (whole numbers).
        minimum: least number of people while there are children.
    """

    column: str
    ratios: dict[str, int]
    minimum: int = 0
    success_keys: ClassVar[tuple[str, ...]] = ("column", "ratios", "minimum")

    @classmethod
    def judge(cls, frame: pd.DataFrame, **arguments: Any) -> Judgement:
        """Compare the staff with what the children need."""
        staff, children = numbers(frame, arguments["column"]), sum_of(frame, list(arguments["ratios"]))
        judged = ~np.isnan(staff) & ~np.isnan(children)
        tenths = np.zeros(len(frame))
        for column, ratio in arguments["ratios"].items():
            tenths += np.floor_divide(np.nan_to_num(numbers(frame, column)) * 10, ratio)
        needed = np.maximum(np.floor_divide(tenths + 5, 10), np.where(children > 0, arguments["minimum"], 0))
        return outcome(judged, staff >= needed, value=staff, expected=needed, children=children)
