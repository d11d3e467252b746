"""Arrivals to core rows and to ``current/``: read, check, register and show whatever the ledger holds.

Woken by the bell (a receipt was made) or each minute, in case a bell was lost. One run at a time; one
task, because a hop between tasks costs half a second and the ledger is the queue anyway. The releases, and
whatever could not be shown at once, are for the national DAGs.
"""

from typing import Any

from airflow.sdk import DAG, AssetOrTimeSchedule, CronTriggerTimetable, task

from keiyu.orchestration.assets import all_lines, announce, arrivals, collections

with DAG(
    "intake",
    description="到着した提出物を読み、点検し、登録する / read, check and register what arrived",
    schedule=AssetOrTimeSchedule(
        timetable=CronTriggerTimetable("* * * * *", timezone="Asia/Tokyo"), assets=[arrivals()]
    ),
    catchup=False,
    max_active_runs=1,
    tags=["keiyu"],
    doc_md=__doc__,
):

    @task(outlets=[arrivals(), *map(collections, all_lines())])
    def ingest(**context: Any) -> dict[str, int]:
        """Work until the ledger's queue is empty; wake the national DAGs of what changed."""
        from keiyu.orchestration.steps import drain
        from keiyu.receive.workspace import Workspace

        with Workspace.open() as workspace:
            drained = drain(workspace)
        announce(context, drained.report.collections_changed, again=not drained.empty)
        return drained.counts

    ingest()
