"""The estimate on a release's page: a section of its own, said to be no count."""

from collections.abc import Mapping
from html import escape
from typing import Any, Final

_HEADS: Final = (
    ("数値", "Figure"),
    ("集計値", "Counted"),
    ("推計", "Estimate"),
    ("80％区間", "80 %"),
    ("95％区間", "95 %"),
)


def section(manifest: Mapping[str, Any]) -> str:
    """Return the section of the estimate that goes with a 速報; nothing where there is none.

    Args:
        manifest: the release's manifest.
    """
    told = manifest.get("estimate")
    if not told:
        return ""
    known = [one for one in told["measures"].values() if one["estimate"] is not None]
    reasons = {(one["reason_ja"], one["reason_en"]) for one in told["measures"].values() if one["reason_ja"]}
    why = "".join(f'<p class="about">{escape(ja)}<br>{escape(en)}</p>' for ja, en in sorted(reasons))
    rows = "".join(map(_row, known))
    heads = "".join(f"<th>{ja}<br><small>{en}</small></th>" for ja, en in _HEADS)
    table = f'<div class="scroll"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'
    return (
        '<section><h2>推計 <span class="en" lang="en">Estimate</span></h2>'
        '<p class="about">全員がそろったときの合計の推計であり、集計値ではない。集計値には混ぜていない。<br>'
        "What the totals are expected to be once everyone is in: not counted, and not in the counted figures.</p>"
        f"{table if known else ''}{why}</section>"
    )


def _row(one: Mapping[str, Any]) -> str:
    name = f"{escape(one['label_ja'])} <small>{escape(one['label_en'])}</small>"
    bounds = (f"{low:,.0f}〜{high:,.0f}" for low, high in one["intervals"].values())
    cells = (f"{one['counted']:,.0f}", f"{one['estimate']:,.0f}", *bounds)
    return "".join(["<tr><td>", name, "</td>", *(f'<td class="n">{cell}</td>' for cell in cells), "</tr>"])
