"""How a file is read: what its columns are taken for, how surely, and why. No state, no server."""

from pathlib import Path

import click

from keiyu.cli.forms import load_contract, settings
from keiyu.cli.screen import Screen
from keiyu.cli.verb import argument, option, verb


@verb(
    "inspect",
    ja="ファイルがどう読まれるかを表示する（表・見出し・列の対応と確かさ・値）",
    en="Show how a file is read: its table, what each column is taken for and how surely, its values",
    keys={
        "": (
            "file expect line layout encoding sheet header_rows[] first_data_row last_data_row data_rows as_of "
            "reporter columns[] rows[] further_rows[] tables[] drift[] findings[] reason"
        ),
        "reporter": "area_code name by",
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
    from keiyu.cli.inspected import View
    from keiyu.codes import areas
    from keiyu.read.inspect import inspect

    schemas = settings().schemas
    contracts = [load_contract(name) for name in dict.fromkeys([*([line] if line else []), *contract.lines(schemas)])]
    among = contracts[:1] if line else contracts
    with screen.progress("読んでいます / reading"):
        result = inspect(file.read_bytes(), file.name, among, areas.load(schemas), schemas=schemas, line=line)
    screen.show(result, View(screen, result, contracts, schemas, file).show)
