"""The base of our own expectations: one vectorised judgement over the rows of a frame.

A map expectation of Great Expectations computes some ten metrics, copying the frame for most of
them (about 10 ms each on a small frame, 50 ms on a national one), and cannot say what would have
been right. A row expectation computes one metric: the positions that fail and, beside each, the
facts that the message needs (the sum that was expected, the limit, the difference).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, Literal

import numpy as np
import pandas as pd

from keiyu.check.gx import (
    BatchExpectation,
    MetricConfiguration,
    PandasExecutionEngine,
    TableMetricProvider,
    get_expectation_impl,
    metric_value,
)

METRIC: Final = "table.judged_rows"

Relation = Literal["=", "<=", ">=", "<", ">"]

TOLERANCE: Final = 1e-6
RELATIONS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "=": lambda a, b: abs(a - b) <= TOLERANCE,
    "<=": lambda a, b: a <= b + TOLERANCE,
    ">=": lambda a, b: a >= b - TOLERANCE,
    "<": lambda a, b: a < b - TOLERANCE,
    ">": lambda a, b: a > b + TOLERANCE,
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one rule found in one frame.

    Attributes:
        judged: number of rows it could judge; rows with a missing value are left to the rule
            that asks for the value.
        failed: positions of the rows that fail, ascending.
        facts: name → one value per failed row, for the message.
    """

    judged: int
    failed: np.ndarray
    facts: Mapping[str, Sequence[Any] | np.ndarray] = field(default_factory=dict)


class JudgedRows(TableMetricProvider):
    """The metric behind every row expectation."""

    metric_name = METRIC
    value_keys = ("expectation_type", "arguments")

    @metric_value(engine=PandasExecutionEngine)
    def _pandas(  # Great Expectations binds the metric's class
        cls,  # noqa: N805
        execution_engine: PandasExecutionEngine,
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any],
    ) -> Judgement:
        frame = execution_engine.get_domain_records(domain_kwargs=metric_domain_kwargs)
        rule = get_expectation_impl(metric_value_kwargs["expectation_type"])
        judgement: Judgement = rule.judge(frame, **metric_value_kwargs["arguments"])
        return judgement


class RowExpectation(BatchExpectation, ABC):
    """An expectation that judges each row of a frame.

    A subclass names its arguments in ``success_keys`` and implements ``judge``.
    """

    success_keys: ClassVar[tuple[str, ...]] = ()

    @classmethod
    @abstractmethod
    def judge(cls, frame: pd.DataFrame, **arguments: Any) -> Judgement:
        """Judge the rows of a frame (RangeIndex)."""

    def get_validation_dependencies(self, execution_engine: Any = None, runtime_configuration: Any = None) -> Any:
        """Ask for the one metric, with this expectation's arguments."""
        dependencies = super().get_validation_dependencies(execution_engine, runtime_configuration)
        arguments = {key: getattr(self, key) for key in self.success_keys}
        wanted = {"expectation_type": self.expectation_type, "arguments": arguments}
        metric = MetricConfiguration(METRIC, {"batch_id": self.batch_id}, wanted)
        dependencies.set_metric_configuration(METRIC, metric)
        return dependencies

    def _validate(self, metrics: Any, runtime_configuration: Any = None, execution_engine: Any = None) -> Any:
        found: Judgement = metrics[METRIC]
        facts = {name: list(np.asarray(values, dtype=object)) for name, values in found.facts.items()}
        result = {
            "element_count": found.judged,
            "unexpected_count": len(found.failed),
            "unexpected_percent": 100 * len(found.failed) / found.judged if found.judged else 0.0,
            "unexpected_index_list": found.failed.tolist(),
            "details": {"facts": facts},
        }
        return {"success": not len(found.failed), "result": result}


def numbers(frame: pd.DataFrame, column: str) -> np.ndarray:
    """Return a column as float64, missing values as NaN (counts are exact below 2**53)."""
    return frame[column].to_numpy(dtype="float64", na_value=np.nan)


def sum_of(frame: pd.DataFrame, columns: Sequence[str]) -> np.ndarray:
    """Return the sum across columns; NaN where any part is missing."""
    total = np.zeros(len(frame))
    for column in columns:
        total += numbers(frame, column)
    return total


def outcome(judged: np.ndarray, good: np.ndarray, **facts: np.ndarray) -> Judgement:
    """Make a judgement from masks and from facts given for every row."""
    failed = np.flatnonzero(judged & ~good)
    return Judgement(int(judged.sum()), failed, {name: np.asarray(values)[failed] for name, values in facts.items()})
