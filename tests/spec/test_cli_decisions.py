"""The verbs by which a decision is made and a figure is traced, as people and scripts call them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from answers import Run, runner
from belfry import listening
from keiyu.cli import main
from ministry import CHIYODA, CHUO, SEVEN
from office import LAST_YEAR, THIS_YEAR, Office, applicants

OTHERS = {code: applicants(1000) for code in SEVEN if code != CHIYODA}


@pytest.fixture
def office(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    opened = Office.open(home, tmp_path)
    for name in ("home", "storage", "database_url"):
        monkeypatch.setenv(f"KEIYU_{name.upper()}", str(getattr(opened.workspace.settings, name)))
    opened.send({CHIYODA: applicants(1125), **OTHERS}, to=LAST_YEAR)
    opened.send({CHIYODA: applicants(1126), **OTHERS})
    opened.publish()
    yield opened
    opened.workspace.close()


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(capsys)


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The times that the bell has rung."""
    with listening(monkeypatch) as heard:
        yield heard


def test_every_decision_moves_the_national_table_and_rings_the_bell(office: Office, run: Run, rung: list[int]) -> None:
    office.send({CHIYODA: applicants(41)})
    run("confirm", str(THIS_YEAR), CHIYODA, "--reason", "合併")
    assert (rung, office.nation("applicants")) == ([7], 7126)
    run("approve", str(THIS_YEAR), CHIYODA, "--reason", "確認済み")
    assert (rung, office.nation("applicants")) == ([7, 7], 6041)
    office.send({CHUO: applicants(2000)})
    run("decline", str(THIS_YEAR), CHUO, "--reason", "二重計上")
    assert (rung, office.nation("applicants")) == ([7, 7, 7], 6041)


def test_a_held_report_is_seen_and_decided_by_three_verbs(office: Office, run: Run) -> None:
    receipt, _ = office.send({CHIYODA: applicants(41)})
    [standing] = run("status", str(THIS_YEAR))["collections"]
    assert {one["ground"] for one in standing["held"]} == {"implausible", "revision"}
    [impact] = run("receipt", receipt.id)["impacts"]
    assert (impact["state"], impact["measures"]["applicants"]["nation"]) == ("held", [7126, 6041])
    answered = run("confirm", str(THIS_YEAR), CHIYODA, "--reason", "合併", "--by", CHIYODA)
    assert (answered["state"], answered["decision"]) == ("held", "confirmed")
    approved = run("approve", str(THIS_YEAR), CHIYODA, "--reason", "確認済み")
    assert (approved["state"], approved["release"]["stage"], approved["release"]["created"]) == (
        "accepted",
        "correction",
        True,
    )
    refused = run("decline", str(THIS_YEAR), CHIYODA, "--reason", "x", code=2)
    assert refused["error"]["code"] == "KEIYU-153"


def test_a_declined_report_leaves_everything_as_it_was(office: Office, run: Run) -> None:
    office.send({CHUO: applicants(2000)})
    told = run("decline", str(THIS_YEAR), CHUO, "--reason", "二重計上")
    assert (told["state"], office.nation("applicants")) == ("declined", 7126)
    [standing] = run("status", str(THIS_YEAR))["collections"]
    assert standing["held"] == []


def test_a_figure_is_traced_and_hops_are_reconciled(office: Office, run: Run) -> None:
    told = run("trace", str(THIS_YEAR), "national", "申込者数", "３歳以上")
    assert (told["value"], told["agrees"], len(told["sources"])) == (7126, True, 7)
    assert told["sources"][0]["cell"]
    assert run("hops", str(THIS_YEAR)) == {"collection": str(THIS_YEAR), "whole": True, "hops": []}


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("trace", "national", "申込者数"), ("7,126", "一致 / adds up")),
        (("status",), ("直近の公表 / last release",)),
    ],
)
def test_people_read_tables(
    args: tuple[str, ...], words: tuple[str, ...], office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([args[0], str(THIS_YEAR), *args[1:]]) == 0
    told = capsys.readouterr().out
    assert all(word in told for word in words)


def test_people_are_told_what_waits_and_what_it_would_change(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    receipt, _ = office.send({CHIYODA: applicants(41)})
    assert main(["status", str(THIS_YEAR)]) == 0
    assert main(["receipt", receipt.id]) == 0
    assert main(["decline", str(THIS_YEAR), CHIYODA, "--reason", "桁落ち"]) == 0
    told = capsys.readouterr().out
    for words in ("approve / decline", "1,126 → 41", "採用されませんでした / declined"):
        assert words in told
