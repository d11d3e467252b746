"""Each night: publish what a date makes due, merge small segments, sweep what nothing names, prove it whole.

Nothing else depends on it. A night missed costs speed and disk, never a figure.
"""

from typing import Any

from airflow.sdk import DAG, CronTriggerTimetable, task

from keiyu.orchestration.assets import all_lines, announce, collections

with DAG(
    "upkeep",
    description="夜間の保守: 期日による公表、統合、掃除、照合 / nightly: releases by date, compaction, sweeping, proof",
    schedule=CronTriggerTimetable("10 0 * * *", timezone="Asia/Tokyo"),
    catchup=False,
    max_active_runs=1,
    tags=["keiyu"],
    doc_md=__doc__,
):

    @task(outlets=[*map(collections, all_lines())])
    def wake(**context: Any) -> list[str]:
        """Wake the national DAG of every open collection: a stage may be due by date, with no arrival."""
        from keiyu.orchestration.steps import open_collections
        from keiyu.receive.workspace import Workspace

        with Workspace.open() as workspace:
            opened = open_collections(workspace)
        announce(context, opened)
        return [str(collection) for collection in opened]

    @task
    def tidy() -> dict[str, int]:
        """Merge small segments and remove what no transaction names."""
        from keiyu.orchestration.steps import tidy
        from keiyu.receive.workspace import Workspace

        with Workspace.open() as workspace:
            return tidy(workspace)

    @task
    def verify() -> None:
        """Prove that ledger, landed bytes and rows agree; the task fails when they do not."""
        from keiyu.orchestration.steps import prove
        from keiyu.receive.workspace import Workspace

        with Workspace.open() as workspace:
            prove(workspace)

    wake()
    tidy() >> verify()
