"""Faults that people make, planted on purpose: each a small change to one report."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from keiyu.codes.areas import Areas
from keiyu.contract.model import Contract, Field, Table
from keiyu.sample.report import Report, Written

ANY_TABLE: Final = "*"


@dataclass(frozen=True, slots=True)
class World:
    """What planting a fault needs to know.

    Attributes:
        contract: the line.
        areas: the code tables.
        bodies: 6-digit codes of the organisations that send.
        texts: what people write where a figure should be; ``{value}`` is the figure.
        rng: source of chance.
    """

    contract: Contract
    areas: Areas
    bodies: Sequence[str]
    texts: Sequence[str]
    rng: np.random.Generator


Plant = Callable[[Report, World], str]


def sum_off(report: Report, world: World) -> str:
    """Lose a few from a figure, and not from the totals that it is part of."""
    table, field = _leaf(world, [name for name, value in report.values.items() if value])
    value = int(report.values[field.name])
    _replace(report, field.name, value - int(world.rng.integers(1, min(value, 9) + 1)))
    return table


def text_in_number(report: Report, world: World) -> str:
    """Write words where a figure should be."""
    _, field = _leaf(world, report.values)
    text = str(world.rng.choice(list(world.texts)))
    _replace(report, field.name, text.format(value=report.values[field.name]))
    return ANY_TABLE


def negative(report: Report, world: World) -> str:
    """Write a figure below zero, with the triangle that accountants use."""
    table, field = _leaf(world, report.values)
    _replace(report, field.name, f"△{world.rng.integers(1, 10)}")
    return table


def wrong_code(report: Report, world: World) -> str:
    """Mistype the area code's check digit."""
    code = report.reporter.code6
    report.code = f"{code[:5]}{(int(code[5]) + int(world.rng.integers(1, 10))) % 10}"
    return ANY_TABLE


def lost_zero(report: Report, world: World) -> str:
    """Let the spreadsheet turn the area code into a number, so that its leading zero is gone."""
    del world
    report.code = int(report.reporter.code6)
    return ANY_TABLE


def last_year(report: Report, world: World) -> str:
    """Send a form that still bears last year's date."""
    del world
    report.as_of = dt.date(report.as_of.year - 1, report.as_of.month, report.as_of.day)
    return ANY_TABLE


def wrong_prefecture(report: Report, world: World) -> str:
    """Drop the file into the folder of a prefecture that has nothing to do with it."""
    own = report.reporter.prefecture_code
    others = [b for b in world.bodies if b[:2] != own and b[2:5] == "000"]
    report.sender = str(world.rng.choice(others))
    return ANY_TABLE


def double(report: Report, world: World) -> str:
    """Send the same file twice; the copy is made when the files are written."""
    del report, world
    return ANY_TABLE


PLANTS: Final[Mapping[str, Plant]] = {
    f.__name__: f
    for f in (sum_off, text_in_number, negative, wrong_code, lost_zero, last_year, wrong_prefecture, double)
}
"""Every fault by its name in the sample model."""

NEEDS_CODE: Final = frozenset({"wrong_code", "lost_zero"})
"""Faults in the area code, which only some shapes have."""


def can_have(fault: str, report: Report) -> bool:
    """Return whether a report can have a fault at all."""
    if fault == "sum_off":
        return any(report.values.values())
    return fault != "lost_zero" or report.reporter.code6.startswith("0")


def _leaf(world: World, among: Collection[str]) -> tuple[str, Field]:
    """Choose a cube, and in it one of some figures that is not a sum."""
    leaves = [[f for f in _leaves(table) if f.name in among] for table in world.contract.tables]
    places = [n for n, of in enumerate(leaves) if of]
    chosen = places[int(world.rng.integers(len(places)))]
    return world.contract.tables[chosen].name, leaves[chosen][int(world.rng.integers(len(leaves[chosen])))]


def _leaves(table: Table) -> list[Field]:
    parents = {(d.name, c.parent) for d in table.dimensions for c in d.codes}
    return [f for f in table.measures if not any(pair in parents for pair in f.dimensions.items())]


def _replace(report: Report, name: str, value: Written) -> None:
    """Change one figure, leaving the correct report's figures alone."""
    report.values = {**report.values, name: value}
