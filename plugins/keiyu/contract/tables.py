"""From an ODCS schema object to a table of the model: records as they stand, cubes spread out wide."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from keiyu.contract import codelists
from keiyu.contract.model import Code, Dimension, Field, FieldType, Note, Table
from keiyu.contract.source import custom
from keiyu.errors import ContractError

PERIOD: Final = "as_of"
"""Property of a cube that the collection gives: no column of a file."""
VALUE: Final = "value"
STATUS: Final = "value_status"


@dataclass(frozen=True)
class Source:
    """Where a table comes from: the file, for errors, and the folder of its code lists."""

    path: Path
    schemas: Path

    def codes(self, name: str) -> tuple[Code, ...]:
        """Return a code list."""
        return codelists.load(name, self.schemas)

    def error(self, reason: str) -> ContractError:
        """Return the error that names the file."""
        return ContractError(str(self.path), reason)


def build(element: Mapping[str, Any], source: Source) -> Table:
    """Build a table from its ODCS schema object.

    Args:
        element: an item of the contract's ``schema``.
        source: where it comes from.

    Returns:
        The table; a cube's measures are the product of its dimensions' codes.

    Raises:
        ContractError: a code list is missing or two columns have one name.
    """
    props = custom(element)
    fields = tuple(field(p) for p in element["properties"])
    cube = props.get("cube")
    dimensions = _dimensions(element, cube, source) if cube else ()
    wide = _wide(fields, dimensions, cube) if cube else fields
    _refuse_twins(element["name"], wide, source)
    return Table(
        name=element["name"],
        label_ja=element["businessName"],
        label_en=props["labelEn"],
        definition_ja=element["description"].strip(),
        definition_en=props["definitionEn"].strip(),
        fields=wide,
        dimensions=dimensions,
        synonyms=tuple(props.get("synonyms", ())),
        tidy=fields if cube else (),
        notes=tuple(Note(n["ja"].strip(), n["en"].strip(), n.get("source")) for n in props.get("notes", ())),
    )


def field(element: Mapping[str, Any]) -> Field:
    """Build a field from an ODCS property."""
    props = custom(element)
    options = element.get("logicalTypeOptions", {})
    return Field(
        name=element["name"],
        label_ja=element["businessName"],
        label_en=props["labelEn"],
        definition_ja=element["description"].strip(),
        definition_en=props["definitionEn"].strip(),
        type=cast(FieldType, element["logicalType"]),
        required=element.get("required", False),
        key=element.get("primaryKey", False),
        unit=props.get("unit"),
        concept=props.get("concept"),
        codelist=props.get("codelist"),
        kind=props.get("kind"),
        synonyms=tuple(props.get("synonyms", ())),
        minimum=_number(options.get("minimum")),
        maximum=_number(options.get("maximum")),
        pattern=options.get("pattern"),
        source=props.get("source"),
        since=props.get("since", "1.0.0"),
    )


def _number(value: Any) -> float | None:
    return value if isinstance(value, int | float) else None


def _dimensions(element: Mapping[str, Any], cube: Mapping[str, Any], source: Source) -> tuple[Dimension, ...]:
    by_name = {p["name"]: p for p in element["properties"]}
    found = []
    for name in cube["dimensions"]:
        if name not in by_name:
            raise source.error(f"{element['name']}: no property for dimension {name}")
        prop, props = by_name[name], custom(by_name[name])
        codes = codelists.select(source.codes(props["codelist"]), props.get("codes"), path=str(source.path))
        found.append(Dimension(name, prop["businessName"], props["labelEn"], codes))
    return tuple(found)


def _wide(fields: tuple[Field, ...], dimensions: tuple[Dimension, ...], cube: Mapping[str, Any]) -> tuple[Field, ...]:
    tidy_only = {*cube["dimensions"], PERIOD, VALUE, STATUS}
    measure = next(f for f in fields if f.name == VALUE)
    kept = tuple(f for f in fields if f.name not in tidy_only)
    return kept + tuple(_measures(measure, dimensions, cube))


def _measures(measure: Field, dimensions: tuple[Dimension, ...], cube: Mapping[str, Any]) -> Iterator[Field]:
    omitted = frozenset(cube.get("omit", ()))
    for codes in itertools.product(*(d.codes for d in dimensions)):
        named = dict(zip((d.name for d in dimensions), codes, strict=True))
        ja = {name: code.label_ja for name, code in named.items()}
        en = {name: code.label_en for name, code in named.items()}
        yield Field(
            name=_column(cube["columns"], {n: c.code for n, c in named.items()}, omitted),
            label_ja=cube["labelJa"].format_map(ja),
            label_en=cube["labelEn"].format_map(en),
            definition_ja=cube["definitionJa"].format_map(ja),
            definition_en=cube["definitionEn"].format_map(en),
            type=measure.type,
            required=measure.required,
            unit=measure.unit,
            concept=measure.concept,
            synonyms=tuple(s.format_map(ja) for s in cube.get("synonyms", ())),
            minimum=measure.minimum,
            maximum=measure.maximum,
            dimensions={name: code.code for name, code in named.items()},
            source=measure.source,
            since=measure.since,
        )


def _column(pattern: str, codes: Mapping[str, str], omitted: frozenset[str]) -> str:
    """Fill the pattern; an omitted code leaves its place out: ``{item}_{age}`` → ``capacity``."""
    kept = {name: "" if code in omitted else code for name, code in codes.items()}
    return "_".join(part for part in pattern.format_map(kept).split("_") if part)


def _refuse_twins(table: str, fields: tuple[Field, ...], source: Source) -> None:
    names = [f.name for f in fields]
    twins = sorted({n for n in names if names.count(n) > 1})
    if twins:
        raise source.error(f"{table}: columns stand twice: {', '.join(twins)}")
