"""Findings: at their cells, cut where they are many, never twice, never lost."""

import subprocess
import sys
import threading
from dataclasses import replace
from typing import Any

import pytest

from keiyu.check import rules
from keiyu.check.model import RuleFailedError
from keiyu.check.suites import load as load_rules
from keiyu.check.tell import PER_FILE, PER_REPORTER
from keiyu.codes import areas
from keiyu.contract import load
from keiyu.findings import Finding, Place, Severity
from keiyu.read.model import Mark, Placement, Reading, TableReading, ValueStatus
from spec.checking import AS_OF, EXPECTATIONS, SCHEMAS, Checker

WAITING = Checker("waiting_children")
CODES = [area.code6 for area in areas.load(SCHEMAS).municipalities(AS_OF)]


def reading(codes: list[str], value: int | None = 0, **figures: int | None) -> Reading:
    """A file of many bodies, every figure alike but the named ones."""
    tables = []
    for table in WAITING.contract.tables:
        columns: dict[str, Any] = {f.name: [figures.get(f.name, value)] * len(codes) for f in table.measures}
        columns["area_code"] = list(codes)
        letters = {name: f"C{n}R" for n, name in enumerate(columns)}
        tables.append(TableReading(table.name, Placement(None, letters), list(range(1, len(codes) + 1)), columns))
    return Reading("file.csv", "digest", line="waiting_children", tables=tables)


def test_many_failures_of_one_reporter_are_cut_with_a_count() -> None:
    checked = WAITING.check(reading(["131016"], None))
    assert len(checked.findings) == PER_REPORTER + 1
    last = checked.findings[-1][1]
    assert last.message_ja.startswith("同じ指摘がこのほかに 68 件あります")
    assert last.message_en.startswith("There are 68 more findings of this rule")
    assert (last.severity, last.place.reporter, last.place.cell) == (Severity.ERROR, "131016", None)


