"""The estimate of a collection that is not complete, as ``keiyu status`` shows it: beside the counts, never in them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from keiyu.cli.screen import Screen

if TYPE_CHECKING:
    from keiyu.publish.snapshot import Snapshot
    from keiyu.receive.workspace import Workspace

ESTIMATE_KEYS: Final = (
    "measure label_ja label_en counted coverage_by_count coverage_by_weight estimate lower_80 upper_80 lower_95 "
    "upper_95 method reason_ja reason_en"
)


def estimate_of(space: "Workspace", snapshot: "Snapshot") -> list[dict[str, Any]]:
    """Return the nation's estimates; nothing where everybody is in, or nobody."""
    if not (snapshot.live and snapshot.missing and snapshot.contract.headline):
        return []
    from keiyu.publish.estimation import estimate
    from keiyu.publish.estimation.release import national_estimates

    return [_told(name, one) for name, one in national_estimates(estimate(space, snapshot)).items()]


def show_estimate(screen: Screen, told: Sequence[Mapping[str, Any]]) -> None:
    """Show what the totals are expected to be, or why that cannot be said."""
    known = [one for one in told if one["estimate"] is not None]
    if known:
        columns = ("見出しの数値 / figure", "集計値 / counted", "推計 / estimate", "80%", "95%")
        screen.table(columns, [_row(one) for one in known])
    reasons: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for one in told:
        if one["reason_ja"]:
            reasons.setdefault((one["reason_ja"], one["reason_en"]), []).append(one)
    for (ja, en), of in reasons.items():
        screen.say(f"{'、'.join(x['label_ja'] for x in of)}: {ja}\n{', '.join(x['label_en'] for x in of)}: {en}")


def _told(name: str, one: Mapping[str, Any]) -> dict[str, Any]:
    bounds = {f"{float(level):.0%}".rstrip("%"): pair for level, pair in one["intervals"].items()}
    flat = {
        f"{side}_{level}": bounds.get(level, (None, None))[at]
        for level in ("80", "95")
        for at, side in enumerate(("lower", "upper"))
    }
    return {key: {"measure": name, **one, **flat}[key] for key in ESTIMATE_KEYS.split()}


def _row(one: Mapping[str, Any]) -> tuple[str, ...]:
    ranges = (f"{one[f'lower_{level}']:,.0f}〜{one[f'upper_{level}']:,.0f}" for level in ("80", "95"))
    return f"{one['label_ja']} / {one['label_en']}", f"{one['counted']:,.0f}", f"{one['estimate']:,.0f}", *ranges
