"""Asked once, used twice: whether the reports of facilities add up to what municipalities report in their surveys.

What differs is a query: it is shown until a correction of either side or a reason answers it.
"""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import click

from keiyu.cli import arguments
from keiyu.cli.queries import SIDE_KEYS
from keiyu.cli.relay import workspace
from keiyu.cli.screen import Screen
from keiyu.cli.types import COLLECTION
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


@verb(
    "reconcile",
    ja="施設の報告の積み上げを、市区町村の調査と突き合わせる（相違は双方のセルを示す照会とする）",
    en="Hold sums of facility reports against municipalities' surveys; differences become queries with cells",
    keys={
        "": "collection states queries[]",
        "states": "(state): figures",
        "queries[]": "rule_id severity reporter field value expected message_ja message_en hint_ja hint_en "
        "facilities[] survey[]",
        "queries[].facilities[]": SIDE_KEYS,
        "queries[].survey[]": SIDE_KEYS,
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
@arguments.as_known_at
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
            for _, told, ours, theirs in islice(found.queries(reporter), limit)
        ]
    result = {"collection": str(collection), "states": dict(states), "queries": queries}
    screen.show(result, lambda: _show(screen, states, queries))


_QUERY: Final = frozenset(
    "rule_id severity reporter field value expected message_ja message_en hint_ja hint_en".split()  # noqa: SIM905
)


def _side(source: "Source") -> dict[str, Any]:
    return {name: getattr(source, name) for name in SIDE_KEYS.split()}


def _show(screen: Screen, states: Mapping[str, int], queries: Sequence[Mapping[str, Any]]) -> None:
    screen.table(("突合 / reconciliation", "項目数 / figures"), [(_STATES[one], states[one]) for one in sorted(states)])
    for query in queries:
        screen.say(f"{query['reporter']} {query['message_ja']}\n{query['message_en']}")
        cells = [("調査 / survey", one) for one in query["survey"]]
        cells += [("施設 / facility", one) for one in query["facilities"]]
        rows = [(side, one["file"], one["sheet"], one["cell"], one["value"]) for side, one in cells]
        screen.table(("", "ファイル / file", "シート / sheet", "セル / cell", "値 / value"), rows)


@verb(
    "answer",
    ja="突合の疑義照会に、異なる理由を回答する（理由は台帳に残る。数値が変わるまで再び照会しない）",
    en="Answer queries of a reconciliation: why both figures are right; not asked again until a figure changes",
    keys={"": "collection reporter reason by fields[]"},
    more=(
        "訂正で答えるときは、調査又は施設の報告を出し直す。両者が一致すれば照会は自然に終わる。",
        "To answer by a correction, send the survey or the report again: the query ends once both sides agree.",
    ),
)
@argument(
    "collection",
    metavar="COLLECTION",
    type=COLLECTION,
    ja="施設の報告の回、又は調査の回",
    en="The collection of the reports, or of the survey",
)
@argument("reporter", metavar="REPORTER", ja="市区町村のコード", en="Code of the municipality")
@option("--field", "fields", metavar="FIELD", multiple=True, ja="この項目だけ（省略時はすべて）", en="This field alone")
@option(
    "--reason",
    required=True,
    ja="異なる理由（次の公表の注記に示す）",
    en="Why they differ; readers of the next release are told",
)
@option("--by", metavar="WHO", ja="回答した者（省略時は運用者）", en="Who answers; the operator by default")
def answer_command(
    screen: Screen, collection: "Collection", reporter: str, fields: tuple[str, ...], reason: str, by: str | None
) -> None:
    """Answer queries with a reason."""
    from keiyu.receive.doorbell import ring
    from keiyu.register import answer

    with workspace() as space:
        space.contract(collection.line)
        ended = answer(space.ledger, collection, reporter, reason, fields=fields, by=by)
        ring(space.settings)
    names = [one.field for one in ended]
    result = {"collection": str(collection), "reporter": reporter, "reason": reason, "by": by, "fields": names}
    screen.show(result, lambda: screen.say(f"回答を記録しました / answered: {len(names)}"))
