"""National tables: ``schemas/lines/<line>/tables/<name>.sql`` with ``<name>.yaml`` beside it.

Those that read other collections or lines too lie in ``tables/across/``.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from keiyu.contract.model import Field, NationalTable, Table
from keiyu.contract.source import read_yaml
from keiyu.errors import ContractError


def load(folder: Path, tables: Sequence[Table], schemas: Path) -> tuple[NationalTable, ...]:
    """Load the national tables of a line.

    Args:
        folder: the line's ``tables/`` folder; it may be absent.
        tables: the line's core tables, for ``all_of``.
        schemas: the ``schemas/`` folder.

    Returns:
        The tables in the order of their file names.

    Raises:
        ContractError: a query has no description or a description no query, or names a table that is not there.
    """
    queries = {p.stem for p in folder.glob("*.sql")}
    described = {p.stem for p in folder.glob("*.yaml")}
    lonely = sorted(queries ^ described)
    if lonely:
        raise ContractError(str(folder / lonely[0]), "a national table needs both its .sql and its .yaml")
    return tuple(_table(folder / f"{name}.yaml", tables, schemas) for name in sorted(queries))


def _table(path: Path, tables: Sequence[Table], schemas: Path) -> NationalTable:
    document = read_yaml(path, schemas / "schema" / "national_table.json")
    if document["name"] != path.stem:
        raise ContractError(str(path), f"name {document['name']} is not the file's name")
    return NationalTable(
        name=document["name"],
        label_ja=document["label_ja"],
        label_en=document["label_en"],
        definition_ja=document["definition_ja"].strip(),
        definition_en=document["definition_en"].strip(),
        fields=tuple(_fields(document["columns"], {t.name: t for t in tables}, path)),
        sql=path.with_suffix(".sql"),
        sharded=document["sharded"],
        derived=document.get("derived", False),
        open=tuple(document.get("open", ())),
        restricted=document.get("restricted", False),
    )


def _fields(columns: Sequence[Mapping[str, Any]], tables: Mapping[str, Table], path: Path) -> Iterator[Field]:
    seen: set[str] = set()
    for column in columns:
        for field in _expand(column, tables, path):
            if field.name in seen:
                raise ContractError(str(path), f"column {field.name} stands twice")
            seen.add(field.name)
            yield field


def _expand(column: Mapping[str, Any], tables: Mapping[str, Table], path: Path) -> tuple[Field, ...]:
    if "all_of" not in column:
        return (_field(column),)
    table = tables.get(column["all_of"])
    if table is None:
        raise ContractError(str(path), f"no core table {column['all_of']}")
    return table.measures or table.fields


def _field(column: Mapping[str, Any]) -> Field:
    return Field(
        name=column["name"],
        label_ja=column["label_ja"],
        label_en=column["label_en"],
        definition_ja=column["definition_ja"].strip(),
        definition_en=column["definition_en"].strip(),
        type=column["type"],
        key=column.get("key", False),
        unit=column.get("unit"),
        concept=column.get("concept"),
        source=column.get("source"),
        since=column.get("since", "1.0.0"),
    )
