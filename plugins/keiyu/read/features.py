"""JSON and GeoJSON: records, objects keyed by an identifier, columns, lines of JSON, features; grids of properties.

The first row of such a grid is the names of the properties in the order in which they first appear; record *n* of
the file is row *n* behind it. What stands beside the properties comes behind them: a point as latitude and
longitude unless the properties repeat it, and the identifier by which objects are keyed.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from keiyu.read.grid import Cell, Grid, Remark
from keiyu.read.sniff import RefusedError

MOST_CELLS: Final = 10_000_000
MOST_RECORDS: Final = 1_048_576
"""As many as a sheet has rows: by so many the parts of a list are numbered apart (``model.PART``)."""

MOST_PROPERTIES: Final = 16_384
_JSON: Final = re.compile(r'\s*(?:\{\s*["}]|\[\s*[\[{\]"])')
_DEPTH: Final = 6
_FEWEST: Final = 2
_NEAR: Final = 1e-9
_LONGEST_CELL: Final = 131_072

Record = dict[str, Any]


def is_json(text: str) -> bool:
    """Return whether text begins as JSON does."""
    return _JSON.match(text) is not None


def decode(text: str, remarks: list[Remark]) -> list[Grid]:
    """Read JSON as tables.

    Args:
        text: the whole file.
        remarks: where it is told what JSON would lose.

    Returns:
        A grid for each list of records, the longest first; named by its place where there are several.

    Raises:
        RefusedError: it is no JSON, or holds no records.
    """
    loaded = _load(text, remarks)
    found = sorted(_tables(loaded, (), 0), key=lambda t: -len(t[1]))
    if not found:
        raise RefusedError("read.decode.not_table", value="表のない JSON without a table")
    return [_grid(records, ".".join(path) if len(found) > 1 else None) for path, records in found]


class _Twice:
    """Makes objects, noting names that one object has twice."""

    def __init__(self) -> None:
        self.names: dict[str, None] = {}

    def __call__(self, pairs: list[tuple[str, Any]]) -> Record:
        made = dict(pairs)
        if len(made) < len(pairs):
            names = [name for name, _ in pairs]
            self.names |= dict.fromkeys(name for name in made if names.count(name) > 1)
        return made


def _load(text: str, remarks: list[Remark]) -> Any:
    twice = _Twice()
    decoder = json.JSONDecoder(object_pairs_hook=twice, parse_constant=str)
    try:
        try:
            loaded = decoder.decode(text)
        except json.JSONDecodeError as error:
            loaded = _lines(text, decoder, error)
    except RecursionError as error:
        raise RefusedError("read.decode.json", value="入れ子が深すぎます nested too deeply") from error
    except ValueError as error:
        raise RefusedError("read.decode.json", value=str(error)[:200]) from error
    if twice.names:
        remarks.append(Remark("read.decode.property_twice", value="、".join(list(twice.names)[:10])))
    return loaded


def _lines(text: str, decoder: json.JSONDecoder, error: json.JSONDecodeError) -> list[Any]:
    """Read lines each of which is an object of its own."""
    if not error.msg.startswith("Extra data"):
        raise error
    return [decoder.decode(line) for line in text.splitlines() if line.strip()]


def _tables(value: Any, path: tuple[str, ...], depth: int) -> Iterator[tuple[tuple[str, ...], list[Record]]]:
    """Yield lists of records and where they stand."""
    if depth > _DEPTH:
        return
    if isinstance(value, list):
        yield from _from_list(value, path, depth)
    elif isinstance(value, dict):
        if isinstance(value.get("features"), list):
            yield path, [_feature(f) for f in value["features"] if isinstance(f, dict)]
        elif value.get("type") == "Feature":
            yield path, [_feature(value)]
        elif (turned := _from_columns(value)) is not None:
            yield path, turned
        elif _is_keyed(value):
            yield path, _keyed(value)
        else:
            for name, v in value.items():
                yield from _tables_within(name, v, path, depth)


def _tables_within(
    name: str, value: Any, path: tuple[str, ...], depth: int
) -> Iterator[tuple[tuple[str, ...], list[Record]]]:
    if isinstance(value, list | dict):
        yield from _tables(value, (*path, name), depth + 1)


def _from_list(value: list[Any], path: tuple[str, ...], depth: int) -> Iterator[tuple[tuple[str, ...], list[Record]]]:
    if value and all(isinstance(v, dict) for v in value):
        features = all(v.get("type") == "Feature" for v in value)
        yield path, [_feature(v) for v in value] if features else value
    elif (
        len(value) > 1
        and all(isinstance(v, list) for v in value)
        and not any(isinstance(c, dict) for v in value for c in v)
    ):
        names = [str(c) for c in value[0]]
        yield path, [dict(zip(names, v, strict=False)) for v in value[1:]]
    elif depth <= _DEPTH:
        for at, v in enumerate(value[:64]):
            yield from _tables_within(str(at), v, path, depth)


def _from_columns(value: Mapping[str, Any]) -> list[Record] | None:
    """Return the records of a table that is written by columns, or as the names of its columns and rows of values."""
    parts = list(value.values())
    if len(value) < _FEWEST or not all(parts):
        return None
    names = next((v for v in parts if isinstance(v, list) and all(isinstance(n, str) for n in v)), None)
    rows = next((v for v in parts if _is_rows(v)), None)
    if names is not None and rows is not None and all(len(row) == len(names) for row in rows):
        return [dict(zip(names, row, strict=True)) for row in rows]
    if all(isinstance(v, dict) and all(map(str.isdigit, v)) and v.keys() == parts[0].keys() for v in parts):
        return [{name: column[at] for name, column in value.items()} for at in parts[0]]
    if all(isinstance(v, list) and len(v) == len(parts[0]) and _plain_all(v) for v in parts):
        return [dict(zip(value, row, strict=True)) for row in zip(*parts, strict=True)]
    return None


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, list) and _plain_all(row) for row in value)


def _plain_all(values: Iterable[Any]) -> bool:
    return not any(isinstance(v, dict | list) for v in values)


def _is_keyed(value: Mapping[str, Any]) -> bool:
    """Return whether an object's values are records: objects that mostly hold plain values, and no table."""
    if not value or not all(isinstance(v, dict) and v and 2 * _plain(v) >= len(v) for v in value.values()):
        return False
    return len(value) > 2 or not any(_is_table(v) for record in value.values() for v in record.values())


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _plain(record: Record) -> int:
    return sum(1 for v in record.values() if not isinstance(v, dict | list))


