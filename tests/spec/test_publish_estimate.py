"""The estimate beside a 速報: two prefectures, seven municipalities, of which five have reported."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from backtest import backtest
from keiyu import publish
from keiyu.cli import main
from keiyu.ledger import open_collection
from keiyu.publish import estimation, monitor
from keiyu.publish.snapshot import take
from ministry import CHIYODA, CHUO, HACHIOJI, HAYAMA, OSHIMA, SEVEN, YOKOHAMA, YOKOSUKA, Ministry
from office import LAST_YEAR, THIS_YEAR

LAST = {CHIYODA: 100, CHUO: 200, HACHIOJI: 300, OSHIMA: 10, YOKOHAMA: 1000, YOKOSUKA: 250, HAYAMA: 40}
NOW = {CHIYODA: 110, CHUO: 220, HACHIOJI: 330, OSHIMA: 11, YOKOSUKA: 275}
"""Everybody grew by a tenth; 横浜 and 葉山 are missing."""


def submit(ministry: Ministry, figures: dict[str, int]) -> None:
    ministry.submit({code: {"applicants_total": value} for code, value in figures.items()})


@pytest.fixture
def early(ministry: Ministry) -> Ministry:
    open_collection(ministry.workspace.ledger, LAST_YEAR)
    submit(Ministry(ministry.workspace, LAST_YEAR), LAST)
    submit(ministry, NOW)
    return ministry


def rows(ministry: Ministry, level: float = 0.95) -> dict[str | None, dict[str, Any]]:
    table = publish.read(ministry.workspace, THIS_YEAR, "estimate").to_pylist()
    mine = [row for row in table if (row["measure"], row["level"]) == ("applicants", level)]
    return {row["prefecture_code"]: row for row in mine}


def test_every_figure_has_its_count_its_coverage_and_apart_from_them_its_estimate(early: Ministry) -> None:
    told = rows(early)
    names = (
        "counted",
        "reporters_in",
        "reporters_due",
        "coverage_by_count",
        "coverage_by_weight",
        "estimate",
        "method",
    )
    assert {place: tuple(row[name] for name in names) for place, row in told.items()} == {
        None: (946, 5, 7, 5 / 7, 860 / 1900, 946 + 1144, "ratio"),
        "13": (671, 4, 4, 1.0, 1.0, 671, "complete"),
        "14": (275, 1, 3, 1 / 3, 250 / 1290, 275 + 1144, "ratio"),
    }
    assert (told["13"]["lower"], told["13"]["upper"]) == (671, 671)
    assert (told[None]["basis"], told[None]["growth"]) == ("2024-04-01", pytest.approx(1.1))


def test_every_figure_of_a_preliminary_release_carries_its_coverage_by_count_and_by_weight(early: Ministry) -> None:
    made = publish.publish(early.workspace, THIS_YEAR, stage="preliminary")
    assert made is not None
    folder = early.workspace.storage.local_path(made.path)
    assert folder is not None
    names = ["reporters_in", "reporters_due", "coverage_by_weight"]
    nation = pq.read_table(folder / "national").select(names).to_pylist()
    assert all(tuple(row.values()) == (5, 7, pytest.approx(860 / 1900)) for row in nation)
    told = pq.read_table(folder / "prefecture").select(["scope", "area", *names]).to_pylist()
    assert {(row["scope"], row["area"]): tuple(row[name] for name in names) for row in told} == {
        ("whole", "東京都"): (4, 4, 1.0),
        ("excluding_cities", "東京都"): (3, 3, 1.0),
        ("city", "八王子市"): (1, 1, 1.0),
        ("whole", "神奈川県"): (1, 3, pytest.approx(250 / 1290)),
        ("excluding_cities", "神奈川県"): (0, 1, 0.0),
        ("city", "横浜市"): (0, 1, 0.0),
        ("city", "横須賀市"): (1, 1, 1.0),
    }
    before = current_coverage(early)
    submit(Ministry(early.workspace, LAST_YEAR), {YOKOHAMA: 2000})
    publish.publish(early.workspace, THIS_YEAR)
    assert (before, current_coverage(early)) == (pytest.approx(860 / 1900), pytest.approx(860 / 2900))


def current_coverage(ministry: Ministry) -> float:
    [share] = set(publish.read(ministry.workspace, THIS_YEAR, "national")["coverage_by_weight"].to_pylist())
    return float(share)


def test_the_release_carries_it_in_a_file_of_its_own_and_the_counts_stay_what_they_were(early: Ministry) -> None:
    made = publish.publish(early.workspace, THIS_YEAR, stage="preliminary")
    assert made is not None
    folder = early.workspace.storage.local_path(made.path)
    assert folder is not None
    data = (folder / "estimate.parquet").read_bytes()
    told = made.manifest["estimate"]
    assert told["sha256"] == hashlib.sha256(data).hexdigest()
    assert (told["basis"], told["measures"]["applicants"]["estimate"]) == (["2024-04-01"], 2090)
    assert made.manifest["control_totals"]["headline"]["applicants"]["total"] == 946
    assert [one["weight_in"] for one in made.manifest["coverage"]["prefectures"]] == [1.0, 250 / 1290]
    schema = json.loads((folder / "schema" / "estimate.json").read_bytes())
    assert [one["name"] for one in schema["fields"]] == pq.read_schema(folder / "estimate.parquet").names
    package = json.loads((folder / "datapackage.json").read_bytes())
    assert "estimate.parquet" in [one["path"] for one in package["resources"]]
    notes = (folder / "RELEASE.md").read_text(encoding="utf-8")
    assert "| 申込者数 / Applicants | 946 | 2,090 |" in notes
    assert "集計値には混ぜていない" in notes
    page = (folder / "diff.html").read_text(encoding="utf-8")
    assert '<td class="n">946</td><td class="n">2,090</td>' in page
    assert "（前回の値で45.3%）" in page
    dictionary = (folder / "dictionary.csv").read_text(encoding="utf-8")
    assert "estimate,estimate,1,line," in dictionary


def test_with_no_earlier_collection_there_is_none_and_the_reason_is_told(ministry: Ministry) -> None:
    submit(ministry, NOW)
    told = rows(ministry)
    assert {row["method"] for row in told.values()} == {"none", "complete"}
    assert told[None]["estimate"] is None
    assert told[None]["reason_ja"].startswith("前の回がなく")
    assert (told["13"]["estimate"], told["13"]["counted"]) == (671, 671)


def test_everyone_in_leaves_no_doubt_and_a_final_release_carries_no_estimate(early: Ministry) -> None:
    submit(early, {YOKOHAMA: 1200, HAYAMA: 40})
    assert {(row["counted"], row["lower"], row["upper"]) for row in rows(early).values()} == {
        (2186, 2186, 2186), (671, 671, 671), (1515, 1515, 1515)
    }  # fmt: skip
    made = publish.publish(early.workspace, THIS_YEAR)
    assert made is not None
    assert (made.stage, "estimate" in made.manifest) == ("final", False)


def test_the_latest_is_kept_beside_current_and_any_earlier_one_is_made_again(early: Ministry) -> None:
    workspace = early.workspace
    assert estimation.refresh(workspace, THIS_YEAR)
    before, then = rows(early), workspace.ledger.now()
    assert not estimation.refresh(workspace, THIS_YEAR)
    submit(early, {HAYAMA: 400})
    assert "estimate" in monitor.refresh(workspace, THIS_YEAR, workspace.ledger.now())
    kept = pq.ParquetFile(workspace.storage.uri(estimation.path(THIS_YEAR))).read()
    assert kept.to_pylist() == publish.read(workspace, THIS_YEAR, "estimate").to_pylist()
    assert rows(early) != before
    again = publish.read(workspace, THIS_YEAR, "estimate", then).to_pylist()
    assert [row for row in again if row["measure"] == "applicants" and row["level"] == 0.95] == list(before.values())


def test_last_values_follow_a_merger_and_wait_for_all_parts_of_what_was_divided(small: Path, tmp_path: Path) -> None:
    """葉山 merged into 横須賀; 八王子 was divided into itself and 大島, which was made from it (an invention)."""
    here = tmp_path / "home"
    shutil.copytree(small, here)
    areas, steps = (here / "schemas" / "codes" / f"{name}.csv" for name in ("areas", "successions"))
    text = areas.read_text(encoding="utf-8").splitlines()
    ends, begins = {HAYAMA[:5]: "2024-10-01"}, {OSHIMA[:5]: "2024-10-01"}
    changed = [f"{row}{ends[row[:5]]}" if row[:5] in ends else row for row in text]
    changed = [",".join([*row.split(",")[:7], begins[row[:5]], ""]) if row[:5] in begins else row for row in changed]
    areas.write_text("\n".join(changed) + "\n", encoding="utf-8")
    with steps.open("a", encoding="utf-8") as out:
        out.write(f"2024-10-01,編入,{HAYAMA[:5]},{YOKOSUKA[:5]},absorption\n")
        out.writelines(f"2024-10-01,分割,{HACHIOJI[:5]},{to[:5]},division\n" for to in (HACHIOJI, OSHIMA))
    opened = Ministry.open(here, str(tmp_path / "data"), f"sqlite:///{tmp_path}/ledger.db")
    open_collection(opened.workspace.ledger, LAST_YEAR)
    submit(Ministry(opened.workspace, LAST_YEAR), {code: value for code, value in LAST.items() if code != OSHIMA})
    submit(opened, {CHIYODA: 110, CHUO: 220, YOKOHAMA: 1100, YOKOSUKA: 319, HACHIOJI: 200})
    nation = rows(opened)[None]
    assert (nation["counted"], nation["reporters_in"], nation["reporters_due"]) == (1949, 5, 6)
    assert nation["coverage_by_weight"] == pytest.approx(1590 / 1890)
    assert nation["method"] == "none"
    opened.workspace.close()


def test_status_shows_it_apart(early: Ministry, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    for name in ("home", "storage", "database_url"):
        monkeypatch.setenv(f"KEIYU_{name.upper()}", str(getattr(early.workspace.settings, name)))
    assert main(["status", str(THIS_YEAR)]) == 0
    shown = capsys.readouterr().out
    assert "2,090" in shown
    assert main(["status", str(THIS_YEAR), "--json"]) == 0
    [told] = json.loads(capsys.readouterr().out)["collections"]
    estimate = {one["measure"]: one for one in told["estimate"]}["applicants"]
    assert (estimate["counted"], estimate["estimate"], estimate["method"]) == (946, 2090, "ratio")


def test_a_complete_collection_is_replayed_in_the_order_in_which_it_came(early: Ministry) -> None:
    submit(early, {YOKOHAMA: 1100})
    submit(early, {HAYAMA: 44})
    found = backtest(early.workspace, take(early.workspace, THIS_YEAR), (0.5, 0.98))
    nation = [one for one in found if one.place is None and one.measure == "applicants"]
    assert {one.share for one in nation} == {0.5, 0.98}
    assert all(one.holds and one.truth == 2090 for one in nation)
    assert len(SEVEN) == 7
