"""The operator's repair: reading again what was returned, and what was accepted, after something was mended."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, ClassVar

from keiyu.cli.desk import FINDING_KEYS
from keiyu.cli.relay import workspace
from keiyu.cli.screen import Screen
from keiyu.cli.shown import show_findings
from keiyu.cli.types import COLLECTION
from keiyu.cli.verb import argument, option, verb
from keiyu.errors import UserError

if TYPE_CHECKING:
    from keiyu.contract.model import Collection
    from keiyu.intake.replay import Replayed
    from keiyu.ledger import Ledger


@dataclass(eq=False)
class NotReturnedError(UserError):
    """A submission that was not returned, or that nobody received."""

    submission: str

    code: ClassVar[str] = "KEIYU-119"
    ja: ClassVar[str] = "{submission} は返戻されたファイルの番号ではありません。"
    en: ClassVar[str] = "{submission} is not the number of a file that was returned."


@verb(
    "requeue",
    ja="返戻したファイルを、原因を直した後にもう一度処理する（出し直しは要らない）",
    en="Process returned files again after their cause was mended; nobody has to send them again",
    keys={"": "submissions[] requeued reason"},
    more=("処理は次の ingest（又は Airflow）が行う。", "The next ingest, or Airflow, processes them."),
)
@argument(
    "numbers",
    metavar="SUBMISSION...",
    ja="提出番号又は受領番号",
    en="Numbers of submissions, or of their receipts",
    nargs=-1,
    required=True,
)
@option("--reason", required=True, metavar="TEXT", ja="理由（記録に残る）", en="Why; it is kept on record")
def requeue_command(screen: Screen, numbers: tuple[str, ...], reason: str) -> None:
    """Have returned files processed again."""
    from keiyu.receive.doorbell import ring
    from keiyu.receive.requeue import requeue

    with workspace() as space:
        submissions = _returned(space.ledger, numbers)
        count = requeue(space.ledger, submissions, reason=reason)
        ring(space.settings)
    told = {"submissions": submissions, "requeued": count, "reason": reason}
    words = f"{count:,} 件をもう一度処理します / {count:,} will be processed again"
    screen.show(told, lambda: screen.say(words))


def _returned(ledger: "Ledger", numbers: Sequence[str]) -> list[str]:
    """Return the submissions that numbers name.

    Raises:
        NotReturnedError: one of them is not returned; none is touched.
    """
    from sqlalchemy import select

    from keiyu.ledger.models import Submission
    from keiyu.receive.receipts import find_receipt

    receipts = {number: find_receipt(ledger, number) for number in numbers}
    named = {number: receipt.submission_id if receipt else number for number, receipt in receipts.items()}
    query = select(Submission.id).where(Submission.id.in_(named.values()), Submission.state == "returned")
    with ledger.read() as connection:
        found = set(connection.scalars(query))
    for number, submission in named.items():
        if submission not in found:
            raise NotReturnedError(number)
    return list(dict.fromkeys(named.values()))


@verb(
    "replay",
    ja="受理したファイルを今日の規則でもう一度読み、検査する（何も変えない）",
    en="Read and check accepted files once more under today's rules; nothing is changed",
    keys={
        "": "collection parts[]",
        "parts[]": "submission_id file reporter returned findings[] figures[] rules_changed",
        "parts[].findings[]": FINDING_KEYS,
    },
    more=(
        "規則、契約、読み取りを改めたあとで、結果の変わる団体分だけを表示する。",
        "Shows only those parts that would turn out differently after rules, contract or reader were changed.",
    ),
)
@argument("collection", metavar="COLLECTION", type=COLLECTION, ja="回", en="The collection, LINE/DATE")
def replay_command(screen: Screen, collection: "Collection") -> None:
    """Read and check accepted files once more."""
    from keiyu.intake.replay import replay

    with workspace() as space, screen.progress("再検査しています / checking again") as progress:
        space.contract(collection.line)
        parts = []
        for part in replay(space, collection):
            parts.append(part)
            progress(len(parts), len(parts))
    told = [{**asdict(part), "findings": [one.as_dict() for one in part.findings]} for part in parts]

    def human() -> None:
        for part in parts:
            screen.say(f"{part.reporter} {part.file}（{part.submission_id}）: {_differs(part)}", style="bold")
            show_findings(screen, part.findings)
        screen.say(f"結果の変わる団体分 {len(parts):,} / {len(parts):,} parts would turn out differently")

    screen.show({"collection": str(collection), "parts": told}, human)


def _differs(part: "Replayed") -> str:
    words = ["今日なら返戻 / would be returned today"] if part.returned else []
    if part.figures:
        words.append(f"値が変わる / other figures: {'、'.join(part.figures)}")
    if part.findings:
        words.append(f"新しい指摘 {len(part.findings)} / new findings")
    return "、".join(words)
