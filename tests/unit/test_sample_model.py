"""A sample model that contradicts its contract is refused with the place of its mistake."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from keiyu.contract import load as load_contract
from keiyu.contract.model import Contract
from keiyu.errors import ContractError
from keiyu.sample.model import FILE, load

LINE = "waiting_children"


@pytest.fixture
def contract(schemas: Path, tmp_path: Path) -> Contract:
    """The line with its sample model in a folder of our own."""
    known = load_contract(LINE, schemas)
    folder = tmp_path / "lines" / LINE
    folder.mkdir(parents=True)
    shutil.copy(known.folder / FILE, folder)
    shutil.copytree(schemas / "schema", tmp_path / "schema")
    return replace(known, folder=folder)


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("national: 2765235", "national: many", "$.size.national"),
        ("sum_off:", "ate_my_homework:", "ate_my_homework"),
        ("        waiting:\n", "        hoping:\n", "not the leaves"),
        ("by: age_band\n      spread: 0.1", "by: ages\n      spread: 0.1", "not the leaves"),
        ("  capacity:\n", "  rooms:\n", "are not the cubes"),
        ("      table: applicants\n", "      table: nobody\n", "is not drawn"),
        ("age1: 0.0029, ", "", "lacks a share"),
    ],
)
def test_a_wrong_model_is_refused(contract: Contract, right: str, wrong: str, told: str) -> None:
    path = contract.folder / FILE
    text = path.read_text(encoding="utf-8")
    assert right in text
    path.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(ContractError, match=told.replace("$", r"\$")):
        load(contract)


def test_the_model_in_use_is_right(contract: Contract) -> None:
    assert {fault.name for fault in load(contract).faults} >= {"sum_off", "lost_zero", "double"}
