"""Runs in a process of its own: send what is due at an instant through Airflow's notifiers, and print the counts.

Arguments: home, storage, database, directory, instant.
"""

import dataclasses
import datetime as dt
import json
import sys
from pathlib import Path

from keiyu.orchestration.notifiers import notifier
from keiyu.publish import monitor
from keiyu.receive.workspace import Workspace
from keiyu.settings import Settings


def main():
    home, storage, database, directory, instant = sys.argv[1:]
    settings = Settings(home=Path(home), storage=storage, database_url=database, directory=directory)
    with Workspace.open(settings) as workspace:
        at = dt.datetime.fromisoformat(instant)
        done = monitor.deliver(workspace, at, lambda message, contact: notifier(message, contact)({}))
    print(json.dumps(dataclasses.asdict(done)))


if __name__ == "__main__":
    main()
