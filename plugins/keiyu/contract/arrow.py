"""The Arrow schema of a core table: types, and what each column means in its metadata."""

from typing import Final

import pyarrow as pa

from keiyu.contract.model import Field, Table

TYPES: Final[dict[str, pa.DataType]] = {
    "string": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "date": pa.date32(),
    "time": pa.string(),
    "boolean": pa.bool_(),
}
"""Arrow type of a logical type. A time of day is text ``HH:MM``: Parquet readers disagree on TIME."""

MARKS: Final = pa.list_(
    pa.struct([pa.field("field", pa.string()), pa.field("status", pa.string()), pa.field("raw", pa.string())])
)
"""The marks of a row: field, value status and raw text of each value that is not simply a reported figure."""

PROVENANCE: Final = (
    pa.field("entry_id", pa.string(), nullable=False),
    pa.field("submission_id", pa.string(), nullable=False),
    pa.field("source_row", pa.int32(), nullable=False),
    pa.field("marks", MARKS),
)
"""Columns that tie a core row to the submission and the row of the file it came from."""


def schema(table: Table, *, provenance: bool = False) -> pa.Schema:
    """Return the Arrow schema of a core table, wide.

    Args:
        table: the table.
        provenance: add the columns that tie a row to its submission.

    Returns:
        The schema. Only required key columns are non-null: a figure may be missing for a reason kept in ``marks``.
    """
    fields = [field(f) for f in table.fields]
    if provenance:
        fields += PROVENANCE
    return pa.schema(fields, metadata=_present(_labels(table)))


def field(column: Field) -> pa.Field:
    """Return the Arrow field of a column, with its labels, definitions, unit, concept and codes as metadata."""
    facts = {
        **_labels(column),
        "unit": column.unit,
        "concept": column.concept,
        "codelist": column.codelist,
        "source": column.source,
        "since": column.since,
        **{f"dimension:{name}": code for name, code in column.dimensions.items()},
    }
    return pa.field(
        column.name, TYPES[column.type], nullable=not (column.key and column.required), metadata=_present(facts)
    )


def _labels(element: Field | Table) -> dict[str, str | None]:
    return {
        "label_ja": element.label_ja,
        "label_en": element.label_en,
        "definition_ja": element.definition_ja,
        "definition_en": element.definition_en,
    }


def _present(facts: dict[str, str | None]) -> dict[str, str]:
    return {name: text for name, text in facts.items() if text}
