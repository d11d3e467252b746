"""The ministry's desk of dates: more time for an area, no duty for a reporter; and how the calendar is shown."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

from keiyu.cli import arguments
from keiyu.cli.relay import workspace
from keiyu.cli.screen import Screen
from keiyu.cli.types import DATE
from keiyu.cli.verb import argument, option, verb
from keiyu.errors import UserError

if TYPE_CHECKING:
    from keiyu.contract.calendar import Hop
    from keiyu.contract.model import Collection
    from keiyu.publish.monitor.position import Position
    from keiyu.receive.workspace import Workspace

TOLD_KEYS: Final = "rule_id severity message_ja message_en hint_ja hint_en"
_LEVELS: Final = {
    "facility": "施設 / facility",
    "municipality": "市区町村 / municipality",
    "prefecture": "都道府県・直接報告市 / prefecture",
}


@dataclass(eq=False)
class NotInCollectionError(UserError):
    """An area of which nobody owes a submission in the collection."""

    area: str
    collection: str

    code: ClassVar[str] = "KEIYU-117"
    ja: ClassVar[str] = "「{area}」は、{collection} の報告者でも、報告者のある市区町村・都道府県でもありません。"
    en: ClassVar[str] = "{area!r} is neither a reporter of {collection} nor a place in which there is one."


@dataclass(eq=False)
class NoExtensionError(UserError):
    """A day that gives nobody more time, or on which the administration is closed."""

    area: str
    until: str
    deadline: str

    code: ClassVar[str] = "KEIYU-118"
    ja: ClassVar[str] = "{until} は「{area}」の期限の延長になりません。{deadline} より後の開庁日を指定してください。"
    en: ClassVar[str] = "{until} is no extension for {area!r}; name an office day after {deadline}."


_areas = argument(
    "areas",
    metavar="AREA...",
    ja="報告者、市区町村又は都道府県のコード（６桁）",
    en="Codes of reporters, municipalities or prefectures (6 digits)",
    nargs=-1,
    required=True,
)
_reason = option("--reason", metavar="TEXT", required=True, ja="理由（記録に残る）", en="Why; it is kept on record")


@verb(
    "extend",
    ja="災害などの地域の提出期限を延長する",
    en="Give areas more time, such as those struck by a disaster",
    keys={"": "collection areas[] until reason reporters seq"},
    more=(
        "都道府県の延長は、管内の市区町村にも及ぶ（経由の日数だけ手前の日が期限になる）。",
        "An extension of a prefecture reaches its municipalities, which keep the working days of the relay.",
    ),
)
@arguments.collection
@_areas
@option("--until", type=DATE, required=True, ja="延長後の期限（開庁日）", en="The new last day, an office day")
@_reason
def extend_command(
    screen: Screen, collection: "Collection", areas: tuple[str, ...], until: dt.date, reason: str
) -> None:
    """Give areas more time."""
    from keiyu.codes.business_days import is_business_day
    from keiyu.ledger.dispensations import extend
    from keiyu.publish.monitor.assessment import normal_day
    from keiyu.publish.monitor.position import position

    with workspace() as space:
        facts = position(space, collection)
        reporters = _reporters(facts, areas)
        for area in areas:
            deadline = normal_day(facts, area)
            if until <= deadline or not is_business_day(until):
                raise NoExtensionError(area, until.isoformat(), deadline.isoformat())
        seq = extend(space.ledger, collection, areas, until, reason)
    told = {"collection": str(collection), "areas": list(areas), "until": until, "reason": reason}
    words = f"{collection}: {len(reporters):,} 団体の期限を延長しました / extended for {len(reporters):,} reporters"
    screen.show({**told, "reporters": len(reporters), "seq": seq}, lambda: screen.say(words))


@verb(
    "exempt",
    ja="提出を免除する（未提出・期限超過に数えない）",
    en="Excuse reporters from submitting; they count as neither missing nor overdue",
    keys={"": "collection areas[] holds reason reporters seq"},
)
@arguments.collection
@_areas
@_reason
@option("--end", is_flag=True, ja="免除をやめる", en="End the exemption")
def exempt_command(screen: Screen, collection: "Collection", areas: tuple[str, ...], reason: str, end: bool) -> None:
    """Excuse reporters from submitting."""
    from keiyu.ledger.dispensations import exempt
    from keiyu.publish.monitor.position import position

    with workspace() as space:
        reporters = _reporters(position(space, collection), areas)
        seq = exempt(space.ledger, collection, areas, reason, holds=not end)
    told = {"collection": str(collection), "areas": list(areas), "holds": not end, "reason": reason}
    done = "免除をやめました / no longer excused" if end else "提出を免除しました / excused"
    words = f"{collection}: {len(reporters):,} 団体の{done}"
    screen.show({**told, "reporters": len(reporters), "seq": seq}, lambda: screen.say(words))


def _reporters(facts: "Position", areas: Sequence[str]) -> list[str]:
    """Return whom areas reach; each must reach somebody."""
    for area in areas:
        if not any(area in one.areas for one in facts.reporters):
            raise NotInCollectionError(area, str(facts.collection))
    return [one.code for one in facts.reporters if set(areas) & one.areas.keys()]


def calendar_of(space: "Workspace", collection: "Collection") -> dict[str, Any]:
    """Return how a collection stands against its calendar, as ``status`` tells it."""
    from keiyu.publish.monitor.assessment import assess
    from keiyu.publish.monitor.position import position

    judged = assess(position(space, collection), space.ledger.now())
    given = judged.position.given
    return {
        "dates": dates_of(judged.position.hops, judged.today),
        "counts": dict(judged.counts),
        "on_time_rate": judged.on_time_rate,
        "extensions": [
            {"area": one.area, "until": one.until, "reason": one.reason} for one in given.extensions.values()
        ],
        "exemptions": [{"area": one.area, "reason": one.reason} for one in given.exemptions.values()],
        "calendar_findings": findings_of(space, collection),
    }


def dates_of(hops: "Sequence[Hop]", today: dt.date) -> list[dict[str, Any]]:
    """Return the three dates of each hop, and the working days left until its deadline."""
    from keiyu.codes.business_days import business_days_between

    return [
        {
            "level": hop.level,
            "deadline": hop.deadline,
            "entry_closes": hop.entry_closes,
            "corrections_close": hop.corrections_close,
            "working_days": hop.given,
            "days_left": business_days_between(today, hop.deadline),
        }
        for hop in hops
    ]


def findings_of(space: "Workspace", collection: "Collection") -> list[dict[str, str]]:
    """Return what is wrong with the ministry's own calendar of a collection."""
    from keiyu.contract.calendar import burden

    told = burden(space.contract(collection.line), collection.as_of, space.settings.schemas)
    return [{key: str(one.as_dict()[key]) for key in TOLD_KEYS.split()} for one in told]


def show_calendar(screen: Screen, dates: Sequence[Mapping[str, Any]], findings: Sequence[Mapping[str, str]]) -> None:
    """Show the three dates of each hop, and what is wrong with them."""
    columns = (
        "段階 / hop",
        "提出期限 / deadline",
        "初回の締切 / entry closes",
        "訂正の締切 / corrections close",
        "開庁日数 / working days",
        "残り / left",
    )
    keys = ("deadline", "entry_closes", "corrections_close", "working_days", "days_left")
    screen.table(columns, [(_LEVELS[one["level"]], *(one[key] for key in keys)) for one in dates])
    for told in findings:
        screen.say(f"{told['rule_id']}: {told['message_ja']}→ {told['hint_ja']}")
        screen.say(f"{told['message_en']} → {told['hint_en']}")
