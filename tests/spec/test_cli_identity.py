"""The verbs for facilities in doubt and for files to be read again, as people and scripts call them."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from answers import Run, runner
from facilities import HOME, LINE, Registry, Row
from keiyu.cli import main
from keiyu.contract.model import Collection
from keiyu.intake import ingest
from keiyu.ledger import open_collection
from keiyu.register.identity import identify

MIDORI: Row = {"name": "みどり保育園", "address": "船橋市本町1-2-3", "phone": "047-400-1111"}
HEROES: Row = {**MIDORI, "name": "ヒーローズ船橋本町"}


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(capsys)


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    """Two editions between which a nursery changed its name altogether."""
    made = Registry.open(f"sqlite:///{tmp_path / 'ledger.db'}", tmp_path)
    for name in ("storage", "database_url"):
        monkeypatch.setenv(f"KEIYU_{name.upper()}", str(getattr(made.workspace.settings, name)))
    monkeypatch.setenv("KEIYU_HOME", str(HOME))
    monkeypatch.delenv("KEIYU_DOORBELL_URL", raising=False)
    with made.workspace:
        made.accept("2020-04-01", MIDORI)
        made.accept("2021-04-01", HEROES)
        identify(made.workspace, LINE)
        yield made


def test_a_pair_in_doubt_is_shown_joined_and_split_again(registry: Registry, run: Run) -> None:
    [doubt] = run("review", LINE)["doubts"]
    assert doubt["evidence"]["known"]["name"] == MIDORI["name"]
    assert doubt["evidence"]["row"]["name"] == HEROES["name"]
    assert run("review", LINE, "--area", "292010")["doubts"] == []
    joined = run("decide", LINE, doubt["id"], "same", "--reason", "園長に確認", "--by", "122041")
    assert (joined["verdict"], joined["known"], joined["rows"]) == ("same", doubt["known"], 1)
    assert run("review", LINE)["doubts"] == []
    assert registry.identities("2021-04-01") == {HEROES["name"]: doubt["known"]}
    parted = run("split", LINE, doubt["known"], "--since", "R3.4.1", "--reason", "別法人の新設と判明")
    assert (parted["verdict"], parted["rows"]) == ("split", 1)
    assert registry.identities("2021-04-01") == {HEROES["name"]: parted["identity"]}


def test_a_pair_may_be_told_apart(registry: Registry, run: Run) -> None:
    [doubt] = run("review", LINE)["doubts"]
    apart = run("decide", LINE, doubt["id"], "different", "--reason", "別の園")
    assert (apart["verdict"], apart["rows"]) == ("different", 0)
    assert run("review", LINE)["doubts"] == []


def test_people_are_shown_both_sides_and_the_evidence(registry: Registry, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", LINE]) == 0
    told = capsys.readouterr().out
    assert "決定を待つ組 / pairs that wait: 1" in told


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["review", "nothing"], "KEIYU-101"),
        (["review", "waiting_children"], "KEIYU-158"),
        (["decide", LINE, "none", "same", "--reason", "x"], "KEIYU-155"),
        (["decide", LINE, "none", "perhaps", "--reason", "x"], "KEIYU-110"),
        (["decide", LINE, "none", "same"], "KEIYU-110"),
        (["split", LINE, "none", "--since", "2021-04-01", "--reason", "x"], "KEIYU-157"),
        (["requeue", "none", "--reason", "x"], "KEIYU-119"),
        (["requeue", "none"], "KEIYU-110"),
    ],
)
@pytest.mark.usefixtures("registry")
def test_what_cannot_be_decided_is_refused(run: Run, args: list[str], code: str) -> None:
    assert run(*args, code=2)["error"]["code"] == code


def test_a_returned_file_is_processed_again_without_being_sent_again(
    registry: Registry, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "一覧.csv"
    file.write_text("施設名称,種別,定員,電話番号,住所\nみどり保育園,認可保育所,90,047-400-1111,千葉県船橋市本町1-2-3\n")
    [receipt] = run("receive", str(file), "--collection", f"{LINE}/2022-04-01")["receipts"]
    ingest(registry.workspace)
    [returned] = run("receipt", receipt["id"])["receipts"]
    assert returned["state"] == "returned"
    open_collection(registry.workspace.ledger, Collection(LINE, dt.date(2022, 4, 1)))
    again = run("requeue", receipt["id"], "--reason", "回を開いていなかった")
    assert again["submissions"] == [receipt["submission_id"]]
    assert again["requeued"] == 1
    assert run("requeue", receipt["submission_id"], "--reason", "x", code=2)["error"]["code"] == "KEIYU-119"
    ingest(registry.workspace)
    [taken] = run("receipt", receipt["id"])["receipts"]
    assert (taken["state"], taken["row_count"]) == ("accepted", 1)
