"""What comes out: how a collection stands, releases, tables now and as known then, and proof that all is whole."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

import click

from keiyu.cli import arguments
from keiyu.cli.calendar import calendar_of, show_calendar
from keiyu.cli.decisions import HELD_KEYS, held, show_held
from keiyu.cli.desk import FINDING_KEYS
from keiyu.cli.early import ESTIMATE_KEYS, estimate_of, show_estimate
from keiyu.cli.queries import asked, declared, show_asked
from keiyu.cli.relay import workspace
from keiyu.cli.screen import Screen
from keiyu.cli.tables import present
from keiyu.cli.types import COLLECTION, DATE
from keiyu.cli.verb import argument, option, verb
from keiyu.errors import IntegrityError, UserError

if TYPE_CHECKING:
    import pyarrow as pa

    from keiyu.cli.standing import Standing
    from keiyu.contract.disclosure import Audience
    from keiyu.contract.model import Collection
    from keiyu.publish import Release
    from keiyu.receive.workspace import Workspace


@dataclass(eq=False)
class NeverOpenedError(UserError):
    """A collection of which there is nothing to read, because it was never opened."""

    collection: str

    code: ClassVar[str] = "KEIYU-120"
    ja: ClassVar[str] = (
        "{collection} はまだ開いていません。基準日を確かめるか、keiyu open {collection} で開いてください。"
    )
    en: ClassVar[str] = "{collection} was never opened; check its date, or open it with keiyu open {collection}."


STAGES: Final = ("preliminary", "final", "correction")
AUDIENCES: Final = ("public", "prefecture", "ministry")
_RELEASE_KEYS: Final = "id collection stage number title_ja title_en at path created"
_SCREENFUL: Final = 50
_COUNTED: Final = {
    "nil": "うち該当なし / nil returns",
    "held": "確認中で示す値なし / held, none shown",
    "due": "期限前・未連絡 / due",
    "reminded": "期限前・連絡済み / reminded",
    "overdue": "期限超過 / overdue",
    "exempt": "提出免除 / exempt",
}


@verb(
    "status",
    ja="回の状況を表示する（提出数、未提出、返戻と理由、直近の公表）",
    en="Show how a collection stands: reporters in and missing, returns and reasons, the last release",
    keys={
        "": "collections[]",
        "collections[]": "collection state reporters_in reporters_due missing[] returned[] release stray[] dates[] "
        "counts on_time_rate extensions[] exemptions[] calendar_findings[] held[] queries[] estimate[]",
        "collections[].held[]": HELD_KEYS,
        **declared("collections[].queries[]"),
        "collections[].estimate[]": ESTIMATE_KEYS,
        "collections[].missing[]": "reporter prefecture name",
        "collections[].returned[]": "submission_id file sender reporter reasons[]",
        "collections[].returned[].reasons[]": "rule_id message_ja message_en",
        "collections[].release": "id stage number at path",
        "collections[].dates[]": "level deadline entry_closes corrections_close working_days days_left",
        "collections[].counts": "reported nil held exempt due reminded overdue",
        "collections[].extensions[]": "area until reason",
        "collections[].exemptions[]": "area reason",
        "collections[].calendar_findings[]": "rule_id severity message_ja message_en hint_ja hint_en",
    },
    more=(
        "COLLECTION を省くと、これまでに開いたすべての回を表示する。",
        "Without COLLECTION: every collection opened so far.",
    ),
)
@argument(
    "collection",
    metavar="[COLLECTION]",
    type=COLLECTION,
    required=False,
    ja="回（例: LINE/2025-04-01）",
    en="The collection, LINE/DATE",
)
def status_command(screen: Screen, collection: "Collection | None") -> None:
    """Show how a collection stands."""
    from keiyu.cli.standing import standing
    from keiyu.ledger import collection_states

    with workspace() as space:
        states = collection_states(space.ledger)
        chosen = [collection] if collection else list(states)
        found = [(one, states.get(one, "unopened"), standing(space, one)) for one in chosen]
        result = [
            _standing(space, one, state, of) | {"estimate": estimate_of(space, of.snapshot) if collection else []}
            for one, state, of in found
        ]

    def human() -> None:
        for one in result:
            _show_standing(screen, one, detailed=collection is not None)
        if not result:
            screen.say("開いた回はありません / no collection was opened")

    screen.show({"collections": result}, human)


def _standing(space: "Workspace", collection: "Collection", state: str, of: "Standing") -> dict[str, Any]:
    snapshot = of.snapshot
    release = of.released and {key: of.released[key] for key in ("id", "stage", "number", "at", "path")}
    return {
        "collection": str(collection),
        "state": state,
        "reporters_in": len(snapshot.live),
        "reporters_due": snapshot.owing,
        "missing": [_reporter(space, code, collection.as_of) for code in snapshot.missing],
        "returned": [
            {
                "submission_id": one.submission_id,
                "file": one.file,
                "sender": one.sender,
                "reporter": one.reporter,
                "reasons": list(one.reasons),
            }
            for one in of.returned
        ],
        "release": release,
        "stray": list(snapshot.stray),
        "held": held(snapshot),
        "queries": asked(space, collection),
        **calendar_of(space, collection),
    }


def _reporter(space: "Workspace", code: str, as_of: dt.date) -> dict[str, str | None]:
    area = space.areas.get(code, as_of)
    return {
        "reporter": code,
        "prefecture": area.prefecture_name if area else None,
        "name": area.name if area else None,
    }


def _show_standing(screen: Screen, one: Mapping[str, Any], *, detailed: bool) -> None:
    release = one["release"]
    rows = [
        ("状態 / state", one["state"]),
        ("提出 / in", f"{one['reporters_in']:,} / {one['reporters_due']:,}"),
        ("未提出 / missing", len(one["missing"])),
        ("返戻中 / returned", len(one["returned"])),
        ("疑義照会中 / queries", len(one["queries"])),
        ("直近の公表 / last release", f"{release['stage']} {release['number']} ({release['id']})" if release else None),
        *((word, one["counts"][status]) for status, word in _COUNTED.items()),
        ("期限内提出率 / on time", None if one["on_time_rate"] is None else f"{one['on_time_rate']:.1%}"),
    ]
    screen.table((one["collection"], ""), rows)
    if not detailed:
        return
    show_calendar(screen, one["dates"], one["calendar_findings"])
    show_held(screen, one["held"])
    show_asked(screen, one["queries"])
    show_estimate(screen, one["estimate"])
    if one["extensions"]:
        columns = ("期限延長 / extended", "まで / until", "理由 / reason")
        screen.table(columns, [(x["area"], x["until"], x["reason"]) for x in one["extensions"]])
    if one["exemptions"]:
        screen.table(("提出免除 / exempt", "理由 / reason"), [(x["area"], x["reason"]) for x in one["exemptions"]])
    if one["returned"]:
        columns = ("返戻 / returned", "送付元 / sender", "理由 / reasons")
        screen.table(columns, [(r["file"], r["sender"], _reasons(r)) for r in one["returned"]])
    _show_missing(screen, one["missing"])


def _show_missing(screen: Screen, missing: Sequence[Mapping[str, str | None]]) -> None:
    """Name who is missing; where they fill more than a screen, count them by prefecture."""
    if len(missing) > _SCREENFUL:
        counted = Counter(m["prefecture"] or "—" for m in missing)
        screen.table(("都道府県 / prefecture", "未提出 / missing"), list(counted.items()))
        screen.say("一つ一つの団体は --json で示します / --json names each of them")
    elif missing:
        columns = ("未提出 / missing", "都道府県 / prefecture", "団体 / body")
        screen.table(columns, [(m["reporter"], m["prefecture"], m["name"]) for m in missing])


def _reasons(returned: Mapping[str, Any]) -> str:
    return "\n".join(f"{r['rule_id']}: {r['message_ja']}\n{r['message_en']}" for r in returned["reasons"])


@verb(
    "publish",
    ja="全国表を作り、時期が来ていれば公表する",
    en="Make the national tables, and release them if that is due",
    keys={"": "release", "release": _RELEASE_KEYS},
)
@arguments.collection
@option(
    "--stage",
    type=click.Choice(STAGES),
    ja="この段階で公表する（省略時は台帳が決める）",
    en="Release at this stage (by default the ledger decides)",
)
def publish_command(screen: Screen, collection: "Collection", stage: str | None) -> None:
    """Make and release the national tables."""
    from keiyu.publish import followers, monitor, publish

    with workspace() as space, screen.progress("公表しています / publishing"):
        release = publish(space, collection, stage)  # type: ignore[arg-type]  # click has checked the choice
        followers.follow(space, collection, release)
        monitor.refresh(space, collection, space.ledger.now())

    def human() -> None:
        if release is None:
            screen.say("公表の時期ではありません。current/ は最新です / no release is due; current/ is up to date")
        else:
            screen.say(f"{collection} {release.title_ja} / {release.title_en}: {release.path}")

    screen.show({"release": release and _release(release)}, human)


def _release(release: "Release") -> dict[str, Any]:
    return {key: getattr(release, key) for key in _RELEASE_KEYS.split()} | {"collection": str(release.collection)}


@verb(
    "read",
    ja="全国表を読む（現在の値、またはある時点で知られていた値）",
    en="Read a national table: as it is now, or as it was known then",
    keys={"": "collection table as_known_at columns[] rows[]", "rows[]": "(column): value"},
)
@arguments.collection
@argument(
    "table",
    metavar="TABLE",
    ja="全国表、estimate（推計）又は monitor/…（経由の状況）",
    en="The national table, estimate, or monitor/… (the relay)",
)
@arguments.as_known_at
@option(
    "--valid-on",
    type=DATE,
    ja="この日に有効な行だけ（有効期間のある台帳の表）",
    en="Only rows that hold on this day, of a table with periods of validity",
)
@option(
    "--format",
    "form",
    type=click.Choice(("table", "csv", "parquet", "json", "sdmx-csv", "sdmx-ml")),
    default="table",
    show_default=True,
    ja="出力の形式（sdmx-ml は sdmx-csv の構造定義）",
    en="Form of the output; sdmx-ml is the structure that sdmx-csv has",
)
@option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), ja="保存先のファイル", en="File to write to")
@option("--limit", type=click.IntRange(min=0), ja="最大の行数", en="Most rows to show")
@option(
    "--audience",
    type=click.Choice(AUDIENCES),
    default="public",
    show_default=True,
    ja="だれが読むか（秘匿のある報告ラインで、示す値が変わる）",
    en="Who reads; it decides what is shown of a line that hides figures",
)
def read_command(
    screen: Screen,
    collection: "Collection",
    table: str,
    as_known_at: dt.datetime | None,
    valid_on: dt.date | None,
    form: str,
    output: Path | None,
    limit: int | None,
    audience: "Audience",
) -> None:
    """Read a national table."""
    from keiyu.ledger.collections import collection_states
    from keiyu.publish import read, registry

    with workspace() as space:
        if collection not in collection_states(space.ledger):
            raise NeverOpenedError(str(collection))
        encode = _encoder(space, collection.line, table, form)
        rows = read(space, collection, table, as_known_at, audience=audience)
    rows = rows if valid_on is None else registry.valid_on(rows, table, valid_on)
    about = {"collection": str(collection), "table": table, "as_known_at": as_known_at}
    present(screen, rows, about, form, output=output, limit=limit, encode=encode)


def _encoder(space: "Workspace", line: str, table: str, form: str) -> "Callable[[pa.Table], bytes] | None":
    """Return what makes SDMX of a table's rows; refuses a table of which there is none."""
    from keiyu.publish import sdmx, structure

    contract, schemas = space.contract(line), space.settings.schemas
    if form == "sdmx-csv":
        return partial(sdmx.encode, sdmx.structure(contract, table), schemas=schemas)
    if form == "sdmx-ml":
        sdmx.structure(contract, table)
        areas, now = space.areas, dt.datetime.now(dt.UTC)
        return partial(structure.message, contract, table, areas=areas, schemas=schemas, prepared=now)
    return None


@verb(
    "verify",
    ja="台帳の連鎖、受領したバイト列、登録データ、公表したファイルが一致することを確かめる",
    en="Prove that the ledger's chain, the received bytes, the registered rows and the released files agree",
    keys={
        "": "intact findings[]",
        "findings[]": FINDING_KEYS,
    },
    more=("一致しないものがあれば終了コード 4 で終わる。", "Ends with exit code 4 where something does not agree."),
)
@click.pass_context
def verify_command(ctx: click.Context, screen: Screen) -> None:
    """Prove that everything stored agrees."""
    from keiyu import publish, register

    with workspace() as space, screen.progress("照合しています / verifying"):
        findings = register.verify(space.ledger, space.storage, space.settings.schemas) + publish.verify(space)

    def human() -> None:
        for told in findings:
            screen.say(f"{told.rule_id}: {told.message_ja} / {told.message_en}")
        screen.say("不一致があります / something does not agree" if findings else "すべて一致しています / all agrees")

    screen.show({"intact": not findings, "findings": [told.as_dict() for told in findings]}, human)
    ctx.exit(IntegrityError.exit_code if findings else 0)