def _keyed(value: Mapping[str, Record]) -> list[Record]:
    """Return objects as records, with the identifier by which each is keyed unless it says so itself."""
    if all(key in map(str, record.values()) for key, record in value.items()):
        return list(value.values())
    taken = {name for record in value.values() for name in record}
    name = next(n for n in ("id", "key", "_id", "_key", *map(str, range(len(taken) + 1))) if n not in taken)
    return [{**record, name: key} for key, record in value.items()]


def _feature(feature: Record) -> Record:
    properties = feature.get("properties")
    record = dict(properties) if isinstance(properties, dict) else {}
    return {**record, _GEOMETRY: feature.get("geometry")}


_GEOMETRY: Final = "\x00geometry"


def _grid(records: Sequence[Record], name: str | None) -> Grid:
    flat = [dict(_flat(record, "", 0)) for record in records]
    names = list(dict.fromkeys(n for record in flat for n in record if n != _GEOMETRY))
    if len(names) > MOST_PROPERTIES or len(flat) > MOST_RECORDS or len(names) * len(flat) > MOST_CELLS:
        raise RefusedError("read.decode.too_large", value=f"{len(flat)} × {len(names)}")
    rows = [[_cell(record.get(n)) for n in names] for record in flat]
    shapes = [record.get(_GEOMETRY) for record in flat]
    for title, cells in _beside(shapes, rows):
        names.append(title)
        for row, cell in zip(rows, cells, strict=True):
            row.append(cell)
    return Grid(name, [list(names), *rows], features=True)


def _flat(record: Mapping[str, Any], within: str, depth: int) -> Iterable[tuple[str, Any]]:
    """Yield the values of a record; those of an object inside it under both names."""
    for name, value in record.items():
        if isinstance(value, dict) and name != _GEOMETRY and depth < _DEPTH:
            yield from _flat(value, f"{within}{name}.", depth + 1)
        else:
            yield within + name, value


def _cell(value: Any) -> Cell:
    if value is None:
        return ""
    if isinstance(value, str):
        if len(value) > _LONGEST_CELL:
            raise RefusedError("read.decode.too_large", value=f"{len(value):,} 文字 characters")
        return value
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, list) and all(isinstance(v, str | int | float) for v in value):
        return "、".join(map(str, value))
    return json.dumps(value, ensure_ascii=False)


def _beside(shapes: Sequence[Any], rows: Sequence[Sequence[Cell]]) -> list[tuple[str, list[Cell]]]:
    """Return the columns that the geometry adds."""
    if not any(shapes):
        return []
    points = [_point(s) for s in shapes]
    if any(s and p is None for s, p in zip(shapes, points, strict=True)):
        return [("geometry", [_cell(s) for s in shapes])]
    if all(p is None or _says(row, p) for row, p in zip(rows, points, strict=True)):
        return [("geometry", ["" if p is None else f"POINT ({p[0]} {p[1]})" for p in points])]
    return [(title, ["" if p is None else p[at] for p in points]) for title, at in (("latitude", 1), ("longitude", 0))]


def _point(shape: Any) -> tuple[float, float] | None:
    if not isinstance(shape, dict) or shape.get("type") != "Point":
        return None
    place = shape.get("coordinates")
    if not isinstance(place, list) or len(place) < 2 or not all(isinstance(v, int | float) for v in place[:2]):
        return None
    return float(place[0]), float(place[1])


def _says(row: Sequence[Cell], point: tuple[float, float]) -> bool:
    """Return whether a record's own properties have the point's coordinates."""
    numbers = [n for n in map(_number, row) if n is not None]
    return all(any(abs(n - wanted) < _NEAR for n in numbers) for wanted in point)


def _number(cell: Cell) -> float | None:
    if isinstance(cell, bool) or not isinstance(cell, int | float | str):
        return None
    try:
        return float(cell)
    except (ValueError, OverflowError):
        return None
