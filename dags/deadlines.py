"""The business-day clock: close what is over, remind who is due or late, measure how the relay keeps its dates.

"Nothing came" starts no run of anything, so the ledger is asked at nine on each weekday; on a holiday of the
administration nobody is reminded. A run that is missed is made up for by the next, and nobody is told twice.
"""

from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, CronTriggerTimetable, task

with DAG(
    "deadlines",
    description="期限: 締切、督促、提出状況の表 / deadlines: closing, reminders, tables of completeness",
    schedule=CronTriggerTimetable("0 9 * * 1-5", timezone="Asia/Tokyo"),
    catchup=False,
    max_active_runs=1,
    tags=["keiyu"],
    doc_md=__doc__,
):

    @task(retries=2, retry_delay=timedelta(minutes=1))
    def close() -> dict[str, str]:
        """Close entry and corrections of the collections whose last day is over."""
        from keiyu.orchestration.steps import close_over
        from keiyu.receive.workspace import Workspace

        with Workspace.open() as workspace:
            return close_over(workspace)

    @task(retries=2, retry_delay=timedelta(minutes=5))
    def remind(**context: Any) -> dict[str, int]:
        """Send every organisation that is due or late one digest; fail, and try again, where one was refused."""
        from keiyu.orchestration.notifiers import notifier
        from keiyu.orchestration.steps import send_reminders
        from keiyu.receive.workspace import Workspace

        with Workspace.open() as workspace:
            return send_reminders(workspace, lambda message, contact: notifier(message, contact)(context))

    @task
    def measure() -> list[str]:
        """Bring the tables about the relay itself up to date: a day has passed, even where nothing came."""
        from keiyu.orchestration.steps import measure_open
        from keiyu.receive.workspace import Workspace

        with Workspace.open() as workspace:
            return measure_open(workspace)

    close() >> [remind(), measure()]
