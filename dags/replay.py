"""On demand: what was accepted, read and checked once more under today's rules. Nothing is changed by it.

Trigger it after a rule, a contract or the reader was changed, with the collection as ``line/YYYY-MM-DD``; ``keiyu
replay`` shows the same with every finding.
"""

from typing import Any

from airflow.sdk import DAG, Param, task

with DAG(
    "replay",
    description="受理したファイルの再検査（何も変えない） / check what was accepted again, changing nothing",
    schedule=None,
    catchup=False,
    max_active_runs=1,
    params={"collection": Param("", type="string", title="回 / collection", description="line/YYYY-MM-DD")},
    tags=["keiyu"],
    doc_md=__doc__,
):

    @task
    def replay(**context: Any) -> list[dict[str, Any]]:
        """Return the parts that would turn out differently, without the words of their findings."""
        from keiyu.contract.model import Collection
        from keiyu.orchestration.steps import replayed
        from keiyu.receive.workspace import Workspace

        with Workspace.open() as workspace:
            return replayed(workspace, Collection.parse(context["params"]["collection"]))

    replay()
