"""What the scheduler imports and loads once, before it forks the processes in which tasks run.

Great Expectations alone takes six seconds to import, contracts and area tables half a second to load.
The caches follow the digests of their files, so a contract changed later is read anew by the task.
"""

from contextlib import suppress

import airflow.providers.standard.decorators.python
import duckdb
import great_expectations
import great_expectations.expectations
import pandas
import pyarrow.pandas_compat
import pyarrow.parquet

import keiyu.check.tell
import keiyu.intake
import keiyu.orchestration.steps
from keiyu import check, contract, publish, read, register
from keiyu.check import engine, suites
from keiyu.codes import areas
from keiyu.errors import KeiyuError
from keiyu.orchestration.assets import collections
from keiyu.publish import monitor
from keiyu.settings import Settings

__all__ = ["airflow", "duckdb", "great_expectations", "keiyu", "pandas", "pyarrow", "warm"]


def warm() -> None:
    """Load what rooms offer on demand, area tables and contracts; a broken one is for the task to report."""
    for room in (read, check, register, publish, monitor):
        for name in room.__all__:
            getattr(room, name)
    with suppress(KeiyuError, OSError):
        settings = Settings()
        schemas = settings.schemas
        areas.load(schemas)
        for line in contract.lines(schemas):
            collections(line)
            engine.judge({}, suites.load(contract.load(line, schemas), settings.expectations))


warm()
