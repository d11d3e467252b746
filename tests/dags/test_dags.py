"""The DAGs parse without errors, quickly and lightly, and have the shape that the design gives them."""

from pathlib import Path

import pytest

from keiyu.contract import lines


@pytest.fixture
def dags(seen):
    return seen["parse"]["dags"]


def test_no_file_fails_to_import(seen):
    assert seen["parse"]["errors"] == {}
    assert seen["parse"]["warnings"] == {}


def test_there_is_one_intake_and_one_national_dag_per_line(dags, schemas):
    assert set(dags) >= {"intake", *(f"national_{line}" for line in lines(schemas))}


def test_intake_is_woken_by_the_bell_or_each_minute(dags):
    schedule = dags["intake"]["schedule"]
    assert schedule["kind"] == "AssetOrTimeSchedule"
    assert schedule["assets"] == ["keiyu_arrivals"]
    assert schedule["watchers"] == ["drop"]
    assert schedule["cron"] == "* * * * *"


def test_intake_runs_alone_and_in_one_task(dags, schemas):
    intake = dags["intake"]
    assert (intake["max_active_runs"], intake["catchup"]) == (1, False)
    assert list(intake["tasks"]) == ["ingest"]
    assert set(intake["tasks"]["ingest"]["outlets"]) == {
        "keiyu_arrivals",
        *(f"collections_{line}" for line in lines(schemas)),
    }


def test_a_national_dag_is_partitioned_by_the_collections_of_its_line(dags, schemas):
    for line in lines(schemas):
        dag = dags[f"national_{line}"]
        assert dag["schedule"]["partitioned"]
        assert dag["schedule"]["assets"] == [f"collections_{line}"]
        assert (dag["max_active_runs"], dag["catchup"]) == (1, False)
        assert list(dag["tasks"]) == ["publish"]


def test_upkeep_runs_by_night_and_proves_after_tidying(dags, schemas):
    upkeep = dags["upkeep"]
    assert upkeep["schedule"]["kind"] == "CronTriggerTimetable"
    assert set(upkeep["tasks"]) == {"wake", "tidy", "verify"}
    assert upkeep["tasks"]["verify"]["after"] == ["tidy"]
    assert set(upkeep["tasks"]["wake"]["outlets"]) == {f"collections_{line}" for line in lines(schemas)}


def test_replay_waits_for_somebody_and_asks_for_a_collection(dags):
    replay = dags["replay"]
    assert replay["schedule"]["kind"] == "NullTimetable"
    assert (list(replay["tasks"]), replay["tasks"]["replay"]["outlets"]) == (["replay"], [])


def test_deadlines_follow_the_offices_week_and_close_before_they_remind(dags):
    deadlines = dags["deadlines"]
    assert deadlines["schedule"]["kind"] == "CronTriggerTimetable"
    assert deadlines["schedule"]["expression"] == "0 9 * * 1-5"
    assert {name: task["after"] for name, task in deadlines["tasks"].items()} == {
        "close": [],
        "remind": ["close"],
        "measure": ["close"],
    }
    assert (deadlines["max_active_runs"], deadlines["catchup"]) == (1, False)


def test_parsing_drags_in_nothing_heavy(seen):
    assert seen["parse"]["heavy"] == []


def test_parsing_takes_a_fraction_of_importing_airflow(seen):
    """A ratio, so that a slow machine does not fail it: parsing is repeated every half minute for ever."""
    assert seen["parse"]["parse_seconds"] < 0.5 * seen["parse"]["import_seconds"]


def test_dag_files_are_wiring_only(home: Path):
    files = sorted((home / "dags").glob("*.py"))
    assert files
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 80, file.name


def test_no_survey_is_named_in_code(home: Path, schemas: Path):
    sources = [*(home / "dags").rglob("*.py"), *(home / "plugins").rglob("*.py")]
    for line in lines(schemas):
        assert [str(path) for path in sources if line in path.read_text(encoding="utf-8")] == []
