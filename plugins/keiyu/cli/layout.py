"""Forms that cities keep: accepted once by a person, so that the next month's file is read exactly."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from keiyu.cli.accepting import FILE, SHEET, accept_command, show_columns
from keiyu.cli.family import Family
from keiyu.cli.forms import load_contract, settings
from keiyu.cli.screen import Screen
from keiyu.cli.verb import argument, option, verb

if TYPE_CHECKING:
    from keiyu.contract.model import Contract
    from keiyu.read.layouts import SheetLayout

_PRINT: Final = 12

_line = option("--line", metavar="LINE", ja="この報告ラインの様式だけ", en="Only layouts of this line")


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
            show_columns(screen, told["columns"], told["line"])

    screen.show({"layouts": layouts}, human)


@verb(
    "compare",
    ja="ファイルが最も近い登録済みの様式とどう違うかを示す",
    en="Show what differs in a file from the nearest known layout",
    keys={"": "file layout line exact changes[]", "changes[]": "rule_id sheet cell ja en"},
)
@FILE
@_line
@SHEET
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
