"""A sample states what it is made of, and the same seed makes the same bytes."""

import csv
import datetime as dt
import hashlib
import io
import re
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from keiyu.codes import areas
from keiyu.contract import load
from keiyu.contract.model import Contract
from keiyu.sample import FolderNotEmptyError, NoSampleError, SampleManifest, make
from keiyu.sample.faults import PLANTS
from keiyu.sample.report import write

AS_OF = dt.date(2025, 4, 1)
LINE = "waiting_children"
NUMBER = 160
SHARE = 0.2


@pytest.fixture(scope="module")
def contract(schemas: Path) -> Contract:
    return load(LINE, schemas)


@pytest.fixture(scope="module")
def known(schemas: Path) -> areas.Areas:
    return areas.load(schemas)


@pytest.fixture(scope="module")
def sample(contract: Contract, known: areas.Areas, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sample")
    make(out, contract, known, as_of=AS_OF, seed=3, faults=SHARE, reporters=NUMBER)
    return out


def digests(folder: Path) -> dict[str, str]:
    files = (p for p in folder.rglob("*") if p.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def test_the_same_seed_makes_the_same_bytes(
    sample: Path, contract: Contract, known: areas.Areas, tmp_path: Path
) -> None:
    make(tmp_path, contract, known, as_of=AS_OF, seed=3, faults=SHARE, reporters=NUMBER)
    assert digests(tmp_path) == digests(sample)


def test_another_seed_makes_another_country(
    sample: Path, contract: Contract, known: areas.Areas, tmp_path: Path
) -> None:
    made = make(tmp_path, contract, known, as_of=AS_OF, seed=4, faults=0, reporters=NUMBER)
    assert made.totals != SampleManifest.read(sample).totals
    assert made.faults == {}
    assert made.wave(2) == ()


def test_every_file_is_stated_and_every_statement_has_a_file(sample: Path) -> None:
    stated = SampleManifest.read(sample)
    assert {f.path for f in stated.files} == {str(p.relative_to(sample)) for p in sample.glob("wave?/*/*")}
    assert {f.path.split("/")[1] for f in stated.files} == {f.sender for f in stated.files}


def test_each_reporter_sends_one_file_but_those_who_send_it_twice(sample: Path) -> None:
    first = SampleManifest.read(sample).wave(1)
    assert len({f.reporter for f in first}) == NUMBER
    assert len(first) == NUMBER + SampleManifest.read(sample).faults["double"]


def test_every_kind_of_fault_is_planted(sample: Path) -> None:
    stated = SampleManifest.read(sample)
    assert set(stated.faults) == set(PLANTS)
    assert sum(stated.faults.values()) == round(SHARE * NUMBER)


def test_the_second_wave_corrects_exactly_what_is_returned(sample: Path) -> None:
    stated = SampleManifest.read(sample)
    assert {f.reporter for f in stated.wave(2)} == {f.reporter for f in stated.wave(1) if f.returned}
    assert not any(f.fault or f.returned for f in stated.wave(2))


def test_files_lie_with_the_body_that_relays_them(sample: Path, known: areas.Areas, contract: Contract) -> None:
    for file in SampleManifest.read(sample).files:
        body = known.reporting_body(file.reporter, AS_OF, contract.relay.direct)
        assert (file.sender == body) == (file.fault != "wrong_prefecture")


def test_a_double_file_is_the_same_bytes(sample: Path) -> None:
    doubles: dict[str, set[bytes]] = {}
    for file in SampleManifest.read(sample).wave(1):
        if file.fault == "double":
            doubles.setdefault(file.reporter, set()).add((sample / file.path).read_bytes())
    assert all(len(contents) == 1 for contents in doubles.values())


def test_a_lost_zero_is_a_number_in_the_file(sample: Path) -> None:
    lost = [f for f in SampleManifest.read(sample).wave(1) if f.fault == "lost_zero"]
    assert lost
    for file in lost:
        assert file.reporter.startswith("0")
        assert str(int(file.reporter)) in codes(sample, file.path, file.encoding)


def test_totals_are_those_of_the_correct_files(sample: Path, contract: Contract) -> None:
    stated = SampleManifest.read(sample)
    returned = {f.reporter for f in stated.wave(2)}
    right = [f for f in stated.wave(1) if f.reporter not in returned]
    latest = {f.reporter: f for f in (*right, *stated.wave(2))}
    assert len(latest) == NUMBER
    found = sum(figure(sample, f.path, f.encoding, contract) for f in latest.values())
    assert found == stated.totals["applicants"]["applicants_total"] == stated.headline["applicants"]


def codes(sample: Path, path: str, encoding: str | None) -> list[str]:
    """Everything in the file that could be an area code."""
    if encoding:
        return (sample / path).read_text(encoding=encoding).splitlines()[1].split(",")[:1]
    rows = CalamineWorkbook.from_path(str(sample / path)).get_sheet_by_index(0).to_python()
    return [str(int(v)) if isinstance(v, float) else str(v) for row in rows for v in row]


def figure(sample: Path, path: str, encoding: str | None, contract: Contract) -> int:
    """The number of applicants in one file, read without any of our readers."""
    table = contract.table("applicants")
    label = table.by_name["applicants_total"].label_ja
    if encoding:
        header, row = csv.reader(io.StringIO((sample / path).read_text(encoding=encoding)))
        return number(row[header.index(label if label in header else "applicants_total")])
    rows = CalamineWorkbook.from_path(str(sample / path)).get_sheet_by_name(table.label_ja).to_python()
    template = next((r for r in rows if r[0] == table.dimensions[1].codes[0].label_ja), None)
    return number(template[1]) if template else number(next(r for r in rows if r[1] == 1)[4])


def number(value: object) -> int:
    if isinstance(value, float):
        return int(value)
    return int(re.sub(r"[,，]", "", str(value)).replace("-", "0"))


def test_a_line_without_a_model_has_no_sample(contract: Contract, known: areas.Areas, tmp_path: Path) -> None:
    with pytest.raises(NoSampleError):
        make(tmp_path / "out", _elsewhere(contract, tmp_path), known, as_of=AS_OF)


def _elsewhere(contract: Contract, folder: Path) -> Contract:
    from dataclasses import replace

    return replace(contract, folder=folder)


def test_a_folder_with_other_things_is_left_alone(contract: Contract, known: areas.Areas, tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_bytes(b"")
    with pytest.raises(FolderNotEmptyError):
        make(tmp_path, contract, known, as_of=AS_OF, reporters=3)
    assert (tmp_path / "thesis.docx").exists()


def test_an_earlier_sample_is_replaced(contract: Contract, known: areas.Areas, tmp_path: Path) -> None:
    make(tmp_path, contract, known, as_of=AS_OF, reporters=20)
    made = make(tmp_path, contract, known, as_of=AS_OF, reporters=3)
    assert len([p for p in tmp_path.glob("wave?/*/*") if p.is_file()]) == len(made.files)


def test_progress_counts_every_file(contract: Contract, known: areas.Areas, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    made = make(tmp_path, contract, known, as_of=AS_OF, reporters=5, progress=lambda *step: told.append(step))
    assert told == [(i + 1, len(made.files)) for i in range(len(made.files))]


@pytest.mark.parametrize(
    ("value", "style", "written"),
    [
        (1234, "plain", 1234),
        (1234, "thousands", "1,234"),
        (1234, "full_width", "１２３４"),
        (0, "dash_zero", "-"),
        (7, "dash_zero", 7),
        ("調査中", "thousands", "調査中"),
    ],
)
def test_figures_are_written_as_people_write_them(value: int | str, style: str, written: int | str) -> None:
    assert write(value, style) == written
