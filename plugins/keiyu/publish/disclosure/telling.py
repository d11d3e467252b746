"""What a manifest may tell: nothing from which a hidden figure, or the bytes of a report, could be guessed."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from keiyu.contract.disclosure import Disclosure
from keiyu.contract.model import Contract

_SILENCE: Final = "非公表 / not published"
_UNTOLD: Final = dict.fromkeys(("from_survey", "from_facilities", "difference"))


def told(contract: Contract, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return the manifest as it is published: the same for a line that protects nothing.

    Left out are sums of sensitive figures, the share of a sensitive weight, what was asked about single reports,
    and the digests of submissions: a file in which only a small count is unknown can be found by its digest.

    Args:
        contract: the line's contract.
        manifest: the whole manifest.
    """
    policy = Disclosure.of(contract)
    if not policy.protects:
        return dict(manifest)
    totals, weight = manifest["control_totals"], contract.publication.weight
    return {
        **manifest,
        "coverage": _counted(manifest["coverage"]) if weight and hides(contract, [weight]) else manifest["coverage"],
        "held": [_discreet(hold) for hold in manifest["held"]],
        "footnotes": [_discreet(hold) for hold in manifest["footnotes"]],
        "answers": [{**one, **_UNTOLD, "reason": _SILENCE} for one in manifest["answers"]],
        "control_totals": {
            "headline": {
                name: one
                for name, one in totals["headline"].items()
                if not hides(contract, contract.headline[name]["fields"])
            },
            "fields": {name: one for name, one in totals["fields"].items() if not hides(contract, [name])},
        },
        "submissions": [
            {name: one[name] for name in ("reporter", "submission", "accepted_seq")} for one in manifest["submissions"]
        ],
    }


def hides(contract: Contract, fields: Sequence[str]) -> bool:
    """Return whether any of these core fields is one that the public may not see whole."""
    policy = Disclosure.of(contract)
    return any(
        policy.is_sensitive(table.name, name) for table in contract.tables for name in fields if name in table.by_name
    )


def _counted(coverage: Mapping[str, Any]) -> dict[str, Any]:
    """Return the coverage by count alone."""
    places = [one | {"weight_in": None} for one in coverage["prefectures"]]
    return {**coverage, "weight_in": None, "prefectures": places}


def _discreet(hold: Mapping[str, Any]) -> dict[str, Any]:
    said = {"message_ja": "非公表の数値に関わる確認。", "message_en": "A query about a figure that is not published."}
    return {
        **hold,
        "findings": [{"rule_id": one["rule_id"], **said} for one in hold["findings"]],
        "measures": [],
        "reason": _SILENCE if hold["reason"] else hold["reason"],
    }
