"""A whole country by the command line: two waves end in a complete 確報 with exactly the stated totals."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from keiyu.cli import main
from keiyu.sample import SampleManifest

LINE = "waiting_children"
COLLECTION = f"{LINE}/2025-04-01"

pytestmark = pytest.mark.slow


def test_the_sample_ends_in_a_final_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KEIYU_STORAGE", str(tmp_path / "data"))
    monkeypatch.setenv("GX_ANALYTICS_ENABLED", "false")
    for name in ("KEIYU_DATABASE_URL", "KEIYU_DROP", "KEIYU_DOORBELL_URL"):
        monkeypatch.delenv(name, raising=False)

    def run(*args: str) -> dict[str, Any]:
        capsys.readouterr()
        assert main([*args, "--json"]) == 0
        result: dict[str, Any] = json.loads(capsys.readouterr().out)
        return result

    run("sample", str(tmp_path / "sample"), "--line", LINE)
    stated = SampleManifest.read(tmp_path / "sample")
    run("open", COLLECTION)
    shutil.copytree(tmp_path / "sample" / "wave1", tmp_path / "data" / "drop")
    told = run("ingest", "--drop")
    returned = {f.reporter: f for f in stated.wave(1) if f.returned}
    assert (told["received"], told["returned"]) == (len(stated.wave(1)), len(returned))
    assert run("publish", COLLECTION)["release"]["stage"] == "preliminary"
    [standing] = run("status", COLLECTION)["collections"]
    assert {m["reporter"] for m in standing["missing"]} == set(returned)
    found = {r["file"]: {x["rule_id"] for x in r["reasons"]} for r in standing["returned"]}
    assert found == {Path(f.path).name: set(f.rules) for f in returned.values()}

    shutil.copytree(tmp_path / "sample" / "wave2", tmp_path / "data" / "drop", dirs_exist_ok=True)
    told = run("ingest", "--drop")
    assert (told["accepted"], told["returned"], told["findings"]) == (len(returned), 0, 0)
    assert run("publish", COLLECTION)["release"]["stage"] == "final"
    [standing] = run("status", COLLECTION)["collections"]
    assert (standing["reporters_in"], standing["missing"], standing["returned"]) == (1741, [], [])
    rows = run("read", COLLECTION, "municipality")["rows"]
    for measures in stated.totals.values():
        assert {name: sum(row[name] for row in rows) for name in measures} == measures
    assert run("verify")["intact"] is True
