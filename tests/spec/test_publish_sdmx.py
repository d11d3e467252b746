"""SDMX-CSV 2.0: what goes out of a tidy table is what other people's readers bring back."""

import csv
import datetime as dt
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from keiyu import contract
from keiyu.codes import areas
from keiyu.contract.model import Contract
from keiyu.publish import sdmx, structure
from keiyu.read.model import ValueStatus
from ministry import LINE

SAPPORO, CHIYODA = "011002", "131016"


@pytest.fixture(scope="module")
def line(home: Path) -> Contract:
    return contract.load(LINE, home / "schemas")


def rows_of(line: Contract, table: str, cells: list[tuple[int | None, str]]) -> pa.Table:
    [national] = [one for one in line.national if one.name == table]
    return pa.table({field.name: [_cell(field.name, *cell) for cell in enumerate(cells)] for field in national.fields})


def _cell(name: str, n: int, cell: tuple[int | None, str]) -> Any:
    area = (SAPPORO, CHIYODA)[n % 2]
    told = {"value": cell[0], "value_status": cell[1], "area_code": area, "prefecture_code": area[:2], "unit": "人"}
    dated = {"as_of": "2025-04-01", "age_band": "total", "category": f"category{n}", "table": "applicants"}
    coverage = {"values_missing": n, "reporters_in": 5, "reporters_due": 6, "coverage_by_weight": 0.75}
    return {**told, **dated, **coverage}.get(name, "text, 「文」")


def written(line: Contract, home: Path, table: str, cells: list[tuple[int | None, str]]) -> str:
    return sdmx.encode(sdmx.structure(line, table), rows_of(line, table, cells), home / "schemas").decode()


CELLS: list[tuple[int | None, str]] = [(12, "reported"), (0, "none"), (None, "not_submitted"), (None, "suppressed")]


def test_the_file_is_the_field_guides(line: Contract, home: Path) -> None:
    assert written(line, home, "long", CELLS[:3]).splitlines() == [
        "STRUCTURE,STRUCTURE_ID,ACTION,TIME_PERIOD,REF_AREA,TABLE,AGE,CATEGORY,"
        "OBS_VALUE,OBS_STATUS,CONF_STATUS,VALUE_STATUS,UNIT_MEASURE",
        f"dataflow,{FLOW},I,2025-04-01,JP-011002,applicants,total,category0,12,A,F,reported,人",
        f"dataflow,{FLOW},I,2025-04-01,JP-131016,applicants,total,category1,0,A,F,none,人",
        f"dataflow,{FLOW},I,2025-04-01,JP-011002,applicants,total,category2,,L,F,not_submitted,人",
    ]


FLOW = "KEIYU:WAITING_CHILDREN_LONG(1.0.0)"


def test_the_nation_is_an_area_and_its_gaps_are_attributes(line: Contract, home: Path) -> None:
    [row, partial] = csv.DictReader(
        io.StringIO(written(line, home, "national", [(7, "reported"), (6, "not_submitted")]))
    )
    told = ("REF_AREA", "OBS_VALUE", "OBS_STATUS", "VALUES_MISSING", "REPORTERS_IN", "REPORTERS_DUE", "UNIT_MEASURE")
    assert [row[name] for name in told] == ["JP", "7", "A", "0", "5", "6", "人"]
    assert [partial[name] for name in told[1:4]] == ["6", "P", "1"]


@pytest.mark.parametrize("status", list(ValueStatus))
def test_every_status_has_its_codes(line: Contract, home: Path, status: ValueStatus) -> None:
    valued = status not in (ValueStatus.NOT_APPLICABLE,)
    absent = status not in (ValueStatus.TRUE_ZERO, ValueStatus.NONE)
    cells = [(1, status.value)] * valued + [(None, status.value)] * absent
    for row in csv.DictReader(io.StringIO(written(line, home, "long", cells))):
        assert len(row["OBS_STATUS"]) == len(row["CONF_STATUS"]) == 1
        assert (row["CONF_STATUS"] == "C") == (row["OBS_STATUS"] == "Q")


def test_a_status_without_codes_is_refused(line: Contract, home: Path) -> None:
    with pytest.raises(sdmx.UnmappedStatusError, match="invented"):
        written(line, home, "long", [(1, "invented")])


def test_a_wide_table_has_no_observations(line: Contract) -> None:
    with pytest.raises(sdmx.NotTidyError, match="long, national, prefecture"):
        sdmx.structure(line, "municipality")


def test_every_dimension_is_a_key_so_that_no_two_rows_are_one_observation(line: Contract) -> None:
    for table in ("long", "national", "prefecture"):
        [national] = [one for one in line.national if one.name == table]
        keys = {field.name for field in national.fields if field.key}
        assert {column for column in sdmx.structure(line, table).dimensions.values() if column} == keys


@pytest.mark.parametrize("table", ["long", "national", "prefecture"])
def test_pysdmx_reads_it_back(line: Contract, home: Path, table: str) -> None:
    reader = pytest.importorskip("pysdmx.io.csv.sdmx20.reader")
    text = written(line, home, table, CELLS)
    [dataset] = reader.read(text)
    assert dataset.structure == f"Dataflow=KEIYU:WAITING_CHILDREN_{table.upper()}(1.0.0)"
    back = dataset.data.to_dict("records")
    areas = {"JP"} if table == "national" else {"JP-011002", "JP-131016"}
    assert {row["REF_AREA"] for row in back} == areas
    assert [(row["OBS_VALUE"], row["OBS_STATUS"], row["CONF_STATUS"]) for row in back] == OBSERVED


