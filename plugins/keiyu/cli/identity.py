"""The desk of identities: pairs of facilities in doubt, what a person decides of them, and one that was two."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final, Literal

import click

from keiyu.cli.relay import workspace
from keiyu.cli.screen import Screen
from keiyu.cli.types import DATE
from keiyu.cli.verb import argument, option, verb

if TYPE_CHECKING:
    from keiyu.register.identity import Decision, Doubt

OPERATOR: Final = "operator"
_DECIDED: Final = {"": "line id verdict known identity rows seq"}
_WORDS: Final = {
    "same": "同じ施設としました / joined",
    "different": "別の施設としました / kept apart",
    "split": "二つの施設に分けました / split",
}

_line = argument("line", metavar="LINE", ja="報告ライン", en="The line")
_reason = option("--reason", required=True, metavar="TEXT", ja="理由（記録に残る）", en="Why; it is kept on record")
_by = option(
    "--by",
    default=OPERATOR,
    metavar="WHO",
    ja="決定した者（省略時は運用者）",
    en="Who decides; the operator by default",
)


@verb(
    "review",
    ja="同じ施設かどうか疑わしい組を、根拠とともに示す",
    en="Show the pairs of facilities that may be one, with the evidence",
    keys={
        "": "line doubts[]",
        "doubts[]": "id line area known identity as_of entry_id source_row weight lead evidence",
        "doubts[].evidence": "ja en known row",
    },
    more=(
        "決定は decide で行う。決定まで、疑わしい行は別の施設として扱われる。",
        "Decide with decide; until then a row in doubt is a facility of its own.",
    ),
)
@_line
@option("--area", metavar="CODE", ja="この団体（６桁）の一覧だけ", en="Only lists of this reporter (6 digits)")
def review_command(screen: Screen, line: str, area: str | None) -> None:
    """Show the review list."""
    from keiyu.register.identity import review_list
    from keiyu.register.identity.policy import required

    with workspace() as space:
        required(space.contract(line), space.settings.schemas)
        doubts = review_list(space, line, area=area)
    screen.show({"line": line, "doubts": list(map(asdict, doubts))}, lambda: _show(screen, doubts))


@verb(
    "decide",
    ja="疑わしい組が同じ施設か別の施設かを決める",
    en="Decide whether a pair in doubt is one facility or two",
    keys=_DECIDED,
    more=(
        "same は、その施設のすべての行を既知の施設の行とする。それまでの状態は、その時点の値として残る。",
        "same moves every row of the one identity to the known one; what was known before stays readable.",
    ),
)
@_line
@argument("item", metavar="ITEM", ja="review が示す組の番号", en="The pair's id, as review shows it")
@argument(
    "verdict",
    metavar="VERDICT",
    ja="same（同じ）又は different（別）",
    en="same or different",
    type=click.Choice(["same", "different"]),
)
@_reason
@_by
def decide_command(
    screen: Screen, line: str, item: str, verdict: Literal["same", "different"], reason: str, by: str
) -> None:
    """Decide a pair."""
    from keiyu.register.identity import decide
    from keiyu.register.identity.policy import required

    with workspace() as space:
        required(space.contract(line), space.settings.schemas)
        decision = decide(space, line, item, verdict, by=by, reason=reason)
    _conclude(screen, line, decision)


@verb(
    "split",
    ja="一つとされた二つの施設を、ある日から分ける",
    en="Split what was taken for one facility, from a date on",
    keys=_DECIDED,
)
@_line
@argument("identity", metavar="IDENTITY", ja="施設の識別子", en="The facility's identity")
@option(
    "--since",
    required=True,
    type=DATE,
    ja="別の施設が初めて現れる版の日付",
    en="Date of the first edition that shows the other facility",
)
@_reason
@_by
def split_command(screen: Screen, line: str, identity: str, since: dt.date, reason: str, by: str) -> None:
    """Split a facility."""
    from keiyu.register.identity import split
    from keiyu.register.identity.policy import required

    with workspace() as space:
        required(space.contract(line), space.settings.schemas)
        decision = split(space, line, identity, since=since, by=by, reason=reason)
    _conclude(screen, line, decision)


def _conclude(screen: Screen, line: str, decision: "Decision") -> None:
    words = f"{decision.known} / {decision.identity}: {_WORDS[decision.verdict]}（{decision.rows} 行 / rows）"
    screen.show({"line": line, **asdict(decision)}, lambda: screen.say(words))


def _show(screen: Screen, doubts: "Sequence[Doubt]") -> None:
    columns = (
        "番号 / item",
        "団体 / reporter",
        "版 / edition",
        "既知 / known",
        "この行 / row",
        "重み / bits",
        "根拠 / why",
    )
    rows = [
        (
            doubt.id,
            doubt.area,
            doubt.as_of,
            _described(doubt.evidence["known"]),
            _described(doubt.evidence["row"]),
            f"{doubt.weight:.1f}",
            _why(doubt.evidence),
        )
        for doubt in doubts
    ]
    screen.table(columns, rows)
    screen.say(f"決定を待つ組 / pairs that wait: {len(doubts):,}")


def _described(told: Mapping[str, Any]) -> str:
    return "\n".join(str(told[name]) for name in ("name", "address", "phone") if told.get(name))


def _why(evidence: Mapping[str, Any]) -> str:
    ja, en = (v if isinstance(v, str) else "、".join(map(str, v)) for v in (evidence["ja"], evidence["en"]))
    return f"{ja}\n{en}"
