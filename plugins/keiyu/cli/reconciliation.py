"""Asked once, used twice: whether the reports of facilities add up to what municipalities report in their surveys."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import click

from keiyu.cli.relay import workspace
from keiyu.cli.screen import Screen
from keiyu.cli.types import COLLECTION, INSTANT
from keiyu.cli.verb import argument, option, verb

if TYPE_CHECKING:
    from keiyu.contract.model import Collection
    from keiyu.publish.sources import Source

_STATES: Final = {
    "equal": "一致 / equal",
    "differs": "相違（照会） / differs, to be asked about",
    "incomplete": "施設の報告がそろっていない / reports are missing",
    "not_surveyed": "調査が未提出 / the survey is not in",
}
_SIDE: Final = "reporter name submission_id file sheet cell value value_status raw"


@verb(
    "reconcile",
    ja="施設の報告の積み上げを、市区町村の調査と突き合わせる（相違は双方のセルを示す照会とする）",
    en="Hold sums of facility reports against municipalities' surveys; differences become queries with cells",
    keys={
        "": "collection states queries[]",
        "states": "(state): figures",
        "queries[]": "rule_id severity reporter field value expected message_ja message_en hint_ja hint_en "
        "facilities[] survey[]",
        "queries[].facilities[]": _SIDE,
        "queries[].survey[]": _SIDE,
    },
)
@argument(
    "collection",
    metavar="COLLECTION",
    type=COLLECTION,
    ja="施設の報告の回（例: LINE/2025-04-01）",
    en="The collection of the facilities' reports, LINE/DATE",
)
@option("--reporter", metavar="CODE", ja="この市区町村だけ", en="This municipality alone")
@option(
    "--as-known-at",
    type=INSTANT,
    ja="この時点で知られていた値（日本時間。日付だけならその日の終わり）",
    en="As it was known then (Japan's time; a date alone means the end of that day)",
)
@option(
    "--limit", type=click.IntRange(min=0), default=100, show_default=True, ja="最大の照会数", en="Most queries told"
)
def reconcile_command(
    screen: Screen, collection: "Collection", reporter: str | None, as_known_at: dt.datetime | None, limit: int
) -> None:
    """Reconcile the reports of a collection with the surveys of the same date."""
    from itertools import islice

    from keiyu.publish import rollup

    with workspace() as space:
        space.contract(collection.line)
        found = rollup.reconcile(space, collection, as_known_at)
        states = Counter(found.rows["state"].to_pylist())
        queries = [
            {
                **{k: v for k, v in told.as_dict().items() if k in _QUERY},
                "facilities": [_side(one) for one in ours],
                "survey": [_side(one) for one in theirs],
            }
            for told, ours, theirs in islice(found.queries(reporter), limit)
        ]
    result = {"collection": str(collection), "states": dict(states), "queries": queries}
    screen.show(result, lambda: _show(screen, states, queries))


_QUERY: Final = frozenset(
    "rule_id severity reporter field value expected message_ja message_en hint_ja hint_en".split()  # noqa: SIM905
)


def _side(source: "Source") -> dict[str, Any]:
    return {name: getattr(source, name) for name in _SIDE.split()}


def _show(screen: Screen, states: Mapping[str, int], queries: Sequence[Mapping[str, Any]]) -> None:
    screen.table(("突合 / reconciliation", "項目数 / figures"), [(_STATES[one], states[one]) for one in sorted(states)])
    for query in queries:
        screen.say(f"{query['reporter']} {query['message_ja']}\n{query['message_en']}")
        cells = [("調査 / survey", one) for one in query["survey"]]
        cells += [("施設 / facility", one) for one in query["facilities"]]
        rows = [(side, one["file"], one["sheet"], one["cell"], one["value"]) for side, one in cells]
        screen.table(("", "ファイル / file", "シート / sheet", "セル / cell", "値 / value"), rows)
