"""Time series: a national table across the collections of a line."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from keiyu.cli import arguments
from keiyu.cli.relay import workspace
from keiyu.cli.screen import Screen
from keiyu.cli.tables import present
from keiyu.cli.types import DATE
from keiyu.cli.verb import argument, option, verb

if TYPE_CHECKING:
    from keiyu.publish.series import Boundaries


@verb(
    "series",
    ja="全国表をすべての回について並べる（当時の境界、または現在の境界に組み替えて）",
    en="Read a national table across all collections, on the boundaries of then or of today",
    keys={"": "line table boundaries on as_known_at columns[] rows[]", "rows[]": "(column): value"},
    more=(
        "現在の境界に組み替えるのは、足し合わせられる人数の表だけである。分割された団体の値は按分せず、当時のまま示す。",
        "Only tables of counts can be put on the boundaries of today. What was divided is not apportioned but kept.",
    ),
)
@argument("line", metavar="LINE", ja="報告ライン", en="The line")
@argument("table", metavar="TABLE", ja="全国表", en="The national table")
@option(
    "--boundaries",
    type=click.Choice(("then", "today")),
    default="then",
    show_default=True,
    ja="then: 当時の境界、today: 現在（--on の日）の境界",
    en="then, or today (the day of --on)",
)
@option("--on", type=DATE, ja="境界の日、かつ最後の基準日（既定は今日）", en="Day of the boundaries; last date shown")
@arguments.as_known_at
@option(
    "--format",
    "form",
    type=click.Choice(("table", "csv", "parquet", "json")),
    default="table",
    show_default=True,
    ja="出力の形式",
    en="Form of the output",
)
@option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), ja="保存先のファイル", en="File to write to")
@option("--limit", type=click.IntRange(min=0), ja="最大の行数", en="Most rows to show")
def series_command(
    screen: Screen,
    line: str,
    table: str,
    boundaries: "Boundaries",
    on: dt.date | None,
    as_known_at: dt.datetime | None,
    form: str,
    output: Path | None,
    limit: int | None,
) -> None:
    """Read a national table across all collections."""
    from keiyu.publish.series import flat, series

    with workspace() as space:
        rows = series(space, line, table, boundaries, on=on, as_known_at=as_known_at)
    about = {"line": line, "table": table, "boundaries": boundaries, "on": on, "as_known_at": as_known_at}
    present(screen, flat(rows) if form == "csv" else rows, about, form, output=output, limit=limit)
