"""The tables about the relay itself: what they count, how they are documented, what a refresh costs."""

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from sqlalchemy import event

from keiyu import publish
from keiyu.contract.model import Collection
from keiyu.ledger import open_collection
from keiyu.ledger.dispensations import exempt, extend
from keiyu.publish.monitor import tables
from keiyu.publish.session import schema
from ministry import APRIL, CHIYODA, CHUO, HACHIOJI, HAYAMA, LINE, OSHIMA, SEVEN, YOKOHAMA, Ministry

TABLES = ["calendar", "completeness", "latency", "performance", "rounds"]
SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def rows(ministry: Ministry, table: str) -> list[dict[str, Any]]:
    stored = ministry.workspace.storage.uri(tables.path(APRIL, table))
    return pq.ParquetFile(stored).read().to_pylist()


def test_every_table_is_documented_in_both_languages_and_comes_out_as_declared(ministry: Ministry) -> None:
    assert tables.refresh(ministry.workspace, APRIL, now())
    names = [table.name for table in tables.declared(SCHEMAS)]
    assert names == TABLES
    for table in tables.declared(SCHEMAS):
        read = pq.ParquetFile(ministry.workspace.storage.uri(tables.path(APRIL, table.name))).schema_arrow
        assert read.equals(schema(table))
        for column in read:
            told = column.metadata
            assert {b"label_ja", b"label_en", b"definition_ja", b"definition_en"} <= set(told), (
                table.name,
                column.name,
            )


def test_completeness_counts_everyone_once(ministry: Ministry) -> None:
    """Two prefectures long after the deadline of 2025: late ones, an excused one, one with time until 2035."""
    workspace = ministry.workspace
    ministry.submit({code: {"waiting_total": 1} for code in (CHIYODA, YOKOHAMA)})
    exempt(workspace.ledger, APRIL, [OSHIMA], "噴火")
    extend(workspace.ledger, APRIL, [CHUO, HAYAMA], dt.date(2035, 6, 29), "台風")
    ministry.submit({HAYAMA: {"waiting_total": 1}})
    tables.refresh(workspace, APRIL, now())
    tokyo, kanagawa = rows(ministry, "completeness")
    assert tokyo == {
        "line": LINE, "as_of": APRIL.as_of, "prefecture_code": "13", "prefecture": "東京都",
        "observed_on": tokyo["observed_on"], "reporters": 4, "reported": 1, "nil_returns": 0, "exempt": 1, "held": 0,
        "missing": 2, "overdue": 1, "extended": 1, "on_time": 0, "late": 1, "on_time_rate": 0.0,
    }  # fmt: skip
    told = ("reporters", "reported", "missing", "overdue", "extended", "on_time", "late", "on_time_rate")
    assert [kanagawa[name] for name in told] == [3, 2, 1, 1, 1, 1, 1, pytest.approx(1 / 3)]
    for one in (tokyo, kanagawa):
        assert one["reporters"] == sum(one[name] for name in ("reported", "nil_returns", "exempt", "missing"))


def test_the_calendar_is_published_with_what_each_hop_is_given(ministry: Ministry) -> None:
    tables.refresh(ministry.workspace, APRIL, now())
    told = [
        (row["level"], row["working_days"], row["least_working_days"], row["is_short"])
        for row in rows(ministry, "calendar")
    ]
    assert told == [("municipality", 20, 5, False), ("prefecture", 5, 5, False)]


def test_latency_runs_from_the_receipt_to_the_first_national_table_that_shows_it(ministry: Ministry) -> None:
    workspace = ministry.workspace
    tables.refresh(workspace, APRIL, now())
    assert rows(ministry, "latency") == []
    ministry.submit({code: {"waiting_total": 1} for code in SEVEN[:6]})
    tables.refresh(workspace, APRIL, now())
    assert [(row["stage"], row["submissions"]) for row in rows(ministry, "latency")] == [("decision", 6)]
    publish.publish(workspace, APRIL)
    ministry.submit({CHUO: {"waiting_total": 2}})
    tables.refresh(workspace, APRIL, now())
    decision, current, whole = rows(ministry, "latency")
    assert [(one["stage"], one["submissions"]) for one in (decision, current, whole)] == [
        ("decision", 7), ("current", 6), ("whole", 6)
    ]  # fmt: skip
    for one in (decision, current, whole):
        assert 0 < one["p50"] <= one["p90"] <= one["p95"] <= one["p99"] <= one["longest"] < 60
    assert whole["longest"] > current["longest"]