OBSERVED = [("12", "A", "F"), ("0", "A", "F"), ("", "L", "F"), ("", "Q", "C")]


@pytest.mark.parametrize("table", ["long", "national", "prefecture"])
def test_sdmx1_reads_it_back(line: Contract, home: Path, table: str) -> None:
    pytest.importorskip("sdmx")
    reader = pytest.importorskip("sdmx.reader.csv").Reader()
    v30 = pytest.importorskip("sdmx.model.v30")
    told = sdmx.structure(line, table)
    definition = v30.DataStructureDefinition(id="DSD")
    definition.measures.append(v30.Measure(id=sdmx.VALUE))
    definition.dimensions.extend(v30.Dimension(id=name) for name in told.dimensions)
    attributes = told.components[len(told.dimensions) + 1 :]
    definition.attributes.extend(v30.DataAttribute(id=name) for name in attributes)
    text = written(line, home, table, CELLS)
    [dataset] = reader.convert(io.BytesIO(text.encode()), structure=definition).data
    assert {tuple(obs.dimension.values) for obs in dataset.obs} == {tuple(told.dimensions)}
    statuses = [
        (str(obs.value), *(str(obs.attached_attribute[name].value) for name in (sdmx.STATUS, sdmx.CONFIDENTIALITY)))
        for obs in dataset.obs
    ]
    assert statuses == OBSERVED


def test_a_unit_that_a_column_says_is_not_said_twice(line: Contract) -> None:
    told = sdmx.structure(line, "national")
    assert replace(told, unit="人").components.count(sdmx.UNIT) == 1


def structured(line: Contract, home: Path, table: str, folder: Path) -> tuple[Path, Path]:
    """Write the file and its structure; returns their paths."""
    rows = rows_of(line, table, CELLS).set_column(0, "as_of", pa.array([dt.date(2025, 4, 1)] * len(CELLS)))
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    message = structure.message(
        line, table, rows, areas=areas.load(home / "schemas"), schemas=home / "schemas", prepared=now
    )
    (folder / "structure.xml").write_bytes(message)
    (folder / "data.csv").write_bytes(sdmx.encode(sdmx.structure(line, table), rows, home / "schemas"))
    return folder / "data.csv", folder / "structure.xml"


@pytest.mark.parametrize("table", ["long", "national", "prefecture"])
def test_the_structure_is_valid_sdmx_ml_and_describes_every_column(
    line: Contract, home: Path, table: str, tmp_path: Path
) -> None:
    io_ = pytest.importorskip("pysdmx.io")
    data, message = structured(line, home, table, tmp_path)
    told = io_.read_sdmx(message, validate=True)
    [definition] = told.get_data_structure_definitions()
    [dataset] = io_.get_datasets(data, message)
    by_id = {component.id: component for component in definition.components}
    assert set(by_id) == set(dataset.data.columns) == set(sdmx.structure(line, table).components)
    assert [one.id for one in definition.components if one.role.value == "D"] == [
        *(name for name in sdmx.structure(line, table).dimensions if name != "TIME_PERIOD"),
        "TIME_PERIOD",
    ]
    for name, component in by_id.items():
        if component.enumeration:
            codes = {code.id for code in component.enumeration}
            assert set(dataset.data[name]) <= codes, name
    assert {name for name, one in by_id.items() if one.enumeration} >= {"REF_AREA", "AGE", "OBS_STATUS", "CONF_STATUS"}
    assert dataset.data["OBS_VALUE"].tolist()[:2] == [12, 0]


def test_sdmx1_validates_the_codes_by_the_structure(line: Contract, home: Path, tmp_path: Path) -> None:
    sdmx1 = pytest.importorskip("sdmx")
    reader = pytest.importorskip("sdmx.reader.csv").Reader()
    data, message = structured(line, home, "long", tmp_path)
    told = sdmx1.read_sdmx(io.BytesIO(message.read_bytes()))
    [definition] = told.structure.values()
    areas_ = told.codelist["CL_WAITING_CHILDREN_LONG_REF_AREA"]
    assert {code.id: str(code.name.localizations["ja"]) for code in areas_} == {
        "JP-011002": "北海道札幌市",
        "JP-131016": "東京都千代田区",
    }
    assert areas_.is_partial
    [dataset] = reader.convert(io.BytesIO(data.read_bytes()), structure=definition).data
    assert len(dataset.obs) == len(CELLS)
    for obs in dataset.obs:
        for dimension in definition.dimensions:
            listed = dimension.local_representation.enumerated
            assert listed is None or str(obs.dimension[dimension.id].value) in listed


def test_every_code_of_the_statuses_is_on_its_list(home: Path) -> None:
    text = (home / "schemas" / "codes" / "observation_statuses.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    listed = (home / "schemas" / "codes" / "sdmx_codes.csv").read_text(encoding="utf-8")
    codes = list(csv.DictReader(io.StringIO(listed)))
    for column in ("obs_status", "conf_status"):
        named = {code["code_id"] for code in codes if code["codelist"] == column.upper()}
        assert {row[column] for row in rows} == named
