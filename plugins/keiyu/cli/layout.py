"""Forms that cities keep: accepted once by a person, so that the next month's file is read exactly."""

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from keiyu.cli.family import Family
from keiyu.cli.forms import load_contract, settings
from keiyu.cli.identity import OPERATOR
from keiyu.cli.screen import Screen
from keiyu.cli.verb import argument, option, verb

if TYPE_CHECKING:
    from keiyu.contract.model import Contract
    from keiyu.read.layouts import SheetLayout
    from keiyu.read.remember import AcceptedSheet

_PAIR: Final = "COLUMN=FIELD"
_PRINT: Final = 12
_COLUMNS: Final = "column header field part confirmed"

_file = argument(
    "file",
    metavar="FILE",
    ja="一覧のファイル（xlsx, xls, ods, csv, json, geojson）",
    en="A list (xlsx, xls, ods, csv, json, geojson)",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
_line = option("--line", metavar="LINE", ja="この報告ラインの様式だけ", en="Only layouts of this line")
_sheet = option(
    "--sheet", metavar="SHEET", ja="表のあるシート（省略時は自動）", en="The sheet, if the file has several"
)


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
@_file
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
@_sheet
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
        _show_columns(screen, sheet["columns"])
    lacking = ", ".join(dict.fromkeys(name for sheet in told["sheets"] for name in sheet["lacking"]))
    if lacking:
        screen.say(f"必要な項目の列がありません: {lacking}\nRequired fields that no column holds: {lacking}", "yellow")
    path = told["path"].relative_to(settings().schemas.parent)
    screen.say(f"様式「{told['name']}」を登録しました / accepted: {path}")


def _show_columns(screen: Screen, columns: Sequence[dict[str, Any]]) -> None:
    rows = [
        (c["column"], c["header"], c["field"] or "（使わない / not used）", "確認" if c.get("confirmed") else "")
        for c in columns
    ]
    screen.table(("列", "見出し / header", "項目 / field", "確認 / confirmed"), rows)


@verb(
    "list",
    ja="登録済みの様式の一覧",
    en="List the known layouts",
    keys={"": "layouts[]", "layouts[]": "name line table columns accepted by source of fingerprint"},
)
@_line
def list_command(screen: Screen, line: str | None) -> None:
    """List the known layouts."""
    told = [_told(contract, sheet) for contract, sheet in _known(line)]
    rows = [
        (t["name"], t["line"], t["table"], t["columns"], t["accepted"], t["by"], (t["fingerprint"] or "")[:_PRINT])
        for t in told
    ]
    heads = (
        "様式 / layout",
        "ライン / line",
        "表 / table",
        "列 / columns",
        "登録日 / on",
        "者 / by",
        "指紋 / fingerprint",
    )
    screen.show({"layouts": told}, lambda: screen.table(heads, rows))


@verb(
    "show",
    ja="登録済みの様式の中身",
    en="Show a known layout",
    keys={
        "": "layouts[]",
        "layouts[]": "name line table path sheet header_row accepted by source of fingerprint levels[] fixed columns[]",
        "layouts[].columns[]": "column header field part",
    },
)
@argument("name", metavar="NAME", ja="様式の名前", en="Name of the layout")
@_line
def show_command(screen: Screen, name: str, line: str | None) -> None:
    """Show a known layout."""
    from keiyu.read.refusals import LayoutUnknownError

    known = _known(line)
    layouts = [_whole(contract, sheet) for contract, sheet in known if sheet.layout == name]
    if not layouts:
        raise LayoutUnknownError(name, _names(known))

    def human() -> None:
        for told in layouts:
            screen.say(f"{told['name']} ({told['line']} / {told['table']}) {told['path']}")
            _show_columns(screen, told["columns"])

    screen.show({"layouts": layouts}, human)


@verb(
    "compare",
    ja="ファイルが最も近い登録済みの様式とどう違うかを示す",
    en="Show what differs in a file from the nearest known layout",
    keys={"": "file layout line exact changes[]", "changes[]": "rule_id sheet cell ja en"},
)
@_file
@_line
@_sheet
def compare_command(screen: Screen, file: Path, line: str | None, sheet: str | None) -> None:
    """Compare a file with the nearest known layout."""
    from keiyu.codes import areas
    from keiyu.read.general.rows import is_list
    from keiyu.read.inspect import changes_of
    from keiyu.read.refusals import NothingNearError
    from keiyu.read.remember import examine

    schemas = settings().schemas
    known = _known(line)
    contracts = [c for c in _contracts(line) if line is not None or is_list(c)]
    tables = examine(file.read_bytes(), file.name, contracts, schemas, areas.load(schemas), sheet)
    memories = [memory for table in tables if (memory := table.understanding.memory) is not None]
    if not memories:
        raise NothingNearError(file.name, _names(known))
    exact = len(memories) == len(tables) and all(memory.exact for memory in memories)
    changes = [change for table in tables for change in changes_of(file.name, table, schemas)]
    result = {
        "file": file.name,
        "layout": memories[0].layout.layout,
        "line": tables[0].line.contract.line,
        "exact": exact,
        "changes": changes,
    }

    def human() -> None:
        same = "見出しは同じです / the same header" if exact else "違いがあります / it differs"
        screen.say(f"{file.name} → {result['layout']} ({result['line']}): {same}")
        for change in changes:
            sheet = change["sheet"] if len(tables) > 1 else None
            where = " ".join(filter(None, (sheet, change["cell"])))
            screen.say(f"{where} {change['ja']}\n{change['en']}".strip())

    screen.show(result, human)


def _contracts(line: str | None) -> list["Contract"]:
    from keiyu import contract

    return [load_contract(name) for name in ([line] if line else contract.lines(settings().schemas))]


def _known(line: str | None) -> list[tuple["Contract", "SheetLayout"]]:
    from keiyu.read import layouts

    schemas = settings().schemas
    return [(contract, sheet) for contract in _contracts(line) for sheet in layouts.load(contract, schemas)]


def _names(known: Sequence[tuple["Contract", "SheetLayout"]]) -> str:
    return "、".join(dict.fromkeys(sheet.layout for _, sheet in known)) or "—"


def _told(contract: "Contract", sheet: "SheetLayout") -> dict[str, Any]:
    return {
        "name": sheet.layout,
        "line": contract.line,
        "table": sheet.table,
        "columns": len(sheet.form.stacks) if sheet.form is not None else None,
        "accepted": sheet.accepted,
        "by": sheet.by,
        "source": sheet.source,
        "of": sheet.of,
        "fingerprint": sheet.form.fingerprint(contract.line, sheet.table) if sheet.form is not None else None,
    }


def _whole(contract: "Contract", sheet: "SheetLayout") -> dict[str, Any]:
    from keiyu.read.grid import letters

    form = sheet.form
    parts = {(name, at): n for name, seats in sheet.parts.items() for n, at in enumerate(seats, 1)}
    told = form.stacks if form is not None else ()
    columns = [
        {
            "column": letters(at),
            "header": form.said(at) if form is not None and at < len(told) else "",
            "field": sheet.held.get(at),
            "part": parts.get((sheet.held.get(at) or "", at)),
        }
        for at in sorted({*range(len(told)), *sheet.held})
    ] or [{"column": "", "header": text, "field": name, "part": None} for text, name in sheet.columns.items()]
    return {
        **_told(contract, sheet),
        "path": contract.folder / "layouts" / f"{sheet.layout}.yaml",
        "sheet": form.sheet if form is not None else None,
        "header_row": form.row if form is not None else None,
        "levels": list(sheet.levels),
        "fixed": dict(sheet.fixed),
        "columns": columns,
    }


layout_command: Final = Family(
    "layout",
    [accept_command, list_command, show_command, compare_command],
    ja="市区町村が普段から作っている一覧の様式を、登録し、調べる",
    en="Accept the forms of lists that cities keep, and look at them",
)