def test_many_failing_reporters_are_each_told_before_the_count() -> None:
    codes = CODES[: PER_FILE // PER_REPORTER + 50]
    checked = WAITING.check(reading(codes, None))
    told = [f for _, f in checked.findings]
    assert len(told) == PER_FILE + 1
    assert {f.place.reporter for f in told[:-1]} == set(codes)
    assert f"{len(codes) * 88 - PER_FILE:,} 件" in told[-1].message_ja
    assert told[-1].place.reporter is None
    assert not any(v.accepted for v in checked.verdicts)


def test_a_cell_that_reading_could_not_use_is_not_called_blank_as_well() -> None:
    file = reading(["131016"])
    file.tables[1].columns["waiting_age1"] = [None]
    cell = file.tables[1].placement.cell("waiting_age1", 1)
    place = Place("file.csv", None, cell, "applicants", "waiting_age1", "131016")
    file.findings.append(Finding("read.number", Severity.ERROR, "数", "number", "直す", "mend", place, "十人"))
    checked = WAITING.check(file)
    assert [f.rule_id for _, f in checked.findings] == ["read.number"]
    assert [v.accepted for v in checked.verdicts] == [False]


def test_a_column_that_the_file_lacks_is_not_called_blank_row_by_row() -> None:
    file = reading(CODES[:30])
    del file.tables[1].columns["waiting_age1"]
    place = Place("file.csv", None, None, "applicants", "waiting_age1")
    file.findings.append(Finding("read.column", Severity.ERROR, "列", "column", "直す", "mend", place))
    assert [f.rule_id for _, f in WAITING.check(file).findings] == ["read.column"]


def test_a_question_of_reading_does_not_excuse_a_blank() -> None:
    file = reading(["131016"])
    file.tables[1].columns["waiting_age1"] = [None]
    file.tables[1].marks.append(Mark(0, "waiting_age1", ValueStatus.SUPPRESSED, "ｘ"))
    cell = file.tables[1].placement.cell("waiting_age1", 1)
    place = Place("file.csv", None, cell, "applicants", "waiting_age1", "131016")
    file.findings.append(Finding("read.mark", Severity.INFO, "記号", "symbol", "", "", place, "ｘ"))
    found = [f for _, f in WAITING.check(file).findings]
    assert [f.rule_id for f in found] == ["read.mark", "S-value-blank"]
    assert found[1].value == "ｘ"


def test_a_file_refused_by_reading_returns_every_reporter_and_still_tells_all() -> None:
    file = reading(["131016", "131024"], waiting_total=1)
    file.findings.append(Finding("read.as_of", Severity.ERROR, "日付", "date", "直す", "mend", Place("file.csv")))
    checked = WAITING.check(file)
    assert [v.accepted for v in checked.verdicts] == [False, False]
    assert {f.rule_id for _, f in checked.findings} > {"read.as_of", "WC-H1"}


def test_an_error_of_reading_returns_its_reporter_only() -> None:
    file = reading(["131016", "131024"])
    place = Place("file.csv", reporter="131024")
    file.findings.append(Finding("read.number", Severity.ERROR, "数", "number", "直す", "mend", place))
    assert {v.reporter: v.accepted for v in WAITING.check(file).verdicts} == {"131016": True, "131024": False}


def test_nothing_read_is_nothing_checked() -> None:
    empty = Reading("empty.csv", "digest", line="waiting_children")
    checked = WAITING.check(empty)
    assert (checked.findings, checked.verdicts) == ([], [])
    assert {name: rows.num_rows for name, rows in checked.frames.items()} == {"capacity": 0, "applicants": 0}
    assert WAITING.check().verdicts == []


def test_frames_carry_the_origin_and_the_marks_of_every_row() -> None:
    first, second = reading(["131016"]), reading(["131024", "131032"])
    second.tables[1].marks.append(Mark(1, "waiting_age1", ValueStatus.NONE, "－"))
    rows = WAITING.check(first, second).frames["applicants"]
    assert rows.column_names[:3] == ["_reading", "_row", "area_code"]
    assert rows["_reading"].to_pylist() == [0, 1, 1]
    assert rows["_row"].to_pylist() == [1, 1, 2]
    assert rows["marks"].to_pylist() == [[], [], [{"field": "waiting_age1", "status": "none", "raw": "－"}]]
    assert rows.schema.field("waiting_total").metadata[b"label_ja"] == "待機児童（合計）".encode()


def test_two_sheets_of_one_table_keep_their_own_cells() -> None:
    file = reading(["131016"])
    second = reading(["131024"], waiting_total=1).tables[1]
    second.placement = Placement("二枚目", {"waiting_total": "Z"})
    file.tables += [reading(["131024"]).tables[0], second]
    checked = WAITING.check(file)
    assert {(f.place.sheet, f.place.cell) for _, f in checked.findings if f.rule_id == "WC-H2"} == {("二枚目", "Z1")}


def test_findings_follow_the_order_of_the_files() -> None:
    files = [reading([code], waiting_total=1) for code in CODES[:5]]
    numbers = [n for n, _ in WAITING.check(*files).findings]
    assert numbers == sorted(numbers) and set(numbers) == set(range(5))


def test_several_threads_may_check() -> None:
    results: list[set[str]] = []

    def run(code: str, wrong: int) -> None:
        checks = (WAITING.check(reading([code], waiting_total=wrong)) for _ in range(2))
        results.extend({f"{code}:{f.rule_id}" for _, f in checked.findings} for checked in checks)

    threads = [threading.Thread(target=run, args=(code, n % 2)) for n, code in enumerate(CODES[:4])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 8
    assert sum(bool(found) for found in results) == 4
    assert all({line.split(":")[1] for line in found} == {"WC-H1", "WC-H2", "WC-H8"} for found in results if found)


def test_a_message_that_asks_for_what_no_one_knows_stops_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    contract = load("waiting_children", SCHEMAS)
    book = load_rules(contract, EXPECTATIONS)
    odd = tuple(replace(r, message_ja="{nobody}") if r.rule_id == "WC-H2" else r for r in book.rules)
    monkeypatch.setattr("keiyu.check.suites.load", lambda *_: replace(book, rules=odd, digest="odd"))
    with pytest.raises(RuleFailedError, match="nobody"):
        WAITING.check(reading(["131016"], waiting_total=1))


def test_listing_the_rules_needs_no_great_expectations() -> None:
    code = (
        "import sys; from pathlib import Path; from keiyu.check import rules; from keiyu.contract import load; "
        f"print(len(rules(load('waiting_children', Path({str(SCHEMAS)!r})), Path({str(EXPECTATIONS)!r})))); "
        "sys.exit('great_expectations' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) == len(rules(load("waiting_children", SCHEMAS), EXPECTATIONS))
