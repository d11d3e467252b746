"""Damaged files of every kind, made here and real: no crash, no hang, bounded memory; always a reading or a refusal."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from files import zip_bytes
from fuzzing import case, endure, seeds

TESTS = Path(__file__).resolve().parents[1]
WORKERS = 2
CASES = 10_000
FEW = 120
PEAK_MIB = 1_500

letters = st.text(
    st.sampled_from("\"',;\t|\r\n\\{}[]:あア漢ｱ①\ue000 -0123456789.eE\ufeff\x00\x0b\x1a<>/"), max_size=300
)
encodings = st.sampled_from(["utf-8", "cp932", "euc_jp", "iso2022_jp", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
trees = st.recursive(
    plain,
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(
            st.sampled_from(["features", "properties", "geometry", "type", "coordinates", "名称", "a"]), inner
        )
    ),
    max_leaves=30,
)


def worker(seed: int, note: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "fuzzing", str(seed), str(CASES), str(note)]
    paths = os.pathsep.join([str(TESTS), str(TESTS.parent / "plugins")])
    settled = {**os.environ, "PYTHONPATH": paths, "RUST_BACKTRACE": "0"}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=settled, cwd=TESTS)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_twenty_thousand_damaged_files_are_read_or_refused(tmp_path: Path) -> None:
    notes = [tmp_path / str(seed) for seed in range(WORKERS)]
    running = [worker(seed, note) for seed, note in enumerate(notes)]
    told: list[dict[str, Any]] = []
    try:
        for seed, (process, note) in enumerate(zip(running, notes, strict=True)):
            out, err = process.communicate()
            where = f"case({seed}, {note.read_text()}) ended with {process.returncode}"
            assert process.returncode == 0, f"{where}:\n{err[-3_000:]}"
            told.append(json.loads(out))
    finally:
        for process in running:
            process.kill()
            process.communicate()
    print(told)
    assert sum(t["cases"] for t in told) >= 20_000
    assert max(t["peak_mib"] for t in told) < PEAK_MIB
    assert all(t["ends"].get("read", 0) > CASES // 20 for t in told)


@pytest.mark.parametrize("seed", [101, 102])
def test_damaged_files_are_read_or_refused(seed: int) -> None:
    for number in range(FEW):
        name, data = case(seed, number)
        endure(name, data, whole=number % 8 == 0)


def test_undamaged_files_are_read() -> None:
    for name in ("form.xlsx", "flat.csv", "flat.ods", "flat.xlsb", "flat.xls", "flat.json", "flat.geojson", "flat.zip"):
        assert endure(name, seeds()[name], whole=True) == "read", name


@settings(max_examples=150, deadline=None)
@given(letters, encodings)
def test_any_text_is_read_or_refused(text: str, encoding: str) -> None:
    endure("何か.csv", ("名称,定員\n" + text).encode(encoding, "replace"), whole=False)
    endure("何か.csv", text.encode(encoding, "replace"), whole=False)


@settings(max_examples=150, deadline=None)
@given(trees)
def test_any_json_is_read_or_refused(tree: Any) -> None:
    endure("何か.json", json.dumps(tree).encode(), whole=False)
    endure(
        "何か.zip", zip_bytes({"何か.json": json.dumps([tree], ensure_ascii=False).encode("utf-8", "replace")}), False
    )