def test_rounds_count_returns_and_replacements_by_form(ministry: Ministry) -> None:
    workspace = ministry.workspace
    ministry.submit({CHIYODA: {"waiting_total": 1}, CHUO: {"waiting_total": 1}})
    ministry.submit({CHIYODA: {"waiting_total": 2}})
    ministry.submit({CHIYODA: {"waiting_total": 3}})
    tables.refresh(workspace, APRIL, now())
    [told] = rows(ministry, "rounds")
    counted = ("layout", "reporters", "submissions", "returned", "replaced", "right_first_time", "most_rounds")
    assert [told[name] for name in counted] == ["unknown", 2, 4, 0, 2, 1, 3]
    assert told["mean_rounds"] == 2.0


def test_the_ministry_is_measured_by_its_own_deadline(ministry: Ministry) -> None:
    workspace = ministry.workspace
    ministry.submit({code: {"waiting_total": 1} for code in SEVEN})
    publish.publish(workspace, APRIL)
    ministry.submit({HACHIOJI: {"waiting_total": 9}})
    publish.publish(workspace, APRIL)
    tables.refresh(workspace, APRIL, now())
    final, correction = rows(ministry, "performance")
    keys = ("stage", "number", "reporters_in", "reporters_due")
    assert [final[key] for key in keys] == ["final", 1, 7, 7]
    assert [correction[key] for key in keys] == ["correction", 1, 7, 7]
    assert final["days_after_reference"] == (final["released_on"] - APRIL.as_of).days
    assert 0 < final["working_days_after_deadline"] < final["days_after_reference"]
    assert 0 < final["seconds_after_last_arrival"] < 60


def test_every_table_is_known_again_as_it_was(ministry: Ministry) -> None:
    workspace = ministry.workspace
    ministry.submit({code: {"waiting_total": 1} for code in SEVEN[:6]})
    publish.publish(workspace, APRIL)
    tables.refresh(workspace, APRIL, then := now())
    before = {name: rows(ministry, name) for name in TABLES}
    exempt(workspace.ledger, APRIL, [HAYAMA], "噴火")
    ministry.submit({CHUO: {"waiting_total": 2}, HAYAMA: {"waiting_total": 1}})
    publish.publish(workspace, APRIL)
    tables.refresh(workspace, APRIL, now())
    changed = [name for name in TABLES if rows(ministry, name) != before[name]]
    assert changed == ["completeness", "latency", "performance", "rounds"]
    for name in TABLES:
        assert publish.read(workspace, APRIL, f"monitor/{name}", then).to_pylist() == before[name]


def test_only_what_changed_is_written(ministry: Ministry) -> None:
    workspace = ministry.workspace
    ministry.submit({CHIYODA: {"waiting_total": 1}})
    when = now()
    assert tables.refresh(workspace, APRIL, when) == (*TABLES, "estimate")
    assert tables.refresh(workspace, APRIL, when) == ()
    assert tables.refresh(workspace, APRIL, when + dt.timedelta(days=1)) == ("completeness",)
    ministry.submit({CHUO: {"waiting_total": 1}})
    assert tables.refresh(workspace, APRIL, now()) == ("completeness", "latency", "rounds", "estimate")


def test_a_refresh_costs_the_same_whatever_other_collections_hold(ministry: Ministry) -> None:
    """Counted in statements, each of which names its collection: no slow machine changes that."""
    workspace = ministry.workspace
    october = Collection(LINE, dt.date(2025, 10, 1))
    open_collection(workspace.ledger, october)

    def statements() -> int:
        count = 0

        def counting(*_: object) -> None:
            nonlocal count
            count += 1

        event.listen(workspace.ledger.engine, "after_cursor_execute", counting)
        tables.refresh(workspace, october, now())
        event.remove(workspace.ledger.engine, "after_cursor_execute", counting)
        return count

    before = statements()
    for figure in range(5):
        ministry.submit({code: {"waiting_total": figure} for code in SEVEN})
    assert statements() == before
