"""Core rows to national tables: one DAG per line, one partition per collection.

The DAGs follow the folders under ``schemas/lines/``; a new line needs no change here. Whether nothing,
the current tables, 速報, 確報 or 訂正 is due is for the ledger to say, so a late correction takes the
same way as the first arrival.
"""

from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, PartitionedAssetTimetable, task

from keiyu.orchestration.assets import all_lines, collections

for name in all_lines():
    with DAG(
        f"national_{name}",
        description=f"{name}: 全国表と公表 / national tables and releases",
        schedule=PartitionedAssetTimetable(assets=collections(name)),
        catchup=False,
        max_active_runs=1,
        tags=["keiyu", name],
        doc_md=__doc__,
    ):

        @task(retries=2, retry_delay=timedelta(seconds=10))
        def publish(line: str, **context: Any) -> dict[str, str | None]:
            """Ask the ledger what is due for this collection, and do it."""
            from keiyu.orchestration.steps import publish_due
            from keiyu.receive.workspace import Workspace

            with Workspace.open() as workspace:
                return publish_due(workspace, line, context["dag_run"].partition_key)

        publish(name)
