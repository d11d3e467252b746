"""SDMX-CSV 2.0: a tidy national table as every statistical office exchanges it.

A table is tidy where its YAML gives one column the concept ``OBS_VALUE`` and one ``OBS_STATUS``. Its key columns
are the dimensions, named by their concept or, without one, by the column. ``schemas/codes/observation_statuses.csv``
says which codes of the SDMX cross-domain lists CL_OBS_STATUS and CL_CONF_STATUS stand for a ``value_status``.

An area is ``JP-131016``, the nation ``JP``: text to every reader, so that no leading 0 is lost even where a reader
takes columns of digits for numbers. A missing value is an empty cell, never 0 and never ``NaN``.

Source: SDMX 3.0 Technical Specifications, SDMX-CSV 2.0 field guide.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final

import pyarrow as pa

from keiyu.codes.tables import lines
from keiyu.contract.model import Contract, Field, NationalTable
from keiyu.errors import ConfigurationError, UserError

AGENCY: Final = "KEIYU"
NATION: Final = "JP"
VALUE: Final = "OBS_VALUE"
STATUS: Final = "OBS_STATUS"
CONFIDENTIALITY: Final = "CONF_STATUS"
OWN_STATUS: Final = "VALUE_STATUS"
UNIT: Final = "UNIT_MEASURE"
REF_AREA: Final = "REF_AREA"

_AREA_CODE: Final = "localGovernmentCode"
_COMPONENT: Final = re.compile(r"[A-Z][A-Z0-9_]*")
_CODES: Final = "observation_statuses.csv"
_COLUMNS: Final = ("value_status", "has_value", "obs_status", "conf_status", "label_ja", "label_en", "source")
_FIRST: Final = ("STRUCTURE", "STRUCTURE_ID", "ACTION")
_INFORMATION: Final = "I"


@dataclass(eq=False)
class NotTidyError(UserError):
    """A national table that has no single column of values, and so no observations."""

    table: str
    tidy: str

    code: ClassVar[str] = "KEIYU-178"
    ja: ClassVar[str] = "全国表「{table}」は縦持ちではないため SDMX にできません。できるもの: {tidy}"
    en: ClassVar[str] = "National table {table!r} is not tidy and cannot be SDMX; those that can: {tidy}."


@dataclass(eq=False)
class UnmappedStatusError(ConfigurationError):
    """A status of a value for which no SDMX code is given."""

    status: str
    has_value: str

    code: ClassVar[str] = "KEIYU-278"
    ja: ClassVar[str] = "schemas/codes/observation_statuses.csv に {status}（値あり: {has_value}）の行がありません。"
    en: ClassVar[str] = (
        "schemas/codes/observation_statuses.csv has no row for status {status} with has_value {has_value}."
    )


@dataclass(frozen=True)
class Structure:
    """What the columns of a table are in SDMX.

    Attributes:
        id: ``agency:dataflow(version)``.
        dimensions: component → column; no column for the nation of a table without areas.
        value: column of the values.
        status: column of the statuses.
        attributes: component → column, beside ``OBS_STATUS``, ``CONF_STATUS``.
        unit: unit of every value; none where a column says it.
    """

    id: str
    dimensions: Mapping[str, str | None]
    value: str
    status: str
    attributes: Mapping[str, str]
    unit: str | None

    @property
    def components(self) -> tuple[str, ...]:
        """The components in the order of the file: dimensions, the measure, attributes."""
        unit = (UNIT,) if self.unit and UNIT not in self.attributes else ()
        return (*self.dimensions, VALUE, STATUS, CONFIDENTIALITY, *self.attributes, *unit)


def structure(contract: Contract, table: str) -> Structure:
    """Return what the columns of a national table are in SDMX.

    Raises:
        NotTidyError: the table has no column of values with their status.
    """
    tidy = {one.name: one for one in contract.national if _is_tidy(one)}
    if table not in tidy:
        raise NotTidyError(table, ", ".join(tidy) or "—")
    return _structure(contract, tidy[table])


def encode(told: Structure, rows: pa.Table, schemas: Path) -> bytes:
    """Return rows as SDMX-CSV 2.0 (UTF-8, no BOM, LF).

    Args:
        told: what the columns are.
        rows: the rows of the national table.
        schemas: the folder that holds ``codes/observation_statuses.csv``.

    Raises:
        UnmappedStatusError: a status has no SDMX code.
        CodeTableError: a row of the code table cannot be used.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((*_FIRST, *told.components))
    columns = list(_columns(told, rows, _statuses(schemas)))
    fixed = ("dataflow", told.id, _INFORMATION)
    writer.writerows((*fixed, *cells) for cells in zip(*columns, strict=True))
    return text.getvalue().encode()


def _columns(
    told: Structure, rows: pa.Table, codes: Mapping[tuple[str, bool], tuple[str, str]]
) -> Iterator[Iterable[Any]]:
    """Yield the cells of each component, in the order of ``Structure.components``."""
    for component, column in told.dimensions.items():
        cells = [None] * rows.num_rows if column is None else rows[column].to_pylist()
        yield map(_area, cells) if component == REF_AREA else cells
    values, statuses = rows[told.value].to_pylist(), rows[told.status].to_pylist()
    yield values
    mapped = [_mapped(codes, status, value is not None) for status, value in zip(statuses, values, strict=True)]
    yield (status for status, _ in mapped)
    yield (confidentiality for _, confidentiality in mapped)
    yield from (rows[column].to_pylist() for column in told.attributes.values())
    if told.unit and UNIT not in told.attributes:
        yield [told.unit] * rows.num_rows


def _area(code: str | None) -> str:
    return NATION if code is None else f"{NATION}-{code}"


def _mapped(codes: Mapping[tuple[str, bool], tuple[str, str]], status: str, has_value: bool) -> tuple[str, str]:
    try:
        return codes[status, has_value]
    except KeyError:
        raise UnmappedStatusError(str(status), str(has_value).lower()) from None


def _statuses(schemas: Path) -> dict[tuple[str, bool], tuple[str, str]]:
    """Return (status, whether there is a value) → OBS_STATUS and CONF_STATUS."""
    rows = (line.cells for line in lines(schemas / "codes" / _CODES, _COLUMNS))
    return {(cells[0], cells[1] == "true"): (cells[2], cells[3]) for cells in rows}


def _is_tidy(table: NationalTable) -> bool:
    concepts = [field.concept for field in table.fields]
    return concepts.count(VALUE) == 1 and concepts.count(STATUS) == 1


def _structure(contract: Contract, table: NationalTable) -> Structure:
    by_concept = {field.concept: field for field in table.fields}
    value, status = by_concept[VALUE], by_concept[STATUS]
    dimensions: dict[str, str | None] = {_dimension(field): field.name for field in table.fields if field.key}
    counts = {field.name.upper(): field.name for field in table.fields if _is_count(field)}
    unit = {UNIT: by_concept[UNIT].name} if UNIT in by_concept else {}
    return Structure(
        f"{AGENCY}:{contract.line}_{table.name}({contract.version})".upper(),
        dimensions if REF_AREA in dimensions else {REF_AREA: None, **dimensions},
        value.name,
        status.name,
        {OWN_STATUS: status.name, **counts, **unit},
        value.unit,
    )


def _dimension(field: Field) -> str:
    if field.concept == _AREA_CODE:
        return REF_AREA
    return field.concept if field.concept and _COMPONENT.fullmatch(field.concept) else field.name.upper()


def _is_count(field: Field) -> bool:
    """Whether a column qualifies the value by a number, such as how many of its parts are missing."""
    return field.type in ("integer", "number") and not field.key and field.concept != VALUE
