"""The genuine survey, split into 1,741 municipal files, comes back as the genuine national table.

Every file is written anew in one of three shapes and relayed through its reporting body; the published
tables must then equal the genuine workbook in every one of its 153,208 cells.
"""

import datetime as dt
import random
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml

from keiyu import contract, intake, publish
from keiyu.codes import areas
from keiyu.contract.model import Collection
from keiyu.ledger.collections import open_collection
from keiyu.receive.receive import Arrival, receive_many
from keiyu.receive.workspace import Workspace
from keiyu.sample.forms import Forms
from keiyu.sample.report import Report
from keiyu.settings import Settings
from real import genuine
from real.genuine import AS_OF, LINE, Genuine

pytestmark = [pytest.mark.real]

COLLECTION = Collection(LINE, AS_OF)
SHAPES = (("template", "utf-8", "label", "plain"), ("national", "utf-8", "label", "plain"))
NAME = "{municipality}_{wareki}"
TEXTS = ("utf-8", "utf-8-sig", "cp932", "utf-16")


@pytest.fixture
def workspace(tmp_path: Path, home: Path) -> Iterator[Workspace]:
    with Workspace.open(Settings(home=home, storage=str(tmp_path / "data"))) as opened:
        open_collection(opened.ledger, COLLECTION)
        yield opened


@pytest.fixture(scope="module")
def survey(shared: Path, schemas: Path) -> Genuine:
    return genuine.load(shared, contract.load(LINE, schemas), areas.load(schemas))


@pytest.fixture(scope="module")
def arrivals(survey: Genuine, home: Path) -> list[Arrival]:
    return write_all(survey.values, survey, home)


def write_all(values: Mapping[str, Mapping[str, int]], survey: Genuine, home: Path) -> list[Arrival]:
    """Write each municipality's report in one of the three shapes and address it to its relay."""
    schemas = home / "schemas"
    line, places = contract.load(LINE, schemas), areas.load(schemas)
    model = yaml.safe_load((line.folder / "sample.yaml").read_text(encoding="utf-8"))
    forms = Forms(line, model["forms"])
    made = []
    for i, code in enumerate(sorted(values)):
        shape, encoding, header, numbers = (
            SHAPES[i % 3] if i % 3 < 2 else ("csv", TEXTS[i % 4], ("label", "identifier")[i % 2], "plain")
        )
        sender = places.reporting_body(code, AS_OF, line.relay.direct)
        report = Report(
            survey.reporters[code],
            sender,
            code,
            AS_OF,
            values[code],
            shape,
            encoding,
            header,
            numbers,
            "{municipality}_{wareki}",
        )
        made.append(Arrival(forms.file(report), forms.name(report), sender, "directory"))
    return made


def drain(workspace: Workspace) -> None:
    while intake.ingest(workspace).claimed:
        pass


def published_cells(workspace: Workspace, at: dt.datetime | None = None) -> dict[str, dict[str, int]]:
    table = publish.read(workspace, COLLECTION, "municipality", as_known_at=at)
    names = [m.name for t in workspace.contract(LINE).tables for m in t.measures]
    rows = table.select(["area_code", *names]).to_pylist()
    return {row.pop("area_code"): row for row in rows}


def assert_equal(found: Mapping[str, Mapping[str, int]], expected: Mapping[str, Mapping[str, int]]) -> int:
    assert set(found) == set(expected)
    differing = [
        (code, name, found[code][name], figure)
        for code, row in expected.items()
        for name, figure in row.items()
        if found[code][name] != figure
    ]
    assert differing == []
    return sum(len(row) for row in expected.values())


