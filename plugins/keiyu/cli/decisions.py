"""Decisions on what waits for one: the reporter's confirmation, the ministry's approval or refusal."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from keiyu.cli import arguments
from keiyu.cli.relay import workspace
from keiyu.cli.screen import Screen
from keiyu.cli.verb import Function, Verb, argument, option, verb

if TYPE_CHECKING:
    from keiyu.contract.model import Collection
    from keiyu.ledger.holds import Settlement
    from keiyu.publish.snapshot import Snapshot
    from keiyu.receive.workspace import Workspace

HELD_KEYS: Final = "reporter name ground since message_ja message_en shown"
_KEYS: Final = {"": "collection reporter decision state reason seq release", "release": "id stage number path created"}

_reporter = argument("reporter", metavar="REPORTER", ja="報告者のコード", en="Code of the reporter")
_reason = option("--reason", required=True, ja="理由（公表の注記に示す）", en="The reason; readers are told")
_by = option("--by", metavar="WHO", ja="決定した者（省略時は運用者）", en="Who decides; the operator by default")


def _decision(name: str, settlement: "Settlement", ja: str, en: str, more: Sequence[str]) -> Callable[[Function], Verb]:
    """Make a verb of one kind of decision."""

    def decorate(function: Function) -> Verb:
        def command(screen: Screen, collection: "Collection", reporter: str, reason: str, by: str | None) -> None:
            _decide(screen, collection, reporter, settlement, reason, by)

        command.__doc__ = function.__doc__
        for part in (_by, _reason, _reporter, arguments.collection):
            command = part(command)
        return verb(name, ja=ja, en=en, keys=_KEYS, more=more)(command)

    return decorate


@_decision(
    "confirm",
    "confirmed",
    "疑義照会に答え、保留された値に間違いがないことを理由とともに確認する",
    "Answer a query: the held figures are right, with the reason",
    (
        "前回と桁が違うなどの理由で保留された報告が受理され、理由は公表の注記に示される。",
        "A report that was held as implausible is taken; the reason becomes a footnote of the releases.",
    ),
)
def confirm_command() -> None:
    """Confirm held figures."""


@_decision(
    "approve",
    "approved",
    "公表値を大きく動かす訂正を承認する",
    "Approve a correction that moves published figures far",
    (
        "承認した訂正は直ちに現在の表と訂正版に入る。",
        "What is approved enters the current tables and a correction at once.",
    ),
)
def approve_command() -> None:
    """Approve a held correction."""


@_decision(
    "decline",
    "declined",
    "保留された報告を採用しない（データは残る）",
    "Decline a held report (its data are kept)",
    ("前の報告の値がそのまま示される。", "The earlier report's figures go on being shown."),
)
def decline_command() -> None:
    """Decline a held report."""


def _decide(
    screen: Screen, collection: "Collection", reporter: str, settlement: "Settlement", reason: str, by: str | None
) -> None:
    from keiyu.publish import followers, monitor, publish
    from keiyu.receive.doorbell import ring
    from keiyu.register import settle

    with workspace() as space:
        space.contract(collection.line)
        settled = settle(space.ledger, collection, reporter, settlement, reason=reason, by=by)
        release = publish(space, collection)
        followers.follow(space, collection, release)
        monitor.refresh(space, collection, space.ledger.now())
        ring(space.settings)
    words = {
        "accepted": "受理されました / taken",
        "held": "なお別の決定を待っています / waits for another decision",
        "declined": "採用されませんでした / declined",
    }
    told = release and {key: getattr(release, key) for key in _KEYS["release"].split()}
    result = {
        "collection": str(collection),
        "reporter": reporter,
        "decision": settlement,
        "state": settled.state,
        "reason": reason,
        "seq": settled.seq,
        "release": told,
    }

    def human() -> None:
        screen.say(f"{collection} {reporter}: {words[settled.state]}")
        if release is not None and release.created:
            screen.say(f"{release.title_ja} / {release.title_en}: {release.path}")

    screen.show(result, human)


def held(snapshot: "Snapshot") -> list[dict[str, Any]]:
    """Return what waits for a decision in a collection, for ``keiyu status``."""
    from keiyu.publish.holds import waiting

    return list(map(_held, waiting(snapshot)))


def _held(hold: Mapping[str, Any]) -> dict[str, Any]:
    from keiyu.publish.holds import remark

    ja, en = remark(hold)
    names = ("reporter", "name", "ground", "since", "shown")
    return {**{name: hold[name] for name in names}, "message_ja": ja, "message_en": en}


def show_held(screen: Screen, waiting: Sequence[Mapping[str, Any]]) -> None:
    """Show what waits for a decision."""
    if waiting:
        verbs = {"implausible": "confirm", "revision": "approve / decline"}
        columns = ("保留 / held", "決定 / decision", "理由 / why")
        rows = [(one["reporter"], verbs[one["ground"]], f"{one['message_ja']}\n{one['message_en']}") for one in waiting]
        screen.table(columns, rows)


def impacts(space: "Workspace", submission_id: str) -> list[dict[str, Any]]:
    """Return what a submission changes or would change, by reporter, for ``keiyu receipt``."""
    from keiyu.publish.impact import stated

    return stated(space.ledger, submission_id)


def show_impacts(screen: Screen, told: Sequence[Mapping[str, Any]]) -> None:
    """Show what a submission changes: its own figures, its prefecture's, the nation's, and ranks."""
    for one in told:
        state = {"held": "保留中 / held", "declined": "不採用 / declined"}.get(one["state"], "受理 / taken")
        screen.say(f"{one['reporter']}: {state}、変わる値 / figures changed: {one['figures']}")
        columns = ("", "団体 / own", "都道府県 / prefecture", "全国 / nation", "順位 / rank", "県の順位 / prefecture's")
        names = ("own", "prefecture", "nation", "rank", "prefecture_rank")
        rows = [
            (f"{m['label_ja']} / {m['label_en']}", *(f"{m[name][0]:,} → {m[name][1]:,}" for name in names))
            for m in one["measures"].values()
        ]
        if rows:
            screen.table(columns, rows)
        if one["files"]:
            screen.say(f"公表 / release {one['release']}: {', '.join(one['files'])}")
