"""What a contract promises to those who fill in its forms and read its tables, apart from its files.

Columns with their types, units, keys and ranges, and the codes that may stand in them: what programs rely on. It is
kept with each release (``interface.json``), and is enough to say what a later contract breaks and since when a column
has been there.
"""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from keiyu.contract.model import Contract, Field


@dataclass(frozen=True, slots=True)
class Column:
    """What is promised of a column.

    Attributes:
        type: logical type.
        unit: unit of measure.
        key: whether it is part of the table's key.
        required: whether a blank is an error.
        minimum: least value.
        maximum: greatest value.
        pattern: regular expression for text.
        since: version of the contract that brought it.
        first: earliest reference date (ISO) that was released with it; none before the first release.
    """

    type: str
    unit: str | None = None
    key: bool = False
    required: bool = False
    minimum: float | None = None
    maximum: float | None = None
    pattern: str | None = None
    since: str = "1.0.0"
    first: str | None = None

    @classmethod
    def of(cls, field: Field) -> Self:
        """Return what a field promises."""
        limits = (field.minimum, field.maximum, field.pattern)
        return cls(field.type, field.unit, field.key, field.required, *limits, field.since)


@dataclass(frozen=True)
class Interface:
    """What a contract promises.

    Attributes:
        line: the line.
        version: version of the contract.
        tables: table → column → what is promised of it; a table that is not a core table has its kind before
            its name, as in ``national.<table>``.
        codes: code list → its codes.
        dimensions: ``table.dimension`` → the codes that it uses.
    """

    line: str
    version: str
    tables: Mapping[str, Mapping[str, Column]]
    codes: Mapping[str, Sequence[str]]
    dimensions: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, contract: Contract) -> Self:
        """Return what a contract promises."""
        tables = {table.name: table.fields for table in contract.tables}
        for kind, made in (
            ("national", contract.national),
            ("across", contract.across),
            ("estimate", contract.estimate),
        ):
            tables |= {_name(kind, table.name): table.fields for table in made}
        return cls(
            contract.line,
            contract.version,
            {name: {field.name: Column.of(field) for field in fields} for name, fields in tables.items()},
            {name: [code.code for code in codes] for name, codes in contract.codelists.items()},
            {f"{t.name}.{d.name}": [code.code for code in d.codes] for t in contract.tables for d in t.dimensions},
        )

    def after(self, former: "Interface | None", as_of: dt.date) -> "Interface":
        """Return it with what earlier releases tell of each column: since which version, since which collection.

        A column that the former release has is as old as it is there. A new one came with the version that its
        contract names or, where that is no later than the former release's, with the contract's own.

        Args:
            former: the interface of the line's last release; none before the first.
            as_of: reference date of the collection that is released now.
        """
        known = former.tables if former else {}
        return replace(
            self,
            tables={
                table: {
                    name: self._dated(column, known.get(table, {}).get(name), former, as_of.isoformat())
                    for name, column in columns.items()
                }
                for table, columns in self.tables.items()
            },
        )

    def _dated(self, column: Column, before: Column | None, former: "Interface | None", as_of: str) -> Column:
        if before is not None:
            return replace(column, since=before.since, first=min(before.first or as_of, as_of))
        late = former is not None and version(column.since) <= version(former.version)
        return replace(column, since=self.version if late else column.since, first=as_of)

    def columns(self, kind: str, table: str) -> Mapping[str, Column]:
        """Return what is promised of the columns of a ``core``, ``national``, ``across`` or ``estimate`` table."""
        return self.tables[_name(kind, table)]

    def as_json(self) -> bytes:
        """Return it as JSON; what is not said of a column is left out."""
        told = {
            "line": self.line,
            "version": self.version,
            "tables": {table: {n: _told(c) for n, c in columns.items()} for table, columns in self.tables.items()},
            "codes": self.codes,
            "dimensions": self.dimensions,
        }
        return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()

    @classmethod
    def from_json(cls, data: bytes) -> Self:
        """Read what ``as_json`` wrote."""
        told = json.loads(data)
        tables = {table: {n: Column(**c) for n, c in columns.items()} for table, columns in told["tables"].items()}
        return cls(told["line"], told["version"], tables, told["codes"], told["dimensions"])


def version(text: str) -> tuple[int, ...]:
    """Return the numbers of a semantic version, to be compared."""
    return tuple(int(part) for part in text.split("."))


def _name(kind: str, table: str) -> str:
    return table if kind == "core" else f"{kind}.{table}"


def _told(column: Column) -> dict[str, Any]:
    values = {name: getattr(column, name) for name in Column.__slots__}
    return {name: value for name, value in values.items() if value is not None and value is not False}
