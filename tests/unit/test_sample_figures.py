"""Figures of a sample add up by construction and look like the country."""

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from keiyu.codes import areas
from keiyu.contract import load
from keiyu.contract.model import Contract
from keiyu.sample import figures, model
from keiyu.sample.figures import Integers

AS_OF = dt.date(2025, 4, 1)
LINE = "waiting_children"


@pytest.fixture(scope="module")
def contract(schemas: Path) -> Contract:
    return load(LINE, schemas)


@pytest.fixture(scope="module")
def drawn(schemas: Path, contract: Contract) -> dict[str, Integers]:
    known = areas.load(schemas)
    kinds = [known.designation(a.code, AS_OF) or a.kind for a in known.municipalities(AS_OF)]
    return figures.make(contract, model.load(contract), kinds, np.random.default_rng([7, 0]))


def column(contract: Contract, drawn: dict[str, Integers], table: str, name: str) -> Integers:
    return drawn[table][:, [f.name for f in contract.table(table).measures].index(name)]


def test_every_municipality_has_every_figure(contract: Contract, drawn: dict[str, Integers]) -> None:
    assert {name: cells.shape for name, cells in drawn.items()} == {"applicants": (1741, 60), "capacity": (1741, 28)}
    assert all((cells >= 0).all() for cells in drawn.values())


@pytest.mark.parametrize("age", ["total", "age0", "age1", "age2", "age3plus"])
def test_applicants_are_the_sum_of_the_other_categories(
    contract: Contract, drawn: dict[str, Integers], age: str
) -> None:
    category = contract.table("applicants").dimensions[1]
    parts = [column(contract, drawn, "applicants", f"{c.code}_{age}") for c in category.children("applicants")]
    assert len(parts) == 11
    assert (column(contract, drawn, "applicants", f"applicants_{age}") == sum(parts)).all()


@pytest.mark.parametrize(("table", "of"), [("applicants", "waiting_{}"), ("capacity", "capacity_daycare_{}")])
def test_a_total_is_the_sum_of_the_ages(contract: Contract, drawn: dict[str, Integers], table: str, of: str) -> None:
    ages = next(d for d in contract.table(table).dimensions if d.name == "age_band")
    parts = [column(contract, drawn, table, of.format(c.code)) for c in ages.children("total")]
    assert (column(contract, drawn, table, of.format("total")) == sum(parts)).all()


@pytest.mark.parametrize(
    ("headline", "published", "within"),
    [
        ("capacity", 3_029_282, 0.02),
        ("enrolled", 2_678_417, 0.01),
        ("applicants", 2_765_235, 0.001),
        ("waiting", 2_254, 0.15),
    ],
)
def test_national_totals_are_near_the_published_ones(
    contract: Contract, drawn: dict[str, Integers], headline: str, published: int, within: float
) -> None:
    measure = contract.headline[headline]
    made = sum(int(column(contract, drawn, measure["table"], name).sum()) for name in measure["fields"])
    assert made == pytest.approx(published, rel=within)


def test_a_code_without_parts_is_its_own_leaf(contract: Contract) -> None:
    ages = contract.table("applicants").dimensions[0]
    assert figures.leaves_of(ages, "age0") == ("age0",)
    assert figures.leaves_of(ages, "total") == ("age0", "age1", "age2", "age3plus")
