"""SDMX-ML 3.0: the structure message that says what the columns and codes of an SDMX-CSV file are.

It has the dataflow that the file names, its data structure definition, the concepts with their definitions in
Japanese and English, and a code list for each coded dimension and for OBS_STATUS, CONF_STATUS and VALUE_STATUS, so
that any SDMX reader can validate the file.

Source: SDMX 3.0 Technical Specifications, section 3 (SDMX-ML), structure message.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

import pyarrow as pa
import pyarrow.compute as pc

from keiyu.codes.areas import Areas
from keiyu.codes.tables import lines
from keiyu.contract import codelists
from keiyu.contract.model import Contract, Field, NationalTable
from keiyu.publish import sdmx

_MES: Final = "http://www.sdmx.org/resources/sdmxml/schemas/v3_0/message"
_STR: Final = "http://www.sdmx.org/resources/sdmxml/schemas/v3_0/structure"
_COM: Final = "http://www.sdmx.org/resources/sdmxml/schemas/v3_0/common"
_XML: Final = "http://www.w3.org/XML/1998/namespace"
_URN: Final = "urn:sdmx:org.sdmx.infomodel"
_ID: Final = re.compile(r"[A-Za-z0-9_@$-]+")
_TIME: Final = "TIME_PERIOD"
_TYPES: Final = {"integer": "Long", "number": "Double", "date": "ObservationalTimePeriod"}
_STATUSES: Final = (sdmx.STATUS, sdmx.CONFIDENTIALITY, sdmx.OWN_STATUS)
_OWN: Final = "value_statuses"
_CODES: Final = "sdmx_codes.csv"
_COLUMNS: Final = ("codelist", "code_id", "label_ja", "label_en", "source")
_NAMES: Final = {
    sdmx.REF_AREA: ("地域", "Reference area"),
    sdmx.STATUS: ("観測値の状態", "Observation status"),
    sdmx.CONFIDENTIALITY: ("秘匿の状態", "Confidentiality status"),
}

Names = tuple[str, str | None]
"""Japanese and English; no English where there is none, as for a town."""


@dataclass(frozen=True)
class _Message:
    """What goes into a message.

    Attributes:
        told: what the columns are.
        table: the national table.
        lists: component → its codes with their names; none for a component whose values are not codes.
        version: version of everything in it.
    """

    told: sdmx.Structure
    table: NationalTable
    lists: Mapping[str, Mapping[str, Names]]
    version: str

    @property
    def dataflow(self) -> str:
        """Identifier of the dataflow."""
        return self.told.id.split(":", 1)[1].split("(", 1)[0]

    def urn(self, kind: str, name: str) -> str:
        """Return the URN of an artefact."""
        return f"{_URN}.{kind}={sdmx.AGENCY}:{name}({self.version})"

    def list_of(self, component: str) -> str:
        """Return the identifier of a component's code list; those of statuses are the same for every table."""
        return f"CL_{component}" if component in _STATUSES else f"CL_{self.dataflow}_{component}"

    def names(self, component: str) -> tuple[Names, Names]:
        """Return name and definition of a component."""
        column = {**self.told.dimensions, **self.told.attributes, sdmx.VALUE: self.told.value}.get(component)
        field = next((one for one in self.table.fields if one.name == column), None)
        if component in _STATUSES or field is None:
            names = _NAMES.get(component) or ((field.label_ja, field.label_en) if field else (component, component))
            return names, names
        return (field.label_ja, field.label_en), (field.definition_ja, field.definition_en)

    def type_of(self, component: str) -> str:
        """Return the SDMX type of a component's values."""
        column = {**self.told.dimensions, **self.told.attributes, sdmx.VALUE: self.told.value}.get(component)
        field: Field | None = next((one for one in self.table.fields if one.name == column), None)
        return _TYPES.get(field.type, "String") if field else "String"


