"""Great Expectations, imported in one place: no telemetry, and none of its own deprecation warnings.

Its import takes some four to six seconds, once per process, and sends Python's warnings to the log;
leaving ``catch_warnings`` undoes that.
"""

import os
import warnings

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from great_expectations import ExpectationSuite, get_context
    from great_expectations.data_context.types.base import ProgressBarsConfig
    from great_expectations.execution_engine import PandasExecutionEngine
    from great_expectations.expectations.expectation import (
        BatchExpectation,
        ColumnMapExpectation,
        ColumnPairMapExpectation,
        MulticolumnMapExpectation,
    )
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
    from great_expectations.expectations.metrics.metric_provider import metric_value
    from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider
    from great_expectations.expectations.registry import get_expectation_impl
    from great_expectations.validator.metric_configuration import MetricConfiguration

__all__ = [
    "BatchExpectation",
    "ColumnMapExpectation",
    "ColumnPairMapExpectation",
    "ExpectationConfiguration",
    "ExpectationSuite",
    "MetricConfiguration",
    "MulticolumnMapExpectation",
    "PandasExecutionEngine",
    "ProgressBarsConfig",
    "TableMetricProvider",
    "get_context",
    "get_expectation_impl",
    "metric_value",
]
