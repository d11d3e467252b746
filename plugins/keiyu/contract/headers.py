"""From a table's custom properties to how files name its columns."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from keiyu.contract.code import Dimension
from keiyu.contract.model import Field
from keiyu.contract.source import Source, custom
from keiyu.contract.wording import Ambiguity, Composition, Wording


def build(
    element: Mapping[str, Any], fields: Sequence[Field], dimensions: Sequence[Dimension], source: Source
) -> Wording:
    """Build what is known of a table's headers.

    Args:
        element: the table's ODCS schema object.
        fields: its fields, wide.
        dimensions: its dimensions, where it is a cube.
        source: where it comes from.

    Returns:
        The wording.

    Raises:
        ContractError: it names a field, a dimension or a code that is not there.
    """
    props = custom(element)
    names = (element["businessName"], props["labelEn"], element["name"], *props.get("synonyms", ()))
    compositions = list(_composed(props.get("composed", ()), names, fields, source))
    if dimensions:
        compositions.append(_cube(element, names, fields, dimensions, source))
    known = {f.name for f in fields}
    ambiguous = tuple(_ambiguity(item, known, element["name"], source) for item in props.get("ambiguous", ()))
    return Wording(tuple(compositions), ambiguous, tuple(props.get("notAsked", ())))


def column(pattern: str, codes: Mapping[str, str], omitted: frozenset[str]) -> str:
    """Fill a pattern of names; an omitted code leaves its place out: ``{item}_{age}`` → ``capacity``."""
    kept = {name: "" if code in omitted else code for name, code in codes.items()}
    return "_".join(part for part in pattern.format_map(kept).split("_") if part)


def _cube(
    element: Mapping[str, Any],
    names: Sequence[str],
    fields: Sequence[Field],
    dimensions: Sequence[Dimension],
    source: Source,
) -> Composition:
    """Return the composition of a cube: its dimensions with all codes of their lists."""
    cube = custom(element)["cube"]
    lists: dict[str, dict[str, Any]] = {p["name"]: custom(p) for p in element["properties"]}
    whole = tuple(replace(d, codes=source.codes(lists[d.name]["codelist"])) for d in dimensions)
    found = {tuple(f.dimensions[d.name] for d in dimensions): f.name for f in fields if f.dimensions}
    return _composition(cube, names, whole, found, source)


def _composed(
    items: Sequence[Mapping[str, Any]], names: Sequence[str], fields: Sequence[Field], source: Source
) -> Iterator[Composition]:
    known = {f.name for f in fields}
    for item in items:
        dimensions = tuple(
            Dimension(d["name"], d["name"], d["name"], source.codes(d["codelist"])) for d in item["dimensions"]
        )
        omitted = frozenset(item.get("omit", ()))
        found = {}
        for codes in itertools.product(*(d.codes for d in dimensions)):
            told = {d.name: code.code for d, code in zip(dimensions, codes, strict=True)}
            name = column(item["columns"], told, omitted)
            if name in known:
                found[tuple(told.values())] = name
        if not found:
            raise source.error(f"composed {item['columns']}: no such field")
        yield _composition(item, names, dimensions, found, source)


def _composition(
    props: Mapping[str, Any],
    names: Sequence[str],
    dimensions: tuple[Dimension, ...],
    found: Mapping[tuple[str, ...], str],
    source: Source,
) -> Composition:
    default, unsaid = dict(props.get("default", {})), dict(props.get("unsaid", {}))
    codes = {d.name: {c.code for c in d.codes} for d in dimensions}
    wrong = [f"{name}: {code}" for name, code in (*default.items(), *unsaid.items()) if code not in codes.get(name, ())]
    if wrong:
        raise source.error(f"{wrong[0]} is no code of a dimension")
    return Composition(dimensions, found, tuple(dict.fromkeys((*names, *props.get("beside", ())))), default, unsaid)


def _ambiguity(item: Mapping[str, Any], known: set[str], table: str, source: Source) -> Ambiguity:
    unknown = sorted(set(item["fields"]) - known)
    if unknown:
        raise source.error(f"{table}: ambiguous names no field {', '.join(unknown)}")
    ja, en = item["ja"].strip(), item["en"].strip()
    return Ambiguity(tuple(item["labels"]), tuple(item["fields"]), ja, en, item.get("asked", False))
