"""From an ODCS schema object to a table of the model: records as they stand, cubes spread out wide."""

import itertools
from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from keiyu.contract import codelists, headers
from keiyu.contract.model import Dimension, Field, FieldType, Note, Table
from keiyu.contract.source import Source, custom

PERIOD: Final = "as_of"
"""Property of a cube that the collection gives: no column of a file."""
VALUE: Final = "value"
STATUS: Final = "value_status"


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
    wide = _wide(fields, dimensions, cube, source) if cube else fields
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
        wording=headers.build(element, wide, dimensions, source),
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
        weak_synonyms=tuple(props.get("weakSynonyms", ())),
        not_synonyms=tuple(props.get("notSynonyms", ())),
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


def _wide(
    fields: tuple[Field, ...], dimensions: tuple[Dimension, ...], cube: Mapping[str, Any], source: Source
) -> tuple[Field, ...]:
    tidy_only = {*cube["dimensions"], PERIOD, VALUE, STATUS}
    measure = next(f for f in fields if f.name == VALUE)
    kept = tuple(f for f in fields if f.name not in tidy_only)
    measures = list(_measures(measure, dimensions, cube))
    unknown = sorted(set(cube.get("named", {})) - {f.name for f in measures})
    if unknown:
        raise source.error(f"named: no column {', '.join(unknown)}")
    return kept + tuple(measures)


def _measures(measure: Field, dimensions: tuple[Dimension, ...], cube: Mapping[str, Any]) -> Iterator[Field]:
    omitted = frozenset(cube.get("omit", ()))
    for codes in itertools.product(*(d.codes for d in dimensions)):
        named = dict(zip((d.name for d in dimensions), codes, strict=True))
        told = {name: code.code for name, code in named.items()}
        if any(all(told[name] in left for name, left in part.items()) for part in cube.get("without", ())):
            continue
        ja = {name: code.label_ja for name, code in named.items()}
        en = {name: code.label_en for name, code in named.items()}
        name = headers.column(cube["columns"], told, omitted)
        yield Field(
            name=name,
            label_ja=cube["labelJa"].format_map(ja),
            label_en=cube["labelEn"].format_map(en),
            definition_ja=cube["definitionJa"].format_map(ja),
            definition_en=cube["definitionEn"].format_map(en),
            type=measure.type,
            required=measure.required,
            unit=measure.unit,
            concept=measure.concept,
            kind=measure.kind,
            synonyms=(*(s.format_map(ja) for s in cube.get("synonyms", ())), *cube.get("named", {}).get(name, ())),
            minimum=measure.minimum,
            maximum=measure.maximum,
            dimensions=told,
            source=measure.source,
            since=measure.since,
        )


def _refuse_twins(table: str, fields: tuple[Field, ...], source: Source) -> None:
    names = [f.name for f in fields]
    twins = sorted({n for n in names if names.count(n) > 1})
    if twins:
        raise source.error(f"{table}: columns stand twice: {', '.join(twins)}")
