"""Accepting the form of a list: a person says once what its columns are."""

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from keiyu.cli.forms import load_contract, settings
from keiyu.cli.identity import OPERATOR
from keiyu.cli.screen import Screen
from keiyu.cli.verb import argument, option, verb

if TYPE_CHECKING:
    from keiyu.read.remember import AcceptedSheet

_PAIR: Final = "COLUMN=FIELD"
_COLUMNS: Final = "column header field part confirmed"

FILE = argument(
    "file",
    metavar="FILE",
    ja="一覧のファイル（xlsx, xls, ods, csv, json, geojson）",
    en="A list (xlsx, xls, ods, csv, json, geojson)",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
SHEET = option("--sheet", metavar="SHEET", ja="表のあるシート（省略時は自動）", en="The sheet, if the file has several")


class PairType(click.ParamType[tuple[str, str]]):
    """``left=right``; what stands left of the last ``=`` may be anything."""

    name = "pair"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """Read a pair."""
        if isinstance(value, tuple):
            return value
        left, _, right = str(value).rpartition("=")
        if not left.strip() or not right.strip():
            self.fail(f"「左=右」の形で指定してください / write it as left=right: {value}", param, ctx)
        return left.strip(), right.strip()


PAIR: Final = PairType()


@verb(
    "accept",
    ja="一覧の様式を確認して登録し、次からは見出しだけで正確に読む",
    en="Accept the form of a list, so that the next file with the same header is read exactly",
    keys={
        "": "name line path written fixed of sheets[] yaml",
        "sheets[]": "table fingerprint sheet header_row columns[] lacking[]",
        "sheets[].columns[]": _COLUMNS,
    },
    more=(
        "確かでない列（keiyu inspect の「要確認」）には --map か --ignore で答える。書いた YAML は直してよい。\n"
        "見出しの違うシートは一つの様式にまとめて登録する。列の記号はシート名を付けて書く（公立!D=capacity）。",
        "Answer for each column in review with --map or --ignore. The YAML that is written may be edited by hand.\n"
        "Sheets with different headers are one layout; write a column's letter with its sheet (公立!D=capacity).",
    ),
)
@FILE
@option("--line", required=True, metavar="LINE", ja="報告ライン", en="The line")
@option(
    "--map",
    "fields",
    multiple=True,
    type=PAIR,
    metavar=_PAIR,
    ja="列（記号か見出し）が表す項目。繰り返し可",
    en="The field that a column holds, named by its letter or header; may be repeated",
)
@option(
    "--ignore",
    "ignored",
    multiple=True,
    metavar="COLUMN",
    ja="使わない列（記号か見出し）。繰り返し可",
    en="A column that is not used; may be repeated",
)
@option(
    "--set",
    "values",
    multiple=True,
    type=PAIR,
    metavar="FIELD=VALUE",
    ja="列にはないが全行に共通の値（例 area_code=122041）",
    en="What every record says, though no column does (area_code=122041)",
)
@option("--name", metavar="NAME", ja="様式の名前（省略時はファイル名から）", en="Name of the layout; else the file's")
@SHEET
@option(
    "--by",
    default=OPERATOR,
    metavar="WHO",
    ja="確認した者（省略時は運用者）",
    en="Who has looked at it; the operator by default",
)
@option(
    "--dry-run", is_flag=True, ja="書かずに、書く内容だけを示す", en="Show what would be written, and write nothing"
)
def accept_command(
    screen: Screen,
    file: Path,
    line: str,
    fields: Sequence[tuple[str, str]],
    ignored: Sequence[str],
    values: Sequence[tuple[str, str]],
    name: str | None,
    sheet: str | None,
    by: str,
    dry_run: bool,
) -> None:
    """Accept the form of a list."""
    from keiyu.codes import areas
    from keiyu.read.confirm import Confirmations
    from keiyu.read.remember import accept

    schemas = settings().schemas
    confirmations = Confirmations(fields, ignored, dict(values))
    found = accept(
        file.read_bytes(),
        file.name,
        load_contract(line),
        confirmations,
        schemas=schemas,
        areas=areas.load(schemas),
        by=by,
        on=dt.datetime.now().astimezone().date(),
        name=name,
        sheet=sheet,
    )
    path = found.path if dry_run else found.write(schemas)
    result = {
        "name": found.name,
        "line": line,
        "path": path,
        "written": not dry_run,
        "fixed": dict(found.fixed),
        "of": found.of.code6 if found.of is not None else None,
        "sheets": list(map(_accepted, found.sheets)),
        "yaml": found.as_yaml(),
    }
    screen.show(result, lambda: _show_accepted(screen, result))


def _accepted(sheet: "AcceptedSheet") -> dict[str, Any]:
    return {
        "table": sheet.table,
        "fingerprint": sheet.fingerprint,
        "sheet": sheet.form.sheet,
        "header_row": sheet.form.row,
        "columns": list(_settled(sheet.columns)),
        "lacking": list(sheet.lacking),
    }


def _settled(columns: Sequence[Any]) -> Iterator[dict[str, Any]]:
    from keiyu.read.grid import letters

    for c in columns:
        yield {
            "column": letters(c.at),
            "header": " / ".join(text for text in (" ".join(t.split()) for t in c.stack) if text),
            "field": c.field.name if c.field is not None else None,
            "part": c.part,
            "confirmed": c.confirmed,
        }


def _show_accepted(screen: Screen, told: dict[str, Any]) -> None:
    if not told["written"]:
        screen.say(told["yaml"].rstrip())
        return
    for sheet in told["sheets"]:
        if len(told["sheets"]) > 1:
            screen.say(f"{sheet['sheet']} → {sheet['table']}")
        show_columns(screen, sheet["columns"], told["line"])
    lacking = ", ".join(dict.fromkeys(name for sheet in told["sheets"] for name in sheet["lacking"]))
    if lacking:
        screen.say(f"必要な項目の列がありません: {lacking}\nRequired fields that no column holds: {lacking}", "yellow")
    path = told["path"].relative_to(settings().schemas.parent)
    screen.say(f"様式「{told['name']}」を登録しました / accepted: {path}")


def show_columns(screen: Screen, columns: Sequence[dict[str, Any]], line: str) -> None:
    """Show what the columns of a form mean.

    Args:
        screen: where to.
        columns: column, header, field and whether a person confirmed it.
        line: the line whose form it is.
    """
    from keiyu import contract
    from keiyu.cli.inspected import labels_of

    lines = dict.fromkeys([line, *contract.lines(settings().schemas)])
    labels = labels_of(map(load_contract, lines))
    rows = [
        (
            c["column"],
            c["header"],
            f"{labels.get(c['field'], '')} {c['field']}".strip() if c["field"] else "（使わない / not used）",
            "確認" if c.get("confirmed") else "",
        )
        for c in columns
    ]
    screen.table(("列", "見出し / header", "項目 / field", "確認 / confirmed"), rows)
