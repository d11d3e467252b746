"""Expectations on the values of one column: codes with check digits, and days."""

import datetime as dt
from abc import abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from keiyu.check.judge import Judgement, RowExpectation, outcome
from keiyu.codes import areas, corporate, eras


class _DistinctValues(RowExpectation):
    """A rule on one column whose every distinct value is judged once."""

    column: str
    success_keys: ClassVar[tuple[str, ...]] = ("column",)

    @classmethod
    @abstractmethod
    def rule(cls, **arguments: Any) -> Callable[[Any], bool]:
        """Return whether a value is right, as a function."""

    @classmethod
    def judge(cls, frame: pd.DataFrame, **arguments: Any) -> Judgement:
        """Judge each distinct value."""
        accepts = cls.rule(**arguments)
        codes, distinct = pd.factorize(frame[arguments["column"]])
        good = np.fromiter((accepts(value) for value in distinct), dtype=bool, count=len(distinct))
        return outcome(codes >= 0, np.append(good, True)[codes])


class ExpectColumnValuesToBeAreaCodes(_DistinctValues):
    """Six-digit 全国地方公共団体コード with a right check digit.

    Source: 総務省 全国地方公共団体コード仕様 (modulus 11, weights 6 to 2).

    Args:
        column: text column.
    """

    @classmethod
    def rule(cls, **_: Any) -> Callable[[Any], bool]:
        """Judge the check digit."""
        return areas.is_valid6


class ExpectColumnValuesToBeCorporateNumbers(_DistinctValues):
    """Thirteen-digit 法人番号 with a right check digit.

    Source: 法人番号の指定等に関する省令 第2条 (modulus 9).

    Args:
        column: text column.
    """

    @classmethod
    def rule(cls, **_: Any) -> Callable[[Any], bool]:
        """Judge the check digit."""
        return corporate.is_valid


class ExpectColumnValuesToBeDates(_DistinctValues):
    """A day that exists, written in any way that the era table knows (令和元年5月1日, R1.5.1, 2019-05-01).

    Source: 元号を改める政令; GIF DS-441 §8 (和暦で入力し西暦で管理).

    Args:
        column: text or date column.
        min_value: earliest day, ISO; none by default.
        max_value: latest day, ISO; none by default.
    """

    min_value: str | None = None
    max_value: str | None = None
    success_keys: ClassVar[tuple[str, ...]] = ("column", "min_value", "max_value")

    @classmethod
    def rule(cls, **arguments: Any) -> Callable[[Any], bool]:
        """Judge whether the day exists and lies within the bounds."""
        first = dt.date.fromisoformat(arguments["min_value"] or "0001-01-01")
        last = dt.date.fromisoformat(arguments["max_value"] or "9999-12-31")

        def accepts(value: Any) -> bool:
            day = value if isinstance(value, dt.date) else eras.parse_date(value)
            return day is not None and first <= day <= last

        return accepts
