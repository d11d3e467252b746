"""The assets that wake DAGs: the bell of arrivals, and one asset per line, partitioned by collection.

Events carry no work. They only wake a task that asks the ledger, so a lost, doubled or late event
changes nothing but the hour.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from airflow.sdk import Asset, AssetWatcher

from keiyu.contract import Collection, lines
from keiyu.orchestration.triggers import DropTrigger
from keiyu.receive.doorbell import BELL
from keiyu.settings import Settings


def all_lines() -> tuple[str, ...]:
    """Return the names of the lines, from the folder names alone."""
    return tuple(lines(Settings().schemas))


def arrivals() -> Asset:
    """Return the bell that is rung after each receipt, with the watched directory as one who rings it."""
    watcher = AssetWatcher(name="drop", trigger=DropTrigger(drop=Settings().drop))
    return Asset(name=BELL, uri=f"keiyu://{BELL}", watchers=[watcher])


def collections(line: str) -> Asset:
    """Return the asset whose partitions are the collections of a line, keyed by their date."""
    return Asset(name=f"collections_{line}", uri=f"keiyu://collections/{line}")


def announce(context: Mapping[str, Any], changed: Iterable[Collection], *, again: bool = False) -> None:
    """Emit one partitioned event per changed collection, and nothing for lines in which nothing changed.

    Airflow emits an event without a partition for every declared outlet that the task did not mention.
    The task's own outlets are therefore narrowed, for this run, to those that have something to say.

    Args:
        context: the running task's context.
        changed: collections whose live rows are not what they were.
        again: ring the bell of arrivals too, because work was left.
    """
    told = [arrivals()] if again else []
    for collection in changed:
        asset = collections(collection.line)
        context["outlet_events"][asset].add_partitions(collection.as_of.isoformat())
        told.append(asset)
    context["task"].outlets = list({asset.name: asset for asset in told}.values())
