"""Where a figure comes from: the submissions behind it, down to file, sheet and cell."""

import datetime as dt
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import click

from keiyu.cli import arguments
from keiyu.cli.relay import workspace
from keiyu.cli.screen import Screen
from keiyu.cli.verb import argument, option, verb

if TYPE_CHECKING:
    from keiyu.contract.model import Collection
    from keiyu.publish.sources import Source
    from keiyu.publish.trace import Trace

_SHOWN: Final = 30
_SOURCE_KEYS: Final = (
    "reporter prefecture name submission_id entry_id file sha256 sender received_at accepted_seq contract_digest "
    "rules_digest table key field sheet cell value value_status raw"
)


@verb(
    "trace",
    ja="全国表の一つの数値の元をたどる（提出、ファイル、シート、セル、規則の版まで）",
    en="Trace one figure of a national table to its submissions, files, sheets, cells and rules",
    keys={
        "": "collection table column row label_ja label_en value as_known_at seq agrees rules sources[]",
        "rules": "tables codes release same_rules",
        "sources[]": _SOURCE_KEYS,
    },
    more=(
        "WORD は名称でもコードでもよい（例: 待機児童 1歳、waiting age1、千代田区）。書かない区分は合計とみなす。",
        "agrees は、セルの値の合計が数値に一致するかどうか（単純な合計でない数値では空）。",
        "A WORD is a label or a code, in any order; what is not said is taken as the total.",
        "agrees says whether the cells add up to the figure (null where it is no plain sum).",
    ),
)
@arguments.collection
@argument("table", metavar="TABLE", ja="全国表", en="The national table")
@argument(
    "words", metavar="[WORD]...", ja="数値を示す名称又はコード", en="Labels or codes that say which figure", nargs=-1
)
@arguments.as_known_at
@option("--limit", type=click.IntRange(min=0), ja="表示する元の最大数", en="Most sources to show")
def trace_command(
    screen: Screen,
    collection: "Collection",
    table: str,
    words: tuple[str, ...],
    as_known_at: dt.datetime | None,
    limit: int | None,
) -> None:
    """Trace a figure."""
    from keiyu.publish.trace import trace

    with workspace() as space:
        found = trace(space, collection, table, words, as_known_at)
    shown = found.sources if limit is None else found.sources[:limit]
    result = {
        "collection": str(collection),
        "table": table,
        "column": found.figure.column,
        "row": dict(found.figure.row),
        "label_ja": found.figure.label_ja,
        "label_en": found.figure.label_en,
        "value": found.value,
        "as_known_at": as_known_at,
        "seq": found.seq,
        "agrees": found.agrees,
        "rules": _rules(found),
        "sources": [asdict(source) for source in shown],
    }
    screen.show(result, lambda: _show(screen, found, shown if limit is not None else shown[:_SHOWN]))


def _rules(found: "Trace") -> dict[str, Any]:
    return {
        "tables": found.tables_digest,
        "codes": found.codes_digest,
        "release": found.release,
        "same_rules": found.same_rules,
    }


def _show(screen: Screen, found: "Trace", shown: "tuple[Source, ...]") -> None:
    from keiyu.findings import spot

    value = "—" if found.value is None else f"{found.value:,}"
    screen.say(f"{found.figure.label_ja} / {found.figure.label_en}: {value}", style="bold")
    words = {True: "一致 / adds up", False: "不一致 / does not add up", None: "単純な合計ではない / no plain sum"}
    screen.say(f"元の値 / sources: {len(found.sources):,}（{words[found.agrees]}）、台帳 / ledger seq {found.seq}")
    if found.same_rules is False:
        screen.say("直近の公表とは規則又はコード表が異なる / rules or code tables differ from the last release's")
    columns = ("団体 / reporter", "値 / value", "ファイル / file", "シート!セル / cell", "原文 / raw", "規則 / rules")
    rows = [
        (
            f"{source.reporter} {source.prefecture or ''}{source.name or ''}",
            source.value,
            source.file,
            spot(source.sheet, source.cell),
            source.raw,
            (source.rules_digest or "")[:8],
        )
        for source in shown
    ]
    screen.table(columns, rows)
    rest = len(found.sources) - len(shown)
    if rest:
        screen.say(f"ほか {rest:,} 件 / and {rest:,} more (--json)")