def message(
    contract: Contract, table: str, rows: pa.Table, *, areas: Areas, schemas: Path, prepared: dt.datetime
) -> bytes:
    """Return the structure message of a tidy national table.

    Args:
        contract: the line.
        table: the table.
        rows: all its rows; the codes in them are those of the code lists.
        areas: the dated code tables, for the names of areas.
        schemas: the ``schemas/`` folder.
        prepared: when (aware).

    Raises:
        NotTidyError: the table has no column of values with their status.
        CodeTableError: a row of ``schemas/codes/sdmx_codes.csv`` cannot be used.
    """
    told = sdmx.structure(contract, table)
    [declared] = [one for one in contract.national if one.name == table]
    lists = dict(_dimension_lists(contract, told, rows, areas))
    lists |= {component: _statuses(component, schemas) for component in _STATUSES}
    return _written(_Message(told, declared, lists, contract.version), prepared)


def _statuses(component: str, schemas: Path) -> dict[str, Names]:
    """Return the codes of a status that stand in files, out of the cross-domain lists of SDMX or our own."""
    if component == sdmx.OWN_STATUS:
        return {code.code: (code.label_ja, code.label_en) for code in codelists.load(_OWN, schemas)}
    rows = (line.cells for line in lines(schemas / "codes" / _CODES, _COLUMNS))
    return {cells[1]: (cells[2], cells[3]) for cells in rows if cells[0] == component}


def _dimension_lists(
    contract: Contract, told: sdmx.Structure, rows: pa.Table, areas: Areas
) -> Iterator[tuple[str, dict[str, Names]]]:
    known = _labels(contract)
    for component, column in told.dimensions.items():
        if component == sdmx.REF_AREA:
            codes = [None] if column is None else _distinct(rows, column)
            dates = _distinct(rows, told.dimensions.get(_TIME) or "")
            yield component, dict(_area(code, areas, dates) for code in codes)
        elif column is not None and pa.types.is_string(rows.schema.field(column).type):
            found = _distinct(rows, column)
            if all(_ID.fullmatch(code) for code in found):
                yield component, {code: known.get(code, (code, code)) for code in found}


def _distinct(rows: pa.Table, column: str) -> list[Any]:
    if column not in rows.column_names:
        return []
    return sorted(value for value in pc.unique(rows[column]).to_pylist() if value is not None)


def _area(code: str | None, areas: Areas, dates: Sequence[dt.date]) -> tuple[str, Names]:
    if code is None:
        return sdmx.NATION, ("全国", "Japan")
    found = next((area for date in reversed(dates) if (area := areas.get(code, date))), None)
    name = code if found is None else found.name
    whole = name if found is None or found.prefecture_name == name else f"{found.prefecture_name}{name}"
    return f"{sdmx.NATION}-{code}", (whole, None)


def _labels(contract: Contract) -> dict[str, Names]:
    """Return what the codes that stand in a line's tidy tables are called; a dimension's own list goes first."""
    found: dict[str, Names] = {"headline": ("見出しの数値", "Headline figures")}
    for name, told in contract.headline.items():
        found.setdefault(name, (told["label_ja"], told["label_en"]))
    for table in contract.tables:
        found.setdefault(table.name, (table.label_ja, table.label_en))
        for dimension in table.dimensions:
            found |= {code.code: (code.label_ja, code.label_en) for code in dimension.codes}
    for codes in contract.codelists.values():
        for code in codes:
            found.setdefault(code.code, (code.label_ja, code.label_en))
    return found