def test_the_published_tables_equal_the_genuine_workbook_in_every_cell(
    workspace: Workspace, survey: Genuine, arrivals: Sequence[Arrival]
) -> None:
    assert len({a.sender for a in arrivals}) == 129
    receive_many(workspace.ledger, workspace.storage, arrivals)
    drain(workspace)
    release = publish.publish(workspace, COLLECTION)
    assert release is not None
    assert release.stage == "final"
    assert assert_equal(published_cells(workspace), survey.values) == 153_208
    tidy = publish.read(workspace, COLLECTION, "long")
    assert tidy.num_rows == 153_208
    measures = {
        (table.name, *m.dimensions.values()): m.name
        for table in workspace.contract(LINE).tables
        for m in table.measures
    }
    by_key = {
        (row["area_code"], measures[(row["table"], row["age_band"], row["category"])]): row["value"]
        for row in tidy.to_pylist()
    }
    assert by_key == {(code, name): figure for code, row in survey.values.items() for name, figure in row.items()}


def test_the_national_control_totals_come_out_exactly(workspace: Workspace, arrivals: Sequence[Arrival]) -> None:
    receive_many(workspace.ledger, workspace.storage, arrivals)
    drain(workspace)
    publish.publish(workspace, COLLECTION)
    national = publish.read(workspace, COLLECTION, "national").to_pylist()
    headline = {row["category"]: {} for row in national if row["table"] == "headline"}
    for row in national:
        if row["table"] == "headline":
            headline[row["category"]][row["age_band"]] = row["value"]
    assert {name: by_age["total"] for name, by_age in headline.items()} == {
        "capacity": 3_029_282,
        "applicants": 2_765_235,
        "enrolled": 2_678_417,
        "waiting": 2_254,
        "excluded": 64_489,
        "on_hold": 2_765_235 - 2_678_417,
        "municipalities_waiting": 211,
    }
    assert headline["waiting"] == {"total": 2_254, "age0": 164, "age1": 1_361, "age2": 516, "age3plus": 213}


def test_order_repetition_and_correction_do_not_change_the_result(
    workspace: Workspace, survey: Genuine, arrivals: Sequence[Arrival], home: Path
) -> None:
    rng = random.Random(20250401)
    wrong_codes = sorted(rng.sample(sorted(survey.values), 50))
    wrong = {code: dict(survey.values[code]) for code in wrong_codes}
    for row in wrong.values():
        for name in ("applicants_age1", "waiting_age1", "applicants_total", "waiting_total"):
            row[name] += 1
    first = {code: wrong.get(code, row) for code, row in survey.values.items()}
    early = write_all(first, survey, home)
    rng.shuffle(early)
    doubled = early + rng.sample(early, 200)
    receive_many(workspace.ledger, workspace.storage, doubled)
    with ThreadPoolExecutor(4) as pool:
        for _ in pool.map(lambda _: drain(workspace), range(4)):
            pass
    publish.publish(workspace, COLLECTION)
    before = dt.datetime.now(dt.UTC)
    by_code = dict(zip(sorted(survey.values), arrivals, strict=True))
    corrections = [by_code[code] for code in wrong_codes]
    rng.shuffle(corrections)
    receive_many(workspace.ledger, workspace.storage, corrections)
    drain(workspace)
    release = publish.publish(workspace, COLLECTION)
    assert release is not None
    assert release.stage == "correction"
    assert_equal(published_cells(workspace), survey.values)
    assert_equal(published_cells(workspace, before), first)


def test_one_missing_means_no_final_release_and_its_name_is_told(
    workspace: Workspace, survey: Genuine, arrivals: Sequence[Arrival]
) -> None:
    missing = "394050"
    by_code = dict(zip(sorted(survey.values), arrivals, strict=True))
    receive_many(workspace.ledger, workspace.storage, [a for code, a in by_code.items() if code != missing])
    drain(workspace)
    release = publish.publish(workspace, COLLECTION)
    assert release is not None
    assert release.stage == "preliminary"
    coverage = release.manifest["coverage"]
    assert (coverage["reporters_in"], coverage["reporters_due"]) == (1_740, 1_741)
    assert [m["area_code"] for m in coverage["missing"]] == [missing]
