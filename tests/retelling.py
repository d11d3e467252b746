"""A list told in two ways, and what the reader's answers on both do not have in common (relations: ``relations``).

A :class:`Listed` is a header and records of text; :class:`Told` is a file that tells it, and which column and which
record of the list stands where in the file. Answers are laid over each other by that.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from keiyu.read.inspect import inspect
from reading import SCHEMAS, all_areas, contracts

Answer = Mapping[str, Any]
SIGNS = str.maketrans({"〜": "~", "−": "-", "―": "—", "‖": "∥", "‾": "~"})
"""Signs for which an encoding has only one code point of two."""


@dataclass(frozen=True)
class Listed:
    """A header and its records, as text."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Told:
    """A list as a file.

    Attributes:
        data: its bytes.
        name: the file's name.
        columns: for each column of the file the one of the list, none for one that was put in.
        rows: for each record of the file the one of the list.
        lost: fields whose values cannot come back: the zeros of a number that only its giver understands.
    """

    data: bytes
    name: str
    columns: Sequence[int | None]
    rows: Sequence[int]
    lost: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Difference:
    """What two answers on one list do not have in common.

    Attributes:
        wrong: columns under another field, records lost or won, values that are others.
        asked: columns, and single values, that only one of both gives; what it gives is right.
    """

    wrong: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


def answer(data: bytes, name: str) -> Answer:
    """What the reader says of a file."""
    return inspect(data, name, contracts(), all_areas(), schemas=SCHEMAS)


def compare(listed: Listed, base: Answer, told: Told, said: Answer) -> Difference:
    """Lay the answer on a list told in another way over the answer on the list."""
    if said["expect"] != "accept":
        return Difference([f"refused: {said['reason']['rule_id']}"])
    found = Difference()
    first, second = _fields(base), _fields(said)
    moved = _columns(listed, base, told, said, found)
    one, two = _records(base), _records(said)
    if len(two) != len(told.rows):
        found.wrong.append(f"{len(two)} records instead of {len(told.rows)}")
        return found
    both = (set(first.values()) & set(second.values())) - moved - told.lost
    _values(both, [one[at] for at in told.rows], two, found)
    return found


def _records(said: Answer) -> list[Mapping[str, Any]]:
    return [*said["rows"], *said["further_rows"]]


def _fields(said: Answer) -> dict[int, str]:
    return {c["index"]: c["field"] for c in said["columns"] if c["field"] and not c["needs_review"]}


def _columns(listed: Listed, base: Answer, told: Told, said: Answer, found: Difference) -> set[str]:
    """Compare the columns; returns the fields that another column holds which says the same or was asked about."""
    first, second = _fields(base), _fields(said)
    free = {c["index"]: {k["field"] for k in c["candidates"]} for c in base["columns"] if c["index"] not in first}
    moved = set()
    for at, origin in enumerate(told.columns):
        was, now = first.get(origin) if origin is not None else None, second.pop(at, None)
        if was == now:
            continue
        change = f"{listed.header[origin] if origin is not None else '(put in)'}: {now} instead of {was}"
        if now is None or now in free.get(-1 if origin is None else origin, ()):
            found.asked.append(change)
            moved |= {now} if now else set()
        else:
            found.wrong.append(change)
    found.wrong.extend(f"column {at}: {name}" for at, name in second.items())
    return moved


def _values(both: set[str], one: Sequence[Any], two: Sequence[Any], found: Difference) -> None:
    for number, (was, now) in enumerate(zip(one, two, strict=True)):
        for name in sorted(both & set(was["values"])):
            pair = [(_folded(row["values"].get(name)), row["status"].get(name)) for row in (was, now)]
            if pair[0] != pair[1]:
                told = found.asked if pair[1] == (None, "unknown") else found.wrong
                told.append(f"record {number} {name}: {pair[1]} instead of {pair[0]}")


def _folded(value: Any) -> Any:
    if isinstance(value, str):
        return " ".join(unicodedata.normalize("NFKC", value.translate(SIGNS)).split())
    return value
