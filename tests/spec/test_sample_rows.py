"""A newcomer's sample of the lines about facilities: what it says of each file is what the checks say."""

import json
from pathlib import Path
from typing import Any

import pytest

from keiyu import sample
from keiyu.cli import main

Capture = pytest.CaptureFixture[str]


def said(capsys: Capture, *words: str) -> dict[str, Any]:
    main([*words, "--json"])
    return dict(json.loads(capsys.readouterr().out))


@pytest.mark.parametrize("line", ["nursery_facility", "nursery_monthly", "nursery_vacancy"])
def test_every_planted_fault_is_found_and_nothing_else(line: str, tmp_path: Path, capsys: Capture) -> None:
    made = said(capsys, "sample", str(tmp_path), "--line", line, "--reporters", "5")
    stated = sample.SampleManifest.read(tmp_path)
    model = len(stated.faults)
    assert (model >= 3, made["wave2"]) == (True, sum(one.returned for one in stated.files))
    files = [str(tmp_path / one.path) for one in stated.files]
    found = {one["file"]: one for one in said(capsys, "check", *files)["files"][: len(stated.wave(1))]}
    for one in stated.wave(1):
        judged = found[Path(one.path).name]
        assert sorted({told["rule_id"] for told in judged["findings"]}) == sorted(one.rules), one
        assert judged["outcome"] == ("returned" if one.returned else "accepted"), one


def test_lines_tell_of_the_same_facilities_and_the_same_seed_makes_the_same_bytes(
    tmp_path: Path, capsys: Capture
) -> None:
    lists = {}
    for line, table in (("nursery_facility", "facility"), ("nursery_vacancy", "vacancy")):
        said(capsys, "sample", str(tmp_path / line), "--line", line, "--reporters", "5")
        said(capsys, "sample", str(tmp_path / "again" / line), "--line", line, "--reporters", "5")
        stated = sample.SampleManifest.read(tmp_path / line)
        for one in stated.files:
            assert (tmp_path / line / one.path).read_bytes() == (tmp_path / "again" / line / one.path).read_bytes()
        lists[table] = stated.totals[table]["capacity"]
    assert lists["facility"] == lists["vacancy"]
