"""The relay's own verbs: open a collection, receive files and nil returns, look up a receipt, process the queue."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

import click

from keiyu.cli import arguments
from keiyu.cli.desk import FINDING_KEYS, annotate_option, say_annotated, write_annotated
from keiyu.cli.queries import asked_about, declared, found_in, show_asked, told_of
from keiyu.cli.screen import Screen
from keiyu.cli.shown import show_findings
from keiyu.cli.types import COLLECTION
from keiyu.cli.verb import argument, option, verb
from keiyu.errors import UserError

if TYPE_CHECKING:
    from keiyu.contract.model import Collection
    from keiyu.receive.receipts import Receipt
    from keiyu.receive.workspace import Workspace

RECEIPT_KEYS: Final = (
    "id submission_id at seq sender receiver filename channel bytes digest duplicate requeued state row_count "
    "control_totals message_ja message_en"
)


IMPACT_KEYS: Final = "reporter state supersedes figures measures release files[]"


@dataclass(eq=False)
class NotAWaveError(UserError):
    """A date on which the line is not collected."""

    collection: str
    waves: str

    code: ClassVar[str] = "KEIYU-115"
    ja: ClassVar[str] = "{collection} は、この報告ラインの基準日（{waves}）ではありません。"
    en: ClassVar[str] = "{collection} is not a reference date of this line, which is collected on {waves}."


@dataclass(eq=False)
class NoSuchReceiptError(UserError):
    """A receipt number that nobody was given."""

    receipt: str

    code: ClassVar[str] = "KEIYU-116"
    ja: ClassVar[str] = "受領番号 {receipt} はありません。"
    en: ClassVar[str] = "There is no receipt with the number {receipt}."


def workspace() -> "Workspace":
    """Open the installation that the environment describes."""
    from keiyu.receive.workspace import Workspace

    return Workspace.open()


@verb(
    "open",
    ja="回を開き、提出を受け付ける",
    en="Open a collection, so that submissions for it are accepted",
    keys={
        "": "collection opened dates[] calendar_findings[]",
        "dates[]": "level deadline entry_closes corrections_close working_days days_left",
        "calendar_findings[]": "rule_id severity message_ja message_en hint_ja hint_en",
    },
)
@arguments.collection
def open_command(screen: Screen, collection: "Collection") -> None:
    """Open a collection."""
    from keiyu.cli.calendar import dates_of, findings_of, show_calendar
    from keiyu.contract.calendar import hops
    from keiyu.contract.dates import is_wave
    from keiyu.ledger.collections import open_collection
    from keiyu.publish.promise import keep
    from keiyu.publish.stage import today

    with workspace() as space:
        contract = space.contract(collection.line)
        keep(space, contract)
        if not is_wave(contract, collection.as_of):
            raise NotAWaveError(str(collection), ", ".join(contract.waves))
        opened = open_collection(space.ledger, collection)
        dates = dates_of(hops(contract, collection.as_of), today())
        findings = findings_of(space, collection)
    words = "を開きました / opened" if opened else "は開いています / was open already"

    def human() -> None:
        screen.say(f"{collection} {words}")
        show_calendar(screen, dates, findings)

    told = {"collection": str(collection), "opened": opened, "dates": dates, "calendar_findings": findings}
    screen.show(told, human)


@verb(
    "receive",
    ja="ファイルを受領し、受領証を返す（検査は ingest で行う）",
    en="Receive files and give receipts (ingest checks them)",
    keys={"": "receipts[]", "receipts[]": RECEIPT_KEYS},
)
@argument(
    "files",
    metavar="FILE...",
    ja="受領するファイル",
    en="Files to receive",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@option("--sender", metavar="CODE", ja="送付元の団体コード（６桁）", en="Six-digit code of the organisation that sends")
@option("--line", metavar="LINE", ja="報告ライン（省略時は内容から判定）", en="The line, if it is known")
@option("--collection", type=COLLECTION, ja="回（省略時は内容から判定）", en="The collection, if it is known")
def receive_command(
    screen: Screen, files: tuple[Path, ...], sender: str | None, line: str | None, collection: "Collection | None"
) -> None:
    """Receive files."""
    from keiyu.receive.doorbell import ring
    from keiyu.receive.receive import Arrival, receive_many

    named = line or (collection.line if collection else None)
    arrivals = [Arrival(path.read_bytes(), path.name, sender, "cli", named, collection) for path in files]
    with workspace() as space:
        limit = space.settings.max_file_bytes
        receipts = receive_many(space.ledger, space.storage, arrivals, max_bytes=limit)
        ring(space.settings)
    _show_receipts(screen, receipts)


@verb(
    "nil",
    ja="該当なしを報告する",
    en="Make a nil return: nothing to report",
    keys={"": "receipts[]", "receipts[]": RECEIPT_KEYS},
)
@argument("collection", metavar="COLLECTION", type=COLLECTION, ja="回", en="The collection, LINE/DATE")
@option("--reporter", metavar="CODE", required=True, ja="報告者のコード", en="Code of the reporter")
@option("--sender", metavar="CODE", ja="送付元の団体コード（６桁）", en="Six-digit code of the organisation that sends")
def nil_command(screen: Screen, collection: "Collection", reporter: str, sender: str | None) -> None:
    """Make a nil return."""
    from keiyu.receive.doorbell import ring
    from keiyu.receive.receive import receive_nil

    with workspace() as space:
        space.contract(collection.line)
        receipt = receive_nil(
            space.ledger,
            space.storage,
            line=collection.line,
            as_of=collection.as_of,
            reporter=reporter,
            sender=sender,
            channel="cli",
        )
        ring(space.settings)
    _show_receipts(screen, [receipt])


@verb(
    "receipt",
    ja="受領証を照会する（現在の状態と合計、指摘、他の報告との疑義照会、訂正ならその影響つき）",
    en="Look up a receipt: its submission's state, findings, queries about it, and what it changes as a correction",
    keys={
        "": "receipts[] findings[] impacts[] queries[] annotated[]",
        "receipts[]": RECEIPT_KEYS,
        "findings[]": FINDING_KEYS,
        "impacts[]": IMPACT_KEYS,
        **declared("queries[]"),
    },
)
@argument("number", metavar="RECEIPT", ja="受領番号", en="Number of the receipt")
@annotate_option
def receipt_command(screen: Screen, number: str, annotate: Path | None) -> None:
    """Look up a receipt."""
    from keiyu.cli.decisions import impacts, show_impacts
    from keiyu.receive.receipts import find_receipt, findings_of

    copies: list[str] = []
    with workspace() as space:
        receipt = find_receipt(space.ledger, number)
        if receipt is None:
            raise NoSuchReceiptError(number)
        told, queries = impacts(space, receipt.submission_id), asked_about(space, receipt.submission_id)
        findings = [*findings_of(space.ledger, receipt.submission_id), *found_in(queries, receipt.submission_id)]
        if annotate and receipt.bytes:
            sent = space.storage.landing_get(receipt.digest)
            copies = write_annotated(annotate, [(receipt.filename, sent, findings)])

    asked = [told_of(one) for one in queries]

    def human() -> None:
        _show_receipts(screen, [receipt])
        show_findings(screen, findings)
        show_impacts(screen, told)
        show_asked(screen, asked)
        say_annotated(screen, copies)

    result = {"receipts": [_receipt(receipt)], "findings": [one.as_dict() for one in findings]}
    screen.show({**result, "impacts": told, "queries": asked, "annotated": copies}, human)


def _show_receipts(screen: Screen, receipts: Sequence["Receipt"]) -> None:
    def human() -> None:
        columns = ("受領番号 / receipt", "時刻 / at", "ファイル / file", "送付元 / sender", "状態 / state", "")
        rows = [(r.id, r.at, r.filename, r.sender, r.state, f"{r.message_ja}\n{r.message_en}") for r in receipts]
        screen.table(columns, rows)

    screen.show({"receipts": [_receipt(r) for r in receipts]}, human)


def _receipt(receipt: "Receipt") -> dict[str, Any]:
    return {**asdict(receipt), "message_ja": receipt.message_ja, "message_en": receipt.message_en}


@verb(
    "ingest",
    ja="受領済みのファイルを検査して登録する（待ち行列が空になるまで）",
    en="Check and register what was received, until the queue is empty",
    keys={"": "received claimed accepted returned findings collections[]"},
    more=(
        "--drop を付けると、先に受付フォルダー（KEIYU_DROP）のファイルをすべて受領する。",
        "全国表は作らない。続けて keiyu publish COLLECTION を実行する。",
        "With --drop everything in the watched directory (KEIYU_DROP) is received first.",
        "National tables are made by keiyu publish COLLECTION afterwards.",
    ),
)
@option("--drop", is_flag=True, ja="先に受付フォルダーのファイルを受領する", en="Receive the watched directory first")
def ingest_command(screen: Screen, drop: bool) -> None:
    """Check and register what was received."""
    from keiyu.intake import ingest

    totals = {"received": 0, "claimed": 0, "accepted": 0, "returned": 0, "findings": 0}
    collections: set[str] = set()
    with workspace() as space:
        if drop:
            totals["received"] = receive_drop(space, screen)
        with screen.progress("検査・登録しています / checking and registering") as progress:
            while (report := ingest(space)).claimed:
                for name, attribute in _COUNTED.items():
                    totals[name] += getattr(report, attribute)
                collections |= {str(collection) for collection in report.collections_changed}
                progress(totals["claimed"], totals["claimed"])
    changed = sorted(collections)

    def human() -> None:
        screen.table(("", "ファイル / files"), [(word, totals[name]) for name, word in _WORDS.items()])
        if changed:
            screen.say(f"変わった回 / changed: {'、'.join(changed)}")

    screen.show({**totals, "collections": changed}, human)


_COUNTED: Final = {
    "claimed": "claimed",
    "accepted": "accepted",
    "returned": "returned",
    "findings": "findings_count",
}
_WORDS: Final = {
    "received": "受領 / received",
    "claimed": "処理 / processed",
    "accepted": "受理 / accepted",
    "returned": "返戻 / returned",
    "findings": "指摘 / findings",
}


def receive_drop(space: "Workspace", screen: Screen) -> int:
    """Receive every file in the watched directory and move it away; returns how many.

    A file is whole when it is asked for here: whoever runs the command has finished copying.
    """
    from keiyu.receive.drop import Settled, put_away
    from keiyu.receive.reception import Reception

    folder = Path(space.settings.drop)
    folder.mkdir(parents=True, exist_ok=True)
    reception = Reception(space, folder, Settled(quiet=0.0))
    batches = reception.waiting(set())
    total = sum(map(len, batches))
    done = 0
    with screen.progress("受領しています / receiving") as progress:
        for batch in batches:
            for file in list(reception.take(batch)):
                put_away(folder, file)
                done += 1
            progress(done, total)
    return done
