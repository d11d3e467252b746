"""Runs in a process of its own: parse the DAGs as Airflow would, and print what was seen as JSON.

Separate, because importing Airflow takes seconds, sets up logging and reads ``AIRFLOW_HOME`` once.
"""

import json
import logging
import sys
import time
import warnings
from pathlib import Path

HEAVY = ("pandas", "pyarrow", "great_expectations", "duckdb", "numpy", "openpyxl", "sqlalchemy")
HOME = Path(__file__).resolve().parents[2]


def schedule_of(dag):
    from airflow.sdk import AssetOrTimeSchedule, PartitionedAssetTimetable

    timetable = dag.timetable
    condition = getattr(timetable, "asset_condition", None)
    assets = getattr(condition, "objects", [condition]) if condition else []
    return {
        "kind": type(timetable).__name__,
        "partitioned": isinstance(timetable, PartitionedAssetTimetable),
        "cron": timetable.timetable.expression if isinstance(timetable, AssetOrTimeSchedule) else None,
        "expression": getattr(timetable, "expression", None),
        "assets": [asset.name for asset in assets],
        "watchers": [watcher.name for asset in assets for watcher in asset.watchers],
    }


def describe(dag):
    return {
        "schedule": schedule_of(dag),
        "tasks": {
            task.task_id: {"outlets": [o.name for o in task.outlets], "after": sorted(task.upstream_task_ids)}
            for task in dag.tasks
        },
        "max_active_runs": dag.max_active_runs,
        "catchup": dag.catchup,
    }


def parse():
    """Parse dags/ and say what it took and what it dragged in."""
    began = time.process_time()
    from airflow.dag_processing.dagbag import DagBag

    imported = time.process_time()
    before = set(sys.modules)
    bag = DagBag(dag_folder=HOME / "dags", bundle_path=HOME / "dags", bundle_name="dags")
    parsed = time.process_time()
    return {
        "errors": bag.import_errors,
        "warnings": bag.captured_warnings,
        "dags": {name: describe(dag) for name, dag in bag.dags.items()},
        "heavy": [name for name in HEAVY if name in set(sys.modules) - before],
        "import_seconds": imported - began,
        "parse_seconds": parsed - imported,
    }


def plugins():
    """Load the plugins with both of Airflow's loaders and say what became of the standard library."""
    before = {name: getattr(sys.modules[name], "__file__", None) for name in sys.stdlib_module_names & set(sys.modules)}
    from airflow import plugins_manager as core
    from airflow.sdk import plugins_manager as sdk

    core.ensure_plugins_loaded()
    loaded, sdk_errors = sdk._get_plugins()
    return {
        "errors": core.get_import_errors(),
        "sdk_errors": sdk_errors,
        "names": [info["name"] for info in core.get_plugin_info()],
        "sdk_names": [plugin.name for plugin in loaded],
        "replaced": [name for name, file in before.items() if getattr(sys.modules.get(name), "__file__", None) != file],
    }


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    sys.stdout, answer = sys.stderr, sys.stdout
    json.dump({"parse": parse(), "plugins": plugins()}, answer)
