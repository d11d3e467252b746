"""What readers are told of reports that wait, or waited, for a decision, and of figures that others tell otherwise."""

from collections.abc import Mapping
from typing import Any, Final

from keiyu.publish.snapshot import Snapshot
from keiyu.register import Held

_DECIDED: Final = {
    "confirmed": ("報告者の回答", "The reporter's answer"),
    "approved": ("所管官庁の承認", "Approved by the ministry"),
    "declined": ("所管官庁の不承認", "Declined by the ministry"),
}


def waiting(taken: Snapshot) -> list[dict[str, Any]]:
    """Return what waits for a decision in a collection, each as :func:`told` has it."""
    return [told(taken, hold) for of_reporter in taken.held.values() for hold in of_reporter]


def told(taken: Snapshot, hold: Held) -> dict[str, Any]:
    """Return what readers are told of a hold: whose, why, how it was settled, and whether an older value is shown.

    Args:
        taken: the hold's collection.
        hold: the hold.
    """
    return {
        "reporter": hold.reporter,
        "name": taken.name_of(hold.reporter),
        "ground": hold.ground,
        "since": hold.opened_seq,
        "findings": [
            {name: found[name] for name in ("rule_id", "field", "value", "expected", "message_ja", "message_en")}
            for found in hold.facts.get("findings", ())
        ],
        "measures": hold.facts.get("measures", []),
        "shown": taken.live[hold.reporter].entry_id if hold.reporter in taken.live else None,
        "settlement": hold.settlement,
        "settled_by": hold.settled_by,
        "reason": hold.reason,
    }


def remark(hold: Mapping[str, Any]) -> tuple[str, str]:
    """Return what readers are told of a hold, in Japanese and English.

    Args:
        hold: an item of the manifest's ``held`` or ``footnotes``.
    """
    who = f"{hold['name']}（{hold['reporter']}）"
    why_ja = "".join(one["message_ja"] for one in hold["findings"]) or "公表値を大きく動かす訂正。"
    why_en = " ".join(one["message_en"] for one in hold["findings"]) or "A correction that moves published figures far."
    if hold["settlement"] is None:
        shown = hold["shown"] is not None
        ja = "前の報告の値を示している。" if shown else "確認できるまで合計に含めない。"
        en = "The earlier report's figures are shown." if shown else "Not in the totals until it is confirmed."
        return f"{who}: {why_ja}{ja}", f"{why_en} {en}"
    by_ja, by_en = _DECIDED[hold["settlement"]]
    return f"{who}: {why_ja}{by_ja}「{hold['reason']}」", f"{why_en} {by_en}: {hold['reason']}"


def explanation(answer: Mapping[str, Any]) -> tuple[str, str]:
    """Return what readers are told of a figure that facilities' reports tell otherwise, in Japanese and English.

    Args:
        answer: an item of the manifest's ``answers``.
    """
    who = f"{answer['name']}（{answer['reporter']}）"
    if answer["from_survey"] is None:
        return f"{who}: {answer['reason']}", f"{answer['reason']}"
    ours, theirs, other = answer["from_survey"], answer["from_facilities"], f"{answer['difference']:+,}"
    ja = f"{answer['label_ja']}は調査で{ours:,}、施設の報告の積み上げで{theirs:,}（{other}）。市区町村の回答"
    en = f"{answer['label_en']}: {ours:,} in the survey, {theirs:,} by the facilities' reports ({other})."
    return f"{who}: {ja}「{answer['reason']}」", f"{en} The municipality's answer: {answer['reason']}"


def remarks(manifest: Mapping[str, Any]) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Return the sections of what a release remarks: title in both languages, and its items.

    Args:
        manifest: the release's.
    """
    sections = (
        ("確認中", "Under query", [remark(hold) for hold in manifest.get("held", ())]),
        ("注記", "Footnotes", [remark(hold) for hold in manifest.get("footnotes", ())]),
        (
            "施設の報告との相違",
            "Where facilities' reports differ",
            [explanation(answer) for answer in manifest.get("answers", ())],
        ),
    )
    return [section for section in sections if section[2]]
