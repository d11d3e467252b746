"""How a file is read: what its columns are taken for, how surely, and why. No state, no server."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click

from keiyu.cli.forms import load_contract, settings
from keiyu.cli.screen import Screen
from keiyu.cli.verb import argument, option, verb

_SHOWN: Final = 3


@verb(
    "inspect",
    ja="ファイルがどう読まれるかを表示する（表・見出し・列の対応と確かさ・値）",
    en="Show how a file is read: its table, what each column is taken for and how surely, its values",
    keys={
        "": (
            "file expect line layout encoding sheet header_rows[] first_data_row last_data_row data_rows as_of "
            "columns[] rows[] further_rows[] tables[] drift[] findings[] reason"
        ),
        "columns[]": "index header field confidence needs_review candidates[] evidence",
        "columns[].candidates[]": "field confidence",
        "columns[].evidence": "ja en",
        "rows[]": "row sheet section values status",
        "further_rows[]": "row sheet section values status",
        "tables[]": "line table sheet header_rows[] rows first_row totals_row as_of listed columns given",
        "drift[]": "rule_id sheet cell ja en",
        "findings[]": "rule_id ja en hint_ja hint_en",
        "reason": "rule_id ja en hint_ja hint_en",
    },
    more=(
        "確かでない列は使わず、候補と理由を示す（needs_review）。JSON の形は schemas/schema/inspect.json にある。",
        "A column that is not certain is not used; candidates and reasons are shown. See schemas/schema/inspect.json.",
    ),
)
@argument(
    "file",
    metavar="FILE",
    ja="一覧、報告などのファイル（xlsx, xls, ods, csv, json, geojson）",
    en="A list, a report or the like (xlsx, xls, ods, csv, json, geojson)",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@option("--line", metavar="LINE", ja="報告ライン（省略時は内容から判定）", en="The line, if the file does not tell")
def inspect_command(screen: Screen, file: Path, line: str | None) -> None:
    """Show how a file is read."""
    from keiyu import contract
    from keiyu.codes import areas
    from keiyu.read.inspect import inspect

    schemas = settings().schemas
    contracts = [load_contract(name) for name in ([line] if line else contract.lines(schemas))]
    with screen.progress("読んでいます / reading"):
        result = inspect(file.read_bytes(), file.name, contracts, areas.load(schemas), schemas=schemas, line=line)
    screen.show(result, lambda: _show(screen, result))


def _show(screen: Screen, told: Mapping[str, Any]) -> None:
    """Show the facts of a file, its columns with their evidence, and its first records."""
    if told["reason"] is not None:
        why = told["reason"]
        screen.say(f"{told['file']}: {why['ja']}\n→ {why['hint_ja']}\n{why['en']}\n→ {why['hint_en']}")
        return
    rows = "–".join(str(told[key]) for key in ("first_data_row", "last_data_row") if told[key])
    facts = [
        ("報告ライン / line", told["line"]),
        ("様式 / layout", told["layout"]),
        ("文字コード / encoding", told["encoding"]),
        ("シート / sheet", told["sheet"]),
        ("見出しの行 / header rows", ", ".join(map(str, told["header_rows"])) or None),
        ("データの行 / data rows", f"{told['data_rows']}（{rows}）"),
        ("時点 / as of", told["as_of"]),
    ]
    screen.table((told["file"], ""), [fact for fact in facts if fact[1]])
    screen.table(
        ("列", "見出し / header", "項目 / field", "確かさ", "要確認 / review", "根拠 / evidence"),
        [_column(column) for column in told["columns"]],
    )
    for change in told["drift"]:
        sheet = f"{change['sheet']} " if change["sheet"] and len(told["tables"]) > 1 else ""
        screen.say(f"{sheet}{change['ja']}\n{change['en']}")
    for said in told["findings"]:
        screen.say(f"{said['ja']}\n→ {said['hint_ja']}\n{said['en']}\n→ {said['hint_en']}", "yellow")
    for table in told["tables"]:
        where = f"{table['sheet']} " if table["sheet"] else ""
        screen.say(f"{where}→ {table['table']}: {table['rows']} 行 / rows")
    for row in told["rows"][:_SHOWN]:
        said = ", ".join(f"{name}={value}" for name, value in row["values"].items() if value is not None)
        screen.say(f"{row['row']}: {said}")


def _column(column: Mapping[str, Any]) -> tuple[object, ...]:
    from keiyu.read.grid import letters

    candidates = ", ".join(c["field"] for c in column["candidates"][:_SHOWN])
    review = f"要 {candidates}" if column["needs_review"] else ""
    evidence = "\n".join(filter(None, (column["evidence"]["ja"], column["evidence"]["en"])))
    sure = f"{column['confidence']:.2f}"
    return letters(column["index"]), column["header"], column["field"], sure, review, evidence
