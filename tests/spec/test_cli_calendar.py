"""The calendar on the command line: three dates per hop, more time, no duty, and what is refused."""

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from answers import Run, runner
from keiyu.cli import main

COLLECTION = "waiting_children/2035-04-01"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("KEIYU_STORAGE", str(tmp_path / "data"))
    for name in ("KEIYU_DATABASE_URL", "KEIYU_DROP", "KEIYU_DOORBELL_URL"):
        monkeypatch.delenv(name, raising=False)

    run = runner(capsys)
    run("open", COLLECTION)
    return run


def status(run: Run) -> dict[str, Any]:
    [told] = run("status", COLLECTION)["collections"]
    return dict(told)


def test_status_tells_the_dates_of_each_hop_and_how_many_stand_how(run: Run) -> None:
    told = status(run)
    assert [one["level"] for one in told["dates"]] == ["municipality", "prefecture"]
    assert all(one["days_left"] > 0 and one["working_days"] >= 5 for one in told["dates"])
    assert told["counts"]["due"] == told["reporters_due"]
    assert sum(told["counts"].values()) == told["reporters_due"]
    assert (told["on_time_rate"], told["calendar_findings"]) == (None, [])


def test_more_time_and_no_duty_are_kept_with_their_reasons(run: Run) -> None:
    due = status(run)["reporters_due"]
    given = run("extend", COLLECTION, "170003", "--until", "2035-06-29", "--reason", "能登半島地震")
    assert (given["areas"], given["until"], given["reporters"]) == (["170003"], "2035-06-29", 19)
    excused = run("exempt", COLLECTION, "172049", "172057", "--reason", "庁舎の被災")
    assert excused["reporters"] == 2
    told = status(run)
    assert told["extensions"] == [{"area": "170003", "until": "2035-06-29", "reason": "能登半島地震"}]
    assert [one["area"] for one in told["exemptions"]] == ["172049", "172057"]
    assert (told["counts"]["exempt"], told["reporters_due"]) == (2, due - 2)
    assert not {"172049", "172057"} & {one["reporter"] for one in told["missing"]}
    run("exempt", COLLECTION, "172049", "--reason", "復旧", "--end")
    assert status(run)["counts"]["exempt"] == 1


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["extend", COLLECTION, "170003", "--until", "2035-06-30", "--reason", "x"], "KEIYU-118"),  # a Saturday
        (["extend", COLLECTION, "172049", "--until", "2035-04-10", "--reason", "x"], "KEIYU-118"),
        (["extend", COLLECTION, "999999", "--until", "2035-06-29", "--reason", "x"], "KEIYU-117"),
        (["exempt", COLLECTION, "999999", "--reason", "x"], "KEIYU-117"),
        (["exempt", COLLECTION, "172049"], "KEIYU-110"),
    ],
)
def test_what_helps_nobody_is_refused(run: Run, args: list[str], code: str) -> None:
    assert run(*args, code=2)["error"]["code"] == code


def test_publish_keeps_the_tables_about_the_relay_too(run: Run, tmp_path: Path) -> None:
    run("publish", COLLECTION)
    path = tmp_path / "data/published/monitor/waiting_children/completeness/2035-04-01.parquet"
    rows = pq.ParquetFile(path).read()
    assert rows.num_rows == 47
    assert sum(rows["missing"].to_pylist()) == sum(rows["reporters"].to_pylist())


def test_people_are_shown_the_calendar(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["status", COLLECTION]) == 0
    told = capsys.readouterr().out
    assert all(word in told for word in ("提出期限 / deadline", "市区町村 / municipality", "期限超過 / overdue"))
