"""Whether everything that left the reporters arrived through the bodies that relay it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from keiyu.cli import arguments
from keiyu.cli.relay import workspace
from keiyu.cli.screen import Screen
from keiyu.cli.verb import verb

if TYPE_CHECKING:
    from keiyu.contract.model import Collection

_STATES: Final = {
    "differs": "経由の途中で値が変わった / figures changed on the way",
    "corrected_since": "経由の後に訂正された / corrected after it was forwarded",
    "lost": "経由先から届いていない / not forwarded",
}


@verb(
    "hops",
    ja="経由の突合をする（報告者が送ったものと、都道府県を経由して届いたものが等しいか）",
    en="Reconcile the hops: whether what reporters sent equals what arrived through their prefecture",
    keys={
        "": "collection whole hops[]",
        "hops[]": "via sent arrived whole missing passages[]",
        "hops[].missing": "(field): how much more was sent than arrived",
        "hops[].passages[]": "reporter name via state sent arrived differences",
    },
)
@arguments.collection
def hops_command(screen: Screen, collection: "Collection") -> None:
    """Reconcile the hops of a collection."""
    from keiyu.publish.hops import reconcile

    with workspace() as space:
        space.contract(collection.line)
        hops = reconcile(space, collection)
    told = [{**asdict(hop), "whole": hop.whole} for hop in hops]
    result = {"collection": str(collection), "whole": all(hop.whole for hop in hops), "hops": told}
    screen.show(result, lambda: _show(screen, told))


def _show(screen: Screen, hops: Sequence[Mapping[str, Any]]) -> None:
    columns = ("経由 / via", "送付 / sent", "到着 / arrived", "一致 / equal")
    screen.table(columns, [(hop["via"], hop["sent"], hop["arrived"], hop["whole"]) for hop in hops])
    rows = [
        (
            passage["via"],
            f"{passage['reporter']} {passage['name']}",
            _STATES[passage["state"]],
            len(passage["differences"]),
        )
        for hop in hops
        for passage in hop["passages"]
        if passage["state"] != "equal"
    ]
    if rows:
        screen.table(("経由 / via", "団体 / reporter", "", "異なる値 / figures"), rows)
