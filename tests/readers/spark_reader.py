"""Run by a Python that has Spark: tells what Spark reads in folders, given as arguments, as JSON."""

import datetime as dt
import json
import sys

from pyspark.sql import SparkSession

TYPES = {"string": "text", "bigint": "integer", "double": "number", "date": "date", "boolean": "boolean"}

session = (
    SparkSession.builder.master("local[1]")
    .config("spark.ui.enabled", "false")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.driver.host", "127.0.0.1")
    .getOrCreate()
)
told = {}
for folder in sys.argv[2:]:
    frame = session.read.parquet(folder)
    rows = [[value.isoformat() if isinstance(value, dt.date) else value for value in row] for row in frame.collect()]
    told[folder] = {
        "columns": [[name, TYPES[kind]] for name, kind in frame.dtypes],
        "rows": sorted(rows, key=json.dumps),
    }
with open(sys.argv[1], "w", encoding="utf-8") as out:  # noqa: PTH123 -- Spark's log goes to the standard streams
    json.dump(told, out)
session.stop()
