"""National tables made from the genuine workbook: the ministry's own totals, and every way to them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from keiyu import contract, publish
from keiyu.codes import areas
from ministry import APRIL, LINE, Ministry
from real import genuine

pytestmark = pytest.mark.real

AGES = {
    "capacity": {"total": 3_029_282, "age0": 261_118, "age1_2": 1_003_634, "age3plus": 1_764_530},
    "enrolled": {"total": 2_678_417, "age0": 130_437, "age1": 434_287, "age2": 512_372, "age3plus": 1_601_321},
    "applicants": {"total": 2_765_235, "age0": 141_980, "age1": 473_953, "age2": 527_718, "age3plus": 1_621_584},
    "waiting": {"total": 2_254, "age0": 164, "age1": 1_361, "age2": 516, "age3plus": 213},
}
"""保育所等関連状況取りまとめ（令和７年４月１日）."""


@pytest.fixture(scope="module")
def published(
    home: Path, shared: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[publish.Release, Path, genuine.Genuine]]:
    folder = tmp_path_factory.mktemp("genuine")
    survey = genuine.load(shared, contract.load(LINE, home / "schemas"), areas.load(home / "schemas"))
    ministry = Ministry.open(home, str(folder / "data"), f"sqlite:///{folder}/ledger.db")
    with ministry.workspace as workspace:
        ministry.submit(survey.values)
        made = publish.publish(workspace, APRIL)
        assert made is not None
        yield made, folder / "data" / made.path, survey


def figures(folder: Path, table: str, /, **where: str) -> pd.DataFrame:
    frame = pd.read_parquet(folder / table)
    for column, value in where.items():
        frame = frame[frame[column] == value]
    return frame


def test_the_headlines_are_those_the_ministry_published(published: Any) -> None:
    release, folder, _ = published
    assert release.title_ja == "確報"
    nation = figures(folder, "national", table="headline").set_index(["category", "age_band"])["value"]
    assert {name: {age: nation[name, age] for age in ages} for name, ages in AGES.items()} == AGES
    assert nation["municipalities_waiting", "total"] == 211
    assert nation["excluded", "total"] == 64_489
    assert nation["on_hold", "total"] == 2_765_235 - 2_678_417
    told = release.manifest["control_totals"]["headline"]
    assert {name: told[name]["cells"] for name in AGES} == AGES


def test_every_cell_of_the_total_row_comes_out(published: Any, home: Path) -> None:
    _, folder, survey = published
    nation = figures(folder, "national").set_index(["table", "age_band", "category"])["value"]
    line = contract.load(LINE, home / "schemas")
    found = {m.name: nation[t.name, *m.dimensions.values()] for t in line.tables for m in t.measures}
    assert found == survey.totals
    assert len(found) == 88


def test_prefectures_add_up_either_way(published: Any) -> None:
    _, folder, _ = published
    nation = figures(folder, "national").set_index(["table", "category", "age_band"])["value"].sort_index()
    frame = figures(folder, "prefecture")
    assert frame.groupby("scope")["area_code"].nunique().to_dict() == {"city": 82, "excluding_cities": 47, "whole": 47}
    for scopes in (["whole"], ["excluding_cities", "city"]):
        summed = frame[frame["scope"].isin(scopes)].groupby(["table", "category", "age_band"])["value"].sum()
        pd.testing.assert_series_equal(summed.sort_index(), nation)


def test_prefectures_and_cities_as_published(published: Any) -> None:
    _, folder, _ = published
    waiting = figures(folder, "prefecture", table="headline", category="waiting", age_band="total").set_index(
        ["scope", "area"]
    )["value"]
    whole = waiting["whole"]
    assert whole.sort_values(ascending=False).head(5).to_dict() == {
        "東京都": 339,
        "滋賀県": 335,
        "埼玉県": 208,
        "兵庫県": 199,
        "大阪府": 194,
    }
    assert (whole == 0).sum() == 17
    assert waiting["city", "大津市"] == 132


def test_shards_hold_every_municipality_once(published: Any) -> None:
    release, folder, survey = published
    frame = figures(folder, "municipality")
    assert sorted(frame["area_code"]) == sorted(survey.values)
    assert len(list((folder / "municipality").iterdir())) == 47
    assert (frame["values_missing"] == 0).all()
    assert figures(folder, "long").shape[0] == 153_208
    assert len(release.manifest["submissions"]) == 1_741
