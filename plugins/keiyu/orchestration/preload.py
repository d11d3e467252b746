"""What the scheduler imports once, before it forks the processes in which tasks run."""

import duckdb
import great_expectations
import great_expectations.expectations
import pandas
import pyarrow.parquet

import keiyu.intake
import keiyu.orchestration.steps

__all__ = ["duckdb", "great_expectations", "keiyu", "pandas", "pyarrow"]
