"""Known forms of a line, from ``schemas/lines/<line>/layouts/*.yaml``.

Only what a contract cannot say by itself needs a file: the line's own template and flat tables with one
header row are read from the contract alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from keiyu.contract.model import Contract
from keiyu.contract.source import read_yaml
from keiyu.errors import ContractError
from keiyu.read import fold


@dataclass(frozen=True)
class SheetLayout:
    """One sheet of a known form.

    Attributes:
        layout: name of the form.
        table: table of the contract.
        levels: dimension of each header row, from the top; empty where the header is one row.
        columns: folded header text → field, beside the contract's own labels.
        ignore: folded headers that the form carries and the line does not ask for.
    """

    layout: str
    table: str
    levels: tuple[str, ...]
    columns: Mapping[str, str]
    ignore: frozenset[str]


def load(contract: Contract, schemas: Path) -> tuple[SheetLayout, ...]:
    """Load the known forms of a line.

    Args:
        contract: the line.
        schemas: the ``schemas/`` folder.

    Returns:
        Their sheets, by name of the form.

    Raises:
        ContractError: a file breaks its JSON Schema or names what the contract does not have.
    """
    paths = sorted((contract.folder / "layouts").glob("*.yaml"))
    return tuple(sheet for path in paths for sheet in _sheets(path, contract, schemas))


def _sheets(path: Path, contract: Contract, schemas: Path) -> list[SheetLayout]:
    document: Mapping[str, Any] = read_yaml(path, schemas / "schema" / "layout.json")
    if document["layout"] != path.stem:
        raise ContractError(str(path), f"layout {document['layout']} is not the file's name")
    ignore = frozenset(map(fold.label, document.get("ignore", ())))
    return [_sheet(path, document["layout"], item, ignore, contract) for item in document["sheets"]]


def _sheet(path: Path, name: str, item: Mapping[str, Any], ignore: frozenset[str], contract: Contract) -> SheetLayout:
    if item["table"] not in contract.table_names:
        raise ContractError(str(path), f"the line has no table {item['table']}")
    table = contract.table(item["table"])
    levels = tuple(item.get("levels", ()))
    if levels and sorted(levels) != sorted(d.name for d in table.dimensions):
        raise ContractError(str(path), f"levels {levels} are not the dimensions of {table.name}")
    named = item.get("columns", {})
    unknown = sorted(set(named) - set(table.by_name))
    if unknown:
        raise ContractError(str(path), f"{table.name} has no field {', '.join(unknown)}")
    columns = {fold.label(text): field for field, texts in named.items() for text in texts}
    return SheetLayout(name, table.name, levels, columns, ignore)
