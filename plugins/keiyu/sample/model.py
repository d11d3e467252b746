"""The model of a made-up collection: ``schemas/lines/<line>/sample.yaml``, read and typed.

Everything that belongs to one survey — how large a municipality's figures are, how they split, which
faults people make and what the checks say to them — stands in that file; the code knows cubes only.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from keiyu.contract.model import Contract
from keiyu.contract.source import read_yaml
from keiyu.errors import ContractError, UserError

FILE: Final = "sample.yaml"


@dataclass(eq=False)
class NoSampleError(UserError):
    """A line without a model to make a sample from."""

    line: str

    code: ClassVar[str] = "KEIYU-111"
    ja: ClassVar[str] = "報告ライン「{line}」には見本の定義（sample.yaml）がありません。"
    en: ClassVar[str] = "The line {line!r} has no sample.yaml to make a sample from."


@dataclass(frozen=True, slots=True)
class Kind:
    """How large the reporters of one kind are.

    Attributes:
        median: median size, in the unit of the line's main measure.
        spread: standard deviation of the logarithm of the size.
        zero: share of reporters with nothing at all.
    """

    median: float
    spread: float
    zero: float = 0.0


@dataclass(frozen=True, slots=True)
class Part:
    """One code of a dimension: its weight within each code of the dimension before.

    Attributes:
        weights: code of the dimension before → national share (drawn) or ratio (following).
        spread: standard deviation of the logarithm of a reporter's own leaning.
        present: kind of reporter → share of reporters that have any; 1 where not named.
        instead_of: a code that this one stands in for: who lacks that one has this one.
        elsewhere: share of reporters that have users but no place (served by a neighbour).
    """

    weights: Mapping[str, float]
    spread: float = 0.0
    present: Mapping[str, float] = field(default_factory=dict)
    instead_of: str | None = None
    elsewhere: float = 0.0


@dataclass(frozen=True, slots=True)
class Draw:
    """A cube that is drawn: its reporter's size, split by one dimension, then by another.

    Attributes:
        table: table of the contract.
        by: dimension of the first split.
        shares: national share of each leaf of it.
        spread: spread of the first split.
        then: dimension of the second split.
        parts: leaf of ``then`` → its shares within each leaf of ``by``.
    """

    table: str
    by: str
    shares: Mapping[str, float]
    spread: float
    then: str
    parts: Mapping[str, Part]


@dataclass(frozen=True, slots=True)
class Follow:
    """A cube that follows from a drawn one: cell by cell a ratio of what it serves.

    Attributes:
        table: table of the contract.
        source: the drawn table.
        by: dimension whose codes carry the ratios.
        then: the other dimension.
        spread: spread of a reporter's ratios.
        dimensions: own dimension → (the source's dimension, own leaf → the source's codes).
        parts: leaf of ``by`` → its ratio in each leaf of ``then``.
    """

    table: str
    source: str
    by: str
    then: str
    spread: float
    dimensions: Mapping[str, tuple[str, Mapping[str, tuple[str, ...]]]]
    parts: Mapping[str, Part]


@dataclass(frozen=True, slots=True)
class FaultKind:
    """One kind of fault, as often as people make it, and what comes of it.

    Attributes:
        name: identifier; the code plants it under this name.
        weight: how often, against the other kinds.
        returned: whether the file goes back to its sender.
        rules: rule ids of the findings expected, by table where they depend on it (``*`` otherwise).
    """

    name: str
    weight: float
    returned: bool
    rules: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Model:
    """A whole sample model.

    Attributes:
        national: what all sizes add up to.
        kinds: kind of reporter → its sizes.
        draws: cubes that are drawn.
        follows: cubes that follow from those.
        forms: how often each shape of file is sent, and what is written on it.
        numbers: how often a figure is written in each style.
        faults: kinds of fault.
    """

    national: int
    kinds: Mapping[str, Kind]
    draws: tuple[Draw, ...]
    follows: tuple[Follow, ...]
    forms: Mapping[str, Any]
    numbers: Mapping[str, float]
    faults: tuple[FaultKind, ...]


def load(contract: Contract) -> Model:
    """Load a line's model.

    Args:
        contract: the line.

    Raises:
        NoSampleError: the line has no ``sample.yaml``.
        ContractError: the file breaks ``schemas/schema/sample.json`` or contradicts the contract.
    """
    path = contract.folder / FILE
    if not path.is_file():
        raise NoSampleError(contract.line)
    document = read_yaml(path, contract.folder.parents[1] / "schema" / "sample.json")
    tables = document["tables"]
    model = Model(
        national=document["size"]["national"],
        kinds={name: Kind(**kind) for name, kind in document["size"]["kinds"].items()},
        draws=tuple(_draw(name, t["draw"]) for name, t in tables.items() if "draw" in t),
        follows=tuple(_follow(name, t["follow"]) for name, t in tables.items() if "follow" in t),
        forms=document["forms"],
        numbers=document["numbers"],
        faults=tuple(_fault(name, fault) for name, fault in document["faults"].items()),
    )
    for reason in _contradictions(model, contract):
        raise ContractError(str(path), reason)
    return model


def _contradictions(model: Model, contract: Contract) -> Iterator[str]:
    """Yield where the model does not fill exactly the leaves of the contract's cubes."""
    filled = {d.table: {d.by: set(d.shares), d.then: set(d.parts)} for d in model.draws}
    filled |= {f.table: {f.by: set(f.parts), f.then: set(f.dimensions[f.then][1])} for f in model.follows}
    cubes = {table.name: table for table in contract.tables if table.is_cube}
    if set(filled) != set(cubes):
        yield f"tables {sorted(filled)} are not the cubes {sorted(cubes)}"
    for name in sorted(set(filled) & set(cubes)):
        leaves = {d.name: {c.code for c in d.codes if not d.children(c.code)} for d in cubes[name].dimensions}
        if filled[name] != leaves:
            yield f"table {name}: {filled[name]} are not the leaves {leaves}"
    for draw in model.draws:
        if any(set(part.weights) != set(draw.shares) for part in draw.parts.values()):
            yield f"table {draw.table}: a code of {draw.then} lacks a share of {draw.by}"
    for follow in model.follows:
        if follow.source not in {draw.table for draw in model.draws}:
            yield f"table {follow.table} follows {follow.source}, which is not drawn"


def _draw(table: str, props: Mapping[str, Any]) -> Draw:
    parts = {
        code: Part(part["shares"], part["spread"], part.get("present", {}), part.get("instead_of"))
        for code, part in props["codes"].items()
    }
    return Draw(table, props["by"], props["shares"], props["spread"], props["then"], parts)


def _follow(table: str, props: Mapping[str, Any]) -> Follow:
    return Follow(
        table=table,
        source=props["table"],
        by=props["by"],
        then=props["then"],
        spread=props["spread"],
        dimensions={
            name: (d["dimension"], {code: tuple(of) for code, of in d["codes"].items()})
            for name, d in props["dimensions"].items()
        },
        parts={code: Part(p["ratios"], elsewhere=p.get("elsewhere", 0.0)) for code, p in props["codes"].items()},
    )


def _fault(name: str, props: Mapping[str, Any]) -> FaultKind:
    rules = {table: tuple(ids) for table, ids in props["rules"].items()}
    return FaultKind(name, props["weight"], props["returned"], rules)
