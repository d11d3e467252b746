"""Known forms of a line, from ``schemas/lines/<line>/layouts/*.yaml``.

Only what a contract cannot say by itself needs a file: the line's own template and flat tables with one
header row are read from the contract alone. A form of a cube names the dimension of each header row; a form
of records says what each column holds, as ``keiyu layout accept`` writes it or as a person does by hand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from keiyu.contract.model import Contract
from keiyu.contract.source import read_yaml
from keiyu.contract.vocabulary import vocabulary
from keiyu.errors import ContractError
from keiyu.read import fold
from keiyu.read.form import Form
from keiyu.read.grid import column_of

FOLDER: Final = "layouts"


@dataclass(frozen=True, eq=False)
class SheetLayout:
    """One sheet of a known form.

    Attributes:
        layout: name of the form.
        table: table of the contract.
        levels: dimension of each header row, from the top; empty where the header is one row.
        columns: folded header text → field, beside the contract's own labels.
        ignore: folded headers that the form carries and the line does not ask for.
        form: the header as it was accepted; none for a form that says only what its texts mean.
        held: column → the field that it holds, none where the line does not ask for it; of ``form`` alone.
        parts: field → the columns in which its parts lie.
        fixed: field → what every record of the form says of it, though no column does.
        accepted: when it was accepted, ISO.
        by: who accepted it.
        source: where the form comes from.
        of: the municipality whose form it is, six digits, where that is known; what has changed is told to it alone.
    """

    layout: str
    table: str
    levels: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    ignore: frozenset[str] = frozenset()
    form: Form | None = None
    held: Mapping[int, str | None] = field(default_factory=dict)
    parts: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    accepted: str | None = None
    by: str | None = None
    source: str | None = None
    of: str | None = None

    @property
    def named(self) -> tuple[str, str]:
        """What to call the form, in Japanese and in English."""
        return f"登録済みの様式「{self.layout}」", f"the known layout {self.layout}"

    @property
    def evidence(self) -> tuple[str, str]:
        """What speaks for a column that the form settles, in Japanese and in English."""
        day_ja, day_en = (f"（{self.accepted} 登録）", f" accepted on {self.accepted}") if self.accepted else ("", "")
        return f"登録済みの様式「{self.layout}」{day_ja}", f"known layout {self.layout}{day_en}"


def load(contract: Contract, schemas: Path) -> tuple[SheetLayout, ...]:
    """Load the known forms of a line.

    Args:
        contract: the line.
        schemas: the ``schemas/`` folder.

    Returns:
        Their sheets, by name of the form.

    Raises:
        ContractError: a file breaks its JSON Schema, names what the contract does not have, or has the header of
            another.
    """
    paths = sorted((contract.folder / FOLDER).glob("*.yaml"))
    fields = frozenset(vocabulary(contract).terms) if paths else frozenset()
    sheets = tuple(sheet for path in paths for sheet in _sheets(path, contract, schemas, fields))
    _tell_apart(sheets, contract)
    return sheets


def _tell_apart(sheets: Sequence[SheetLayout], contract: Contract) -> None:
    seen: dict[str, str] = {}
    for sheet in sheets:
        if sheet.form is None:
            continue
        first = seen.setdefault(sheet.form.fingerprint(contract.line, sheet.table), sheet.layout)
        if first != sheet.layout:
            path = contract.folder / FOLDER / f"{sheet.layout}.yaml"
            raise ContractError(str(path), f"layout {first} has the same header")


def _sheets(path: Path, contract: Contract, schemas: Path, fields: frozenset[str]) -> list[SheetLayout]:
    document: Mapping[str, Any] = read_yaml(path, schemas / "schema" / "layout.json")
    if document["layout"] != path.stem:
        raise ContractError(str(path), f"layout {document['layout']} is not the file's name")
    return [_sheet(path, document, item, contract, fields) for item in document["sheets"]]


def _sheet(
    path: Path, document: Mapping[str, Any], item: Mapping[str, Any], contract: Contract, fields: frozenset[str]
) -> SheetLayout:
    if item["table"] not in contract.table_names:
        raise ContractError(str(path), f"the line has no table {item['table']}")
    table = contract.table(item["table"])
    levels = tuple(item.get("levels", ()))
    if levels and sorted(levels) != sorted(d.name for d in table.dimensions):
        raise ContractError(str(path), f"levels {levels} are not the dimensions of {table.name}")
    told = item.get("columns", {})
    placed = told if isinstance(told, list) else []
    named = told if isinstance(told, Mapping) else {}
    fixed = item.get("fixed", {})
    unknown = sorted((set(named) - set(table.by_name)) | ({*_fields(placed), *fixed} - fields))
    if unknown:
        raise ContractError(str(path), f"{table.name} has no field {', '.join(unknown)}")
    accepted = document.get("accepted", {})
    return SheetLayout(
        layout=document["layout"],
        table=table.name,
        levels=levels,
        columns={fold.label(text): name for name, texts in named.items() for text in texts},
        ignore=frozenset(map(fold.label, document.get("ignore", ()))),
        form=_form(path, item, placed) if placed else None,
        held={column_of(c["column"]): c.get("field") for c in placed},
        parts=_parts(path, placed),
        fixed=fixed,
        accepted=accepted.get("on"),
        by=accepted.get("by"),
        source=document.get("source"),
        of=document.get("of"),
    )


def _fields(placed: Sequence[Mapping[str, Any]]) -> set[str]:
    return {c["field"] for c in placed if "field" in c}


def _form(path: Path, item: Mapping[str, Any], placed: Sequence[Mapping[str, Any]]) -> Form:
    """Put the header together again from what stands over each column."""
    told = {column_of(c["column"]): c["header"] for c in placed}
    if len(told) < len(placed):
        raise ContractError(str(path), f"table {item['table']} names a column twice")
    stacks = {at: (text,) if isinstance(text, str) else tuple(text) for at, text in told.items()}
    depth = max(map(len, stacks.values()))
    width = max((at for at, stack in stacks.items() if any(map(str.strip, stack))), default=-1) + 1
    whole = [stacks.get(at, ()) for at in range(width)]
    padded = tuple((*("",) * (depth - len(stack)), *stack) for stack in whole)
    return Form(padded, item.get("sheet"), item.get("header_row"))


def _parts(path: Path, placed: Sequence[Mapping[str, Any]]) -> dict[str, tuple[int, ...]]:
    """Return the fields that lie in several columns; two columns of one field that are no parts of it are wrong."""
    held: dict[str, list[tuple[int, str]]] = {}
    for column in placed:
        if "field" in column:
            held.setdefault(column["field"], []).append((column.get("part", 0), column["column"]))
    for name, seats in held.items():
        if len({part for part, _ in seats}) < len(seats) or (len(seats) > 1 and not all(part for part, _ in seats)):
            raise ContractError(str(path), f"columns {', '.join(c for _, c in seats)} all hold {name}")
    return {n: tuple(column_of(c) for _, c in sorted(seats)) for n, seats in held.items() if len(seats) > 1}
