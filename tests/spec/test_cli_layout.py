"""The verbs of layouts, as people and scripts call them: shown first, accepted, listed, looked at, compared."""

import shutil
from functools import partial
from pathlib import Path

import pytest

from answers import Run, runner
from keiyu.cli import main
from reading import SCHEMAS, csv_bytes

LINE = "nursery_vacancy"
MAY = [
    ["施設の名称", "種別", "所在地", "定員", "受入定員", "０歳空き", "１歳空き"],
    ["さくら保育園", "認可保育所", "千葉県船橋市本町1-2-3", 90, 88, 0, 2],
    ["そら保育園", "認可保育所", "千葉県船橋市湊町4-6", 60, 50, 2, 1],
]
JULY = [[*row, "有" if n else "駐車場"] for n, row in enumerate(MAY)]
ANSWERS = ("--line", LINE, "--map", "受入定員=capacity", "--ignore", "D", "--by", "保育課")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    shutil.copytree(SCHEMAS, tmp_path / "home" / "schemas")
    monkeypatch.setenv("KEIYU_HOME", str(tmp_path / "home"))

    return partial(runner(capsys), "layout")


def test_a_form_is_shown_accepted_listed_and_compared(run: Run, tmp_path: Path) -> None:
    may, july = tmp_path / "may.csv", tmp_path / "july.csv"
    may.write_bytes(csv_bytes(MAY, encoding="cp932"))
    july.write_bytes(csv_bytes(JULY, encoding="utf-8-sig"))
    refused = run("accept", may, "--line", LINE, code=2)["error"]
    assert refused["code"] == "KEIYU-137"
    assert "受入定員" in refused["ja"]
    assert "still in doubt" in refused["en"]

    shown = run("accept", may, *ANSWERS, "--dry-run")
    assert not shown["written"]
    assert not Path(shown["path"]).exists()
    kept = run("accept", may, *ANSWERS)
    assert Path(kept["path"]).read_text(encoding="utf-8") == kept["yaml"] == shown["yaml"]
    assert (kept["name"], kept["of"]) == ("may", "122041")
    [sheet] = kept["sheets"]
    assert (sheet["table"], sheet["lacking"]) == ("vacancy", [])
    assert [c["column"] for c in sheet["columns"] if c["confirmed"]] == ["D", "E"]

    [listed] = [each for each in run("list")["layouts"] if each["name"] == "may"]
    assert (listed["line"], listed["by"], listed["source"]) == (LINE, "保育課", "may.csv")
    assert listed["fingerprint"] == sheet["fingerprint"]
    [whole] = run("show", "may")["layouts"]
    assert [c["field"] for c in whole["columns"]] == [c["field"] for c in sheet["columns"]]

    assert run("compare", may)["exact"]
    differs = run("compare", july)
    assert (differs["layout"], differs["exact"]) == ("may", False)
    assert [(c["rule_id"], c["cell"]) for c in differs["changes"]] == [("read.drift.added", "H1")]


@pytest.mark.parametrize(("verb", "code"), [("show", "KEIYU-142"), ("compare", "KEIYU-143")])
def test_what_is_not_known_is_said(run: Run, tmp_path: Path, verb: str, code: str) -> None:
    file = tmp_path / "may.csv"
    file.write_bytes(csv_bytes(MAY))
    assert run(verb, file if verb == "compare" else "may", code=2)["error"]["code"] == code


def test_people_see_what_scripts_read(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    may, july = tmp_path / "may.csv", tmp_path / "july.csv"
    may.write_bytes(csv_bytes(MAY))
    july.write_bytes(csv_bytes(JULY))
    told = []
    for args in (["accept", may, *ANSWERS], ["list"], ["show", "may"], ["compare", july]):
        assert main(["layout", *map(str, args)]) == 0
        told.append(capsys.readouterr().out)
    accepted, listed, shown, compared = told
    assert "様式「may」を登録しました / accepted: schemas/lines/nursery_vacancy/layouts/may.yaml" in accepted
    assert "保育課" in listed
    assert "capacity" in shown
    assert "列「駐車場」（H列）は、登録済みの様式「may」にはありませんでした。" in compared
