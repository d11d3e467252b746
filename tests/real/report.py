"""Measure the reader on the real files and print the result: ``PYTHONPATH=tests python -m real.report``."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Column, Table

from keiyu import contract
from keiyu.codes import areas
from real import scoring
from real.scoring import TARGETS, Score, Share

HOME = Path(__file__).resolve().parents[2]
SHARED = HOME.parent / "shared" / "data"
MEASURES = {
    "expect": "受理 expect",
    "records": "件数 records",
    "as_of": "時点 as of",
    "place": "位置 place",
    "mapped": "列 mapped",
    "wrong": "誤り wrong",
    "review": "要確認 review",
    "values": "値 values",
}


def answers(shared: Path, golds: Sequence[Mapping[str, Any]]) -> list[scoring.Answer]:
    """Inspect every file of the gold answers; a crash is an answer too."""
    from keiyu.read.inspect import inspect

    schemas = HOME / "schemas"
    contracts = [contract.load(line, schemas) for line in contract.lines(schemas)]
    table = areas.load(schemas)
    found: list[scoring.Answer] = []
    for gold in golds:
        path = shared / gold["file"]
        try:
            found.append(inspect(path.read_bytes(), path.name, contracts, table, schemas=schemas))
        except Exception as error:
            found.append({"expect": f"crash ({type(error).__name__}: {error})"})
    return found


def render(golds: Sequence[Mapping[str, Any]], scores: Sequence[Score]) -> Table:
    """Lay the measures out by file, by family and in total, with the targets under them."""
    table = Table(Column("file", no_wrap=True), *MEASURES.values(), title="読取の正確さ / accuracy of the reader")
    for name, score in scoring.by_family(golds, scores).items():
        for gold, one in zip(golds, scores, strict=True):
            if scoring.family(gold) == name:
                _row(table, Path(gold["file"]).name, one)
        _row(table, f"[bold]{name}[/]", score, rates=True)
        table.add_section()
    whole = scoring.total(scores)
    _row(table, "[bold]計 total[/]", whole, rates=True)
    limits = {t.measure: t for t in TARGETS}
    table.add_row("目標 target", *(_target(limits[m], whole) if m in limits else "" for m in MEASURES))
    return table


def _row(table: Table, title: str, score: Score, *, rates: bool = False) -> None:
    table.add_row(title, *(_share(getattr(score, measure), rates) for measure in MEASURES))


def _share(share: Share, rates: bool) -> str:
    if share.rate is None:
        return ""
    return f"{share.hits}/{share.of}" + (f"\n{share.rate:.2%}" if rates else "")


def _target(target: scoring.Target, whole: Score) -> str:
    colour = "green" if target.met(whole) else "red"
    return f"[{colour}]{'≤' if target.ceiling else '≥'} {target.limit:.1%}[/]"


@click.command()
@click.option("--misses", is_flag=True, help="外れを一つずつ示す / print every miss")
@click.argument("names", nargs=-1)
def main(misses: bool, names: tuple[str, ...]) -> None:
    """実物のファイルで読取の正確さを測る / measure the reader on the real files (NAMES: parts of file names)."""
    if not SHARED.is_dir():
        raise click.ClickException("実物のファイルがありません / the real files are absent: ../shared/data")
    golds = [g for g in scoring.load_all() if not names or any(name in g["file"] for name in names)]
    scores = [scoring.score(*pair) for pair in zip(golds, answers(SHARED, golds), strict=True)]
    console = Console(width=None if sys.stdout.isatty() else 160)
    console.print(render(golds, scores))
    for gold, score in zip(golds, scores, strict=True):
        for miss in score.misses if misses else ():
            console.print(f"{gold['file']}: {miss}", markup=False, highlight=False, soft_wrap=True)


if __name__ == "__main__":
    main()