def _written(told: _Message, prepared: dt.datetime) -> bytes:
    for prefix, space in (("mes", _MES), ("str", _STR), ("com", _COM)):
        ET.register_namespace(prefix, space)
    root = ET.Element(f"{{{_MES}}}Structure")
    header = ET.SubElement(root, f"{{{_MES}}}Header")
    ET.SubElement(header, f"{{{_MES}}}ID").text = told.dataflow
    ET.SubElement(header, f"{{{_MES}}}Test").text = "false"
    ET.SubElement(header, f"{{{_MES}}}Prepared").text = prepared.isoformat(timespec="seconds")
    ET.SubElement(header, f"{{{_MES}}}Sender", id=sdmx.AGENCY)
    body = ET.SubElement(root, f"{{{_MES}}}Structures")
    _dataflow(body, told)
    lists = _sub(body, "Codelists")
    for component, codes in told.lists.items():
        _codelist(lists, told, component, codes)
    _concepts(body, told)
    _definition(body, told)
    ET.indent(root, " ")
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _sub(parent: ET.Element, tag: str, text: str | None = None, **attributes: str) -> ET.Element:
    made = ET.SubElement(parent, f"{{{_STR}}}{tag}", attributes)
    made.text = text
    return made


def _named(element: ET.Element, names: Names, tag: str = "Name") -> ET.Element:
    for language, text in zip(("ja", "en"), names, strict=True):
        if text:
            ET.SubElement(element, f"{{{_COM}}}{tag}", {f"{{{_XML}}}lang": language}).text = text
    return element


def _artefact(parent: ET.Element, tag: str, told: _Message, name: str, names: Names) -> ET.Element:
    return _named(_sub(parent, tag, id=name, version=told.version, agencyID=sdmx.AGENCY), names)


def _dataflow(body: ET.Element, told: _Message) -> None:
    names = (told.table.label_ja, told.table.label_en)
    flow = _artefact(_sub(body, "Dataflows"), "Dataflow", told, told.dataflow, names)
    _named(flow, (told.table.definition_ja, told.table.definition_en), "Description")
    _sub(flow, "Structure", told.urn("datastructure.DataStructure", told.dataflow))


def _codelist(parent: ET.Element, told: _Message, component: str, codes: Mapping[str, Names]) -> None:
    made = _artefact(parent, "Codelist", told, told.list_of(component), told.names(component)[0])
    if component == sdmx.REF_AREA:
        made.set("isPartial", "true")
    for code, names in codes.items():
        _named(_sub(made, "Code", id=code), names)


def _concepts(body: ET.Element, told: _Message) -> None:
    names = (told.table.label_ja, told.table.label_en)
    scheme = _artefact(_sub(body, "ConceptSchemes"), "ConceptScheme", told, f"CS_{told.dataflow}", names)
    for component in told.told.components:
        name, definition = told.names(component)
        _named(_named(_sub(scheme, "Concept", id=component), name), definition, "Description")


def _definition(body: ET.Element, told: _Message) -> None:
    names = (told.table.label_ja, told.table.label_en)
    structure = _artefact(_sub(body, "DataStructures"), "DataStructure", told, told.dataflow, names)
    components = _sub(structure, "DataStructureComponents")
    dimensions = _sub(components, "DimensionList")
    ordered = [name for name in told.told.dimensions if name != _TIME]
    for position, name in enumerate(ordered, 1):
        _component(dimensions, "Dimension", told, name, position=str(position))
    if _TIME in told.told.dimensions:
        _component(dimensions, "TimeDimension", told, _TIME)
    attributes = _sub(components, "AttributeList")
    after = told.told.components[len(told.told.dimensions) + 1 :]
    for name in after:
        usage = "mandatory" if name in _STATUSES else "optional"
        made = _component(attributes, "Attribute", told, name, usage=usage)
        _sub(_sub(made, "AttributeRelationship"), "Observation")
    measures = _sub(components, "MeasureList")
    _component(measures, "Measure", told, sdmx.VALUE, usage="optional")


def _component(parent: ET.Element, tag: str, told: _Message, name: str, **attributes: str) -> ET.Element:
    made = _sub(parent, tag, id=name, **attributes)
    _sub(made, "ConceptIdentity", told.urn("conceptscheme.Concept", f"CS_{told.dataflow}") + f".{name}")
    form = _sub(made, "LocalRepresentation")
    if name in told.lists:
        _sub(form, "Enumeration", told.urn("codelist.Codelist", told.list_of(name)))
    else:
        _sub(form, "TextFormat", textType=told.type_of(name))
    return made
