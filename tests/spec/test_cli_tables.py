"""What the command line hands to statisticians: series, SDMX with its structure, and the Iceberg catalogue."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from answers import Run, runner
from keiyu import publish
from keiyu.cli import main
from ministry import APRIL, CHIYODA, LINE, SEVEN, Ministry, small_home


@pytest.fixture(scope="module")
def settings(home: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("installation")
    small = small_home(home, folder / "home")
    ministry = Ministry.open(small, str(folder / "data"), f"sqlite:///{folder}/ledger.db")
    with ministry.workspace as workspace:
        ministry.submit({code: {"waiting_total": n} for n, code in enumerate(SEVEN)})
        publish.publish(workspace, APRIL)
    return {
        "KEIYU_HOME": str(small),
        "KEIYU_STORAGE": str(folder / "data"),
        "KEIYU_DATABASE_URL": f"sqlite:///{folder}/ledger.db",
    }


@pytest.fixture
def run(settings: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)

    return runner(capsys)


def test_a_series_is_read_on_the_boundaries_of_then_or_of_today(run: Run) -> None:
    then = run("series", LINE, "long", "--limit", "1")
    assert (then["boundaries"], len(then["rows"])) == ("then", 1)
    today = run("series", LINE, "long", "--boundaries", "today", "--on", "R7.4.1", "--limit", "1")
    assert today["on"] == "2025-04-01"
    [row] = today["rows"]
    assert (row["area_code"], row["boundary"], row["then_codes"]) == (CHIYODA, "same", [CHIYODA])
    assert run("series", LINE, "rate", "--boundaries", "today", code=2)["error"]["code"] == "KEIYU-179"


def test_a_series_in_a_file_names_the_codes_of_then(
    settings: dict[str, str], run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "series.csv"
    assert main(["series", LINE, "long", "--boundaries", "today", "--format", "csv", "-o", str(file)]) == 0
    header, first, *_ = file.read_text(encoding="utf-8").splitlines()
    assert header.endswith('"boundary","then_codes"')
    assert first.endswith(f'"same","{CHIYODA}"')


def test_the_structure_of_sdmx_is_written_beside_its_data(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "long.xml"
    assert main(["read", str(APRIL), "long", "--format", "sdmx-ml", "-o", str(file)]) == 0
    root = ET.fromstring(file.read_bytes())
    spaces = {"str": "http://www.sdmx.org/resources/sdmxml/schemas/v3_0/structure"}
    [flow] = root.findall(".//str:Dataflow", spaces)
    assert flow.get("id") == "WAITING_CHILDREN_LONG"
    codes = root.findall(".//str:Codelist[@id='CL_WAITING_CHILDREN_LONG_REF_AREA']/str:Code", spaces)
    assert [code.get("id") for code in codes] == [f"JP-{code}" for code in SEVEN]
    assert main(["read", str(APRIL), "municipality", "--format", "sdmx-ml"]) == 2


def test_releases_are_registered_once(run: Run, settings: dict[str, str]) -> None:
    told = run("iceberg", LINE)
    [registered] = told["registered"]
    assert (registered["collection"], registered["tag"]) == (str(APRIL), "2025-04-01_final_1")
    assert told["catalogue"] == f"sqlite:///{settings['KEIYU_STORAGE']}/published/iceberg/catalog.db"
    assert run("iceberg")["registered"] == []
    assert run("iceberg", "nothing", code=2)["error"]["code"] == "KEIYU-101"
